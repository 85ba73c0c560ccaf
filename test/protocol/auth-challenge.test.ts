import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatChallenge, maySignChallenge, parseChallenge } from "../../src/protocol/index.ts";

const pubkey = "A".repeat(43);
const mac = ` mac=${"m".repeat(43)}`;
const challenge = { host: "relay.example:8443", pubkey, nonce: "n".repeat(22), expires: 1_767_225_600 };

describe("auth challenge", () => {
  it("is one line that names its domain, host, purpose, key, nonce and expiry", () => {
    expect(formatChallenge(challenge)).toBe(
      `numberbox-relay-auth-v1 host=relay.example:8443 purpose=login key=${pubkey} nonce=${"n".repeat(22)} expires=1767225600`,
    );
  });

  it("is read back, with the relay's mark or without", () => {
    const hosts = fc.constantFrom("relay.example", "127.0.0.1:8090", "[::1]:8090", "unknown");
    fc.assert(
      fc.property(hosts, fc.nat(), fc.boolean(), (host, expires, marked) => {
        const one = { ...challenge, host, expires };
        expect(parseChallenge(formatChallenge(one) + (marked ? mac : ""))).toEqual(one);
      }),
    );
  });

  it("is nothing else that a key could be asked to sign", () => {
    const text = formatChallenge(challenge);
    const others = [
      "",
      "{}",
      ` ${text}`,
      `${text}\n`,
      `${text} more`,
      text.replace("login", "receipt"),
      text.replace("v1", "v2"),
    ];
    for (const other of others) expect(parseChallenge(other), other).toBeNull();
  });

  it("may be signed for the own key at the host one talks to, whatever the path and the scheme's port", () => {
    const text = formatChallenge({ ...challenge, host: "relay.example" });
    for (const url of ["https://relay.example", "https://relay.example:443/a/b", "http://Relay.Example/"]) {
      expect(maySignChallenge(text, { url, pubkey }), url).toBe(true);
    }
    for (const url of ["https://relay.example:8443", "https://other.example", "https://relay.example.evil"]) {
      expect(maySignChallenge(text, { url, pubkey }), url).toBe(false);
    }
    expect(maySignChallenge(text, { url: "https://relay.example", pubkey: "B".repeat(43) })).toBe(false);
  });
});
