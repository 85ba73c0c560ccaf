// Wires the market: records on their way to the relay, and the desk that answers renters there.

import { OrderDesk, type OrderDeskDeps, type Payments, RecordMirror, type Rentals } from "../core/index.ts";
import type { BoxRelay } from "./relay-services.ts";
import type { ServiceDeps } from "./service-deps.ts";

export interface MarketDeps extends Pick<ServiceDeps, "identity" | "suite" | "clock" | "random" | "log" | "time"> {
  readonly relay: BoxRelay;
  readonly payments: Payments;
  readonly rentals: Rentals;
}

export function createRecordMirror(
  deps: Pick<ServiceDeps, "clock" | "random"> & { readonly relay: () => BoxRelay },
): RecordMirror {
  return new RecordMirror(deps);
}

export function createOrderDesk(deps: MarketDeps): OrderDesk {
  const { rentals, time } = deps;
  const isFree: OrderDeskDeps["isFree"] = (line, renter) =>
    !rentals.isOwn(line.id) && rentals.state(line, renter).kind === "free";
  return new OrderDesk({ ...deps, isFree, lines: () => rentals.lines(), now: () => time.now() });
}
