// A decode result as the JSON object that `numberbox sms decode` prints: fixed members always, others where they carry something.

import { upperHex } from "./hex.ts";
import type { AddressType, DecodeResult, MessageKind, MessageWaiting, SmsPdu, Validity } from "./pdu.ts";

/** JSON values only, in the order in which they are printed. */
export type PduDescription = Readonly<Record<string, unknown>>;

// What the other members show already: `+` marks an international number, digits one of unknown type.
const IMPLIED_ADDRESS_TYPES: readonly AddressType[] = ["international", "unknown"];
const IMPLIED_KINDS: readonly MessageKind[] = ["text", "status"];

function describeValidity(validity: Validity): PduDescription {
  return validity.kind === "relative" ? { seconds: validity.seconds } : { until: validity.until.iso };
}

function describeWaiting({ kind, active, count, store }: MessageWaiting): PduDescription {
  return { kind, active, count, store };
}

/** Flags that are set, in the order given. */
function setFlags(flags: Readonly<Record<string, boolean>>): PduDescription {
  return Object.fromEntries(Object.entries(flags).filter(([, value]) => value));
}

const replaceType = (type: number | null): PduDescription => (type === null ? {} : { replace_type: type });

/** What only one message type has. */
function typeDetails(pdu: SmsPdu): PduDescription {
  switch (pdu.type) {
    case "deliver":
      return {
        ...replaceType(pdu.replaceType),
        ...setFlags({
          more_messages: pdu.moreMessages,
          reply_path: pdu.replyPath,
          status_report_indication: pdu.statusReportIndication,
        }),
      };
    case "submit":
      return {
        reference: pdu.reference,
        ...(pdu.validity === null ? {} : { validity: describeValidity(pdu.validity) }),
        ...replaceType(pdu.replaceType),
        ...setFlags({
          reply_path: pdu.replyPath,
          status_report_requested: pdu.statusReportRequested,
          reject_duplicates: pdu.rejectDuplicates,
        }),
      };
    case "status-report":
      return {
        reference: pdu.reference,
        status: pdu.status,
        status_class: pdu.statusClass,
        status_text: pdu.statusText,
        discharged_at: pdu.dischargedAt?.iso ?? null,
        ...setFlags({ more_messages: pdu.moreMessages, for_command: pdu.forCommand }),
      };
  }
}

function describeConcat(concat: SmsPdu["concat"]): PduDescription | null {
  return concat === null ? null : { ref: concat.ref, total: concat.total, part: concat.part };
}

/** The JSON object of a decode result: `sent_at` is RFC 3339 with offset, hex is upper-case, octets stand in `body_hex`. */
export function describePdu(result: DecodeResult): PduDescription {
  if (!result.ok) return { ok: false, ...result.error };
  const { pdu } = result;
  return {
    ok: true,
    type: pdu.type,
    ...(pdu.type === "deliver" ? { from: pdu.from } : { to: pdu.to }),
    body: pdu.body,
    ...(pdu.data === null ? {} : { body_hex: upperHex(pdu.data) }),
    encoding: pdu.encoding,
    class: pdu.class,
    sent_at: pdu.type === "submit" ? null : (pdu.sentAt?.iso ?? null),
    concat: describeConcat(pdu.concat),
    ports: pdu.ports,
    udh: pdu.udh,
    pid: pdu.pid,
    dcs: pdu.dcs,
    smsc: pdu.smsc,
    ...(IMPLIED_ADDRESS_TYPES.includes(pdu.addressType) ? {} : { address_type: pdu.addressType }),
    ...(IMPLIED_KINDS.includes(pdu.kind) ? {} : { kind: pdu.kind }),
    ...(pdu.compressed ? { compressed: true } : {}),
    ...(pdu.mwi.length === 0 ? {} : { mwi: pdu.mwi.map(describeWaiting) }),
    ...typeDetails(pdu),
    ...(pdu.warnings.length === 0 ? {} : { warnings: pdu.warnings }),
  };
}
