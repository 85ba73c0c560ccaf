// `renter listings`: what can be rented at a relay, each judged against the chain.

import { AppError, type MicroEmc, shortEmc } from "../../base/index.ts";
import { systemCrypto } from "../../base/system-crypto.ts";
import {
  capabilityWords,
  DURATIONS,
  type EscrowOffer,
  LISTING_WARNINGS,
  listingEscrow,
  type TierTerms,
} from "../../registry/index.ts";
import { judgeOffers, type ListingOfferView, MarketReader, type OfferDeps, visibleLine } from "../../renter/index.ts";
import { openDiskFolder, readLogin } from "../../renter-node/index.ts";
import type { CliIo, ExitCode } from "../cli-io.ts";
import { type NodeOptions, namesNode, type OpenNode, openNode } from "./node-option.ts";
import { accessTo } from "./renter-access.ts";
import { type RenterOptions, stateRoot } from "./renter-open.ts";
import { createPrinter } from "./renter-print.ts";
import { choosePlaces } from "./renter-way.ts";

export interface ListingsOptions extends RenterOptions, NodeOptions {
  readonly all?: boolean;
  /** Only those that can be paid by escrow. */
  readonly escrow?: boolean;
}

/** The first relay named, or the one of the last login, and the way there. Throws `renter.not_signed_in`. */
export async function marketAccess(io: CliIo, options: RenterOptions) {
  const remembered = await readLogin(await openDiskFolder(stateRoot(io, options.state)));
  const places = choosePlaces(options, remembered);
  const [relayUrl] = places.relays;
  if (relayUrl !== undefined) return { ...(await accessTo(io, options, places)), relayUrl };
  throw new AppError("renter.not_signed_in", "no relay is known", { hint: "Name one with --relay URL." });
}

/** The chain as the renter's own node shows it, where one is named. */
export async function openOffers(
  io: CliIo,
  options: RenterOptions & NodeOptions,
): Promise<{ readonly deps: OfferDeps; readonly own: OpenNode | null }> {
  const market = new MarketReader({ ...(await marketAccess(io, options)), clock: io.clock });
  const own = namesNode(io, options) ? await openNode(io, options) : null;
  const node = own?.node ?? null;
  return { deps: { market, node, suite: systemCrypto, now: () => market.time.now() }, own };
}

function tierLine({ tier, rental, perSms }: TierTerms) {
  const prices = DURATIONS.map((duration) => [duration, rental[duration]] as const);
  const shown = prices.map(([duration, price]) => [duration, price === null ? null : shortEmc(price)]);
  return { tier, ...Object.fromEntries(shown), per_sms: shortEmc(perSms) };
}

/** One line for programs. */
export function offerLine(offer: ListingOfferView) {
  const { listingId, judgement, tiers, features, escrow, available, source, rentableHere, gateways } = offer;
  const { verdicts, rentable, warnings, value, keys } = judgement;
  return {
    type: "listing",
    listing_id: listingId,
    rentable: rentable && available,
    available,
    rentable_here: rentableHere,
    gateways,
    verdicts,
    warnings: warnings.map((warning) => LISTING_WARNINGS[warning]),
    provider: keys?.verify ?? null,
    worm_ref: value?.worm_ref ?? null,
    rev: value?.rev ?? null,
    capabilities: value === null ? [] : capabilityWords(value.capabilities),
    features,
    tiers: tiers.map(tierLine),
    escrow: escrow === null ? null : listingEscrow(escrow),
    source,
  };
}

const COLUMNS = ["daily", "weekly", "monthly"] as const;
const row = (cells: readonly string[]): string =>
  `${cells
    .map((cell, at) => cell.padEnd([18, 17, 10, 10, 10, 10][at] ?? 0))
    .join(" ")
    .trimEnd()}\n`;

/** What is wrong with an offer; empty for one that can be rented. */
export function faultsOf({ judgement, available }: ListingOfferView): readonly string[] {
  const failed = Object.entries(judgement.verdicts).flatMap(([name, verdict]) =>
    verdict.kind === "ok" ? [] : [`${name}: ${verdict.message}`],
  );
  if (failed.length === 0 && !judgement.rentable) failed.push("it offers nothing at a price");
  return available ? failed : [...failed, "it is rented now"];
}

function escrowText({ arbiters, feesBps }: EscrowOffer): string {
  const names = arbiters.map(({ name }) => visibleLine(name)).join(", ");
  return `decided by ${names}, for ${feesBps / 100} % if he has to`;
}

/** Where a listing can be rented that this relay only shows. */
export function elsewhereText({ listingId, gateways }: Pick<ListingOfferView, "listingId" | "gateways">): string {
  const [gateway] = gateways;
  if (gateway === undefined) return "not rented out at this relay, and its record names no other";
  return `not rented out at this relay: numberbox renter rent ${listingId} --relay ${visibleLine(gateway)}`;
}

function offerText(offer: ListingOfferView): string {
  const price = (value: MicroEmc | null): string => (value === null ? "-" : shortEmc(value));
  const lines = offer.tiers.map(({ tier, rental, perSms }) => {
    const features = offer.features.map(visibleLine).join(",");
    return row([offer.listingId, tier, ...COLUMNS.map((each) => price(rental[each])), price(perSms), features]);
  });
  const faults = faultsOf(offer);
  const head = lines.length === 0 ? [row([offer.listingId, "-"])] : lines;
  const elsewhere = offer.rentableHere === false ? [`    ${elsewhereText(offer)}\n`] : [];
  const warnings = offer.judgement.warnings.map((warning) => `    note: ${LISTING_WARNINGS[warning]}\n`);
  const escrow = offer.escrow === null ? [] : [`    escrow: ${escrowText(offer.escrow)}\n`];
  const wrong = faults.map((fault) => `    not rentable: ${visibleLine(fault)}\n`);
  return [...head, ...escrow, ...elsewhere, ...wrong, ...warnings].join("");
}

/** Rejects with `renter.*`, `emercoin.*` or `bin.bad_node`. */
export async function runListings(io: CliIo, options: ListingsOptions): Promise<ExitCode> {
  const { deps, own } = await openOffers(io, options);
  const printer = createPrinter(io, options.json === true);
  let [shown, hidden, elsewhere] = [0, 0, 0];
  try {
    for await (const offer of judgeOffers(deps, io.signal)) {
      if (options.escrow === true && offer.escrow === null) continue;
      if (options.all !== true && faultsOf(offer).length > 0) {
        hidden++;
        continue;
      }
      if (options.all !== true && offer.rentableHere === false) {
        elsewhere++;
        continue;
      }
      if (options.json === true) printer.line(offerLine(offer));
      else {
        if (shown === 0) io.out(row(["LISTING", "TIER", "DAILY", "WEEKLY", "MONTHLY", "PER SMS", "FEATURES"]));
        io.out(offerText(offer));
      }
      shown++;
    }
    if (options.json === true) return 0;
    if (shown > 0) io.out("Prices are in EMC.\n");
    else io.out("Nothing can be rented here now.\n");
    if (hidden > 0) io.out(`${hidden} more cannot be rented; --all shows them with the reason.\n`);
    if (elsewhere > 0) io.out(`${elsewhere} more at other relays; --all shows them with the command for it.\n`);
    const seen =
      own === null ? `the relay ${visibleLine(deps.market.url)} (--node asks a node of your own)` : "your node";
    io.out(`The chain as shown by ${seen}.\n`);
    return 0;
  } finally {
    own?.close();
  }
}
