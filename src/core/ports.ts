// Ports towards the modems and the relay, and the clock evidence they bring.

import type { LineId, Millis, SlotId, UnixMs } from "../base/index.ts";
import type { ProblemBody, ProviderReceiptsPage, RentalGrant, SlotState, WireMessage } from "../protocol/index.ts";
import type { StorageLocation } from "./model.ts";

/** A PDU as a modem gave it. Lives in memory only. */
export interface IncomingPdu {
  readonly slotId: SlotId;
  readonly lineId: LineId;
  readonly location: StorageLocation;
  /** The PDU as the modem printed it, service centre address included. */
  readonly pdu: Uint8Array;
  readonly receivedAt: UnixMs;
}

/**
 * What the intake did with a PDU. Both mean: durable, the modem may delete it. `ticket` goes back with `deleted` once the modem
 * has confirmed the deletion.
 */
export interface IntakeVerdict {
  readonly kind: "stored" | "duplicate";
  readonly ticket: IntakeTicket;
}

export interface IntakeTicket {
  readonly hash: string;
  readonly occurrence: number;
}

/** The intake as a modem sees it. */
export interface IntakePort {
  /**
   * Resolves after the message is durable. Rejects with a retryable error (`store.full`, `store.busy`, `base.stopped`, …) when it
   * is not: the message must then stay where it is and be offered again.
   */
  accept(incoming: IncomingPdu): Promise<IntakeVerdict>;
  /** The modem confirmed that the message is gone from its storage. */
  deleted(ticket: IntakeTicket): void;
}

/** What a slot knows of its modem and SIM. Identities are whole here; views mask them. */
export interface SlotStatus {
  readonly id: SlotId;
  readonly lineId: LineId | null;
  readonly state: SlotState;
  readonly step: string;
  readonly since: UnixMs;
  readonly problem: ProblemBody | null;
  readonly modem: {
    readonly manufacturer: string;
    readonly model: string;
    readonly revision: string;
    readonly imei: string;
  } | null;
  readonly iccid: string | null;
  readonly imsi: string | null;
  readonly operator: string | null;
  readonly technology: string | null;
  readonly registration: string | null;
  readonly signalDbm: number | null;
  readonly storage: { readonly used: number; readonly total: number } | null;
}

export type ForwardOutcome =
  /** Durable at the relay. */
  | { readonly kind: "accepted"; readonly status: "delivered" | "queued" | "duplicate" }
  /** Try again later: no answer, 5xx, 429. `after` is the relay's own wish. */
  | { readonly kind: "retry"; readonly code: string; readonly after: Millis | null }
  /** The relay does not know this rental (yet, or no longer): register the grant again. */
  | { readonly kind: "unregistered"; readonly code: string }
  /** Not for now, for this rental alone: credit used up, mailbox full, clock ahead. Keep the message, do not drop it. */
  | { readonly kind: "held"; readonly code: string }
  /** Never acceptable as it is. */
  | { readonly kind: "refused"; readonly code: string };

export type RegisterOutcome =
  | { readonly kind: "registered" }
  | { readonly kind: "retry"; readonly code: string; readonly after: Millis | null }
  | { readonly kind: "refused"; readonly code: string };

/** The relay as the box sees it. No method throws for what a relay or a network can do wrong; all honour `signal`. */
export interface RelayPort {
  forward(message: WireMessage, signal: AbortSignal): Promise<ForwardOutcome>;
  register(grant: RentalGrant, signal: AbortSignal): Promise<RegisterOutcome>;
  /** Renters' receipts behind `after`; null when the relay cannot be reached now. */
  receipts(after: number, signal: AbortSignal): Promise<ProviderReceiptsPage | null>;
}
