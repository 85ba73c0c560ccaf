// Keyed hashes that stand for what must not be written down: PDUs and senders. Keyed with a secret of the box, so that a thief of
// the card cannot test guesses ("did bank X write to this number?").

import {
  type CryptoSuite,
  concatBytes,
  type LineId,
  type MessageId,
  messageId,
  type Secret,
  toHex,
  utf8,
} from "../base/index.ts";

export interface FingerprintDeps {
  readonly suite: CryptoSuite;
  /** Derived from the storage key for this purpose alone. */
  readonly key: Secret<Uint8Array>;
}

const SEPARATOR = Uint8Array.of(0);

function fingerprint(deps: FingerprintDeps, domain: string, parts: readonly Uint8Array[]): string {
  // Each part is preceded by its length, so that no two lists of parts give the same bytes.
  const framed = parts.flatMap((part) => [utf8(`${part.length}:`), part]);
  return toHex(
    deps.suite.hmacSha256(deps.key.reveal(), concatBytes(utf8(domain), SEPARATOR, ...framed)).subarray(0, 16),
  );
}

/** Stands for one PDU on one line; the PDU holds the service centre's time stamp. */
export function pduHash(deps: FingerprintDeps, line: LineId, pdu: Uint8Array): string {
  return fingerprint(deps, "pdu", [utf8(line), pdu]);
}

/** The id of a message. `names` stand for its PDUs, in the order of parts. */
export function deriveMessageId(deps: FingerprintDeps, names: readonly string[]): MessageId {
  return messageId(
    fingerprint(
      deps,
      "message",
      names.map((name) => utf8(name)),
    ),
  );
}

export interface GroupKey {
  readonly lineId: LineId;
  readonly from: string;
  readonly ref: number;
  readonly total: number;
  readonly bits: 8 | 16;
}

/** Groups the parts of one concatenated message (TS 23.040 9.2.3.24.1) without naming the sender. */
export function groupHash(deps: FingerprintDeps, key: GroupKey): string {
  return fingerprint(deps, "group", [utf8(key.lineId), utf8(key.from), utf8(`${key.bits}/${key.ref}/${key.total}`)]);
}
