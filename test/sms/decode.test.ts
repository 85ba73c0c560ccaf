// Whole PDUs, written by hand from TS 23.040 9.2.2.
import { describe, expect, it } from "vitest";
import { decodePdu } from "../../src/sms/index.ts";
import { ADDRESS, codeOf, decoded, deliver, deliverTpdu, HELLO, SCTS, SCTS_ISO } from "./pdu-text.ts";

const SMSC = "059151551099";
const STATUS_REPORT = `0607${ADDRESS}${SCTS}${SCTS}00`;

describe("SMS-DELIVER", () => {
  it("gives sender, text, time and flags", () => {
    expect(decoded(SMSC + deliverTpdu())).toEqual({
      type: "deliver",
      smsc: "+15550199",
      from: "+15550100",
      addressType: "international",
      pid: 0,
      dcs: 0,
      sentAt: { unixMs: Date.UTC(2026, 2, 4, 3, 6, 7), offsetMinutes: 120, iso: SCTS_ISO },
      kind: "text",
      encoding: "gsm7",
      body: "hello",
      data: null,
      class: null,
      compressed: false,
      udh: null,
      elements: [],
      concat: null,
      ports: null,
      national: { locking: null, shift: null },
      mwi: [],
      moreMessages: false,
      statusReportIndication: false,
      replyPath: false,
      replaceType: null,
      warnings: [],
    });
  });

  it("reads the flags of its first octet", () => {
    expect(deliver({ first: "00" }).moreMessages).toBe(true);
    expect(deliver({ first: "24" }).statusReportIndication).toBe(true);
    expect(deliver({ first: "84" }).replyPath).toBe(true);
  });

  it.each([
    ["40", "type0", null],
    ["41", "text", 1],
    ["47", "text", 7],
    ["48", "text", null],
    ["7C", "device-control", null],
    ["7E", "device-control", null],
    ["7F", "sim-download", null],
  ])("with protocol identifier %s is %s and replaces type %s", (pid, kind, replaceType) => {
    expect(deliver({ pid })).toMatchObject({ kind, replaceType });
  });

  it("of a reserved message type is read as a deliver, with a warning (9.2.3.1)", () => {
    expect(deliver({ first: "07" })).toMatchObject({ body: "hello", warnings: ["message_type_reserved"] });
  });

  it("keeps octets after its user data out of the text and warns", () => {
    expect(deliver({ ud: `${HELLO}FFFF` })).toMatchObject({ body: "hello", warnings: ["trailing_octets"] });
  });

  it("without a readable date has no time and warns", () => {
    expect(deliver({ scts: "00000000000000" })).toMatchObject({ sentAt: null, warnings: ["timestamp_invalid"] });
  });
});

describe("SMS-SUBMIT", () => {
  it("gives recipient, reference, validity and flags", () => {
    expect(decoded(`00B52A${ADDRESS}0000A7${HELLO}`)).toMatchObject({
      type: "submit",
      smsc: null,
      to: "+15550100",
      reference: 42,
      validity: { kind: "relative", seconds: 24 * 3600 },
      rejectDuplicates: true,
      statusReportRequested: true,
      replyPath: true,
      body: "hello",
      warnings: [],
    });
  });

  it("without validity has none, and replaces by protocol identifier as a deliver does", () => {
    const plain = decoded(`000100${ADDRESS}4200${HELLO}`);
    expect(plain).toMatchObject({ validity: null, replaceType: 2, replyPath: false, statusReportRequested: false });
  });
});

describe("SMS-STATUS-REPORT", () => {
  it("gives recipient, both times and the status", () => {
    expect(decoded(`00${STATUS_REPORT}`)).toMatchObject({
      type: "status-report",
      to: "+15550100",
      reference: 7,
      sentAt: { iso: SCTS_ISO },
      dischargedAt: { iso: SCTS_ISO },
      status: 0,
      statusClass: "completed",
      statusText: "received",
      forCommand: false,
      moreMessages: false,
      pid: null,
      dcs: null,
      body: null,
      kind: "status",
      warnings: [],
    });
  });

  it("tells a report on a command from one on a message, and that more messages wait", () => {
    expect(decoded(`0022${STATUS_REPORT.slice(2)}`)).toMatchObject({ forCommand: true, moreMessages: true });
  });

  it("gives the optional fields that its parameter indicator announces", () => {
    expect(decoded(`00${STATUS_REPORT}07110400`)).toMatchObject({ pid: 0x11, dcs: 4, data: new Uint8Array(0) });
    expect(decoded(`00${STATUS_REPORT}0604026869`)).toMatchObject({ pid: null, dcs: 4, encoding: "8bit" });
    expect(decoded(`00${STATUS_REPORT}04${HELLO}`)).toMatchObject({ dcs: null, body: "hello" });
    expect(decoded(`00${STATUS_REPORT}00`)).toMatchObject({ pid: null, dcs: null, body: null });
  });

  it("skips further parameter indicators", () => {
    expect(decoded(`00${STATUS_REPORT}81800011`)).toMatchObject({ pid: 0x11, warnings: [] });
  });

  it("ends where a SIM record is padded", () => {
    expect(decoded(`00${STATUS_REPORT}FFFFFF`)).toMatchObject({ body: null, warnings: ["trailing_octets"] });
  });

  it("that announces user data it lacks is truncated", () => {
    expect(codeOf(`00${STATUS_REPORT}04`)).toBe("pdu.truncated");
  });
});

