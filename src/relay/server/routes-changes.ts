// What a renter asks for a rental that runs: more time, another tier, its end. Orders like others: the relay carries them, the box decides.

import {
  cancelRequest,
  changeAccepted,
  type RentalChange,
  type RentRequest,
  renewRequest,
  rentalPlace,
} from "../../protocol/index.ts";
import type { MarketOrders } from "./market-orders.ts";
import { type Operation, operation } from "./operation.ts";
import { type RentalDeps, rentalOf } from "./routes-rentals.ts";

export interface ChangeDeps extends RentalDeps {
  readonly orders: MarketOrders;
}

const ERRORS = [
  ...["relay.unknown_rental", "relay.rental_over", "relay.foreign_order", "relay.conflict"],
  ...["relay.too_many_orders", "relay.overloaded", "relay.unknown_provider"],
];

type Wanted = Pick<RentRequest, "order_id" | "tier" | "duration" | "sms" | "payment">;

/** The whole order, with the listing and the keys of the grant. */
async function order(deps: ChangeDeps, caller: string, wanted: Wanted, change: RentalChange) {
  const { listing_id, renter, envelope_version } = (await rentalOf(deps, change.rental_id, caller)).grant;
  const request = { ...wanted, listing_id, renter, envelope_version, change };
  return { ...(await deps.orders.rent(caller, request)), request };
}

export function changeOperations(deps: ChangeDeps): readonly Operation[] {
  const common = {
    ...({ method: "post", access: "token", counts: "rent", tag: "Rentals", status: 202 } as const),
    ...{ errors: ERRORS, params: rentalPlace, reply: changeAccepted },
  };
  return [
    operation({
      ...{ ...common, path: "/rentals/{rental_id}/renew", summary: "Order more time for a rental" },
      description:
        "Answered by the provider at `/rent/{order_id}` and paid as any order. Once paid, the grant comes anew with a later end. The tier stays as it is.",
      body: renewRequest,
      run: async ({ caller, params: { rental_id }, body }) =>
        await order(deps, caller, body, { kind: "renew", rental_id }),
    }),
    operation({
      ...{ ...common, path: "/rentals/{rental_id}/upgrade", summary: "Order another tier for a rental" },
      description: "It costs what the tier costs more, for the part of the time that is left. The end stays as it is.",
      body: renewRequest,
      run: async ({ caller, params: { rental_id }, body }) =>
        await order(deps, caller, body, { kind: "upgrade", rental_id }),
    }),
    operation({
      ...{ ...common, path: "/rentals/{rental_id}/cancel", summary: "End a rental before its time" },
      description: "Signed with the renter's key, so that no relay can do it. Nothing is paid back.",
      body: cancelRequest,
      run: async ({ caller, params: { rental_id }, body: { order_id, signature } }) => {
        const nothing = { tier: "sms_only", duration: "daily", sms: 0, payment: { method: "emc" } } as const;
        return await order(deps, caller, { order_id, ...nothing }, { kind: "cancel", rental_id, signature });
      },
    }),
  ];
}
