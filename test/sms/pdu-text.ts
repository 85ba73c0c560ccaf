// PDUs assembled field by field from hex, as TS 23.040 9.2.2 lays them out, so that tests need no encoder.
import { type DecodeOptions, type DeliverPdu, decodePdu, type SmsPdu } from "../../src/sms/index.ts";

/** 2026-03-04 05:06:07, two hours east: eight quarter hours. */
export const SCTS = "62304050607080";
export const SCTS_ISO = "2026-03-04T05:06:07+02:00";
/** +15550100: eight digits, international, ISDN numbering plan. */
export const ADDRESS = "089151551000";
/** "hello" in five septets. */
export const HELLO = "05E8329BFD06";

/** User data counted in octets (UCS-2, 8-bit): the length, then `hex`. */
export function octets(hex: string): string {
  return (hex.length / 2).toString(16).padStart(2, "0") + hex;
}

/** User data counted in octets that starts with a header of these elements. */
export function headed(elements: string, payload: string): string {
  return octets(octets(elements) + payload);
}

interface DeliverFields {
  readonly first?: string;
  readonly from?: string;
  readonly pid?: string;
  readonly dcs?: string;
  readonly scts?: string;
  /** TP-User-Data-Length and TP-User-Data. */
  readonly ud?: string;
}

/** An SMS-DELIVER without service centre address. */
export function deliverTpdu(fields: DeliverFields = {}): string {
  const { first = "04", from = ADDRESS, pid = "00", dcs = "00", scts = SCTS, ud = HELLO } = fields;
  return first + from + pid + dcs + scts + ud;
}

/** The PDU that `hex` decodes to; throws when it does not. */
export function decoded(hex: string, options?: DecodeOptions): SmsPdu {
  const result = decodePdu(hex, options);
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.message}`);
  return result.pdu;
}

/** As `decoded`, for an SMS-DELIVER given by its fields. */
export function deliver(fields: DeliverFields = {}): DeliverPdu {
  const pdu = decoded(deliverTpdu(fields), { smsc: "no" });
  if (pdu.type !== "deliver") throw new Error(`decoded as ${pdu.type}`);
  return pdu;
}

/** The failure code of `hex`, or null when it decodes. */
export function codeOf(hex: string | Uint8Array, options?: DecodeOptions): string | null {
  const result = decodePdu(hex, options);
  return result.ok ? null : result.error.code;
}

/** The code of the AppError that `action` throws. */
export function thrownCode(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof Error && "code" in error && typeof error.code === "string") return error.code;
    throw error;
  }
  return "none";
}
