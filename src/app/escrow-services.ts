// Wires the escrows: the box's identity, its node, and whom the configuration trusts to decide.

import type { UnixMs } from "../base/index.ts";
import { type EscrowConsole, Escrows, type EventLog, type NamePublisher, OrderEscrows } from "../core/index.ts";
import { nobleCoin } from "../envelope/index.ts";
import type { ChainLink } from "./chain-services.ts";
import type { ServiceDeps } from "./service-deps.ts";

export interface EscrowServicesDeps
  extends Pick<ServiceDeps, "config" | "identity" | "suite" | "clock" | "random" | "log" | "store" | "time"> {
  readonly events: EventLog;
  readonly chain: ChainLink;
  readonly publisher: NamePublisher;
}

export function createEscrows(deps: EscrowServicesDeps): Escrows {
  const { config, store, time, chain } = deps;
  const { arbiters, confirmations } = config.escrow;
  return new Escrows({
    ...deps,
    ...{ node: chain.node, gate: chain.gate, coin: nobleCoin, arbiters, confirmations },
    store: store.escrows,
    network: async () => (await chain.node.status()).network,
    now: () => time.now(),
  });
}

type Configured = Pick<ServiceDeps, "config">;

const termsOf = ({ config }: Configured) => {
  const { fees_bps: feesBps, dispute_days: disputeDays, refund_days: refundDays } = config.escrow;
  return { feesBps, disputeDays, refundDays };
};

/** The escrows that orders are paid by. */
export function createOrderEscrows(
  escrows: Escrows,
  deps: Pick<ServiceDeps, "config" | "suite"> & { readonly chain: ChainLink; readonly now: () => UnixMs },
): OrderEscrows {
  const { node } = deps.chain;
  return new OrderEscrows({
    ...{ escrows, suite: deps.suite, coin: nobleCoin, terms: termsOf(deps), now: deps.now },
    network: async () => (await node.status()).network,
    confirmations: deps.config.escrow.confirmations,
  });
}

/** The escrows as REST asks for them. */
export function escrowConsole(escrows: Escrows, deps: Pick<ServiceDeps, "config" | "time">): EscrowConsole {
  return { escrows, terms: termsOf(deps), now: () => deps.time.now() };
}
