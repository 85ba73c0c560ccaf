// A refusal in words, with what to do next.

import { isAppError } from "../../../base/index.ts";
import { PlainFault } from "../../../page-parts/index.ts";
import { useWords } from "../app-context.ts";
import { describeProblem, type ProblemText } from "../describe.ts";
import type { Translator } from "../i18n.ts";

/** Words for anything caught from the controller. */
export function faultOf(words: Translator, caught: unknown): ProblemText {
  if (!isAppError(caught)) return describeProblem(words, { code: "page.bad_reply", message: "" });
  const { code, message, hint, context } = caught;
  return describeProblem(words, { code, message, hint, context: { ...context } });
}

export function Fault({ fault }: { readonly fault: ProblemText | null }) {
  return <PlainFault fault={fault} level={useWords().t("events.level.error")} />;
}
