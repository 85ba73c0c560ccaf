// How far the search for one's numbers is.

import { Icon } from "../../../page-parts/index.ts";
import type { KeySearch } from "../../../renter/index.ts";
import { useApp, useSelect } from "../app-context.ts";
import type { Words } from "../words.ts";

/** In words; `null` before the relay has answered. */
export function findingIn(words: Words, progress: KeySearch | null): string {
  if (progress === null) return words.t("find.busy");
  const { key, last, found, wait } = progress;
  const how = words.t("find.progress", { key, last, found });
  return wait === null ? how : `${how} ${words.t("find.waiting", { n: Math.ceil(wait / 1000) })}`;
}

/** Above every page while the search runs: it goes on while its owner reads. */
export function FindingBanner() {
  const { controller, words } = useApp();
  const restoring = useSelect((state) => state.restoring);
  if (restoring === null) return null;
  return (
    <section class="banner banner-calm" aria-label={words.t("find.busy")}>
      <Icon name="info" />
      <span>{findingIn(words, restoring.progress)}</span>
      <button type="button" onClick={() => controller.stopFinding()}>
        {words.t("find.stop")}
      </button>
    </section>
  );
}
