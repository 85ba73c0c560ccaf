import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { computeModuleTrees } from "../../os-image/lib/compute-module.ts";
import { rejectionOf } from "../envelope/error-code.ts";
import { parseDeviceTree } from "./device-tree.ts";

const hasCompiler = ["/usr/bin/dtc", "/usr/local/bin/dtc"].some((path) => existsSync(path));

/** Of a Pi 5, as far as its card goes. */
const PI_5 = `/dts-v1/;
/ {
  model = "Raspberry Pi 5";
  compatible = "raspberrypi,5-model-b", "brcm,bcm2712";
  soc@107c000000 {
    mmc@fff000 {
      pinctrl-0 = <&lines &detection>;
      vqmmc-supply = <&voltage>;
      bus-width = <4>;
      mmc-ddr-3_3v;
      sd-uhs-sdr104;
      cd-gpios = <1 5 1>;
    };
    pinctrl@7d504100 {
      lines: emmc-sd-default-state { pins = "emmc_cmd", "emmc_dat0", "emmc_dat1", "emmc_dat2", "emmc_dat3"; };
    };
    pinctrl@7d510700 { detection: emmc-aon-cd-default-state { pins = "aon_gpio5"; }; };
  };
  voltage: sd-io-1v8-reg {
    compatible = "regulator-gpio";
    regulator-min-microvolt = <1800000>;
    regulator-max-microvolt = <3300000>;
    regulator-settling-time-us = <5000>;
    gpios = <1 3 0>;
    states = <1800000 1 3300000 0>;
  };
};`;

describe.skipIf(!hasCompiler)(
  `trees of the Compute Module 5${hasCompiler ? "" : " (skipped: dtc is not installed)"}`,
  () => {
    let folder: string;
    const at = (name: string) => join(folder, name);

    function compile(source: string, file: string): void {
      writeFileSync(at("source.dts"), source);
      const { status, stderr } = spawnSync("dtc", ["-q", "-O", "dtb", "-o", at(file), at("source.dts")]);
      if (status !== 0) throw new Error(String(stderr));
    }

    function nodesOf(file: string) {
      const nodes = parseDeviceTree(readFileSync(at(file)));
      const find = (path: string) => nodes.get(path) ?? new Map<string, Buffer>();
      return {
        root: find(""),
        card: find("/soc@107c000000/mmc@fff000"),
        lines: find("/soc@107c000000/pinctrl@7d504100/emmc-sd-default-state"),
        voltage: find("/sd-io-1v8-reg"),
      };
    }

    const texts = (value: Buffer | undefined) => value?.toString("latin1").split("\0").slice(0, -1);
    const number = (value: Buffer | undefined) => value?.readUInt32BE(0);

    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), "numberbox-trees-"));
      compile(PI_5, "bcm2712-d-rpi-5-b.dtb");
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    it("give the module eight lines of 1.8 V, and no pin that tells of a card", async () => {
      await computeModuleTrees(folder);
      const { root, card, lines, voltage } = nodesOf("bcm2712-rpi-cm5-cm5io.dtb");
      expect(texts(root.get("compatible"))).toEqual(["raspberrypi,5-compute-module", "brcm,bcm2712"]);
      expect(number(card.get("bus-width"))).toBe(8);
      expect(
        ["non-removable", "mmc-hs200-1_8v", "broken-cd", "cd-gpios", "mmc-ddr-3_3v"].map((one) => card.has(one)),
      ).toEqual([true, true, false, false, false]);
      expect(card.get("pinctrl-0")).toHaveLength(4);
      expect(texts(lines.get("pins"))).toHaveLength(9);
      expect([texts(voltage.get("compatible")), number(voltage.get("regulator-max-microvolt"))]).toEqual([
        ["regulator-fixed"],
        1_800_000,
      ]);
      expect(voltage.has("gpios")).toBe(false);
    });

    it("leave the Lite its card on the carrier", async () => {
      await computeModuleTrees(folder);
      const { root, card, voltage } = nodesOf("bcm2712-rpi-cm5l-cm5io.dtb");
      expect(texts(root.get("model"))).toEqual(["Raspberry Pi Compute Module 5 Lite"]);
      expect(["non-removable", "broken-cd", "cd-gpios", "sd-uhs-sdr104"].map((one) => card.has(one))).toEqual([
        false,
        true,
        false,
        true,
      ]);
      expect([number(card.get("bus-width")), card.get("pinctrl-0")?.length]).toEqual([4, 4]);
      expect(texts(voltage.get("compatible"))).toEqual(["regulator-gpio"]);
    });

    it("are the kernel's where it has some, and the Pi 5's stays as it is", async () => {
      writeFileSync(at("bcm2712-rpi-cm5-cm5io.dtb"), "the kernel's");
      const before = readFileSync(at("bcm2712-d-rpi-5-b.dtb"));
      await computeModuleTrees(folder);
      expect(readFileSync(at("bcm2712-rpi-cm5-cm5io.dtb"), "utf8")).toBe("the kernel's");
      expect(readFileSync(at("bcm2712-d-rpi-5-b.dtb"))).toEqual(before);
    });

    it("are not made of a tree that is no longer as it was", async () => {
      compile(PI_5.replace("mmc@fff000", "mmc@ffe000"), "bcm2712-d-rpi-5-b.dtb");
      expect(await rejectionOf(computeModuleTrees(folder))).toBe("image.command");
    });
  },
);
