// Device trees for the Compute Module 5, which Debian's kernel has none for: that of a Pi 5 with what is different. What is different was read
// in Raspberry Pi's own kernel (bcm2712-rpi-cm5.dtsi); no module has started from it yet.

import { access, copyFile } from "node:fs/promises";
import { join } from "node:path";
import { command } from "./command.ts";

/** The same chip in the same stepping. */
const PI_5 = "bcm2712-d-rpi-5-b.dtb";
const CARD = "/soc@107c000000/mmc@fff000";
const CARD_PINS = "/soc@107c000000/pinctrl@7d504100/emmc-sd-default-state";
const CARD_VOLTAGE = "/sd-io-1v8-reg";

type Edit =
  | { readonly node: string; readonly text: string; readonly values: readonly string[] }
  | { readonly node: string; readonly number: string; readonly values: readonly number[] }
  /** A property that is there, without a value. */
  | { readonly node: string; readonly flag: string }
  | { readonly node: string; readonly without: readonly string[] };

function named(model: string): Edit[] {
  return [
    { node: "/", text: "model", values: [model] },
    { node: "/", text: "compatible", values: ["raspberrypi,5-compute-module", "brcm,bcm2712"] },
    // No pin tells whether a card is there: the Pi 5's switches the antenna here.
    { node: CARD, without: ["cd-gpios"] },
  ];
}

const LINES = ["emmc_cmd", ...Array.from({ length: 8 }, (_, at) => `emmc_dat${at}`)];

/** By the name that the firmware looks for: on a carrier of its maker, with eMMC on the module, and ("Lite") with a card on the carrier. */
const MODULES: readonly (readonly [file: string, edits: readonly Edit[]])[] = [
  [
    "bcm2712-rpi-cm5-cm5io.dtb",
    [
      ...named("Raspberry Pi Compute Module 5"),
      { node: CARD, number: "bus-width", values: [8] },
      { node: CARD, flag: "mmc-hs200-1_8v" },
      { node: CARD, flag: "non-removable" },
      { node: CARD, without: ["mmc-ddr-3_3v"] },
      { node: CARD_PINS, text: "pins", values: LINES },
      // Its lines have 1.8 V and no other.
      { node: CARD_VOLTAGE, text: "compatible", values: ["regulator-fixed"] },
      { node: CARD_VOLTAGE, number: "regulator-max-microvolt", values: [1_800_000] },
      { node: CARD_VOLTAGE, without: ["gpios", "states", "regulator-settling-time-us"] },
    ],
  ],
  ["bcm2712-rpi-cm5l-cm5io.dtb", [...named("Raspberry Pi Compute Module 5 Lite"), { node: CARD, flag: "broken-cd" }]],
];

function argsOf(file: string, edit: Edit): string[] {
  if ("text" in edit) return ["-t", "s", file, edit.node, edit.text, ...edit.values];
  if ("number" in edit) return ["-t", "u", file, edit.node, edit.number, ...edit.values.map(String)];
  if ("flag" in edit) return [file, edit.node, edit.flag];
  return ["-d", file, edit.node, ...edit.without];
}

/** The first of the card's pin groups; the second is the pin of its detection. */
async function onlyFirstPins(file: string): Promise<void> {
  const told = (await command("fdtget", ["-t", "u", file, CARD, "pinctrl-0"])).toString().trim();
  const [first = ""] = told.split(" ");
  await command("fdtput", ["-t", "u", file, CARD, "pinctrl-0", first]);
}

/**
 * Puts the trees beside the Pi 5's in `folder`, unless the kernel brings its own. Errors: `image.command` where the Pi 5's tree is not there
 * or not as it was.
 */
export async function computeModuleTrees(folder: string): Promise<void> {
  for (const [name, edits] of MODULES) {
    const file = join(folder, name);
    const isThere = await access(file).then(
      () => true,
      () => false,
    );
    if (isThere) continue;
    await copyFile(join(folder, PI_5), file);
    for (const edit of edits) await command("fdtput", argsOf(file, edit));
    await onlyFirstPins(file);
  }
}
