// Power cuts between every two steps of reading, at every write and at three depths of it. Nothing may be lost; with `--new`, a message
// may be printed again only when the cut fell between printing it and noting that.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { InboxEntry } from "../../src/renter/index.ts";
import { rigFor } from "./client-rig.ts";
import { FakeRelay, hashOf } from "./fake-relay.ts";
import { grantOf, messageOf } from "./fixtures.ts";
import { type Disk, MemoryFolder, PowerCut, type PowerCutPlan } from "./memory-folder.ts";

let relay: FakeRelay;
beforeEach(async () => {
  relay = await FakeRelay.start();
  relay.rentals = [{ grant: grantOf(), state: "active", last_seq: 4 }];
});
afterEach(() => relay.stop());

const SEQS = [1, 2, 3, 4];

interface Run {
  readonly writes: number;
  /** The write that was cut, told by what came before it. */
  readonly afterPrinting: boolean;
}

/** One `inbox --new`, as the command does it, until it is done or the power is cut. */
async function read(disk: Disk, printed: (number | null)[], plan?: PowerCutPlan): Promise<Run> {
  const folder = new MemoryFolder(disk, plan);
  let afterPrinting = false;
  try {
    const { client, state, sink, abort } = await rigFor(relay.url, folder);
    const show = async (entries: readonly InboxEntry[]): Promise<void> => {
      printed.push(...entries.map((entry) => entry.seq));
      afterPrinting = entries.length > 0;
      await state.markShown(entries);
      afterPrinting = false;
    };
    await show(state.inbox.unshown);
    await client.sync({ refused: (error) => sink.refused(error), messages: show }, abort.signal);
    expect(sink.errors).toEqual([]);
  } catch (error) {
    if (!(error instanceof PowerCut)) throw error;
  }
  return { writes: folder.writes, afterPrinting };
}

/** The reading that is cut: of all four messages by a new folder, or of the last two by one that has read the others. */
async function readLast(
  folder: "new" | "used",
  disk: Disk,
  printed: (number | null)[],
  plan?: PowerCutPlan,
): Promise<Run> {
  relay.messages.splice(0);
  relay.push(await messageOf({ seq: 1 }), await messageOf({ seq: 2 }));
  if (folder === "used") await read(disk, printed);
  relay.push(await messageOf({ seq: 3 }), await messageOf({ seq: 4 }));
  return read(disk, printed, plan);
}

describe.each([
  ["new", 0],
  ["new", 0.5],
  ["new", 1],
  ["used", 0],
  ["used", 0.5],
  ["used", 1],
] as const)("a %s folder, with %f of the cut write on the disk", (folder, share) => {
  it("loses no message at any write, and prints none twice but the documented one", async () => {
    const { writes } = await readLast(folder, new Map(), []);
    expect(writes).toBeGreaterThanOrEqual(4);
    let repeats = 0;
    for (let at = 1; at <= writes + 1; at++) {
      const disk: Disk = new Map();
      const printed: (number | null)[] = [];
      relay.acknowledged.splice(0);
      const cut = await readLast(folder, disk, printed, { at, share });
      await read(disk, printed);
      await read(disk, printed);

      expect([...new Set(printed)]).toEqual(SEQS);
      if (!cut.afterPrinting) expect(printed).toEqual(SEQS);
      if (printed.length > SEQS.length) repeats++;
      const all = await Promise.all(SEQS.map(async (seq) => hashOf(await messageOf({ seq }))));
      expect(new Set(relay.acknowledged)).toEqual(new Set(all));
      const { state } = await rigFor(relay.url, new MemoryFolder(disk));
      expect(state.inbox.entries.map((entry) => entry.seq)).toEqual(SEQS);
      expect(state.inbox.unsettled(relay.url)).toEqual([]);
    }
    expect(repeats).toBe(share === 1 ? 0 : 1);
  });
});

describe("a full disk", () => {
  it("stops reading before anything is acknowledged, and reading goes on when there is room", async () => {
    const folder = new MemoryFolder();
    const { client, sink, abort } = await rigFor(relay.url, folder);
    await client.sync(sink, abort.signal);
    relay.push(await messageOf({ seq: 1 }));
    folder.full = true;
    await expect(client.sync(sink, abort.signal)).rejects.toMatchObject({ code: "renter.state_io" });
    expect(sink.entries).toEqual([]);
    expect(relay.acknowledged).toEqual([]);
    folder.full = false;
    await client.sync(sink, abort.signal);
    expect(sink.seqs).toEqual([1]);
    expect(relay.acknowledged).toHaveLength(1);
  });
});
