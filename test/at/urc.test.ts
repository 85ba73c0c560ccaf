// Unsolicited codes: what each is, and what is none because a command waits for it.
import { describe, expect, it } from "vitest";
import { type CallChange, type CallReport, classifyUrc, type Urc } from "../../src/at/index.ts";

const vendor = (name: string): object => expect.objectContaining({ kind: "vendor", name });

describe("message codes", () => {
  it.each<[string, Urc]>([
    ['+CMTI: "SM",3', { kind: "cmti", mem: "SM", index: 3 }],
    ["+CMTI:me, 12", { kind: "cmti", mem: "ME", index: 12 }],
    // SIM7600 without IMS: the place is missing, the message is not.
    ["+CMTI: ,-1", { kind: "cmti", mem: null, index: null }],
    ['+CDSI: "SR",1', { kind: "cdsi", mem: "SR", index: 1 }],
    ['+CBMI: "BM",2', { kind: "cbmi", mem: "BM", index: 2 }],
    ["+CMT: ,24", { kind: "cmt", length: 24 }],
    ['+CMT: "A, B",24', { kind: "cmt", length: 24 }],
    ["+CMT: 24", { kind: "cmt", length: 24 }],
    ["+CMT:", { kind: "cmt", length: null }],
    ["+CDS: 25", { kind: "cds", length: 25 }],
    ["+CBM: 88", { kind: "cbm", length: 88 }],
  ])("%s", (line, urc) => {
    expect(classifyUrc(line)).toEqual(urc);
  });

  it.each(["+CMTI", "+CMT", "+CDS", "+CUSD"])("%s is a URC even while a command of that name runs", (prefix) => {
    expect(classifyUrc(`${prefix}: 1`, { pendingPrefix: prefix })).not.toBeNull();
  });
});

describe("storage full", () => {
  it.each([
    ['^SMMEMFULL: "SM"', "SM"],
    ['+QIND: "smsfull","ME"', "ME"],
    ['+CIEV: "smsfull",1', null],
    ["+CIEV: SMSFULL,2", null],
    ["SMS FULL", null],
    ["+SMS FULL", null],
    ['+SMSFULL: "SM"', "SM"],
  ])("%s", (line, mem) => {
    expect(classifyUrc(line)).toEqual({ kind: "storage_full", mem });
  });

  it("is not what an indicator says that went back to 0, or one known by number only", () => {
    expect(classifyUrc('+CIEV: "smsfull",0')).toEqual(vendor("+CIEV"));
    expect(classifyUrc("+CIEV: 8,1")).toEqual(vendor("+CIEV"));
  });
});

describe("registration codes", () => {
  const home = {
    kind: "registration",
    registration: { family: "CREG", state: "home", lac: null, ci: null, act: null },
  };

  it("with one member are URCs even while a read command runs", () => {
    expect(classifyUrc("+CREG: 1", { pendingPrefix: "+CREG" })).toEqual(home);
  });

  it("with area and cell are URCs even while a read command runs", () => {
    expect(classifyUrc('+CREG: 1,"00C3","0010"', { pendingPrefix: "+CREG" })).toMatchObject({ kind: "registration" });
    expect(classifyUrc('+CREG: 1,"00C3","0010",7', { pendingPrefix: "+CREG" })).toMatchObject({ kind: "registration" });
  });

  it("with an area of two digits are not taken for a reply", () => {
    const idle = { registration: { state: "idle", lac: 0, ci: 0 } };
    expect(classifyUrc("+CREG: 0,00,0", { pendingPrefix: "+CREG" })).toMatchObject(idle);
  });

  it("in the form of a reply are data while the command runs and URCs else", () => {
    const line = '+CREG: 2,1,"00C3","0010"';
    expect(classifyUrc(line, { pendingPrefix: "+CREG" })).toBeNull();
    expect(classifyUrc(line, { pendingPrefix: "+CEREG" })).toMatchObject({ kind: "registration" });
    expect(classifyUrc(line)).toMatchObject({ registration: { state: "home", lac: 0xc3, ci: 0x10 } });
  });

  it("that make no sense are data", () => {
    expect(classifyUrc("+CREG: x")).toBeNull();
    expect(classifyUrc("+CREG: 77")).toBeNull();
    expect(classifyUrc('+CEREG: 1,"zz","10"')).toBeNull();
  });
});

