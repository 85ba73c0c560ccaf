// An AT command as the audit trail keeps it: what was asked, without PINs, passwords, numbers and texts. Pure.

/** Commands whose arguments are secrets, as far as they are known: PINs, locks, passwords of access points, keys. */
const SECRET =
  /^(?:AT)?[+^#$*%][A-Z0-9]*(?:PIN|PUK|CLCK|CPWD|AUTH|QICSGP|PWD|PASS|CARDLOCK|KEY|SEC|USIM|CRSM|CSIM|CGLA)/i;
const MOST = 160;

function masked(command: string): string {
  const [, head = "", rest = ""] = /^([^=?]*[=?]?)(.*)$/s.exec(command) ?? [];
  if (/^\s*(?:AT)?D/i.test(command)) return `${command.slice(0, command.toUpperCase().indexOf("D") + 1)}*`;
  if (rest === "" || rest === "?") return command;
  if (SECRET.test(command.trim())) return `${head}*`;
  return (head + rest)
    .replace(/"([^"]*)"?/g, (whole, text: string) => (/^[A-Za-z_]{1,24}$/.test(text) ? whole : '"*"'))
    .replace(/[0-9A-Fa-f*#]{5,}/g, "*");
}

/** At most 160 characters, without control characters; each command of a line on its own. */
export function maskAt(line: string): string {
  const clean = line.replace(/[^\x20-\x7e]/g, " ").trim();
  // Commands of one line are separated by semicolons outside quotes (ITU-T V.250 5.2.1).
  const commands = clean.match(/(?:"[^"]*"?|[^;"])+/g) ?? [];
  return commands.map(masked).join(";").slice(0, MOST);
}
