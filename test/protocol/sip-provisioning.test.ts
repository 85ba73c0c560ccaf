import { describe, expect, it } from "vitest";
import {
  antisipConfig,
  linphoneXml,
  type SipTerms,
  sipQr,
  sipSettings,
  sipTerms,
  xmlText,
} from "../../src/protocol/index.ts";
import { profileOf, TERMS } from "./sip-samples.ts";
import { noPython, readLinphone } from "./xml-reader.ts";

function linphoneOf(...parts: Parameters<typeof linphoneXml>): Readonly<Record<string, string>> {
  const [read] = readLinphone([linphoneXml(...parts)]);
  if (read === undefined) throw new Error("nothing was read");
  return read;
}

describe("the account in a grant", () => {
  it("is taken as it is", () => {
    expect(sipTerms.parse(TERMS)).toEqual(TERMS);
    const v6: SipTerms = { ...TERMS, host: "2001:db8::5", uri: `sip:${TERMS.user}@[2001:db8::5]`, cert_sha256: null };
    expect(sipTerms.parse(v6)).toEqual(v6);
  });

  it.each<[string, object]>([
    ["another version", { v: 2 }],
    ["a member that is not known", { video: true }],
    ["a user that is no random one", { user: "alice", uri: "sip:alice@sip.example.org" }],
    ["a short password", { password: "123456" }],
    ["a password over two lines", { password: "qrstuvwxyz234567\nabcdefghij" }],
    ["a realm with a quote", { realm: 'sip".example.org' }],
    ["a host that is an address of something else", { host: "sip.example.org/path" }],
    ["a host with parameters", { host: "sip.example.org;maddr=192.0.2.1" }],
    ["an URI of another host", { uri: `sip:${TERMS.user}@evil.example` }],
    ["an URI of another user", { uri: "sip:someone@sip.example.org" }],
    ["a port that is none", { port: 0 }],
    ["a transport that is none", { transport: "skywire" }],
    ["a certificate's hash that is none", { cert_sha256: "AB".repeat(32) }],
    ["no password", { password: undefined }],
  ])("is refused with %s", (_name, change) => {
    expect(sipTerms.safeParse({ ...TERMS, ...change }).success).toBe(false);
  });
});

describe.skipIf(noPython)("Linphone's configuration", () => {
  it("has everything that an account takes, and no presence", () => {
    expect(linphoneOf(profileOf())).toEqual({
      "sip/default_proxy": "0",
      "sip/media_encryption": "srtp",
      "sip/media_encryption_mandatory": "1",
      "sip/verify_server_certs": "1",
      "sip/verify_server_cn": "1",
      "proxy_0/reg_proxy": "<sip:sip.example.org:5061;transport=tls>",
      "proxy_0/reg_route": "<sip:sip.example.org:5061;transport=tls>",
      "proxy_0/reg_identity": "sip:abcdefghijklmnop2345@sip.example.org",
      "proxy_0/realm": "sip.example.org",
      "proxy_0/reg_expires": "600",
      "proxy_0/reg_sendregister": "1",
      "proxy_0/publish": "0",
      "proxy_0/dial_escape_plus": "0",
      "auth_info_0/username": "abcdefghijklmnop2345",
      "auth_info_0/userid": "abcdefghijklmnop2345",
      "auth_info_0/passwd": "qrstuvwxyz234567abcdefghij",
      "auth_info_0/realm": "sip.example.org",
      "auth_info_0/domain": "sip.example.org",
    });
  });

  it.each([
    ["sdes", "srtp", "1"],
    ["dtls", "dtls", "1"],
    ["none", "none", "0"],
  ] as const)("of %s is %s, mandatory %s", (encryption, word, mandatory) => {
    expect(linphoneOf(profileOf({ encryption }))).toMatchObject({
      "sip/media_encryption": word,
      "sip/media_encryption_mandatory": mandatory,
    });
  });

  it("takes any certificate only where it is told to", () => {
    const read = linphoneOf(profileOf(), { certificates: "accept_any" });
    expect(read).toMatchObject({ "sip/verify_server_certs": "0", "sip/verify_server_cn": "0" });
  });

  it("puts an IPv6 address in brackets, and says the transport that there is", () => {
    const read = linphoneOf(profileOf({ host: "2001:db8::5", port: 5060, transport: "tcp" }));
    expect(read["proxy_0/reg_proxy"]).toBe("<sip:[2001:db8::5]:5060;transport=tcp>");
  });

  it("carries quotes, ampersands, the ends of elements and every alphabet", () => {
    const odd = { user: `a"b'c`, password: `]]></entry><entry name="x">&amp;&#10;`, realm: "Größe & 日本語 🎉 <ns>" };
    expect(linphoneOf(profileOf(odd))).toMatchObject({
      "auth_info_0/username": odd.user,
      "auth_info_0/passwd": odd.password,
      "auth_info_0/realm": odd.realm,
    });
  });
});

