// Messages that a modem hands over without storing them (+CMT). Nobody asked for that, but a modem may still be set to it by its last
// owner, and a message that came is a message: it is kept in memory until the intake has it.

import { fromHex, isAppError, type LineId, type Logger, type UnixMs } from "../base/index.ts";
import type { OfferPdu } from "./offer-pdu.ts";

interface Waiting {
  readonly pdu: Uint8Array;
  readonly receivedAt: UnixMs;
  /** Null for what came before the SIM was known. */
  readonly lineId: LineId | null;
}

/** Beyond it the oldest is given up: a disk that stays full must not fill the memory too. */
const CAPACITY = 1000;

export class DirectMessages {
  readonly #log: Logger;
  readonly #waiting: Waiting[] = [];

  constructor(log: Logger) {
    this.#log = log;
  }

  add(message: Waiting): void {
    this.#waiting.push(message);
    if (this.#waiting.length > CAPACITY) this.#lose(1);
  }

  /** Nobody will offer them any more. Idempotent. */
  giveUp(): void {
    this.#lose(this.#waiting.length);
  }

  /** Offers all that wait; what is refused waits on. `lineId` is for what came before it was known. Resolves with how many are left. */
  async deliver(lineId: LineId, offer: OfferPdu): Promise<number> {
    const left = await Promise.all(this.#waiting.splice(0).map((message) => this.#offer(message, lineId, offer)));
    return left.filter((stays) => stays).length;
  }

  #lose(count: number): void {
    if (count === 0) return;
    this.#waiting.splice(0, count);
    this.#log.error("direct_messages_lost", { messages: count });
  }

  async #offer(message: Waiting, lineId: LineId, offer: OfferPdu): Promise<boolean> {
    const { pdu, receivedAt } = message;
    try {
      await offer({ lineId: message.lineId ?? lineId, location: null, pdu, receivedAt });
      return false;
    } catch (error) {
      this.#log.warn("direct_message_waits", { reason: isAppError(error) ? error.code : "unknown" });
      this.add(message);
      return true;
    }
  }
}

/** The bytes of a PDU in hex. Half an octet at a cut end is completed by F, so that nothing of it is lost. */
export function pduBytes(hex: string): Uint8Array {
  return fromHex(hex.length % 2 === 0 ? hex : `${hex}F`);
}
