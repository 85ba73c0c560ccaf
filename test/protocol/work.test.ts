import { describe, expect, it } from "vitest";
import { systemCrypto } from "../../src/base/system-crypto.ts";
import { leadingZeroBits, readWork, searchWork } from "../../src/protocol/index.ts";

const sha256 = (bytes: Uint8Array): Uint8Array => systemCrypto.sha256(bytes);

describe("proof of work", () => {
  it.each([
    [[0xff], 0],
    [[0x01], 7],
    [[0x00, 0x80], 8],
    [[0x00, 0x1f], 11],
    [[0x00, 0x00], 16],
  ])("counts the leading zero bits of %j", (bytes, bits) => {
    expect(leadingZeroBits(new Uint8Array(bytes))).toBe(bits);
  });

  it("finds a counter whose hash has the bits, in as many calls as one likes", () => {
    const demand = { challenge: "some challenge", bits: 10 };
    const whole = searchWork(sha256, demand, { from: 0, count: 100_000 });
    let from = 0;
    let found: string | null = null;
    while (found === null) {
      found = searchWork(sha256, demand, { from, count: 100 });
      from += 100;
    }
    expect(found).toBe(whole);
    const read = readWork(sha256, found);
    expect(read?.challenge).toBe("some challenge");
    expect(read?.bits).toBeGreaterThanOrEqual(10);
  });

  it("reads nothing else", () => {
    for (const text of ["", "x", "x counter=", "x counter=-1", "x counter=01", "x counter=1e3", "x counter=1 "])
      expect(readWork(sha256, text)).toBeNull();
  });
});
