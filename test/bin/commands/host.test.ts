import { mkdirSync as mkdir, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { numberbox } from "../run-rig.ts";

describe("numberbox host", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "numberbox-host-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("shows the firewall as the settings want it", async () => {
    writeFileSync(join(folder, "box.yaml"), 'web: { listen: "0.0.0.0:80" }\n');
    const { code, out, err } = await numberbox(["host", "firewall", "--data", folder]);
    expect([code, err]).toEqual([0, ""]);
    expect(out).toContain('tcp dport 80 accept comment "console"');
  });

  it("says that the settings are faulty, and shows what holds meanwhile", async () => {
    writeFileSync(join(folder, "box.yaml"), "web: [\n");
    const { code, out, err } = await numberbox(["host", "firewall", "--data", folder]);
    expect(code).toBe(0);
    expect(err).toContain("The settings cannot be used");
    expect(out).toContain("policy drop");
  });

  it("starts a machine although what Imager left is faulty", async () => {
    const [boot, state] = [join(folder, "boot"), join(folder, "state")];
    rmSync(folder, { recursive: true });
    for (const each of [folder, boot, state]) mkdir(each);
    writeFileSync(join(boot, "custom.toml"), '[system]\nhostname = "not a name"\n');
    const where = ["--boot", boot, "--state", state, "--userdb", join(folder, "userdb")];
    const { code, err } = await numberbox(["host", "first-boot", ...where]);
    expect([code, err.split(":")[0]]).toEqual([0, "firstboot.bad_value"]);
  });

  it.each([["reboot"], ["power-off"], ["factory-reset", "numberbox"]])(
    "asks the running box for %s",
    async (...words) => {
      const { code, err } = await numberbox(["host", ...words, "--data", folder]);
      expect([code, err.split(":")[0]]).toEqual([1, "app.not_running"]);
    },
  );

  it("wants the machine's name for a factory reset", async () => {
    expect((await numberbox(["host", "factory-reset", "--data", folder])).code).toBe(2);
  });
});
