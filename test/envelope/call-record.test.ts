import { describe, expect, it } from "vitest";
import { fromBase64url, toBase64url } from "../../src/base/index.ts";
import {
  type CallRecord,
  messageHash,
  openCallRecord,
  paddedJson,
  sealCallRecord,
  sealV1,
} from "../../src/envelope/index.ts";
import { identity } from "../relay/fixtures.ts";
import { SeededRandom } from "../sim/seeded-random.ts";
import { codeOf } from "./error-code.ts";
import { suites } from "./fixtures.ts";

const renter = identity("renter");
const record: CallRecord = {
  ...{ id: "ab".repeat(16), rental_id: "cd".repeat(16), listing_id: "ef".repeat(16), direction: "out" },
  ...{ line: "+15550100", number: "+4930123456", started_ms: 1_767_225_600_000, answered_ms: 1_767_225_605_000 },
  ...{ duration_ms: 61_000, minutes: 2, cost: "0.02", cause: "hung_up" },
};

describe.each(suites)("a call's record over $name", ({ suite }) => {
  const random = new SeededRandom("call record");
  const seal = (some: CallRecord) =>
    sealCallRecord({ suite, random, renter: toBase64url(renter.encrypt), record: some });

  it("opens for its renter alone, whole", () => {
    const { sealed, hash } = seal(record);
    expect(openCallRecord(suite, renter.seed, sealed)).toEqual(record);
    expect(hash).toBe(messageHash(suite, fromBase64url(sealed)));
    expect(codeOf(() => openCallRecord(suite, identity("other").seed, sealed))).toBe("envelope.cannot_open");
    const withheld = { ...record, number: null, answered_ms: null, duration_ms: null, cause: null };
    expect(openCallRecord(suite, renter.seed, seal(withheld).sealed)).toEqual(withheld);
  });

  it("has the same size whatever it tells", () => {
    const sizes = [record, { ...record, number: null }, { ...record, number: "+1".padEnd(16, "5"), cost: "12.345678" }];
    expect(new Set(sizes.map((some) => seal(some).sealed.length)).size).toBe(1);
  });

  it.each([
    [{ type: "sms" }],
    [{ v: 2 }],
    [{ direction: "up" }],
    [{ number: 5 }],
    [{ minutes: -1 }],
    [{ answered_ms: "now" }],
    [{ cause: 1 }],
    [{ cost: 2 }],
    [{ line: null }],
    [{ id: 7 }],
  ])("sealed with %j is refused", (change) => {
    const plaintext = paddedJson({ v: 1, type: "call", ...record, ...change });
    const bytes = sealV1({ suite, random, recipient: renter.encrypt, plaintext });
    expect(codeOf(() => openCallRecord(suite, renter.seed, toBase64url(bytes)))).toBe("call.bad_record");
  });
});
