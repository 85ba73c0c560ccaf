// The client against the real relay node: the two agree on the wire.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { utf8 } from "../../src/base/index.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";
import { type Rig, rigFor } from "./client-rig.ts";
import { grantOf, messageOf, NOW, NUMBER, shortMessageOf } from "./fixtures.ts";
import { type RealRelay, startRealRelay } from "./real-relay.ts";

let relay: RealRelay;
let rig: Rig;

beforeEach(async () => {
  relay = await startRealRelay(new VirtualClock(NOW));
  await relay.grant(grantOf());
  rig = await rigFor(relay.url);
});
afterEach(() => relay.stop());

const sync = (): Promise<void> => rig.client.sync(rig.sink, rig.abort.signal);

describe("the client at the real relay", () => {
  it("signs in and lists the rental, whose number only it can read", async () => {
    const [rental] = await rig.client.login(rig.sink, rig.abort.signal);
    expect(rental).toMatchObject({ grant: grantOf(), state: "active", last_seq: 0 });
    expect(JSON.stringify(rental)).not.toContain(NUMBER);
  });

  it("does the work that a relay asks of strangers, and none that would take ages", async () => {
    await relay.stop();
    relay = await startRealRelay(new VirtualClock(NOW), { workBits: 8 });
    await relay.grant(grantOf());
    rig = await rigFor(relay.url);
    expect(await rig.client.login(rig.sink, rig.abort.signal)).toHaveLength(1);
    await relay.stop();
    relay = await startRealRelay(new VirtualClock(NOW), { workBits: 23 });
    rig = await rigFor(relay.url);
    const login = rig.client.login(rig.sink, rig.abort.signal);
    await expect(login).rejects.toMatchObject({ code: "renter.too_much_work" });
  });

  it("reads both envelope versions and the short form, and the relay takes the receipts", async () => {
    await relay.forward(await messageOf({ seq: 1, body: "one" }));
    await relay.forward(await messageOf({ seq: 2, body: "two", version: 2 }));
    await relay.forwardShort(shortMessageOf(utf8("three")));
    await sync();
    expect(rig.sink.entries.map((entry) => entry.payload)).toMatchObject([
      { type: "sms", body: "one" },
      { type: "sms", body: "two" },
      { type: "text", body: "three" },
    ]);
    expect(rig.state.inbox.entries.map(({ key }) => rig.state.inbox.outcomeOf(key))).toEqual(
      Array.from({ length: 3 }, () => "accepted"),
    );
    rig.sink.entries.splice(0);
    await rig.client.login(rig.sink, rig.abort.signal);
    await sync();
    expect(rig.sink.entries).toEqual([]);
  });

  it("follows: a pushed message counts as delivered and arrives at once", async () => {
    await relay.forward(await messageOf({ seq: 1 }));
    const following = rig.client.follow(rig.sink, rig.abort.signal);
    await rig.sink.until(() => rig.sink.ups === 1);
    expect(await relay.forward(await messageOf({ seq: 2 }))).toBe("delivered");
    await rig.sink.until(() => rig.sink.entries.length === 2);
    expect(rig.sink.seqs).toEqual([1, 2]);
    rig.abort.abort();
    await following;
  });

  it("goes on behind its cursor after the connection broke", async () => {
    const following = rig.client.follow(rig.sink, rig.abort.signal);
    await rig.sink.until(() => rig.sink.ups === 1);
    await relay.forward(await messageOf({ seq: 1 }));
    await rig.sink.until(() => rig.sink.entries.length === 1);
    rig.abort.abort();
    await following;
    await relay.forward(await messageOf({ seq: 2 }));
    const abort = new AbortController();
    const again = rig.client.follow(rig.sink, abort.signal);
    await rig.sink.until(() => rig.sink.entries.length === 2);
    expect(rig.sink.seqs).toEqual([1, 2]);
    abort.abort();
    await again;
  });
});
