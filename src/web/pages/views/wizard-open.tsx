// On the overview of a box that is not set up to the end: how far it is, and the way back to it.

import { wizardView } from "../../../protocol/index.ts";
import { useSelect, useWords } from "../app-context.ts";
import { useResource } from "../parts/use-resource.ts";
import { ViewLink } from "../parts/view-link.tsx";

export function WizardOpen() {
  const words = useWords();
  const mayManage = useSelect((state) => state.user?.scopes.includes("manage") ?? false);
  const { value } = useResource(wizardView, mayManage ? "/api/v1/wizard" : null);
  if (value === null || value.finished) return null;
  const done = value.steps.filter(({ state }) => state === "done").length;
  return (
    <section class="wizard-open" aria-label={words.t("wizard.open.title")}>
      <p>
        <strong>{words.t("wizard.open.title")}</strong>{" "}
        {words.t("wizard.open.text", { n: done, of: value.steps.length })}
      </p>
      <ViewLink view="welcome">{words.t("wizard.open.go")}</ViewLink>
    </section>
  );
}
