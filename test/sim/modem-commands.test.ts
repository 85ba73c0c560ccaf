import { describe, expect, it } from "vitest";
import { SimCard } from "./modem/index.ts";
import { quietRig, splitLines } from "./modem-rig.ts";

/** Each line is written to a fresh modem; the answer is given without empty lines. */
const TABLE: readonly (readonly [command: string, ...answer: string[]])[] = [
  ["AT", "OK"],
  ["at", "OK"],
  ["AT+NOSUCH", "ERROR"],
  ["AT^SYSINFO", "ERROR"],
  ["AT?", "ERROR"],
  ["ATI", "Numberbox", "Simulated 3GPP modem", "Revision: NB-SIM-1", "OK"],
  ["ATZ", "OK"],
  ["AT&F", "OK"],
  ["AT&C1&D2X4L1M0", "OK"],
  ["ATH", "OK"],
  ["ATA", "NO CARRIER"],
  ["ATD+15550123;", "NO CARRIER"],
  ["ATS0?", "000", "OK"],
  ["ATS3?", "013", "OK"],
  ["ATS7=60;S7?", "060", "OK"],
  ["ATS3=200", "ERROR"],
  ["AT+CMEE?", "+CMEE: 0", "OK"],
  ["AT+CMEE=?", "+CMEE: (0-2)", "OK"],
  ["AT+CMEE=3", "ERROR"],
  ["AT+CMEE=1;+CMEE=3", "+CME ERROR: 50"],
  ["AT+CMEE=2;+CMEE=3", "+CME ERROR: incorrect parameters"],
  ["AT+CGMI", "Numberbox", "OK"],
  ["AT+CGMM", "Simulated 3GPP modem", "OK"],
  ["AT+CGMR", "NB-SIM-1", "OK"],
  ["AT+CGSN", "001001000000015", "OK"],
  ["AT+CGSN=1", '+CGSN: "001001000000015"', "OK"],
  ["AT+CIMI", "001015550100001", "OK"],
  ["AT+CCID", "+CCID: 8999901155501000019", "OK"],
  ["AT+ICCID", "+ICCID: 8999901155501000019", "OK"],
  ["AT+CNUM", '+CNUM: ,"+15550100001",145', "OK"],
  ["AT+CPIN?", "+CPIN: READY", "OK"],
  ["AT+CPINR", "+CPINR: SIM PIN,3,3", "OK"],
  ['AT+CLCK="SC",2', "+CLCK: 0", "OK"],
  ['AT+CLCK="SC",1,"1234"', "ERROR"],
  ["AT+CFUN?", "+CFUN: 1", "OK"],
  ["AT+CFUN=?", "+CFUN: (0,1,4),(0,1)", "OK"],
  ["AT+CFUN=4;+CFUN?", "+CFUN: 4", "OK"],
  ["AT+CFUN=2", "ERROR"],
  ["AT+CREG?", "+CREG: 0,1", "OK"],
  ["AT+CREG=2;+CREG?", '+CREG: 2,1,"0001","0000C001",7', "OK"],
  ["AT+CGREG=1;+CGREG?", "+CGREG: 1,1", "OK"],
  ["AT+CEREG=2;+CEREG?", '+CEREG: 2,1,"0001","0000C001",7', "OK"],
  ["AT+CREG=3", "ERROR"],
  ["AT+COPS?", '+COPS: 0,0,"Testnet",7', "OK"],
  ["AT+COPS=3,1;+COPS?", '+COPS: 0,1,"TEST",7', "OK"],
  ["AT+COPS=3,2;+COPS?", '+COPS: 0,2,"00101",7', "OK"],
  ["AT+COPS=0", "OK"],
  ["AT+CSQ", "+CSQ: 21,99", "OK"],
  ["AT+CSQ=?", "+CSQ: (0-31,99),(0-7,99)", "OK"],
  ["AT+CSCA?", '+CSCA: "+15550100900",145', "OK"],
  ['AT+CSCA="+15550100901",145;+CSCA?', '+CSCA: "+15550100901",145', "OK"],
  ["AT+CSMS?", "+CSMS: 0,1,1,1", "OK"],
  ["AT+CSMS=1", "+CSMS: 1,1,1", "OK"],
  ["AT+CSMS=?", "+CSMS: (0,1)", "OK"],
  ["AT+CPMS?", '+CPMS: "SM",0,30,"SM",0,30,"SM",0,30', "OK"],
  ["AT+CPMS=?", '+CPMS: ("SM","ME","MT"),("SM","ME","MT"),("SM","ME","MT")', "OK"],
  ['AT+CPMS="ME","SM","MT"', "+CPMS: 0,50,0,30,0,80", "OK"],
  ['AT+CPMS="ME";+CPMS?', "+CPMS: 0,50,0,30,0,30", '+CPMS: "ME",0,50,"SM",0,30,"SM",0,30', "OK"],
  ['AT+CPMS="XX"', "+CMS ERROR: 302"],
  ["AT+CMGF?", "+CMGF: 0", "OK"],
  ["AT+CMGF=?", "+CMGF: (0)", "OK"],
  ["AT+CMGF=0", "OK"],
  ["AT+CMGF=1", "+CMS ERROR: 303"],
  ["AT+CNMI?", "+CNMI: 0,0,0,0,0", "OK"],
  ["AT+CNMI=2,1,0,0,0;+CNMI?", "+CNMI: 2,1,0,0,0", "OK"],
  ["AT+CNMI=2,1;+CNMI?", "+CNMI: 2,1,0,0,0", "OK"],
  ["AT+CNMI=?", "+CNMI: (0-3),(0-3),(0-3),(0-2),(0,1)", "OK"],
  ["AT+CNMI=4,1", "+CMS ERROR: 302"],
  ["AT+CMGL=4", "OK"],
  ["AT+CMGL=5", "+CMS ERROR: 302"],
  ["AT+CMGL=?", "+CMGL: (0-4)", "OK"],
  ["AT+CMGR=1", "+CMS ERROR: 321"],
  ["AT+CMEE=2;+CMGR=1", "+CMS ERROR: invalid memory index"],
  ["AT+CMGD=1", "OK"],
  ["AT+CMGD=31", "+CMS ERROR: 321"],
  ["AT+CMGD=?", "+CMGD: (),(0-4)", "OK"],
  ["AT+CMGS=0", "+CMS ERROR: 304"],
  ["AT+CNMA", "+CMS ERROR: 340"],
  ["AT+CNMA=?", "+CNMA: (0-2)", "OK"],
  ['AT+CSCS="GSM";+CSCS?', '+CSCS: "GSM"', "OK"],
  ['AT+CSCS="UCS2"', "ERROR"],
  ["AT+CUSD?", "+CUSD: 0", "OK"],
  ["AT+CLIP=1;+CLIP?", "+CLIP: 1,1", "OK"],
];

