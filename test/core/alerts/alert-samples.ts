// A box and a slot in which all is well.

import type { Overview, SlotView } from "../../../src/protocol/index.ts";
import { START } from "../core-rig.ts";

export const sampleSlot = (more: Partial<SlotView> = {}): SlotView => ({
  ...{ id: "s1", kind: "modem", line: null, state: "ready", step: "ready", since: START, problem: null, warnings: [] },
  ...{
    manufacturer: null,
    model: null,
    firmware: null,
    profile: null,
    imei: null,
    iccid: null,
    imsi: "262011234567890",
  },
  ...{ provider: null, own_number: null, operator: null, mcc_mnc: null, registration: null, technology: null },
  ...{ signal_dbm: -75, sms_storage: null, battery: null, balance: null, last_sms_at: null, received: 0 },
  recovery: { rung: null, attempts: 0, since: null, next_at: null, rungs: [], resets_today: 0 },
  ...more,
});

export const sampleOverview = (more: Partial<Overview> = {}): Overview => ({
  ...{ version: "1.0.0", provider: "A".repeat(43), started_at: START, now: START, clock: "trusted" },
  intake: { state: "running", problem: null },
  counts: { received: 0, forwarded: 0, acknowledged: 0, duplicates: 0, undecodable: 0, unrented: 0, denied: 0 },
  outbox: { depth: 0, oldest_ms: null },
  relay: { url: "http://relay", state: "up", since: START, problem: null },
  ...more,
});
