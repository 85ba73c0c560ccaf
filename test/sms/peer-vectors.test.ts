// PDUs of real networks and of other projects' tests, read in place from `../shared/vectors/peers/dev-sms-pdu.json`.
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { packedText } from "../../src/sms/gsm7.ts";
import { alphabetOf } from "../../src/sms/gsm7-alphabet.ts";
import { decodePdu, encodeDeliver, encodeStatusReport, encodeSubmit, type SmsPdu } from "../../src/sms/index.ts";
import { decoded } from "./pdu-text.ts";

const FILE = fileURLToPath(new URL("../../../shared/vectors/peers/dev-sms-pdu.json", import.meta.url));

interface Expected {
  readonly type?: string;
  readonly smsc?: string | null;
  readonly sender?: string;
  readonly sender_type?: string;
  readonly recipient?: string;
  readonly text?: string;
  readonly data?: string;
  readonly alphabet?: string;
  readonly dcs?: number;
  readonly pid?: number;
  readonly cls?: string;
  readonly timestamp?: string;
  readonly discharge?: string;
  readonly reference?: number;
  readonly status?: number;
  readonly multipart?: boolean;
  readonly concat?: { readonly ref: number; readonly total: number; readonly seq: number; readonly bits: number };
  readonly ports?: { readonly dst: number };
  readonly udh?: readonly { readonly iei: number; readonly data: string }[];
  readonly validity_minutes?: number;
}

interface PeerVector {
  readonly id: string;
  readonly kind: "decode" | "encode" | "invalid" | "decode-with-tables";
  readonly pdu: string;
  readonly expect: Expected;
  readonly group?: string;
  readonly given?: { readonly locking?: string; readonly single?: string };
}

const vectors: PeerVector[] = existsSync(FILE) ? JSON.parse(readFileSync(FILE, "utf8")) : [];
const skipped = vectors.length === 0;
const suite = describe.skipIf(skipped);
const named = (chosen: readonly PeerVector[]): [string, PeerVector][] => chosen.map((vector) => [vector.id, vector]);

// Reports of a phone to its network and back (9.2.2.1a, 9.2.2.2a): never stored, never shown by a modem, no messages for us.
const REPORTS = new Set(["SMS-DELIVER REPORT", "SMS-SUBMIT REPORT"]);
const TYPES: Readonly<Record<string, SmsPdu["type"]>> = {
  "SMS-DELIVER": "deliver",
  "SMS-SUBMIT": "submit",
  "SMS-STATUS REPORT": "status-report",
};
const CHECKS: Readonly<Record<keyof Expected, (pdu: SmsPdu, expected: Expected) => readonly [unknown, unknown]>> = {
  type: (pdu, { type }) => [pdu.type, TYPES[type ?? ""]],
  smsc: (pdu, { smsc }) => [pdu.smsc, smsc],
  sender: (pdu, { sender }) => [pdu.type === "deliver" ? pdu.from : null, sender],
  sender_type: (pdu, { sender_type }) => [pdu.addressType, sender_type],
  recipient: (pdu, { recipient }) => [pdu.type === "deliver" ? null : pdu.to, recipient],
  text: (pdu, { text, data }) => [plain(pdu.body), data === undefined ? plain(text ?? null) : null],
  data: (pdu, { data }) => [
    Buffer.from(pdu.data ?? [])
      .toString("hex")
      .toUpperCase(),
    data,
  ],
  alphabet: (pdu, { alphabet }) => [pdu.encoding, alphabet],
  dcs: (pdu, { dcs }) => [pdu.dcs, dcs],
  pid: (pdu, { pid }) => [pdu.pid, pid],
  cls: (pdu, { cls }) => [String(pdu.class ?? -1), cls],
  timestamp: (pdu, { timestamp }) => [pdu.type === "submit" ? untilOf(pdu) : pdu.sentAt?.iso, timestamp],
  discharge: (pdu, { discharge }) => [pdu.type === "status-report" ? pdu.dischargedAt?.iso : null, discharge],
  reference: (pdu, { reference }) => [pdu.type === "deliver" ? null : pdu.reference, reference],
  status: (pdu, { status }) => [pdu.type === "status-report" ? pdu.status : null, status],
  multipart: (pdu, { multipart }) => [(pdu.concat?.total ?? 1) > 1, multipart],
  concat: ({ concat }, { concat: place }) => [
    concat === null ? null : { ref: concat.ref, total: concat.total, seq: concat.part, bits: concat.bits },
    place,
  ],
  ports: (pdu, { ports }) => [pdu.ports?.dst, ports?.dst],
  udh: (pdu, { udh }) => [
    pdu.elements.map(({ iei, data }) => ({ iei, data: Buffer.from(data).toString("hex").toUpperCase() })),
    udh,
  ],
  validity_minutes: (pdu, { validity_minutes }) => [
    pdu.type === "submit" && pdu.validity?.kind === "relative" ? pdu.validity.seconds / 60 : 0,
    validity_minutes,
  ],
};

