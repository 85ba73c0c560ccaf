// The JSON of `sms decode`.
import { describe, expect, it } from "vitest";
import { decodePdu, describePdu } from "../../src/sms/index.ts";
import { ADDRESS, deliverTpdu, HELLO, headed, SCTS, SCTS_ISO } from "./pdu-text.ts";

const json = (hex: string): unknown => JSON.parse(JSON.stringify(describePdu(decodePdu(hex))));

describe("a description", () => {
  it("of a deliver has the fixed members in their order, and no others when they say all", () => {
    const description = describePdu(decodePdu(`059151551099${deliverTpdu()}`));
    expect(JSON.stringify(description)).toBe(
      JSON.stringify({
        ok: true,
        type: "deliver",
        from: "+15550100",
        body: "hello",
        encoding: "gsm7",
        class: null,
        sent_at: SCTS_ISO,
        concat: null,
        ports: null,
        udh: null,
        pid: 0,
        dcs: 0,
        smsc: "+15550199",
      }),
    );
  });

  it("has 8-bit octets as upper-case hex, with header and ports", () => {
    const hex = deliverTpdu({ first: "44", dcs: "F5", ud: headed("05040B8423F000034C0201", "ab01") });
    expect(json(hex)).toMatchObject({
      body: null,
      body_hex: "AB01",
      encoding: "8bit",
      class: 1,
      kind: "wap-push",
      concat: { ref: 0x4c, total: 2, part: 1 },
      ports: { dst: 2948, src: 9200 },
      udh: "05040B8423F000034C0201",
    });
  });

  it("has flags, compression, waiting messages and warnings where there are any", () => {
    expect(json(deliverTpdu({ first: "A0", pid: "42", dcs: "20", ud: "0101" }))).toMatchObject({
      compressed: true,
      body: null,
      body_hex: "01",
      replace_type: 2,
      more_messages: true,
      reply_path: true,
      status_report_indication: true,
      warnings: ["compressed"],
    });
    expect(json(deliverTpdu({ dcs: "C8", ud: "00" }))).toMatchObject({
      kind: "mwi",
      mwi: [{ kind: "voicemail", active: true, count: null, store: false }],
    });
    expect(json(deliverTpdu({ scts: "00000000000000" }))).toMatchObject({ sent_at: null });
    expect(json(deliverTpdu({ from: "02D041" }))).toMatchObject({ from: "A", address_type: "alphanumeric" });
  });

  it("of a submit has the recipient, no time, and what was asked of the network", () => {
    expect(json(`00B52A${ADDRESS}4100A7${HELLO}`)).toMatchObject({
      type: "submit",
      to: "+15550100",
      sent_at: null,
      reference: 42,
      validity: { seconds: 86_400 },
      replace_type: 1,
      reply_path: true,
      status_report_requested: true,
      reject_duplicates: true,
    });
    expect(json(`001900${ADDRESS}0000${SCTS}${HELLO}`)).toMatchObject({ validity: { until: SCTS_ISO } });
    expect(json(`000100${ADDRESS}0000${HELLO}`)).not.toHaveProperty("validity");
  });

  it("of a status report has the status in number and words", () => {
    expect(json(`002207${ADDRESS}${SCTS}${SCTS}20`)).toMatchObject({
      type: "status-report",
      to: "+15550100",
      body: null,
      sent_at: SCTS_ISO,
      reference: 7,
      status: 0x20,
      status_class: "trying",
      status_text: "congestion",
      discharged_at: SCTS_ISO,
      more_messages: true,
      for_command: true,
    });
    const undated = `000607${ADDRESS}${"00".repeat(14)}00`;
    expect(json(undated)).toMatchObject({ sent_at: null, discharged_at: null, warnings: ["timestamp_invalid"] });
  });

  it("of a failure has code, message and upper-case hex", () => {
    expect(json("00ff")).toEqual({
      ok: false,
      code: "pdu.truncated",
      message: "the PDU ends in its originating address (it has 2 octets)",
      raw: "00FF",
    });
  });
});
