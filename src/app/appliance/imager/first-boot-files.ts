// A person's choices as the files that the machine's services read, below the folder of the host's state. Pure.

import { utf8 } from "../../../base/index.ts";
import type { Customisation } from "./customisation.ts";

export interface HostFile {
  /** Relative to the folder of the host's state. */
  readonly path: string;
  readonly text: string;
  readonly mode: number;
}

const OPEN = 0o644;
const PRIVATE = 0o600;
/** The one person of a box; services have system users, below 1000. */
const UID = 1000;

/** A name that could be mistaken for something else stands as its bytes (nm-settings-keyfile(5)). */
function ssidText(ssid: string): string {
  const plain = /^[A-Za-z0-9_.-](?:[A-Za-z0-9 _.-]{0,30}[A-Za-z0-9_.-])?$/.test(ssid);
  return plain ? ssid : `${[...utf8(ssid)].join(";")};`;
}

/** A backslash begins an escape in a keyfile, and a space at the beginning would be lost. */
const keyText = (key: string): string => key.replaceAll("\\", "\\\\").replace(/^ /, "\\s");

function wifiFile({ ssid, key, hidden }: NonNullable<Customisation["wifi"]>): string {
  const security = key === null ? "" : `\n[wifi-security]\nkey-mgmt=wpa-psk\npsk=${keyText(key)}\n`;
  return `# Made from what was chosen in Raspberry Pi Imager.
[connection]
id=imager
uuid=4e1f2c1a-5b8e-4c57-9d0a-7a1f6f6b1d10
type=wifi
autoconnect=true

[wifi]
mode=infrastructure
ssid=${ssidText(ssid)}
${hidden ? "hidden=true\n" : ""}${security}
[ipv4]
method=auto

[ipv6]
method=auto
`;
}

/** Records of userdb(8): a user for whom the read-only system needs no line in its passwd file. */
function userFiles({ name, passwordHash }: NonNullable<Customisation["user"]>): readonly HostFile[] {
  const record = {
    ...{ userName: name, uid: UID, gid: UID, disposition: "regular", realName: "Owner of the box" },
    ...{ homeDirectory: "/", shell: "/bin/bash" },
  };
  const group = { groupName: name, gid: UID, disposition: "regular" };
  const secret = { privileged: { hashedPassword: passwordHash === null ? [] : [passwordHash] } };
  const json = (value: object): string => `${JSON.stringify(value)}\n`;
  return [
    // Who signs in may read the journal: hints name it.
    { path: `userdb/${name}:systemd-journal.membership`, text: "", mode: OPEN },
    { path: `userdb/${name}.user`, text: json(record), mode: OPEN },
    { path: `userdb/${name}.user-privileged`, text: json(secret), mode: PRIVATE },
    { path: `userdb/${name}.group`, text: json(group), mode: OPEN },
    // Found by number, too.
    { path: `userdb/${UID}.user`, text: json(record), mode: OPEN },
    { path: `userdb/${UID}.user-privileged`, text: json(secret), mode: PRIVATE },
    { path: `userdb/${UID}.group`, text: json(group), mode: OPEN },
  ];
}

/** Where keys are without a user's name, they are this one's. */
const DEFAULT_USER = "pi";

/** `owner`: the user that an earlier start has made; keys that come without a name are that one's. */
export function hostFiles(chosen: Customisation, owner: string | null = null): readonly HostFile[] {
  const { hostname, timeZone, wifi, country, user, sshKeys } = chosen;
  const person = user ?? (sshKeys.length > 0 && owner === null ? { name: DEFAULT_USER, passwordHash: null } : null);
  const files: HostFile[] = [];
  if (hostname !== null) files.push({ path: "hostname", text: `${hostname.toLowerCase()}\n`, mode: OPEN });
  if (timeZone !== null) files.push({ path: "timezone", text: `${timeZone}\n`, mode: OPEN });
  if (wifi !== null) files.push({ path: "connections/imager.nmconnection", text: wifiFile(wifi), mode: PRIVATE });
  // As the unit numberbox-wifi-country reads it.
  if (country !== null) files.push({ path: "wifi-country", text: `COUNTRY=${country}\n`, mode: OPEN });
  if (person !== null) files.push(...userFiles(person));
  const signsIn = person?.name ?? owner;
  if (sshKeys.length > 0 && signsIn !== null)
    files.push({ path: `ssh/${signsIn}`, text: `${sshKeys.join("\n")}\n`, mode: OPEN });
  return files;
}
