import { TOTP } from "otpauth";
import { describe, expect, it } from "vitest";
import { unixMs, utf8 } from "../../src/base/index.ts";
import { totpStep, totpText, totpUri } from "../../src/web/server/accounts/totp.ts";

// RFC 6238, appendix B, SHA-1, cut to six digits.
const SECRET = utf8("12345678901234567890");
const VECTORS: readonly (readonly [number, string])[] = [
  [59, "287082"],
  [1111111109, "081804"],
  [1111111111, "050471"],
  [1234567890, "005924"],
  [2000000000, "279037"],
  [20000000000, "353130"],
];

const check = (code: string, seconds: number, lastStep = 0) =>
  totpStep({ secret: SECRET, code, now: unixMs(seconds * 1000), lastStep });

describe("totpStep", () => {
  it.each(VECTORS)("takes the RFC's code at %d s", (seconds, code) => {
    expect(check(code, seconds)).toBe(Math.floor(seconds / 30));
    expect(check(`${code.slice(0, 3)} ${code.slice(3)}`, seconds)).toBe(Math.floor(seconds / 30));
  });

  it("takes the code of one period before and after, and none further away", () => {
    const at = 1234567890;
    const step = Math.floor(at / 30);
    const codeAt = (offset: number) =>
      new TOTP({ secret: totpText(SECRET), digits: 6, period: 30 }).generate({ timestamp: (at + 30 * offset) * 1000 });
    expect([-2, -1, 0, 1, 2].map((offset) => check(codeAt(offset), at))).toEqual([
      null,
      step - 1,
      step,
      step + 1,
      null,
    ]);
  });

  it("takes no code twice, nor one of before", () => {
    const step = Math.floor(1234567890 / 30);
    expect(check("005924", 1234567890, step)).toBeNull();
    expect(check("005924", 1234567890, step + 1)).toBeNull();
    expect(check("005924", 1234567890, step - 1)).toBe(step);
  });

  it("forgives a last use that a wrong clock put into the future", () => {
    expect(check("005924", 1234567890, Math.floor(1234567890 / 30) + 1_000_000)).not.toBeNull();
  });

  it.each(["", "00592", "0059244", "abcdef", "005925", "-05924", "005924 or 1"])("refuses %j", (code) => {
    expect(check(code, 1234567890)).toBeNull();
  });
});

describe("totpUri", () => {
  it("names box and user and holds the secret in base32, as apps read it", () => {
    const uri = new URL(totpUri(SECRET, "anna", "Numberbox pi.local"));
    expect(uri.protocol).toBe("otpauth:");
    expect(decodeURIComponent(uri.pathname)).toContain("Numberbox pi.local:anna");
    expect(uri.searchParams.get("secret")).toBe("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    expect(uri.searchParams.get("issuer")).toBe("Numberbox pi.local");
  });
});
