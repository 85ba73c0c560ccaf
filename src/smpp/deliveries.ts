// Brings the messages of one session into the intake, and answers each only when it is durable.

import { hasCode, isAppError, type Logger, messageOf, type SlotId, type UnixMs } from "../base/index.ts";
import type { EventLog, IntakePort, IntakeTicket } from "../core/index.ts";
import { asReceived, isReceipt } from "./as-received.ts";
import type { DefaultAlphabet } from "./charsets.ts";
import type { RawPdu } from "./framer.ts";
import { chooseLine, type GatewayLine } from "./line-choice.ts";
import { COMMAND, STATUS } from "./numbers.ts";
import { type GatewayMessage, readDataSm, readDeliverSm } from "./pdu.ts";

export interface DeliveryDeps {
  readonly slotId: SlotId;
  readonly alphabet: DefaultAlphabet;
  readonly intake: IntakePort;
  readonly linesOf: (slot: SlotId) => readonly GatewayLine[];
  readonly events: EventLog;
  readonly log: Logger;
  readonly now: () => UnixMs;
}

/** What becomes of a message: the status to answer with, and the ticket where the intake has it. */
export interface DeliveryResult {
  readonly status: number;
  readonly ticket: IntakeTicket | null;
}

const answer = (status: number): DeliveryResult => ({ status, ticket: null });

export class Deliveries {
  readonly #deps: DeliveryDeps;
  /** Names the session; the sequence number names the message in it. */
  readonly #session: string;
  /** Codes that were told in this session. */
  readonly #told = new Set<string>();
  #receipts = 0;

  constructor(session: string, deps: DeliveryDeps) {
    this.#session = session;
    this.#deps = deps;
  }

  /** Receipts for messages that somebody sent through the gateway: acknowledged, counted, of no concern to a renter. */
  get receipts(): number {
    return this.#receipts;
  }

  /** Resolves when it can be answered. Never rejects. */
  async take(pdu: RawPdu): Promise<DeliveryResult> {
    try {
      return await this.#take(pdu, pdu.id === COMMAND.dataSm ? readDataSm(pdu.body) : readDeliverSm(pdu.body));
    } catch (error) {
      if (hasCode(error, "smpp.malformed")) {
        // Brought again it would be as damaged.
        this.#tell("smpp.malformed");
        return answer(STATUS.invalidCommandLength);
      }
      this.#deps.log.warn("message_left", { reason: isAppError(error) ? error.code : messageOf(error) });
      return answer(STATUS.tryAgain);
    }
  }

  async #take(pdu: RawPdu, message: GatewayMessage): Promise<DeliveryResult> {
    const { slotId, intake, linesOf, alphabet, now } = this.#deps;
    if (isReceipt(message)) {
      this.#receipts++;
      return answer(STATUS.ok);
    }
    const lineId = chooseLine(linesOf(slotId), message.destination.text);
    if (lineId === null) {
      this.#tell("smpp.unknown_number");
      return answer(STATUS.tryAgain);
    }
    const location = `smpp/${this.#session}/${pdu.sequence}`;
    const received = asReceived(message, alphabet);
    const { ticket } = await intake.accept({ slotId, lineId, location, ...received, receivedAt: now() });
    return { status: STATUS.ok, ticket };
  }

  /** Once a session: a gateway that brings such messages brings many. The number stays unsaid. */
  #tell(code: "smpp.malformed" | "smpp.unknown_number"): void {
    if (this.#told.has(code)) return;
    this.#told.add(code);
    this.#deps.events.record({ level: "warn", code, slot: this.#deps.slotId });
  }
}
