// Everything the renter's pages know, as one value. Plaintext is in here and nowhere else.

import type { AppError } from "../../base/index.ts";
import type { Theme } from "../../page-parts/index.ts";
import type { AccountEntry, AccountRental, KeySearch, ListingOfferView, StoredOrder } from "../../renter/index.ts";
import type { LockAfter } from "./auto-lock.ts";
import { noFilter, type OfferFilter } from "./offer-filter.ts";

export const VIEWS = ["inbox", "browse", "rentals", "account", "privacy"] as const;
export type ViewName = (typeof VIEWS)[number];

export type View =
  | { readonly name: ViewName }
  /** Bringing an identity back by camera: the one document that may use it. */
  | { readonly name: "scan" }
  | { readonly name: "listing"; readonly id: string }
  /** `id` of the rental that is renewed, gets another tier, or has an escrow; an escrow may be of one that is ordered. */
  | { readonly name: "renew" | "upgrade" | "escrow"; readonly id: string }
  | { readonly name: "order"; readonly id: string };

/** `new`: no identity in this browser. `locked`: there is one, and its passphrase is asked for. */
export type Phase = "loading" | "new" | "locked" | "open";

/** `elsewhere`: another tab receives, this one shows what is stored. */
export type Link = "connecting" | "live" | "broken" | "elsewhere";

export interface Notice {
  readonly kind: "done" | "failed";
  readonly text: string;
}

export interface Offers {
  readonly list: readonly ListingOfferView[];
  /** Listings that are still being looked at. */
  readonly isLoading: boolean;
  readonly fault: AppError | null;
  /** Unix ms of the last look. */
  readonly at: number;
}

/** What is asked for: a ticket for a challenge, coins at an address (EMC) until a moment in Unix seconds, or an escrow that is kept under its rental's id. */
export type AskedPayment =
  | { readonly method: "randpay"; readonly chap: string }
  | { readonly method: "emc"; readonly address: string; readonly amount: string; readonly until: number }
  | { readonly method: "escrow"; readonly rental: string; readonly amount: string };

/** How far an order is, while this page works on it. */
export interface OrderWork {
  readonly id: string;
  readonly stage: "asking" | "paying" | "waiting" | "granted" | "failed";
  readonly payment: AskedPayment | null;
  /** What the provider still wants, and has got, in EMC. */
  readonly due: string | null;
  readonly received: string | null;
  readonly lastTicket: "won" | "lost" | null;
  readonly fault: AppError | null;
}

export interface State {
  readonly phase: Phase;
  readonly view: View;
  readonly link: Link;
  readonly linkFault: AppError | null;
  /** By how many ms this device's clock is ahead of the relay's, below zero for behind; 0 for less than three minutes. */
  readonly clockAhead: number;
  readonly offers: Offers | null;
  /** Outlives the view: who looks at an offer and comes back finds his filters as they were. */
  readonly filter: OfferFilter;
  readonly entries: readonly AccountEntry[];
  /** Keys of messages that were not seen before this visit to the inbox. */
  readonly fresh: ReadonlySet<string>;
  readonly rentals: readonly AccountRental[];
  readonly orders: readonly StoredOrder[];
  /** By rental, also those of rentals that are only ordered. */
  readonly escrows: ReadonlyMap<string, string>;
  readonly work: OrderWork | null;
  /** Messages and grants that were refused since the page was opened. */
  readonly refused: readonly AppError[];
  /** While numbers are looked for after a backup was brought back; `progress` is null before the first answer. */
  readonly restoring: { readonly progress: KeySearch | null } | null;
  /** Why the last search ended early. */
  readonly restoreFault: AppError | null;
  /** Unix ms, once a second. */
  readonly now: number;
  readonly theme: Theme;
  /** Minutes without a touch after which the account locks itself; 0: never. */
  readonly lockAfter: LockAfter;
  /** A backup of this identity was saved here, or it came out of one. */
  readonly isBackedUp: boolean;
  readonly notice: Notice | null;
}

/** What a browser remembers: how its owner wants these pages, and whether there is a backup. */
export interface Wishes {
  readonly theme: Theme;
  readonly lockAfter: LockAfter;
  readonly isBackedUp: boolean;
}

export function initialState(view: View, { theme, lockAfter, isBackedUp }: Wishes, now: number): State {
  return {
    ...{
      phase: "loading",
      view,
      link: "connecting",
      linkFault: null,
      clockAhead: 0,
      offers: null,
      filter: noFilter,
      entries: [],
      fresh: new Set(),
    },
    ...{
      rentals: [],
      orders: [],
      escrows: new Map(),
      work: null,
      refused: [],
      restoring: null,
      restoreFault: null,
      now,
      theme,
      lockAfter,
      isBackedUp,
      notice: null,
    },
  };
}

/** What is forgotten when the account is locked: everything that was decrypted. */
export function lockedState(state: State): State {
  return { ...initialState(state.view, state, state.now), phase: "locked" };
}
