import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { clockSetter } from "../../src/app/clock-services.ts";
import { unixMs } from "../../src/base/index.ts";
import type { SystemAction } from "../../src/core/index.ts";

const folder = mkdtempSync(join(tmpdir(), "numberbox-clock-"));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

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
