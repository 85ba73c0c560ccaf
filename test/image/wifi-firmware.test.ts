import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { command } from "../../os-image/lib/command.ts";
import { gapText, wifiFirmware, wifiGaps } from "../../os-image/lib/wifi-firmware.ts";

/** Of Debian's firmware-brcm80211 20260916-1 and the image's own link. */
const DEBIAN = [
  "brcmfmac43455-sdio.bin",
  ...["4-model-b", "4-compute-module", "5-model-b", "5-compute-module"].map(
    (name) => `brcmfmac43455-sdio.raspberrypi,${name}.txt`,
  ),
  "brcmfmac43430-sdio.bin",
  "brcmfmac43430-sdio.raspberrypi,model-zero-2-w.txt",
];
const folder = mkdtempSync(join(tmpdir(), "numberbox-wifi-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the firmware of boards' Wi-Fi", () => {
  it("lacks what some batches of the Zero 2 W ask for, in Debian, and the build says so", () => {
    const gaps = wifiGaps(new Set(DEBIAN));
    expect(gaps).toEqual([
      {
        ...{ board: "Zero 2 W", chip: "43430b0" },
        files: ["brcmfmac43430b0-sdio.bin", "brcmfmac43430b0-sdio.raspberrypi,model-zero-2-w.txt"],
      },
    ]);
    expect(gaps.map(gapText).join()).toContain("no Wi-Fi on a Zero 2 W with chip 43430b0");
  });

  it("is whole with a package of one's own, whether named after the chip or the board", () => {
    const own = ["brcmfmac43430b0-sdio.raspberrypi,model-zero-2-w.bin", "brcmfmac43430b0-sdio.txt"];
    expect(wifiGaps(new Set([...DEBIAN, ...own]))).toEqual([]);
  });

  it("is missed where a package loses a file", () => {
    const left = DEBIAN.filter((name) => !name.includes("4-model-b"));
    expect(wifiGaps(new Set(left)).map(({ board }) => board)).toEqual(["Raspberry Pi 4", "Zero 2 W"]);
    expect(wifiGaps(new Set())).toHaveLength(6);
  });

  it("is looked for in the root's archive", async () => {
    mkdirSync(join(folder, "usr/lib/firmware/brcm"), { recursive: true });
    for (const name of DEBIAN) writeFileSync(join(folder, "usr/lib/firmware/brcm", name), "");
    const tar = join(folder, "root.tar");
    await command("tar", ["-C", folder, "-cf", tar, "./usr"]);
    expect(wifiGaps(await wifiFirmware(tar))).toHaveLength(1);
    await command("tar", ["-C", folder, "-cf", tar, "--exclude=brcm", "./usr"]);
    expect(await wifiFirmware(tar)).toEqual(new Set([""]));
  });
});
