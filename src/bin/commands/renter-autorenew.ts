// `renter autorenew`: which rentals this machine renews by itself, and the loop that does it where a node's wallet is at hand. Also what
// `inbox --follow` and `telegram` use of it: they hold keys that another process then cannot open.

import type { RentalGrant } from "../../protocol/index.ts";
import { type RenewalPlan, readOrderFile, writeOrderFile } from "../../renter/index.ts";
import type { CliIo, ExitCode } from "../cli-io.ts";
import { namesNode } from "./node-option.ts";
import { RenewalBook } from "./renewal-book.ts";
import { type HeldRental, RenewalKeeper, type RenewalNews } from "./renewal-keeper.ts";
import { renewalOrder } from "./renter-change.ts";
import { type OpenRenter, type RenterOptions, stateRoot } from "./renter-open.ts";
import { openOrders, type PayOptions, refuse, workOrder } from "./renter-order.ts";
import { openRental } from "./renter-own-rentals.ts";
import { createPrinter, type Printer } from "./renter-print.ts";

export interface AutoRenewOptions extends RenterOptions {
  readonly times?: number;
  readonly budget?: string;
  readonly duration: RenewalPlan["duration"];
  readonly sms: number;
  readonly hoursBefore?: number;
  readonly off?: boolean;
  readonly run?: boolean;
  readonly once?: boolean;
}

type Held = { readonly renter: OpenRenter; readonly keyfile: string };

const payOptions = (options: RenterOptions, { budget }: RenewalPlan): PayOptions & { readonly method: "randpay" } => ({
  ...options,
  ...{ method: "randpay", budget, capped: true },
});

async function freshGrant(io: CliIo, { clients, state }: OpenRenter, rental: string): Promise<RentalGrant | undefined> {
  const sink = { messages: async () => {}, refused: () => {} };
  for (const client of clients) await client.rentals(sink, io.signal);
  return state.grant(rental);
}

/** `close`: what is to be done with the key afterwards. */
function heldRental(
  io: CliIo,
  options: RenterOptions,
  { held, rental, printer, close }: { held: Held; rental: string; printer: Printer; close: () => Promise<void> },
): HeldRental {
  const { renter } = held;
  return {
    grant: renter.state.grant(rental),
    fresh: () => freshGrant(io, renter, rental),
    order: (plan) => {
      const { duration, sms } = plan;
      return renewalOrder(io, held, rental, { ...payOptions(options, plan), duration, sms });
    },
    work: async (order, plan) => {
      const folder = await openOrders(io, options);
      await workOrder(io, order, payOptions(options, plan), { renter, folder, printer });
    },
    close,
  };
}

const NEWS: Readonly<Record<Exclude<RenewalNews["kind"], "failed">, string>> = {
  ordered: "is being renewed",
  resumed: "is being renewed: going on with the order",
  renewed: "is renewed",
  spent: "is not renewed: all renewals that were allowed are made",
  over: "has ended; it is not renewed any more",
};

function tellNews(printer: Printer, json: boolean, rental: string, news: RenewalNews): void {
  if (news.kind === "failed") {
    printer.note(`Rental ${rental} could not be renewed; it is tried again.`);
    return printer.problem(news.error);
  }
  if (json) return printer.line({ type: "renewal", rental_id: rental, ...news });
  const left = news.kind === "renewed" ? `; ${news.left} more allowed` : "";
  printer.note(`Rental ${rental} ${NEWS[news.kind]}${left}.`);
}

/**
 * What renews rentals beside a command that holds the keys `opened`: of these it renews, and with `others` also of those that no process
 * holds. Null where nothing is planned, or no node is named to pay from, which is told.
 */
