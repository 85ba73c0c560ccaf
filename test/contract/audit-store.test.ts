import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { silentLogger } from "../../src/base/index.ts";
import type { AuditEntry, AuditStore } from "../../src/core/index.ts";
import { openBoxStore } from "../../src/store/index.ts";
import { MemoryAudit } from "../sim/memory-audit.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function file(): Promise<AuditStore> {
  const folder = mkdtempSync(join(tmpdir(), "nb-audit-"));
  const store = await openBoxStore({ file: join(folder, "box.db"), clock: new VirtualClock(), log: silentLogger });
  closers.push(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });
  return store.audit;
}

const entry = (at: number, more: Partial<AuditEntry> = {}): AuditEntry => ({
  ...{ at, actor: "owner", operation: "postUsers", target: "", address: "127.0.0.1", status: 201 },
  ...{ code: null, note: null, ...more },
});
const all = { before: null, actor: "", operation: "", limit: 1000 };

describe.each([
  ["memory", async () => new MemoryAudit()],
  ["the box's database", file],
])("an audit store in %s", (_where, open) => {
  it("gives back what was added, newest first, in pages", async () => {
    const store = await open();
    await store.appendAudit([entry(1), entry(2, { note: "AT+CSQ", code: "web.scope", target: "1/2" })]);
    await store.appendAudit([entry(3)]);
    await store.appendAudit([]);
    const rows = await store.findAudit(all);
    expect(rows.map(({ at }) => at)).toEqual([3, 2, 1]);
    expect(rows[1]).toMatchObject(entry(2, { note: "AT+CSQ", code: "web.scope", target: "1/2" }));
    const page = await store.findAudit({ ...all, before: rows[0]?.seq ?? 0, limit: 1 });
    expect(page.map(({ at }) => at)).toEqual([2]);
  });

  it("finds by person and by the beginning of the operation", async () => {
    const store = await open();
    await store.appendAudit([entry(1, { actor: "anna" }), entry(2, { operation: "deleteUsersId" }), entry(3)]);
    expect((await store.findAudit({ ...all, actor: "anna" })).map(({ at }) => at)).toEqual([1]);
    expect((await store.findAudit({ ...all, operation: "delete" })).map(({ at }) => at)).toEqual([2]);
    expect(await store.findAudit({ ...all, operation: "%" })).toEqual([]);
  });

  it("keeps the newest rows", async () => {
    const store = await open();
    await store.appendAudit(Array.from({ length: 1200 }, (_, at) => entry(at)));
    await store.pruneAudit(50);
    const rows = await store.findAudit(all);
    expect([rows.length, rows[0]?.at, rows.at(-1)?.at]).toEqual([50, 1199, 1150]);
    await store.appendAudit([entry(2000)]);
    expect((await store.findAudit(all))[0]?.seq).toBe((rows[0]?.seq ?? 0) + 1);
  });
});
