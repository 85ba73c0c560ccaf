// Wires receipts, daily trees and their anchors.

import { type CryptoSuite, fromBase64url, toBase64url, type UnixMs } from "../base/index.ts";
import {
  Anchoring,
  type AnchorNode,
  acceptanceOf,
  BoxReceipts,
  bad,
  type DoctorCheck,
  type EventLog,
  type ForwarderDeps,
  good,
  type NamePublisher,
  ProofReader,
  ProofService,
} from "../core/index.ts";
import { messageHash } from "../envelope/index.ts";
import type { FileBoxStore, ProofStore } from "../store/index.ts";
import type { ServiceDeps } from "./service-deps.ts";

/** The way into the chain; null where no node is configured. */
export interface ProofChain {
  readonly publisher: NamePublisher;
  readonly node: AnchorNode;
}

export interface ProofServicesDeps
  extends Pick<ServiceDeps, "config" | "identity" | "suite" | "clock" | "log" | "time"> {
  readonly events: EventLog;
  readonly now: () => UnixMs;
  readonly proofs: ProofStore;
  readonly calls: FileBoxStore["calls"];
  readonly chain: ProofChain | null;
}

export interface ProofServices {
  readonly service: ProofService;
  readonly reader: ProofReader;
  readonly receipts: BoxReceipts;
}

export function createProofs(deps: ProofServicesDeps): ProofServices {
  const { config, identity, suite, chain, time } = deps;
  const { publish, suffix, empty_days: emptyDays, close_after: closeAfter, keep_days: keepDays } = config.proofs;
  const username = config.proofs.username ?? identity.name;
  const { receiptRows: rows, trees: store } = deps.proofs;
  const source = new BoxReceipts({
    ...{ suite, rows, seed: identity.seed, provider: toBase64url(identity.verify) },
    calls: deps.calls.issued,
  });
  const reader = new ProofReader({ suite, store, source, username });
  const anchoring = chain === null ? null : new Anchoring({ ...chain, suffix, username, keepDays, now: deps.now });
  const trusted = (): boolean => time.confidence === "trusted";
  const policy = { publish, emptyDays, closeAfter };
  return {
    service: new ProofService({ ...deps, ...policy, store, source, reader, anchoring, trusted }),
    reader,
    receipts: source,
  };
}

/** Days that should be in the chain and are not, for the doctor. */
export function proofsCheck({ service }: Pick<ProofServices, "service">): DoctorCheck {
  return {
    name: "proofs",
    area: "chain",
    run: async () => {
      const orphans = await service.orphans();
      if (orphans.length === 0) return [good("proofs.whole", "no day stands half done")];
      return orphans.map(({ problem }) => bad("warn", problem));
    },
  };
}

/** What the forwarder keeps of a relay's receipt. */
export function acceptanceCheck(suite: CryptoSuite): ForwarderDeps["acceptance"] {
  return (receipt, message) =>
    acceptanceOf(suite, receipt, {
      hash: messageHash(suite, fromBase64url(message.envelope)),
      listingId: message.listing_id,
    });
}
