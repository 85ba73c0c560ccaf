// The life of a ticket, pure: what each answer of the node proves, and what is booked for it.
//
// What is provable of a ticket whose answer got lost: the node imports the key of a win into our wallet before it sends anything, so the
// ticket's address is ours if and only if it won; a challenge is erased by every decision, so one that is gone without such a key was
// lost. If the node forgot the challenge by a restart instead, nobody can ever tell: the renter, who gave a good ticket, gets its value.

import { type AppError, assertNever, type ErrorCode, hours, type UnixMs } from "../../base/index.ts";
import type { RandpayVerdict } from "../chain/ports-chain.ts";
import { ticketDecided, winDisplaced } from "./entries.ts";
import type { JournalEntry } from "./ledger.ts";
import type { ChapState, StoredTicket } from "./model.ts";
import { paymentError, problemOf } from "./payment-errors.ts";

export type TicketInput =
  | { readonly type: "verdict"; readonly verdict: RandpayVerdict; readonly expected: number }
  /** The node did not act on it, or will not have it. `asked`: an earlier call may have been acted on. */
  | { readonly type: "fault"; readonly error: AppError; readonly asked: boolean }
  /** Its address is in our wallet. */
  | { readonly type: "owned" }
  | { readonly type: "win_known"; readonly txid: string; readonly hex: string }
  | { readonly type: "win_deep" }
  /** In mempool or chain, not deep. */
  | { readonly type: "win_seen" }
  /** In neither, and its coins are spent. */
  | { readonly type: "win_gone" };

/** What a won ticket is, also after its coins were spent elsewhere. */
export const WON_STATES: readonly StoredTicket["state"][] = ["won", "settled", "displaced"];

export interface TicketStep {
  readonly ticket: StoredTicket;
  /** What becomes of its challenge; null leaves it. */
  readonly chap: ChapState | null;
  readonly entries: readonly JournalEntry[];
  /** The node forgot all challenges that it had issued before. */
  readonly nodeForgot?: boolean;
}

type Now = { readonly now: UnixMs };

function same(ticket: StoredTicket): TicketStep {
  return { ticket, chap: null, entries: [] };
}

function decided(ticket: StoredTicket, state: "lost" | "won", { now }: Now): TicketStep {
  const won = state === "won" ? ticket.amount : (0 as typeof ticket.amount);
  return {
    ticket: { ...ticket, state, problem: null, changedAt: now },
    chap: "spent",
    entries: [ticketDecided({ id: ticket.id, at: now, rental: ticket.rentalId }, { value: ticket.value, won })],
  };
}

function refused(ticket: StoredTicket, error: AppError, chap: ChapState, { now }: Now): TicketStep {
  return { ticket: { ...ticket, state: "refused", problem: problemOf(error), changedAt: now }, chap, entries: [] };
}

/** `won && sent` of the node prove nothing: a transaction that answers no challenge gives them too, with risk 0. */
function judge(ticket: StoredTicket, verdict: RandpayVerdict, expected: number, now: Now): TicketStep {
  const ours = verdict.risk === ticket.risk && verdict.expected === expected && verdict.amount === ticket.amount;
  if (ours) return decided(ticket, verdict.won ? "won" : "lost", now);
  const error = paymentError("payment.not_ours", "the node judged the ticket by another challenge than ours", {
    context: { risk: verdict.risk, expected: verdict.expected, amount: verdict.amount },
  });
  return refused(ticket, error, "void", now);
}

/** The node looked at the ticket and will not have it; its challenge stays. */
const REFUSALS: ReadonlySet<ErrorCode> = new Set(["emercoin.rejected", "emercoin.inputs_spent", "emercoin.bad_ticket"]);
/** The node cannot be asked now and has not acted. */
const NOT_NOW: ReadonlySet<ErrorCode> = new Set([
  "emercoin.unreachable",
  "emercoin.busy",
  "emercoin.warming_up",
  "emercoin.syncing",
  "emercoin.bad_credentials",
  "emercoin.no_wallet",
]);

/**
 * `emercoin.locked` is a win that waits for its wallet: kept, and credited when it is sent. What leaves open whether the node acted
 * (`emercoin.no_answer` and the unexpected) is kept too, and looked into before the node is asked again.
 */
function faulted(ticket: StoredTicket, error: AppError, asked: boolean, now: Now): TicketStep {
  if (error.code === "emercoin.unknown_chap") {
    // Asked before: the challenge was consumed, and the address is not ours.
    return asked ? decided(ticket, "lost", now) : { ...refused(ticket, error, "void", now), nodeForgot: true };
  }
  // Asked before and refused now: the coins went elsewhere. If it was lost meanwhile, neither side has lost anything by it.
  if (REFUSALS.has(error.code)) return refused(ticket, error, asked ? "void" : "offered", now);
  if (NOT_NOW.has(error.code) && !asked) return refused(ticket, error, "offered", now);
  return same({ ...ticket, problem: problemOf(error), changedAt: now.now });
}

/** How long a win must be gone from mempool and chain, its coins spent otherwise, until it is given up. */
const GIVE_UP = hours(1);

function gone(ticket: StoredTicket, now: UnixMs): TicketStep {
  if (ticket.problem?.code !== "payment.win_gone") {
    const error = paymentError("payment.win_gone", "the coins of a won ticket were spent otherwise");
    return same({ ...ticket, problem: problemOf(error), changedAt: now });
  }
  if (now < ticket.changedAt + GIVE_UP) return same(ticket);
  return {
    ticket: { ...ticket, state: "displaced", changedAt: now },
    chap: null,
    entries: [winDisplaced({ id: ticket.id, at: now, rental: ticket.rentalId }, ticket.amount)],
  };
}

/** One step. A state that an input does not fit stays as it is: every step may be repeated after a crash. */
export function stepTicket(ticket: StoredTicket, input: TicketInput, now: UnixMs): TicketStep {
  const at = { now };
  switch (input.type) {
    case "verdict":
      return ticket.state === "deciding" ? judge(ticket, input.verdict, input.expected, at) : same(ticket);
    case "fault":
      return ticket.state === "deciding" ? faulted(ticket, input.error, input.asked, at) : same(ticket);
    case "owned":
      return ticket.state === "deciding" ? decided(ticket, "won", at) : same(ticket);
    case "win_known":
      if (ticket.state !== "won") return same(ticket);
      return same({ ...ticket, winTxid: input.txid, winHex: input.hex, changedAt: now });
    case "win_deep":
      return ticket.state === "won" ? same({ ...ticket, state: "settled", changedAt: now }) : same(ticket);
    case "win_seen":
      return ticket.state === "won" && ticket.problem !== null
        ? same({ ...ticket, problem: null, changedAt: now })
        : same(ticket);
    case "win_gone":
      return ticket.state === "won" ? gone(ticket, now) : same(ticket);
    default:
      return assertNever(input, "ticket input");
  }
}

/** A ticket backs itself with its coins: nobody else's ticket may, while this holds. */
export function holdsCoins(ticket: Pick<StoredTicket, "state">): boolean {
  return ticket.state === "deciding" || ticket.state === "won";
}
