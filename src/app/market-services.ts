// Wires the market: records on their way to the relay, and the desk that answers renters there.

import type { LineId, MicroEmc } from "../base/index.ts";
import {
  ChapPool,
  type ListingOffer,
  OrderDesk,
  type OrderDeskDeps,
  type Payments,
  RecordMirror,
  type Rentals,
} from "../core/index.ts";
import { DURATION_DAYS, DURATIONS, TIERS } from "../registry/index.ts";
import { listingPrices } from "./payment-services.ts";
import type { BoxRelay } from "./relay-services.ts";
import type { ServiceDeps } from "./service-deps.ts";

export interface MarketDeps extends Pick<ServiceDeps, "identity" | "suite" | "clock" | "random" | "log" | "time"> {
  readonly relay: BoxRelay;
  readonly payments: Payments;
  readonly rentals: Rentals;
}

export interface ChapPoolServicesDeps extends MarketDeps, Pick<ServiceDeps, "config"> {
  readonly offer: (line: LineId) => ListingOffer | null;
}

export function createRecordMirror(
  deps: Pick<ServiceDeps, "clock" | "random"> & { readonly relay: () => BoxRelay },
): RecordMirror {
  return new RecordMirror(deps);
}

function createOrderDesk(deps: MarketDeps): OrderDesk {
  const { rentals, time } = deps;
  const isFree: OrderDeskDeps["isFree"] = (line, renter) =>
    !rentals.isOwn(line.id) && rentals.state(line, renter).kind === "free";
  return new OrderDesk({ ...deps, isFree, lines: () => rentals.lines(), now: () => time.now() });
}

/** What the lines that are offered cost without SMS, in every tier and for every duration. */
export function offeredPrices(
  lines: readonly { readonly id: LineId }[],
  offer: ChapPoolServicesDeps["offer"],
): readonly MicroEmc[] {
  const { pricesOf } = listingPrices(offer);
  return lines.flatMap(({ id: line }) =>
    TIERS.flatMap((tier) =>
      DURATIONS.flatMap((duration) => pricesOf({ line, tier, days: DURATION_DAYS[duration] })?.price ?? []),
    ),
  );
}

function createChapPool(deps: ChapPoolServicesDeps): ChapPool {
  const { config, rentals, offer, time } = deps;
  const { enabled, relay_pool: perPrice, chap_timeout: life } = config.payments.randpay;
  return new ChapPool({
    ...{ ...deps, life, perPrice: enabled ? perPrice : 0 },
    prices: () => offeredPrices(rentals.lines(), offer),
    now: () => time.now(),
  });
}

export function createMarket(deps: ChapPoolServicesDeps) {
  return { desk: createOrderDesk(deps), chapPool: createChapPool(deps) };
}
