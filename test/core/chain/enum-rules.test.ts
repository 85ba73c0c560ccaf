import { describe, expect, it } from "vitest";
import { AppError, e164 } from "../../../src/base/index.ts";
import {
  checkOwner,
  enumWarnings,
  lastOwn,
  missingConsent,
  type NumberedRecord,
  placeFor,
  sipUri,
} from "../../../src/core/chain/enum-rules.ts";

const number = e164("+15550100");

function record(at: number, own: boolean, state: "active" | "expired" | "deleted" = "active"): NumberedRecord {
  const name = `enum:15550100:${at}`;
  const value = new Uint8Array(0);
  return {
    at,
    own,
    record: { name, value, txid: "00", vout: 0, address: own ? "ours" : "theirs", expiresAt: 9, state },
  };
}

function codeOf(work: () => unknown): string {
  try {
    work();
    return "none";
  } catch (error) {
    return error instanceof AppError ? error.code : String(error);
  }
}

describe("consent to a number in the chain", () => {
  it.each([
    ["+15550100", false, false, null],
    ["+1 (555) 01-00", false, false, null],
    ["", false, false, "enum.not_confirmed"],
    ["15550100", false, false, "enum.not_confirmed"],
    ["+15550101", false, false, "enum.not_confirmed"],
    ["+15550100", true, false, "enum.listed"],
    ["+15550100", true, true, null],
    ["+15550101", true, true, "enum.not_confirmed"],
  ])("typed %j, listed %j, despite the listing %j: %j", (confirmNumber, listed, despiteListing, code) => {
    expect(missingConsent({ confirmNumber, despiteListing }, { number, listed })?.code ?? null).toBe(code);
  });

  it("never repeats the number in what it refuses", () => {
    const asked = { number: e164("+15550177"), listed: false };
    const refused = missingConsent({ confirmNumber: "+15550199", despiteListing: false }, asked);
    expect(JSON.stringify(refused)).not.toMatch(/15550177|15550199/);
  });
});

describe("a SIP address", () => {
  it.each(["sip:alice@example.coin", "sips:a@h:5061;transport=tls", "sip:+15550100@gw.example"])(
    "%j is taken",
    (uri) => {
      expect(sipUri(uri)).toBe(uri);
    },
  );

  it.each([
    "alice@example.coin",
    "sip:alice",
    "sip:a b@c",
    "sip:a!b@c",
    "tel:+15550100",
    "sip:a@b@c",
    "sip:a@b\nSIG=x",
  ])("%j is refused", (uri) => {
    expect(codeOf(() => sipUri(uri))).toBe("enum.bad_sip");
  });
});

describe("the place of a record", () => {
  it.each([
    ["an empty book", [], 0, false],
    ["another's first record", [record(0, false)], 1, false],
    ["our own record", [record(0, true)], 0, true],
    ["our own behind another's", [record(0, false), record(1, true)], 1, true],
    ["a gap before ours, which nobody sees", [record(1, true)], 0, false],
    ["an expired first one", [record(0, true, "expired"), record(1, false)], 0, false],
    ["a deleted second one", [record(0, false), record(1, true, "deleted")], 1, false],
  ] as const)("with %s", (_, records, at, over) => {
    const place = placeFor(records);
    expect([place.at, place.own !== null]).toEqual([at, over]);
  });

  it("is refused where others have all of them", () => {
    const all = Array.from({ length: 10 }, (_, at) => record(at, false));
    expect(codeOf(() => placeFor(all))).toBe("enum.full");
  });

  it("to remove is our last one, so that none of ours is left behind a gap", () => {
    expect(lastOwn([record(0, true), record(1, false), record(2, true), record(3, true, "expired")]).at).toBe(2);
    expect(codeOf(() => lastOwn([record(0, false), record(1, true, "deleted")]))).toBe("enum.not_published");
  });
});

describe("the owner of a record", () => {
  it.each([
    [{ mine: true, used: false }, "none"],
    [{ mine: false, used: false }, "enum.foreign_address"],
    [{ mine: true, used: true }, "enum.linked_address"],
  ])("%j: %s", (facts, code) => {
    expect(codeOf(() => checkOwner("emrt1owner", facts))).toBe(code);
  });
});

describe("warnings", () => {
  it.each([
    [{ listed: false, signed: true, renewal: null }, 2, /for ever/],
    [{ listed: true, signed: true, renewal: null }, 3, /blind listing/],
    [{ listed: false, signed: false, renewal: null }, 3, /No verifier/],
    [{ listed: false, signed: true, renewal: 365 }, 3, /another 365 days/],
  ])("%j", (facts, count, text) => {
    const warnings = enumWarnings({ number, ...facts });
    expect(warnings).toHaveLength(count);
    expect(warnings.join("\n")).toMatch(text);
  });
});
