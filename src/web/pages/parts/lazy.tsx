// A component that is fetched when it is first shown.

import type { ComponentChildren, ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Empty } from "../../../page-parts/index.ts";
import { useWords } from "../app-context.ts";

export interface LazyProps<P> {
  readonly load: () => Promise<ComponentType<P>>;
  readonly children: (component: ComponentType<P>) => ComponentChildren;
}

interface Loaded<P> {
  readonly load: LazyProps<P>["load"];
  /** Null when it could not be fetched. */
  readonly component: ComponentType<P> | null;
}

export function Lazy<P>({ load, children }: LazyProps<P>) {
  const words = useWords();
  const [loaded, setLoaded] = useState<Loaded<P> | null>(null);
  const [tries, setTries] = useState(0);
  useEffect(() => {
    let isWanted = true;
    const show = (component: ComponentType<P> | null): void => {
      if (isWanted) setLoaded({ load, component });
    };
    load().then(show, () => show(null));
    return () => {
      isWanted = false;
    };
  }, [load, tries]);
  if (loaded === null || loaded.load !== load) {
    return (
      <p class="loading" role="status">
        {words.t("app.loading")}
      </p>
    );
  }
  if (loaded.component !== null) return <>{children(loaded.component)}</>;
  return (
    <Empty icon="down" title={words.t("app.unreachable")} text={words.t("app.view_missing")}>
      <button type="button" onClick={() => setTries((count) => count + 1)}>
        {words.t("link.retry")}
      </button>
    </Empty>
  );
}
