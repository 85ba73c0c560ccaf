// From what a relay serves to what a renter reads: the provider's signature first, then decryption, then the comparison of what was
// sealed with what stands in clear. A relay can do nothing here but lose a message.

import { AppError, type CryptoSuite, type ErrorCode, fromBase64url, fromUtf8, type Secret } from "../base/index.ts";
import { decodePayload, openV1, openV2, type Payload, verifyEnvelopeText, verifyMessage } from "../envelope/index.ts";
import type { MailboxMessage, RentalGrant } from "../protocol/index.ts";

export interface OpenMessageOptions {
  readonly suite: CryptoSuite;
  /** The renter's seed. */
  readonly seed: Secret<Uint8Array>;
  /** The accepted grant of the message's rental. */
  readonly grant: RentalGrant;
  readonly message: MailboxMessage;
}

export interface OpenedMessage {
  readonly payload: Payload;
  /** The plaintext inside the envelope, as text. */
  readonly plain: string;
}

/** An error about one message; it names the message and its rental, never what is in it. */
export function messageError(code: ErrorCode, message: MailboxMessage, what: string, hint: string): AppError {
  return new AppError(code, `message ${message.id} of rental ${message.rental_id}: ${what}`, {
    hint,
    context: { id: message.id, rental_id: message.rental_id, seq: message.seq },
  });
}

const ASK_PROVIDER = "It stays at the relay and is not acknowledged. Tell the provider; a relay may have changed it.";

function checkClear(options: OpenMessageOptions): void {
  const { grant, message } = options;
  const mismatch = (member: string): AppError =>
    messageError("renter.header_mismatch", message, `${member} is not what the rental says`, ASK_PROVIDER);
  if (message.rental_id !== grant.rental_id) throw mismatch("rental_id");
  if (message.listing_id !== grant.listing_id) throw mismatch("listing_id");
  if (message.provider !== grant.provider) throw mismatch("provider");
}

function isSigned(options: OpenMessageOptions): boolean {
  const { suite, grant, message } = options;
  const verifyKey = fromBase64url(grant.provider);
  const { envelope, signature, seq } = message;
  if (message.signature_scope === "envelope_text") {
    // The short form binds no order and no version: neither may then be claimed by the relay.
    return (
      seq === null && message.v === 1 && verifyEnvelopeText({ suite, verifyKey, envelopeText: envelope, signature })
    );
  }
  return seq !== null && verifyMessage(suite, verifyKey, { ...message, seq });
}

async function decrypt(options: OpenMessageOptions): Promise<Uint8Array> {
  const { suite, seed: secret, message } = options;
  const envelope = fromBase64url(message.envelope);
  try {
    if (message.v === 1 || message.seq === null) return openV1({ suite, secret, envelope });
    return await openV2({ secret, envelope, header: { ...message, seq: message.seq } });
  } catch {
    const what = "it cannot be opened with this key";
    throw messageError("renter.cannot_open", message, what, "Use the key file that the rental was granted to.");
  }
}

function readPlain(message: MailboxMessage, bytes: Uint8Array): OpenedMessage {
  try {
    return { payload: decodePayload(bytes), plain: fromUtf8(bytes) };
  } catch {
    const what = "what is sealed in it is of no known form";
    throw messageError("renter.bad_payload", message, what, "Update Numberbox, or tell the provider.");
  }
}

function checkSealed(message: MailboxMessage, payload: Payload): void {
  if (payload.type === "text") return;
  const fits =
    payload.listing_id === message.listing_id &&
    payload.rental_id === message.rental_id &&
    (message.seq === null || payload.seq === message.seq);
  if (!fits) {
    throw messageError("renter.header_mismatch", message, "what is sealed in it belongs elsewhere", ASK_PROVIDER);
  }
}

/**
 * Verifies, then opens. Rejects with `renter.header_mismatch`, `renter.bad_signature`, `renter.cannot_open` or `renter.bad_payload`;
 * `context` names the message.
 */
export async function openMessage(options: OpenMessageOptions): Promise<OpenedMessage> {
  const { message } = options;
  checkClear(options);
  if (!isSigned(options)) {
    throw messageError("renter.bad_signature", message, "the provider did not sign this", ASK_PROVIDER);
  }
  const opened = readPlain(message, await decrypt(options));
  checkSealed(message, opened.payload);
  return opened;
}