export async function renewalKeeper(
  io: CliIo,
  options: RenterOptions,
  { opened, others }: { readonly opened: () => readonly Held[]; readonly others: boolean },
): Promise<RenewalKeeper | null> {
  const json = options.json === true;
  const printer = createPrinter(io, json);
  const book = await RenewalBook.open(stateRoot(io, options.state), io.clock);
  if (!namesNode(io, options)) {
    if ((await book.all()).length > 0)
      printer.note("Rentals that are to be renewed by themselves are not: name the node that pays, with --node.");
    return null;
  }
  const open = async (rental: string): Promise<HeldRental | null> => {
    const own = opened().find(({ renter }) => renter.state.grant(rental) !== undefined);
    const common = { rental, printer };
    if (own !== undefined) return heldRental(io, options, { ...common, held: own, close: async () => {} });
    if (!others) return null;
    const held = await openRental(io, options, rental);
    return heldRental(io, options, { ...common, held, close: () => held.renter.state.close() });
  };
  const orders = await openOrders(io, options);
  return new RenewalKeeper({
    ...{ clock: io.clock, book, open },
    readOrder: (id) => readOrderFile(orders, id),
    keepOrder: (order) => writeOrderFile(orders, order),
    tell: (rental, news) => tellNews(printer, json, rental, news),
  });
}

function planText({ rental, left, duration, budget }: RenewalPlan): string {
  return `rental ${rental}  ${left} more times  ${duration}  at most ${budget} EMC each\n`;
}

async function show(io: CliIo, book: RenewalBook, json: boolean): Promise<ExitCode> {
  const plans = await book.all();
  for (const plan of plans) {
    if (json) createPrinter(io, true).line({ type: "renewal_plan", ...plan });
    else io.out(planText(plan));
  }
  if (plans.length === 0 && !json) io.out("No rental is renewed by itself.\n");
  return 0;
}

/** Throws `market.no_cap`: without both caps nothing is renewed by itself. */
function planned(rental: string, options: AutoRenewOptions, before: RenewalPlan | null): RenewalPlan {
  const { times, budget, duration, sms, hoursBefore } = options;
  if (times === undefined || budget === undefined) {
    throw refuse(
      "market.no_cap",
      "how often, and for how much, is to be said",
      "Give --times COUNT and --budget EMC, the most that may leave your wallet each time; or --off.",
    );
  }
  return {
    ...{ v: 1, rental, duration, sms, budget, left: times, hours_before: hoursBefore ?? null },
    last: before?.last ?? null,
  };
}

async function run(io: CliIo, options: AutoRenewOptions): Promise<ExitCode> {
  const keeper = await renewalKeeper(io, options, { opened: () => [], others: true });
  if (keeper === null) throw refuse("market.no_node", "no node is named that pays", "Give its address with --node.");
  if (options.once === true) await keeper.pass(io.signal);
  else await keeper.run(io.signal);
  return keeper.failure === null ? 0 : 1;
}

/** Rejects with `market.no_cap`, `market.no_node`, `renter.*`. */
export async function runAutoRenew(
  io: CliIo,
  rental: string | undefined,
  options: AutoRenewOptions,
): Promise<ExitCode> {
  if (options.run === true || options.once === true) return await run(io, options);
  const json = options.json === true;
  const book = await RenewalBook.open(stateRoot(io, options.state), io.clock);
  if (rental === undefined) return await show(io, book, json);
  if (options.off === true) {
    await book.change(rental, () => null);
    if (!json) io.out(`Rental ${rental} is not renewed by itself any more. An order that was made goes on.\n`);
    return 0;
  }
  // That it is a rental of this machine, and whose, is found out now rather than at its end.
  const { renter } = await openRental(io, options, rental);
  await renter.state.close();
  const plan = await book.change(rental, (before) => planned(rental, options, before));
  if (json) createPrinter(io, true).line({ type: "renewal_plan", ...plan });
  else if (plan !== null) {
    io.out(planText(plan));
    io.out("It is renewed while this runs:  numberbox renter autorenew --run --node URL\n");
    io.out(
      "  or `renter inbox --follow` or `renter telegram`, also with --node. What it costs now: renter renew --dry-run\n",
    );
  }
  return 0;
}
