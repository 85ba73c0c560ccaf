// The form of the alerts' texts, the same for each language.

import type { RuleId, Severity, TellKind } from "../alert-model.ts";

/**
 * Sentences with places: `{subject}`, `{value}` and the alert's details. What stands in square brackets is left out when one of its places
 * has nothing to stand there.
 */
export interface RuleText {
  /** While it lasts. */
  readonly raised: string;
  /** When it is over. */
  readonly cleared: string;
  /** What to do. */
  readonly hint: string;
}

export interface AlertTexts {
  readonly rules: Readonly<Record<RuleId, RuleText>>;
  readonly severities: Readonly<Record<Severity, string>>;
  readonly kinds: Readonly<Record<TellKind, string>>;
  readonly flapping: string;
  readonly test: { readonly title: string; readonly text: string };
}
