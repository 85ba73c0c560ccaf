// The use cases around node and wallet, as REST and command line see them.

import { AppError, type Clock, emcText, isAppError, type Millis, type Secret, unixMs } from "../../base/index.ts";
import type { ChainView } from "../../protocol/index.ts";
import type { NodeStatus, WalletGate } from "./ports-chain.ts";

export interface ChainConsole {
  /** Never rejects for what a node can do wrong: that is its `problem`. */
  view(): Promise<ChainView>;
  /** Keeps the wallet's passphrase in memory for so long; null until the box stops. Errors: `emercoin.bad_passphrase`, `.not_configured`. */
  unlock(passphrase: Secret<string>, keep: Millis | null): Promise<void>;
  /** Forgets the passphrase. */
  lock(): void;
}

export interface ChainConsoleDeps {
  readonly node: { status(): Promise<NodeStatus> };
  readonly gate: WalletGate;
  readonly clock: Clock;
}

const NOTHING = { node: null, wallet: null, problem: null };

function viewOf({ network, version, height, headers, synced, peers, wallet }: NodeStatus, ready: boolean): ChainView {
  return {
    configured: true,
    ready: wallet !== null && (wallet.lock === "unencrypted" || wallet.lock === "unlocked" || ready),
    node: { network, version, height, headers, synced, peers },
    wallet:
      wallet === null
        ? null
        : {
            name: wallet.name,
            lock: wallet.lock,
            confirmed: emcText(wallet.confirmed),
            unconfirmed: emcText(wallet.unconfirmed),
            immature: emcText(wallet.immature),
          },
    problem: null,
  };
}

export function createChainConsole({ node, gate, clock }: ChainConsoleDeps): ChainConsole {
  return {
    view: async () => {
      try {
        return viewOf(await node.status(), gate.ready);
      } catch (error) {
        if (!isAppError(error)) throw error;
        return { ...NOTHING, configured: true, ready: false, problem: error.toJSON() };
      }
    },
    unlock: (passphrase, keep) => gate.remember(passphrase, keep === null ? null : unixMs(clock.now() + keep)),
    lock: () => gate.forget(),
  };
}

/** For a box without an Emercoin node. */
export const noChain: ChainConsole = {
  view: async () => ({ ...NOTHING, configured: false, ready: false }),
  unlock: async () => {
    throw notConfigured();
  },
  lock: () => {},
};

/** What everything that needs the chain answers on a box without a node. */
export function notConfigured(): AppError {
  return new AppError("emercoin.not_configured", "this box has no Emercoin node", {
    hint: "Name one in the section `emercoin` of the configuration.",
  });
}
