import { describe, expect, it } from "vitest";
import { isAppError, Secret, toBase64, toHex, utf8 } from "../../src/base/index.ts";
import {
  asciiJson,
  type Identity,
  identityFromSeed,
  type Keyfile,
  nobleSuite,
  parseKeyfile,
  serialiseG2,
  wormName,
  wormXml,
} from "../../src/envelope/index.ts";
import { encryptedKeyfile } from "./encrypted-keyfile.ts";
import { codeOf } from "./error-code.ts";
import { formsOf, type NessVectors, provider, renter, shownBy, stranger, suites } from "./fixtures.ts";
import { haveVectors, vectorJson, vectorsNote, vectorText } from "./vectors.ts";

type Json = Record<string, unknown>;
const suite = nobleSuite;

const parse = (value: unknown, password?: string): Keyfile => {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return password === undefined
    ? parseKeyfile({ suite, text })
    : parseKeyfile({ suite, text, password: new Secret(password) });
};
const users = (...identities: Identity[]): Json =>
  JSON.parse(serialiseG2(identities, identities[0]?.name ?? "")) as Json;
const single = (identity: Identity, change: Json = {}): Json => ({
  filedata: { vendor: "Privateness", type: "key", for: "user" },
  username: identity.name,
  private: toBase64(identity.seed.reveal()),
  public: toBase64(identity.encrypt),
  verify: toBase64(identity.verify),
  nonce: toBase64(identity.nonce),
  ...change,
});
const pairs = (identities: readonly Identity[], current: unknown, change: Json = {}): Json => ({
  username: "ann",
  nonce: toBase64(new Uint8Array(16).fill(1)),
  keys: {
    private: identities.map((identity) => toBase64(identity.seed.reveal())),
    public: identities.map((identity) => toBase64(identity.encrypt)),
    verify: identities.map((identity) => toBase64(identity.verify)),
    current,
  },
  ...change,
});

/** The code and path of what parsing throws; also checks that no private key of the tests shows anywhere in the error. */
function fault(value: unknown, password?: string): readonly [string, unknown] {
  try {
    parse(value, password);
  } catch (error) {
    if (!isAppError(error)) throw error;
    const shown = shownBy(error);
    for (const identity of [provider, renter, stranger]) {
      for (const form of formsOf(identity.seed.reveal())) expect(shown).not.toContain(form);
    }
    return [error.code, error.context.path];
  }
  return ["nothing", undefined];
}

