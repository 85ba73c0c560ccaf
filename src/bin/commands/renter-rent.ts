// `renter rent`: from a listing to its number. The price is shown before anything is spent; `--dry-run` stops there.

import { join } from "node:path";
import { listingId, toHex } from "../../base/index.ts";
import { systemCrypto } from "../../base/system-crypto.ts";
import { createIdentity, openGrant, publicKeysToText, serialiseG2 } from "../../envelope/index.ts";
import type { RentalGrant, RentPayment, RentRequest } from "../../protocol/index.ts";
import type { RentalDuration, Tier } from "../../registry/index.ts";
import {
  type Folder,
  judgeOffer,
  type ListingOfferView,
  localTime,
  type OrderFile,
  visibleLine,
  writeOrderFile,
} from "../../renter/index.ts";
import type { CliIo, ExitCode } from "../cli-io.ts";
import type { OpenNode } from "./node-option.ts";
import { pricesOf, providerOf, showCost } from "./renter-cost.ts";
import { marketAccess, openOffers } from "./renter-listings.ts";
import { writeNewFile } from "./renter-new-file.ts";
import { type OpenRenter, openRenter } from "./renter-open.ts";
import { type DoneOrder, openOrders, type PayOptions, refuse, resumed, workOrder } from "./renter-order.ts";
import { escrowNotes, escrowPayment } from "./renter-order-escrow.ts";
import { createPrinter, type Printer } from "./renter-print.ts";
import { byOrder, wayOf } from "./renter-way.ts";

export interface RentOptions extends PayOptions {
  readonly tier: Tier;
  readonly duration: RentalDuration;
  readonly sms: number;
  readonly dryRun?: boolean;
  readonly resume?: string;
  /** Name of the one who decides, of those that the listing names. */
  readonly arbiter?: string;
}

/** A key of its own for each rental, unless one is named: nobody can tell that two rentals belong together. */
async function keyFor(io: CliIo, options: RentOptions, folder: Folder, order: string): Promise<string> {
  if (options.keyfile !== undefined) return options.keyfile;
  const file = join(folder.path, `${order}.key.json`);
  await writeNewFile(file, serialiseG2([createIdentity(io.random, systemCrypto, "renter")], "renter"));
  return file;
}

async function paymentFor(
  offer: ListingOfferView,
  { method, arbiter }: RentOptions,
  own: OpenNode | null,
  { identity: { verify } }: OpenRenter,
): Promise<RentPayment> {
  if (method !== "escrow") return { method };
  return await escrowPayment(offer, { own, verify, ...(arbiter === undefined ? {} : { arbiter }) });
}

async function newOrder(io: CliIo, listing: string, options: RentOptions, folder: Folder): Promise<OrderFile | null> {
  const { deps, own } = await openOffers(io, options);
  const printer = createPrinter(io, options.json === true);
  try {
    const { offer, provider } = providerOf(await judgeOffer(deps, listingId(listing), io.signal));
    const { terms, rental } = pricesOf(offer, options.tier, options.duration);
    showCost(printer, { provider, rental, perSms: terms.perSms }, options);
    if (options.method === "escrow" && options.json !== true) for (const note of escrowNotes(offer)) printer.note(note);
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
      payment: await paymentFor(offer, options, own, renter),
      envelope_version: 1,
    };
    const order: OrderFile = {
      ...wayOf(renter.login),
      ...{ v: 1, relay: deps.market.url, keyfile, request, provider, rental, per_sms: terms.perSms, ticket: null },
    };
    await writeOrderFile(folder, order);
    return order;
  } finally {
    own?.close();
  }
}

function granted(
  { rental_id, expires_at }: RentalGrant,
  number: string,
  { keyfile, relay, request }: OrderFile,
): readonly string[] {
  const until = localTime(expires_at * 1000);
  if (request.change !== undefined)
    return [`Your number: ${visibleLine(number)}  now until ${until}  rental ${rental_id}\n`];
  return [
    `Your number: ${visibleLine(number)}  until ${until}  rental ${rental_id}\n`,
    `Read it: npx numberbox renter inbox --keyfile ${visibleLine(keyfile)} --relay ${visibleLine(relay)}\n`,
  ];
}

/** What has come of an order. */
function tell(io: CliIo, printer: Printer, json: boolean, { identity }: OpenRenter, order: OrderFile, done: DoneOrder) {
  const { keyfile, relay } = order;
  const { answer, grant } = done;
  if (grant === null) {
    if (json) printer.line({ type: "cancelled", rental_id: answer.rental_id });
    else io.out("The rental has ended. Nobody gets the number for a while, and you get nothing of it any more.\n");
    return;
  }
  const { number } = openGrant(systemCrypto, identity.seed, grant);
  const { rental_id, expires_at } = grant;
  if (json) printer.line({ type: "rental", rental_id, number, expires_at, keyfile, relay, paid: answer.received });
  else for (const line of granted(grant, number, order)) io.out(line);
}

/** Works on an order, and tells what came of it. Rejects as `workOrder`. */
export async function runOrder(io: CliIo, order: OrderFile, options: PayOptions, folder: Folder): Promise<ExitCode> {
  const json = options.json === true;
  const printer = createPrinter(io, json);
  const { keyfile, request } = order;
  const renter = await openRenter(io, { ...byOrder(options, order), keyfile }, "fail");
  try {
    if (!json)
      printer.note(`Order ${request.order_id}. If this ends early: numberbox renter rent --resume ${request.order_id}`);
    tell(io, printer, json, renter, order, await workOrder(io, order, options, { renter, folder, printer }));
    return 0;
  } finally {
    await renter.state.close();
  }
}

/** Rejects with `market.*`, `payment.*`, `renter.*`, `emercoin.*`. */
export async function runRent(io: CliIo, listing: string | undefined, options: RentOptions): Promise<ExitCode> {
  const folder = await openOrders(io, options);
  if (listing === undefined && options.resume === undefined) {
    throw refuse("market.no_listing", "no listing is named", "Take an id of: numberbox renter listings");
  }
  const order =
    options.resume === undefined
      ? await newOrder(io, listing ?? "", { ...options, relay: [(await marketAccess(io, options)).relayUrl] }, folder)
      : await resumed(folder, options.resume);
  if (order !== null) return await runOrder(io, order, options, folder);
  if (options.json !== true) createPrinter(io, false).note("Nothing was ordered or paid (--dry-run).");
  return 0;
}
