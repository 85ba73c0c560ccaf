// The rest of vectors.json: NessNode's static ids and its two-way messages, and a check that no value of the file is left untested.
import { hsalsa, xsalsa20poly1305 } from "@noble/ciphers/salsa.js";
import { blake2b } from "@noble/hashes/blake2.js";
import { describe, expect, it } from "vitest";
import { concatBytes, fromBase64url, fromHex, toBase64url, toHex, utf8 } from "../../src/base/index.ts";
import { systemCrypto } from "../../src/base/system-crypto.ts";
import {
  canonicalBytes,
  type Identity,
  identityFromSeed,
  merkleLeafHash,
  merkleRoot,
  parseKeyfile,
  serialiseG2,
  wormName,
  wormXml,
} from "../../src/envelope/index.ts";
import { haveVectors, vectorBytes, vectorJson, vectorsNote, vectorText } from "../envelope/vectors.ts";

interface NodeVectors {
  readonly identities: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly nessnode: Readonly<Record<string, string>> & {
    readonly twoway_post: Readonly<Record<string, string>>;
    readonly node_reply: Readonly<Record<string, string>>;
  };
  readonly merkle_rfc6962: { readonly leaves: readonly string[]; readonly root_1: string; readonly root_3: string };
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** RFC 4648, upper case, padded. */
function base32(bytes: Uint8Array): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  const groups = bits.match(/.{1,5}/g) ?? [];
  const text = groups.map((group) => ALPHABET[Number.parseInt(group.padEnd(5, "0"), 2)]).join("");
  return text.padEnd(Math.ceil(text.length / 8) * 8, "=");
}

/** libsodium's sealed box: ephemeral key, then a box with the nonce blake2b-192(ephemeral ‖ recipient). */
function openSealed(identity: Pick<Identity, "seed" | "encrypt">, data: string): string {
  const sealed = fromBase64url(data);
  const ephemeral = sealed.slice(0, 32);
  const words = (bytes: Uint8Array): Uint32Array => new Uint32Array(bytes.slice().buffer);
  const key = new Uint32Array(8);
  const shared = systemCrypto.x25519(identity.seed.reveal(), ephemeral);
  hsalsa(words(utf8("expand 32-byte k")), words(shared), words(new Uint8Array(16)), key);
  const nonce = blake2b(concatBytes(ephemeral, identity.encrypt), { dkLen: 24 });
  return new TextDecoder().decode(xsalsa20poly1305(new Uint8Array(key.buffer), nonce).decrypt(sealed.slice(32)));
}

