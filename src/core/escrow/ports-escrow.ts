// The box's own copies of the escrows that it has a part in.

import type { UnixMs } from "../../base/index.ts";
import type { EscrowRole } from "../../registry/index.ts";
import type { EscrowFile } from "./escrow-file.ts";
import type { EscrowPhase } from "./escrow-phase.ts";

export interface StoredEscrow {
  readonly file: EscrowFile;
  /** The box's own. */
  readonly role: EscrowRole;
  /** As it was when the chain was last asked. */
  readonly phase: EscrowPhase;
  readonly createdAt: UnixMs;
  readonly changedAt: UnixMs;
}

/** Every promise resolves when the write is durable. */
export interface EscrowStore {
  /** All, in the order of their creation. */
  escrows(): Promise<readonly StoredEscrow[]>;
  /** Inserts or updates by the policy's id. */
  saveEscrow(escrow: StoredEscrow): Promise<void>;
}
