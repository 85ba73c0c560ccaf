import { describe, expect, it } from "vitest";
import { utf8 } from "../../src/base/index.ts";
import { createSystemCrypto, systemCrypto } from "../../src/base/system-crypto.ts";

const seed = (fill: number): Uint8Array => new Uint8Array(32).fill(fill);
const message = utf8("message");

describe("a suite that keeps its keys", () => {
  it("tells an array that was filled anew from the key that it held", () => {
    const suite = createSystemCrypto();
    const reused = seed(1);
    suite.ed25519Sign(reused, message);
    reused.fill(2);
    expect(suite.ed25519Sign(reused, message)).toEqual(systemCrypto.ed25519Sign(seed(2), message));
  });

  it("signs and agrees alike with more keys than it keeps, in any order", () => {
    const suite = createSystemCrypto();
    for (const fill of [1, 2, 3, 4, 1, 4, 2]) {
      const peer = systemCrypto.x25519Public(seed(fill + 100));
      expect(suite.ed25519Sign(seed(fill), message)).toEqual(systemCrypto.ed25519Sign(seed(fill), message));
      expect(suite.x25519(seed(fill), peer)).toEqual(systemCrypto.x25519(seed(fill), peer));
      expect(suite.x25519Public(seed(fill))).toEqual(systemCrypto.x25519Public(seed(fill)));
    }
  });

  it("never takes a key of one curve for one of the other", () => {
    const suite = createSystemCrypto();
    const raw = seed(7);
    const shared = suite.x25519(raw, systemCrypto.x25519Public(seed(8)));
    expect(suite.ed25519Public(raw)).toEqual(systemCrypto.ed25519Public(raw));
    expect(suite.x25519Public(raw)).toEqual(systemCrypto.x25519Public(raw));
    expect(shared).toEqual(systemCrypto.x25519(seed(8), systemCrypto.x25519Public(raw)));
  });

  it("refuses a bad key each time it is offered", () => {
    const suite = createSystemCrypto();
    const signature = suite.ed25519Sign(seed(1), message);
    for (let i = 0; i < 3; i++) {
      expect(() => suite.x25519(seed(1), new Uint8Array(32))).toThrow("small order");
      expect(suite.ed25519Verify(seed(255), message, signature)).toBe(false);
      expect(suite.ed25519Verify(suite.ed25519Public(seed(1)), message, signature)).toBe(true);
    }
  });
});
