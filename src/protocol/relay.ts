// What a box, a relay and a renter say to each other. One file, so that client and server cannot drift apart.

import { z } from "zod";
import { relayVoice } from "./relay-voice.ts";
import {
  envelopeText,
  envelopeVersion,
  hashText,
  listingIdText,
  messageIdText,
  publicKeyText,
  rentalIdText,
  sequence,
  signatureText,
  unixSeconds,
} from "./text.ts";
import { workDemand } from "./work.ts";

/** One sealed SMS on its way (design: "Message at the relay"). `v` is the envelope's version. */
export const wireMessage = z.strictObject({
  v: envelopeVersion,
  id: messageIdText,
  listing_id: listingIdText,
  rental_id: rentalIdText,
  seq: sequence,
  ts: unixSeconds,
  envelope: envelopeText,
  signature: signatureText,
});
export type WireMessage = z.infer<typeof wireMessage>;

/** The seed's short form: the signature is over the envelope's base64url text. Other members are refused, `from` above all. */
export const shortForward = z.strictObject({
  listing_id: listingIdText,
  envelope: envelopeText,
  signature: signatureText,
});
export type ShortForward = z.infer<typeof shortForward>;

/** Signed by the provider; number and terms are sealed to the renter. `rev` grows by one with each change. */
export const rentalGrant = z.strictObject({
  v: z.literal(1),
  rental_id: rentalIdText,
  listing_id: listingIdText,
  provider: publicKeyText,
  renter: z.strictObject({ verify: publicKeyText, encrypt: publicKeyText }),
  starts_at: unixSeconds,
  expires_at: unixSeconds,
  envelope_version: envelopeVersion,
  rev: z.int().min(1),
  /** SMS that are paid for, counted from the first; null when the rental has no limit. */
  credit: z.int().min(0).nullable(),
  sealed: envelopeText,
  signature: signatureText,
});
export type RentalGrant = z.infer<typeof rentalGrant>;

/** `PUT /rentals/{rental_id}` answers with this. */
export const registerReply = z.object({ status: z.enum(["created", "updated", "unchanged"]), rental_id: rentalIdText });
export type RegisterReply = z.infer<typeof registerReply>;

/** `POST /auth/challenge`. */
export const emercoinAddressText = z.string().regex(/^[A-Za-z0-9]{20,90}$/, "an Emercoin address");

/** A user's name in the chain, with or without its prefix. */
export const wormNameText = z
  .string()
  .max(512)
  .regex(/^(?:worm:user:ness:)?[^\s:]{1,497}$/, "a user's name, or worm:user:ness: and it");

/** `POST /auth/challenge`: for a key (bare, or that of a WORM record), or for the owner of an address. */
export const challengeRequest = z.union([
  z.object({ pubkey: publicKeyText }),
  z.object({ emc_address: emercoinAddressText }),
  z.object({ worm: wormNameText }),
]);
export const challengeReply = z.object({
  challenge: z.string().min(16).max(512),
  expires: unixSeconds,
  /** The key that the WORM record names and that has to sign. */
  pubkey: publicKeyText.optional(),
});
export type ChallengeReply = z.infer<typeof challengeReply>;

/** `POST /auth`: the Ed25519 signature is over the UTF-8 bytes of the challenge text. Without a challenge: 401 with a fresh one. */
export const keyAuthRequest = z.object({
  pubkey: publicKeyText,
  challenge: z.string().max(512).optional(),
  signature: signatureText.optional(),
});
/** The same by `signmessage` of the address's wallet. Without `challenge`: over any challenge that the relay gave for it lately. */
export const addressAuthRequest = z.object({
  emc_address: emercoinAddressText,
  challenge: z.string().max(512).optional(),
  signature: z.string().max(200).optional(),
});
/** The same by the key of a WORM record, as this relay's node shows it. */
export const wormAuthRequest = z.object({
  worm: wormNameText,
  challenge: z.string().max(512).optional(),
  signature: signatureText.optional(),
});
export const authRequest = z.union([keyAuthRequest, addressAuthRequest, wormAuthRequest]);
export type AuthRequest = z.infer<typeof authRequest>;
export const authReply = z.object({ token: z.string().min(20), token_type: z.literal("Bearer"), expires: unixSeconds });
export type AuthReply = z.infer<typeof authReply>;

