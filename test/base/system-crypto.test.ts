import { describe, expect, it } from "vitest";
import { fromHex, hasCode, toHex } from "../../src/base/index.ts";
import { systemCrypto } from "../../src/base/system-crypto.ts";

describe("systemCrypto", () => {
  it("computes the RFC 7748 section 5.2 vector", () => {
    const out = systemCrypto.x25519(
      fromHex("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4"),
      fromHex("e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c"),
    );
    expect(toHex(out)).toBe("c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552");
  });

  it("refuses a low-order X25519 key with crypto.low_order", () => {
    let caught: unknown;
    try {
      systemCrypto.x25519(new Uint8Array(32).fill(7), new Uint8Array(32));
    } catch (error) {
      caught = error;
    }
    expect(hasCode(caught, "crypto.low_order")).toBe(true);
  });
});
