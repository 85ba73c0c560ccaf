// An order of the command line, from asking to its grant. What it needs to go on after a crash stands in its file.

import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { AppError, hours, type MicroEmc, millis, parseEmc } from "../../base/index.ts";
import { systemCrypto } from "../../base/system-crypto.ts";
import { type Budget, Payer } from "../../core/index.ts";
import { parseChap } from "../../emercoin/index.ts";
import { nobleCoin } from "../../envelope/index.ts";
import type { OrderAnswer, RentalGrant } from "../../protocol/index.ts";
import {
  awaitGrant,
  emcLine,
  endsOrder,
  type Folder,
  localTime,
  MarketClient,
  type OrderFile,
  Renting,
  type RentingStep,
  readOrderFile,
  visibleLine,
  writeOrderFile,
} from "../../renter/index.ts";
import { openDiskFolder } from "../../renter-node/index.ts";
import type { CliIo } from "../cli-io.ts";
import type { NodeOptions, OpenNode } from "./node-option.ts";
import { marketAccess, openOffers } from "./renter-listings.ts";
import { type OpenRenter, type RenterOptions, stateRoot } from "./renter-open.ts";
import { keepOrderEscrow } from "./renter-order-escrow.ts";
import type { Printer } from "./renter-print.ts";
import { byOrder } from "./renter-way.ts";

export interface PayOptions extends RenterOptions, NodeOptions {
  readonly method: "randpay" | "emc" | "escrow";
  /** EMC. */
  readonly budget: string;
  /** The budget is for all tickets of the order together, over all runs of the program, as if each of them won. */
  readonly capped?: boolean;
}

/** A rental that runs is paid for without escrow. */
export interface ChangePayOptions extends PayOptions {
  readonly method: "randpay" | "emc";
}

export interface OrderParts {
  readonly renter: OpenRenter;
  readonly folder: Folder;
  readonly printer: Printer;
}

export interface DoneOrder {
  readonly answer: OrderAnswer;
  /** Null for the end of a rental, which makes no grant. */
  readonly grant: RentalGrant | null;
}

export const budgetOf = (text: string): Budget => ({
  window: hours(24),
  maxWins: 20,
  maxSessionWins: 20,
  maxSpent: parseEmc(text),
});

export function refuse(code: `market.${string}`, message: string, hint: string): AppError {
  return new AppError(code, message, { hint });
}

export const openOrders = (io: CliIo, options: RenterOptions): Promise<Folder> =>
  openDiskFolder(join(stateRoot(io, options.state), "orders"));

/** All orders made here, in no order. Throws as `readOrderFile`. */
export async function allOrders(folder: Folder): Promise<readonly OrderFile[]> {
  const names = await readdir(folder.path).catch(() => []);
  const ids = names.flatMap((name) => /^([0-9a-f]{32})\.json$/.exec(name)?.[1] ?? []);
  const orders = await Promise.all(ids.map((id) => readOrderFile(folder, id)));
  return orders.filter((order) => order !== null);
}

/** Throws `market.unknown_order`. */
export async function resumed(folder: Folder, id: string): Promise<OrderFile> {
  const order = await readOrderFile(folder, id);
  if (order !== null) return order;
  throw refuse(
    "market.unknown_order",
    "no order of this id was made here",
    "Make a new one: numberbox renter rent LISTING",
  );
}

function overBudget(budget: string): AppError {
  return new AppError("payment.over_budget", `another ticket could cost more than the ${budget} EMC that are allowed`, {
    hint: "See what has become of the order: numberbox renter rent --resume ORDER",
  });
}

async function payerAt(io: CliIo, own: OpenNode, budget: Budget): Promise<Payer> {
  const { network } = await own.node.status();
  const { random } = io;
  const now = () => io.clock.now();
  return new Payer({ node: own.node, crypto: nobleCoin, random, network, now, budget, lock: millis(900_000) });
}

function clockText(ahead: number): string {
  const off = `${Math.round(Math.abs(ahead) / 60_000)} min ${ahead > 0 ? "ahead of" : "behind"}`;
  return `The clock of this machine is ${off} the relay's: set it. The order goes by the relay's clock.`;
}

