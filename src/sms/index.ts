// Public face of `sms`: the PDU codec of SMS (3GPP TS 23.040, TS 23.038). Pure.

export { decodePdu } from "./decode.ts";
export { describePdu, type PduDescription } from "./describe.ts";
export {
  type DeliverOptions,
  encodeDeliver,
  encodeStatusReport,
  encodeSubmit,
  type StatusReportOptions,
  type SubmitOptions,
} from "./encode.ts";
export { encodeReceived, type ReceivedContent, textOfSeptets, unitsOf } from "./encode-received.ts";
export { type LockingLanguage, NATIONAL_LANGUAGES, type NationalLanguage } from "./gsm7-alphabet.ts";
export type * from "./pdu.ts";
export type { NationalTables } from "./segment.ts";
export type { Moment } from "./timestamp.ts";
export { decodeUssd, encodeUssd, type UssdForm } from "./ussd-text.ts";