describe("service centre address", () => {
  it("is found or missed as the octets demand", () => {
    expect(decoded(SMSC + deliverTpdu())).toMatchObject({ smsc: "+15550199", body: "hello" });
    expect(decoded(`00${deliverTpdu()}`)).toMatchObject({ smsc: null, body: "hello" });
    expect(decoded(deliverTpdu())).toMatchObject({ smsc: null, body: "hello" });
    expect(decoded(STATUS_REPORT)).toMatchObject({ type: "status-report", to: "+15550100" });
  });

  it("is taken or not taken as the caller says", () => {
    expect(decoded(SMSC + deliverTpdu(), { smsc: "yes" }).smsc).toBe("+15550199");
    expect(decoded(deliverTpdu(), { smsc: "no" }).smsc).toBeNull();
    expect(codeOf(SMSC + deliverTpdu(), { smsc: "no" })).not.toBeNull();
    expect(codeOf(deliverTpdu(), { smsc: "yes" })).not.toBeNull();
  });

  it("is preferred where both readings fail or are equally odd", () => {
    expect(codeOf(SMSC + deliverTpdu({ ud: "" }))).toBe("pdu.truncated");
    expect(decoded(`${SMSC}${deliverTpdu()}00`)).toMatchObject({ smsc: "+15550199", warnings: ["trailing_octets"] });
  });

  it.each([
    ["03115155", "its type octet lacks bit 7"],
    ["0191", "it has no digits"],
    ["0C915155515551555155515551", "it has more than 20 digits"],
  ])("is none when %s (%s)", (smsc) => {
    expect(codeOf(smsc + deliverTpdu(), { smsc: "yes" })).toBe("pdu.bad_smsc");
  });
});

describe("direction", () => {
  it("from the network refuses an SMS-SUBMIT-REPORT", () => {
    expect(codeOf(`000100${ADDRESS}0000${HELLO}`, { direction: "mt" })).toBe("pdu.unsupported_type");
    expect(codeOf(`00${deliverTpdu()}`, { direction: "mt" })).toBeNull();
    expect(codeOf(`00${STATUS_REPORT}`, { direction: "mt" })).toBeNull();
  });

  it("to the network takes nothing but an SMS-SUBMIT", () => {
    expect(codeOf(`000100${ADDRESS}0000${HELLO}`, { direction: "mo" })).toBeNull();
    expect(codeOf(`00${deliverTpdu()}`, { direction: "mo" })).toBe("pdu.unsupported_type");
    expect(codeOf(`00${STATUS_REPORT}`, { direction: "mo" })).toBe("pdu.unsupported_type");
  });
});

describe("what is no PDU", () => {
  it.each([
    ["", "pdu.truncated"],
    ["00", "pdu.truncated"],
    ["+CMT: ,24", "pdu.not_hex"],
    ["0G", "pdu.not_hex"],
    ["000", "pdu.not_hex"],
    ["\u20ac0", "pdu.not_hex"],
    ["00".repeat(301), "pdu.too_long"],
    [`0004${"15"}91`, "pdu.bad_address"],
    ["0C91", "pdu.bad_smsc"],
  ])("%j is %s", (hex, code) => {
    expect(codeOf(hex, { smsc: "yes" })).toBe(code);
  });

  it("is truncated wherever it ends too early, and keeps its octets", () => {
    const whole = SMSC + deliverTpdu();
    for (let length = 0; length < whole.length; length += 2) {
      const result = decodePdu(whole.slice(0, length).toLowerCase(), { smsc: "yes" });
      expect(result).toMatchObject({ ok: false, error: { code: "pdu.truncated", raw: whole.slice(0, length) } });
    }
  });

  it("is told what the bare TPDU lacks when its first octets are no service centre address", () => {
    expect(codeOf(deliverTpdu({ first: "24", ud: "" }))).toBe("pdu.truncated");
  });

  it("keeps the text itself when it is not hex", () => {
    expect(decodePdu("+CMS ERROR: 500")).toMatchObject({ error: { code: "pdu.not_hex", raw: "+CMS ERROR: 500" } });
  });

  it("never quotes its content in the message", () => {
    const result = decodePdu("0004".padEnd(20, "6869"), { smsc: "yes" });
    expect(result.ok ? "" : result.error.message).not.toMatch(/6869|hi/);
  });
});

describe("input", () => {
  it("may be octets, which the caller may overwrite afterwards", () => {
    const octets = Uint8Array.from(Buffer.from(deliverTpdu({ dcs: "04", ud: "026869" }), "hex"));
    const result = decodePdu(octets);
    octets.fill(0);
    expect(result.ok && result.pdu.data).toEqual(Uint8Array.of(0x68, 0x69));
  });

  it("may have blanks, line ends and lower-case digits", () => {
    const hex = (SMSC + deliverTpdu()).toLowerCase().replaceAll(/(..)/g, "$1 ");
    expect(decoded(`${hex}\r\n\t`)).toMatchObject({ body: "hello" });
  });
});