describe.skipIf(!haveVectors)(`the network's other vectors${vectorsNote}`, () => {
  const {
    identities,
    nessnode,
    merkle_rfc6962: merkle,
  } = haveVectors ? vectorJson<NodeVectors>("ness/vectors.json") : ({} as NodeVectors);
  const users = () => parseKeyfile({ suite: systemCrypto, text: vectorText("ness/users.key.json") });
  const provider = () => users().current;
  const node = (): Identity => {
    const { keys, nonce } = vectorJson<{ keys: { private: string }; nonce: string }>("ness/node.key.json");
    return identityFromSeed(systemCrypto, {
      name: "node",
      seed: fromBase64url(keys.private),
      nonce: fromBase64url(nonce),
    });
  };
  const signed = (identity: Identity, text: string): string =>
    base32(systemCrypto.ed25519Sign(identity.seed.reveal(), utf8(text)));

  it("give both identities from their seeds, with key file, name and record of the chain", () => {
    for (const [name, expected] of Object.entries(identities)) {
      const identity = users().identities.find((each) => each.name === name);
      if (identity === undefined) throw new Error(`no ${name} in the key file`);
      expect(toHex(identity.seed.reveal())).toBe(expected.seed_hex);
      expect(toHex(identity.verify)).toBe(expected.verify_hex);
      expect(toHex(identity.encrypt)).toBe(expected.public_hex);
      expect(identity.nonce).toEqual(fromBase64url(expected.nonce_b64 ?? ""));
      expect(wormName(identity)).toBe(expected.worm_name);
      expect(wormXml(identity)).toBe(expected.worm_xml);
      expect(utf8(wormXml(identity))).toEqual(vectorBytes(`ness/worm_${name}.xml`));
    }
    expect(serialiseG2(users().identities, "provider123").trim()).toBe(vectorText("ness/users.key.json").trim());
  });

  it("give NessNode's static id and its alternative", () => {
    const user = provider();
    const message = `${nessnode.node_url}-${nessnode.node_nonce}-${nessnode.username}-${nessnode.user_nonce}`;
    expect(message).toBe(nessnode.auth_message);
    expect(fromBase64url(nessnode.node_nonce ?? "")).toEqual(node().nonce);
    expect(fromBase64url(nessnode.user_nonce ?? "")).toEqual(user.nonce);
    expect(signed(user, message)).toBe(nessnode.auth_id_b32);
    expect(signed(user, `${message}-alternative`)).toBe(nessnode.alternative_id_b32);
  });

  it("give messages of both directions that verify and open", () => {
    const { data = "", sig, username } = nessnode.twoway_post;
    expect(username).toBe(provider().name);
    expect(signed(provider(), data)).toBe(sig);
    expect(openSealed(node(), data).length).toBeGreaterThan(0);
    const reply = nessnode.node_reply;
    expect(reply.result).toBe("encrypted");
    expect(signed(node(), reply.data ?? "")).toBe(reply.sig);
    expect(JSON.parse(openSealed(provider(), reply.data ?? ""))).toBeTypeOf("object");
  });

  it("give the trees over their receipts, in the order of the list", () => {
    const hashes = merkle.leaves.map((leaf) =>
      merkleLeafHash(systemCrypto, canonicalBytes(vectorJson(`ness/${leaf}`))),
    );
    expect(toHex(merkleRoot(systemCrypto, hashes.slice(0, 1)))).toBe(merkle.root_1);
    expect(toHex(merkleRoot(systemCrypto, hashes))).toBe(merkle.root_3);
  });

  it("give an envelope whose every step comes out as stated", () => {
    const stated = vectorJson<{ envelope_v1: Readonly<Record<string, string>> }>("ness/vectors.json").envelope_v1;
    const hex = (name: string): Uint8Array => fromHex(stated[name] ?? "");
    const recipient = users().identities.find(({ name }) => name === stated.recipient);
    if (recipient === undefined) throw new Error("no recipient in the key file");
    const secret = hex("ephemeral_private_clamped_hex");
    expect(toHex(systemCrypto.x25519Public(secret))).toBe(stated.epk_hex);
    const shared = systemCrypto.x25519(secret, recipient.encrypt);
    expect(toHex(shared)).toBe(stated.shared_hex);
    const key = systemCrypto.hkdfSha256(shared, new Uint8Array(0), utf8(stated.hkdf_info ?? ""), 32);
    expect(toHex(key)).toBe(stated.aead_key_hex);
    const sealed = systemCrypto.chachaSeal(key, hex("nonce_hex"), utf8(stated.plaintext_utf8 ?? ""));
    expect(toHex(sealed)).toBe(stated.ct_tag_hex);
    const envelope = concatBytes(hex("epk_hex"), hex("nonce_hex"), sealed);
    expect(toBase64url(envelope)).toBe(stated.envelope_b64url);
    expect(toBase64url(systemCrypto.sha256(envelope))).toBe(stated.msg_hash_b64url);
  });

  it("have no part that no test looks at", () => {
    // Where each part is tested; a part that is added to the file must be added here, with a test.
    expect(Object.keys(vectorJson<object>("ness/vectors.json")).sort()).toEqual(
      [
        "envelope_v1", // here, test/envelope/envelope-v1.test.ts, test/envelope/wire-message.test.ts
        "identities", // here, ness-vectors.test.ts
        "listing", // ness-vectors.test.ts
        "listing_full", // ness-vectors.test.ts
        "merkle_rfc6962", // here, test/envelope/merkle.test.ts
        "nessnode", // here
        "note",
        "receipt", // test/envelope/receipt.test.ts
      ].sort(),
    );
  });
});
