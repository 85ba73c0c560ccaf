// The texts of these pages, and words for errors.

import { isAppError } from "../../base/index.ts";
import { capital, Phrases, type ProblemText } from "../../page-parts/index.ts";
import type { RentRequest } from "../../protocol/index.ts";
import { type SenderPolicyTerms, visibleLine } from "../../renter/index.ts";
import type { Messages } from "./strings/en.ts";

export class Words extends Phrases<Messages> {}

/** The catalogue's words for an error's code; for one that it does not know, the error's own, with the code. */
export function problemOf(words: Words, caught: unknown): ProblemText {
  if (!isAppError(caught)) return { what: words.t("problem.unknown"), hint: words.t("hint.unknown") };
  const { code, message, hint, context } = caught;
  // The relay's own code says more than that it refused.
  const inner = typeof context.code === "string" ? context.code : code;
  const values = Object.fromEntries(Object.entries(context).map(([name, value]) => [name, value ?? ""]));
  const find = (kind: "problem" | "hint"): string | null =>
    words.find(`${kind}.${inner}`, values) ?? words.find(`${kind}.${code}`, values);
  return { what: find("problem") ?? `${capital(message)} (${code})`, hint: find("hint") ?? hint ?? null };
}

/** That this device's clock is wrong, by so many ms. */
export function clockIn(words: Words, ahead: number): string {
  return words.t(ahead > 0 ? "clock.ahead" : "clock.behind", { n: Math.round(Math.abs(ahead) / 60_000) });
}

/** What an order is for. */
export function orderedIn(words: Words, { tier, duration, change }: RentRequest): string {
  const what = words.t(`tier.${tier}`);
  if (change?.kind === "upgrade") return words.t("order.what.upgrade", { tier: what });
  const [first = "", ...rest] = words.t(`duration.${duration}`);
  return words.t("order.what", { tier: what, duration: first.toLocaleLowerCase(words.locale) + rest.join("") });
}

/** Whose messages the provider does not deliver. A kind that these pages do not know is told by its name. */
export function policyIn(words: Words, { presets, custom }: SenderPolicyTerms): string {
  const kinds = presets.map((preset) => words.find(`policy.${preset}`) ?? visibleLine(preset));
  return words.t("policy.text", { senders: [...kinds, ...(custom ? [words.t("policy.custom")] : [])].join(", ") });
}
