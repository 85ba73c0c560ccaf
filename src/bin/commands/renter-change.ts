// `renter renew`, `upgrade` and `cancel`: what a renter may ask for a rental that runs. Each is an order, with the key of the rental.

import { listingId, toHex } from "../../base/index.ts";
import { systemCrypto } from "../../base/system-crypto.ts";
import { signCancel } from "../../core/index.ts";
import { publicKeysToText } from "../../envelope/index.ts";
import type { RentalChange, RentalGrant, RentRequest } from "../../protocol/index.ts";
import type { RentalDuration, Tier } from "../../registry/index.ts";
import {
  FREE,
  judgeOffer,
  type ListingOfferView,
  type OrderFile,
  tierOfTerms,
  upgradeCost,
  writeOrderFile,
} from "../../renter/index.ts";
import type { CliIo, ExitCode } from "../cli-io.ts";
import { type Plan, pricesOf, providerOf, showCost } from "./renter-cost.ts";
import { openOffers } from "./renter-listings.ts";
import type { OpenRenter } from "./renter-open.ts";
import { allOrders, type ChangePayOptions, openOrders, refuse } from "./renter-order.ts";
import { openRental } from "./renter-own-rentals.ts";
import { createPrinter } from "./renter-print.ts";
import { runOrder } from "./renter-rent.ts";
import { sealedTerms } from "./renter-rental-text.ts";
import { byOrder, wayOf } from "./renter-way.ts";

export interface RenewOptions extends ChangePayOptions {
  readonly duration: RentalDuration;
  readonly sms: number;
  readonly dryRun?: boolean;
  readonly anew?: boolean;
}

export interface UpgradeOptions extends ChangePayOptions {
  readonly tier: Tier;
  readonly dryRun?: boolean;
  readonly anew?: boolean;
}

export interface CancelOptions extends ChangePayOptions {
  readonly yes?: boolean;
}

type Kind = RentalChange["kind"];

/** What of a request a change decides. */
interface Wanted {
  readonly tier: Tier;
  readonly duration: RentalDuration;
  readonly sms: number;
}

interface Change {
  readonly kind: Kind;
  readonly rental: string;
  readonly options: ChangePayOptions & { readonly dryRun?: boolean; readonly anew?: boolean };
  readonly wanted: (renter: OpenRenter, grant: RentalGrant) => Wanted;
  /** What it may cost by the verified listing; null for what costs nothing. */
  readonly plan: ((offer: ListingOfferView, provider: string, wanted: Wanted, now: Tier) => Plan) | null;
}

function tierOf(renter: OpenRenter, grant: RentalGrant): Tier {
  return tierOfTerms(sealedTerms(renter, grant)?.terms ?? {});
}

/** Throws `market.order_open`: whoever only asks again must not pay twice. */
function checkOpen(orders: readonly OrderFile[], { kind, rental, options }: Change): void {
  const open = orders.find(
    ({ request: { change }, done }) => done === undefined && change?.kind === kind && change.rental_id === rental,
  );
  if (open === undefined || options.anew === true) return;
  throw refuse(
    "market.order_open",
    `an order to ${kind} this rental is not finished`,
    `Go on with it: numberbox renter rent --resume ${open.request.order_id} (or order once more with --anew)`,
  );
}

async function planOf(io: CliIo, renter: OpenRenter, grant: RentalGrant, change: Change): Promise<Plan | null> {
  const { options, plan, wanted } = change;
  if (plan === null) return { provider: grant.provider, ...FREE };
  const [relay = ""] = renter.login.relays;
  const { deps, own } = await openOffers(io, byOrder(options, { relay, ...wayOf(renter.login) }));
  try {
    const found = await judgeOffer(deps, listingId(grant.listing_id), io.signal);
    // That it is rented now is by this rental.
    const { offer, provider } = providerOf(found === null ? null : { ...found, available: true, rentableHere: true });
    if (provider !== grant.provider) {
      throw refuse(
        "market.other_provider",
        "the listing is another provider's now than that of the rental",
        "Pay nothing before you know why; see: numberbox renter listings",
      );
    }
    const want = wanted(renter, grant);
    const planned = plan(offer, provider, want, tierOf(renter, grant));
    const atMost = change.kind === "upgrade";
    showCost(createPrinter(io, options.json === true), planned, { ...options, sms: want.sms, atMost });
    return options.dryRun === true ? null : planned;
  } finally {
    own?.close();
  }
}

