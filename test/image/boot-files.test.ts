import { describe, expect, it } from "vitest";
import { kernelCommandLine } from "../../os-image/lib/boot-files.ts";

const verity = { hash: "ab".repeat(32), offset: 4096 };

describe("the kernel's command line", () => {
  for (const architecture of ["amd64", "arm64"] as const) {
    const words = kernelCommandLine(architecture, verity).split(" ");

    it(`names the hash tree of the system beside it (${architecture})`, () => {
      expect(words).toContain(`numberbox.verity=${verity.hash},4096`);
      expect(words).toContain("ro");
    });

    it(`starts a machine again whose kernel or systemd gave up (${architecture})`, () => {
      expect(words).toContain("panic=10");
      expect(words).toContain("systemd.crash_action=reboot");
    });
  }
});
