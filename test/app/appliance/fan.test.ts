import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createFan } from "../../../src/app/appliance/fan-services.ts";
import { createMachine } from "../../../src/app/machine-services.ts";
import { silentLogger } from "../../../src/base/index.ts";
import { parseBoxConfig } from "../../../src/config/index.ts";
import { SeededRandom } from "../../sim/seeded-random.ts";
import { VirtualClock } from "../../sim/virtual-clock.ts";

describe("the fan of a box", () => {
  let dataFolder = "";
  beforeEach(() => {
    dataFolder = mkdtempSync(join(tmpdir(), "numberbox-fan-"));
  });
  afterEach(() => rmSync(dataFolder, { recursive: true, force: true }));
  const deps = (host: object) => ({
    ...{ clock: new VirtualClock(), random: new SeededRandom("fan"), log: silentLogger, dataFolder },
    machine: { sys: join(dataFolder, "sys"), dev: join(dataFolder, "dev"), proc: join(dataFolder, "proc") },
    config: parseBoxConfig(JSON.stringify({ version: 1, host }), "box.yaml"),
  });
  const fan = { chip: "no-such-chip", line: "18" };

  it("is told with the machine's facts", async () => {
    const given = deps({ appliance: true, fan });
    const made = createFan(given);
    const machine = createMachine({ ...given, fan: made });
    expect((await machine.facts()).fanRuns).toBeNull();
    made?.start();
    expect((await machine.facts()).fanRuns).toBe(true);
    made?.stop();
    expect((await machine.facts()).fanRuns).toBeNull();
  });

  it("is left alone where the machine is not the box's own, or has none", () => {
    expect(createFan(deps({ appliance: false, fan }))).toBeNull();
    expect(createFan(deps({ appliance: true }))).toBeNull();
  });
});
