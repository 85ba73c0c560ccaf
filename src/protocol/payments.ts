// Payments over REST: `/api/v1/payments`. Amounts are decimals of EMC with six digits.

import { z } from "zod";
import { problemBody } from "./box.ts";
import { emcAmount } from "./chain.ts";
import { envelopeVersion, publicKeyText } from "./text.ts";

const time = z.int().min(0);
const hex32 = z.string().regex(/^[0-9a-f]{32}$/, "32 hex digits");
const emcInput = z.string().regex(/^\d{1,10}(\.\d{1,6})?$/, "EMC with at most six digits behind the point");
const method = z.enum(["randpay", "emc"]);

export const orderView = z.object({
  id: hex32,
  kind: z.enum(["rental", "topup", "renewal", "upgrade", "cancel"]),
  /** Of the rental that it buys or adds to; the rental exists once the order is granted. */
  rental_id: z.string(),
  line: z.string(),
  tier: z.string(),
  days: z.int(),
  method: z.enum([...method.options, "escrow"]),
  price: emcAmount,
  per_sms: emcAmount,
  due: emcAmount,
  received: emcAmount,
  /** What the rental has left. */
  credit: emcAmount,
  /** SMS paid for, counted from the first; null for no limit or where nothing is granted. */
  sms: z.int().nullable(),
  address: z.string().nullable(),
  state: z.enum(["quoted", "paying", "paid", "granted", "expired", "refused"]),
  problem: problemBody.nullable(),
  created_at: time,
  expires_at: time,
});
export type OrderView = z.infer<typeof orderView>;
export const ordersReply = z.object({
  orders: z.array(orderView),
  /** The `after` of the next page; null at the end. */
  next: z.string().nullable().default(null),
});

/** `POST …/payments/orders`: a quote for a line (id or number), or with `rental_id` and `amount` a top-up. */
export const orderRequest = z.union([
  z.strictObject({
    line: z.string().min(1).max(64),
    tier: z.string().max(64).default("sms_only"),
    days: z.int().min(1).max(366),
    sms: z.int().min(0).max(10_000_000).default(0),
    renter: z.strictObject({ verify: publicKeyText, encrypt: publicKeyText }),
    envelope_version: envelopeVersion.default(1),
    method: method.default("randpay"),
    dry_run: z.boolean().default(false),
  }),
  z.strictObject({ rental_id: hex32, amount: emcInput, method: method.default("randpay") }),
]);
export type OrderRequest = z.infer<typeof orderRequest>;

/** `POST …/payments/chaps`: worth what is still due, unless `amount` and `risk` say otherwise. */
export const chapRequest = z.strictObject({
  order_id: hex32,
  amount: emcInput.optional(),
  risk: z.int().min(1).max(0x7fffffff).optional(),
  dry_run: z.boolean().default(false),
});
export const chapView = z.object({
  order_id: hex32,
  /** `amount:risk:window`; null in a dry run. */
  chap: z.string().nullable(),
  amount: emcAmount,
  risk: z.int(),
  /** What a ticket is credited as, win or lose. */
  value: emcAmount,
  expires_at: time.nullable(),
});
export type ChapView = z.infer<typeof chapView>;

/** `POST …/payments/tickets`. */
export const ticketRequest = z.strictObject({ order_id: hex32, ticket: z.string().max(40_000) });
export const ticketView = z.object({
  id: z.string(),
  order_id: hex32,
  rental_id: z.string(),
  amount: emcAmount,
  risk: z.int(),
  value: emcAmount,
  state: z.enum(["deciding", "lost", "won", "settled", "displaced", "refused"]),
  received_at: time,
  win_txid: z.string().nullable(),
  problem: problemBody.nullable(),
});
export type TicketView = z.infer<typeof ticketView>;
/** `win`: the transaction of a win, for the payer to send out as well. */
export const ticketReply = z.object({ ticket: ticketView, win: z.string().nullable(), order: orderView });
export const ticketsReply = z.object({
  tickets: z.array(ticketView),
  /** The `after` of the next page; null at the end. */
  next: z.string().nullable().default(null),
});

/** `POST …/payments/addresses`. */
export const addressRequest = z.strictObject({ order_id: hex32 });
export const addressReply = z.object({ order_id: hex32, address: z.string(), due: emcAmount });

/** `GET …/payments?…`, `…/statement`, `…/tickets`: in milliseconds; the last 30 days unless given. */
export const spanQuery = z.object({
  from: z.coerce.number().int().min(0).optional(),
  to: z.coerce.number().int().min(0).optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
});

export const listOrder = z.enum(["oldest", "newest"]).default("oldest");

/** `after`: the `next` of the page before. `only`: those that won, whatever became of it. */
export const ticketsQuery = spanQuery.extend({
  order: listOrder,
  only: z.enum(["wins"]).optional(),
  after: z
    .string()
    .regex(/^\d{1,15}\.\S{1,100}$/)
    .optional(),
});

export const paymentsView = z.object({
  enabled: z.boolean(),
  balances: z.record(z.string(), emcAmount),
  open_orders: z.int(),
  open_chaps: z.int(),
  undecided: z.int(),
  unsettled_wins: z.int(),
  unswept: emcAmount,
  doubts: z.array(problemBody),
});
export type PaymentsView = z.infer<typeof paymentsView>;

export const statementView = z.object({
  from: time,
  to: time,
  attempts: z.int(),
  wins: z.int(),
  expected_wins: z.number(),
  expected: emcAmount,
  received: emcAmount,
  displaced: emcAmount,
  deviation: emcAmount,
  emc: emcAmount,
  earned: emcAmount,
  fees: emcAmount,
  swept: emcAmount,
  rentals: z.array(
    z.object({
      rental: z.string(),
      attempts: z.int(),
      wins: z.int(),
      expected: emcAmount,
      received: emcAmount,
      charged: emcAmount,
    }),
  ),
  words: z.array(z.string()),
});
export type StatementView = z.infer<typeof statementView>;
