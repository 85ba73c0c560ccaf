// A publication as it is stored: what the interface shows, and what it takes to find our operation again after a crash.

import type { UnixMs } from "../../base/index.ts";
import type { NamePublication, NamePublicationState, NameWish } from "./name-publication.ts";

export interface StoredPublication extends NamePublication {
  /**
   * True from before the node is asked until its answer is stored: the operation may be in mempool or chain, and is looked for before
   * it is sent again.
   */
  readonly inDoubt: boolean;
  /** Height of the chain before the node was first asked; what is confirmed at or below it is not ours. */
  readonly askedAt: number | null;
  /** Our transaction as the node made it: when it vanishes the same one is sent again, so that nothing is paid twice. */
  readonly hex: string | null;
  /** Height at which the node first refused to take the vanished transaction back. */
  readonly displacedAt: number | null;
}

/** Every promise resolves when the write is durable. */
export interface PublicationStore {
  /** All that are open and the newest of the others (at most `finished`), in the order of their creation. */
  publications(finished: number): Promise<readonly StoredPublication[]>;
  /** Inserts or updates by id. Refuses (`store.conflict`) a second open publication of a name. */
  savePublication(publication: StoredPublication): Promise<void>;
}

const OPEN: ReadonlySet<NamePublicationState> = new Set<NamePublicationState>(["waiting", "sent", "confirming"]);

/** Whether something has still to happen. */
export function isOpen({ state }: Pick<NamePublication, "state">): boolean {
  return OPEN.has(state);
}

/** What the interface promises, without what only the publisher needs. */
export function publicView(stored: StoredPublication): NamePublication {
  const { inDoubt: _inDoubt, askedAt: _askedAt, hex: _hex, displacedAt: _displacedAt, ...view } = stored;
  return view;
}

export function newPublication(
  wish: NameWish,
  { id, needed, at }: { readonly id: string; readonly needed: number; readonly at: UnixMs },
): StoredPublication {
  return {
    id,
    wish,
    state: "waiting",
    txid: null,
    confirmations: 0,
    needed,
    address: wish.operation === "new" ? wish.address : null,
    expiresAt: null,
    problem: null,
    createdAt: at,
    changedAt: at,
    inDoubt: false,
    askedAt: null,
    hex: null,
    displacedAt: null,
  };
}
