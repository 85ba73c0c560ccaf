// The AT terminal's guard: what no spelling gets through, and that what experts need does.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { command, REFUSALS, RESTARTS, type RefusalCode, refusedReason } from "../../src/at/index.ts";

const REFUSED: readonly (readonly [string, RefusalCode])[] = [
  ['AT+EGMR=1,7,"490154203237518"', "terminal.identity"],
  ["AT+EGMR=0,7", "terminal.identity"],
  ["AT+SIMEI=490154203237518", "terminal.identity"],
  ["AT+MODIMEI=490154203237518", "terminal.identity"],
  ["AT+WIMEI=490154203237518", "terminal.identity"],
  ['AT*MTIMEI="490154203237518"', "terminal.identity"],
  ["AT*MRD_IMEI=W,0101,28JUL2010,490154203237518", "terminal.identity"],
  ["AT*MRD_SN=W,1", "terminal.identity"],
  ["AT$QCIMEI=490154203237518", "terminal.identity"],
  ["AT%IMEI=49,01,54", "terminal.identity"],
  ["AT^IMEI=490154203237518", "terminal.identity"],
  ["AT+IMEI=490154203237518", "terminal.identity"],
  ["AT!IMEI?", "terminal.identity"],
  ["AT!NVENCRYPTIMEI=49,01,54", "terminal.identity"],
  ["AT#IMEI=1", "terminal.identity"],
  ["AT^PHYNUM=IMEI,490154203237518", "terminal.identity"],
  ["AT^PHYNUM?", "terminal.identity"],
  ["AT^NVWR=550,9,08", "terminal.identity"],
  ["AT^NVWREX=550,0,9,08", "terminal.identity"],
  ['AT^DATALOCK="12345678"', "terminal.identity"],
  ["AT+QNVFW=1", "terminal.identity"],
  ["AT+QNVW=550,0,0", "terminal.identity"],
  ["AT!NVWRITE=1", "terminal.identity"],
  ['AT+GTSN=1,7,"490154203237518"', "terminal.identity"],
  ['AT+LCTSN=1,7,"490154203237518"', "terminal.identity"],
  ['AT+SGMR=1,0,7,"490154203237518"', "terminal.identity"],
  ['AT@nvm:cal_usim_imei="1"', "terminal.identity"],
  ["AT+CGSN=490154203237518", "terminal.identity"],
  ['AT+CGSN="490154203237518"', "terminal.identity"],
  ["AT+GSN=490154203237518", "terminal.identity"],
  ["AT^SN=ABC", "terminal.identity"],
  ["AT^MEID=ABC", "terminal.identity"],
  ["AT+ESN=1", "terminal.identity"],
  ["AT+CMGS=20", "terminal.sends"],
  ["AT+CMGW=20", "terminal.sends"],
  ["AT+CMSS=1", "terminal.sends"],
  ["AT+CMGC=1,1", "terminal.sends"],
  ["AT^HCMGS=20", "terminal.sends"],
  ['AT+QCMGS="+15550100"', "terminal.sends"],
  ["ATD+15550100;", "terminal.dials"],
  ["ATDT15550100", "terminal.dials"],
  ["ATE0D*100#;", "terminal.dials"],
  ["AT+CSQ;D*99#", "terminal.dials"],
  ["ATA", "terminal.dials"],
  ['AT+CKPD="15550100S"', "terminal.dials"],
  ["AT+CDV=15550100", "terminal.dials"],
  ['AT+CCFC=0,3,"+15550100"', "terminal.dials"],
  ['AT+CUSD=1,"*100#",15', "terminal.ussd"],
  ['AT+CPIN="0000"', "terminal.pin"],
  ['AT+CPIN="00000000","1234"', "terminal.pin"],
  ['AT^CPIN="0000"', "terminal.pin"],
  ['AT+CLCK="SC",0,"0000"', "terminal.pin"],
  ['AT+CPWD="SC","0000","1111"', "terminal.pin"],
  ['AT+CSIM=26,"0020000108"', "terminal.sim_access"],
  ['AT+CGLA=1,10,"0020000100"', "terminal.sim_access"],
  ['AT+CRSM=214,28480,0,0,10,"00"', "terminal.sim_access"],
  ["AT+CRSM=178,28476,1,4,176", "terminal.sim_access"],
  ["AT+CRSM=178,028476,1,4,176", "terminal.sim_access"],
  ["AT+CMGD=1", "terminal.deletes_sms"],
  ["AT+CMGD=1,4", "terminal.deletes_sms"],
  ['AT+QMGDA="DEL ALL"', "terminal.deletes_sms"],
  ['AT+CMGDA="DEL ALL"', "terminal.deletes_sms"],
  ["AT+CMGRD=1", "terminal.deletes_sms"],
  ["AT+CMGL=4", "terminal.reads_sms"],
  ["AT+CMGR=1", "terminal.reads_sms"],
  ["AT^SMGL=4", "terminal.reads_sms"],
  ["AT+CNMI=2,2", "terminal.intake"],
  ["AT+CNMA=0", "terminal.intake"],
  ["AT+CSMS=0", "terminal.intake"],
  ["AT+CMGF=1", "terminal.intake"],
  ['AT+CPMS="ME"', "terminal.intake"],
  ["AT+CRES", "terminal.intake"],
  ["AT^CURC=0", "terminal.intake"],
  ["AT+CMUX=0", "terminal.intake"],
  ["ATZ", "terminal.intake"],
  ["AT&F", "terminal.intake"],
  ["ATE0V1&F0", "terminal.intake"],
  ["ATQ1", "terminal.intake"],
  ["ATV", "terminal.intake"],
  ["ATS3=65", "terminal.intake"],
  ["ATE1S5=13", "terminal.intake"],
  ["A/", "terminal.repeat"],
  ["a/", "terminal.repeat"],
  [" A /", "terminal.repeat"],
  ["", "terminal.malformed"],
  ["hello", "terminal.malformed"],
  ["AT+CSQ\rATD1", "terminal.malformed"],
  ["AT+CSQ\x1b", "terminal.malformed"],
  ["AT+EGX\bMR=1,7", "terminal.malformed"],
  ["AT+ＥGMR=1,7", "terminal.malformed"],
  ['AT+CPBF="x', "terminal.malformed"],
  [`AT+CSQ${";+CSQ".repeat(60)}`, "terminal.malformed"],
];

