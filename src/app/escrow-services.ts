// Wires the escrows: the box's identity, its node, and whom the configuration trusts to decide.

import { type EscrowConsole, Escrows, type EventLog, type NamePublisher } from "../core/index.ts";
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

/** The escrows as REST asks for them. */
export function escrowConsole(escrows: Escrows, deps: Pick<ServiceDeps, "config" | "time">): EscrowConsole {
  const { fees_bps: feesBps, dispute_days: disputeDays, refund_days: refundDays } = deps.config.escrow;
  return { escrows, terms: { feesBps, disputeDays, refundDays }, now: () => deps.time.now() };
}
