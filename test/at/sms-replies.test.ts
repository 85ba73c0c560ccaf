// Listings and single messages: nothing that might be an SMS gets lost, nothing of it gets into an error.
import { describe, expect, it } from "vitest";
import { parseCmgf, parseCmgl, parseCmgr, parseCmgs, parseCsca, parseCsms } from "../../src/at/index.ts";

// An SMSC address of 7 octets, its length octet, and 4 octets standing for a TPDU.
const PDU = "07914306073011F004AABBCC";
const message = { stat: "rec_unread", length: 4, pdu: PDU, intact: true };
const badResponse = (command: string): object =>
  expect.objectContaining({ code: "at.bad_response", context: { command } });

describe("parseCmgl", () => {
  it("of an empty storage is empty", () => {
    expect(parseCmgl([])).toEqual({ messages: [], odd: [] });
  });

  it("pairs each header with its PDU, with <alpha> and without", () => {
    expect(
      parseCmgl(["+CMGL: 1,0,,4", PDU, '+CMGL: 7,1,"A,B",4', ` ${PDU.toLowerCase()} `, "+CMGL:9,3,4", PDU]),
    ).toEqual({
      messages: [
        { index: 1, ...message },
        { index: 7, ...message, stat: "rec_read" },
        { index: 9, ...message, stat: "sto_sent" },
      ],
      odd: [],
    });
  });

  it.each([
    ["0", "rec_unread"],
    ['"REC READ"', "rec_read"],
    ['"STO UNSENT"', "sto_unsent"],
    ["3", "sto_sent"],
    ["8", "unknown"],
    ["", "unknown"],
  ])("reads the state %s as %s", (stat, expected) => {
    expect(parseCmgl([`+CMGL: 1,${stat},,4`, PDU]).messages[0]?.stat).toBe(expected);
  });

  it.each([
    ["cut", PDU.slice(0, -2)],
    ["cut inside an octet", PDU.slice(0, -1)],
    ["too long", `${PDU}00`],
  ])("marks a PDU that is %s as not intact and still gives it", (_, pdu) => {
    expect(parseCmgl(["+CMGL: 1,0,,4", pdu]).messages).toEqual([{ index: 1, ...message, pdu, intact: false }]);
  });

  it("marks a PDU without a length as not intact", () => {
    expect(parseCmgl(["+CMGL: 1,0", PDU]).messages).toEqual([{ index: 1, ...message, length: null, intact: false }]);
  });

  it("reads a PDU on its header's own line", () => {
    expect(parseCmgl([`+CMGL: 1,0,,4 ${PDU}`, "+CMGL: 2,0,,4", PDU]).messages).toMatchObject([
      { index: 1 },
      { index: 2 },
    ]);
  });

  it("reports headers without a PDU, empty slots among them, and reads on", () => {
    expect(parseCmgl(["+CMGL: 1,0,,4", "+CMGL: 2,0,,0", "+CMGL: 3,0,,4", PDU, "+CMGL: 4,0,,4"])).toEqual({
      messages: [{ index: 3, ...message }],
      odd: [
        { kind: "no_pdu", index: 1, empty: false },
        { kind: "no_pdu", index: 2, empty: true },
        { kind: "no_pdu", index: 4, empty: false },
      ],
    });
  });

  it("reports a PDU whose header is missing or has no index", () => {
    expect(parseCmgl([PDU, "+CMGL: x,0,,4", PDU])).toEqual({
      messages: [],
      odd: [
        { kind: "no_header", pdu: PDU },
        { kind: "no_header", pdu: PDU },
      ],
    });
  });

  it("finds the PDU behind a stray line, which it reports, and passes over blank ones", () => {
    expect(parseCmgl(["+CMGL: 1,0,,4", "^NEWS: 1", " ", PDU])).toEqual({
      messages: [{ index: 1, ...message }],
      odd: [{ kind: "stray", text: "^NEWS: 1" }],
    });
  });
});

describe("parseCmgr", () => {
  it("reads one message", () => {
    expect(parseCmgr(["+CMGR: 0,,4", PDU])).toEqual(message);
  });

  it("reads one message behind a stray line", () => {
    expect(parseCmgr(["^NEWS: 1", "+CMGR: 0,4", PDU])).toEqual(message);
  });

  it.each([
    ["no line", []],
    ["a length of 0", ["+CMGR: 0,,0"]],
  ])("takes %s as an empty slot", (_, lines) => {
    expect(parseCmgr(lines)).toBeNull();
  });

  it.each([
    ["a header without its PDU", ["+CMGR: 0,,4"]],
    ["a PDU without its header", [PDU]],
    ["a stray line alone", ["secret text"]],
    ["two messages", ["+CMGR: 0,,4", PDU, "+CMGR: 0,,4", PDU]],
  ])("refuses %s, as the slot may hold a message", (_, lines) => {
    expect(() => parseCmgr(lines)).toThrow(badResponse("+CMGR"));
  });

  it("never repeats what the modem sent in its error", () => {
    expect.assertions(3);
    for (const lines of [[PDU], ["secret text"], [`+CMGR: "secret text",,4`]]) {
      try {
        parseCmgr(lines);
      } catch (error) {
        expect(`${error}${JSON.stringify(error)}`).not.toMatch(/secret|0791/);
      }
    }
  });
});

describe("settings of the message service", () => {
  it("parseCmgs gives the reference", () => {
    expect(parseCmgs(["+CMGS: 200"])).toBe(200);
    expect(() => parseCmgs(["+CMGS: x"])).toThrow(badResponse("+CMGS"));
    expect(() => parseCmgs([])).toThrow(badResponse("+CMGS"));
  });

  it("parseCmgf gives the format", () => {
    expect(parseCmgf(["+CMGF: 0"])).toBe("pdu");
    expect(parseCmgf(["+CMGF: 1"])).toBe("text");
    expect(() => parseCmgf(["+CMGF: 2"])).toThrow(badResponse("+CMGF"));
  });

  it("parseCsca gives number and type", () => {
    expect(parseCsca(['+CSCA: "+15550100",145'])).toEqual({ number: "+15550100", type: 145 });
    expect(parseCsca(["+CSCA:"])).toEqual({ number: null, type: null });
  });

  it("parseCsms reads the forms of set and read", () => {
    expect(parseCsms(["+CSMS: 1,1,1"])).toEqual({ service: null, receives: true, sends: true, broadcasts: true });
    expect(parseCsms(["+CSMS: 1,1,0,0"])).toEqual({ service: 1, receives: true, sends: false, broadcasts: false });
    expect(() => parseCsms(["+CSMS: 1,x,1"])).toThrow(badResponse("+CSMS"));
  });
});
