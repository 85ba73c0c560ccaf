import { describe, expect, it } from "vitest";
import { toBase64, utf8 } from "../../src/base/index.ts";
import { systemCrypto } from "../../src/base/system-crypto.ts";
import { publicKeysToText, wormName, wormXml } from "../../src/envelope/index.ts";
import { parseNodeWorm, parseUserWorm, verifyNodeWorm, verifyWorm, wormUser } from "../../src/registry/index.ts";
import { codeOf } from "../envelope/error-code.ts";
import { provider, stranger } from "../envelope/fixtures.ts";
import { haveVectors, vectorBytes, vectorsNote } from "../envelope/vectors.ts";
import { named } from "./listing-fixtures.ts";

const encrypt = toBase64(provider.encrypt);
const verify = toBase64(provider.verify);
const nonce = toBase64(provider.nonce);
const keysOf = (identity: typeof provider): string =>
  `public="${toBase64(identity.encrypt)}" verify="${toBase64(identity.verify)}"`;
const parse = (xml: string) => parseUserWorm(systemCrypto, utf8(xml));
const user = (inside: string, attributes = `type="ness" nonce="${nonce}"`): string =>
  `<worm><user ${attributes}>${inside}</user></worm>`;

describe("a user's WORM", () => {
  it("of ours is read as the keys that it publishes", () => {
    expect(parse(wormXml(provider))).toEqual({ ...publicKeysToText(provider), nonce });
  });

  it("of the old generation gives the key that is marked current, else the first", () => {
    const key = (identity: typeof provider, current = ""): string => `<key ${keysOf(identity)} ${current}/>`;
    const marked = user(`<keys>${key(stranger)}${key(provider, 'current="current"')}</keys>`);
    expect(parse(marked).verify).toBe(publicKeysToText(provider).verify);
    expect(parse(user(`<keys>${key(stranger)}${key(provider)}</keys>`)).verify).toBe(publicKeysToText(stranger).verify);
    expect(codeOf(() => parse(user("<keys></keys>")))).toBe("worm.malformed");
  });

  it("is read with curly quotes, single quotes, comments and white space, as the network's readers do", () => {
    const odd = `\n<!-- a --><worm >\n<user type=”ness” public='${encrypt}'\n verify = "${verify}" nonce="&lt;"/><!-- <user> --></worm>\n`;
    expect(parse(odd)).toEqual({ ...publicKeysToText(provider), nonce: "<" });
  });

  it.each([
    ["another root", `<warm>${user("")}</warm>`, "worm.malformed"],
    ["another type", `<worm><user type="x" ${keysOf(provider)}/></worm>`, "worm.malformed"],
    ["no keys", user(""), "worm.malformed"],
    ["a key of 31 bytes", user("", `type="ness" public="${encrypt.slice(4)}" verify="${verify}"`), "worm.malformed"],
    ["a key in base64url", user("", `type="ness" public="${"_".repeat(43)}=" verify="${verify}"`), "worm.malformed"],
    [
      "a key of small order",
      user("", `type="ness" public="${toBase64(new Uint8Array(32))}" verify="${verify}"`),
      "worm.malformed",
    ],
    ["only one of two keys", user("", `type="ness" verify="${verify}"`), "worm.malformed"],
    ["a document type", `<!DOCTYPE worm [<!ENTITY a "b">]>${wormXml(provider)}`, "worm.bad_xml"],
    ["an entity of its own", user("", `type="&a;" ${keysOf(provider)}`), "worm.bad_xml"],
    ["a CDATA section", user("<![CDATA[x]]>"), "worm.bad_xml"],
    ["an attribute twice", user("", `type="ness" type="ness" ${keysOf(provider)}`), "worm.bad_xml"],
    ["elements that cross", "<worm><user></worm></user>", "worm.bad_xml"],
    ["two roots", `${wormXml(provider)}${wormXml(provider)}`, "worm.bad_xml"],
    ["an end that is missing", "<worm><user>", "worm.bad_xml"],
    ["too deep a nesting", `${"<a>".repeat(20)}${"</a>".repeat(20)}`, "worm.bad_xml"],
    ["more than a name's value holds", `<worm>${" ".repeat(20_480)}</worm>`, "worm.bad_xml"],
    ["NessNode's own malformed sample", '<worm><user type="ness"/></user></worm>', "worm.bad_xml"],
  ])("with %s is refused", (_, xml, code) => {
    expect(codeOf(() => parse(xml))).toBe(code);
  });

  it("cut or changed anywhere is read or refused with a code, and never gives other keys", () => {
    const xml = wormXml(provider);
    for (let at = 0; at < xml.length; at++) {
      for (const broken of [
        xml.slice(0, at),
        `${xml.slice(0, at)}<${xml.slice(at)}`,
        `${xml.slice(0, at)}"${xml.slice(at)}`,
      ]) {
        const read = codeOf(() => expect(parse(broken).verify).toBe(publicKeysToText(provider).verify));
        expect(["nothing", "worm.bad_xml", "worm.malformed"]).toContain(read);
      }
    }
  });
});

describe("keys that the chain vouches for", () => {
  const record = named(wormName(provider), utf8(wormXml(provider)));
  const refused = (change: object, height?: number): string =>
    codeOf(() => verifyWorm(systemCrypto, { ...record, ...change }, height));

  it("are those of an active name of a user, up to its last height", () => {
    expect(verifyWorm(systemCrypto, record)).toMatchObject(publicKeysToText(provider));
    expect(refused({}, record.expiresAt)).toBe("nothing");
    expect(refused({}, record.expiresAt + 1)).toBe("worm.expired");
    expect(refused({ state: "expired" })).toBe("worm.expired");
    expect(refused({ state: "deleted", value: new Uint8Array(0) })).toBe("worm.deleted");
    expect(refused({ name: "worm:node:ness:provider" })).toBe("worm.wrong_name");
    expect(refused({ name: "worm:user:ness:" })).toBe("worm.wrong_name");
  });

  it("belong to a user whose name may hold colons", () => {
    expect(wormUser("worm:user:ness:a:b:c")).toBe("a:b:c");
  });
});

describe.skipIf(!haveVectors)(`a node's WORM${vectorsNote}`, () => {
  const bytes = haveVectors ? vectorBytes("ness/worm_node.xml") : new Uint8Array(0);

  it("gives keys, URL and services, and must stand under the URL's name", () => {
    const node = parseNodeWorm(systemCrypto, bytes);
    expect(node).toMatchObject({
      url: "http://my-node.net",
      network: "inet",
      masterUser: "master01",
      services: ["prng", "files"],
    });
    expect(verifyNodeWorm(systemCrypto, named("worm:node:ness:http://my-node.net", bytes))).toEqual(node);
    expect(codeOf(() => verifyNodeWorm(systemCrypto, named("worm:node:ness:http://other.net", bytes)))).toBe(
      "worm.wrong_name",
    );
    const expired = { ...named("worm:node:ness:http://my-node.net", bytes), state: "expired" as const };
    expect(codeOf(() => verifyNodeWorm(systemCrypto, expired))).toBe("worm.expired");
  });

  it("without services, as old ones are, is refused", () => {
    const old = new TextDecoder().decode(bytes).replace(' services="prng,files"', "");
    expect(codeOf(() => parseNodeWorm(systemCrypto, utf8(old)))).toBe("worm.malformed");
    expect(codeOf(() => parseUserWorm(systemCrypto, bytes))).toBe("worm.malformed");
  });
});
