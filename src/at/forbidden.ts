// What an expert may not type into a modem's terminal. A modem's identity is never changed, anywhere in this product; SMS, calls and
// USSD go through the box, which counts them; PINs through its guard; and what intake stands on stays as it is.
//
// Modems differ in how they read a line, so the check is coarse on purpose: spaces and quotes are dropped, names are searched for
// anywhere in the line, and what cannot be read as commands is refused. Better one harmless line too many than one IMEI.

/** Code of each refusal, with the hint that goes with it. */
export const REFUSALS = {
  "terminal.identity": "The identity of a modem is never changed. Read it on the slot's page.",
  "terminal.sends": "Send through the box, which holds to the line's quota.",
  "terminal.dials": "Calls, and settings that cause calls, are not made from the terminal.",
  "terminal.ussd": "Use the line's USSD form, which holds to the quota.",
  "terminal.pin": "Store the PIN in the box: it is tried once, and never after a failure.",
  "terminal.sim_access": "Only reading of SIM files other than messages is allowed: AT+CRSM=176,… or 178 or 192.",
  "terminal.reads_sms": "Messages belong to whoever rents the line and are shown to nobody else.",
  "terminal.deletes_sms": "The box deletes a message when it is durable. A message that is deleted here may be lost.",
  "terminal.intake": "The box set this up to receive messages. Read it with ? or =? instead.",
  "terminal.repeat": "Type the command again in full: what would be repeated may be the box's own.",
  "terminal.malformed": "One line of AT commands in ASCII, with every quote closed.",
} as const;
export type RefusalCode = keyof typeof REFUSALS;

/** Names in their own right, or parts of names: `+SIMEI`, `*MRD_IMEI`, `$QCIMEI`, `AT%IMEI`, … */
const IDENTITY: readonly RegExp[] = [
  /IMEI/,
  // MediaTek and Quectel; Unisoc; Fibocom; MeiG: <type> 7 is the IMEI.
  /E+GMR|SGMR|GTSN|LCTSN/,
  // Huawei: the number itself, the memory it is in, and the lock on that memory.
  /PHYNUM|NVWR|DATALOCK/,
  // Raw writes to the modem's memory: Quectel +QNVW and +QNVFW, Qualcomm $QCNVW, Sierra !NVWRITE, ASR *MRD_, Intel @NVM.
  /NVF?W|NVBURN|MRD_|@/,
  /[+^*#$%!](?:CDMA)?(?:MEID|ESN|SN|SERIALNUM|HWSN|CSN|PSN)=(?!\?(?:;|$))/,
  // TS 27.007 5.4: a single digit asks for a form of the answer.
  /C?GSN=(?!(?:\?|[0-3])(?:;|$))/,
];

const READ = String.raw`(?:\?|=\?)(?:;|$)`;
/** One of `names` in any form but the two that read. */
const sets = (names: string): RegExp => new RegExp(`[+^*#$%!](?:${names})(?![A-Z])(?!${READ})`);

/** In the order in which they are looked for; each sees the squeezed line. */
const BY_NAME: readonly (readonly [RefusalCode, RegExp])[] = [
  ...IDENTITY.map((pattern) => ["terminal.identity", pattern] as const),
  ["terminal.deletes_sms", /CMGD(?!=\?(?:;|$))|QMGDA|SMGD|CMGRD/],
  ["terminal.reads_sms", /CMGR|CMGL|SMG[RL]|CMGP/],
  ["terminal.sends", /CMG[SWC]|CMSS|SMG[SWO]|CMMS/],
  // +CKPD presses keys (TS 27.007 8.7), the one that calls among them.
  ["terminal.dials", sets("CDV|CCFC|CTFR|CHLD|ORIG|CKPD")],
  ["terminal.ussd", /CUSD(?!\?|=\?|=2(?:;|$))/],
  // AT+CLCK="XX",2 asks.
  ["terminal.pin", /C?PIN2?=(?!\?(?:;|$))|CPWD(?!=\?(?:;|$))|EPIN|CLCK=(?!\?(?:;|$)|[A-Z0-9]{2},2(?:,\d*)*(?:;|$))/],
  ["terminal.pin", /CARDLOCK|SIMLOCK|CPUK|SPUK/],
  ["terminal.sim_access", /CSIM|CGLA|CRLA|CRSM=(?!\?(?:;|$)|(?:176|178|192|242),(?!0*28476(?:,|;|$))\d+(?:,|;|$))/],
  ["terminal.intake", sets("CNMI|CNMA|CSMS|CMGF|CPMS|CRES|CSAS|CURC|PORTSEL|QURCCFG|IPR|ICF|IFC|CMUX|CGDATA")],
];

/** Line settings: Z and &F forget everything; Q1, V0 and other line ends make answers unreadable; A/ is looked at before. */
function refusedBasic(name: string, value: string): RefusalCode | null {
  if (name === "D" || name === "A") return "terminal.dials";
  if (name === "Z" || name === "&F" || name === "&W" || name === "&Y") return "terminal.intake";
  if (name === "Q" && Number(value) !== 0) return "terminal.intake";
  if (name === "V" && Number(value) !== 1) return "terminal.intake";
  return null;
}

const SYMBOL = /^[+^*#$%!_]/;
const REGISTER = /^S(\d{1,3})(?:=(\d*)|\?)?/;
const BASIC = /^([&\\]?[A-Z])(\d*)/;
/** S3, S4 and S5 are the characters that end, format and edit a line (V.250 6.2.1 to 6.2.3). */
const LINE_REGISTERS: ReadonlySet<number> = new Set([3, 4, 5]);

/** One stretch between semicolons: basic commands one behind the other, then at most one extended command (V.250 5.2.1). */
function refusedStretch(stretch: string): RefusalCode | null {
  let rest = stretch;
  while (rest !== "" && !SYMBOL.test(rest)) {
    const register = REGISTER.exec(rest);
    if (register !== null) {
      if (register[2] !== undefined && LINE_REGISTERS.has(Number(register[1]))) return "terminal.intake";
      rest = rest.slice(register[0].length);
      continue;
    }
    const [whole, name = "", value = ""] = BASIC.exec(rest) ?? [];
    if (whole === undefined) return "terminal.malformed";
    const refused = refusedBasic(name, value);
    if (refused !== null) return refused;
    rest = rest.slice(whole.length);
  }
  return null;
}

const PRINTABLE = /^[\x20-\x7e\t]*$/;
/** Long enough for any question; what is longer hides something. */
const MAX_LINE = 256;

/**
 * Why `line`, typed by a person without its line end, must not be written to a modem; null when it may. Never throws. The code has its
 * hint in `REFUSALS`.
 */
export function refusedReason(line: string): RefusalCode | null {
  if (!PRINTABLE.test(line) || line.length > MAX_LINE) return "terminal.malformed";
  const squeezed = line.toUpperCase().replace(/[\s"']/g, "");
  if (/^A\//.test(squeezed)) return "terminal.repeat";
  for (const [code, pattern] of BY_NAME) if (pattern.test(squeezed)) return code;
  if (!squeezed.startsWith("AT") || line.split('"').length % 2 === 0) return "terminal.malformed";
  for (const stretch of squeezed.slice(2).split(";")) {
    const refused = refusedStretch(stretch);
    if (refused !== null) return refused;
  }
  return null;
}
