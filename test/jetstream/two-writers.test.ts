// Two relays over a cluster that write at the same moment. nats-server 2.9 lets both write behind one entry, whatever each of them expects
// there: what one of them writes must not hide from it what the other wrote.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { seconds, silentLogger } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { systemCrypto } from "../../src/base/system-crypto.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import type { RelayStore } from "../../src/core/index.ts";
import { type JetStreamOptions, openJetStreamStore } from "../../src/jetstream/index.ts";
import { grantOf, messageOf, provider, RENTAL, receiptOf, renter, verifyOf } from "../relay/fixtures.ts";
import { RelayRig, verdictOf } from "../relay/relay-rig.ts";
import { hasNats, NatsServers } from "../sim/nats/nats-servers.ts";

const ROUNDS = 40;
const page = z.object({ messages: z.array(z.object({ id: z.string(), envelope: z.string() })) });

describe.skipIf(!hasNats)("two relays over a cluster (nats-server is not installed)", () => {
  let servers: NatsServers;
  let stores: [RelayStore, RelayStore];
  let rigs: [RelayRig, RelayRig];

  async function inbox(rig: RelayRig, token = ""): Promise<z.output<typeof page>["messages"]> {
    return page.parse((await rig.call("GET", "/sms?limit=500", { token })).body).messages;
  }

  beforeAll(async () => {
    servers = await NatsServers.start(3);
    const options: JetStreamOptions = {
      ...{ servers: servers.urls, login: { kind: "none" }, tls: null, prefix: "writers", replicas: 3 },
      ...{ placementTags: [], patience: seconds(6), log: silentLogger },
      ...{ clock: systemClock, random: systemRandom, crypto: systemCrypto },
    };
    const first = await openJetStreamStore(options);
    // As if they stood on two machines: each at a server of its own.
    stores = [first, await openJetStreamStore({ ...options, servers: servers.urls.slice(1) })];
    const keyed = { random: systemRandom, keyFile: `${servers.folder}/relay.key` };
    const one = await RelayRig.start({ ...keyed, store: stores[0] });
    rigs = [one, await RelayRig.start({ ...keyed, store: stores[1] })];
    expect(verdictOf(await one.register(grantOf()))).toBe("200 created");
    for (let tries = 0; tries < 100 && (await stores[1].rentals.route(RENTAL)) === null; tries++)
      await systemClock.sleep(seconds(0.05), "the other relay");
  }, 90_000);
  afterAll(async () => {
    for (const rig of rigs ?? []) await rig.stop();
    await servers.stop();
  });

  it("both show every message, whichever of them took it, and take its receipt", { timeout: 90_000 }, async () => {
    const [here, there] = rigs;
    const sent: string[] = [];
    for (let round = 1; round <= ROUNDS; round++) {
      const pair = [messageOf({ seq: 2 * round }), messageOf({ seq: 2 * round + 1 })] as const;
      const verdicts = await Promise.all([here.forward(pair[0]), there.forward(pair[1])]);
      expect(verdicts.map(verdictOf)).toEqual(["200 queued", "200 queued"]);
      sent.push(...pair.map(({ id }) => id));
    }
    const tokens = [await here.login(renter), await there.login(renter)] as const;
    const inboxes = await Promise.all(rigs.map((rig, at) => inbox(rig, tokens[at])));
    for (const shown of inboxes) expect(shown.map(({ id }) => id).toSorted()).toEqual(sent.toSorted());
    // One acknowledges the first half while the other does the rest.
    const receipts = (inboxes[0] ?? []).map(({ envelope }) => receiptOf(envelope));
    const halves = [receipts.slice(0, ROUNDS), receipts.slice(ROUNDS)];
    const answers = await Promise.all(
      rigs.map((rig, at) => rig.call("POST", "/sms/ack", { token: tokens[at] ?? "", body: { receipts: halves[at] } })),
    );
    for (const { body } of answers) expect(body).toMatchObject({ refused: [] });
    // Each sees some moments later what the other has taken.
    for (const [at, rig] of rigs.entries())
      await expect.poll(() => inbox(rig, tokens[at]), { timeout: 10_000 }).toHaveLength(0);
    const { receipts: taken } = await stores[0].mail.receipts(verifyOf(provider), { after: 0, limit: 500 });
    expect(taken.map(({ id }) => id).toSorted()).toEqual(sent.toSorted());
  });

  it("store a message once that is handed to both at once", { timeout: 90_000 }, async () => {
    const [here, there] = rigs;
    for (let seq = 1001; seq <= 1000 + ROUNDS; seq++) {
      const message = messageOf({ seq });
      const verdicts = (await Promise.all([here.forward(message), there.forward(message)])).map(verdictOf);
      expect(verdicts.toSorted()).toEqual(["200 duplicate", "200 queued"]);
    }
  });

  it("give a challenge to one only", { timeout: 90_000 }, async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const nonce = `nonce-${round}`;
      const claims = await Promise.all(stores.map((store) => store.sessions.claimNonce(nonce, 4_000_000_000)));
      expect(claims.filter((claimed) => claimed)).toHaveLength(1);
    }
  });
});