const ALLOWED: readonly string[] = [
  "AT",
  "ATI",
  "ATE1",
  "ATE0V1Q0",
  "ATS0?",
  "ATS0=0",
  "AT&V",
  "AT+CGMI",
  "AT+CGSN",
  "AT+CGSN=1",
  "AT+CGSN=?",
  "AT+GSN",
  "AT+CGMR",
  "ATI;+GMR",
  "AT+CIMI",
  "AT+CCID",
  "AT+CSQ;+COPS?",
  "AT+COPS=?",
  'AT+COPS=1,2,"00101"',
  "AT+CREG?",
  "AT+CPIN?",
  "AT+CPINR",
  'AT+CLCK="SC",2',
  "AT+CNMI?",
  "AT+CNMI=?",
  "AT+CPMS?",
  "AT+CPMS=?",
  "AT+CMGD=?",
  "AT+CSCA?",
  "AT+CUSD?",
  "AT+CUSD=2",
  "AT+CFUN=1,1",
  "AT+CRSM=176,12258,0,0,10",
  "AT+CRSM=178,28480,1,4,30",
  "AT^SYSINFOEX",
  "AT^HCSQ?",
  "AT+QNWINFO",
  'AT+QENG="servingcell"',
  "AT!GSTATUS?",
  "AT#RFSTS",
  "AT+CLAC",
  "AT+CLIP=1",
];

describe("refusedReason", () => {
  it.each(REFUSED)("%j is refused as %s", (line, code) => {
    expect(refusedReason(line)).toBe(code);
  });

  it.each(ALLOWED)("%j may be written", (line) => {
    expect(refusedReason(line)).toBeNull();
  });

  it("lets through what the box itself restarts a modem with", () => {
    for (const restart of RESTARTS) expect(refusedReason(command.restart(restart).text)).toBeNull();
  });

  it("has a hint for every code, and every code is reached", () => {
    expect(new Set(REFUSED.map(([, code]) => code))).toEqual(new Set(Object.keys(REFUSALS)));
    for (const hint of Object.values(REFUSALS)) expect(hint.length).toBeGreaterThan(20);
  });
});

/** Each character in either case, with blanks between. */
const respelled = (text: string): fc.Arbitrary<string> =>
  fc
    .array(fc.tuple(fc.boolean(), fc.constantFrom("", "", "", " ", "\t", "  ")), {
      minLength: text.length,
      maxLength: text.length,
    })
    .map((changes) =>
      [...text]
        .map((character, at) => {
          const [lower, blank] = changes[at] ?? [false, ""];
          return (lower ? character.toLowerCase() : character.toUpperCase()) + blank;
        })
        .join(""),
    );

const bare = (line: string): string => line.replace(/^AT/i, "");
const ascii = REFUSED.filter(([, code]) => code !== "terminal.malformed" && code !== "terminal.repeat");

describe("no spelling gets through", () => {
  it("whatever the case and the blanks", () => {
    const spelled = fc.constantFrom(...ascii).chain(([line]) => respelled(line));
    fc.assert(fc.property(spelled, (line) => refusedReason(line) !== null));
  });

  it("whatever stands before or behind, with or without a second AT", () => {
    const parts = fc.tuple(
      fc.constantFrom(...ALLOWED),
      fc.constantFrom(";", ";AT", "; ", ";;"),
      fc.constantFrom(...ascii),
      fc.constantFrom("", ";", ";+CSQ"),
    );
    const joined = parts.map(([before, glue, [line], after]) => `${before}${glue}${bare(line)}${after}`);
    fc.assert(fc.property(joined.chain(respelled), (line) => refusedReason(line) !== null));
  });

  it("with quotes anywhere in the name of an identity", () => {
    const quoted = fc
      .tuple(fc.constantFrom(...ascii.filter(([, code]) => code === "terminal.identity")), fc.nat(), fc.nat())
      .map(([[line], first, second]) =>
        [first, second].reduce((text, at) => {
          const place = at % (text.length + 1);
          return `${text.slice(0, place)}"${text.slice(place)}`;
        }, line),
      );
    fc.assert(fc.property(quoted, (line) => refusedReason(line) !== null));
  });

  it("and no line at all makes it throw", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (line) => {
        const code = refusedReason(line);
        return code === null || code in REFUSALS;
      }),
    );
  });
});
