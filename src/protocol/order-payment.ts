// How an order is paid: what the renter asks for, hands in, and is asked for.

import { z } from "zod";
import { escrowParty } from "./escrow.ts";
import { messageIdText, publicKeyText, signatureText, unixSeconds } from "./text.ts";

/** 32 lower-case hex digits, chosen by the renter: asking again with it makes no second order. */
export const orderIdText = messageIdText;
/** Decimal of EMC, at most six digits behind the point. */
export const emcPrice = z.string().regex(/^\d{1,10}(\.\d{1,6})?$/, "a decimal of EMC");

/** Ways to pay that ask nothing more of an order. */
export const plainPayMethod = z.enum(["randpay", "emc"]);
export const payMethod = z.enum([...plainPayMethod.options, "escrow"]);

/** How an order is paid. `arbiter`: verify key of one whom the listing names; `key` and `address` are of the renter's wallet. */
export const rentPayment = z.discriminatedUnion("method", [
  z.strictObject({ method: plainPayMethod }),
  z.strictObject({
    method: z.literal("escrow"),
    arbiter: publicKeyText,
    /** His fee as the listing has it: the order is for no other terms. */
    fees_bps: z.int().min(0).max(10_000),
    key: escrowParty.shape.key,
    address: escrowParty.shape.address,
  }),
]);
export type RentPayment = z.infer<typeof rentPayment>;
/** What an order says of an escrow. */
export type RentEscrow = Extract<RentPayment, { readonly method: "escrow" }>;

/** Twice the hex of a ticket with fifty coins. */
export const ticketHex = z
  .string()
  .regex(/^(?:[0-9a-f]{2})+$/, "lower-case hex")
  .max(32_768);
export const chapText = z.string().max(80);

/** `POST /payments/chap`: another way to pay what is still due. `POST /payments/ticket`: a RANDPAY ticket for one. */
export const rentChapRequest = z.strictObject({ order_id: orderIdText });
export const rentTicketRequest = z.strictObject({ order_id: orderIdText, chap: chapText, tx: ticketHex });
export type RentTicketRequest = z.infer<typeof rentTicketRequest>;
/** Of an escrow that is not paid out: its payment may have many coins. */
export const orderEscrowText = z.string().max(32 * 1024);
/** `POST /payments/escrow`: the renter's copy of the escrow that pays for an order. */
export const rentEscrowRequest = z.strictObject({ order_id: orderIdText, document: orderEscrowText });
export type RentEscrowRequest = z.infer<typeof rentEscrowRequest>;

/** A RANDPAY challenge. */
export const randpayPayment = z.strictObject({
  method: z.literal("randpay"),
  chap: chapText,
  /** What a ticket pays if it wins; one of `risk` does. */
  amount: emcPrice,
  risk: z.int().min(1).max(0x7fffffff),
  /** What a ticket is credited with, win or lose. */
  expected: emcPrice,
  expires_at: unixSeconds,
});
export type RandpayPayment = z.infer<typeof randpayPayment>;

/** What the provider wants, as HTTP 402 would say it. */
export const paymentRequirement = z.discriminatedUnion("method", [
  randpayPayment,
  z.strictObject({ method: z.literal("emc"), address: z.string().max(100), amount: emcPrice, expires_at: unixSeconds }),
  /** `document`: the escrow's text, signed by the provider, without what came later. It counts once its coins are deep in the chain. */
  z.strictObject({
    method: z.literal("escrow"),
    document: orderEscrowText,
    amount: emcPrice,
    expires_at: unixSeconds,
  }),
]);
export type PaymentRequirement = z.infer<typeof paymentRequirement>;

/** The most challenges of one provider that a relay holds at a time. */
export const MAX_POOLED_CHAPS = 64;
/**
 * A challenge that a provider leaves with its relay, for whichever order comes first. The signature is the provider's, over the canonical
 * JSON of all other members: a relay has none of its own to give.
 */
export const pooledChap = z.strictObject({
  v: z.literal(1),
  type: z.literal("numberbox-chap"),
  provider: publicKeyText,
  payment: randpayPayment,
  signature: signatureText,
});
export type PooledChap = z.infer<typeof pooledChap>;

/** `PUT /provider/chaps` replaces all that the relay holds; an empty list withdraws them. */
export const putChaps = z.strictObject({ chaps: z.array(pooledChap).max(MAX_POOLED_CHAPS) });
/** `held`: how many the relay has now. What it gave to an order before is not among them. */
export const putChapsReply = z.object({ status: z.literal("taken"), held: z.int().min(0) });
/** `GET /provider/chaps`: the texts of those that no order has yet. */
export const leftChaps = z.object({ chaps: z.array(chapText) });
export type LeftChaps = z.infer<typeof leftChaps>;
