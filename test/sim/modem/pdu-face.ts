// The little that a modem itself reads of a PDU: how long it is, what kind, and how it is written on the line.

/** Octets after the service centre address: the length that +CMGL, +CMGR and +CMT report (TS 27.005 3.1). */
export function tpduLength(pdu: Uint8Array): number {
  return Math.max(0, pdu.length - 1 - (pdu[0] ?? 0));
}

interface PduKind {
  readonly statusReport: boolean;
  /** 0-3, or undefined for a message without a class. */
  readonly messageClass: number | undefined;
}

/** As much of a PDU as routing needs; any bytes at all give an answer, since networks send absurd ones. */
export function pduKind(pdu: Uint8Array): PduKind {
  const start = 1 + (pdu[0] ?? 0);
  const first = pdu[start] ?? 0;
  if ((first & 0b11) === 0b10) return { statusReport: true, messageClass: undefined };
  // Originating address: length in digits, type, then half as many octets (TS 23.040 9.1.2.5); then TP-PID, TP-DCS.
  const digits = pdu[start + 1] ?? 0;
  const dcs = pdu[start + 3 + Math.ceil(digits / 2) + 1] ?? 0;
  // TS 23.038 4: a class is given in the general groups with bit 4 set, and in the group 1111.
  const hasClass = (dcs & 0b1001_0000) === 0b0001_0000 || (dcs & 0b1111_0000) === 0b1111_0000;
  return { statusReport: false, messageClass: hasClass ? dcs & 0b11 : undefined };
}

/** As a modem writes a PDU (TS 27.005 3.1). */
export function pduText(pdu: Uint8Array): string {
  return Buffer.from(pdu.buffer, pdu.byteOffset, pdu.byteLength).toString("hex").toUpperCase();
}

/** A PDU that a host wrote; undefined when it is not hex. */
export function parsePduText(text: string): Uint8Array | undefined {
  const hex = text.trim();
  return /^(?:[0-9A-Fa-f]{2})+$/.test(hex) ? new Uint8Array(Buffer.from(hex, "hex")) : undefined;
}
