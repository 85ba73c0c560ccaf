// Which chip and line are meant: the links that udev makes for chips (71-numberbox-switches.rules) outlast their numbers, and libgpiod 2's
// programs know chips by number, name and path, but no longer by label.

import { realpath } from "node:fs/promises";
import { join } from "node:path";

/** Where the links are, unless another folder is given. */
const LINKS = "/dev/numberbox/gpio";
/** Names that Raspberry Pi's own kernel gives the header's chips, which settings and boards may have. */
const HEADER_LABELS: ReadonlySet<string> = new Set(["pinctrl-bcm2835", "pinctrl-bcm2711", "pinctrl-rp1"]);

export interface ChipAndLine {
  readonly chip: string;
  readonly line: string;
}

/** As libgpiod's programs take them. A chip without a link stays as it is: `gpiochip1`, or a label for libgpiod 1. */
export async function findLine({ chip, line }: ChipAndLine, links: string = LINKS): Promise<ChipAndLine> {
  const name = HEADER_LABELS.has(chip) ? "header" : chip;
  const path = await realpath(join(links, name)).catch(() => null);
  if (path === null) return { chip, line };
  // The header's lines are numbered as its pins are called; their names differ from board to board, and a Raspberry Pi 5 has none.
  const [, number = line] = (name === "header" && /^GPIO(\d{1,2})$/.exec(line)) || [];
  return { chip: path, line: number };
}
