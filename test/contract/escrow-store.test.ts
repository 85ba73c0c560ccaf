// The escrows' store on disk and the one in memory keep the same promises.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { parseEmc, silentLogger, unixMs } from "../../src/base/index.ts";
import type { EscrowStore, StoredEscrow } from "../../src/core/index.ts";
import { openBoxStore } from "../../src/store/index.ts";
import { EscrowRig, passed } from "../core/escrow/escrow-rig.ts";
import { MemoryEscrows } from "../core/escrow/memory-escrows.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";

const folder = mkdtempSync(join(tmpdir(), "numberbox-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;

interface Opened {
  readonly store: EscrowStore;
  /** Closes and opens again, as after a restart. */
  readonly again: () => Promise<EscrowStore>;
}

async function onDisk(): Promise<Opened> {
  const file = join(folder, `box-${++files}.db`);
  const open = () => openBoxStore({ file, clock: new VirtualClock(), log: silentLogger });
  const first = await open();
  return {
    store: first.escrows,
    again: async () => {
      await first.close();
      return (await open()).escrows;
    },
  };
}

async function inMemory(): Promise<Opened> {
  const store = new MemoryEscrows();
  return { store, again: async () => store };
}

describe.each([
  ["SQLite", onDisk],
  ["memory", inMemory],
])("the escrows' store (%s)", (_, open) => {
  it("gives back whole documents in the order of their creation, after the next start too", async () => {
    const { store, again } = await open();
    const rig = new EscrowRig();
    const funded = await rig.funded();
    const wish = { role: "provider", kind: "release", earned: parseEmc("1.234567") } as const;
    const signed = passed(await rig.desk("provider").settle(funded, wish));
    const said = {
      role: "renter",
      statement: 'späť – "spoiled"',
      files: [{ name: "a", sha256: "ab".repeat(32) }],
      at: 5,
    } as const;
    const { seed } = rig.parties.renter.identity;
    const disputed = passed(await rig.desk("renter").addEvidence(signed, said, seed));
    const at = unixMs(1000);
    const first: StoredEscrow = { file: funded, role: "provider", phase: "funded", createdAt: at, changedAt: at };
    const second = { ...first, file: passed(await rig.proposed()), role: "renter", phase: "proposed" } as const;
    await store.saveEscrow(first);
    await store.saveEscrow(second);
    const changed = { ...first, file: disputed, phase: "disputed", changedAt: unixMs(2000) } as const;
    await store.saveEscrow(changed);
    expect(await (await again()).escrows()).toEqual([changed, second]);
  });
});
