// Words for what the box says in codes: problems, steps, events, signal.

import { capital, type ProblemText } from "../../page-parts/index.ts";
import type { BoxEvent, ProblemBody } from "../../protocol/index.ts";
import type { Translator } from "./i18n.ts";

export { capital, type ProblemText };

/** The catalogue's words for the code; for a code it does not know, the box's own. */
export function describeProblem(
  words: Translator,
  problem: Pick<ProblemBody, "code" | "message" | "hint" | "context">,
): ProblemText {
  const values = Object.fromEntries(Object.entries(problem.context ?? {}).map(([name, value]) => [name, value ?? ""]));
  return {
    what: words.find(`problem.${problem.code}`, values) ?? capital(problem.message),
    hint: words.find(`hint.${problem.code}`, values) ?? problem.hint ?? null,
  };
}

export function describeStep(words: Translator, step: string): string {
  return words.find(`step.${step}`) ?? step.replaceAll("_", " ");
}

/** The generation people know; an access technology the catalogue does not know as it is. */
export function describeTechnology(words: Translator, technology: string | null): string | null {
  return technology === null ? null : (words.find(`technology.${technology}`) ?? technology);
}

/** One line about an event. A code the catalogue does not know is shown as it is, with its details. */
export function describeEvent(words: Translator, event: BoxEvent, numberOf: (line: string) => string | null): string {
  const { reason, rung, rule, days } = event.details;
  const values = {
    ...event.details,
    slot: event.slot ?? "",
    line: event.line === null ? "" : (numberOf(event.line) ?? event.line),
    reason: typeof reason === "string" ? reasonText(words, reason) : "",
    rule: typeof rule === "string" ? (words.find(`alerts.rule.${rule}`) ?? rule) : "",
    rung: typeof rung === "string" ? (words.find(`rung.${rung}`) ?? rung) : "",
    days: typeof days === "number" ? words.count("days", days) : "",
  };
  const text = words.find(`event.${event.code}`, values);
  if (text !== null) return text.replace(/:\s*$/, "");
  const details = Object.entries(event.details).map(([name, value]) => `${name} ${value}`);
  return [event.code, event.slot, event.line, ...details].filter((part) => part !== null).join(" · ");
}

/** A reason is the code of a problem, or the rung that a slot is on. */
function reasonText(words: Translator, reason: string): string {
  return words.find(`problem.${reason}`, { program: "" }) ?? words.find(`rung.${reason}`) ?? reason;
}

/** True when the relay's operator must first be given this box's verify key. */
export function asksForVerifyKey(event: BoxEvent): boolean {
  return event.details.reason === "relay.unknown_provider";
}

/** 0-4 bars for a level in dBm (3GPP TS 27.007 8.5 reports -113 to -51). */
export function signalBars(dbm: number): 0 | 1 | 2 | 3 | 4 {
  if (dbm >= -73) return 4;
  if (dbm >= -85) return 3;
  if (dbm >= -97) return 2;
  return dbm >= -109 ? 1 : 0;
}
