// What the intake makes of PDUs of real networks, read in place from `../shared/vectors/peers/dev-sms-pdu.json`.
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { fromHex } from "../../src/base/index.ts";
import { contentOf } from "../../src/core/message-content.ts";
import { lineOf, START } from "./core-rig.ts";

const FILE = fileURLToPath(new URL("../../../shared/vectors/peers/dev-sms-pdu.json", import.meta.url));

interface PeerVector {
  readonly id: string;
  readonly kind: string;
  readonly pdu: string;
  readonly expect: { readonly type?: string; readonly ports?: { readonly dst: number }; readonly status?: number };
}

const vectors: PeerVector[] = existsSync(FILE) ? JSON.parse(readFileSync(FILE, "utf8")) : [];
const named = (chosen: (vector: PeerVector) => boolean): [string, PeerVector][] =>
  vectors.filter((vector) => vector.kind === "decode" && chosen(vector)).map((vector) => [vector.id, vector]);
const read = ({ pdu }: PeerVector) =>
  contentOf({ lineId: lineOf(1).id, pdu: fromHex(pdu.toLowerCase()), receivedAt: START });

describe.skipIf(vectors.length === 0)("PDUs of peers (skipped when ../shared/vectors/peers is missing)", () => {
  it.each(named(({ expect: { type } }) => type === "SMS-DELIVER"))("%s is a message", (_id, vector) => {
    expect(read(vector)).toMatchObject({ type: "sms", report: null });
  });

  it.each(named(({ expect: { type } }) => type === "SMS-STATUS REPORT"))("%s is a status report", (_id, vector) => {
    expect(read(vector)).toMatchObject({
      kind: "status-report",
      report: { status: vector.expect.status ?? expect.any(Number) },
    });
  });

  it.each(named(({ expect: { ports } }) => ports?.dst === 2948))(
    "%s is a push or announces a picture",
    (_id, vector) => {
      const content = read(vector);
      expect(content.type === "sms" ? content.kind : "").toMatch(/^(?:wap-push|mms-notification)$/);
    },
  );
});
