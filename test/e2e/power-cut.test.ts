// kill -9 and power cut: what of the data folder was not synced is lost. `npm run torture:power` does more of the same.

import { beforeAll, describe, expect, it } from "vitest";
import { whyNoLayer } from "../power-cut/layer.ts";
import { type PowerCutResult, powerCuts } from "../power-cut/power-cut-run.ts";

const SMS = 1000;
const CUTS = 60;
const RESTARTS = 6;
const seed = `ci-${process.pid}`;
const say = (text: string): void => console.log(`power: ${text}`);

const reason = whyNoLayer();
const skipped = reason === null ? "" : ` (skipped: ${reason})`;

describe.skipIf(reason !== null)(`the power goes at ${CUTS} moments of ${SMS} SMS on 8 modems${skipped}`, () => {
  let result: PowerCutResult;

  beforeAll(async () => {
    result = await powerCuts({ sms: SMS, cuts: CUTS, restarts: RESTARTS, slots: 8, seed, idle: 3_000, say });
    say(`${Math.round(result.use.bytes / SMS)} bytes and ${(result.use.syncs / SMS).toFixed(2)} fsyncs per SMS`);
  }, 600_000);

  it("every message that a modem was told to delete is there, once, and the box would start", () => {
    expect(result.deletions).toBeGreaterThanOrEqual(SMS);
    const { lost, doubled, broken } = result;
    expect({ lost, doubled, broken }, `seed ${seed}`).toEqual({ lost: [], doubled: [], broken: [] });
  });

  it("no AT+CMGD is written before the commit that holds its message has returned", () => {
    expect(result.early, `seed ${seed}`).toEqual([]);
  });

  it(`${RESTARTS} restarts on what was left of the disk: the renter reads each SMS exactly once, in order`, () => {
    expect(result.renter, `seed ${seed}`).toEqual([]);
  });

  it("the idle box syncs at most once a second", () => {
    expect(result.idle.syncs / result.idle.seconds).toBeLessThanOrEqual(1);
  });
});

describe.skipIf(reason !== null)(`the same with a disk that lies about the write-ahead log${skipped}`, () => {
  it("is found out: messages are missing, and deletions come before their commits", async () => {
    const result = await powerCuts({
      sms: 100,
      cuts: 20,
      restarts: 1,
      slots: 2,
      seed: `${seed}/lie`,
      idle: 0,
      lie: "/box.db-wal",
      say,
    });
    expect(result.lost.length).toBeGreaterThan(0);
    expect(result.early.length).toBeGreaterThan(result.deletions / 2);
    expect(result.renter).toEqual([]);
  }, 300_000);
});
