// An owner of the appliance has a console and no shell: no remedy sends him to a shell alone.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { unixMs } from "../../../src/base/index.ts";
import { clockFindings, flowsFinding, noMachineFacts, unitFinding } from "../../../src/core/index.ts";

const SRC = fileURLToPath(new URL("../../../src/", import.meta.url));
/** Of programs that no image has, and what is told where there is no image: whoever reads it has a shell. */
const ELSEWHERE: ReadonlySet<string> = new Set(["core/health/port-checks.ts", "core/health/clock-checks.ts"]);
const COMMAND = /`(?:sudo )?(?:journalctl|systemctl|timedatectl|rfkill)\b/;

describe("a remedy with a command of a shell", () => {
  const lines = readdirSync(SRC, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name) && !ELSEWHERE.has(name) && !name.startsWith("web/dist"))
    .flatMap((name) => {
      const text = readFileSync(join(SRC, name), "utf8").replaceAll("\\`", "`");
      return text.split("\n").flatMap((line) => (COMMAND.test(line) ? [[name, line.trim()] as const] : []));
    })
    .filter(([, line]) => !/^(?:\/\/|\*|\/\*)/.test(line));

  it.each(lines)("says what to do without one, too: %s: %s", (_name, line) => {
    expect(line).toMatch(/page \w+|box of the image|cable/);
  });

  it("is what this looks for", () => expect(lines.length).toBeGreaterThan(5));

  it("is so in what the doctor says", () => {
    const unit = unitFinding({ name: "numberbox-relay.service", state: "failed", restarts: 0, wanted: true });
    expect(unit.hint).toMatch(/page Support.*page Machine.*sudo systemctl restart numberbox-relay\.service/);
    const flows = flowsFinding({
      run: "service",
      state: "silent",
      since: 0,
      safe: false,
      failures: 1,
      editor: "/flows/",
    });
    expect(flows.hint).toMatch(/page Support.*journalctl -u numberbox-node-red/);
    const clock = (appliance: boolean) =>
      clockFindings(
        { ...noMachineFacts, clockSynchronised: false },
        { confidence: null, now: unixMs(1_800_000_000_000), appliance, standing: null },
      )[0]?.hint;
    expect(clock(true)).toMatch(/UDP port 123.*page Machine/);
    expect(clock(true)).not.toMatch(COMMAND);
    expect(clock(false)).toMatch(/timedatectl.*UDP port 123/);
  });
});