describe("parseKeyfile", () => {
  it("reads a G2 file of many users and its current one", () => {
    const file = parse(users(provider, renter));
    expect(file.format).toBe("G2");
    expect(file.identities.map(({ name }) => name)).toEqual(["provider", "renter"]);
    expect(file.current.name).toBe("provider");
    expect(file.current.seed.reveal()).toEqual(provider.seed.reveal());
    expect(file.current.nonce).toEqual(provider.nonce);
  });

  it("reads a G2s file of one user", () => {
    const file = parse(single(renter));
    expect(file).toMatchObject({ format: "G2s", current: { name: "renter", encrypt: renter.encrypt } });
    expect(file.identities).toHaveLength(1);
  });

  it("reads G1 and G0 files, naming the pairs besides the current one by their index", () => {
    const g1 = parse(pairs([provider, renter, stranger], 1));
    expect(g1.format).toBe("G1");
    expect(g1.identities.map(({ name }) => name)).toEqual(["ann-0", "ann", "ann-2"]);
    expect(g1.current.verify).toEqual(renter.verify);
    const text = JSON.stringify(pairs([provider], 0, { username: undefined }));
    expect(parseKeyfile({ suite, text })).toMatchObject({ format: "G0", current: { name: "user" } });
    expect(parseKeyfile({ suite, text, name: "bob" })).toMatchObject({ format: "G0", current: { name: "bob" } });
  });

  it.each(["salsa20", "aes"] as const)(
    "opens an encrypted-keys file packed with %s, skipping what is no user's key",
    (cipher) => {
      const settings = { filedata: { vendor: "Privateness", type: "settings", for: "settings" } };
      const texts = [settings, users(provider), single(renter)].map((file) => JSON.stringify(file));
      const password = "correct horse battery";
      const file = parse(encryptedKeyfile({ cipher, password, texts }), password);
      expect(file.format).toBe("encrypted-keys");
      expect(file.identities.map(({ name }) => name)).toEqual(["provider", "renter"]);
      expect(file.current.name).toBe("provider");
    },
  );

  it.each([
    ["text that is not JSON", "{", "keyfile.bad_json", "(whole)"],
    ["a list", [], "keyfile.bad_shape", "(whole)"],
    ["nothing known", {}, "keyfile.unknown_format", "(whole)"],
    ["a node's key", { filedata: { type: "key", for: "node" }, keys: {} }, "keyfile.not_user", "filedata"],
    ["filedata that is no object", { filedata: 1 }, "keyfile.bad_shape", "filedata"],
    ["users that are no object", { users: [] }, "keyfile.bad_shape", "users"],
    ["a user that is no object", { users: { a: 1 } }, "keyfile.bad_shape", "users[0]"],
    [
      "a user under another's name",
      { users: { a: single(renter) }, current: "a" },
      "keyfile.bad_shape",
      "users[0].username",
    ],
    ["a current that names nobody", { ...users(provider), current: "bob" }, "keyfile.bad_shape", "current"],
    ["a current that is no text", { ...users(provider), current: 0 }, "keyfile.bad_shape", "current"],
    ["a name that is no text", single(renter, { username: 5 }), "keyfile.bad_shape", "username"],
    ["a private key that is no text", single(renter, { private: [] }), "keyfile.bad_shape", "private"],
    [
      "a private key of 64 bytes",
      single(renter, { private: toBase64(new Uint8Array(64)) }),
      "keyfile.bad_key",
      "private",
    ],
    ["a private key that is not base64", single(renter, { private: "{}" }), "keyfile.bad_key", "private"],
    ["a nonce of 15 bytes", single(renter, { nonce: toBase64(new Uint8Array(15)) }), "keyfile.bad_key", "nonce"],
    ["no nonce", single(renter, { nonce: undefined }), "keyfile.bad_shape", "nonce"],
    ["another's public key", single(renter, { public: toBase64(provider.encrypt) }), "keyfile.mismatch", "private"],
    ["another's verify key", single(renter, { verify: toBase64(provider.verify) }), "keyfile.mismatch", "private"],
    [
      "another's private key",
      single(renter, { private: toBase64(provider.seed.reveal()) }),
      "keyfile.mismatch",
      "private",
    ],
    ["pairs that are no object", pairs([renter], 0, { keys: [] }), "keyfile.bad_shape", "keys"],
    ["pairs without lists", pairs([renter], 0, { keys: {} }), "keyfile.bad_shape", "keys.public"],
    ["a G1 name that is no text", pairs([renter], 0, { username: 1 }), "keyfile.bad_shape", "username"],
    ["a current beyond the pairs", pairs([renter], 1), "keyfile.bad_shape", "keys.current"],
    ["a current that is no number", pairs([renter], "0"), "keyfile.bad_shape", "keys.current"],
    ["no pairs", pairs([], 0), "keyfile.bad_shape", "keys.current"],
  ])("refuses %s", (_what, value, code, path) => {
    expect(fault(value)).toEqual([code, path]);
  });

  it("refuses fewer public keys than private ones", () => {
    const file = pairs([renter, provider], 0);
    const cut = { ...file, keys: { ...Object(file.keys), public: [toBase64(renter.encrypt)] } };
    expect(fault(cut)).toEqual(["keyfile.bad_shape", "keys.public[1]"]);
  });

  it("refuses a name that no identity can have, and a text of more than a megabyte", () => {
    expect(fault(single(renter, { username: "" }))[0]).toBe("identity.bad_name");
    expect(fault(" ".repeat(1_048_577))[0]).toBe("keyfile.too_long");
  });

  describe("of an encrypted-keys file", () => {
    const texts = [JSON.stringify(single(renter))];
    const password = "correct horse battery";
    const packed = (cipher: "salsa20" | "aes"): Json => encryptedKeyfile({ cipher, password, texts });

    it("asks for the password, and refuses a wrong one", () => {
      for (const cipher of ["salsa20", "aes"] as const) {
        expect(fault(packed(cipher))[0]).toBe("keyfile.needs_password");
        expect(fault(packed(cipher), "wrong password, long")[0]).toBe("keyfile.wrong_password");
      }
      expect(fault(packed("aes"), "short")[0]).toBe("keyfile.wrong_password");
    });

    it("refuses a wrong password also where no hash of the plaintext is stored", () => {
      const file = { ...packed("salsa20"), crc: [""] };
      expect(parse(file, password).current.name).toBe("renter");
      expect(fault(file, "wrong password, long")[0]).toBe("keyfile.wrong_password");
    });

    it.each([
      [
        "another cipher",
        { filedata: { type: "encrypted-keys", cipher: "rot13" } },
        "keyfile.bad_cipher",
        "filedata.cipher",
      ],
      ["no cipher", { filedata: { type: "encrypted-keys" } }, "keyfile.bad_shape", "filedata.cipher"],
      ["no hashes", { crc: undefined }, "keyfile.bad_shape", "crc"],
      ["fewer hashes than keys", { crc: [] }, "keyfile.bad_shape", "crc.0"],
      ["no keys", { keys: undefined }, "keyfile.bad_shape", "keys"],
      ["keys without any", { keys: [] }, "keyfile.no_identity", "keys"],
      ["a key that is not base64", { keys: ["!"] }, "keyfile.bad_key", "keys.0"],
      ["a key that was cut", { keys: ["AAAA"] }, "keyfile.bad_key", "keys.0"],
    ])("refuses %s", (_what, change, code, path) => {
      expect(fault({ ...packed("salsa20"), ...change }, password)).toEqual([code, path]);
    });

    it("refuses an encrypted file inside an encrypted file", () => {
      const inner = {
        filedata: { vendor: "Privateness", type: "encrypted-keys", for: "", cipher: "aes" },
        keys: [],
        crc: [],
      };
      const file = encryptedKeyfile({ cipher: "aes", password, texts: [JSON.stringify(inner)] });
      expect(fault(file, password)).toEqual(["keyfile.no_identity", "keys"]);
    });
  });
});

