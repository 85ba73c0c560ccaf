// REST of everything that has to do with Emercoin.

import type { z } from "zod";
import { seconds } from "../../base/index.ts";
import {
  anchorReply,
  chainView,
  identityView,
  listingsReply,
  proofsReply,
  publishReply,
  statementView,
} from "../../protocol/index.ts";
import { call } from "./call.ts";

export type Chain = z.infer<typeof chainView>;
export type IdentityOnChain = z.infer<typeof identityView>;
export type Listing = z.infer<typeof listingsReply>["listings"][number];
export type Publishing = z.infer<typeof publishReply>;
export type MoneyStatement = z.infer<typeof statementView>;
export type ProofDay = z.infer<typeof proofsReply>["days"][number];

/** Longer than the box gives its node. */
const NODE_TIMEOUT = seconds(40);

/** What is shown on one page; null for what the box cannot tell now. */
export interface ChainFacts {
  readonly chain: Chain;
  readonly identity: IdentityOnChain | null;
  readonly listings: readonly Listing[] | null;
  readonly statement: MoneyStatement | null;
  readonly days: readonly ProofDay[] | null;
}

const get = <T>(reply: z.ZodType<T>, path: string): Promise<T> =>
  call(reply, "GET", `/api/v1/${path}`, { timeout: NODE_TIMEOUT });

/** Parts that need the node fail with it; the first part says why. */
const orNull = <T>(promise: Promise<T>): Promise<T | null> => promise.catch(() => null);

/** Rejects only when the box itself does not answer. */
export async function chainFacts(): Promise<ChainFacts> {
  const chain = await get(chainView, "chain");
  const days = orNull(get(proofsReply, "proofs").then((answer) => answer.days));
  if (!chain.configured) return { chain, identity: null, listings: null, statement: null, days: await days };
  const [identity, listings, statement] = await Promise.all([
    orNull(get(identityView, "identity")),
    orNull(get(listingsReply, "listings").then((answer) => answer.listings)),
    orNull(get(statementView, "payments/statement")),
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

/** `path` such as `identity/publish` or `listings/line-1/update`. */
export function publish(path: string, dryRun: boolean): Promise<Publishing> {
  const options = { body: { dry_run: dryRun }, timeout: NODE_TIMEOUT };
  return call(publishReply, "POST", `/api/v1/${path}`, options);
}

export async function anchorDay(date: string): Promise<ProofDay> {
  const options = { body: { dry_run: false }, timeout: NODE_TIMEOUT };
  return (await call(anchorReply, "POST", `/api/v1/proofs/${date}/anchor`, options)).day;
}
