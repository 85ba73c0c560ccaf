// What REST and console are told of a phone: nothing of its keys and passwords.

import type { PhoneSimView, PhoneView } from "../protocol/index.ts";
import type { PhoneBinding } from "./message-router.ts";
import type { PhoneFacts } from "./phone-facts.ts";
import type { PhoneRecord } from "./phone-records.ts";

/** The SIMs that the phone tells, and those that slots are configured for. */
function simViews({ sims }: Pick<PhoneFacts, "sims">, bindings: readonly PhoneBinding[]): PhoneSimView[] {
  const known = new Set([...sims, ...bindings].map(({ sim }) => sim));
  return [...known].toSorted().map((sim) => {
    const { operator = null, number = null, iccid = null } = sims.find((each) => each.sim === sim) ?? {};
    return { sim, slot: bindings.find((each) => each.sim === sim)?.slot ?? null, operator, number, iccid };
  });
}

export function viewOf(record: PhoneRecord, facts: PhoneFacts, bindings: readonly PhoneBinding[]): PhoneView {
  const { name, api, boxUrl } = record;
  const { device, health } = facts;
  return {
    name,
    state: facts.state,
    since: facts.since,
    problem: facts.problem,
    warnings: [...facts.warnings],
    model: device === null ? null : `${device.manufacturer} ${device.model}`.trim(),
    app_version: health?.appVersion ?? null,
    battery: health?.battery ?? null,
    transport: health?.transport ?? null,
    technology: health?.technology ?? null,
    sims: simViews(facts, bindings),
    api: api?.url ?? null,
    box_url: boxUrl,
    paired: facts.isPaired,
    last_seen: facts.lastSeen,
    ...facts.counts,
  };
}