describe("xmlText", () => {
  it.each(["\n", "a\tb", "\0", "\x1b[2J", "\x7f", "\x85", "\ud800", "\udc00x", "\ufffe", "\uffff"])(
    "refuses %j",
    (text) => {
      expect(() => xmlText(text)).toThrowError(expect.objectContaining({ code: "sip.bad_value" }));
    },
  );

  it("never shows the value in its error", () => {
    expect(() => linphoneXml(profileOf({ password: "very secret\n" }))).toThrowError(
      expect.objectContaining({ message: expect.not.stringContaining("very secret") }),
    );
  });
});

describe("Antisip's document", () => {
  it("is the seed's, member by member and in its order", () => {
    const text = JSON.stringify(antisipConfig(profileOf({ transport: "tcp", port: 5060 })), null, 2);
    expect(text).toBe(`{
  "sip": {
    "account": {
      "username": "abcdefghijklmnop2345",
      "password": "qrstuvwxyz234567abcdefghij",
      "domain": "sip.example.org",
      "proxy": "sip:sip.example.org:5060",
      "transport": "tcp"
    },
    "assigned_number": "+15550100",
    "rental_expires": 1699564800
  },
  "enum": {
    "enabled": false,
    "comment": "ENUM lookup handled by provider gateway"
  }
}`);
  });

  it("brackets an IPv6 address", () => {
    const { account } = antisipConfig(profileOf({ host: "2001:db8::5" })).sip;
    expect(account).toMatchObject({ domain: "[2001:db8::5]", proxy: "sip:[2001:db8::5]:5061" });
  });
});

describe("settings to type in", () => {
  const read = (change: Partial<SipTerms>) =>
    new Map(sipSettings(profileOf(change)).map(({ name, value }) => [name, value]));

  it("name user, password, server, transport and the end", () => {
    expect([...read({})]).toEqual([
      ["Number", "+15550100"],
      ["User name", "abcdefghijklmnop2345"],
      ["Authentication user", "abcdefghijklmnop2345"],
      ["Password", "qrstuvwxyz234567abcdefghij"],
      ["Domain", "sip.example.org"],
      ["Realm", "sip.example.org"],
      ["Server", "sip.example.org:5061"],
      ["Outbound proxy", "sip:sip.example.org:5061;transport=tls"],
      ["Transport", "TLS"],
      ["Media encryption", "SRTP with SDES, mandatory"],
      ["Certificate (SHA-256)", "ab".repeat(32)],
      ["Valid until", "2023-11-09T21:20:00.000Z"],
    ]);
  });

  it("say that a certificate is a public one, that there is none, and that sound is in clear", () => {
    expect(read({ cert_sha256: null }).get("Certificate (SHA-256)")).toBe("signed by a public authority");
    expect(read({ transport: "udp" }).has("Certificate (SHA-256)")).toBe(false);
    expect(read({ encryption: "none" }).get("Media encryption")).toBe("none: whoever is on the way can listen");
  });
});

describe("a QR code", () => {
  it("says the address of the provisioning, or else only the account's URI, and never the password", () => {
    const url = "https://box.example.org/provision/0123";
    expect(sipQr(TERMS, url)).toEqual({ kind: "provisioning", text: url });
    expect(sipQr(TERMS, null)).toEqual({ kind: "uri", text: TERMS.uri });
  });
});
