// What a Raspberry Pi's firmware has seen of the supply: the word of `vcgencmd get_throttled` (raspberrypi.com, "vcgencmd").

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** Of our own module, for kernels without the file that Raspberry Pi's has (os-image/kernel). */
const OWN_FILE = ["module", "numberbox_tryboot", "parameters", "throttled"] as const;

const names = (...path: string[]): Promise<readonly string[]> => readdir(join(...path)).catch(() => []);

async function wordOf(...path: string[]): Promise<number | null> {
  const told = await readFile(join(...path), "utf8").catch(() => "");
  const [, digits] = /^(?:0x)?([0-9a-f]{1,8})\s*$/i.exec(told) ?? [];
  return digits === undefined ? null : Number.parseInt(digits, 16);
}

/** Null where no file tells. `sys`: usually `/sys`. */
export async function supplyWord(sys: string): Promise<number | null> {
  const platform = join(sys, "devices", "platform");
  const folders = [
    platform,
    ...(await names(platform)).filter((name) => name.startsWith("soc")).map((name) => join(platform, name)),
  ];
  for (const folder of folders) {
    for (const name of (await names(folder)).filter((each) => each.endsWith("firmware"))) {
      const word = await wordOf(folder, name, "get_throttled");
      if (word !== null) return word;
    }
  }
  return await wordOf(sys, ...OWN_FILE);
}

/** Its bits that are about now; sixteen further on stand those for "since the start". */
export const SUPPLY_BITS = { low: 0, throttled: 2, hot: 3, sinceStart: 16 } as const;

export const hasBit = (word: number, bit: number): boolean => ((word >>> bit) & 1) === 1;
