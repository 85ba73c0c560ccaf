// Brings messages from the modem's storages into the intake. A message is deleted only after the intake has said that it is durable;
// then the place is read again, until a reading shows nothing new.

import { command, type ListedPdu } from "../at/index.ts";
import { hasCode, isAppError, type LineId, type Logger, type UnixMs } from "../base/index.ts";
import type { IntakeTicket } from "../core/index.ts";
import type { AtChannel } from "./at-channel.ts";
import { pduBytes } from "./direct-messages.ts";
import type { OfferPdu } from "./offer-pdu.ts";
import type { SlotMemory } from "./slot-memory.ts";
import type { StorageLister, StorageListing } from "./storage-lister.ts";

export interface ReaderOptions {
  readonly channel: AtChannel;
  readonly lister: StorageLister;
  readonly offer: OfferPdu;
  readonly memory: SlotMemory;
  readonly lineId: LineId;
  readonly now: () => UnixMs;
  readonly log: Logger;
  /** Ends with the conversation. */
  readonly signal: AbortSignal;
  /** The storage that messages are received into. */
  readonly home: string;
}

/** The ticket to delete the message with, or why it has to stay. */
interface Offered {
  readonly ticket?: IntakeTicket;
  readonly left?: string;
}

/** A message that was dealt with in this reading. */
interface Handled {
  readonly pdu: string;
  readonly deleted: boolean;
}

/** Times in a row that a PDU shorter than it says must look the same before it is taken as it is. */
const SAME_READINGS = 3;
/** Readings in one go; a stream of messages must not keep the slot from its other work. */
const MAX_PASSES = 20;
/** What a modem makes of a storage that it lacks or cannot read. */
const NO_STORAGE: ReadonlySet<string> = new Set(["modem.error", "modem.out_of_step", "at.bad_response"]);

export class MessageReader {
  readonly #options: ReaderOptions;
  /** PDUs shorter than they say, by place. */
  readonly #broken = new Map<string, { readonly pdu: string; readonly times: number }>();

  constructor(options: ReaderOptions) {
    this.#options = options;
  }

  /**
   * Reads and delivers everything in these storages. Resolves with how many messages had to be left for later. A storage besides the
   * home one may be broken without the slot being so.
   */
  async sweep(mems: Iterable<string>): Promise<number> {
    const { channel, home, log } = this.#options;
    let left = 0;
    for (const mem of mems) {
      try {
        left += await this.#sweepOne(mem);
      } catch (error) {
        if (mem === home || !isAppError(error) || !NO_STORAGE.has(error.code)) throw error;
        if (error.code !== "modem.error") channel.doubt();
        log.debug("storage_unreadable", { mem, reason: error.code });
      }
    }
    return left;
  }

  async #sweepOne(mem: string): Promise<number> {
    const handled = new Map<string, Handled>();
    for (let pass = 1; ; pass++) {
      const listing = await this.#options.lister.list(mem);
      this.#showDeletions(mem, listing);
      const fresh = listing.messages.filter((message) => isReceived(message) && this.#isFresh(mem, message, handled));
      const deleted = await this.#takeAll(mem, fresh, handled);
      if (deleted === 0 || pass === MAX_PASSES) {
        return listing.unreadable + [...handled.values()].filter((message) => !message.deleted).length;
      }
    }
  }

  #showDeletions(mem: string, { messages, whole }: StorageListing): void {
    const { deletions } = this.#options.memory;
    const listed = new Map(messages.map((message) => [placeOf(mem, message.index), message]));
    for (const place of deletions.places) {
      const message = listed.get(place) ?? null;
      if (message !== null || (whole && place.startsWith(`${mem}:`))) deletions.shown(place, message);
    }
  }

  /** Not what an earlier pass has left, nor what it has deleted in vain. */
  #isFresh(mem: string, message: ListedPdu, handled: ReadonlyMap<string, Handled>): boolean {
    const place = placeOf(mem, message.index);
    const before = handled.get(place);
    if (before === undefined || before.pdu !== message.pdu) return true;
    if (!before.deleted) return false;
    const kept = this.#options.memory.deletions.has(place);
    if (kept) this.#options.log.warn("deletion_ignored", { mem, index: message.index });
    return !kept;
  }

  /** Offers all at once, so that they share a commit; deletes one by one what is durable. Resolves with how many were deleted. */
  async #takeAll(mem: string, messages: readonly ListedPdu[], handled: Map<string, Handled>): Promise<number> {
    const offered = await Promise.all(messages.map((message) => this.#offer(mem, message)));
    this.#tellLeft(mem, offered);
    let count = 0;
    for (const [at, message] of messages.entries()) {
      const ticket = offered[at]?.ticket;
      const deleted = ticket !== undefined && (await this.#delete(mem, message, ticket));
      handled.set(placeOf(mem, message.index), { pdu: message.pdu, deleted });
      if (deleted) count++;
    }
    return count;
  }

  async #offer(mem: string, message: ListedPdu): Promise<Offered> {
    const { offer, lineId, now, signal } = this.#options;
    const location = placeOf(mem, message.index);
    if (!message.intact && this.#mayHeal(location, message.pdu)) return { left: "modem.cut_short" };
    this.#broken.delete(location);
    try {
      return { ticket: await offer({ lineId, location, pdu: pduBytes(message.pdu), receivedAt: now() }) };
    } catch (error) {
      if (signal.aborted) throw error;
      return { left: isAppError(error) ? error.code : "unknown" };
    }
  }

  /** One line for each reason: while the disk is full every message of every SIM is left, again and again. */
  #tellLeft(mem: string, offered: readonly Offered[]): void {
    const reasons = offered.map((each) => each.left).filter((reason) => reason !== undefined);
    for (const reason of new Set(reasons)) {
      const messages = reasons.filter((other) => other === reason).length;
      this.#options.log.warn("message_left", { mem, reason, messages });
    }
  }

  /** False when the modem did not do it. */
  async #delete(mem: string, { index, pdu }: ListedPdu, ticket: IntakeTicket): Promise<boolean> {
    const { channel, memory, log } = this.#options;
    memory.deletions.begin(placeOf(mem, index), pdu, ticket);
    try {
      await channel.send(command.deleteMessage(index));
      return true;
    } catch (error) {
      if (!hasCode(error, "modem.error")) throw error;
      log.warn("deletion_refused", { mem, index, reason: String(error.context.name) });
      return false;
    }
  }

  /** Whether another reading of a PDU that is shorter than it says may show more: noise on the line differs each time. */
  #mayHeal(place: string, pdu: string): boolean {
    const before = this.#broken.get(place);
    const times = before?.pdu === pdu ? before.times + 1 : 1;
    this.#broken.set(place, { pdu, times });
    return times < SAME_READINGS;
  }
}

/** `SM:7`: what the intake knows a stored message by. */
export function placeOf(mem: string, index: number): string {
  return `${mem}:${index}`;
}

function isReceived({ stat }: ListedPdu): boolean {
  return stat !== "sto_unsent" && stat !== "sto_sent";
}