function stepText(step: RentingStep): string {
  switch (step.type) {
    case "quoted":
      return `The provider's quote: ${step.answer.due} EMC, signed and checked.`;
    case "ticket":
      return `Sending a ticket of ${emcLine(step.ticket.amount)} (1 in ${step.risk}).`;
    case "outcome":
      return `The ticket ${step.outcome}; credited ${emcLine(step.received)} of ${emcLine(step.due)}.`;
    case "pay_to":
      return `Pay ${emcLine(step.amount)} to ${visibleLine(step.address)} by ${localTime(step.until * 1000)}; waiting for its confirmations.`;
    case "escrow":
      return `An escrow of ${emcLine(step.amount)}. Waiting until it is paid in; this may end and be resumed meanwhile.`;
  }
}

async function paid(io: CliIo, order: OrderFile, options: PayOptions, parts: OrderParts): Promise<OrderAnswer> {
  const { renter, folder, printer } = parts;
  const { request, provider, rental, per_sms } = order;
  const { own } = await openOffers(io, byOrder(options, order));
  const access = await marketAccess(io, byOrder(options, order));
  let kept = order;
  const keepTicket = async (chap: string, tx: string): Promise<void> => {
    const tickets = (kept.tickets ?? 0) + parseChap(chap).amount;
    if (options.capped === true && tickets > parseEmc(options.budget)) throw overBudget(options.budget);
    kept = { ...kept, ticket: { chap, tx }, tickets };
    await writeOrderFile(folder, kept);
  };
  try {
    const { identity, state } = renter;
    const { clock } = io;
    const market = new MarketClient({ ...access, identity, crypto: systemCrypto, state, clock });
    const renting = new Renting(
      {
        market,
        suite: systemCrypto,
        clock,
        payer: own === null ? null : await payerAt(io, own, budgetOf(options.budget)),
        tell: (step) => {
          if (options.json === true) printer.line({ type: "step", step: step.type });
          else printer.note(stepText(step));
          if (step.type === "quoted" && market.time.ahead !== 0) printer.note(clockText(market.time.ahead));
        },
        keepTicket,
        keepEscrow: (_answer, document) => keepOrderEscrow(printer, parts, order, document),
      },
      { request, provider, agreed: { rental: rental as MicroEmc, perSms: per_sms as MicroEmc } },
    );
    return await renting.run(io.signal, order.ticket);
  } finally {
    own?.close();
  }
}

function grantOf(
  { clock, signal }: CliIo,
  { clients, state }: OpenRenter,
  answer: OrderAnswer,
  before: RentalGrant | undefined,
): Promise<RentalGrant> {
  const sink = { messages: async () => {}, refused: () => {} };
  const sync = async (stop: AbortSignal): Promise<void> => {
    for (const client of clients) await client.sync(sink, stop);
  };
  return awaitGrant({ clock, answer, before, sync, known: (rental) => state.grant(rental) }, signal);
}

/**
 * Goes on with an order until it is done, and notes in its file that it is. Rejects with `market.*`, `payment.*`, `renter.*`, `emercoin.*`
 * or `base.stopped`; what is retryable can be taken up again.
 */
export async function workOrder(
  io: CliIo,
  order: OrderFile,
  options: PayOptions,
  parts: OrderParts,
): Promise<DoneOrder> {
  const { renter, folder } = parts;
  const { change, order_id: id } = order.request;
  const before = change === undefined ? undefined : renter.state.grant(change.rental_id);
  const end = async (outcome: string): Promise<void> =>
    writeOrderFile(folder, { ...(await resumed(folder, id)), done: outcome });
  try {
    const answer = await paid(io, order, options, parts);
    const grant = change?.kind === "cancel" ? null : await grantOf(io, renter, answer, before);
    await end("granted");
    return { answer, grant };
  } catch (error) {
    if (endsOrder(error)) await end(error.code);
    throw error;
  }
}
