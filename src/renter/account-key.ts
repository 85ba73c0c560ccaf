// One key of an account with everything that hangs on it: its mailbox on disk, its reader at the relay, its voice in the market.

import type { Clock, CryptoSuite, Logger, Random } from "../base/index.ts";
import type { Identity } from "../envelope/index.ts";
import { createRenterClient, type RenterClient } from "./client.ts";
import type { Folder } from "./folder.ts";
import { Gateway } from "./gateway.ts";
import { GatewaySession } from "./gateway-session.ts";
import { rentalKey } from "./key-chain.ts";
import { MarketClient } from "./market-client.ts";
import type { Fetch } from "./relay-http.ts";
import { RenterState, stateFolderName } from "./state.ts";
import { type RenterTimeouts, renterTimeouts } from "./timeouts.ts";
import type { OpenWire } from "./wire.ts";

export interface AccountDeps {
  readonly suite: CryptoSuite;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly relayUrl: string;
  /** Other addresses of the relay. */
  readonly mirrors?: readonly string[];
  /** The way to the relay that all keys share; default: one of its own for each. */
  readonly gateway?: Gateway;
  /** A folder by its name. */
  readonly openFolder: (path: string) => Promise<Folder>;
  readonly timeouts?: RenterTimeouts;
  /** Default: the platform's. */
  readonly fetch?: Fetch;
  readonly openWire?: OpenWire;
}

/** `readOnly`: another tab or process has the account; nothing is fetched or written. */
export type AccountMode = "readWrite" | "readOnly";

export interface AccountKey {
  /** 0 for the master. */
  readonly index: number;
  readonly identity: Identity;
  readonly state: RenterState;
  readonly client: RenterClient;
  readonly market: MarketClient;
}

/** Opens key `index`. Rejects as `RenterState.open`. The caller closes its state. */
export async function openAccountKey(
  deps: AccountDeps,
  master: Identity,
  index: number,
  mode: AccountMode,
): Promise<AccountKey> {
  const { suite, random, log, clock, relayUrl, openFolder, gateway = new Gateway(deps), ...ports } = deps;
  const identity = rentalKey(suite, master, index);
  const folder = await openFolder(stateFolderName(suite, identity));
  const state = await RenterState.open({ folder, seed: identity.seed, suite, random, log, mode });
  const { tokenMargin } = ports.timeouts ?? renterTimeouts;
  const session = new GatewaySession({ gateway, identity, suite, state, clock, tokenMargin });
  const shared = { ...ports, relayUrl, gateway, session, identity, crypto: suite, clock, state };
  return {
    ...{ index, identity, state },
    client: createRenterClient({ ...shared, random, log }),
    market: new MarketClient(shared),
  };
}
