// The escrows of the rentals, as the pages show them and change them.

import { type Clock, type CryptoSuite, unixSecondsOf, utf8 } from "../../base/index.ts";
import { parseEscrowFile } from "../../core/index.ts";
import {
  type AccountRental,
  type EscrowState,
  type EscrowWish,
  escrowPart,
  escrowState,
  stepEscrow,
} from "../../renter/index.ts";
import type { AccountSession } from "./account-session.ts";

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
  state({ escrow }: Pick<AccountRental, "escrow">): EscrowState | null {
    const { suite, clock } = this.#deps;
    if (escrow === null) return null;
    return escrowState(suite, parseEscrowFile(utf8(escrow)), unixSecondsOf(clock.now()));
  }

  /** The renter's part of an escrow that is to be made. Throws `escrow.bad_party`. */
  part({ grant }: AccountRental, wallet: { readonly key: string; readonly address: string }): string {
    return `${JSON.stringify(escrowPart(grant.renter.verify, wallet))}\n`;
  }

  /** Rejects with `escrow.*`, `renter.*`. */
  async step(rental: AccountRental, wish: EscrowWish): Promise<void> {
    const { suite, clock } = this.#deps;
    const session = this.#deps.session();
    if (session === null) return;
    await stepEscrow({ account: await session.writable(), suite, clock }, rental, wish);
    session.changed();
  }
}
