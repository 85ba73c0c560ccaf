// The example for Prometheus, as Prometheus itself reads it.

import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { shippedFile } from "../../src/telemetry/index.ts";
import { has, SYSTEMD } from "./unit-files.ts";

describe.skipIf(!has("promtool"))("promtool (not installed)", () => {
  it("takes the example with the rules beside it", async () => {
    const folder = mkdtempSync(join(tmpdir(), "numberbox-prometheus-"));
    try {
      cpSync(join(SYSTEMD, "prometheus/prometheus.yml"), join(folder, "prometheus.yml"));
      writeFileSync(join(folder, "numberbox.rules.yml"), (await shippedFile("rules")).content);
      for (const name of ["numberbox.token", "numberbox-ca.crt"]) writeFileSync(join(folder, name), "");
      const { status, stdout, stderr } = spawnSync("promtool", ["check", "config", join(folder, "prometheus.yml")], {
        encoding: "utf8",
      });
      expect(status, `${stdout}${stderr}`).toBe(0);
      expect(stdout).toContain("1 rule files found");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