describe("serialiseG2", () => {
  it("comes back as it was", () => {
    const file = parse(serialiseG2([provider, renter], "renter"));
    expect(file.current.name).toBe("renter");
    expect(file.identities.map(({ verify }) => toHex(verify))).toEqual([toHex(provider.verify), toHex(renter.verify)]);
  });

  it("escapes names beyond ASCII as Python does, and reads them back", () => {
    const seed = new Uint8Array(32).fill(4);
    const identity = identityFromSeed(suite, { name: "Ünal😀\u007f", seed, nonce: new Uint8Array(16) });
    const text = serialiseG2([identity], identity.name);
    expect(text).toContain('"current": "\\u00dcnal\\ud83d\\ude00\\u007f"');
    expect(parse(text).current.name).toBe(identity.name);
    expect(asciiJson({ a: "é" })).toBe('{"a":"\\u00e9"}');
  });

  it("refuses two identities of one name, and a current that is not there", () => {
    expect(codeOf(() => serialiseG2([provider, provider], "provider"))).toBe("keyfile.duplicate_name");
    expect(codeOf(() => serialiseG2([provider], "bob"))).toBe("keyfile.no_identity");
    expect(codeOf(() => serialiseG2([provider], "toString"))).toBe("keyfile.no_identity");
  });
});

describe.skipIf(!haveVectors)(`key files of the reference tools${vectorsNote}`, () => {
  const vectors = haveVectors ? vectorJson<NessVectors>("ness/vectors.json") : undefined;

  it.each(suites)("are read in every generation ($name)", ({ suite: each }) => {
    const read = (file: string, extra: { password?: Secret<string>; name?: string } = {}): Keyfile =>
      parseKeyfile({ suite: each, text: vectorText(`ness/${file}`), ...extra });
    const g2 = read("users.key.json");
    expect(g2.identities.map(({ name }) => name)).toEqual(["provider123", "renter456"]);
    expect(toHex(g2.current.seed.reveal())).toBe(vectors?.identities.provider123.seed_hex);
    const g1 = read("user_g1.key.json");
    expect([g1.format, g1.identities.length, g1.current.name]).toEqual(["G1", 3, "provider123"]);
    const g0 = read("user_codegen.key.json", { name: "alice" });
    expect([g0.format, g0.identities.length, g0.current.name]).toEqual(["G0", 10, "alice"]);
    const packed = read("encrypted.keys.old.json", { password: new Secret("correct horse") });
    expect(packed.format).toBe("encrypted-keys");
    expect(packed.current.verify).toEqual(g1.current.verify);
    expect(codeOf(() => read("node.key.json"))).toBe("keyfile.not_user");
    const user = JSON.stringify(vectorJson<{ user: unknown }>("ness/nessnode_auth.json").user);
    expect(parseKeyfile({ suite: each, text: user })).toMatchObject({
      format: "G2s",
      current: { name: "provider123" },
    });
  });

  it("are written byte for byte as the reference tool writes them", () => {
    const text = vectorText("ness/users.key.json");
    const { identities, current } = parseKeyfile({ suite, text });
    expect(serialiseG2(identities, current.name)).toBe(text);
  });

  it("give the WORM records byte for byte", () => {
    for (const identity of parseKeyfile({ suite, text: vectorText("ness/users.key.json") }).identities) {
      const name = identity.name === "provider123" ? "provider123" : "renter456";
      const expected = vectors?.identities[name];
      expect(wormName(identity)).toBe(expected?.worm_name);
      expect(wormXml(identity)).toBe(expected?.worm_xml);
      expect(toHex(suite.sha256(utf8(wormXml(identity))))).toBe(expected?.worm_sha256);
    }
    const [first] = parseKeyfile({ suite, text: vectorText("ness/users.key.json") }).identities;
    expect(first && wormXml(first)).toBe(vectorText("ness/worm_provider123.xml"));
  });
});
