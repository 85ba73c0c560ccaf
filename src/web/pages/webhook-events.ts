// What a webhook may hear, as a choice of boxes to tick. Pure.

/** In the order in which they are offered; each text is `webhooks.event.` and its name. */
export const EVENT_GROUPS = [
  ...(["sms.received", "slot", "sim", "line", "rental", "payment", "proofs", "chain"] as const),
  ...(["relay", "intake", "alert", "phone"] as const),
] as const;
export type EventGroup = (typeof EVENT_GROUPS)[number];

export const patternOf = (group: EventGroup): string => (group === "sms.received" ? group : `${group}.*`);

const PATTERNS: readonly string[] = EVENT_GROUPS.map(patternOf);

/** Patterns that no box stands for: somebody wrote them by hand, and they stay. */
export const otherPatterns = (events: readonly string[]): readonly string[] =>
  events.filter((event) => event !== "*" && !PATTERNS.includes(event));

/** With or without a pattern, those with boxes first and in their order. */
export function toggled(events: readonly string[], pattern: string): readonly string[] {
  const next = new Set(events.includes(pattern) ? events.filter((each) => each !== pattern) : [...events, pattern]);
  const known = ["*", ...PATTERNS].filter((each) => next.has(each));
  return [...known, ...[...next].filter((each) => !known.includes(each))];
}
