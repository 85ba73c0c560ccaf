import { describe, expect, it } from "vitest";
import { parseRelayConfig } from "../../src/config/index.ts";

const relay = (more: object): (() => unknown) => {
  const providers = [{ name: "one", verify: "A".repeat(43) }];
  return () => parseRelayConfig(JSON.stringify({ providers, ...more }), "relay.yaml");
};
const over = (nats: object) => relay({ storage: "nats", nats: { servers: ["nats-1.example.org:4222"], ...nats } });

describe("where a relay keeps its data", () => {
  it("is a file of its own by default, and a cluster with three copies where one is named", () => {
    expect(relay({})()).toMatchObject({ storage: "sqlite", key_file: "relay.key" });
    expect(over({})()).toMatchObject({ nats: { replicas: 3, prefix: "numberbox", tls: false, placement_tags: [] } });
  });

  it.each([
    ["a cluster that is not used", relay({ nats: { servers: ["a:1"] } }), /storage: nats/],
    ["no cluster", relay({ storage: "nats" }), /storage: nats/],
    ["a server without a port", over({ servers: ["nats-1.example.org"] }), /host:port/],
    ["a user without a password", over({ user: "relay" }), /password_file/],
    ["two ways to log in", over({ credentials_file: "a", nkey_file: "b" }), /one of user/],
    ["a certificate without a key", over({ tls: true, cert_file: "a" }), /key_file/],
    ["an authority without TLS", over({ ca_file: "a" }), /tls: true/],
    ["an address where a certificate names hosts", over({ tls: true, servers: ["10.0.0.1:4222"] }), /host names/],
    ["a prefix that is no word", over({ prefix: "a.b" }), /a-z 0-9/],
  ])("refuses %s", (_name, parse, message) => {
    expect(parse).toThrow(message);
  });
});
