import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { clockSetter, createClockSetting } from "../../src/app/clock-services.ts";
import { silentLogger, unixMs } from "../../src/base/index.ts";
import { parseBoxConfig } from "../../src/config/index.ts";
import { EventLog, type SystemAction, TimeAnchor, TrustedTime } from "../../src/core/index.ts";
import { MemoryBoxStore } from "../sim/memory-store.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";

const folder = mkdtempSync(join(tmpdir(), "numberbox-clock-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("a box", () => {
  it("sets the clock of a machine that it looks after, and no other", async () => {
    const [clock, store] = [new VirtualClock(), new MemoryBoxStore()];
    const time = new TrustedTime(clock, null);
    const common = {
      ...{ clock, time, log: silentLogger, dataFolder: folder, machine: { sys: "/sys", dev: "/dev" } },
      events: new EventLog(time, silentLogger),
      timeAnchor: await TimeAnchor.open(store, silentLogger),
    };
    const made = (yaml: string, runtimeFolder?: string): boolean =>
      createClockSetting({ ...common, config: parseBoxConfig(yaml, "box.yaml"), runtimeFolder }) !== null;
    expect(made("host: { appliance: true }", folder)).toBe(true);
    expect(made("host: { appliance: true }")).toBe(false);
    expect(made("host: { appliance: false }", folder)).toBe(false);
  });
});

describe("the request for the machine's clock", () => {
  it("holds the time and when it was so, before the unit that reads it is asked for", async () => {
    const [asked, found]: [SystemAction[], string[]] = [[], []];
    const perform = async (action: SystemAction): Promise<void> => {
      asked.push(action);
      found.push(readFileSync(join(folder, "run", "clock-request"), "utf8"));
    };
    const setter = clockSetter({ runtimeFolder: join(folder, "run"), actions: { perform }, uptime: () => 61.9 });
    await setter.set(unixMs(1_800_000_000_999));
    expect([asked, found]).toEqual([["set_clock"], ["1800000000 61\n"]]);
  });
});
