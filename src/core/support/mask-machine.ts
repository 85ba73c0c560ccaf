// What the machine's own log says of where it stands: names of Wi-Fi, hardware addresses, addresses in the internet, and who signs in. Pure. As
// for the box's own log it covers rather too much than too little.

import { maskText } from "./mask.ts";

const MAC = /(?<![\w:])(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}(?![\w:])/gi;
/** From the first quote to the last of its kind: a name may have some in itself. */
const QUOTED_NETWORK = /\b(b?ssid|network|ap|profile|connection)([\s=:]+)(['"]).*\3/gi;
const BARE_NETWORK = /\b(b?ssid)(\s*[=:]\s*)(?!['"…])\S+/gi;
const PERSON = /\b(user(?:name)?|for)([\s=]+)(?!user\b|invalid\b)['"]?[\w.@-]+['"]?(?=\s+(?:from|by|port|on)\b|\(|$)/gi;
/** With eight groups, or with a gap: a time of day has neither. */
const IPV6 = /(?<![\w:.])(?:(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}|(?=[0-9a-f:]*::)[0-9a-f:]{3,39})(?![\w:])/gi;
const IPV4 = /(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.])/g;
/** Of any house, or of this machine. */
const ANYBODYS = /^(?:0|10|127|169\.254|172\.(?:1[6-9]|2\d|3[01])|192\.168|22[4-9]|23\d|255)\./;

export function maskMachineLine(line: string): string {
  const covered = line
    .replaceAll(MAC, "…")
    .replaceAll(QUOTED_NETWORK, "$1$2…")
    .replaceAll(BARE_NETWORK, "$1$2…")
    .replaceAll(PERSON, "$1$2…")
    .replaceAll(IPV6, (address) => (address === "::1" || address === "::" ? address : "…"))
    .replaceAll(IPV4, (address) => (ANYBODYS.test(address) ? address : "…"));
  return maskText(covered);
}