/**
 * Which run of the relay's store a cursor was given in: who keeps a cursor keeps this with it, and sends both. After the relay was restored
 * from a backup it is another one, and reading goes on where the backup ends. Relays before it give none.
 */
export const cursorEpoch = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, "1-64 letters of base64url");

/** `POST /auth/revoke` with a token: it ends, or with `all` every token of its key. */
export const revokeRequest = z.strictObject({ all: z.boolean().default(false) });
export const revokeReply = z.object({ status: z.literal("revoked") });

/** A message in a mailbox. The short form has no id of its own, no `seq`, `ts` or `rental_id` from the box: the relay adds them. */
export const mailboxMessage = z.object({
  cursor: z.int().min(1),
  v: envelopeVersion,
  id: messageIdText,
  listing_id: listingIdText,
  rental_id: rentalIdText,
  seq: sequence.nullable(),
  ts: unixSeconds,
  envelope: envelopeText,
  signature: signatureText,
  /** `message`: over the canonical header; `envelope_text`: the seed's short form. */
  signature_scope: z.enum(["message", "envelope_text"]),
  provider: publicKeyText,
});
export type MailboxMessage = z.infer<typeof mailboxMessage>;

/**
 * `GET /sms?after=&limit=&rental_id=&epoch=`; `next` and `epoch` are what to ask with next time; `more` says whether it pays to ask at once.
 * `next` is lower than `after` where that was of another run.
 */
export const mailboxPage = z.object({
  messages: z.array(mailboxMessage),
  next: z.int().min(0),
  more: z.boolean(),
  epoch: cursorEpoch.optional(),
});
export type MailboxPage = z.infer<typeof mailboxPage>;

/** `ptool_receipt` form. Here the renter says to the provider: I have read what hashes to `msg_hash`. */
export const receipt = z.strictObject({
  msg_hash: hashText,
  ts: z.string().max(40),
  from: publicKeyText,
  to: z.union([publicKeyText, z.strictObject({ listing: listingIdText })]),
  sig: signatureText,
});
export type Receipt = z.infer<typeof receipt>;

export const forwardStatus = z.enum(["delivered", "queued", "duplicate"]);
/**
 * `POST /forward`, status 200. `receipt`: the relay's word that the message is durable there; relays before it give none. `delivered`: pushed to a connected renter; `queued`: kept until the renter
 * asks.
 */
export const forwardReply = z.object({ status: forwardStatus, id: messageIdText, receipt: receipt.optional() });
export type ForwardReply = z.infer<typeof forwardReply>;

/** `POST /sms/ack`: at most 500 receipts. The reply names each hash once. */
export const ackRequest = z.object({ receipts: z.array(receipt).min(1).max(500) });
export const ackReply = z.object({
  accepted: z.array(hashText),
  refused: z.array(z.object({ msg_hash: hashText, code: z.string() })),
});
export type AckReply = z.infer<typeof ackReply>;

/** `GET /rentals` for the renter who asks. */
export const rentalsReply = z.object({
  rentals: z.array(z.object({ grant: rentalGrant, state: z.enum(["active", "ended"]), last_seq: z.int().min(0) })),
});
export type RentalsReply = z.infer<typeof rentalsReply>;

/** Names one run of a box's database: a box that was restored from a backup is another one to its relay. */
const boxInstance = z.string().regex(/^[0-9a-f]{32}$/, "32 hex digits");

/** `PUT /provider/box`: this box has the provider's identity from now on. `replaced`: another one had it before. */
export const claimRequest = z.object({ instance: boxInstance });
export const claimReply = z.object({ status: z.enum(["first", "same", "replaced"]) });

/** `PUT /provider/heartbeat`: the box is there. Asking for questions says the same. */
export const heartbeatReply = z.object({ status: z.literal("ok"), time: unixSeconds });

/** `GET /provider/rentals?after=` for the provider who asks: the newest grants he has registered here, by rental id. */
export const providerRentalsPage = z.object({
  rentals: z.array(z.object({ grant: rentalGrant, last_seq: z.int().min(0) })),
  next: z.union([rentalIdText, z.literal("")]),
  more: z.boolean(),
});
export type ProviderRentalsPage = z.infer<typeof providerRentalsPage>;

