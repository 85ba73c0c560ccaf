// The wallet's lock. The passphrase lives here, in memory, and nowhere else. Whoever needs signatures runs inside `unlocked`; the last
// to leave locks the wallet again. The node's own timer locks it should this process die in between.

import { z } from "zod";
import { AppError, type Clock, type Logger, messageOf, type Secret, type UnixMs } from "../base/index.ts";
import type { WalletGate } from "../core/index.ts";
import { walletInfo } from "./rpc-schemas.ts";
import type { RpcSession } from "./rpc-session.ts";

export interface WalletGateOptions {
  readonly session: RpcSession;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Longer than any piece of work takes; the node locks the wallet after it by itself. */
const NODE_TIMER_SECONDS = 120;
const done = z.unknown();

interface Kept {
  readonly passphrase: Secret<string>;
  readonly until: UnixMs | null;
}

/** `opened`: by us, to be locked again. `open`: has no passphrase, or the owner opened it himself. */
type Opening = "opened" | "open";

class NodeWalletGate implements WalletGate {
  readonly #options: WalletGateOptions;
  #kept: Kept | null = null;
  #users = 0;
  #opening: Promise<Opening> | null = null;

  constructor(options: WalletGateOptions) {
    this.#options = options;
  }

  get ready(): boolean {
    return this.#current() !== null;
  }

  async remember(passphrase: Secret<string>, until: UnixMs | null): Promise<void> {
    await this.#unlock(passphrase);
    this.#kept = { passphrase, until };
    if (this.#users === 0) await this.#lock();
  }

  forget(): void {
    this.#kept = null;
  }

  async unlocked<T>(what: string, work: () => Promise<T>): Promise<T> {
    this.#users++;
    try {
      this.#opening ??= this.#open();
      await this.#opening;
      return await work();
    } finally {
      this.#users--;
      if (this.#users === 0) await this.#leave(what);
    }
  }

  #current(): Kept | null {
    const { clock } = this.#options;
    if (this.#kept !== null && this.#kept.until !== null && clock.now() >= this.#kept.until) this.#kept = null;
    return this.#kept;
  }

  async #unlock(passphrase: Secret<string>): Promise<void> {
    // The third parameter matters: an unlocking for minting only would outlast this one.
    const params = [passphrase.reveal(), NODE_TIMER_SECONDS, false];
    await this.#options.session.write("walletpassphrase", params, { reply: done });
  }

  async #lock(): Promise<void> {
    await this.#options.session.write("walletlock", [], { reply: done });
  }

  async #open(): Promise<Opening> {
    const { unlocked_until: until } = await this.#options.session.read("getwalletinfo", [], { reply: walletInfo });
    if (until === undefined) return "open";
    const known = this.#current();
    if (known !== null) {
      await this.#unlock(known.passphrase);
      return until === 0 ? "opened" : "open";
    }
    if (until > 0) return "open";
    throw new AppError("emercoin.locked", "the wallet is locked", {
      hint: "Unlock the wallet (`numberbox chain unlock`) and try again.",
    });
  }

  async #leave(what: string): Promise<void> {
    const opening = this.#opening;
    this.#opening = null;
    // Whoever waited for a failed opening has its error already.
    const was = await opening?.catch((): Opening => "open");
    if (was !== "opened" || this.#users > 0) return;
    await this.#lock().catch((error) => {
      this.#options.log.warn("wallet_not_locked", { what, reason: messageOf(error) });
    });
  }
}

export function createWalletGate(options: WalletGateOptions): WalletGate {
  return new NodeWalletGate(options);
}
