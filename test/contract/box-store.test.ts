import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { silentLogger } from "../../src/base/index.ts";
import { openBoxStore } from "../../src/store/index.ts";
import { MemoryBoxStore } from "../sim/memory-store.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";
import { boxStoreContract } from "./box-store.ts";

const folder = mkdtempSync(join(tmpdir(), "numberbox-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;

boxStoreContract("MemoryBoxStore", async () => ({ store: new MemoryBoxStore(), backupFile: "backup" }));

boxStoreContract("openBoxStore", async () => {
  const file = join(folder, `${files++}.db`);
  const store = await openBoxStore({ file, clock: new VirtualClock(), log: silentLogger });
  return { store, backupFile: `${file}.backup` };
});
