// firstrun.sh as Imager writes it for systems without cloud-init. It is not run: the calls of Raspberry Pi OS's own helpers in it, one a line,
// say all that was chosen.

import { AppError } from "../../../base/index.ts";
import type { Places, RawCustomisation } from "./customisation.ts";
import { ssidOfHex } from "./ssid-bytes.ts";

export const FIRST_RUN_PLACES: Places = {
  "host name": "firstrun.sh, set_hostname",
  "time zone": "firstrun.sh, set_timezone",
  "Wi-Fi name": "firstrun.sh, set_wlan",
  "Wi-Fi password": "firstrun.sh, set_wlan",
  "Wi-Fi country": "firstrun.sh, set_wlan",
  user: "firstrun.sh, userconf",
  "password of the user": "firstrun.sh, userconf",
  "SSH key": "firstrun.sh, enable_ssh",
  "SSH by password": "firstrun.sh, enable_ssh without -k",
  "Raspberry Pi Connect": "firstrun.sh, rpi-connect",
  file: "firstrun.sh",
};

const CUSTOM = "/usr/lib/raspberrypi-sys-mods/imager_custom";
const USER = "/usr/lib/userconf-pi/userconf";

/** Words of a line as a shell takes them apart: quotes, and `'"'"'` for a quote within them. Null for a quote without its end. */
export function shellWords(line: string): readonly string[] | null {
  const words: string[] = [];
  let word: string | null = null;
  let quote = "";
  for (let at = 0; at < line.length; at++) {
    const char = line[at] ?? "";
    if (quote !== "") {
      if (char === quote) quote = "";
      else if (quote === '"' && char === "\\" && /["\\$`]/.test(line[at + 1] ?? ""))
        word = (word ?? "") + (line[++at] ?? "");
      else word = (word ?? "") + char;
    } else if (char === "'" || char === '"') {
      quote = char;
      word ??= "";
    } else if (char === "\\") word = (word ?? "") + (line[++at] ?? "");
    else if (/\s/.test(char)) {
      if (word !== null) words.push(word);
      word = null;
    } else word = (word ?? "") + char;
  }
  if (word !== null) words.push(word);
  return quote === "" ? words : null;
}

function wlan(args: readonly string[]): RawCustomisation {
  const hidden = args[0] === "-h";
  const [ssid, key, country] = hidden ? args.slice(1) : args;
  return { wifi: { ssid, key, hidden, country } };
}

function customOf(call: string, args: readonly string[]): RawCustomisation {
  switch (call) {
    case "set_hostname":
      return { hostname: args[0] };
    case "set_timezone":
      return { timeZone: args[0] };
    case "set_wlan":
      return wlan(args);
    case "enable_ssh":
      return args[0] === "-k" ? { sshKeys: args.slice(1) } : { sshPassword: true };
    default:
      return {};
  }
}

/** A name that is no text of a shell is in the lines for wpa_supplicant alone. */
function wlanByHex(text: string): RawCustomisation["wifi"] {
  const [, hex] = /^\s*ssid=hex:([0-9a-fA-F]*)\s*$/m.exec(text) ?? [];
  if (hex === undefined) return undefined;
  const of = (name: string): string | undefined => new RegExp(`^\\s*${name}=(\\S*)\\s*$`, "m").exec(text)?.[1];
  const wifi = { key: of("psk"), hidden: of("scan_ssid") === "1", country: of("country") };
  return { ssid: ssidOfHex(hex) ?? 0, ...wifi };
}

/** Errors: `firstboot.bad_file` for a script that is another one: Imager's ends with taking itself away. */
export function readFirstRun(text: string): RawCustomisation {
  if (!text.includes(CUSTOM) && !text.includes(USER) && !text.includes("firstrun.sh")) {
    throw new AppError("firstboot.bad_file", "firstrun.sh is not what Raspberry Pi Imager writes");
  }
  const unread: string[] = [];
  const found = text.split(/\r?\n/).map((line, at): RawCustomisation => {
    const words = shellWords(line.trim());
    // Other lines may have quotes that go on in the next; of these Imager writes none.
    if (words === null && (line.trim().startsWith(CUSTOM) || line.trim().startsWith(USER)))
      unread.push(`line ${at + 1}`);
    const [program = "", ...args] = words ?? [];
    if (program === CUSTOM) return customOf(args[0] ?? "", args.slice(1));
    if (program !== USER) return {};
    return { user: { name: args[0], passwordHash: args[1] } };
  });
  const raw = Object.assign({ unread }, ...found) as RawCustomisation;
  raw.wifi ??= wlanByHex(text);
  if (text.includes("rpi-connect")) raw.leftOut = [["Raspberry Pi Connect", "the box does not have it"]];
  return raw;
}
