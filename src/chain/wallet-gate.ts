// The wallet's lock. The passphrase lives here, in memory, and nowhere else. Whoever needs signatures runs inside `unlocked`; the last
// to leave puts the lock back as it was. The node's own timer locks it should this process die in between.

import { z } from "zod";
import {
  AppError,
  type Clock,
  type Logger,
  type Millis,
  messageOf,
  type Secret,
  seconds,
  type UnixMs,
} from "../base/index.ts";
import type { WalletGate } from "../core/index.ts";
import { nodeInfo, walletInfo } from "./rpc-schemas.ts";
import type { RpcSession } from "./rpc-session.ts";

export interface WalletGateOptions {
  readonly session: RpcSession;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Longer than any piece of work takes; the node locks the wallet after it by itself. */
const NODE_TIMER_SECONDS = 120;
/** Whoever comes later than this after the unlocking starts the node's timer anew. */
const FRESH: Millis = seconds(60);
const UNLOCK = "Unlock the wallet (`numberbox chain unlock`) and try again.";
const done = z.unknown();

interface Kept {
  readonly passphrase: Secret<string>;
  readonly until: UnixMs | null;
}

/** What the last to leave does: nothing (the wallet has no passphrase, or its owner opened it), lock it, or let it mint again. */
type Afterwards =
  | { readonly kind: "nothing" }
  | { readonly kind: "lock" }
  | { readonly kind: "mint"; readonly passphrase: Secret<string>; readonly untilSeconds: number };

const NOTHING: Afterwards = { kind: "nothing" };

class NodeWalletGate implements WalletGate {
  readonly #options: WalletGateOptions;
  #kept: Kept | null = null;
  #users = 0;
  #opening: { readonly at: Millis; readonly done: Promise<void> } | null = null;
  #closing: Promise<void> = Promise.resolve();
  #afterwards: Afterwards = NOTHING;

  constructor(options: WalletGateOptions) {
    this.#options = options;
  }

  get ready(): boolean {
    return this.#current() !== null;
  }

  async remember(passphrase: Secret<string>, until: UnixMs | null): Promise<void> {
    await this.#closing;
    const { unlocked_until: open } = await this.#info();
    // Of a wallet that is open this only tries the passphrase; its owner's time is shortened to ours.
    await this.#unlock(passphrase, false);
    this.#kept = { passphrase, until };
    if (open === 0 && this.#users === 0) await this.#lock();
  }

  forget(): void {
    this.#kept = null;
  }

  async unlocked<T>(what: string, work: () => Promise<T>): Promise<T> {
    this.#users++;
    try {
      await this.#open();
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

  #info(): Promise<z.infer<typeof walletInfo>> {
    return this.#options.session.read("getwalletinfo", [], { reply: walletInfo });
  }

  async #unlock(passphrase: Secret<string>, mintOnly: boolean, forSeconds = NODE_TIMER_SECONDS): Promise<void> {
    // The third parameter matters: an unlocking for minting only would outlast this one.
    const params = [passphrase.reveal(), forSeconds, mintOnly];
    await this.#options.session.write("walletpassphrase", params, { reply: done });
  }

  async #lock(): Promise<void> {
    await this.#options.session.write("walletlock", [], { reply: done });
  }

  /** All who come while it is open share one unlocking. A locking under way ends first, or it would hit the newcomer. */
  #open(): Promise<void> {
    const now = this.#options.clock.monotonic();
    if (this.#opening === null || now - this.#opening.at > FRESH) {
      this.#opening = { at: now, done: this.#closing.then(() => this.#openNow()) };
    }
    return this.#opening.done;
  }

  async #openNow(): Promise<void> {
    const { session } = this.#options;
    const { unlocked_until: untilSeconds } = await this.#info();
    if (untilSeconds === undefined) return;
    const minting = untilSeconds > 0 && ((await session.read("getinfo", [], { reply: nodeInfo })).mintonly ?? false);
    if (untilSeconds > 0 && !minting && this.#afterwards.kind === "nothing") return;
    const passphrase = this.#current()?.passphrase;
    if (passphrase === undefined) throw minting ? mintingOnly() : locked();
    await this.#unlock(passphrase, false);
    if (minting) this.#afterwards = { kind: "mint", passphrase, untilSeconds };
    else if (this.#afterwards.kind === "nothing") this.#afterwards = { kind: "lock" };
  }

  async #leave(what: string): Promise<void> {
    const { log } = this.#options;
    const afterwards = this.#afterwards;
    this.#opening = null;
    this.#afterwards = NOTHING;
    if (afterwards.kind === "nothing") return;
    this.#closing = this.#close(afterwards).catch((error) => {
      log.warn("wallet_not_locked", { what, reason: messageOf(error) });
    });
    await this.#closing;
  }

  async #close(afterwards: Exclude<Afterwards, { readonly kind: "nothing" }>): Promise<void> {
    await this.#lock();
    if (afterwards.kind !== "mint") return;
    const left = afterwards.untilSeconds - Math.floor(this.#options.clock.now() / 1000);
    if (left > 0) await this.#unlock(afterwards.passphrase, true, left);
  }
}

function locked(): AppError {
  return new AppError("emercoin.locked", "the wallet is locked", { hint: UNLOCK });
}

function mintingOnly(): AppError {
  return new AppError("emercoin.minting_only", "the wallet is unlocked for minting only", { hint: UNLOCK });
}

/** One for each wallet: two would lock it under each other. */
export function createWalletGate(options: WalletGateOptions): WalletGate {
  return new NodeWalletGate(options);
}
