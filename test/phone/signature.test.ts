import { describe, expect, it } from "vitest";
import { minutes, type UnixMs, unixMs } from "../../src/base/index.ts";
import { systemCrypto } from "../../src/base/system-crypto.ts";
import type { PhoneWebhook } from "../../src/core/index.ts";
import { verifySignature } from "../../src/phone/signature.ts";
import { START, signed } from "./phone-rig.ts";

const KEY = "k3y";
const BODY = '{"id":"1","text":"grün"}';
const good = signed(BODY, KEY);

function verdict(request: PhoneWebhook, now: UnixMs = START, clockIsTrusted = true): string {
  try {
    return verifySignature({ suite: systemCrypto, signingKey: KEY, request, now, clockIsTrusted });
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : String(error);
  }
}

describe("a webhook's signature", () => {
  const cases: readonly [string, PhoneWebhook, string][] = [
    ["is taken when it is right", good, good.signature ?? ""],
    ["may be in capitals", { ...good, signature: good.signature?.toUpperCase() }, good.signature ?? ""],
    ["may be missing no header: signature", { ...good, signature: undefined }, "phone.bad_signature"],
    ["may be missing no header: time", { ...good, timestamp: undefined }, "phone.bad_signature"],
    ["of another key is refused", signed(BODY, "other"), "phone.bad_signature"],
    ["over another body is refused", { ...good, body: signed("{}", KEY).body }, "phone.bad_signature"],
    ["over another time is refused", { ...good, timestamp: String(START / 1000 + 1) }, "phone.bad_signature"],
    ["cut short is refused", { ...good, signature: good.signature?.slice(0, 63) }, "phone.bad_signature"],
    ["that is no hex is refused", { ...good, signature: "z".repeat(64) }, "phone.bad_signature"],
    ["with a time in words is refused", { ...good, timestamp: "now" }, "phone.bad_signature"],
    ["with a negative time is refused", { ...good, timestamp: "-5" }, "phone.bad_signature"],
    ["over an empty body is taken", signed("", KEY), signed("", KEY).signature ?? ""],
  ];
  it.each(cases)("%s", (_name, request, expected) => {
    expect(verdict(request)).toBe(expected);
  });

  it("covers bytes that are no UTF-8", () => {
    const request = signed(Uint8Array.of(0xff, 0xfe, 0x00), KEY);
    expect(verdict(request)).toBe(request.signature);
  });

  it("is good for five minutes to either side, and tells the phone's error after that", () => {
    for (const [ahead, expected] of [
      [minutes(5), good.signature],
      [-minutes(5), good.signature],
      [minutes(5) + 1000, "phone.stale"],
      [-minutes(5) - 1000, "phone.stale"],
    ] as const)
      expect(verdict(good, unixMs(START + ahead))).toBe(expected);
    expect(() =>
      verifySignature({
        ...{ suite: systemCrypto, signingKey: KEY, request: good, now: unixMs(START + minutes(60)) },
        clockIsTrusted: true,
      }),
    ).toThrow(expect.objectContaining({ context: { skew_s: -3600 } }));
  });

  it("says nothing of the time to somebody without the key", () => {
    expect(verdict(signed(BODY, "other", START - 86_400_000))).toBe("phone.bad_signature");
  });

  it("is not judged by its time while the box doubts its own clock", () => {
    expect(verdict(good, unixMs(0), false)).toBe(good.signature);
    expect(verdict(signed(BODY, "other"), unixMs(0), false)).toBe("phone.bad_signature");
  });
});
