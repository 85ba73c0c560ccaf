import { rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { BoxHandle } from "../../../src/app/index.ts";
import { createKeystoreFile } from "../../../src/app/keystore-file.ts";
import { millis, rentalId, silentLogger } from "../../../src/base/index.ts";
import { systemClock } from "../../../src/base/system-clock.ts";
import { systemCrypto } from "../../../src/base/system-crypto.ts";
import { systemRandom } from "../../../src/base/system-random.ts";
import { publicKeysToText } from "../../../src/envelope/index.ts";
import { createRenterClient, RenterState } from "../../../src/renter/index.ts";
import { openDiskFolder } from "../../../src/renter-node/index.ts";
import { identity, renter } from "../../core/core-rig.ts";
import { provider } from "../../envelope/fixtures.ts";
import type { SimBoard } from "../../sim/modem/index.ts";
import { tempFolder } from "../../sqlite/temp-folder.ts";
import { frameOf, newBoard, openBox, openRelay, ready } from "../box-rig.ts";
import { backupOf, keysOf, restore } from "./backup-rig.ts";

const second = identity("second renter");
const rent = { line: "line-1", renter: publicKeysToText(renter), days: 1, envelope_version: 1, credit: null } as const;

async function newFolder(): Promise<string> {
  const folder = tempFolder();
  await createKeystoreFile(keysOf(folder), provider);
  return folder;
}

const forwardedOf = (box: BoxHandle, count: number) =>
  frameOf(box, (frame) => frame.type === "overview" && frame.overview.counts.forwarded === count);
const eventOf = (box: BoxHandle, code: string) =>
  frameOf(box, (frame) => frame.type === "event" && frame.event.code === code);
const codesOf = (box: BoxHandle): readonly string[] =>
  box.console.events({ after: 0, limit: 500 }).map(({ code }) => code);

/** Sends to the line's SIM and waits until the relay has it: `count` in all. */
async function deliver(
  box: BoxHandle,
  board: SimBoard,
  sms: { readonly slot: number; readonly body: string; readonly count: number },
): Promise<void> {
  const forwarded = forwardedOf(box, sms.count);
  board.modem(sms.slot).sendSms({ from: "+15550100", body: sms.body });
  await forwarded;
}

/** Asks again and again: what is waited for is in the database and tells nobody. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await systemClock.sleep(millis(20), "a look at the database");
}

async function backUp(folder: string): Promise<Uint8Array> {
  return await backupOf(
    { folder, configText: "", configFile: join(folder, "none"), elsewhere: "" },
    { configText: null, configFile: null },
  );
}

/** A renter's own client with its inbox on disk. */
async function newRenter(relayUrl: string, who = renter) {
  const seed = who.seed;
  const common = { crypto: systemCrypto, clock: systemClock, random: systemRandom, log: silentLogger };
  const folder = await openDiskFolder(join(tempFolder(), "inbox"));
  const state = await RenterState.open({
    folder,
    seed,
    suite: systemCrypto,
    random: systemRandom,
    log: silentLogger,
    mode: "readWrite",
  });
  onTestFinished(() => state.close());
  const client = createRenterClient({ ...common, relayUrl, identity: who, state });
  const refused: string[] = [];
  return {
    refused,
    read: async () => {
      await client.sync(
        { messages: async () => {}, refused: (error) => void refused.push(error.code) },
        new AbortController().signal,
      );
      return state.inbox.entries.map(({ message, payload, gap, repeats }) => ({
        seq: message.seq,
        body: payload.type === "sms" ? payload.body : payload.type,
        gap: gap !== null,
        repeats,
      }));
    },
  };
}

describe("a box that is backed up, goes on, is lost, and is restored on other hardware", () => {
  it("goes on where the old one stopped: nothing lost, nothing twice, no gap", async () => {
    const old = await newFolder();
    const relay = await openRelay(provider.verify);
    const board = newBoard();
    const { box: a } = await openBox({ folder: old, relayUrl: relay.url, board });
    await ready(a);
    await a.console.grant(rent);
    await deliver(a, board, { slot: 1, body: "one", count: 1 });
    await deliver(a, board, { slot: 1, body: "two", count: 2 });
    const archive = await backUp(old);
    // Behind the backup: more for the first renter, and a rental that the backup does not know.
    await deliver(a, board, { slot: 1, body: "three", count: 3 });
    await a.console.grant({ ...rent, line: "line-2", renter: publicKeysToText(second) });
    await deliver(a, board, { slot: 2, body: "uno", count: 4 });
    const first = await newRenter(relay.url);
    expect((await first.read()).map(({ body }) => body)).toEqual(["one", "two", "three"]);
    await a.stop();
    rmSync(old, { recursive: true, force: true });

    const folder = join(tempFolder(), "new");
    await restore(archive, folder);
    // One SMS comes while no box runs.
    board.modem(1).sendSms({ from: "+15550100", body: "four" });
    const { box: b } = await openBox({ folder, relayUrl: relay.url, board });
    expect(b.identity.verify).toEqual(provider.verify);
    if ((await b.store.counters()).forwarded < 5) await forwardedOf(b, 5);
    await deliver(b, board, { slot: 2, body: "dos", count: 6 });
    expect(await first.read()).toEqual(
      ["one", "two", "three", "four"].map((body, at) => ({ seq: at + 1, body, gap: false, repeats: false })),
    );
    const other = await newRenter(relay.url, second);
    expect(await other.read()).toEqual(
      ["uno", "dos"].map((body, at) => ({ seq: at + 1, body, gap: false, repeats: false })),
    );
    expect([...first.refused, ...other.refused]).toEqual([]);
    expect((await b.store.depth()).refused).toBe(0);
    expect(codesOf(b)).toEqual(expect.arrayContaining(["restore.catching_up", "restore.caught_up"]));
    // The renter's receipt for what the old box delivered behind the backup counts as well.
    await until(async () => (await b.store.counters()).acknowledged === 6);
    expect(await b.store.restore.restoreMark()).toBeNull();
  });

  it("takes no SMS and rents nothing out before it has reached its relay, and then misses none", async () => {
    const old = await newFolder();
    const relayFolder = tempFolder();
    const relay = await openRelay(provider.verify, relayFolder);
    const board = newBoard();
    const { box: a } = await openBox({ folder: old, relayUrl: relay.url, board });
    await ready(a);
    await a.console.grant(rent);
    const archive = await backUp(old);
    await deliver(a, board, { slot: 1, body: "one", count: 1 });
    await a.stop();

    const folder = join(tempFolder(), "new");
    await restore(archive, folder);
    // Nothing listens there.
    const { box: b } = await openBox({ folder, board });
    await ready(b);
    board.modem(1).sendSms({ from: "+15550100", body: "two" });
    if (!codesOf(b).includes("restore.waiting")) await eventOf(b, "restore.waiting");
    expect((await b.console.overview()).intake.state).toBe("paused");
    await expect(b.console.grant({ ...rent, line: "line-2" })).rejects.toMatchObject({ code: "restore.catching_up" });
    expect((await b.store.counters()).received).toBe(0);
    await b.stop();

    // The mark stays over a restart.
    const { box: again } = await openBox({ folder, relayUrl: relay.url, board });
    if ((await again.store.counters()).forwarded < 2) await forwardedOf(again, 2);
    const first = await newRenter(relay.url);
    expect((await first.read()).map(({ seq, body, gap }) => [seq, body, gap])).toEqual([
      [1, "one", false],
      [2, "two", false],
    ]);
  });

  it("knows that a rental was ended or paid for behind the backup", async () => {
    const old = await newFolder();
    const relay = await openRelay(provider.verify);
    const { box: a } = await openBox({ folder: old, relayUrl: relay.url });
    const known = eventOf(a, "relay.up");
    await known.catch(() => {});
    const { id } = await a.console.grant(rent);
    const archive = await backUp(old);
    await a.console.endRental(rentalId(id));
    await until(async () => (await a.store.pendingGrant(rentalId(id))) === null);
    await a.stop();
    const folder = join(tempFolder(), "new");
    await restore(archive, folder);
    const { box: b } = await openBox({ folder, relayUrl: relay.url });
    if (!codesOf(b).includes("restore.caught_up")) await eventOf(b, "restore.caught_up");
    await until(async () => (await b.store.restore.restoreMark()) === null);
    expect(await b.console.rentals()).toMatchObject([{ id, state: "ended" }]);
    expect(await b.store.rentalsWithWork()).toEqual([]);
  });

  it("and whose old one is started again tells both", async () => {
    const old = await newFolder();
    const relay = await openRelay(provider.verify);
    const { box: a } = await openBox({ folder: old, relayUrl: relay.url });
    const archive = await backUp(old);
    const folder = join(tempFolder(), "new");
    await restore(archive, folder);
    const told = eventOf(a, "box.superseded");
    const { box: b } = await openBox({ folder, relayUrl: relay.url });
    if (!codesOf(b).includes("box.took_over")) await eventOf(b, "box.took_over");
    await told;
  });
});
