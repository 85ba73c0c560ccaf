import { describe, expect, it } from "vitest";
import { minutes } from "../../src/base/index.ts";
import type { NetworkTimeSink } from "../../src/core/index.ts";
import { accept, report, tableBehaviour } from "../sim/modem/handlers.ts";
import { SlotRig } from "./slot-rig.ts";

/** A slot whose modem says so when it is asked for the time, and what the box was told. */
async function asked(answer: string, wanted: boolean) {
  const told: string[] = [];
  const networkTime: NetworkTimeSink = {
    wanted: () => wanted,
    told: (slot, time, network) => void told.push(`${slot} ${new Date(time).toISOString()} on ${network}`),
  };
  const rig = new SlotRig({ networkTime });
  const clock = { "+CCLK": report(() => [answer]), "+CTZU": accept };
  rig.modem.behaviours.unshift(tableBehaviour("clock", clock));
  await rig.start();
  await rig.pass(minutes(10));
  const commands = rig.commands.filter((each) => /CCLK|CTZU/.test(each));
  await rig.stop();
  return { told: [...new Set(told)], commands: [...new Set(commands)] };
}

describe("a slot", () => {
  it("tells the network's time, and which network it is, while somebody wants to know it", async () => {
    const { told, commands } = await asked('+CCLK: "27/02/03,10:15:30+08"', true);
    expect(told).toEqual(["slot-1 2027-02-03T08:15:30.000Z on 00101"]);
    expect(commands.map((each) => each.trim())).toEqual(["AT+CTZU=1", "AT+CCLK?"]);
  });

  it("does not ask while nobody does", async () => {
    expect(await asked('+CCLK: "27/02/03,10:15:30+08"', false)).toEqual({ told: [], commands: [] });
  });

  it("tells nothing of a clock without a zone", async () => {
    expect((await asked('+CCLK: "27/02/03,10:15:30"', true)).told).toEqual([]);
  });
});
