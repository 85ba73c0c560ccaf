// Decides by who is asking what is shown.

import { useEffect } from "preact/hooks";
import { Mark } from "../../../page-parts/index.ts";
import { useSelect, useWords } from "../app-context.ts";
import type { Translator } from "../i18n.ts";
import { Lazy } from "../parts/lazy.tsx";
import { isFixed, slotOf } from "../routes.ts";
import type { View } from "../state.ts";
import { loadInvitation, loadJoin, loadSetUp, loadSignIn, loadTrust, loadWizard } from "./registry.ts";
import { Shell } from "./shell.tsx";

/** What the view is called in the title of the window. */
function nameOf(words: Translator, view: View): string {
  return isFixed(view) ? words.t(`nav.${view}`) : words.t("slot.name", { id: slotOf(view) ?? "" });
}

function useTitle(): void {
  const words = useWords();
  const title = useSelect((state) => {
    if (state.visitor !== "owner") return words.t("app.name");
    const view = nameOf(words, state.view);
    const trouble = state.box?.slots.filter((slot) => slot.state === "down").length ?? 0;
    return trouble === 0 ? words.t("app.title", { view }) : words.t("app.title.trouble", { n: trouble, view });
  });
  useEffect(() => {
    document.title = title;
  }, [title]);
}

function Waiting({ unreachable }: { readonly unreachable: boolean }) {
  const words = useWords();
  return (
    <main class="entrance">
      <div class="entrance-card" role="status">
        <Mark />
        <h1>{words.t(unreachable ? "app.unreachable" : "app.name")}</h1>
        <p>{words.t(unreachable ? "app.unreachable.text" : "app.loading")}</p>
      </div>
    </main>
  );
}

/** Shown to whoever comes. */
const OPEN: Readonly<Partial<Record<View, typeof loadTrust>>> = {
  invitation: loadInvitation,
  join: loadJoin,
  trust: loadTrust,
};

export function Root() {
  useTitle();
  const visitor = useSelect((state) => state.visitor);
  const view = useSelect((state) => state.view);
  const open = OPEN[view] ?? null;
  const isWelcome = useSelect((state) => state.view === "welcome");
  if (open !== null) return <Lazy load={open}>{(Shown) => <Shown />}</Lazy>;
  switch (visitor) {
    case "unknown":
    case "unreachable":
      return <Waiting unreachable={visitor === "unreachable"} />;
    case "newcomer":
      return <Lazy load={loadSetUp}>{(SetUp) => <SetUp />}</Lazy>;
    case "stranger":
      return <Lazy load={loadSignIn}>{(SignIn) => <SignIn />}</Lazy>;
    case "owner":
      return isWelcome ? <Lazy load={loadWizard}>{(Wizard) => <Wizard />}</Lazy> : <Shell />;
  }
}
