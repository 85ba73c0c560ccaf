// What a box says of an order, before it is signed. Pure.

import { type AppError, type CryptoSuite, shortEmc, type UnixMs } from "../../base/index.ts";
import type { OrderAnswer, PaymentRequirement, RandpayPayment, RentRequest } from "../../protocol/index.ts";
import { type EscrowFile, escrowFileText, newEscrowFile } from "../escrow/escrow-file.ts";
import type { IssuedChap, Order, StoredTicket } from "../payments/model.ts";
import { stillDue } from "../payments/order-machine.ts";
import { ticketValue } from "../payments/ticket-check.ts";
import { rentRequestHash } from "./order-answer.ts";

export interface AnswerDraft {
  readonly request: RentRequest;
  /** base64url verify key. */
  readonly provider: string;
  /** Null where none could be made. */
  readonly order: Order | null;
  readonly payment: PaymentRequirement | null;
  readonly ticket: StoredTicket | null;
  readonly problem: AppError | null;
  readonly now: UnixMs;
}

const secondsOf = (at: UnixMs): number => Math.floor(at / 1000);

export function randpayRequirement({ text, amount, risk, expiresAt }: IssuedChap): RandpayPayment {
  return {
    method: "randpay",
    chap: text,
    amount: shortEmc(amount),
    risk,
    expected: shortEmc(ticketValue(amount, risk)),
    expires_at: secondsOf(expiresAt),
  };
}

export function emcRequirement(order: Order, address: string): PaymentRequirement {
  return { method: "emc", address, amount: shortEmc(stillDue(order)), expires_at: secondsOf(order.expiresAt) };
}

/** The policy with its signatures: what came later is in the parties' copies. */
export function escrowRequirement(order: Order, { policy, signatures }: EscrowFile): PaymentRequirement {
  return {
    method: "escrow",
    document: escrowFileText({ ...newEscrowFile(policy), signatures }),
    amount: shortEmc(policy.amount),
    expires_at: secondsOf(order.expiresAt),
  };
}

function orderMembers(order: Order | null, now: UnixMs) {
  if (order === null) {
    const nothing = { price: "0", per_sms: "0", due: "0", received: "0" };
    return { state: "refused" as const, rental_id: null, ...nothing, expires_at: secondsOf(now) };
  }
  return {
    state: order.state,
    rental_id: order.rentalId,
    price: shortEmc(order.price),
    per_sms: shortEmc(order.perSms),
    due: shortEmc(order.due),
    received: shortEmc(order.received),
    expires_at: secondsOf(order.expiresAt),
  };
}

function ticketMember(ticket: StoredTicket | null): OrderAnswer["ticket"] {
  if (ticket === null) return null;
  const outcome = ticket.state === "lost" ? "lost" : "won";
  return { txid: ticket.id, outcome, win_tx: outcome === "won" ? ticket.winHex : null };
}

export function draftAnswer(suite: CryptoSuite, draft: AnswerDraft): Omit<OrderAnswer, "signature"> {
  const { request, provider, order, payment, ticket, now } = draft;
  const problem = draft.problem ?? order?.problem ?? null;
  return {
    v: 1,
    type: "numberbox-order",
    order_id: request.order_id,
    listing_id: request.listing_id,
    provider,
    request: rentRequestHash(suite, request),
    ...orderMembers(order, now),
    payment,
    ticket: ticketMember(ticket),
    problem:
      problem === null
        ? null
        : {
            code: problem.code.slice(0, 64),
            message: problem.message.slice(0, 300),
            hint: (problem.hint ?? "").slice(0, 300),
          },
    answered_at: secondsOf(now),
  };
}
