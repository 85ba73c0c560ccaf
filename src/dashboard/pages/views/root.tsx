// Decides by what this browser has what is shown.

import { useEffect } from "preact/hooks";
import { Mark } from "../../../page-parts/index.ts";
import { useSelect, useWords } from "../app-context.ts";
import { ImportCard, NewCard, UnlockCard } from "./entrance.tsx";
import { Privacy } from "./privacy.tsx";
import { Shell } from "./shell.tsx";

function useTitle(): void {
  const words = useWords();
  const title = useSelect((state) => {
    if (state.phase !== "open") return words.t("app.name");
    const view = words.t(`nav.${state.view.name}`);
    const { size } = state.fresh;
    return size === 0 ? words.t("app.title", { view }) : words.t("app.title.new", { n: size, view });
  });
  useEffect(() => {
    document.title = title;
  }, [title]);
}

function Waiting() {
  const words = useWords();
  return (
    <main class="entrance">
      <div class="entrance-card" role="status">
        <Mark />
        <h1>{words.t("app.name")}</h1>
        <p>{words.t("app.loading")}</p>
      </div>
    </main>
  );
}

export function Root() {
  useTitle();
  const phase = useSelect((state) => state.phase);
  const isGuide = useSelect((state) => state.view.name === "privacy");
  const isImport = useSelect((state) => state.view.name === "account" || state.view.name === "scan");
  if (phase === "open") return <Shell />;
  // The guide is for everybody.
  if (isGuide) {
    return (
      <main class="guide-alone">
        <Privacy />
      </main>
    );
  }
  if (phase === "loading") return <Waiting />;
  if (phase === "locked") return <UnlockCard />;
  return isImport ? <ImportCard /> : <NewCard />;
}
