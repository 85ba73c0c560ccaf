import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SeededRandom } from "../sim/seeded-random.ts";
import { killEscrows, killPublishing, killTickets } from "./chain-kill.ts";
import { ChainWorld } from "./chain-kill-world.ts";

const folder = mkdtempSync(join(tmpdir(), "numberbox-chain-kill-"));
const seed = `chain-kill ${process.pid}`;
const random = new SeededRandom(seed);
let world: ChainWorld;

beforeAll(async () => {
  world = await ChainWorld.start(folder, 1);
}, 60_000);
afterAll(async () => {
  await world.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe("processes killed in the middle of what they do on the chain", () => {
  it("write a name once for each time they were asked", async () => {
    expect(await killPublishing(world, 6, random), seed).toEqual([]);
  }, 300_000);

  it("credit every ticket once, and book every win", async () => {
    expect(await killTickets(world, 6, random), seed).toEqual([]);
  }, 300_000);

  it("fund an escrow once and pay it out once", async () => {
    expect(await killEscrows(world, 1, random), seed).toEqual([]);
  }, 300_000);
});
