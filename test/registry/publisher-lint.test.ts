import { describe, expect, it } from "vitest";
import { Secret, toBase64, toBase64url, toHex, utf8 } from "../../src/base/index.ts";
import { NETWORKS, wifText } from "../../src/emercoin/index.ts";
import { nobleCoin, serialiseG2, wormName, wormXml } from "../../src/envelope/index.ts";
import { lintPublication, listingValueBytes, type PublicPurpose } from "../../src/registry/index.ts";
import { formsOf, provider } from "../envelope/fixtures.ts";
import { SeededRandom } from "../sim/seeded-random.ts";

const secret = provider.seed.reveal();

function lint(purpose: PublicPurpose, value: string, name = "ness:sms:listing:0123456789abcdef"): string | null {
  try {
    lintPublication({ crypto: nobleCoin, purpose, name, value: utf8(value), secrets: [secret] });
    return null;
  } catch (error) {
    const text = JSON.stringify(error);
    for (const form of formsOf(secret)) expect(text).not.toContain(form);
    return (error as { code: string }).code;
  }
}

describe("the publisher's lint", () => {
  it("lets pass what this box publishes", () => {
    expect(lint("worm", wormXml(provider), wormName(provider))).toBeNull();
    const random = new SeededRandom("lint");
    for (let i = 0; i < 3000; i++) {
      const value = {
        worm_ref: "worm:user:ness:provider",
        commitment: toHex(random.bytes(32)),
        capabilities: 123,
        rev: i + 1,
      };
      const text = new TextDecoder().decode(listingValueBytes(value));
      expect(lint("listing", text, `ness:sms:listing:${toHex(random.bytes(8))}`), text).toBeNull();
      expect(
        lint(
          "proofs",
          JSON.stringify({ merkle_root: toHex(random.bytes(32)), count: i, period: "2025-11-13T00:00:00Z/24h" }),
        ),
      ).toBeNull();
    }
    expect(
      lint("enum", "SIG=ver:enum|abc\nTTL=300\nE2U+sip=100|10|!^.*$!sip:a@relay.example!", "enum:15550100:0"),
    ).toBeNull();
    expect(lint("dns", "A=192.0.2.1|TTL=300", "dns:relay.coin")).toBeNull();
  });

  it("refuses this box's private key in every text form", () => {
    for (const form of [...formsOf(secret), toHex(secret).toUpperCase(), toBase64(secret), toBase64url(secret)]) {
      expect(lint("worm", `<worm>${form}</worm>`)).toBe("publication.refused");
    }
  });

  const keyfile = serialiseG2([provider], provider.name);
  it.each([
    ["a whole key file", keyfile],
    ["a key file quoted for a shell", keyfile.replace(/(["\\ $])/g, "\\$1")],
    ["a key file in JSON", JSON.stringify(keyfile)],
    ["a key file in base64", toBase64(utf8(keyfile))],
    ["a key file in base64 in base64", toBase64(utf8(toBase64(utf8(keyfile))))],
    ["a key file in hex", toHex(utf8(keyfile))],
    ["an attribute named private", '<user type="ness" private="x"/>'],
    ["a wallet key", `note ${wifText(nobleCoin, new Secret(new Uint8Array(32).fill(7)), "main").reveal()}`],
    ["a PEM key", "-----BEGIN EC PRIVATE KEY-----"],
  ])("refuses %s", (_, value) => {
    expect(lint("worm", value)).toBe("publication.refused");
  });

  it.each([
    ["a number", '{"number":"+15550100123"}'],
    ["an endpoint", '{"https":"https://relay.example"}'],
    ["a network address", '{"a":"192.0.2.7"}'],
    ["a price", '{"pricing":{"rental_daily":"0.01"}}'],
  ])("keeps %s off a listing on chain", (_, value) => {
    expect(lint("listing", value)).toBe("publication.refused");
  });

  it("knows both networks' wallet keys", () => {
    expect(Object.keys(NETWORKS)).toEqual(["main", "test", "regtest"]);
    const text = wifText(nobleCoin, new Secret(new Uint8Array(32).fill(9)), "regtest").reveal();
    expect(lint("dns", `TXT=${text}`)).toBe("publication.refused");
  });

  const seed = toBase64(secret);
  const listing = (change: object): string =>
    JSON.stringify({
      worm_ref: "worm:user:ness:provider",
      commitment: "ab".repeat(32),
      capabilities: 11,
      rev: 1,
      ...change,
    });

  it.each([
    ["a member more", listing({ note: "x" })],
    ["a key for a user name", listing({ worm_ref: `worm:user:ness:${"cd".repeat(32)}` })],
    ["a number for a user name", listing({ worm_ref: "worm:user:ness:15550100123" })],
    ["a number with blanks", listing({ worm_ref: "worm:user:ness:+1 555 010-0123" })],
    ["an address of the newer internet", listing({ worm_ref: "worm:user:ness:[2001:db8::7]" })],
    ["a mail address", listing({ worm_ref: "worm:user:ness:ann@relay.example" })],
    ["a price in words", listing({ worm_ref: "worm:user:ness:0.01 EMC" })],
    ["no JSON", "worm:user:ness:provider"],
    ["a commitment that is none", listing({ commitment: seed })],
  ])("keeps a listing with %s off the chain", (_, value) => {
    expect(lint("listing", value)).toBe("publication.refused");
  });

  it("lets a listing pass that has nothing but its four members", () => {
    expect(lint("listing", listing({}))).toBeNull();
  });

  const other = toBase64(new Uint8Array(32).fill(0x5a));
  it.each([
    ["a key in an attribute that is none of a key", wormXml(provider).replace('nonce="', `note="${other}" nonce="`)],
    ["a key in the text", wormXml(provider).replace("<signatures> ", `<signatures> ${other}`)],
    ["a key in a comment", wormXml(provider).replace("Here tags", other)],
    ["an address in a user's record", wormXml(provider).replace('type="ness"', 'type="ness" url="http://192.0.2.7/"')],
    ["this box's seed published as a public key", wormXml(provider).replace(/verify="[^"]+"/, `verify="${seed}"`)],
    ["no XML", "provider"],
  ])("refuses a WORM with %s, whoever's it is", (_, value) => {
    expect(lint("worm", value, wormName(provider))).toBe("publication.refused");
  });

  it("lets a node's record name its URL", () => {
    const node = `<worm><node type="ness" url="https://relay.example" nonce="x" verify="${other}" public="${other}" master-user="a" tariff="1" services="sms"/></worm>`;
    expect(lint("worm", node, "worm:node:ness:https://relay.example")).toBeNull();
  });

  it("finds this box's key also raw, cut into its neighbours, and between other bytes of a base64 text", () => {
    const around = (before: number): Uint8Array => Uint8Array.of(...new Uint8Array(before).fill(9), ...secret, 9, 9);
    for (let before = 0; before < 9; before++) {
      for (const text of [toBase64(around(before)), toBase64url(around(before)), toHex(around(before))]) {
        expect(lint("dns", `TXT=${text}|TTL=300`), `${before} ${text.length}`).toBe("publication.refused");
        expect(lint("dns", `TXT=${toBase64(utf8(text))}`)).toBe("publication.refused");
      }
    }
    const raw = { crypto: nobleCoin, purpose: "dns" as const, name: "dns:a.coin", secrets: [secret] };
    expect(() => lintPublication({ ...raw, value: around(3) })).toThrow(
      expect.objectContaining({ code: "publication.refused" }),
    );
  });

  it("says what it found and where, never the thing", () => {
    try {
      const value = utf8(listing({ worm_ref: "worm:user:ness:+15550100123" }));
      lintPublication({ crypto: nobleCoin, purpose: "listing", name: "x", value, secrets: [secret] });
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ context: { where: "value", what: "a phone number", offset: 28 } });
      expect(JSON.stringify(error)).not.toContain("15550100123");
    }
  });
});