describe("the generic 3GPP modem", () => {
  it.each(TABLE)("answers %s", async (command, ...answer) => {
    const rig = await quietRig();
    expect(await rig.lines(`${command}\r`)).toEqual(answer);
  });

  it("says why SIM commands fail when there is no card", async () => {
    const rig = await quietRig({ card: null });
    expect(await rig.lines("AT+CMEE=1\r")).toEqual(["OK"]);
    expect(await rig.lines("AT+CPIN?\r")).toEqual(["+CME ERROR: 10"]);
    expect(await rig.lines("AT+CIMI\r")).toEqual(["+CME ERROR: 10"]);
    expect(await rig.lines("AT+CCID\r")).toEqual(["+CME ERROR: 10"]);
    expect(await rig.lines("AT+CMGL=4\r")).toEqual(["+CMS ERROR: 310"]);
  });

  it("asks for the PIN, counts wrong ones and opens with the right one", async () => {
    const rig = await quietRig({ card: new SimCard({ number: "+15550100001", pin: "4711" }) });
    await rig.send("AT+CMEE=1\r");
    expect(await rig.lines("AT+CPIN?\r")).toEqual(["+CPIN: SIM PIN", "OK"]);
    expect(await rig.lines('AT+CLCK="SC",2\r')).toEqual(["+CLCK: 1", "OK"]);
    expect(await rig.lines("AT+CMGL=4\r")).toEqual(["+CMS ERROR: 311"]);
    expect(await rig.lines('AT+CPIN="0000"\r')).toEqual(["+CME ERROR: 16"]);
    expect(await rig.lines("AT+CPINR\r")).toEqual(["+CPINR: SIM PIN,2,3", "OK"]);
    expect(await rig.lines('AT+CPIN="4711"\r')).toEqual(["OK"]);
    expect(await rig.lines("AT+CPIN?\r")).toEqual(["+CPIN: READY", "OK"]);
  });

  it("locks the card for good after three wrong PINs, whatever is tried then", async () => {
    const rig = await quietRig({ card: new SimCard({ number: "+15550100001", pin: "4711" }) });
    await rig.send("AT+CMEE=1\r");
    for (let i = 0; i < 3; i++) await rig.send('AT+CPIN="0000"\r');
    expect(await rig.lines("AT+CPIN?\r")).toEqual(["+CPIN: SIM PUK", "OK"]);
    expect(await rig.lines('AT+CPIN="4711"\r')).toEqual(["+CME ERROR: 12"]);
  });

  it("takes its time to scan for operators and reads no command meanwhile", async () => {
    const rig = await quietRig();
    expect(await rig.send("AT+COPS=?\rAT+CSQ\r")).toBe("");
    expect(await rig.during(7_999)).toBe("");
    expect(splitLines(await rig.during(1))).toEqual([
      '+COPS: (2,"Testnet","TEST","00101",7),,(0,1,3),(0-2)',
      "OK",
      expect.stringMatching(/^\+CSQ: /),
      "OK",
    ]);
  });

  it("runs a USSD session with a menu, and says when a code is unknown", async () => {
    const rig = await quietRig();
    expect(await rig.lines('AT+CUSD=1,"*123#",15\r')).toEqual(["OK"]);
    expect(splitLines(await rig.during(1_000))).toEqual(['+CUSD: 1,"1 Balance, 2 Data",15']);
    await rig.send('AT+CUSD=1,"2",15\r');
    expect(splitLines(await rig.during(1_000))).toEqual(['+CUSD: 0,"Data left: 1000 MB",15']);
    await rig.send('AT+CUSD=1,"2",15\r');
    expect(splitLines(await rig.during(1_000))).toEqual(["+CUSD: 4"]);
  });

  it("reports each change of registration as the +CREG, +CGREG and +CEREG settings say", async () => {
    const rig = await quietRig();
    await rig.send("AT+CREG=1;+CEREG=2\r");
    rig.modem.radio.grant(5);
    expect(splitLines(await rig.during(0))).toEqual(["+CREG: 5", '+CEREG: 5,"0001","0000C001",7']);
    rig.modem.radio.grant(3);
    expect(splitLines(await rig.during(0))).toEqual(["+CREG: 3", "+CEREG: 3"]);
    expect(await rig.lines("AT+CSQ\r")).toEqual(["+CSQ: 99,99", "OK"]);
    expect(await rig.lines("AT+COPS?\r")).toEqual(["+COPS: 0", "OK"]);
  });

  it("lets the signal drift around the level that was set, never faster than a step in five seconds", async () => {
    const rig = await quietRig();
    rig.modem.radio.setSignal(10);
    const levels: number[] = [];
    for (let i = 0; i < 200; i++) {
      await rig.during(5_000);
      levels.push(Number(/\d+/.exec(await rig.send("AT+CSQ\r"))?.[0]));
    }
    expect(Math.min(...levels)).toBeGreaterThanOrEqual(7);
    expect(Math.max(...levels)).toBeLessThanOrEqual(13);
    expect(new Set(levels).size).toBeGreaterThan(3);
    expect(levels.every((level, i) => i === 0 || Math.abs(level - (levels[i - 1] ?? 0)) <= 1)).toBe(true);
  });

  it("rings with the caller's number only for a host that asked for it", async () => {
    const rig = await quietRig();
    rig.modem.ring("+15550123");
    expect(splitLines(await rig.during(0))).toEqual(["RING"]);
    await rig.send("AT+CLIP=1\r");
    rig.modem.ring("+15550123");
    expect(splitLines(await rig.during(0))).toEqual(["RING", '+CLIP: "+15550123",145']);
  });

  it("asks behaviours on top of the stack first, as a vendor twin needs", async () => {
    const rig = await quietRig();
    rig.modem.behaviours.unshift({
      name: "twin",
      onCommand: (context, command) => {
        if (command.name !== "^SYSINFO") return false;
        context.info("^SYSINFO:2,4,5,3,1,");
        return true;
      },
      bootLines: () => ["^BOOT:1"],
    });
    expect(await rig.lines("AT^SYSINFO\r")).toEqual(["^SYSINFO:2,4,5,3,1,", "OK"]);
    expect(await rig.lines("AT+CPIN?\r")).toEqual(["+CPIN: READY", "OK"]);
    rig.modem.reset();
    expect(splitLines(await rig.during(2_000))).toEqual(["^BOOT:1", "RDY", "+CPIN: READY"]);
  });
});
