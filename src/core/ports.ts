// Ports towards the modems and the relay, and the clock evidence they bring.

import type { LineId, Millis, SlotId, UnixMs } from "../base/index.ts";
import type {
  ProblemBody,
  ProviderReceiptsPage,
  Receipt,
  RecoveryRung,
  RentalGrant,
  SlotKind,
  SlotState,
  WireMessage,
} from "../protocol/index.ts";
import type { SlotVoice } from "./calls/ports-voice.ts";
import type { StorageLocation } from "./model.ts";
import type { ReceiptPlace } from "./ports-store.ts";
import type { UssdPort } from "./ports-ussd.ts";

/** A message as a slot's source gave it. Lives in memory only. */
export interface IncomingPdu {
  readonly slotId: SlotId;
  readonly lineId: LineId;
  readonly location: StorageLocation;
  /**
   * What `pdu` holds. `pdu`, also when left out: an SMS-DELIVER as a modem printed it, service centre address included. `text`: what
   * `encodeReceivedText` makes, from sources that decode for themselves.
   */
  readonly format?: "pdu" | "text";
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
  /** The message is gone from the modem's storage, as it confirmed, or its gateway has been given the deliver_sm_resp. */
  deleted(ticket: IntakeTicket): void;
}

/** How far a slot is with bringing its modem back. */
export interface RecoveryStatus {
  /** Null while nothing has to be recovered. */
  readonly rung: RecoveryRung | null;
  readonly attempts: number;
  readonly since: UnixMs | null;
  readonly nextAt: UnixMs | null;
  readonly rungs: readonly RecoveryRung[];
  readonly resetsToday: number;
}

/** Of a slot that has nothing to recover with. */
export const noRecovery: RecoveryStatus = {
  rung: null,
  attempts: 0,
  since: null,
  nextAt: null,
  rungs: [],
  resetsToday: 0,
};

/** What a slot knows of its modem, phone or gateway, and of its SIM. */
export interface SlotStatus {
  readonly id: SlotId;
  readonly kind: SlotKind;
  readonly lineId: LineId | null;
  readonly state: SlotState;
  readonly step: string;
  readonly since: UnixMs;
  readonly problem: ProblemBody | null;
  readonly warnings: readonly ProblemBody[];
  /** The modem profile in use. */
  readonly profile: string | null;
  readonly modem: {
    readonly manufacturer: string;
    readonly model: string;
    readonly revision: string;
    readonly imei: string;
  } | null;
  readonly iccid: string | null;
  readonly imsi: string | null;
  /** The provider that the SIM names (TS 31.102 4.2.12). */
  readonly provider?: string | null;
  /** As SIM or network tell it. */
  readonly ownNumber: string | null;
  readonly operator: string | null;
  readonly mccMnc: string | null;
  readonly technology: string | null;
  readonly registration: string | null;
  readonly signalDbm: number | null;
  readonly storage: { readonly used: number; readonly total: number } | null;
  readonly battery: { readonly percent: number; readonly charging: boolean } | null;
  readonly recovery: RecoveryStatus;
}

/** What all kinds of slots have in common. Whatever fails inside of one never reaches another. */
export interface SlotDriver {
  start(): void;
  /** Ends the slot for good. Resolves when nothing of it runs any more. Idempotent. */
  stop(): Promise<void>;
  /** Looks for messages now, for instance because the intake takes them again. */
  nudge(): void;
  status(): SlotStatus;
  /** Absent where the slot has no USSD. */
  readonly ussd?: UssdPort;
  /** Absent where the slot has no calls. */
  readonly voice?: SlotVoice;
}

export type ForwardOutcome =
  /** Durable at the relay. `receipt` is what the relay signed for it, unchecked. */
  | {
      readonly kind: "accepted";
      readonly status: "delivered" | "queued" | "duplicate";
      readonly receipt?: Receipt;
    }
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
  /** Renters' receipts behind `after`, which the relay gave in `epoch`, if it said so; null when it cannot be reached now. */
  receipts(behind: ReceiptPlace, signal: AbortSignal): Promise<ProviderReceiptsPage | null>;
}
