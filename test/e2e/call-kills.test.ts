// Whole boxes whose processes are killed amid calls: a few cases here, all of them with `npm run torture:calls`.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { asteriskTree } from "../sim/asterisk/asterisk-process.ts";
import { hasBaresip } from "../sim/asterisk/baresip.ts";
import { callsInARow, type KillCase, killAmid, nameOf } from "./call-kills.ts";
import { CallWorld } from "./call-world.ts";

const able = asteriskTree !== null && hasBaresip;
const without = able ? "" : " (skipped: needs Asterisk 22 and baresip)";

const CASES: readonly KillCase[] = [
  { direction: "in", phase: "ringing", order: ["box"] },
  { direction: "out", phase: "talking", order: ["box", "asterisk"] },
  { direction: "in", phase: "ending", order: ["asterisk", "box"] },
];

describe.skipIf(!able)(`a box that is killed amid calls${without}`, () => {
  let world: CallWorld;
  beforeAll(async () => {
    world = await CallWorld.start("asterisk", 24_000);
  }, 120_000);
  afterAll(() => world?.stop(), 30_000);

  it.each(CASES.map((each) => [nameOf(each), each] as const))(
    "leaves nothing, records once, and takes the next call: %s",
    async (_, given) => {
      await killAmid(world, given);
    },
    120_000,
  );

  it("leaves nothing after calls in a row", async () => {
    const { filesBefore, filesAfter } = await callsInARow(world, 4);
    expect(filesAfter).toBeLessThanOrEqual(filesBefore);
  }, 120_000);
});
