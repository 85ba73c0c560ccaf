// Lists what lies in a modem's storages, and how far the listing can be believed.

import { command, type ListedPdu, type OddEntry, parseCmgl, parseCpmsRead, type StorageUse } from "../at/index.ts";
import { type AppError, hasCode, type Logger } from "../base/index.ts";
import { sentOrder } from "../core/index.ts";
import type { AtChannel } from "./at-channel.ts";
import { outOfStep } from "./at-errors.ts";
import { pduBytes } from "./direct-messages.ts";

export interface ListerOptions {
  readonly channel: AtChannel;
  readonly log: Logger;
  /** The storage that messages are received into. */
  readonly home: string;
  /** Called when it is seen how full the home storage is. */
  readonly onUse: (use: StorageUse) => void;
  /** Whether the answer of a command that was given up may come in the place of a later one's. */
  readonly expectsLateAnswer: () => boolean;
}

export interface StorageListing {
  /** In the order of sending. */
  readonly messages: readonly ListedPdu[];
  /** Entries that may be messages and must be read again. */
  readonly unreadable: number;
  /** Whether a place that is not among `messages` is thereby known to be empty. */
  readonly whole: boolean;
}

/** Looks at a storage until two in a row agree. */
const MAX_LOOKS = 5;

export class StorageLister {
  readonly #options: ListerOptions;

  constructor(options: ListerOptions) {
    this.#options = options;
  }

  /**
   * Everything in `mem`, which is then the storage to delete from. While a late answer may come, a listing counts only when the next
   * one shows the same: otherwise a place could be taken for empty, or another message deleted than the one that was read. Rejects
   * with `modem.out_of_step` when the modem does not select the storage, or lists it otherwise each time.
   */
  async list(mem: string): Promise<StorageListing> {
    let seen = await this.#look(mem);
    for (let look = 2; this.#options.expectsLateAnswer(); look++) {
      const again = await this.#look(mem);
      if (showsSame(seen, again)) return seen;
      if (look === MAX_LOOKS) throw this.#outOfStep(`the modem lists its storage ${mem} otherwise each time`);
      seen = again;
    }
    return seen;
  }

  /** How full the home storage is; null when the modem does not tell. */
  async use(): Promise<StorageUse | null> {
    try {
      const { mem1, mem2, mem3 } = parseCpmsRead((await this.#options.channel.send(command.readStorage())).lines);
      const home = [mem3, mem1, mem2].find((each) => each?.mem === this.#options.home);
      return home ? { used: home.used, total: home.total } : null;
    } catch (error) {
      if (hasCode(error, "modem.error") || hasCode(error, "at.bad_response")) return null;
      throw error;
    }
  }

  async #look(mem: string): Promise<StorageListing> {
    const { channel, log } = this.#options;
    const { used } = await this.#select(mem);
    const { messages, odd } = parseCmgl((await channel.send(command.listMessages())).lines);
    if (odd.length > 0) log.warn("odd_listing", { mem, entries: odd.length });
    // A listing that is shorter than the count before it was cut short, or not understood: what it lacks may still be there.
    const whole = messages.length >= used;
    return { messages: inOrder(messages), unreadable: odd.filter(mayBeMessage).length, whole };
  }

  /** The answer that counts is the second: it names the storage, and so can be of no other command. */
  async #select(mem: string): Promise<StorageUse> {
    const { channel, home, onUse } = this.#options;
    await channel.send(command.setStorage([mem]));
    const { mem1 } = parseCpmsRead((await channel.send(command.readStorage())).lines);
    if (mem1.mem !== mem) throw this.#outOfStep(`the modem did not select its storage ${mem}`);
    const use = { used: mem1.used, total: mem1.total };
    if (mem === home) onUse(use);
    return use;
  }

  #outOfStep(message: string): AppError {
    this.#options.channel.doubt();
    return outOfStep(message);
  }
}

/** A listing goes by place, and a freed place is filled again: the service centre's time tells what came first. */
function inOrder(messages: readonly ListedPdu[]): readonly ListedPdu[] {
  return messages
    .map((message) => ({ message, sent: sentOrder(pduBytes(message.pdu)) }))
    .sort((a, b) => a.sent - b.sent || a.message.index - b.message.index)
    .map(({ message }) => message);
}

function showsSame(one: StorageListing, other: StorageListing): boolean {
  const key = ({ messages, unreadable }: StorageListing): string =>
    [unreadable, ...messages.map(({ index, pdu }) => `${index}:${pdu}`)].join(" ");
  return key(one) === key(other);
}

/** As opposed to an entry that says itself that it is empty, and to a stray line. */
function mayBeMessage(entry: OddEntry): boolean {
  return entry.kind === "no_header" || (entry.kind === "no_pdu" && !entry.empty);
}
