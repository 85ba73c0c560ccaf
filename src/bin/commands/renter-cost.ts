// What an order costs, in words, before anything is spent.

import { type MicroEmc, shortEmc } from "../../base/index.ts";
import { budgetProblem, spendingIn } from "../../core/index.ts";
import { ticketAmount } from "../../emercoin/index.ts";
import type { RentalDuration, Tier, TierTerms } from "../../registry/index.ts";
import { emcLine, type ListingOfferView, priceOf, visibleLine } from "../../renter/index.ts";
import { faultsOf } from "./renter-listings.ts";
import { budgetOf, type PayOptions, refuse } from "./renter-order.ts";
import type { Printer } from "./renter-print.ts";

export interface Plan {
  readonly provider: string;
  readonly rental: MicroEmc;
  readonly perSms: MicroEmc;
}

/** The provider of a listing that is verified and offers something. Throws `market.unknown_listing`, `market.not_rentable`. */
export function providerOf(offer: ListingOfferView | null): {
  readonly offer: ListingOfferView;
  readonly provider: string;
} {
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
  if (offer.rentableHere === false) {
    const [gateway] = offer.gateways;
    throw refuse(
      "market.not_here",
      "this relay shows the listing, but carries no orders for its provider",
      gateway === undefined ? "Ask its provider for his relay." : `Use his relay: --relay ${visibleLine(gateway)}`,
    );
  }
  return { offer, provider: keys.verify };
}

/** Throws `market.not_offered`. */
export function pricesOf(
  { tiers }: ListingOfferView,
  tier: Tier,
  duration: RentalDuration,
): { readonly terms: TierTerms; readonly rental: MicroEmc } {
  const terms = tiers.find((each) => each.tier === tier);
  const rental = terms?.rental[duration] ?? null;
  if (terms !== undefined && rental !== null) return { terms, rental };
  throw refuse("market.not_offered", `the listing has no ${tier} ${duration}`, "Choose another tier or duration.");
}

/** Throws `payment.over_budget`. `atMost`: the provider says the exact price. */
export function showCost(
  printer: Printer,
  plan: Plan,
  options: Pick<PayOptions, "json" | "method" | "budget"> & { readonly sms: number; readonly atMost?: boolean },
): void {
  const due = priceOf(plan, options.sms);
  const { amount, risk } = due === 0 ? { amount: due, risk: 1 } : ticketAmount(due);
  const worst = options.method === "randpay" ? amount : due;
  const cost = { price: shortEmc(plan.rental), per_sms: shortEmc(plan.perSms), due: shortEmc(due) };
  const ticket = { amount: shortEmc(amount), risk, win_probability: 1 / risk, expected: shortEmc(due) };
  const most = options.atMost === true;
  if (options.json === true)
    printer.line({
      type: "cost",
      ...(most ? { at_most: true } : {}),
      ...cost,
      ...(options.method === "randpay" ? { ticket } : {}),
    });
  else {
    const sms = options.sms === 0 ? "" : `, ${options.sms} SMS with it`;
    printer.note(
      `Price: ${most ? "at most " : ""}${emcLine(plan.rental)}${sms}; ${emcLine(plan.perSms)} for each SMS. To pay now: ${most ? "at most " : ""}${emcLine(due)}.`,
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