/** `GET /provider/messages?rental_id=&after=` for the provider who asks: what the relay has taken of a rental, by `seq`. */
export const providerMessagesPage = z.object({
  messages: z.array(
    z.object({ id: messageIdText, seq: sequence, hash: hashText, /** Unix ms. */ stored_at: z.int().min(0) }),
  ),
  next: z.int().min(0),
  more: z.boolean(),
});
export type ProviderMessagesPage = z.infer<typeof providerMessagesPage>;

/** `GET /provider/receipts?after=&epoch=` for the provider who asks: renters' receipts in order of arrival. `box`: who has the identity now. */
export const providerReceiptsPage = z.object({
  box: boxInstance.optional(),
  receipts: z.array(z.object({ cursor: z.int().min(1), id: messageIdText, rental_id: rentalIdText, receipt })),
  next: z.int().min(0),
  more: z.boolean(),
  epoch: cursorEpoch.optional(),
});
export type ProviderReceiptsPage = z.infer<typeof providerReceiptsPage>;

/**
 * First frame on `/ws`; `after` resumes behind that cursor, which was given in `epoch`. `rentals`: tell of grants, too; clients of before end
 * at a frame that they do not know, so that it has to be asked for.
 */
export const wsClientFrame = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("auth"),
    token: z.string().max(512),
    after: z.int().min(0).optional(),
    rentals: z.boolean().optional(),
    epoch: cursorEpoch.optional(),
  }),
  z.object({ type: z.literal("ack"), receipts: z.array(receipt).min(1).max(500) }),
  z.object({ type: z.literal("ping") }),
]);
export type WsClientFrame = z.infer<typeof wsClientFrame>;

export const wsServerFrame = z.discriminatedUnion("type", [
  /** `after`: where it goes on; lower than was asked for where that was of another run. */
  z.object({
    type: z.literal("ready"),
    protocol: z.literal(1),
    after: z.int().min(0),
    epoch: cursorEpoch.optional(),
  }),
  /** `encrypted_message` repeats `envelope` for the seed's clients. */
  z.object({ type: z.literal("sms"), encrypted_message: envelopeText, ...mailboxMessage.shape }),
  z.object({ type: z.literal("ack"), ...ackReply.shape }),
  /** A grant came, or changed: `GET /rentals` has it. */
  z.object({ type: z.literal("rental"), rental_id: rentalIdText }),
  z.object({ type: z.literal("pong") }),
  z.object({ type: z.literal("error"), code: z.string(), error: z.string() }),
]);
export type WsServerFrame = z.infer<typeof wsServerFrame>;

/** Every refusal of the relay: `error` for people, `code` for programs, `hint` says what to do next. */
export const relayProblem = z.object({
  error: z.string(),
  code: z.string(),
  hint: z.string().optional(),
  challenge: z.string().optional(),
  expires: unixSeconds.optional(),
  /** What the relay wants to be worked for before it looks at this. */
  work: workDemand.optional(),
});
export type RelayProblem = z.infer<typeof relayProblem>;

/** The place in `/rentals/{rental_id}`. */
export const rentalPlace = z.strictObject({ rental_id: rentalIdText });

/** `GET /health`. */
export const healthReply = z.object({ status: z.literal("ok") });

/** What a client needs of `GET /info` of a relay. */
export const relayInfo = z.object({
  version: z.string().max(100),
  protocol: z.literal(1),
  verify: z.string().max(100),
  /** Where the relay takes calls. */
  voice: relayVoice.optional(),
  /** Its addresses, in the order in which its operator prefers them. */
  endpoints: z.array(z.string().max(500)).max(16).optional(),
});
export type RelayInfo = z.infer<typeof relayInfo>;
/** `GET /info` as a relay answers now. */
export const relayInfoReply = relayInfo.extend({
  /** Who runs it, whom to tell of abuse, and where it stands: as its operator says, nobody checks it. */
  operator: z.string().max(200).optional(),
  abuse_contact: z.string().max(200).optional(),
  region: z.string().max(64).optional(),
  /** What the relay takes of a payment, EMC: nothing, renters pay providers directly. */
  fee: z.literal("0"),
  name: z.literal("numberbox-relay"),
  /** The run that cursors are given in now. */
  epoch: cursorEpoch,
  /** By which it judges times. */
  time: unixSeconds,
});
