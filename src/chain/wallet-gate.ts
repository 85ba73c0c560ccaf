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

export function createWalletGate({ session, clock, log }: WalletGateOptions): WalletGate {
  let kept: Kept | null = null;
  let users = 0;
  let opening: Promise<"opened" | "open"> | null = null;

  const current = (): Kept | null => {
    if (kept !== null && kept.until !== null && clock.now() >= kept.until) kept = null;
    return kept;
  };
  const unlock = async (passphrase: Secret<string>): Promise<void> => {
    // The third parameter matters: an unlocking for minting only would outlast this one.
    await session.write("walletpassphrase", [passphrase.reveal(), NODE_TIMER_SECONDS, false], { reply: done });
  };
  const lock = async (): Promise<void> => {
    await session.write("walletlock", [], { reply: done });
  };
  const open = async (): Promise<"opened" | "open"> => {
    const { unlocked_until: until } = await session.read("getwalletinfo", [], { reply: walletInfo });
    const known = current();
    if (until === undefined) return "open";
    if (known !== null) {
      await unlock(known.passphrase);
      // What the owner had opened himself stays open for him.
      return until === 0 ? "opened" : "open";
    }
    if (until > 0) return "open";
    throw new AppError("emercoin.locked", "the wallet is locked", {
      hint: "Unlock the wallet (`numberbox chain unlock`) and try again.",
    });
  };

  return {
    get ready() {
      return current() !== null;
    },
    remember: async (passphrase, until) => {
      await unlock(passphrase);
      kept = { passphrase, until };
      if (users === 0) await lock();
    },
    forget: () => {
      kept = null;
    },
    unlocked: async (what, work) => {
      users++;
      try {
        opening ??= open();
        await opening;
        return await work();
      } finally {
        users--;
        const opened = opening;
        if (users === 0) {
          opening = null;
          const was = await opened?.catch(() => "open" as const);
          if (was === "opened" && users === 0) {
            await lock().catch((error) => log.warn("wallet_not_locked", { what, reason: messageOf(error) }));
          }
        }
      }
    },
  };
}
