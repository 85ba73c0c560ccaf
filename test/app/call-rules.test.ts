import { describe, expect, it } from "vitest";
import { callTermsOf, lineCallsOf } from "../../src/app/call-rules.ts";
import { type LineId, lineId } from "../../src/base/index.ts";
import { parseBoxConfig } from "../../src/config/index.ts";
import type { EndCause } from "../../src/core/index.ts";
import { rentalIdOf } from "../sim/store-samples.ts";

const VOICE = { host: "sip.example", asterisk: { password_file: "ari" } };
const LINE = { id: "l1", number: "+4915550001234" };
const TIERS = { sms_voice_video: { pricing: { daily: "1", per_minute_voice: "0.02" } } };

const config = (parts: object = {}, line: object = {}) =>
  parseBoxConfig(JSON.stringify({ voice: VOICE, lines: [{ ...LINE, ...line }], ...parts }), "test");
const terms = (parts: object = {}, line: object = {}, direction: "in" | "out" = "out", of: LineId = lineId("l1")) =>
  callTermsOf(config(parts, line), { id: rentalIdOf(1), lineId: of }, direction);

describe("a line's calls", () => {
  it("are none without voice, for a line that says so, and for one that there is not", () => {
    expect(lineCallsOf(config({ voice: undefined }), lineId("l1"))).toBeNull();
    expect(lineCallsOf(config({}, { voice: false }), lineId("l1"))).toBeNull();
    expect(lineCallsOf(config(), lineId("l2"))).toBeNull();
  });

  it("dial by the line's own number and policy", () => {
    const calls = lineCallsOf(config({}, { voice: { policy: { countries: ["FR"] } } }), lineId("l1"));
    expect(calls?.mayDial("0033142685300")).toMatchObject({ allowed: true, number: "+33142685300" });
    expect(calls?.mayDial("030123456")).toMatchObject({ allowed: false, code: "call.country", cause: "blocked" });
    expect(calls?.mayDial("0112")).toMatchObject({ allowed: false, code: "call.emergency", say: "emergency" });
    expect(calls?.rules.ringTimeout).toBe(25_000);
  });

  it("that no phone takes are treated as configured", () => {
    const inbound = { no_rental: "ring_out", no_registration: "announce", busy: "announce", no_answer: "ring_out" };
    const rules = lineCallsOf(config({ voice: { ...VOICE, inbound } }), lineId("l1"))?.rules;
    const expected: readonly (readonly [EndCause, string])[] = [
      ["no_rental", "ring_out"],
      ["not_registered", "announce"],
      ["gateway_lost", "announce"],
      ["busy", "announce"],
      ["declined", "reject"],
      ["no_answer", "ring_out"],
      ["stopped", "reject"],
      ["no_credit", "reject"],
      ["failed", "reject"],
    ];
    expect(expected.map(([cause]) => [cause, rules?.treatment(cause)])).toEqual(expected);
  });
});

describe("what a call costs", () => {
  it("is the price of the line's listing unless `billing` has one, and nothing without either", () => {
    expect(terms()).toEqual({ pricePerMinute: 0, includedMinutes: 0, maxCall: 7_200_000, minutesPerDay: 240 });
    expect(terms({ listing: { tiers: TIERS } }).pricePerMinute).toBe(20_000);
    const own = { listing: { tiers: { sms_voice_video: { pricing: { daily: "1", per_minute_voice: "0.03" } } } } };
    expect(terms({ listing: { tiers: TIERS } }, own).pricePerMinute).toBe(30_000);
    const voice = { ...VOICE, billing: { price_per_minute: "0.5", included_minutes: 60 } };
    expect(terms({ voice, listing: { tiers: TIERS } }, own)).toMatchObject({
      pricePerMinute: 500_000,
      includedMinutes: 60,
    });
  });

  it("is nothing for calls from outside, unless all are charged", () => {
    expect(terms({ listing: { tiers: TIERS } }, {}, "in").pricePerMinute).toBe(0);
    const voice = { ...VOICE, billing: { charge: "all" } };
    expect(terms({ voice, listing: { tiers: TIERS } }, {}, "in").pricePerMinute).toBe(20_000);
  });

  it("lets nothing be dialled over a line that lost its calls", () => {
    expect(terms({}, { voice: false })).toMatchObject({ minutesPerDay: 0, maxCall: 60_000 });
  });
});
