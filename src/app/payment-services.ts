// Wires the payments: the box's rentals, the prices of its listings, its node.

import {
  type Clock,
  type LineId,
  lineId,
  type MicroEmc,
  microEmc,
  parseEmc,
  type RentalId,
  type UnixMs,
} from "../base/index.ts";
import type { EscrowSection, PaymentsSection } from "../config/index.ts";
import {
  bad,
  type DoctorCheck,
  type Escrows,
  type EventLog,
  good,
  type ListingOffer,
  type Order,
  type PaymentSettings,
  Payments,
  type PriceList,
  type RentalGranter,
  type Rentals,
} from "../core/index.ts";
import { nobleCoin } from "../envelope/index.ts";
import { DURATION_DAYS, DURATIONS, type TierTerms, tiersOf } from "../registry/index.ts";
import type { ChainLink } from "./chain-services.ts";
import { createOrderEscrows } from "./escrow-services.ts";
import type { ServiceDeps } from "./service-deps.ts";

export interface PaymentServicesDeps
  extends Pick<ServiceDeps, "config" | "suite" | "clock" | "random" | "log" | "store"> {
  readonly chain: ChainLink;
  readonly rentals: Rentals;
  readonly events: EventLog;
  readonly now: () => UnixMs;
  readonly offer: (line: LineId) => ListingOffer | null;
  /** Null where none can be made. */
  readonly escrows: Escrows | null;
}

export function paymentSettings(section: PaymentsSection, { arbiters, confirmations }: EscrowSection): PaymentSettings {
  const { randpay, emc, escrow, sweep } = section;
  return {
    randpay: {
      enabled: randpay.enabled,
      target: parseEmc(randpay.target),
      chapTimeoutSeconds: Math.round(randpay.chap_timeout / 1000),
      batch: randpay.batch,
      maxOpenChaps: randpay.max_open_chaps,
      maxUnpaidTickets: randpay.max_unpaid_tickets,
      maxTicketsPerHour: randpay.max_per_hour,
      confirmations: randpay.confirmations,
    },
    emc,
    escrow: {
      enabled: escrow.enabled && arbiters.length > 0,
      confirmations,
      orderTimeoutSeconds: Math.round(escrow.order_timeout / 1000),
    },
    orderTimeoutSeconds: Math.round(section.order_timeout / 1000),
    payoutAddress: section.payout_address ?? null,
    sweep: { enabled: sweep.enabled, atLeast: parseEmc(sweep.at_least), maxCoins: sweep.max_coins },
  };
}

/** The least that so many days cost, in whole months, weeks and days; null where the offer has no such term. */
export function priceOfDays(rental: TierTerms["rental"], days: number): MicroEmc | null {
  const best: (number | null)[] = [0];
  for (let day = 1; day <= days; day++) {
    let least: number | null = null;
    for (const duration of DURATIONS) {
      const price = rental[duration];
      const before = best[day - DURATION_DAYS[duration]] ?? null;
      if (price !== null && before !== null) least = Math.min(least ?? Number.POSITIVE_INFINITY, before + price);
    }
    best.push(least);
  }
  const price = best[days] ?? null;
  return price === null ? null : microEmc(price);
}

/** Prices as the lines' listings have them. */
export function listingPrices(offer: PaymentServicesDeps["offer"]): PriceList {
  return {
    pricesOf: ({ line, tier, days }) => {
      const record = offer(lineId(line));
      if (record === null) return null;
      const terms = tiersOf({ service_tiers: record.tiers, features: [], provider_id: "", timestamp: 0 }).find(
        (each) => each.tier === tier,
      );
      const price = terms === undefined ? null : priceOfDays(terms.rental, days);
      return terms === undefined || price === null ? null : { price, perSms: terms.perSms };
    },
  };
}

function granter(rentals: Rentals): RentalGranter {
  return {
    grantOrder: (order: Order, credit) =>
      rentals.grant(
        { line: order.lineId, renter: order.renter, days: order.days, envelope_version: order.envelopeVersion, credit },
        order.rentalId,
      ),
    setCredit: async (id: RentalId, credit) => {
      await rentals.setCredit(id, credit);
    },
    extend: async (id, until) => {
      await rentals.extend(id, until);
    },
    reissue: async (id) => {
      await rentals.reissue(id);
    },
    end: async (id) => {
      if (rentals.get(id)?.state === "active") await rentals.end(id);
    },
    get: (id) => rentals.get(id),
  };
}

export function createPayments(deps: PaymentServicesDeps): Payments {
  const { config, chain, store, rentals, escrows } = deps;
  return new Payments({
    ...deps,
    escrows: escrows === null ? null : createOrderEscrows(escrows, deps),
    store: store.payments,
    node: chain.node,
    gate: chain.gate,
    crypto: nobleCoin,
    network: async () => (await chain.node.status()).network,
    settings: paymentSettings(config.payments, config.escrow),
    prices: listingPrices(deps.offer),
    rentals: granter(rentals),
    sealedSms: () => store.lastSequences(),
  });
}

/** The payments as REST asks for them. */
export function paymentConsole(service: Payments, rentals: Rentals, time: Pick<Clock, "now">) {
  return { service, now: () => time.now(), findLine: (text: string) => rentals.findLine(text) };
}

/** What is paid and neither done nor on its way by itself, for the doctor. */
export function paymentsCheck(payments: Payments): DoctorCheck {
  return {
    name: "payments",
    area: "chain",
    run: async () => {
      const found = payments.doubts();
      return found.length === 0
        ? [good("payment.whole", "nothing stands half done")]
        : found.map((each) => bad("warn", each));
    },
  };
}
