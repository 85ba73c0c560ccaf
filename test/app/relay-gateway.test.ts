// What a box knows of its relay's gateway, and what it lets the relay know of calls.

import { createServer } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { discreet, openRelayGateway, relayView } from "../../src/app/relay-gateway.ts";
import { sipReachOf } from "../../src/app/sip-services.ts";
import { lineId, silentLogger } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { parseBoxConfig, parseRelayConfig } from "../../src/config/index.ts";
import type { RingRequest } from "../../src/core/index.ts";
import type { RelayVoice } from "../../src/protocol/index.ts";
import { MemorySettings } from "../sim/memory-settings.ts";

const VOICE: RelayVoice = {
  ...{ host: "gateway.example", realm: "gateway", port: 5061, transport: "tls", cert_sha256: "a".repeat(64) },
  trunk: { host: "gateway.example", port: 5062, cert_sha256: "b".repeat(64) },
  media: "relayed",
};
const INFO = { name: "numberbox-relay", version: "1", protocol: 1, time: 1, verify: "v" };

describe("a box whose phones register at its relay", () => {
  let end = async (): Promise<void> => {};
  const configOf = (url?: string, relay: object = {}) =>
    parseBoxConfig(
      JSON.stringify({
        voice: { host: "gateway.example", sip_edge: "relay", relay, asterisk: { password_file: "ari" } },
        lines: [{ id: "l1", number: "+4915550001234" }],
        ...(url === undefined ? {} : { relay: { url } }),
      }),
      "test",
    );
  const relayThatSays = async (body: unknown): Promise<string> => {
    const server = createServer((_request, response) => {
      response.setHeader("content-type", "application/json").end(JSON.stringify(body));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    end = () => new Promise((resolve) => server.close(() => resolve()));
    const address = server.address();
    return `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
  };
  const gatewayOf = async (url?: string, store = new MemorySettings()) => {
    const config = configOf(url);
    const gateway = await openRelayGateway({ config, store, clock: systemClock, log: silentLogger });
    if (gateway === null) throw new Error("no gateway");
    return { gateway, config, store };
  };
  const { signal } = new AbortController();

  afterEach(async () => {
    await end();
    end = async () => {};
  });

  it("asks the relay where it is, and knows it over a restart", async () => {
    const { gateway, config, store } = await gatewayOf(await relayThatSays({ ...INFO, voice: VOICE }));
    expect(sipReachOf(config, lineId("l1"), null, gateway.known)).toBeNull();
    expect(await gateway.discover(signal)).toEqual({ host: "gateway.example", port: 5062, certSha256: "b".repeat(64) });
    const again = await gatewayOf(undefined, store);
    expect(again.gateway.known).toEqual(VOICE);
    expect(sipReachOf(config, lineId("l1"), null, again.gateway.known)).toEqual({
      ...{ realm: "gateway", host: "gateway.example", port: 5061, transport: "tls", encryption: "sdes" },
      certSha256: "a".repeat(64),
      viaRelay: true,
    });
  });

  it.each([
    ["takes no calls", INFO, "voice.relay_no_calls"],
    ["calls itself otherwise", { ...INFO, voice: { ...VOICE, host: "other.example" } }, "voice.relay_other_host"],
    ["is something else", { hello: "world" }, "voice.relay_unreachable"],
  ])("has none while the relay %s", async (_name, body, code) => {
    const { gateway } = await gatewayOf(await relayThatSays(body));
    await expect(gateway.discover(signal)).rejects.toMatchObject({ code, retryable: true });
    expect(gateway.known).toBeNull();
  });

  it("has none without a relay, or when the relay is away", async () => {
    await expect((await gatewayOf()).gateway.discover(signal)).rejects.toMatchObject({ code: "voice.relay_none" });
    const { gateway } = await gatewayOf("http://127.0.0.1:9");
    await expect(gateway.discover(signal)).rejects.toMatchObject({ code: "voice.relay_unreachable" });
  });

  it("forgets what it cannot read", async () => {
    const store = new MemorySettings();
    await store.setSetting("voice.gateway", "{}");
    expect((await gatewayOf(undefined, store)).gateway.known).toBeNull();
  });

  it("tells the relay who calls only where its owner says so", () => {
    const rung: RingRequest[] = [];
    const gateway = {
      state: () => ({ kind: "up", edge: "relay" }) as const,
      onDial: () => () => {},
      ring: (request: RingRequest) => {
        rung.push(request);
        throw new Error("not rung");
      },
    };
    for (const caller of ["hidden", "shown"]) {
      const section = configOf(undefined, { caller }).voice;
      if (section === undefined) throw new Error("no voice");
      expect(() => discreet(section, gateway).ring({ user: "u", from: "+15550142" })).toThrow("not rung");
      expect(relayView({ section, gateway: { known: VOICE } })).toEqual({
        host: "gateway.example",
        media: "relayed",
        caller,
      });
    }
    expect(rung.map(({ from }) => from)).toEqual([null, "+15550142"]);
  });
});

describe("a relay's configuration of calls", () => {
  const parse = (voice: object) =>
    parseRelayConfig(
      JSON.stringify({
        providers: [{ name: "one", verify: "A".repeat(43) }],
        voice: { host: "gateway.example", ...voice },
      }),
      "test",
    ).voice;
  const drachtio = { secret_file: "drachtio" };

  it("takes phones over TLS and boxes at 5062, and leaves sound alone without rtpengine", () => {
    expect(parse({ drachtio })).toMatchObject({
      ...{ listen: "0.0.0.0", transports: { tls: 5061, tcp: false }, trunk: { host: "0.0.0.0", port: 5062 } },
      ...{ media: "auto", ring_timeout: 25_000, drachtio: { host: "127.0.0.1", port: 9022, sip_port: 5070 } },
    });
  });

  it.each([
    [{}, /drachtio/],
    [{ drachtio, media: "always" }, /rtpengine/],
    [{ drachtio, transports: { tls: false } }, /at least one/],
    [{ drachtio, transports: { udp: 5060 } }, /udp/],
    [{ drachtio, cert_file: "x" }, /go together/],
  ])("%j is none", (voice, fault) => {
    expect(() => parse(voice)).toThrow(fault);
  });
});
