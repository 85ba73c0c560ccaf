// The escrows of the rentals, as the pages show them and change them.

import { type Clock, type CryptoSuite, unixSecondsOf, utf8 } from "../../base/index.ts";
import { parseEscrowFile } from "../../core/index.ts";
import {
  type EscrowHolder,
  type EscrowState,
  type EscrowWish,
  escrowPart,
  escrowState,
  orderOfEscrow,
  type StoredOrder,
  stepEscrow,
} from "../../renter/index.ts";
import type { AccountSession } from "./account-session.ts";
import type { State } from "./state.ts";

export interface HeldEscrow extends EscrowHolder {
  /** Verify key of the rental. */
  readonly renter: string;
  /** Null where there is none yet, or it cannot be read. */
  readonly number: string | null;
  /** The document; null without one. */
  readonly escrow: string | null;
  /** The order that it pays for; null where it was agreed on beside one. */
  readonly order: StoredOrder | null;
}

export interface EscrowBookDeps {
  readonly suite: CryptoSuite;
  readonly clock: Clock;
  readonly session: () => AccountSession | null;
}

export class EscrowBook {
  readonly #deps: EscrowBookDeps;

  constructor(deps: EscrowBookDeps) {
    this.#deps = deps;
  }

  /** Null without one. Throws `escrow.*`. */
  state({ escrow }: Pick<HeldEscrow, "escrow">): EscrowState | null {
    const { suite, clock } = this.#deps;
    if (escrow === null) return null;
    return escrowState(suite, parseEscrowFile(utf8(escrow)), unixSecondsOf(clock.now()));
  }

  /** The renter's part of an escrow that is to be made. Throws `escrow.bad_party`. */
  part({ renter }: HeldEscrow, wallet: { readonly key: string; readonly address: string }): string {
    return `${JSON.stringify(escrowPart(renter, wallet))}\n`;
  }

  /** Resolves with whether the provider has the copy, over the relay. Rejects with `escrow.*`, `renter.*`. */
  async step(held: HeldEscrow, wish: EscrowWish): Promise<boolean> {
    const { suite, clock } = this.#deps;
    const session = this.#deps.session();
    if (session === null) return false;
    const account = await session.writable();
    const sent = await stepEscrow({ account, suite, clock }, held, wish, new AbortController().signal);
    session.changed();
    return sent;
  }
}

/** The escrow page's subject: a rental, or one that is ordered and is to be paid by escrow. Null where the account has none of this id. */
export function heldEscrow(
  { rentals, orders, escrows }: Pick<State, "rentals" | "orders" | "escrows">,
  id: string,
): HeldEscrow | null {
  const order = orderOfEscrow(orders, id) ?? null;
  const rental = rentals.find(({ grant }) => grant.rental_id === id);
  const escrow = escrows.get(id) ?? null;
  if (rental !== undefined) {
    const { grant, key, number } = rental;
    return { rentalId: id, provider: grant.provider, renter: grant.renter.verify, key, number, escrow, order };
  }
  if (order === null) return null;
  const { provider, key, request } = order;
  return { rentalId: id, provider, renter: request.renter.verify, key, number: null, escrow, order };
}
