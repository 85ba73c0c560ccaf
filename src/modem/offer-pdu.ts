// Offers a PDU to the intake, but does not wait for ever.

import { type Clock, type SlotId, withDeadline } from "../base/index.ts";
import type { IncomingPdu, IntakePort, IntakeTicket } from "../core/index.ts";
import { ACCEPT_LIMIT } from "./timeouts.ts";

/**
 * Resolves when the message is durable. Rejects as the intake does, or with `base.timeout`, or with `base.stopped` when the slot's
 * conversation ends: the message may be durable nevertheless, and is offered again.
 */
export type OfferPdu = (message: Omit<IncomingPdu, "slotId">) => Promise<IntakeTicket>;

export interface OfferPduOptions {
  readonly intake: IntakePort;
  readonly slotId: SlotId;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

export function createOfferPdu({ intake, slotId, clock, signal }: OfferPduOptions): OfferPdu {
  return async (message) => {
    const accepting = intake.accept({ ...message, slotId });
    const verdict = await withDeadline(accepting, { clock, timeout: ACCEPT_LIMIT, what: "storing a message", signal });
    return verdict.ticket;
  };
}
