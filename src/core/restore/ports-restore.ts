// What a box that was restored from a backup must know and catch up with.

import type { MessageId, RentalId, UnixMs } from "../../base/index.ts";
import type { ProviderMessagesPage, ProviderRentalsPage } from "../../protocol/index.ts";
import type { PendingGrant, Rental } from "../model.ts";

/** Left in the database by a restore, until the box has caught up with its relay. */
export interface RestoreMark {
  /** When the backup was made; what the old box did later is not in the database. */
  readonly backupAt: UnixMs;
  readonly restoredAt: UnixMs;
}

/** A message that the relay has of this box, and that came after the backup. */
export interface AdoptedMessage {
  readonly id: MessageId;
  readonly seq: number;
  /** Base64url SHA-256 of the envelope's bytes. */
  readonly hash: string;
  readonly storedAt: UnixMs;
}

export interface RestoreStore {
  /**
   * Makes a database that was restored safe to go on with: sets the mark, and what was on its way into the chain is looked for there before
   * anything is sent again.
   */
  markRestored(mark: RestoreMark): Promise<void>;
  /** Null where nothing is left to catch up with. */
  restoreMark(): Promise<RestoreMark | null>;
  /** A rental as the relay knows it by the box's own grant, which is registered there. Refuses (`store.conflict`) as `saveRental` does. */
  adoptRental(rental: Rental, grant: PendingGrant): Promise<void>;
  /** Takes note of messages that the box is known to have delivered; the next `seq` is above `lastSeq`. Returns how many were new. */
  adoptMessages(rental: RentalId, messages: readonly AdoptedMessage[], lastSeq: number): Promise<number>;
  /** The box has caught up. */
  clearRestoreMark(): Promise<void>;
}

/** A page, or why there is none now; `relay.unknown_route` of a relay that is too old to tell. */
export type CatchUpPage<T extends object> = T | CatchUpRetry;
export interface CatchUpRetry {
  readonly kind: "retry";
  readonly code: string;
}
export type ClaimOutcome = CatchUpPage<{ readonly status: "first" | "same" | "replaced" }>;

/** What the relay knows of the box that asks. No method throws for what a relay or a network can do wrong; all honour `signal`. */
export interface CatchUpRelay {
  /** This box has the provider's identity from now on. */
  claim(instance: string, signal: AbortSignal): Promise<ClaimOutcome>;
  /** The newest grants that the box has registered, by rental id. */
  rentals(after: string, signal: AbortSignal): Promise<CatchUpPage<ProviderRentalsPage>>;
  /** What the relay has taken of a rental, by `seq`. */
  messages(rental: RentalId, after: number, signal: AbortSignal): Promise<CatchUpPage<ProviderMessagesPage>>;
}
