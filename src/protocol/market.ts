// The market: listings with the chain's raw evidence, and orders between a renter and a provider who never meet but at a relay.

import { z } from "zod";
import {
  chapText,
  emcPrice,
  orderEscrowText,
  orderIdText,
  payMethod,
  paymentRequirement,
  plainPayMethod,
  pooledChap,
  rentPayment,
  ticketHex,
} from "./order-payment.ts";
import { relayProblem } from "./relay.ts";
import { reputation } from "./reputation.ts";
import { hashText, listingIdText, publicKeyText, rentalIdText, signatureText, unixSeconds } from "./text.ts";

/** A name as the relay's node shows it. Nothing here has to be believed: ask another relay, or a node of your own. */
export const nameEvidence = z.object({
  name: z.string().max(512),
  /** Standard base64. */
  value: z.base64().max(32_768),
  address: z.string().max(100),
  txid: z.string().regex(/^[0-9a-f]{64}$/),
  /** Height of the last block in which the name is active. */
  expires_at: z.int(),
  state: z.enum(["active", "expired", "deleted"]),
});
export type NameEvidenceWire = z.infer<typeof nameEvidence>;

/** `GET /listings/{id}`. The evidence is null where the relay has no node, or the chain no such name. */
export const listingEvidence = z.object({
  listing_id: listingIdText,
  /** Height of the chain at the time of looking; null without a node. */
  height: z.int().nullable(),
  listing: nameEvidence.nullable(),
  worm: nameEvidence.nullable(),
  /** Commitment (hex) of the record that the relay holds; null where it holds none. */
  record: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .nullable(),
  /** Whether nobody rents it through this relay now. */
  available: z.boolean(),
  reputation: reputation.nullable().optional(),
  /** Whether this relay carries orders for it: it has the record, and serves its provider. Relays of before do not say. */
  rentable_here: z.boolean().optional(),
  /** When the provider's box was here last, in Unix seconds; null for never. */
  seen_at: unixSeconds.nullable().optional(),
});
export type ListingEvidenceWire = z.infer<typeof listingEvidence>;

/** `GET /listings/available?after&limit`, in the order of the ids. */
export const listingsPage = z.object({
  height: z.int().nullable(),
  listings: z.array(
    z.object({
      listing_id: listingIdText,
      record: z.boolean(),
      /** Whether this relay carries orders for it: it has the record, and serves its provider. Relays of before do not say. */
      rentable_here: z.boolean().optional(),
      /** Computed from receipts; null where nothing was delivered yet. */
      reputation: reputation.nullable().optional(),
      /** When the provider's box was here last, in Unix seconds; null for never. */
      seen_at: unixSeconds.nullable().optional(),
      /** What the chain says, where it is asked for with `evidence=1`; null where the relay has no node. */
      evidence: z
        .object({
          name: z.string(),
          value: z.base64(),
          txid: z.string().nullable(),
          address: z.string().nullable(),
          expires_at: z.int(),
          /** Missing while only the index was asked, which has the active ones. */
          state: z.enum(["active", "expired", "deleted"]).optional(),
        })
        .nullable()
        .optional(),
      /** The signed record, where it is asked for with `records=1`; null where the relay has none. */
      offchain: z.record(z.string(), z.unknown()).nullable().optional(),
    }),
  ),
  /**
   * Where `evidence=1` is asked for: the identities that the listings of this page name, each once; those that the chain does not have are
   * not there. Relays of before leave it out.
   */
  worms: z.array(nameEvidence).max(100).optional(),
  /** What to give as `after` next; null at the end. */
  next: listingIdText.nullable(),
});
export type ListingsPage = z.infer<typeof listingsPage>;

export const recordReply = z.object({ status: z.enum(["created", "updated", "unchanged"]), commitment: z.string() });
export type RecordReply = z.infer<typeof recordReply>;

export const tierName = z.enum(["sms_only", "sms_voice_video"]);
export const durationName = z.enum(["daily", "weekly", "monthly"]);
const rentalId = rentalIdText;
/** What an order does to a rental that runs. A cancellation costs nothing and gives nothing back; only the renter's key can ask for it. */
export const rentalChange = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("renew"), rental_id: rentalId }),
  z.strictObject({ kind: z.literal("upgrade"), rental_id: rentalId }),
  /** The signature is over the canonical JSON of `{v:1,type:"numberbox-cancel",order_id,rental_id}`. */
  z.strictObject({ kind: z.literal("cancel"), rental_id: rentalId, signature: signatureText }),
]);
export type RentalChange = z.infer<typeof rentalChange>;

/** `POST /rent`. The number is never asked for: only who has paid learns it. */
export const rentRequest = z.strictObject({
  order_id: orderIdText,
  listing_id: listingIdText,
  tier: tierName,
  duration: durationName,
  /** SMS paid for at once, where the listing charges for each. */
  sms: z.int().min(0).max(100_000).default(0),
  renter: z.strictObject({ verify: publicKeyText, encrypt: publicKeyText }),
  /** Escrow is for new rentals alone. */
  payment: rentPayment,
  envelope_version: z.union([z.literal(1), z.literal(2)]),
  /** Without it the order makes a new rental. */
  change: rentalChange.optional(),
});
export type RentRequest = z.infer<typeof rentRequest>;

