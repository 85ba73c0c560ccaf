// REST of everything that has to do with Emercoin.

import { z } from "zod";
import { seconds } from "../../base/index.ts";
import {
  anchorReply,
  chainView,
  identityView,
  listingsReply,
  type ProblemBody,
  proofsReply,
  publishReply,
  statementView,
} from "../../protocol/index.ts";
import { call } from "./call.ts";

export type Chain = z.infer<typeof chainView>;
export type IdentityOnChain = z.infer<typeof identityView>;
export type Listing = z.infer<typeof listingsReply>["listings"][number];
export type MoneyStatement = z.infer<typeof statementView>;
export type ProofDay = z.infer<typeof proofsReply>["days"][number];

/** Longer than the box gives its node. */
const NODE_TIMEOUT = seconds(40);

/** A part of the page that the box told, or why it could not. */
export type Told<T> = { readonly value: T } | { readonly fault: unknown };

/** What is shown on one page; null for what a box without a node does not have. */
export interface ChainFacts {
  readonly chain: Chain;
  readonly identity: Told<IdentityOnChain> | null;
  readonly listings: Told<readonly Listing[]> | null;
  readonly statement: Told<MoneyStatement> | null;
  readonly days: Told<readonly ProofDay[]>;
}

/** What a write would do; `cost` is null where nothing is sent. */
export interface WritePlan {
  readonly name: string;
  /** Null for a deletion. */
  readonly value: string | null;
  readonly cost: string | null;
  readonly problem: ProblemBody | null;
}

/** Tells what would be written with `dryRun`, else writes it. */
export type Write = (dryRun: boolean) => Promise<WritePlan>;

const get = <T>(reply: z.ZodType<T>, path: string): Promise<T> =>
  call(reply, "GET", `/api/v1/${path}`, { timeout: NODE_TIMEOUT });

const told = <T>(promise: Promise<T>): Promise<Told<T>> =>
  promise.then(
    (value) => ({ value }),
    (fault: unknown) => ({ fault }),
  );

/** Rejects only when the box itself does not answer. */
export async function chainFacts(): Promise<ChainFacts> {
  const days = told(get(proofsReply, "proofs").then((answer) => answer.days));
  const chain = await get(chainView, "chain");
  if (!chain.configured) return { chain, identity: null, listings: null, statement: null, days: await days };
  const [identity, listings, statement] = await Promise.all([
    told(get(identityView, "identity")),
    told(get(listingsReply, "listings").then((answer) => answer.listings)),
    told(get(statementView, "payments/statement")),
  ]);
  return { chain, identity, listings, statement, days: await days };
}

/** Null for the days that the box runs. */
export function unlockWallet(passphrase: string, minutes: number | null): Promise<Chain> {
  return call(chainView, "POST", "/api/v1/chain/unlock", { body: { passphrase, minutes }, timeout: NODE_TIMEOUT });
}

export function lockWallet(): Promise<Chain> {
  return call(chainView, "POST", "/api/v1/chain/lock", { body: {} });
}

/** `path` such as `identity/publish`, `listings/line-1/update` or `proofs/20260101/anchor`. */
function writeTo(reply: z.ZodType<WritePlan>, path: string): Write {
  return (dryRun) => call(reply, "POST", `/api/v1/${path}`, { body: { dry_run: dryRun }, timeout: NODE_TIMEOUT });
}

export const publishing = (path: string): Write => writeTo(publishReply, path);
export const anchoring = (date: string): Write => writeTo(anchorReply, `proofs/${date}/anchor`);

const pricing = z.looseObject({
  per_sms: z.string().optional(),
  rental_daily: z.string().optional(),
  rental_weekly: z.string().optional(),
  rental_monthly: z.string().optional(),
});
const record = z.looseObject({
  service_tiers: z.record(z.string(), z.looseObject({ pricing: pricing.optional() })).optional(),
});
export type TierPrices = z.infer<typeof pricing> & { readonly tier: string };

/** What a signed record asks for each tier; empty for a record of another form. */
export function pricesOf(text: string): readonly TierPrices[] {
  const parsed = record.safeParse(JSON.parse(text));
  const tiers = parsed.success ? Object.entries(parsed.data.service_tiers ?? {}) : [];
  return tiers.flatMap(([tier, offer]) => (offer.pricing === undefined ? [] : [{ ...offer.pricing, tier }]));
}
