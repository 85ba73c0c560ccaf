import { describe, expect, it } from "vitest";
import { fromBase64url, fromHex, hasCode, toBase64url, toHex } from "../../src/base/index.ts";
import {
  createIdentity,
  identityFromSeed,
  keyFromText,
  nobleSuite,
  publicKeysFromText,
  publicKeysToText,
} from "../../src/envelope/index.ts";
import { SeededRandom } from "../sim/seeded-random.ts";
import { codeOf } from "./error-code.ts";
import { formsOf, type NessVectors, provider, shownBy, suites } from "./fixtures.ts";
import { x25519LowOrder } from "./rfc-vectors.ts";
import { haveVectors, vectorJson, vectorsNote } from "./vectors.ts";

const seed = new Uint8Array(32).fill(5);
const nonce = new Uint8Array(16);

describe("identities", () => {
  it.skipIf(!haveVectors)(`derive both public keys of the reference identities from one seed${vectorsNote}`, () => {
    const { identities } = vectorJson<NessVectors>("ness/vectors.json");
    for (const { suite } of suites) {
      for (const [name, vector] of Object.entries(identities)) {
        const identity = identityFromSeed(suite, {
          name,
          seed: fromHex(vector.seed_hex),
          nonce: fromBase64url(vector.nonce_b64),
        });
        expect(toHex(identity.verify)).toBe(vector.verify_hex);
        expect(toHex(identity.encrypt)).toBe(vector.public_hex);
        expect(publicKeysToText(identity)).toEqual({ verify: vector.verify_b64url, encrypt: vector.public_b64url });
      }
    }
  });

  it("are created from the injected randomness, and differ when it differs", () => {
    const one = createIdentity(new SeededRandom("a"), nobleSuite, "alice");
    const same = createIdentity(new SeededRandom("a"), nobleSuite, "alice");
    const other = createIdentity(new SeededRandom("b"), nobleSuite, "alice");
    expect(one.verify).toEqual(same.verify);
    expect(one.verify).not.toEqual(other.verify);
    expect(one.nonce).toHaveLength(16);
    expect(one.verify).toEqual(nobleSuite.ed25519Public(one.seed.reveal()));
    expect(one.encrypt).toEqual(nobleSuite.x25519Public(one.seed.reveal()));
  });

  it("keep their own copy of the seed and never print it", () => {
    const bytes = seed.slice();
    const identity = identityFromSeed(nobleSuite, { name: "alice", seed: bytes, nonce });
    bytes.fill(0);
    expect(identity.seed.reveal()).toEqual(seed);
    const printed = `${JSON.stringify(identity)} ${identity.seed}`;
    for (const form of formsOf(seed)) expect(printed).not.toContain(form);
  });

  it.each(["", "Alice", "-a", "a b", "é", "a".repeat(64)])("refuse %j as a new name", (name) => {
    expect(codeOf(() => createIdentity(new SeededRandom("a"), nobleSuite, name))).toBe("identity.bad_name");
  });

  it("take older names of 1-497 bytes, and refuse others and seeds and nonces of a wrong length", () => {
    const make = (name: string, seedLength: number, nonceLength: number) => (): unknown =>
      identityFromSeed(nobleSuite, { name, seed: new Uint8Array(seedLength), nonce: new Uint8Array(nonceLength) });
    expect(codeOf(make("Ünal:1", 32, 16))).toBe("nothing");
    expect(codeOf(make("é".repeat(248), 32, 16))).toBe("nothing");
    expect(codeOf(make("é".repeat(249), 32, 16))).toBe("identity.bad_name");
    expect(codeOf(make("", 32, 16))).toBe("identity.bad_name");
    expect(codeOf(make("a", 31, 16))).toBe("identity.bad_seed");
    expect(codeOf(make("a", 64, 16))).toBe("identity.bad_seed");
    expect(codeOf(make("a", 32, 15))).toBe("identity.bad_nonce");
  });
});

describe("public keys as text", () => {
  it("come back as they were", () => {
    const keys = publicKeysFromText(nobleSuite, publicKeysToText(provider));
    expect(keys).toEqual({ verify: provider.verify, encrypt: provider.encrypt });
  });

  it("accept padded standard base64 and refuse other lengths and alphabets", () => {
    expect(keyFromText(Buffer.from(provider.verify).toString("base64"), "the key")).toEqual(provider.verify);
    expect(codeOf(() => keyFromText(toBase64url(new Uint8Array(31)), "the key"))).toBe("identity.bad_key");
    expect(codeOf(() => keyFromText("not base64!", "the key"))).toBe("identity.bad_key");
  });

  it.each(suites)("refuse an encrypt key of small order ($name)", ({ suite }) => {
    const verify = toBase64url(provider.verify);
    for (const key of x25519LowOrder) {
      const encrypt = toBase64url(fromHex(key));
      expect(codeOf(() => publicKeysFromText(suite, { verify, encrypt }))).toBe("identity.bad_key");
    }
  });

  it("show no key in their errors, where a private key might have been pasted", () => {
    const pasted = toBase64url(seed);
    try {
      keyFromText(`${pasted}AAAA`, "the key");
    } catch (error) {
      expect(hasCode(error, "identity.bad_key")).toBe(true);
      expect(shownBy(error)).not.toContain(pasted);
    }
    expect.assertions(2);
  });
});
