// The market as a box sees it: a relay that carries renters' questions, and what answers them.

import type { ListingId } from "../../base/index.ts";
import type { LeftChaps, OrderAnswer, PooledChap, ProviderRequests } from "../../protocol/index.ts";

/** `refused`: saying it again would change nothing. */
export type MarketOutcome = { readonly kind: "taken" } | { readonly kind: "refused" | "retry"; readonly code: string };

/** No method throws for what a relay or a network can do wrong; all honour `signal`. */
export interface MarketRelay {
  /** Questions behind `after`, held open for `wait` seconds while there is none; null when the relay cannot be asked now. */
  requests(
    query: { readonly after: number; readonly wait: number; readonly open: boolean },
    signal: AbortSignal,
  ): Promise<ProviderRequests | null>;
  /** `id`: of the question, or of the order. */
  answer(id: string, answer: OrderAnswer, signal: AbortSignal): Promise<MarketOutcome>;
  /** A listing's signed record, canonical JSON. */
  putRecord(id: ListingId, record: Uint8Array, signal: AbortSignal): Promise<MarketOutcome>;
}

/** The relay's pool of this provider's challenges. As `MarketRelay`, no method throws but for `signal`. */
export interface ChapRelay {
  /** Those that no order has yet. `unknown`: the relay is older than its pool. */
  leftChaps(signal: AbortSignal): Promise<LeftChaps | { readonly kind: "retry" | "unknown"; readonly code: string }>;
  /** Replaces all of them, at most 64. */
  putChaps(chaps: readonly PooledChap[], signal: AbortSignal): Promise<MarketOutcome>;
}
