import { xchacha20poly1305 } from "@noble/ciphers/chacha.js";
import { describe, expect, it } from "vitest";
import { isAppError, Secret, toBase64url, toHex, utf8 } from "../../src/base/index.ts";
import { systemCrypto as suite } from "../../src/base/system-crypto.ts";
import {
  type Argon2Params,
  canonicalBytes,
  canonicalJson,
  DEFAULT_ARGON2,
  type KeystoreContents,
  openKeystore,
  sealKeystore,
  type Unlock,
} from "../../src/envelope/index.ts";
import { keystoreKey } from "../../src/envelope/keystore-kdf.ts";
import { SeededRandom } from "../sim/seeded-random.ts";
import { rejectionOf } from "./error-code.ts";
import { flipBit, formsOf, provider, renter, shownBy } from "./fixtures.ts";

// The smallest accepted cost: what is tested here is the format, not the delay.
const cheap: Argon2Params = { memory_kib: 8192, iterations: 1, parallelism: 1 };
const storageKey = new Uint8Array(32).fill(0x44);
const contents: KeystoreContents = {
  identities: [provider, renter],
  current: "renter",
  storageKey: new Secret(storageKey),
  secrets: { "relay.token": new Secret("tökén"), empty: new Secret("") },
};
const withPassphrase = (text: string): Unlock => ({ passphrase: new Secret(text) });
const withKey = (fill: number, length = 32): Unlock => ({ key: new Secret(new Uint8Array(length).fill(fill)) });
const seal = (unlock: Unlock, argon2: Argon2Params = cheap): Promise<string> =>
  sealKeystore({ suite, random: new SeededRandom("keystore"), unlock, contents, argon2 });
const open = (text: string, unlock: Unlock): Promise<KeystoreContents> => openKeystore({ suite, unlock, text });
/** The file with some members changed. */
const edited = (text: string, change: (file: Record<string, unknown>) => Record<string, unknown>): string =>
  JSON.stringify(change(JSON.parse(text) as Record<string, unknown>));

/** A well-sealed file, for the key of sevens, over contents that no version of ours writes. */
async function sealAnything(inner: unknown): Promise<string> {
  const head = { v: 1, kdf: { name: "hkdf" }, cipher: "xchacha20-poly1305" } as const;
  const key = await keystoreKey(suite, withKey(7), head.kdf);
  const nonce = new Uint8Array(24);
  const box = xchacha20poly1305(key.reveal(), nonce, canonicalBytes(head)).encrypt(canonicalBytes(inner));
  return canonicalJson({ ...head, nonce: toBase64url(nonce), box: toBase64url(box) });
}

