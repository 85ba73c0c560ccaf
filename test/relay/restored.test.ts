// A relay that was restored from its backup gives cursors a second time: nobody may sit behind one that is not there any more.

import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { seconds, silentLogger } from "../../src/base/index.ts";
import { relayInfoReply } from "../../src/protocol/index.ts";
import { createRelayClient } from "../../src/relay/index.ts";
import { MailboxWatch } from "../../src/renter/index.ts";
import { SeededRandom } from "../sim/seeded-random.ts";
import { grantOf, messageOf, provider, receiptOf, renter, signWith, suite, verifyOf } from "./fixtures.ts";
import { RelayRig, verdictOf } from "./relay-rig.ts";
import { SocketClient } from "./socket-client.ts";

describe("a relay that was restored from its backup", () => {
  let rig: RelayRig;
  let backup: string;
  let port: number;
  let draws = 0;

  /** Each start draws other names, as a real one does. */
  const open = async (at = 0): Promise<void> => {
    rig = at === 0 ? await RelayRig.start({ random: new SeededRandom(`run ${draws++}`) }) : rig;
    if (at !== 0) await rig.open(at, { random: new SeededRandom(`run ${draws++}`) });
  };
  beforeEach(async () => {
    await open();
    port = Number(new URL(rig.url).port);
    await rig.register(grantOf());
    for (const seq of [1, 2]) await forward(seq);
    await rig.halt();
    backup = await mkdtemp(join(tmpdir(), "numberbox-backup-"));
    await cp(rig.folder, backup, { recursive: true });
    await open(port);
  });
  afterEach(async () => {
    await rig.stop();
    await rm(backup, { recursive: true, force: true });
  });

  const forward = async (seq: number): Promise<string> => verdictOf(await rig.forward(messageOf({ seq })));

  async function restore(): Promise<void> {
    await rig.halt();
    await rm(rig.folder, { recursive: true });
    await cp(backup, rig.folder, { recursive: true });
    await open(port);
  }

  /** What a client that has read everything keeps. */
  async function place(): Promise<{ readonly after: number; readonly epoch: string }> {
    const page = await rig.mailbox(await rig.login(renter));
    return { after: page.next, epoch: page.epoch ?? "" };
  }

  it("pushes what comes after it to a renter whose cursor is of the time that was lost", async () => {
    for (const seq of [3, 4, 5]) await forward(seq);
    const kept = await place();
    await restore();
    const client = await SocketClient.ready(rig.url, { token: await rig.login(renter), ...kept });
    expect(client.frames[0]).toMatchObject({ type: "ready", after: 0 });
    expect(await client.seqs(2)).toEqual([1, 2]);
    await rig.clock.flush();
    expect(await forward(6)).toBe("200 delivered");
    expect(await client.seqs(1)).toEqual([6]);
  });

  it("goes on where the backup ends for who was there before it was made, and tells its run", async () => {
    const kept = await place();
    const info = relayInfoReply.parse((await rig.call("GET", "/info")).body);
    expect(kept).toEqual({ after: 2, epoch: info.epoch });
    await rig.halt();
    await rm(backup, { recursive: true });
    await cp(rig.folder, backup, { recursive: true });
    await open(port);
    await restore();
    await forward(7);
    const client = await SocketClient.ready(rig.url, { token: await rig.login(renter), ...kept });
    expect(client.frames[0]).toMatchObject({ type: "ready", after: 2 });
    expect(await client.seqs(1)).toEqual([7]);
  });

  it("serves a renter of an older version, who says nothing of the run, once his cursor was never given here", async () => {
    for (const seq of [3, 4, 5]) await forward(seq);
    const { after } = await place();
    await restore();
    const client = await SocketClient.ready(rig.url, { token: await rig.login(renter), after });
    expect(await client.seqs(2)).toEqual([1, 2]);
    await rig.clock.flush();
    expect(await forward(6)).toBe("200 delivered");
    expect((await rig.mailbox(await rig.login(renter), `?after=${after}`)).messages.map(({ seq }) => seq)).toEqual([
      ...[1, 2, 6],
    ]);
  });

  it("has its mail counted by a watch from where the backup ends", async () => {
    const { signal } = new AbortController();
    const watch = new MailboxWatch({ relayUrl: rig.url, identity: renter, crypto: suite, clock: rig.clock });
    for (const seq of [3, 4, 5]) await forward(seq);
    const seen = await watch.look({ next: 0, epoch: null }, signal);
    expect(seen).toMatchObject({ waiting: 5, next: 5 });
    await restore();
    for (const seq of [6, 7, 8, 9]) await forward(seq);
    expect(await watch.look(seen, signal)).toMatchObject({ waiting: 6, next: 6 });
  });

  it("has its receipts taken by a box that has taken more of them before", async () => {
    const { signal } = new AbortController();
    const box = createRelayClient({
      ...{ url: rig.url, clock: rig.clock, random: new SeededRandom("box"), log: silentLogger },
      identity: { verify: verifyOf(provider), sign: signWith(provider) },
    });
    const acknowledge = async (seq: number) =>
      await rig.call("POST", "/sms/ack", {
        body: { receipts: [receiptOf(messageOf({ seq }).envelope)] },
        token: await rig.login(renter),
      });
    for (const seq of [3, 4]) await forward(seq);
    for (const seq of [1, 2, 3]) await acknowledge(seq);
    const page = await box.receipts({ after: 0, epoch: null }, signal);
    expect(page?.next).toBe(3);
    await restore();
    for (const seq of [5, 6, 7]) await forward(seq);
    for (const seq of [1, 2, 5, 6, 7]) await acknowledge(seq);
    await rig.clock.advance(seconds(1));
    const later = await box.receipts({ after: page?.next ?? 0, epoch: page?.epoch ?? null }, signal);
    expect(later?.receipts).toHaveLength(5);
    box.stop();
  });
});
