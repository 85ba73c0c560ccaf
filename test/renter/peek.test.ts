import { afterEach, beforeEach, expect, it } from "vitest";
import { type Rig, rigFor } from "./client-rig.ts";
import { FakeRelay } from "./fake-relay.ts";
import { grantOf, messageOf } from "./fixtures.ts";

let relay: FakeRelay;
let rig: Rig;

beforeEach(async () => {
  relay = await FakeRelay.start();
  relay.rentals = [{ grant: grantOf(), state: "active", last_seq: 2 }];
  rig = await rigFor(relay.url);
  relay.push(await messageOf({ seq: 1 }), await messageOf({ seq: 2 }));
});
afterEach(() => relay.stop());

it("shows what waits and leaves it to the reader: unacknowledged, not stored, the cursor where it was", async () => {
  const { messages, more } = await rig.client.peek(0, rig.abort.signal);
  expect(messages.map(({ seq }) => seq)).toEqual([1, 2]);
  expect(more).toBe(false);
  expect(relay.acknowledged).toEqual([]);
  expect(rig.state.inbox.entries).toEqual([]);
  expect(rig.state.relay(rig.client.url).cursor).toBe(0);
  await rig.client.sync(rig.sink, rig.abort.signal);
  expect(rig.sink.seqs).toEqual([1, 2]);
  expect(relay.acknowledged).toHaveLength(2);
});

it("goes on behind a cursor", async () => {
  const first = await rig.client.peek(0, rig.abort.signal);
  expect((await rig.client.peek(first.next, rig.abort.signal)).messages).toEqual([]);
});
