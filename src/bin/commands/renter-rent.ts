// `renter rent`: from a listing to its number. The price is shown before anything is spent; `--dry-run` stops there.

import { join } from "node:path";
import {
  AppError,
  hours,
  listingId,
  type MicroEmc,
  millis,
  parseEmc,
  seconds,
  shortEmc,
  toHex,
} from "../../base/index.ts";
import { systemCrypto } from "../../base/system-crypto.ts";
import { type Budget, budgetProblem, Payer, spendingIn } from "../../core/index.ts";
import { ticketAmount } from "../../emercoin/index.ts";
import { createIdentity, nobleCoin, openGrant, publicKeysToText, serialiseG2 } from "../../envelope/index.ts";
import type { OrderAnswer, RentalGrant, RentRequest } from "../../protocol/index.ts";
import type { RentalDuration, Tier } from "../../registry/index.ts";
import {
  emcLine,
  type Folder,
  judgeOffer,
  type ListingOfferView,
  localTime,
  MarketClient,
  type OrderFile,
  priceOf,
  Renting,
  type RentingStep,
  readOrderFile,
  visibleLine,
  writeOrderFile,
} from "../../renter/index.ts";
import { openDiskFolder } from "../../renter-node/index.ts";
import type { CliIo, ExitCode } from "../cli-io.ts";
import type { NodeOptions, OpenNode } from "./node-option.ts";
import { faultsOf, marketRelay, openOffers } from "./renter-listings.ts";
import { writeNewFile } from "./renter-new-file.ts";
import { type OpenRenter, openRenter, type RenterOptions, stateRoot } from "./renter-open.ts";
import { createPrinter, type Printer } from "./renter-print.ts";

export interface RentOptions extends RenterOptions, NodeOptions {
  readonly tier: Tier;
  readonly duration: RentalDuration;
  readonly sms: number;
  readonly method: "randpay" | "emc";
  /** EMC. */
  readonly budget: string;
  readonly dryRun?: boolean;
  readonly resume?: string;
}

const GRANT_PATIENCE = seconds(60);

const budgetOf = (text: string): Budget => ({
  window: hours(24),
  maxWins: 20,
  maxSessionWins: 20,
  maxSpent: parseEmc(text),
});

function refuse(code: `market.${string}`, message: string, hint: string): AppError {
  return new AppError(code, message, { hint });
}

interface Plan {
  readonly provider: string;
  readonly rental: MicroEmc;
  readonly perSms: MicroEmc;
}

/** What the verified listing asks for. Throws `market.*`. */
function planOf(offer: ListingOfferView | null, { tier, duration }: RentOptions): Plan {
  if (offer === null) {
    throw refuse(
      "market.unknown_listing",
      "neither chain nor relay know this listing",
      "See: numberbox renter listings",
    );
  }
  const [fault] = faultsOf(offer);
  const { keys } = offer.judgement;
  if (fault !== undefined || keys === null) {
    throw refuse(
      "market.not_rentable",
      `the listing cannot be rented: ${fault ?? "it names nobody"}`,
      "Choose another.",
    );
  }
  const terms = offer.tiers.find((each) => each.tier === tier);
  const rental = terms?.rental[duration] ?? null;
  if (terms === undefined || rental === null) {
    throw refuse("market.not_offered", `the listing has no ${tier} ${duration}`, "Choose another tier or duration.");
  }
  return { provider: keys.verify, rental, perSms: terms.perSms };
}

/** The cost in words, before anything is spent. Throws `payment.over_budget`. */
function showCost(printer: Printer, json: boolean, plan: Plan, options: RentOptions): void {
  const due = priceOf(plan, options.sms);
  const { amount, risk } = due === 0 ? { amount: due, risk: 1 } : ticketAmount(due);
  const worst = options.method === "randpay" ? amount : due;
  const cost = { price: shortEmc(plan.rental), per_sms: shortEmc(plan.perSms), due: shortEmc(due) };
  const ticket = { amount: shortEmc(amount), risk, win_probability: 1 / risk, expected: shortEmc(due) };
  if (json) printer.line({ type: "cost", ...cost, ...(options.method === "randpay" ? { ticket } : {}) });
  else {
    const sms = options.sms === 0 ? "" : `, ${options.sms} SMS with it`;
    printer.note(
      `Price: ${emcLine(plan.rental)}${sms}; ${emcLine(plan.perSms)} for each SMS. To pay now: ${emcLine(due)}.`,
    );
    if (options.method === "randpay" && due > 0) {
      printer.note(
        `One ticket of ${emcLine(amount)} that wins once in ${risk}: it costs ${emcLine(due)} on average, ${emcLine(amount)} and a fee of 0.0001 EMC if it wins, nothing if it loses.`,
      );
    }
  }
  const problem = budgetProblem(budgetOf(options.budget), spendingIn([], [], 0), worst);
  if (problem !== null) throw problem;
}

/** A key of its own for each rental, unless one is named: nobody can tell that two rentals belong together. */
async function keyFor(io: CliIo, options: RentOptions, folder: Folder, order: string): Promise<string> {
  if (options.keyfile !== undefined) return options.keyfile;
  const file = join(folder.path, `${order}.key.json`);
  await writeNewFile(file, serialiseG2([createIdentity(io.random, systemCrypto, "renter")], "renter"));
  return file;
}

