import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { silentLogger } from "../../src/base/index.ts";
import type { Identity } from "../../src/envelope/index.ts";
import { type Folder, RenterState } from "../../src/renter/index.ts";
import { openDiskFolder } from "../../src/renter-node/index.ts";
import { SeededRandom } from "../sim/seeded-random.ts";
import { openState, rigFor } from "./client-rig.ts";
import { FakeRelay } from "./fake-relay.ts";
import { grantOf, LISTING, messageOf, NOW_S, RENTAL, renter, stranger, suite } from "./fixtures.ts";
import { type Disk, MemoryFolder } from "./memory-folder.ts";

function open(folder: Folder, mode: "readOnly" | "readWrite", who: Identity = renter): Promise<RenterState> {
  const random = new SeededRandom("state");
  return RenterState.open({ folder, seed: who.seed, suite, random, log: silentLogger, mode });
}

const RELAY = "http://relay.example";

describe("RenterState", () => {
  it("keeps cursor, token, grants and pins over a restart", async () => {
    const disk: Disk = new Map();
    const state = await openState(new MemoryFolder(disk));
    await state.setToken(RELAY, { value: "token", expires: NOW_S });
    await state.setCursor(RELAY, 7);
    await state.acceptGrants([grantOf()]);
    await state.setDoors(RELAY, ["https://b.example"]);
    const again = await openState(new MemoryFolder(disk));
    expect(again.relay(RELAY)).toEqual({
      epoch: null,
      doors: ["https://b.example"],
      cursor: 7,
      token: { value: "token", expires: NOW_S },
    });
    expect(again.grant(RENTAL)).toEqual(grantOf());
    expect(again.pin(LISTING)).toBe(grantOf().provider);
  });

  it("keeps the first provider of a listing as its pin until it is told to forget it", async () => {
    const state = await openState();
    await state.acceptGrants([grantOf()]);
    await state.acceptGrants([grantOf({ by: stranger, rev: 2 })]);
    expect(state.pin(LISTING)).toBe(grantOf().provider);
    await state.forgetProvider(LISTING);
    expect([state.pin(LISTING), state.grant(RENTAL)]).toEqual([undefined, undefined]);
  });

  it("writes nothing when the grants are the ones it has", async () => {
    const folder = new MemoryFolder();
    const state = await openState(folder);
    await state.acceptGrants([grantOf()]);
    const { writes } = folder;
    await state.acceptGrants([grantOf()]);
    expect(folder.writes).toBe(writes);
  });

  it("holds no text, sender, number, token or key in clear", async () => {
    const relay = await FakeRelay.start();
    relay.rentals = [{ grant: grantOf(), state: "active", last_seq: 1 }];
    relay.push(await messageOf({ seq: 1, body: "canary text", from: "+15557654321" }));
    const disk: Disk = new Map();
    const rig = await rigFor(relay.url, new MemoryFolder(disk));
    await rig.client.sync(rig.sink, rig.abort.signal);
    const { token } = rig.state.relay(relay.url);
    await relay.stop();
    expect(rig.sink.seqs).toEqual([1]);
    const all = Buffer.concat([...disk.values()]).toString("latin1");
    for (const secret of [
      "canary",
      "+15557654321",
      "+15550100",
      RENTAL,
      LISTING,
      token?.value ?? "no token",
      "relay",
    ]) {
      expect(all).not.toContain(secret);
    }
    expect(all).not.toContain(Buffer.from(renter.seed.reveal()).toString("latin1"));
  });

  it("does not open with another key, and says so", async () => {
    const disk: Disk = new Map();
    await (await openState(new MemoryFolder(disk))).setCursor(RELAY, 1);
    await expect(open(new MemoryFolder(disk), "readWrite", stranger)).rejects.toMatchObject({
      code: "renter.state_key",
    });
  });

  it("refuses a state file that was changed", async () => {
    const disk: Disk = new Map();
    await (await openState(new MemoryFolder(disk))).setCursor(RELAY, 1);
    const bytes = disk.get("state.sealed") ?? new Uint8Array(0);
    bytes[30] = (bytes[30] ?? 0) ^ 1;
    await expect(openState(new MemoryFolder(disk))).rejects.toMatchObject({ code: "renter.state_key" });
  });

  it("notices that the inbox is gone or was cut behind its back", async () => {
    const relay = await FakeRelay.start();
    relay.rentals = [{ grant: grantOf(), state: "active", last_seq: 1 }];
    relay.push(await messageOf({ seq: 1 }));
    const disk: Disk = new Map();
    const rig = await rigFor(relay.url, new MemoryFolder(disk));
    await rig.client.sync(rig.sink, rig.abort.signal);
    await relay.stop();
    const whole = disk.get("inbox.log") ?? new Uint8Array(0);
    disk.set("inbox.log", whole.slice(0, 100));
    await expect(openState(new MemoryFolder(disk))).rejects.toMatchObject({ code: "renter.inbox_corrupt" });
    disk.delete("inbox.log");
    await expect(openState(new MemoryFolder(disk))).rejects.toMatchObject({ code: "renter.inbox_corrupt" });
  });

  it("lets one process write, and another read meanwhile", async () => {
    const path = mkdtempSync(join(tmpdir(), "renter-state-"));
    try {
      const disk = await openDiskFolder(path);
      const busy: Folder = { ...disk, lock: async () => null };
      const writer = await open(disk, "readWrite");
      await writer.setCursor(RELAY, 3);
      await expect(open(busy, "readWrite")).rejects.toMatchObject({ code: "renter.in_use" });
      expect((await open(busy, "readOnly")).relay(RELAY).cursor).toBe(3);
      await writer.close();
      await (await open(disk, "readWrite")).close();
    } finally {
      rmSync(path, { recursive: true });
    }
  });

  it("refuses writes after it was closed", async () => {
    const state = await openState();
    await state.close();
    await expect(state.setCursor(RELAY, 1)).rejects.toMatchObject({ code: "base.stopped" });
  });
});
