// What a slot remembers from one conversation with its modem to the next. Lives in memory only.

import type { Logger } from "../base/index.ts";
import type { IntakePort } from "../core/index.ts";
import { DirectMessages } from "./direct-messages.ts";
import { PendingDeletions } from "./pending-deletions.ts";

export class SlotMemory {
  readonly direct: DirectMessages;
  readonly deletions: PendingDeletions;
  #iccid: string | null = null;

  constructor(intake: Pick<IntakePort, "deleted">, log: Logger) {
    this.direct = new DirectMessages(log);
    this.deletions = new PendingDeletions(intake);
  }

  /** The SIM that is in now, null for one that cannot be told from others: its places say nothing about the last one's messages. */
  inserted(iccid: string | null): void {
    if (iccid === null || iccid !== this.#iccid) this.deletions.clear();
    this.#iccid = iccid;
  }
}