function requestOf(io: CliIo, renter: OpenRenter, grant: RentalGrant, change: Change): RentRequest {
  const { kind, rental, options, wanted } = change;
  const id = toHex(io.random.bytes(16));
  const { seed } = renter.identity;
  const asked: RentalChange =
    kind === "cancel"
      ? { kind, rental_id: rental, signature: signCancel(systemCrypto, seed, { orderId: id, rentalId: rental }) }
      : { kind, rental_id: rental };
  return {
    ...{ order_id: id, listing_id: grant.listing_id, ...wanted(renter, grant), change: asked },
    ...{ renter: publicKeysToText(renter.identity), envelope_version: grant.envelope_version },
    payment: { method: options.method },
  };
}

/** The order for a change, once its listing and cost were looked at; null with `dryRun`. Nothing is kept of it yet. */
async function orderFor(
  io: CliIo,
  { renter, keyfile }: { readonly renter: OpenRenter; readonly keyfile: string },
  change: Change,
): Promise<OrderFile | null> {
  const grant = renter.state.grant(change.rental);
  const [relay] = renter.login.relays;
  if (grant === undefined || relay === undefined)
    throw refuse("market.unknown_rental", "no such rental", "See: numberbox renter rentals");
  const plan = await planOf(io, renter, grant, change);
  if (plan === null) return null;
  return {
    ...wayOf(renter.login),
    ...{ v: 1, relay, keyfile, request: requestOf(io, renter, grant, change), provider: plan.provider },
    ...{ rental: plan.rental, per_sms: plan.perSms, ticket: null },
  };
}

async function runChange(io: CliIo, change: Change): Promise<ExitCode> {
  const { rental, options } = change;
  const folder = await openOrders(io, options);
  checkOpen(await allOrders(folder), change);
  const held = await openRental(io, options, rental);
  const order = await orderFor(io, held, change).finally(() => held.renter.state.close());
  if (order === null) {
    if (options.json !== true) createPrinter(io, false).note("Nothing was ordered or paid (--dry-run).");
    return 0;
  }
  await writeOrderFile(folder, order);
  return await runOrder(io, order, options, folder);
}

function renewal(rental: string, options: RenewOptions): Change {
  return {
    ...{ kind: "renew", rental, options },
    wanted: (renter, grant) => ({ tier: tierOf(renter, grant), duration: options.duration, sms: options.sms }),
    plan: (offer, provider, { tier, duration }) => {
      const { terms, rental: price } = pricesOf(offer, tier, duration);
      return { provider, rental: price, perSms: terms.perSms };
    },
  };
}

/** More time for a rental, in the tier it has. Rejects with `market.*`, `payment.*`, `renter.*`, `emercoin.*`. */
export function runRenew(io: CliIo, rental: string, options: RenewOptions): Promise<ExitCode> {
  return runChange(io, renewal(rental, options));
}

/** The order of a renewal that nobody confirms: not kept and not paid yet. Rejects as `runRenew`, with `market.order_open` for one that is under way. */
export async function renewalOrder(
  io: CliIo,
  held: { readonly renter: OpenRenter; readonly keyfile: string },
  rental: string,
  options: Omit<RenewOptions, "dryRun" | "anew">,
): Promise<OrderFile> {
  const change = renewal(rental, options);
  checkOpen(await allOrders(await openOrders(io, options)), change);
  const order = await orderFor(io, held, change);
  if (order === null) throw refuse("market.unknown_rental", "no such rental", "See: numberbox renter rentals");
  return order;
}

/** Another tier for the time that is left. Rejects as `runRenew`. */
export function runUpgrade(io: CliIo, rental: string, options: UpgradeOptions): Promise<ExitCode> {
  return runChange(io, {
    ...{ kind: "upgrade", rental, options },
    wanted: () => ({ tier: options.tier, duration: "daily", sms: 0 }),
    plan: (offer, provider, { tier }, now) => {
      if (tier === now) throw refuse("market.not_offered", `the rental has ${tier} already`, "Choose another tier.");
      const most = upgradeCost(offer, { now, next: tier, bought: null });
      if (most === null)
        throw refuse("market.not_offered", `the listing has no ${tier}`, "Keep the tier, or rent another listing.");
      return { provider, ...most };
    },
  });
}

/** The end of a rental before its time. Rejects as `runRenew`, or with `market.unconfirmed` without `yes`. */
export async function runCancel(io: CliIo, rental: string, options: CancelOptions): Promise<ExitCode> {
  if (options.yes !== true) {
    throw refuse(
      "market.unconfirmed",
      "a cancelled rental is over at once: nothing is paid back, and its number does not come again",
      "If that is what you want: --yes",
    );
  }
  return await runChange(io, {
    // Nothing is paid for it: it may be asked for as often as one likes.
    ...{ kind: "cancel", rental, options: { ...options, anew: true } },
    wanted: () => ({ tier: "sms_only", duration: "daily", sms: 0 }),
    plan: null,
  });
}
