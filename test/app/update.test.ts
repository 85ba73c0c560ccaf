// An update over the API of a whole box, with programs in the places of RAUC and systemctl: what fails can be tried again, also by the
// next life of the box's program, and the new system is judged by what the old one saw.

import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { publishLocalAccess } from "../../src/app/local-access.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import { updateRecords, updateView } from "../../src/protocol/index.ts";
import { tempFolder } from "../sqlite/temp-folder.ts";
import { newBoard, openBox, ready } from "./box-rig.ts";

const BUNDLE = '{"compatible":"numberbox-arm64-mbr","version":"1.1.0"}';

function fakeMachine() {
  const root = tempFolder();
  const at = (name: string) => join(root, name);
  for (const name of ["sys", "dev", "bin", "proc/self", "proc/sys/kernel/random", "run/numberbox-image"])
    mkdirSync(at(name), { recursive: true });
  writeFileSync(at("proc/self/mountinfo"), "");
  const program = (name: string, script: string) => {
    writeFileSync(at(`bin/${name}`), `#!/bin/sh\n${script}\n`);
    chmodSync(at(`bin/${name}`), 0o755);
  };
  const booted = (slot: string, trying: boolean, boot: string) => {
    const state = { slot, trying, compatible: "numberbox-arm64-mbr" };
    writeFileSync(at("run/numberbox-image/boot.json"), JSON.stringify(state));
    writeFileSync(at("proc/sys/kernel/random/boot_id"), `${boot}\n`);
  };
  const path = process.env.PATH ?? "";
  process.env.PATH = `${at("bin")}${delimiter}${path}`;
  onTestFinished(() => {
    process.env.PATH = path;
  });
  program("rauc", `[ "$1" = install ] || echo '${BUNDLE}'`);
  return { program, booted, machine: { sys: at("sys"), dev: at("dev"), proc: at("proc"), runtime: at("run") } };
}

describe("an update of a whole box", () => {
  it("can be started again after a restart that failed, and brings what worked into the trial", async () => {
    const { program, booted, machine } = fakeMachine();
    const [folder, board] = [tempFolder(), newBoard()];
    const begin = async (version: string) => {
      const { box } = await openBox({ folder, board, machine, version });
      const deps = { settings: box.store, random: systemRandom };
      const { access } = await publishLocalAccess(folder, box.consoleUrl, deps);
      const headers = { authorization: `Bearer ${access.token}`, "content-type": "application/json" };
      const ask = (method: string, path: string, body?: string, type = "application/json") =>
        fetch(`${box.consoleUrl}/api/v1/update${path}`, {
          ...{ method, headers: { ...headers, "content-type": type } },
          ...(body === undefined ? {} : { body }),
        });
      const view = async () => updateView.parse(await (await ask("GET", "")).json());
      return { box, ask, view };
    };

    booted("A", false, "first");
    program("systemctl", 'echo "Failed to start: no bus" >&2; exit 1');
    const first = await begin("1.0.0");
    await ready(first.box);
    const piece = await first.ask("POST", "/upload?offset=0", "a bundle", "application/octet-stream");
    expect(await piece.json()).toEqual({ size: 8 });
    expect((await first.ask("POST", "/install", '{"source":"upload"}')).status).toBe(202);
    await expect.poll(async () => (await first.view()).phase).toBe("installed");
    await expect.poll(() => existsSync(join(folder, "update"))).toBe(false);
    expect((await first.ask("POST", "/restart")).status).toBeGreaterThanOrEqual(500);
    const told = { phase: "installed", target: "1.1.0", slot: "A", version: "1.0.0" };
    expect(await first.view()).toMatchObject({ ...told, problem: expect.stringMatching(/^host\./) });
    await first.box.stop();

    program("systemctl", "exit 0");
    const again = await begin("1.0.0");
    expect(await again.view()).toMatchObject({ ...told, problem: null, history: [] });
    await ready(again.box);
    expect((await again.ask("POST", "/restart")).status).toBe(202);
    expect(await again.view()).toMatchObject({ phase: "restarting" });
    const text = await again.box.store.getSetting("update.records");
    const { pending } = updateRecords.parse(JSON.parse(text ?? ""));
    expect(pending).toMatchObject({ version: "1.1.0", from: "1.0.0", network: true, relay: false, boot: "first" });
    expect([...(pending?.slots ?? [])].sort()).toEqual(["1", "2"]);
    await again.box.stop();

    booted("B", true, "second");
    const next = await begin("1.1.0");
    expect(await next.view()).toMatchObject({ phase: "trying", target: "1.1.0", slot: "B", history: [] });
    await next.box.stop();

    booted("A", false, "third");
    const back = await begin("1.0.0");
    const history = [{ version: "1.1.0", from: "1.0.0", result: "rolled_back", problem: "update.not_started" }];
    expect(await back.view()).toMatchObject({ phase: "idle", target: null, history });
    expect((await back.ask("POST", "/restart")).status).toBe(409);
    await back.box.stop();
  }, 60_000);
});