/** As the vectors are to be compared: one kind of line end, no trailing NUL. */
function plain(text: string | null): string | null {
  return text?.replaceAll(/\r\n?/g, "\n").replace(/\0+$/, "") ?? null;
}

function untilOf(pdu: SmsPdu): string | null {
  return pdu.type === "submit" && pdu.validity?.kind === "absolute" ? pdu.validity.until.iso : null;
}

function check(pdu: SmsPdu, expected: Expected): void {
  // Beside the time stamp with offset some records give UTC; in one of them the two contradict each other.
  const keys = Object.keys(expected).filter((key) => key !== "timestamp_utc") as (keyof Expected)[];
  for (const key of keys) {
    const [actual, wanted] = CHECKS[key](pdu, expected);
    expect([key, actual]).toEqual([key, wanted]);
  }
}

/** The same message by our encoder. */
function encodedAgain(pdu: SmsPdu): Uint8Array[] {
  const content = { smsc: pdu.smsc, class: pdu.class, ports: pdu.ports ?? undefined, encoding: pdu.encoding };
  const body = pdu.data === null ? { body: pdu.body ?? "" } : { data: pdu.data };
  const none = { unixMs: 0, offsetMinutes: 0 };
  switch (pdu.type) {
    case "deliver":
      return encodeDeliver({ ...content, ...body, pid: pdu.pid, from: pdu.from ?? "", sentAt: pdu.sentAt ?? none });
    case "submit":
      return encodeSubmit({ ...content, ...body, pid: pdu.pid, to: pdu.to ?? "", reference: pdu.reference });
    case "status-report":
      return [
        encodeStatusReport({
          smsc: pdu.smsc,
          to: pdu.to ?? "",
          reference: pdu.reference,
          sentAt: pdu.sentAt ?? none,
          dischargedAt: pdu.dischargedAt ?? none,
          status: pdu.status,
        }),
      ];
  }
}

suite("PDUs of peers (skipped when ../shared/vectors/peers is missing)", () => {
  const readable = vectors.filter(({ kind, expect: { type } }) => kind !== "invalid" && !REPORTS.has(type ?? ""));

  it.each(named(readable.filter(({ kind }) => kind !== "decode-with-tables")))(
    "%s decodes as its source says",
    (_, vector) => {
      check(decoded(vector.pdu), vector.expect);
    },
  );

  it.each(named(readable))("%s is recognised without its service centre address", (_, { pdu }) => {
    const bare = pdu.slice(2 + 2 * Number.parseInt(pdu.slice(0, 2), 16));
    expect(decoded(bare)).toEqual({ ...decoded(pdu), smsc: null });
  });

  it.each(named(vectors.filter(({ kind }) => kind === "invalid")))("%s is refused with its octets", (_, { pdu }) => {
    expect(decodePdu(pdu)).toMatchObject({ ok: false, error: { raw: pdu } });
  });

  it.each(named(vectors.filter(({ expect: { type } }) => REPORTS.has(type ?? ""))))(
    "%s, a report between phone and network, is refused",
    (_, { pdu }) => {
      for (const direction of ["auto", "mt", "mo"] as const) expect(decodePdu(pdu, { direction }).ok).toBe(false);
    },
  );

  it.each(named(vectors.filter(({ kind }) => kind === "encode")))(
    "%s is encoded to a PDU that says the same",
    (_, vector) => {
      const pdu = decoded(vector.pdu);
      const [again, ...more] = encodedAgain(pdu);
      expect(more).toEqual([]);
      const { validity_minutes: _validity, ...expected } = vector.expect;
      check(decoded(Buffer.from(again ?? []).toString("hex")), expected);
    },
  );

  it.each(named(vectors.filter(({ kind }) => kind === "decode-with-tables")))(
    "%s reads with the tables given",
    (_, vector) => {
      expect(vector.given).toEqual({ locking: "tr", single: "tr" });
      const alphabet = alphabetOf("turkish", "turkish");
      const { text, ...others } = vector.expect;
      check(decoded(vector.pdu), others);
      const length = Number.parseInt(vector.pdu.slice(26, 28), 16);
      const packed = Buffer.from(vector.pdu.slice(28), "hex");
      expect(packedText(packed, { from: 0, to: length }, alphabet)).toBe(text);
    },
  );

  it("of one message join to its text", () => {
    const parts = vectors.filter(({ group }) => group === "mm-multipart").map(({ pdu }) => decoded(pdu));
    const inOrder = parts.sort((a, b) => (a.concat?.part ?? 0) - (b.concat?.part ?? 0));
    expect(inOrder.map(({ body }) => body).join("")).toMatch(
      /^This is a very long test .* represents that the parts are related to one another\. $/,
    );
  });
});
