// What somebody does about a part of Imager's customisation that was not taken over: in the console, or with a file of a few lines on the boot
// partition, which is read at the next start. Pure.

export type Part =
  | "host name"
  | "time zone"
  | "Wi-Fi name"
  | "Wi-Fi password"
  | "Wi-Fi country"
  | "more Wi-Fi"
  | "addresses"
  | "user"
  | "more users"
  | "password of the user"
  | "SSH key"
  | "SSH by password"
  | "Raspberry Pi Connect"
  | "file";

const again = (...lines: readonly string[]): string =>
  `put a file custom.toml on this partition with\n${lines.map((line) => `    ${line}\n`).join("")}and start the box again.`;
const WIFI =
  "Choose the Wi-Fi in the console, on the page Machine: by cable, or by the Wi-Fi that the box opens itself.";
const KEY = again("[ssh]", 'authorized_keys = [ "ssh-ed25519 AAAA... me" ]');

const REMEDIES: Readonly<Record<Part, string>> = {
  "host name": `Letters of a to z, digits and dashes are good. Until then the box is numberbox.local. To name it, ${again("[system]", 'hostname = "my-box"')}`,
  "time zone": `Until then the box tells the time of UTC. To change that, ${again("[locale]", 'timezone = "Europe/Berlin"')}`,
  "Wi-Fi name": WIFI,
  "Wi-Fi password": WIFI,
  "Wi-Fi country": "Choose it in the console, on the page Machine; until then some channels stay silent.",
  "more Wi-Fi": WIFI,
  addresses: "The router gives the box its address; most routers can be told to give it the same one always.",
  "more users": "A box has one user for SSH. Give that one the keys of all who sign in.",
  "Raspberry Pi Connect": "Nothing has to be done: the box is run from its console, in any browser of your network.",
  user: `Keys for SSH belong to the user pi until then. To have another, ${again("[user]", 'name = "max"', "[ssh]", 'authorized_keys = [ "ssh-ed25519 AAAA... me" ]')}`,
  "password of the user": "Nothing has to be done: the box asks nobody for it, SSH takes keys only.",
  "SSH key": `It is the whole line of a file such as id_ed25519.pub, without options before it. To add it, ${KEY}`,
  "SSH by password": `SSH stays shut without a key. Make one (ssh-keygen -t ed25519), and ${KEY}`,
  file: "It lies beside this file with .faulty at the end of its name. Correct it, give it its old name, and start the box again.",
};

/** Lines end with `\n`. */
export const remedyOf = (part: Part): string => REMEDIES[part];
