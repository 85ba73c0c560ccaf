// What an account signed and received, as files that a third party can check: one bundle for each key, so that two of them cannot be
// told to be one person's unless he gives both.

import type { AppError, Clock, CryptoSuite } from "../base/index.ts";
import { publicKeysToText } from "../envelope/index.ts";
import type { RenterAccount } from "./account.ts";
import { exportBundle } from "./bundle.ts";
import type { ExportBundle } from "./export-format.ts";
import { relayProofs } from "./relay-proofs.ts";

export interface AccountExport {
  readonly bundles: readonly ExportBundle[];
  /** Messages that the relay has given no proof of: of a day that is not over, or because of `problem`. */
  readonly unproven: number;
  /** Why the relay was not asked about all; null where it was. */
  readonly problem: AppError | null;
}

/** Keys without a rental are left out. Rejects with `base.stopped` alone. */
export async function accountExport(
  account: RenterAccount,
  { suite, clock, texts }: { readonly suite: CryptoSuite; readonly clock: Clock; readonly texts: boolean },
  signal: AbortSignal,
): Promise<AccountExport> {
  const bundles: ExportBundle[] = [];
  let unproven = 0;
  let problem: AppError | null = null;
  for (const { identity, market, state } of account.keys) {
    const { grants, inbox } = state;
    if (grants.length === 0) continue;
    const found = await relayProofs({ suite, clock, reader: market }, problem === null ? inbox.entries : [], signal);
    problem ??= found.problem;
    const relays = found.bundle === null ? [] : [found.bundle];
    unproven += inbox.entries.length - (found.bundle?.receipts.length ?? 0);
    const renter = publicKeysToText(identity);
    bundles.push(exportBundle({ renter, grants, inbox, relays, texts, now: clock.now() }));
  }
  return { bundles, unproven, problem };
}
