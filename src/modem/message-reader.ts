// Brings messages from the modem's storages into the intake. A message is deleted only after the intake has said that it is durable;
// then the place is read again, until a reading shows nothing new.

import { command, type ListedPdu, type OddEntry, parseCmgl, parseCpmsRead, type StorageUse } from "../at/index.ts";
import { AppError, hasCode, isAppError, type LineId, type Logger, type UnixMs } from "../base/index.ts";
import { type IntakeTicket, sentOrder } from "../core/index.ts";
import type { AtChannel } from "./at-channel.ts";
import { pduBytes } from "./direct-messages.ts";
import type { OfferPdu } from "./offer-pdu.ts";
import type { SlotMemory } from "./slot-memory.ts";

export interface ReaderOptions {
  readonly channel: AtChannel;
  readonly offer: OfferPdu;
  readonly memory: SlotMemory;
  readonly lineId: LineId;
  readonly now: () => UnixMs;
  readonly log: Logger;
  /** Ends with the conversation. */
  readonly signal: AbortSignal;
  /** The storage that messages are received into. */
  readonly home: string;
  /** Called when it is seen how full the home storage is. */
  readonly onUse: (use: StorageUse) => void;
}

/** What one reading showed. */
interface Look {
  readonly messages: readonly ListedPdu[];
  /** Whether a place that is not among `messages` is thereby known to be empty. */
  readonly covers: (place: string) => boolean;
  /** Entries that must be read again. */
  readonly unreadable: number;
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
/** Looks at a storage until two in a row agree. */
const MAX_LOOKS = 5;

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
    const { home, log } = this.#options;
    let left = 0;
    for (const mem of mems) {
      try {
        left += await this.#sweepOne(mem);
      } catch (error) {
        if (mem === home || !hasCode(error, "modem.error")) throw error;
        log.debug("storage_unreadable", { mem, reason: String(error.context.name) });
      }
    }
    return left;
  }

  #sweepOne(mem: string): Promise<number> {
    return this.#readAll(mem, async () => {
      const use = await this.#select(mem);
      const { messages: listed, odd } = parseCmgl((await this.#options.channel.send(command.listMessages())).lines);
      const messages = inOrder(listed);
      const unreadable = odd.filter(isUnread).length;
      if (odd.length > 0) this.#options.log.warn("odd_listing", { mem, entries: odd.length });
      // A listing that is shorter than the count before it was cut short: what it lacks may still be there.
      const whole = unreadable === 0 && messages.length >= use.used;
      return { messages, covers: (place) => whole && place.startsWith(`${mem}:`), unreadable };
    });
  }

  /** How full the home storage is; null when the modem does not tell. */
  async storageUse(): Promise<StorageUse | null> {
    try {
      const { mem1, mem2, mem3 } = parseCpmsRead((await this.#options.channel.send(command.readStorage())).lines);
      const home = [mem3, mem1, mem2].find((each) => each?.mem === this.#options.home);
      return home ? { used: home.used, total: home.total } : null;
    } catch (error) {
      if (isUnclear(error)) return null;
      throw error;
    }
  }

  /** The answer that counts is the second: it names the storage, and so can be of no other command. */
  async #select(mem: string): Promise<StorageUse> {
    const { channel, home, onUse } = this.#options;
    await channel.send(command.setStorage([mem]));
    const { mem1 } = parseCpmsRead((await channel.send(command.readStorage())).lines);
    if (mem1.mem !== mem) {
      channel.doubt();
      throw new AppError("modem.out_of_step", `the modem did not select its storage ${mem}`, { retryable: true });
    }
    const use = { used: mem1.used, total: mem1.total };
    if (mem === home) onUse(use);
    return use;
  }

  async #readAll(mem: string, look: () => Promise<Look>): Promise<number> {
    const handled = new Map<string, Handled>();
    for (let pass = 1; ; pass++) {
      const { messages, covers, unreadable } = await this.#believe(look);
      this.#showDeletions(mem, messages, covers);
      const fresh = messages.filter((message) => isReceived(message) && this.#isFresh(mem, message, handled));
      const deleted = await this.#takeAll(mem, fresh, handled);
      if (deleted === 0 || pass === MAX_PASSES) {
        return unreadable + [...handled.values()].filter((message) => !message.deleted).length;
      }
    }
  }

  /**
   * While the answer of a command that was given up may still come, and in the place of a later one's, a reading counts only when the
   * next one shows the same: otherwise a place could be taken for empty, or another message deleted than the one that was read.
   */
  async #believe(look: () => Promise<Look>): Promise<Look> {
    let seen = await look();
    for (let attempt = 1; this.#options.memory.expectsLateAnswer; attempt++) {
      const again = await look();
      if (showsSame(seen, again)) return seen;
      if (attempt === MAX_LOOKS) {
        this.#options.channel.doubt();
        throw new AppError("modem.out_of_step", "the modem shows its storage otherwise each time", { retryable: true });
      }
      seen = again;
    }
    return seen;
  }

  #showDeletions(mem: string, messages: readonly ListedPdu[], covers: (place: string) => boolean): void {
    const { deletions } = this.#options.memory;
    const listed = new Map(messages.map((message) => [placeOf(mem, message.index), message]));
    for (const place of deletions.places) {
      const message = listed.get(place) ?? null;
      if (message !== null || covers(place)) deletions.shown(place, message);
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

/** A listing goes by place, and a freed place is filled again: the service centre's time tells what came first. */
function inOrder(messages: readonly ListedPdu[]): readonly ListedPdu[] {
  return messages
    .map((message) => ({ message, sent: sentOrder(pduBytes(message.pdu)) }))
    .sort((a, b) => a.sent - b.sent || a.message.index - b.message.index)
    .map(({ message }) => message);
}

function showsSame(one: Look, other: Look): boolean {
  const key = ({ messages, unreadable }: Look): string =>
    [unreadable, ...messages.map(({ index, pdu }) => `${index}:${pdu}`)].join(" ");
  return key(one) === key(other);
}

function isReceived({ stat }: ListedPdu): boolean {
  return stat !== "sto_unsent" && stat !== "sto_sent";
}

/** An entry that may be a message, as opposed to one that says itself that it is empty. */
function isUnread(entry: OddEntry): boolean {
  return entry.kind === "no_header" || (entry.kind === "no_pdu" && !entry.empty);
}

/** An answer that says nothing about the channel: an error of the modem, or a reply that makes no sense. */
function isUnclear(error: unknown): error is AppError {
  return hasCode(error, "modem.error") || hasCode(error, "at.bad_response");
}