/** `POST /rentals/{rental_id}/renew` and `…/upgrade`: the relay adds `change` from the address, and the listing and keys of the grant. */
export const renewRequest = z.strictObject({
  order_id: orderIdText,
  tier: tierName,
  duration: durationName,
  sms: z.int().min(0).max(100_000).default(0),
  payment: z.strictObject({ method: plainPayMethod }),
});
/** `POST /rentals/{rental_id}/cancel`: signed as `rentalChange` says. */
export const cancelRequest = z.strictObject({ order_id: orderIdText, signature: signatureText });
/** The order that was made of it: what the provider's answer is checked against. */
export const changeAccepted = z.object({ order_id: orderIdText, status: z.string(), request: rentRequest });

/** The short form: what it costs, and what an order needs. Answered with 402. */
export const rentQuestion = z.strictObject({
  listing_id: listingIdText,
  duration: durationName,
  tier: tierName.optional(),
});
export type RentQuestion = z.infer<typeof rentQuestion>;
/** Amounts are decimals of EMC out of the provider's signed record; the provider's answer to the order counts. */
export const rentQuote = z.object({
  listing_id: listingIdText,
  duration: durationName,
  /** Base64url; signs the record, the answers and the grant. */
  provider: z.string(),
  tiers: z.array(z.object({ tier: tierName, rental: z.string(), per_sms: z.string() })),
  methods: z.array(payMethod),
  /** What the record says of escrow; null where it is no way to pay. */
  escrow: z
    .object({
      arbiters: z.array(z.object({ name: z.string(), verify: z.string() })),
      fees_bps: z.int(),
      dispute_days: z.int(),
      refund_days: z.int(),
    })
    .nullable(),
  /** Members that an order has besides these. */
  needs: z.array(z.string()),
});
export type RentQuote = z.infer<typeof rentQuote>;

export const rentBody = z.union([rentQuestion, rentRequest]);
/** 402 of `POST /rent`. */
export const rentRefused = z.object({ ...relayProblem.shape, payment_required: rentQuote });

export const rentAccepted = z.object({ order_id: orderIdText, status: z.string() });

/** The longest that a relay holds a question open, in seconds. */
export const MAX_WAIT_SECONDS = 25;
export const orderState = z.enum(["quoted", "paying", "paid", "granted", "expired", "refused"]);
export type OrderStateWire = z.infer<typeof orderState>;

/**
 * What the provider says of an order, signed over the canonical JSON of all other members: relays cannot change the price, the way of
 * paying, or whose keys the number is for.
 */
export const orderAnswer = z.strictObject({
  v: z.literal(1),
  type: z.literal("numberbox-order"),
  order_id: orderIdText,
  listing_id: listingIdText,
  provider: publicKeyText,
  /** base64url SHA-256 of the canonical JSON of the request that is answered. */
  request: hashText,
  state: orderState,
  /** Null for a request that is refused. */
  rental_id: rentalIdText.nullable(),
  price: emcPrice,
  per_sms: emcPrice,
  due: emcPrice,
  received: emcPrice,
  expires_at: unixSeconds,
  payment: paymentRequirement.nullable(),
  /** What became of the ticket that is answered; `win_tx` is the whole transaction of one that won. */
  ticket: z
    .strictObject({
      txid: z.string().regex(/^[0-9a-f]{64}$/),
      outcome: z.enum(["won", "lost"]),
      win_tx: ticketHex.nullable(),
    })
    .nullable(),
  problem: z
    .strictObject({ code: z.string().max(64), message: z.string().max(300), hint: z.string().max(300) })
    .nullable(),
  answered_at: unixSeconds,
  signature: signatureText,
});
export type OrderAnswer = z.infer<typeof orderAnswer>;

/** `GET /rent/{order_id}`. `pending`: how many of the renter's questions the provider has not answered yet. */
export const rentStatus = z.object({
  order_id: orderIdText,
  status: z.union([z.literal("requested"), orderState]),
  pending: z.int().min(0),
  answer: orderAnswer.nullable(),
});
export type RentStatus = z.infer<typeof rentStatus>;
/**
 * `POST /payments/chap`. `challenge`: one that the provider had left with the relay, to pay with at once; null or missing where there is
 * none, and the provider's answer has one.
 */
export const rentChapStatus = rentStatus.extend({ challenge: pooledChap.nullable().optional() });
export type RentChapStatus = z.infer<typeof rentChapStatus>;

const common = { id: orderIdText, order_id: orderIdText, request: rentRequest };
/** A question of a renter to a provider. Asked again until it is answered. */
export const providerRequest = z.discriminatedUnion("kind", [
  z.object({ ...common, kind: z.literal("quote") }),
  /** `chap`: the challenge of its pool that the relay has given out for the order already. */
  z.object({ ...common, kind: z.literal("chap"), chap: chapText.optional() }),
  z.object({ ...common, kind: z.literal("ticket"), chap: chapText, tx: ticketHex }),
  z.object({ ...common, kind: z.literal("escrow"), document: orderEscrowText }),
]);
export type ProviderRequest = z.infer<typeof providerRequest>;

/** `GET /provider/requests?after&wait`: what is not answered, oldest first. `open`: orders that are not over, asked for with `open=1`. */
export const providerRequests = z.object({
  requests: z.array(z.object({ cursor: z.int().min(1), request: providerRequest })),
  open: z.array(rentRequest).optional(),
  next: z.int().min(0),
});
export type ProviderRequests = z.infer<typeof providerRequests>;
export const answerReply = z.object({ status: z.enum(["taken", "unchanged"]), order_id: orderIdText });