async function newOrder(io: CliIo, listing: string, options: RentOptions, folder: Folder): Promise<OrderFile | null> {
  const { deps, own } = await openOffers(io, options);
  const printer = createPrinter(io, options.json === true);
  try {
    const plan = planOf(await judgeOffer(deps, listingId(listing), io.signal), options);
    showCost(printer, options.json === true, plan, options);
    if (options.dryRun === true) return null;
    const id = toHex(io.random.bytes(16));
    const keyfile = await keyFor(io, options, folder, id);
    const renter = await openRenter(io, { ...options, keyfile, relay: [deps.market.url] }, "fail");
    await renter.state.close();
    const request: RentRequest = {
      order_id: id,
      listing_id: listing,
      tier: options.tier,
      duration: options.duration,
      sms: options.sms,
      renter: publicKeysToText(renter.identity),
      payment: { method: options.method },
      envelope_version: 1,
    };
    const { provider, rental, perSms } = plan;
    const order: OrderFile = {
      ...{ v: 1, relay: deps.market.url, keyfile, request, provider, rental, per_sms: perSms, ticket: null },
    };
    await writeOrderFile(folder, order);
    return order;
  } finally {
    own?.close();
  }
}

async function payerAt(io: CliIo, own: OpenNode, budget: Budget): Promise<Payer> {
  const { network } = await own.node.status();
  const { random } = io;
  const now = () => io.clock.now();
  return new Payer({ node: own.node, crypto: nobleCoin, random, network, now, budget, lock: millis(900_000) });
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
      return `Pay ${emcLine(step.amount)} to ${visibleLine(step.address)}; waiting for its confirmations.`;
  }
}

/** The signed grant of the rental, once the relay has it. Throws `market.no_grant`, `market.bad_answer`. */
async function fetchGrant(io: CliIo, renter: OpenRenter, said: OrderAnswer): Promise<RentalGrant> {
  const deadline = io.clock.monotonic() + GRANT_PATIENCE;
  const sink = { messages: async () => {}, refused: () => {} };
  for (;;) {
    for (const client of renter.clients) await client.sync(sink, io.signal);
    const grant = said.rental_id === null ? undefined : renter.state.grant(said.rental_id);
    if (grant !== undefined) {
      if (grant.provider === said.provider) return grant;
      throw refuse("market.bad_answer", "the grant is another provider's", "Do not use this relay any more.");
    }
    if (io.clock.monotonic() > deadline) {
      throw refuse(
        "market.no_grant",
        "the rental is granted, but its grant has not come yet",
        "Run: numberbox renter inbox",
      );
    }
    await io.clock.sleep(seconds(1), "the grant", io.signal);
  }
}

async function pay(
  io: CliIo,
  order: OrderFile,
  options: RentOptions,
  parts: { readonly renter: OpenRenter; readonly folder: Folder; readonly printer: Printer },
): Promise<OrderAnswer> {
  const { renter, folder, printer } = parts;
  const { request, provider, rental, per_sms, relay: relayUrl } = order;
  const { own } = await openOffers(io, { ...options, relay: [relayUrl] });
  try {
    const { identity, state } = renter;
    const { clock } = io;
    const renting = new Renting(
      {
        market: new MarketClient({ relayUrl, identity, crypto: systemCrypto, state, clock }),
        suite: systemCrypto,
        clock,
        payer: own === null ? null : await payerAt(io, own, budgetOf(options.budget)),
        tell: (step) => {
          if (options.json === true) printer.line({ type: "step", step: step.type });
          else printer.note(stepText(step));
        },
        keepTicket: (chap, tx) => writeOrderFile(folder, { ...order, ticket: { chap, tx } }),
      },
      { request, provider, agreed: { rental: rental as MicroEmc, perSms: per_sms as MicroEmc } },
    );
    return await renting.run(io.signal, order.ticket);
  } finally {
    own?.close();
  }
}

async function resumed(folder: Folder, id: string): Promise<OrderFile> {
  const order = await readOrderFile(folder, id);
  if (order !== null) return order;
  throw refuse(
    "market.unknown_order",
    "no order of this id was made here",
    "Make a new one: numberbox renter rent LISTING",
  );
}

/** Rejects with `market.*`, `payment.*`, `renter.*`, `emercoin.*`. */
export async function runRent(io: CliIo, listing: string | undefined, options: RentOptions): Promise<ExitCode> {
  const json = options.json === true;
  const printer = createPrinter(io, json);
  const folder = await openDiskFolder(join(stateRoot(io, options.state), "orders"));
  if (listing === undefined && options.resume === undefined) {
    throw refuse("market.no_listing", "no listing is named", "Take an id of: numberbox renter listings");
  }
  const order =
    options.resume === undefined
      ? await newOrder(io, listing ?? "", { ...options, relay: [await marketRelay(io, options)] }, folder)
      : await resumed(folder, options.resume);
  if (order === null) {
    if (!json) printer.note("Nothing was ordered or paid (--dry-run).");
    return 0;
  }
  const { keyfile, relay } = order;
  const renter = await openRenter(io, { ...options, keyfile, relay: [relay] }, "fail");
  try {
    if (!json) printer.note(`Order ${order.request.order_id}. If this ends early: --resume ${order.request.order_id}`);
    const said = await pay(io, order, options, { renter, folder, printer });
    const grant = await fetchGrant(io, renter, said);
    const { number } = openGrant(systemCrypto, renter.identity.seed, grant);
    const { rental_id, expires_at } = grant;
    if (json) printer.line({ type: "rental", rental_id, number, expires_at, keyfile, relay, paid: said.received });
    else {
      io.out(`Your number: ${visibleLine(number)}  until ${localTime(expires_at * 1000)}  rental ${rental_id}\n`);
      io.out(`Read it: npx numberbox renter inbox --keyfile ${visibleLine(keyfile)} --relay ${visibleLine(relay)}\n`);
    }
    return 0;
  } finally {
    await renter.state.close();
  }
}
