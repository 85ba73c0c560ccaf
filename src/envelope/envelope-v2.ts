// Envelope v2, opt-in per rental: RFC 9180 HPKE in base mode, DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305;
// bytes = 0x02 ‖ enc[32] ‖ ciphertext ‖ tag[16]. Unlike v1 it binds recipient key and message header.

import { Chacha20Poly1305 } from "@hpke/chacha20poly1305";
import { CipherSuite, HkdfSha256 } from "@hpke/core";
import { DhkemX25519HkdfSha256 } from "@hpke/dhkem-x25519";
import { AppError, concatBytes, type Random, type Secret, utf8 } from "../base/index.ts";
import { cannotOpen } from "./envelope-v1.ts";
import { headerBytes, type MessageHeader } from "./wire-message.ts";

const INFO = utf8("numberbox-sms-v2");
const VERSION = 2;
const ENC_LENGTH = 32;
const TAG_LENGTH = 16;

/** How many bytes longer than its plaintext a v2 envelope is. */
export const V2_OVERHEAD = 1 + ENC_LENGTH + TAG_LENGTH;

export interface HpkeContext {
  readonly info: Uint8Array;
  readonly aad: Uint8Array;
}

export interface HpkeSealed {
  readonly enc: Uint8Array;
  readonly ciphertext: Uint8Array;
}

// A new suite for each call: the library's objects set themselves up lazily, and this folder keeps no state.
const newSuite = (): CipherSuite =>
  new CipherSuite({ kem: new DhkemX25519HkdfSha256(), kdf: new HkdfSha256(), aead: new Chacha20Poly1305() });

/** RFC 9180 section 6.1, `SealBase`. `ikm` is the input of the ephemeral DeriveKeyPair, 32 bytes. */
export async function hpkeSeal(
  context: HpkeContext & { readonly recipient: Uint8Array; readonly ikm: Uint8Array; readonly plaintext: Uint8Array },
): Promise<HpkeSealed> {
  const suite = newSuite();
  const recipientPublicKey = await suite.kem.deserializePublicKey(context.recipient);
  const sender = await suite.createSenderContext({ recipientPublicKey, info: context.info, ekm: context.ikm });
  const ciphertext = await sender.seal(context.plaintext, context.aad);
  return { enc: new Uint8Array(sender.enc), ciphertext: new Uint8Array(ciphertext) };
}

/** RFC 9180 section 6.1, `OpenBase`. Rejects with the library's error. */
export async function hpkeOpen(
  context: HpkeContext & HpkeSealed & { readonly secret: Secret<Uint8Array> },
): Promise<Uint8Array> {
  const suite = newSuite();
  const recipientKey = await suite.kem.deserializePrivateKey(context.secret.reveal());
  const recipient = await suite.createRecipientContext({ recipientKey, enc: context.enc, info: context.info });
  return new Uint8Array(await recipient.open(context.ciphertext, context.aad));
}

export interface SealV2Options {
  readonly random: Random;
  /** The recipient's X25519 public key, 32 bytes. */
  readonly recipient: Uint8Array;
  readonly plaintext: Uint8Array;
  /** The header that will travel with the envelope: its canonical bytes are the AAD. */
  readonly header: MessageHeader;
}

export interface OpenV2Options {
  /** The recipient's X25519 private key (an identity's seed), 32 bytes. */
  readonly secret: Secret<Uint8Array>;
  readonly envelope: Uint8Array;
  /** The header that came with the envelope. */
  readonly header: MessageHeader;
}

/** Seals to `recipient` and `header`. Rejects with `envelope.cannot_seal` for an unusable recipient key. */
export async function sealV2(options: SealV2Options): Promise<Uint8Array> {
  const { random, recipient, plaintext, header } = options;
  const aad = headerBytes(header);
  try {
    const { enc, ciphertext } = await hpkeSeal({ info: INFO, aad, recipient, ikm: random.bytes(32), plaintext });
    return concatBytes(Uint8Array.of(VERSION), enc, ciphertext);
  } catch (cause) {
    throw new AppError("envelope.cannot_seal", "the recipient's encrypt key is not usable", {
      hint: "Ask the renter for another key.",
      cause,
    });
  }
}

/** Opens an envelope. Rejects with `envelope.too_short`, `envelope.bad_version` or `envelope.cannot_open`. */
export async function openV2(options: OpenV2Options): Promise<Uint8Array> {
  const { secret, envelope, header } = options;
  if (envelope.length < V2_OVERHEAD) {
    throw new AppError("envelope.too_short", `a v2 envelope has at least ${V2_OVERHEAD} bytes`, {
      hint: "Fetch the message again: it was cut.",
      context: { length: envelope.length },
    });
  }
  if (envelope[0] !== VERSION) {
    throw new AppError("envelope.bad_version", "the envelope's first byte is not version 2", {
      hint: "Open it as the version that its message names.",
    });
  }
  const aad = headerBytes(header);
  const enc = envelope.slice(1, 1 + ENC_LENGTH);
  const ciphertext = envelope.slice(1 + ENC_LENGTH);
  try {
    return await hpkeOpen({ info: INFO, aad, enc, ciphertext, secret });
  } catch (cause) {
    throw cannotOpen(cause);
  }
}
