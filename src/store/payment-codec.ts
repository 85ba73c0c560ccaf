// The payments' records as JSON text in their rows: what a state machine keeps is read and written whole.

import { z } from "zod";
import { lineId, listingId, type MicroEmc, microEmc, rentalId, type UnixMs, unixMs } from "../base/index.ts";
import type { Deposit, IssuedChap, Order, PayerFlag, StoredTicket, Sweep } from "../core/index.ts";
import { parseJsonWith, problemBody } from "../protocol/index.ts";

const amount = z.int().transform((value): MicroEmc => microEmc(value));
const time = z.int().transform((value): UnixMs => unixMs(value));
const rental = z.string().transform((text) => rentalId(text));
const problem = problemBody.nullable();
const coin = z.object({ txid: z.string(), vout: z.int() });

const chap: z.ZodType<IssuedChap> = z.object({
  text: z.string(),
  amount,
  risk: z.int(),
  state: z.enum(["pool", "offered", "used", "spent", "expired", "void"]),
  issuedAt: time,
  expiresAt: time,
  orderId: z.string().nullable(),
});

const ticket: z.ZodType<StoredTicket> = z.object({
  id: z.string(),
  chap: z.string(),
  orderId: z.string(),
  rentalId: rental,
  payer: z.string(),
  hex: z.string(),
  amount,
  risk: z.int(),
  value: amount,
  address: z.string(),
  coins: z.array(coin),
  state: z.enum(["deciding", "lost", "won", "settled", "displaced", "refused"]),
  receivedAt: time,
  changedAt: time,
  winTxid: z.string().nullable(),
  winHex: z.string().nullable(),
  sweepId: z.string().nullable(),
  problem,
});

const order: z.ZodType<Order> = z.object({
  id: z.string(),
  kind: z.enum(["rental", "topup", "renewal", "upgrade", "cancel"]),
  rentalId: rental,
  lineId: z.string().transform((text) => lineId(text)),
  listingId: z.string().transform((text) => listingId(text)),
  tier: z.string(),
  days: z.int(),
  renter: z.object({ verify: z.string(), encrypt: z.string() }),
  envelopeVersion: z.union([z.literal(1), z.literal(2)]),
  method: z.enum(["randpay", "emc", "escrow"]),
  price: amount,
  perSms: amount,
  due: amount,
  received: amount,
  address: z.string().nullable(),
  state: z.enum(["quoted", "paying", "paid", "granted", "expired", "refused"]),
  chargedSms: z.int(),
  problem,
  createdAt: time,
  expiresAt: time,
  changedAt: time,
});

const deposit: z.ZodType<Deposit> = z.object({
  ...coin.shape,
  address: z.string(),
  orderId: z.string(),
  amount,
  state: z.enum(["seen", "credited", "reversed", "settled"]),
  confirmations: z.int(),
  credits: z.int(),
  changedAt: time,
});

const sweep: z.ZodType<Sweep> = z.object({
  id: z.string(),
  hex: z.string(),
  address: z.string(),
  amount,
  fee: amount,
  state: z.enum(["signed", "confirmed", "failed"]),
  createdAt: time,
  changedAt: time,
});

const flag: z.ZodType<PayerFlag> = z.object({ payer: z.string(), displaced: z.int(), at: time });

const reader =
  <T>(schema: z.ZodType<T>, what: string) =>
  (text: string): T =>
    parseJsonWith(schema, text, "store.bad_row", what);

export const readChap = reader(chap, "a challenge");
export const readTicket = reader(ticket, "a ticket");
export const readOrder = reader(order, "an order");
export const readDeposit = reader(deposit, "a deposit");
export const readSweep = reader(sweep, "a sweep");
export const readFlag = reader(flag, "a payer's flag");
