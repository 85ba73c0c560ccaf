// Whether the image has what each board's Wi-Fi asks for: the driver (brcmfmac) loads a firmware by the chip's name, and settings by the board's.

import { command } from "./command.ts";

interface Board {
  readonly name: string;
  /** First name of its device tree, by which the driver looks for settings. */
  readonly compatible: string;
  /** As the driver names the chips that it is made with, in one batch or another. */
  readonly chips: readonly string[];
}

/** A Zero 2 W has a Cypress 43430 or, in other batches, a Synaptics 43436, which the driver calls 43430b0. */
const BOARDS: readonly Board[] = [
  { name: "Raspberry Pi 4", compatible: "raspberrypi,4-model-b", chips: ["43455"] },
  { name: "Compute Module 4", compatible: "raspberrypi,4-compute-module", chips: ["43455"] },
  { name: "Raspberry Pi 5", compatible: "raspberrypi,5-model-b", chips: ["43455"] },
  { name: "Compute Module 5", compatible: "raspberrypi,5-compute-module", chips: ["43455"] },
  { name: "Zero 2 W", compatible: "raspberrypi,model-zero-2-w", chips: ["43430", "43430b0"] },
];

export interface WifiGap {
  readonly board: string;
  readonly chip: string;
  /** Files below `brcm` that are missing; of each, one of several names would do. */
  readonly files: readonly string[];
}

/** What is missing. `names`: files of `usr/lib/firmware/brcm`. */
export function wifiGaps(names: ReadonlySet<string>): readonly WifiGap[] {
  return BOARDS.flatMap(({ name, compatible, chips }) =>
    chips.flatMap((chip) => {
      const files = ["bin", "txt"]
        .filter((end) => ![`.${compatible}`, ""].some((of) => names.has(`brcmfmac${chip}-sdio${of}.${end}`)))
        .map((end) => `brcmfmac${chip}-sdio${end === "txt" ? `.${compatible}` : ""}.${end}`);
      return files.length === 0 ? [] : [{ board: name, chip, files }];
    }),
  );
}

/** Names in the folder of these firmwares. `tar`: the root's archive. */
export async function wifiFirmware(tar: string): Promise<ReadonlySet<string>> {
  const pattern = ["--wildcards", "./usr/lib/firmware/brcm/*"];
  const told = (await command("tar", ["-tf", tar, ...pattern]).catch(() => Buffer.from(""))).toString();
  return new Set(told.split("\n").map((path) => path.split("/").at(-1) ?? ""));
}

export function gapText({ board, chip, files }: WifiGap): string {
  return `no Wi-Fi on a ${board} with chip ${chip}: no package has ${files.join(" and ")} (hardware/README.md, "Wi-Fi")`;
}
