import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openRunner } from "./settings-rig.ts";

const WEB = "web: { listen: '127.0.0.1:0' }\n";

async function eventCodes(rig: ReturnType<typeof openRunner>): Promise<string[]> {
  const { json } = await rig.call("GET", "/events?limit=500");
  return (json.events as { code: string }[]).map(({ code }) => code);
}

describe("a box that is started in a process", () => {
  it("starts without a configuration, and makes one that only has comments", async () => {
    const rig = openRunner(null);
    // The usual port may be taken on this machine: only the file is looked at.
    await rig.runner.start().catch((error) => expect(error).toMatchObject({ code: "web.listen" }));
    expect(rig.text()).toMatch(/^#/);
    expect(
      rig
        .text()
        .split("\n")
        .every((line) => line === "" || line.startsWith("#")),
    ).toBe(true);
  });

  it("has no relay, and says so", async () => {
    const rig = openRunner(WEB);
    await rig.runner.start();
    const { json } = await rig.call("GET", "/overview");
    expect(json.relay).toMatchObject({ url: "", state: "none", problem: { code: "relay.none" } });
    const doctor = await rig.call("GET", "/doctor");
    expect(doctor.json.findings).toContainEqual(expect.objectContaining({ code: "relay.none", verdict: "warn" }));
  });

  it("takes in at once what can be, and the rest with a restart", async () => {
    const rig = openRunner(WEB);
    await rig.runner.start();
    const change = {
      patch: [
        { path: ["log", "level"], value: "debug" },
        { path: ["intake", "max_batch"], value: 5 },
      ],
    };
    const plan = await rig.call("POST", "/settings/plan", { change });
    expect(plan.json.changes).toEqual([
      { path: ["log", "level"], restart: false },
      { path: ["intake", "max_batch"], restart: true },
    ]);
    const applied = await rig.call("PATCH", "/settings", { change });
    expect(applied).toMatchObject({ status: 200, json: { restart: true } });
    expect(rig.levels).toEqual(["info", "debug"]);
    expect((await rig.settings()).pending).toEqual([["intake", "max_batch"]]);
    const before = rig.runner.box;
    await rig.runner.restart();
    expect(rig.runner.box).not.toBe(before);
    expect(await rig.settings()).toMatchObject({ pending: [], fallback: null, restarting: false });
    expect(readFileSync(join(rig.folder, "last-good.yaml"), "utf8")).toBe(rig.text());
  });

  it("is restarted over REST, whoever asks twice", async () => {
    const rig = openRunner(WEB);
    await rig.runner.start();
    const before = rig.runner.box;
    expect((await rig.call("POST", "/box/restart")).status).toBe(202);
    expect((await rig.call("POST", "/box/restart")).status).toBe(202);
    await rig.runner.restart();
    expect(rig.runner.box).not.toBe(before);
    expect(await eventCodes(rig)).toEqual(expect.arrayContaining(["box.restarting", "box.started"]));
  });

  it("goes on with the last good configuration when the new one cannot start, and says why", async () => {
    const rig = openRunner(WEB);
    await rig.runner.start();
    writeFileSync(rig.file, `${WEB}unlock: { passphrase_file: /nowhere/at/all }\n`);
    await rig.runner.restart();
    expect(await rig.settings()).toMatchObject({
      fallback: { problem: { code: expect.stringMatching(/^keystore\./) } },
      pending: expect.arrayContaining([["unlock", "passphrase_file"]]),
    });
    expect(await eventCodes(rig)).toContain("settings.fallback");
    expect((await rig.call("POST", "/settings/undo", {})).status).toBe(200);
    await rig.runner.restart();
    expect(await rig.settings()).toMatchObject({ fallback: null, pending: [] });
  });

  it("goes on with the last good configuration also at the start of the process", async () => {
    const first = openRunner(WEB);
    await first.runner.start();
    await first.runner.stop();
    writeFileSync(first.file, "slots: nonsense\n");
    const second = openRunner(null, { folder: first.folder });
    await second.runner.start();
    expect(await second.settings()).toMatchObject({ fallback: { problem: { code: "config.invalid" } } });
    expect(second.text()).toBe("slots: nonsense\n");
  });

  it("does not start when there never was a good one", async () => {
    const rig = openRunner("slots: nonsense\n");
    await expect(rig.runner.start()).rejects.toMatchObject({ code: "config.invalid" });
    expect(existsSync(join(rig.folder, "last-good.yaml"))).toBe(false);
  });

  it("stops amid a restart", async () => {
    const rig = openRunner(WEB);
    await rig.runner.start();
    const restarting = rig.runner.restart();
    await rig.runner.stop();
    await restarting;
    expect(rig.runner.box).toBeNull();
  });
});