describe("start and SIM", () => {
  it.each([
    ["RDY", "started"],
    ["^SYSSTART", "started"],
    ["*ATREADY: 1", "started"],
    ["MODEM:STARTUP", "started"],
    ["Call Ready", "call_ready"],
    ["SMS Ready", "sms_ready"],
    ["+QIND: SMS DONE", "sms_ready"],
    ["+QIND: PB DONE", "phonebook_ready"],
    ["+PBREADY", "phonebook_ready"],
    ["NORMAL POWER DOWN", "powered_down"],
  ])("%s is the stage %s", (line, stage) => {
    expect(classifyUrc(line)).toEqual({ kind: "boot", stage });
  });

  it("+CPIN tells the SIM's state, unless AT+CPIN? waits for it or the word is unknown", () => {
    expect(classifyUrc("+CPIN: SIM PIN")).toEqual({ kind: "sim", lock: "sim_pin" });
    expect(classifyUrc("+CPIN: NOT READY")).toEqual({ kind: "sim", lock: "not_ready" });
    expect(classifyUrc("+CPIN: READY", { pendingPrefix: "+CPIN" })).toBeNull();
    expect(classifyUrc("+CPIN: WHATEVER")).toBeNull();
  });
});

describe("calls", () => {
  it.each<[string, Urc]>([
    ["RING", { kind: "ring", type: null }],
    ["+CRING: VOICE", { kind: "ring", type: "VOICE" }],
    ['+CLIP: "+15550100",145,,,,0', { kind: "clip", number: "+15550100", type: 145 }],
    ['+CLIP: "",128,,,,1', { kind: "clip", number: null, type: 128 }],
    ['+CCWA: "15550100",129,1', { kind: "ccwa", number: "15550100", type: 129 }],
  ])("%s", (line, urc) => {
    expect(classifyUrc(line)).toEqual(urc);
  });

  it.each([
    ["NO CARRIER", "no_carrier"],
    ["BUSY", "busy"],
    ["NO ANSWER", "no_answer"],
    ["NO DIALTONE", "no_dialtone"],
  ])("%s ends a call in the middle of a listing, and is a final result for a call command", (line, cause) => {
    expect(classifyUrc(line, { pendingPrefix: "+CMGL" })).toEqual({ kind: "call_ended", cause });
    expect(classifyUrc(line)).toEqual({ kind: "call_ended", cause });
    for (const pendingPrefix of ["D", "A"]) expect(classifyUrc(line, { pendingPrefix })).toBeNull();
  });

  it("a hang-up is ended by its own OK, not by the end of the call that it causes", () => {
    for (const pendingPrefix of ["H", "+CHUP"])
      expect(classifyUrc("NO CARRIER", { pendingPrefix })).toEqual({ kind: "call_ended", cause: "no_carrier" });
  });

  const call = (change: CallChange, about: Partial<CallReport> = {}): Urc => ({
    kind: "call",
    change,
    id: null,
    number: null,
    cause: null,
    ...about,
  });

  it.each<[string, Urc]>([
    ["^ORIG:1,0", call("dialing", { id: 1 })],
    ["^CONF: 1", call("alerting", { id: 1 })],
    ["^CONN:1,0", call("connected", { id: 1 })],
    ["^CEND:1,14,104,16", call("ended", { id: 1 })],
    ["^CEND:1,0,104,17", call("ended", { id: 1, cause: "busy" })],
    ["^CEND:1,0,104,1", call("ended", { id: 1, cause: "unreachable" })],
    ["^CEND:1,0,104,21", call("ended", { id: 1, cause: "declined" })],
    ["^CEND:1,0,104,34", call("ended", { id: 1, cause: "congested" })],
    ["^CEND:", call("ended")],
    ['^DSCI: 1,1,4,0,"15550111",145', call("incoming", { id: 1, number: "+15550111" })],
    ["^DSCI: 2,0,3,0,15550111,129", call("connected", { id: 2, number: "15550111" })],
    ["^DSCI: 2,0,6,0,15550111,129", call("ended", { id: 2, number: "15550111" })],
    ["^DSCI: 2,0,7", call("alerting", { id: 2 })],
    ["VOICE CALL: BEGIN", call("connected")],
    ["voice call: begin", call("connected")],
    ["VOICE CALL: END: 000012", call("ended")],
    ["VOICE CALL:END", call("ended")],
    ["MISSED_CALL: 02:57AM 07712345678", call("ended")],
    ["REMOTE CALL END", call("ended")],
    ['+CLCC: 1,1,4,0,0,"+15550111",145', call("incoming", { id: 1, number: "+15550111" })],
    ['+CLCC: 1,1,6,0,0,"+15550111",145', call("ended", { id: 1 })],
    ['+QIND: "ccinfo",1,0,-1,0,0,"15550111",129', call("ended", { id: 1, number: "15550111" })],
    ['+QIND: "ccinfo",1,0,3,0,0,"15550111",129', call("alerting", { id: 1, number: "15550111" })],
  ])("%s", (line, urc) => {
    expect(classifyUrc(line)).toEqual(urc);
  });

  it.each([
    ["+DTMF: 5", "5"],
    ["+RXDTMF: #", "#"],
    ["^DDTMF: a", "A"],
    ["#DTMFEV: 7,1", "7"],
    ["+UUDTMFD: *", "*"],
    ["+QTONEDET: 49", "1"],
    ["+QTONEDET: 35", "#"],
    ["+QTONEDET: 68", "D"],
  ])("%s is the key %s", (line, digit) => {
    expect(classifyUrc(line)).toEqual({ kind: "digit", digit });
  });

  it.each(["+DTMF: 55", "+DTMF:", "+QTONEDET: 1", "+QTONEDET:", "^DSCI: 1,1,77", "^DSCI:"])("%s is nothing", (line) => {
    expect(classifyUrc(line)).toBeNull();
  });

  it("are data while AT+CLCC waits for them", () => {
    const line = '+CLCC: 1,1,4,0,0,"+15550111",145';
    expect(classifyUrc(line, { pendingPrefix: "+CLCC" })).toBeNull();
    expect(classifyUrc("^DSCI: 1,1,4", { pendingPrefix: "+CLCC" })).toMatchObject({ kind: "call" });
  });
});

