// Lock state, retry counters, identity and numbers of the SIM.
import { describe, expect, it } from "vitest";
import { parseCimi, parseClck, parseCnum, parseCpin, parseIccid, parsePinRetries } from "../../src/at/index.ts";

const badResponse = (command: string): object =>
  expect.objectContaining({ code: "at.bad_response", context: { command } });

describe("parseCpin", () => {
  it.each([
    ["+CPIN: READY", "ready"],
    ['+CPIN: "SIM PIN"', "sim_pin"],
    ["+CPIN:SIM  PUK2", "sim_puk2"],
    ["+CPIN: PH-NET PIN", "ph_net_pin"],
    ["+CPIN: NOT INSERTED", "not_inserted"],
    ["+CPIN: SIM REMOVED", "not_inserted"],
    ["ready", "ready"],
  ])("%s", (line, lock) => {
    expect(parseCpin(["^NEWS: READY", line])).toBe(lock);
  });

  it("refuses a word it does not know", () => {
    expect(() => parseCpin(["+CPIN: SOMETHING"])).toThrow(badResponse("+CPIN"));
    expect(() => parseCpin([])).toThrow(badResponse("+CPIN"));
  });
});

describe("parsePinRetries", () => {
  const none = { pin: null, puk: null, pin2: null, puk2: null, current: null };
  it.each([
    ["standard", ["+CPINR: SIM PIN,3,3", '+CPINR: "SIM PUK",10,10', "+CPINR: PH-NET PIN,5"], { pin: 3, puk: 10 }],
    ["Huawei", ["^CPIN: SIM PIN,3,10,2,9,1"], { puk: 10, pin: 2, puk2: 9, pin2: 1 }],
    ["Huawei, short", ["^CPIN: READY,,10,3"], { puk: 10, pin: 3 }],
    ["SIMCom", ["+SPIC: 2,3,10,9"], { pin: 2, pin2: 3, puk: 10, puk2: 9 }],
    ["SIMCom, short", ["+SPIC: 2,3"], { pin: 2, pin2: 3 }],
    ["SIM7600", ["+SPIC: 3,10,0,10"], { pin: 3, puk: 10, pin2: 0, puk2: 10 }],
    ["Cinterion", ["^SPIC: 3"], { current: 3 }],
    ["Telit", ["#PCT: 2"], { current: 2 }],
    ["u-blox", ["+UPINCNT: 3,2,10,9"], { pin: 3, pin2: 2, puk: 10, puk2: 9 }],
    ["Sierra", ["+CPINC: 1,3,10,10"], { pin: 1, pin2: 3, puk: 10, puk2: 10 }],
    ["Quectel", ['+QPINC: "SC",3,10', '+QPINC: "P2",2,9'], { pin: 3, puk: 10, pin2: 2, puk2: 9 }],
    ["ZTE", ["+ZPINPUK: 3,10"], { pin: 3, puk: 10 }],
  ])("%s", (_, lines, expected) => {
    expect(parsePinRetries(lines)).toEqual({ ...none, ...expected });
  });

  it.each([[[]], [["+SPIC: x"]], [["+SPIC:"]], [["+CPINR: ,3"]], [["^CPIN: READY"]]])("refuses %j", (lines) => {
    expect(() => parsePinRetries(lines)).toThrow(badResponse("+CPINR"));
  });
});

describe("parseClck", () => {
  it("tells locked from open", () => {
    expect(parseClck(["+CLCK: 1"])).toBe(true);
    expect(parseClck(["+CLCK: 0,7"])).toBe(false);
    expect(() => parseClck(["+CLCK: 2"])).toThrow(badResponse("+CLCK"));
  });
});

describe("parseIccid", () => {
  const ICCID = "8944200053671052499";
  it.each([
    ["bare", ICCID],
    ["quoted", `+CCID: "${ICCID}"`],
    ["padded", `+ICCID: ${ICCID}F`],
    ["Huawei", `^ICCID: ${ICCID}f`],
    ["Quectel", `+QCCID: ${ICCID}F`],
    ["Telit", `#CCID: ${ICCID}`],
    ["Cinterion", `^SCID: ${ICCID}`],
    ["Sierra", `!ICCID: ${ICCID}`],
    ["ZTE", `+ZGETICCID: ${ICCID}`],
    ["without a sign", `ICCID:${ICCID}`],
    ["as the SIM stores it", "+CCID: 984402003576012594F9"],
    ["in +CRSM", `+CRSM: 144,0,"984402003576012594F9"`],
  ])("%s", (_, line) => {
    expect(parseIccid(["", "^NEWS: 1", line])).toBe(ICCID);
  });

  it("keeps the letters that some issuers use inside", () => {
    expect(parseIccid(["+CCID: 898600d6991330004146"])).toBe("898600D6991330004146");
  });

  it.each([
    "",
    "89442000536710524",
    "8844200053671052499",
    "894420005367105249912",
    "89FFFFFFFFFFFFFFFFFF",
    "+CCID: (",
  ])("refuses %j", (line) => {
    expect(() => parseIccid([line])).toThrow(badResponse("+CCID"));
  });
});

describe("parseCimi", () => {
  it.each(["262011234567890", '+CIMI: "262011234567890"', "+CIMI:262011234567890", ' "262011234567890" '])(
    "%s",
    (line) => {
      expect(parseCimi(["^NEWS: 1", line])).toBe("262011234567890");
    },
  );

  it.each(["", "12345", "1234567890123456", "26201x"])("refuses %j", (line) => {
    expect(() => parseCimi([line])).toThrow(badResponse("+CIMI"));
  });
});

describe("parseCnum", () => {
  it("gives every entry, without a number too", () => {
    expect(parseCnum(['+CNUM: "Line 1","+15550100",145,7,4', '+CNUM: ,"",129', "OTHER"])).toEqual([
      { name: "Line 1", number: "+15550100", type: 145 },
      { name: null, number: null, type: 129 },
    ]);
    expect(parseCnum([])).toEqual([]);
  });
});
