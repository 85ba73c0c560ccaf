// Name and password of the box's own Wi-Fi: made once, so that a phone knows it again. They open nothing but the page that asks for the claim
// code, and lie where the code lies.

import { join } from "node:path";
import { encode } from "uqr";
import { printQr, type Random, Secret } from "../../base/index.ts";
import type { AccessPoint } from "../../core/index.ts";
import { readIfThere, replaceFile } from "../data-folder.ts";

const FILE = "access-point";
/** As systemd/conf/dnsmasq-access-point.conf has it; a test compares them. */
export const ACCESS_POINT_ADDRESS = "10.42.0.1";
const FORM = /^(Numberbox-[A-Z2-9]{4}) ([a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4})$/;
/** Without those that are mistaken for others. Twelve of 31 are 59 bits: whoever records a handshake guesses for years. */
const LETTERS = "abcdefghjkmnpqrstuvwxyz23456789";

/** Each letter equally likely: bytes that would favour some are thrown away. */
export function randomLetters(random: Random, count: number): string {
  let text = "";
  while (text.length < count) {
    const [byte = 255] = random.bytes(1);
    if (byte < 256 - (256 % LETTERS.length)) text += LETTERS[byte % LETTERS.length];
  }
  return text;
}

/** Errors: those of reading and writing its file. */
export async function openAccessPoint(dataFolder: string, random: Random): Promise<AccessPoint> {
  const file = join(dataFolder, FILE);
  const known = (await readIfThere(file))?.trim() ?? "";
  const [, ssid, key] = FORM.exec(known) ?? [];
  if (ssid !== undefined && key !== undefined) return { ssid, key: new Secret(key), address: ACCESS_POINT_ADDRESS };
  const made = {
    ssid: `Numberbox-${randomLetters(random, 4).toUpperCase()}`,
    key: [4, 4, 4].map((count) => randomLetters(random, count)).join("-"),
  };
  await replaceFile(file, `${made.ssid} ${made.key}\n`);
  return { ssid: made.ssid, key: new Secret(made.key), address: ACCESS_POINT_ADDRESS };
}

/** What a phone's camera reads: nothing in it needs to be escaped. */
export const wifiCode = ({ ssid, key }: AccessPoint): string => `WIFI:T:WPA;S:${ssid};P:${key.reveal()};;`;

/** For root's script: name, password and address, and the code in half blocks for a screen. */
export function accessPointLines(point: AccessPoint): readonly string[] {
  const rows = encode(wifiCode(point), { border: 2, ecc: "L" }).data;
  const qr = printQr(rows.map((row) => row.map((dark) => (dark ? "1" : "0")).join("")));
  return [`wifi ${point.ssid} ${point.key.reveal()} http://${point.address}/`, ...qr.split("\n")];
}
