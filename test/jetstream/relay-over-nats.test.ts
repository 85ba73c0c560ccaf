// The whole relay over a real NATS server that is killed and comes back: what its clients see of that.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { millis, seconds, silentLogger } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { systemCrypto } from "../../src/base/system-crypto.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import type { RelayStore } from "../../src/core/index.ts";
import { type JetStreamOptions, openJetStreamStore } from "../../src/jetstream/index.ts";
import { grantOf, messageOf, receiptOf, renter } from "../relay/fixtures.ts";
import { RelayRig, verdictOf } from "../relay/relay-rig.ts";
import { hasNats, NatsServers } from "../sim/nats/nats-servers.ts";

const metricsOf = async (rig: RelayRig): Promise<string> => (await fetch(`${rig.url}/metrics`)).text();

describe.skipIf(!hasNats)("a relay over NATS (nats-server is not installed)", () => {
  let servers: NatsServers;
  const rigs: RelayRig[] = [];

  function optionsOf(more: Partial<JetStreamOptions> = {}): JetStreamOptions {
    return {
      ...{ servers: servers.urls, login: { kind: "none" }, tls: null, prefix: "over", replicas: 1, placementTags: [] },
      ...{ patience: millis(300), clock: systemClock, random: systemRandom, crypto: systemCrypto, log: silentLogger },
      ...more,
    };
  }

  async function relayOver(store: RelayStore, random = systemRandom): Promise<RelayRig> {
    const rig = await RelayRig.start({ store, random });
    rigs.push(rig);
    return rig;
  }

  beforeAll(async () => {
    servers = await NatsServers.start(1);
  });
  afterAll(async () => {
    for (const rig of rigs) await rig.stop();
    await servers.stop();
  });

  it("serves box and renter, says 503 while the server is away, and loses nothing", { timeout: 60_000 }, async () => {
    const rig = await relayOver(await openJetStreamStore(optionsOf()));
    expect(verdictOf(await rig.register(grantOf()))).toBe("200 created");
    expect(verdictOf(await rig.forward(messageOf({ seq: 1 })))).toBe("200 queued");
    const token = await rig.login(renter);
    expect((await rig.call("GET", "/health")).status).toBe(200);

    await servers.kill(0);
    const away = await rig.forward(messageOf({ seq: 2 }));
    expect(verdictOf(away)).toBe("503 relay.busy");
    expect(Number(away.headers.get("retry-after"))).toBeGreaterThan(0);
    await rig.clock.advance(seconds(10));
    expect((await rig.call("GET", "/health")).status).toBe(503);
    expect(await metricsOf(rig)).toMatch(/^numberbox_relay_store_ok 0$/m);

    await servers.comeBack(0);
    // The box comes again until the relay has it; what the cluster was told of the first attempt does not make it two.
    let verdict = "";
    for (let tries = 0; tries < 100 && !/^200/.test(verdict); tries++)
      verdict = verdictOf(await rig.forward(messageOf({ seq: 2 })));
    expect(verdict).toMatch(/^200 (queued|duplicate)$/);
    // The relay reads on by itself, some moments later.
    let { messages } = await rig.mailbox(token);
    for (let tries = 0; tries < 3000 && messages.length < 2; tries++) ({ messages } = await rig.mailbox(token));
    expect(messages.map(({ seq }) => seq)).toEqual([1, 2]);
    expect(verdictOf(await rig.forward(messageOf({ seq: 1 })))).toBe("200 duplicate");
    const receipts = messages.map(({ envelope }) => receiptOf(envelope));
    expect((await rig.call("POST", "/sms/ack", { token, body: { receipts } })).body).toMatchObject({ refused: [] });
    expect((await rig.mailbox(token)).messages).toEqual([]);
    await rig.clock.advance(seconds(10));
    expect((await rig.call("GET", "/health")).status).toBe(200);
    expect(await metricsOf(rig)).toMatch(/^numberbox_relay_store\{figure="connected"\} 1$/m);
  });

  it("forgets a token that another process has revoked within half a minute", { timeout: 60_000 }, async () => {
    let ahead = 0;
    const clock = { ...systemClock, monotonic: () => millis(systemClock.monotonic() + ahead) };
    const stores = await Promise.all([optionsOf(), optionsOf({ clock })].map(openJetStreamStore));
    const [here, there] = stores;
    const hash = "e".repeat(64);
    await here?.sessions.saveToken(hash, { pubkey: "key", expires: 4_000_000_000 });
    expect(await there?.sessions.token(hash)).not.toBe(null);
    await here?.sessions.revoke("key", null);
    expect(await here?.sessions.token(hash)).toBe(null);
    ahead = seconds(30);
    expect(await there?.sessions.token(hash)).toBe(null);
    for (const store of stores) await store.close();
  });

  it("does not start with another key than the relays that share its store", async () => {
    await expect(openJetStreamStore(optionsOf()).then((store) => relayOver(store))).rejects.toMatchObject({
      code: "relay.other_key",
    });
  });

  it("says what is wrong when there is no server", async () => {
    await expect(openJetStreamStore(optionsOf({ servers: ["127.0.0.1:1"] }))).rejects.toMatchObject({
      code: "store.away",
      retryable: true,
    });
  });
});
