// A rental that its renter's own device renews by itself: what he has allowed, and what is to be done now. Pure; whoever has a wallet at
// hand runs it. Off unless a plan was made, and never beyond it.

import { z } from "zod";
import { emcPrice, orderIdText, type RentalGrant, rentalIdText, unixSeconds } from "../protocol/index.ts";
import { DURATIONS } from "../registry/index.ts";

export const renewalPlan = z.strictObject({
  v: z.literal(1),
  rental: rentalIdText,
  duration: z.enum(DURATIONS),
  /** SMS to pay for with each renewal. */
  sms: z.int().min(0),
  /** EMC that may leave the wallet for one renewal, whatever the luck of its tickets. */
  budget: emcPrice,
  /** Renewals that are still allowed. Counted down before an order is made: a crash loses one rather than adding one. */
  left: z.int().min(0).max(1000),
  /** How long before its end it is renewed; null for the time at which it counts as soon over. */
  hours_before: z.int().min(1).max(720).nullable(),
  /** The last order, and when the rental ended before it. */
  last: z.strictObject({ order: orderIdText, before: unixSeconds }).nullable(),
});
export type RenewalPlan = z.infer<typeof renewalPlan>;

const DAY = 86_400;
/** What is left of a rental counts as soon over: a tenth of it, a day at the most. */
const SOON_SHARE = 0.1;

type Span = Pick<RentalGrant, "starts_at" | "expires_at">;

/** When a rental begins to be soon over, in Unix seconds. */
export function soonOverAt({ starts_at, expires_at }: Span): number {
  return expires_at - Math.min(DAY, Math.floor((expires_at - starts_at) * SOON_SHARE));
}

/** Whether it runs and is soon over. `now` in Unix ms. */
export function isSoonOver(span: Span, now: number): boolean {
  return now < span.expires_at * 1000 && now > soonOverAt(span) * 1000;
}

export type RenewalStep =
  /** Its end has come. */
  | { readonly kind: "over" }
  /** Nothing before `at`, in Unix seconds. */
  | { readonly kind: "wait"; readonly at: number }
  /** The last renewal is granted, and its grant has not come yet. */
  | { readonly kind: "stale" }
  /** All that was allowed is used up. */
  | { readonly kind: "spent" }
  /** An order was made, and is not finished. */
  | { readonly kind: "resume" }
  | { readonly kind: "order" };

/** `last`: the plan's last order as it is kept; null without one, or when it was never written. `now` in Unix seconds. */
export function renewalStep(
  plan: RenewalPlan,
  { grant, last }: { readonly grant: Span; readonly last: { readonly done?: string | undefined } | null },
  now: number,
): RenewalStep {
  if (last !== null && last.done === undefined) return { kind: "resume" };
  if (now >= grant.expires_at) return { kind: "over" };
  const { hours_before: hours } = plan;
  const due = hours === null ? soonOverAt(grant) : grant.expires_at - hours * 3600;
  if (now < due) return { kind: "wait", at: due };
  if (last?.done === "granted" && plan.last !== null && grant.expires_at <= plan.last.before) return { kind: "stale" };
  return { kind: plan.left === 0 ? "spent" : "order" };
}