describe("USSD", () => {
  it.each<[string, Urc]>([
    ['+CUSD: 0,"Balance 5.78",15', { kind: "cusd", status: 0, text: "Balance 5.78", dcs: 15 }],
    ['+CUSD: 1,"Say "yes", or no",0', { kind: "cusd", status: 1, text: 'Say "yes", or no', dcs: 0 }],
    ['+CUSD: 0,"00410042",72', { kind: "cusd", status: 0, text: "00410042", dcs: 72 }],
    ['+CUSD: 0,"no scheme",', { kind: "cusd", status: 0, text: "no scheme", dcs: null }],
    ['+CUSD: 0,"first line, cut', { kind: "cusd", status: 0, text: "first line, cut", dcs: null }],
    ["+CUSD: 0,bare,15", { kind: "cusd", status: 0, text: "bare", dcs: 15 }],
    ["+CUSD: 4", { kind: "cusd", status: 4, text: null, dcs: null }],
  ])("%s", (line, urc) => {
    expect(classifyUrc(line)).toEqual(urc);
  });

  it("without a status is data", () => {
    expect(classifyUrc("+CUSD: what")).toBeNull();
  });
});

describe("vendors' codes", () => {
  it.each([
    ["^RSSI:17", "^RSSI"],
    ["^MODE: 5,7", "^MODE"],
    ["^BOOT:27710117,0,0,0,75", "^BOOT"],
    ["+QUSIM: 1", "+QUSIM"],
    ['+QIND: "csq",20,99', "+QIND"],
    ['*PSUTTZ: 2026,11,23,18,0,0,"+4",0', "*PSUTTZ"],
    ["+ZUSIMR:2", "+ZUSIMR"],
    ["DST: 0", "DST"],
    ["UNDER-VOLTAGE WARNNING", "UNDER-VOLTAGE WARNNING"],
    ["VOICE CALL: HELD", "VOICE CALL"],
  ])("%s is known and named", (line, name) => {
    expect(classifyUrc(line)).toEqual(vendor(name));
  });

  it("keep their parameters", () => {
    expect(classifyUrc("^RSSI:17")).toEqual({
      kind: "vendor",
      name: "^RSSI",
      parameters: [{ kind: "word", value: "17" }],
    });
    expect(classifyUrc("OVER-VOLTAGE WARNING")).toMatchObject({ parameters: [] });
  });

  it("are data while the command of that name runs", () => {
    expect(classifyUrc("+CFUN: 1", { pendingPrefix: "+CFUN" })).toBeNull();
    expect(classifyUrc("+CFUN: 1")).toEqual(vendor("+CFUN"));
  });
});

describe("data", () => {
  it.each([
    "",
    "OK",
    "ERROR",
    "+CMS ERROR: 321",
    "07914306",
    "+CSQ: 17,99",
    "+CMGL: 1,0,,24",
    "Quectel",
    "^UNKNOWN: 1",
    ":",
  ])("%j is no URC", (line) => {
    expect(classifyUrc(line)).toBeNull();
  });
});
