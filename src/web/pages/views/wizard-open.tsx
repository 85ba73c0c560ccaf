// On the overview of a box that is not set up to the end: how far it is, and the way back to it.

import { useEffect } from "preact/hooks";
import { useApp, useSelect } from "../app-context.ts";
import { ViewLink } from "../parts/view-link.tsx";

export function WizardOpen() {
  const { controller, words } = useApp();
  const mayManage = useSelect((state) => state.user?.scopes.includes("manage") ?? false);
  const isOpen = useSelect(({ wizard }) => wizard !== null && !wizard.finished);
  const of = useSelect(({ wizard }) => wizard?.steps.length ?? 0);
  const done = useSelect(({ wizard }) => wizard?.steps.filter(({ state }) => state === "done").length ?? 0);
  useEffect(() => void controller.loadWizard(), []);
  if (!mayManage || !isOpen) return null;
  return (
    <section class="wizard-open" aria-label={words.t("wizard.open.title")}>
      <p>
        <strong>{words.t("wizard.open.title")}</strong> {words.t("wizard.open.text", { n: done, of })}
      </p>
      <ViewLink view="welcome">{words.t("wizard.open.go")}</ViewLink>
    </section>
  );
}
