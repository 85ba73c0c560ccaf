// A sealed message as a relay carries it: the header in clear, the envelope, and the provider's signature that binds both, so that
// nobody can replay an envelope under another rental, order or time.

import { type CryptoSuite, fromBase64url, isAppError, type Secret, toBase64url, utf8 } from "../base/index.ts";
import { canonicalBytes } from "./canonical-json.ts";

export type EnvelopeVersion = 1 | 2;

export interface MessageHeader {
  /** The envelope's version. */
  readonly v: EnvelopeVersion;
  readonly id: string;
  readonly listing_id: string;
  readonly rental_id: string;
  /** Order within the rental, counting from 1 without gaps. */
  readonly seq: number;
  /** Unix seconds at which the provider sealed the message. */
  readonly ts: number;
}

export interface WireMessage extends MessageHeader {
  /** base64url. */
  readonly envelope: string;
  /** base64url of the 64-byte Ed25519 signature. */
  readonly signature: string;
}

export interface SignMessageOptions {
  readonly suite: CryptoSuite;
  /** The provider's Ed25519 seed. */
  readonly seed: Secret<Uint8Array>;
  readonly header: MessageHeader;
  readonly envelope: Uint8Array;
}

/** base64url of SHA-256 over the envelope's bytes: its name in signatures, receipts and deduplication. */
export function messageHash(suite: CryptoSuite, envelope: Uint8Array): string {
  return toBase64url(suite.sha256(envelope));
}

/** Only the header's own members, so that a caller may pass a whole message. */
function pickHeader(header: MessageHeader): MessageHeader {
  const { v, id, listing_id, rental_id, seq, ts } = header;
  return { v, id, listing_id, rental_id, seq, ts };
}

/** Canonical bytes of the header alone: the AAD of envelope v2. */
export function headerBytes(header: MessageHeader): Uint8Array {
  return canonicalBytes(pickHeader(header));
}

function signedBytes(header: MessageHeader, hash: string): Uint8Array {
  return canonicalBytes({ ...pickHeader(header), envelope_sha256: hash });
}

/** Signs header and envelope. Throws `canonical.*` when a header value has no canonical form. */
export function signMessage(options: SignMessageOptions): WireMessage {
  const { suite, seed, header, envelope } = options;
  const signature = suite.ed25519Sign(seed.reveal(), signedBytes(header, messageHash(suite, envelope)));
  return { ...pickHeader(header), envelope: toBase64url(envelope), signature: toBase64url(signature) };
}

/** Runs a verification in which malformed input is simply not valid. */
function nullOnAppError<T>(verify: () => T): T | null {
  try {
    return verify();
  } catch (error) {
    if (isAppError(error)) return null;
    throw error;
  }
}

/** Whether `verifyKey` signed this header together with an envelope of this hash, which is not at hand. Malformed members are false. */
export function verifySigned(
  suite: CryptoSuite,
  verifyKey: Uint8Array,
  { header, hash, signature }: { readonly header: MessageHeader; readonly hash: string; readonly signature: string },
): boolean {
  const verified = nullOnAppError(() =>
    suite.ed25519Verify(verifyKey, signedBytes(header, hash), fromBase64url(signature)),
  );
  return verified === true;
}

/** The envelope's `messageHash` when `verifyKey` signed this header and envelope, else null. Malformed members are null, never an exception. */
export function verifiedHash(suite: CryptoSuite, verifyKey: Uint8Array, message: WireMessage): string | null {
  return nullOnAppError(() => {
    const hash = messageHash(suite, fromBase64url(message.envelope));
    const isSigned = suite.ed25519Verify(verifyKey, signedBytes(message, hash), fromBase64url(message.signature));
    return isSigned ? hash : null;
  });
}

/** The same, with the signature verified beside the thread that asks. */
export async function verifiedHashAside(
  suite: CryptoSuite,
  verifyKey: Uint8Array,
  message: WireMessage,
): Promise<string | null> {
  const asked = nullOnAppError(() => {
    const hash = messageHash(suite, fromBase64url(message.envelope));
    const signature = fromBase64url(message.signature);
    return { hash, holds: suite.ed25519VerifyAside(verifyKey, signedBytes(message, hash), signature) };
  });
  return asked !== null && (await asked.holds) ? asked.hash : null;
}

/** Whether `verifyKey` signed this header and envelope. Malformed members are false, never an exception. */
export function verifyMessage(suite: CryptoSuite, verifyKey: Uint8Array, message: WireMessage): boolean {
  return verifiedHash(suite, verifyKey, message) !== null;
}

/** The short form of the ecosystem: a signature (base64url) over the envelope's base64url text. */
export function signEnvelopeText(suite: CryptoSuite, seed: Secret<Uint8Array>, envelopeText: string): string {
  return toBase64url(suite.ed25519Sign(seed.reveal(), utf8(envelopeText)));
}

export interface EnvelopeTextSignature {
  readonly suite: CryptoSuite;
  readonly verifyKey: Uint8Array;
  /** The text exactly as it was signed. */
  readonly envelopeText: string;
  /** base64url. */
  readonly signature: string;
}

/** Verifies the short form. It binds neither rental nor time: the caller deduplicates by `messageHash`. */
export function verifyEnvelopeText(check: EnvelopeTextSignature): boolean {
  const verified = nullOnAppError(() =>
    check.suite.ed25519Verify(check.verifyKey, utf8(check.envelopeText), fromBase64url(check.signature)),
  );
  return verified === true;
}
