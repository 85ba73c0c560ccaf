// Escrows on a disk in memory.

import type { EscrowStore, StoredEscrow } from "../../../src/core/index.ts";
import { passed } from "./escrow-rig.ts";

export class MemoryEscrows implements EscrowStore {
  readonly rows = new Map<string, StoredEscrow>();

  async escrows(): Promise<readonly StoredEscrow[]> {
    return [...this.rows.values()];
  }

  async saveEscrow(escrow: StoredEscrow): Promise<void> {
    this.rows.set(escrow.file.policy.escrowId, { ...escrow, file: passed(escrow.file) });
  }
}