describe("a sealed keystore", () => {
  it.each([
    ["a passphrase", withPassphrase("correct horse")],
    ["a key", withKey(7)],
  ])("gives back everything with %s", async (_what, unlock) => {
    const opened = await open(await seal(unlock), unlock);
    expect(opened.current).toBe("renter");
    expect(opened.storageKey.reveal()).toEqual(storageKey);
    expect(opened.secrets["relay.token"]?.reveal()).toBe("tökén");
    expect(Object.keys(opened.secrets)).toEqual(["empty", "relay.token"]);
    expect(opened.identities.map(({ name, verify, encrypt, nonce }) => ({ name, verify, encrypt, nonce }))).toEqual(
      [provider, renter].map(({ name, verify, encrypt, nonce }) => ({ name, verify, encrypt, nonce })),
    );
    expect(opened.identities[1]?.seed.reveal()).toEqual(renter.seed.reveal());
  });

  it("is canonical JSON that names its derivation and shows no secret", async () => {
    const text = await seal(withPassphrase("correct horse"));
    const file = JSON.parse(text) as Record<string, unknown>;
    expect(text).toBe(canonicalJson(file));
    expect(file).toEqual({
      v: 1,
      kdf: { name: "argon2id", ...cheap, salt: expect.stringMatching(/^[\w-]{22}$/) },
      cipher: "xchacha20-poly1305",
      nonce: expect.stringMatching(/^[\w-]{32}$/),
      box: expect.any(String),
    });
    expect(JSON.parse(await seal(withKey(7)))).toMatchObject({ kdf: { name: "hkdf" } });
    for (const secret of [storageKey, provider.seed.reveal(), renter.seed.reveal()]) {
      for (const form of formsOf(secret)) expect(text).not.toContain(form);
    }
  });

  it("costs 64 MiB and three passes unless told otherwise", async () => {
    const text = await sealKeystore({ suite, random: new SeededRandom("k"), unlock: withPassphrase("p"), contents });
    expect(JSON.parse(text)).toMatchObject({ kdf: DEFAULT_ARGON2 });
    expect(DEFAULT_ARGON2).toEqual({ memory_kib: 65_536, iterations: 3, parallelism: 1 });
    expect((await open(text, withPassphrase("p"))).current).toBe("renter");
  });

  it("derives the Argon2id key of the reference implementation", async () => {
    // Test vector of the reference C implementation: t=2, m=2^16, p=1, "password", "somesalt", version 0x13.
    const salt = toBase64url(utf8("somesalt"));
    const kdf = { name: "argon2id", memory_kib: 65_536, iterations: 2, parallelism: 1, salt } as const;
    const key = await keystoreKey(suite, withPassphrase("password"), kdf);
    expect(toHex(key.reveal())).toBe("09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7");
  });

  it("opens with the same passphrase in another Unicode form", async () => {
    const text = await seal(withPassphrase("caf\u00e9"));
    expect((await open(text, withPassphrase("cafe\u0301"))).current).toBe("renter");
  });

  it("does not open with another secret or another kind of secret", async () => {
    const passphrase = await seal(withPassphrase("correct horse"));
    const key = await seal(withKey(7));
    expect(await rejectionOf(open(passphrase, withPassphrase("wrong")))).toBe("keystore.wrong_unlock");
    expect(await rejectionOf(open(passphrase, withPassphrase("")))).toBe("keystore.empty_passphrase");
    expect(await rejectionOf(open(passphrase, withKey(7)))).toBe("keystore.needs_passphrase");
    expect(await rejectionOf(open(key, withKey(8)))).toBe("keystore.wrong_unlock");
    expect(await rejectionOf(open(key, withPassphrase("correct horse")))).toBe("keystore.needs_key");
    expect(await rejectionOf(open(key, withKey(7, 16)))).toBe("crypto.bad_length");
  });

  it("is not sealed with an empty passphrase, a short key or parameters out of bounds", async () => {
    expect(await rejectionOf(seal(withPassphrase("")))).toBe("keystore.empty_passphrase");
    expect(await rejectionOf(seal(withKey(7, 31)))).toBe("crypto.bad_length");
    const bad = [
      { memory_kib: 8191 },
      { memory_kib: 262_145 },
      { iterations: 0 },
      { iterations: 11 },
      { parallelism: 5 },
    ];
    for (const change of bad) {
      expect(await rejectionOf(seal(withPassphrase("p"), { ...cheap, ...change }))).toBe("keystore.bad_kdf");
    }
  });

  it("refuses a file with a derivation that is unknown or out of bounds before spending anything on it", async () => {
    const text = await seal(withPassphrase("p"));
    const kdf = (change: Record<string, unknown> | null): string =>
      edited(text, (file) => ({ ...file, kdf: change === null ? null : { ...Object(file.kdf), ...change } }));
    const bad = [
      null,
      { name: "scrypt" },
      { memory_kib: 2 ** 40 },
      { iterations: 1000 },
      { parallelism: 0 },
      { memory_kib: "8192" },
      { salt: "AAAA" },
      { salt: 5 },
    ];
    for (const change of bad)
      expect(await rejectionOf(open(kdf(change), withPassphrase("p")))).toBe("keystore.bad_kdf");
  });

  it("does not open after a change of cost, salt, nonce or any byte of the box", async () => {
    const unlock = withKey(7);
    const text = await seal(unlock);
    const { nonce, box } = JSON.parse(text) as Record<"nonce" | "box", string>;
    for (const [member, value] of Object.entries({ nonce, box })) {
      const bytes = Buffer.from(value, "base64url");
      for (let i = 0; i < bytes.length; i += 5) {
        const changed = edited(text, (file) => ({ ...file, [member]: toBase64url(flipBit(bytes, i)) }));
        expect(await rejectionOf(open(changed, unlock))).toBe("keystore.wrong_unlock");
      }
    }
    const costly = await seal(withPassphrase("p"));
    const cheaper = edited(costly, (file) => ({ ...file, kdf: { ...Object(file.kdf), iterations: 2 } }));
    expect(await rejectionOf(open(cheaper, withPassphrase("p")))).toBe("keystore.wrong_unlock");
  });

  it("is refused as no keystore after any truncation of the text", async () => {
    const text = await seal(withKey(7));
    for (let length = 0; length < text.length; length += 7) {
      expect(await rejectionOf(open(text.slice(0, length), withKey(7)))).toBe("keystore.bad_file");
    }
  });

  it.each([
    ["another version", { v: 2 }],
    ["another cipher", { cipher: "aes" }],
    ["no nonce", { nonce: undefined }],
    ["a nonce that is not base64url", { nonce: "!" }],
    ["a nonce that was cut", { nonce: "AAAA" }],
    ["a box that was cut", { box: "AAAA" }],
  ])("is refused with %s", async (_what, change) => {
    const text = edited(await seal(withKey(7)), (file) => ({ ...file, ...change }));
    expect(await rejectionOf(open(text, withKey(7)))).toBe("keystore.bad_file");
  });

  it.each([
    ["contents of another version", { v: 2, identities: [] }],
    ["no identities", { v: 1 }],
    ["an identity that is no object", { v: 1, identities: [1] }],
    ["an identity without name", { v: 1, identities: [{ seed: "", nonce: "" }] }],
    ["no secrets", { v: 1, identities: [], current: "a", storage_key: "AA" }],
    ["a secret that is no text", { v: 1, identities: [], current: "a", storage_key: "AA", secrets: { a: 1 } }],
  ])("sealed by a stranger with %s is refused", async (_what, inner) => {
    const text = await sealAnything(inner);
    expect(await rejectionOf(open(text, withKey(7)))).toBe("keystore.bad_file");
  });

  it("shows neither passphrase nor keys in its error", async () => {
    try {
      await open(await seal(withPassphrase("correct horse")), withPassphrase("wrong staple"));
    } catch (error) {
      const shown = shownBy(error);
      expect(isAppError(error)).toBe(true);
      for (const text of ["correct horse", "wrong staple", ...formsOf(storageKey)]) expect(shown).not.toContain(text);
    }
    expect.assertions(6);
  });
});
