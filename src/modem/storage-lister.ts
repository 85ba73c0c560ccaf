// Lists what lies in a modem's storages, and how far the listing can be believed.

import {
  type AtCommand,
  command,
  type ListedPdu,
  type OddEntry,
  type PduList,
  parseCmgl,
  parseCmgr,
  parseCpmsRead,
  parseCpmsSet,
  type StorageUse,
} from "../at/index.ts";
import { type AppError, hasCode, type Logger } from "../base/index.ts";
import { sentOrder } from "../core/index.ts";
import type { AtChannel, AtReply } from "./at-channel.ts";
import { outOfStep } from "./at-errors.ts";
import { pduBytes } from "./direct-messages.ts";

export interface ListerOptions {
  readonly channel: AtChannel;
  readonly log: Logger;
  /** The storage that messages are received into. */
  readonly home: string;
  /** Whether the modem can tell which storage is selected. */
  readonly tellsStorage: boolean;
  /** How messages are listed: all at once, or place by place where the modem cannot. */
  readonly listing: "list" | "each";
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
/** Places read one by one; no storage of a modem without +CMGL has more. */
const MAX_PLACES = 255;

export class StorageLister {
  readonly #options: ListerOptions;
  #listing: "list" | "each";

  constructor(options: ListerOptions) {
    this.#options = options;
    this.#listing = options.listing;
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
    const { log } = this.#options;
    const use = await this.#select(mem);
    const { messages, odd } = await this.#contents(use);
    if (odd.length > 0) log.warn("odd_listing", { mem, entries: odd.length });
    // A listing that is shorter than the count before it was cut short, or not understood: what it lacks may still be there.
    const whole = use !== null && messages.length >= use.used;
    return { messages: inOrder(messages), unreadable: odd.filter(mayBeMessage).length, whole };
  }

  async #contents(use: StorageUse | null): Promise<PduList> {
    if (this.#listing === "each") return await this.#eachPlace(use);
    try {
      return parseCmgl((await this.#read(command.listMessages())).lines);
    } catch (error) {
      if (!hasCode(error, "modem.error")) throw error;
      const name = String(error.context.name);
      // An error of the storage says so by its code; without one it may be the command that the modem does not know.
      const lacksIt = MAY_LACK_IT.has(name) && !(await this.#knowsListing());
      if (!lacksIt && !MAY_STILL_READ.has(name)) throw error;
      if (lacksIt) this.#listing = "each";
      this.#options.log.info("listing_by_place");
      const found = await this.#eachPlace(use);
      if (!lacksIt && use !== null && found.messages.length < use.used) throw error;
      return found;
    }
  }

  /**
   * Reads, and once more when the storage is said to be full: no reason against reading, so that it may be the word of a modem whose
   * network has more to hand over, amid the answer. A place that was passed by for it would be read after younger messages.
   */
  async #read(request: AtCommand): Promise<AtReply> {
    const { channel } = this.#options;
    try {
      return await channel.send(request);
    } catch (error) {
      if (!hasCode(error, "modem.error") || error.context.name !== "memory_full") throw error;
      return await channel.send(request);
    }
  }

  async #knowsListing(): Promise<boolean> {
    try {
      await this.#options.channel.send(command.testListing());
      return true;
    } catch (error) {
      if (hasCode(error, "modem.error")) return false;
      throw error;
    }
  }

  /** Places are numbered from 0 by some modems, from 1 by others. An error means that the place is empty, or not there. */
  async #eachPlace(use: StorageUse | null): Promise<PduList> {
    const messages: ListedPdu[] = [];
    const odd: OddEntry[] = [];
    const last = Math.min(use?.total ?? MAX_PLACES, MAX_PLACES);
    for (let index = 0; index <= last && (use === null || messages.length + odd.length < use.used); index++) {
      try {
        const message = parseCmgr((await this.#read(command.readMessage(index))).lines);
        if (message !== null) messages.push({ index, ...message });
      } catch (error) {
        if (hasCode(error, "at.bad_response")) odd.push({ kind: "no_pdu", index, empty: false });
        else if (!hasCode(error, "modem.error")) throw error;
      }
    }
    return { messages, odd };
  }

  /** The answer that counts is the second: it names the storage, and so can be of no other command. Null: the use is not known. */
  async #select(mem: string): Promise<StorageUse | null> {
    const { channel, home, onUse, tellsStorage } = this.#options;
    const { lines } = await channel.send(command.setStorage([mem]));
    const use = tellsStorage ? await this.#selected(mem) : (countsOf(lines) ?? null);
    if (mem === home && use !== null) onUse(use);
    return use;
  }

  async #selected(mem: string): Promise<StorageUse> {
    const { mem1 } = parseCpmsRead((await this.#options.channel.send(command.readStorage())).lines);
    if (mem1.mem !== mem) throw this.#outOfStep(`the modem did not select its storage ${mem}`);
    return { used: mem1.used, total: mem1.total };
  }

  #outOfStep(message: string): AppError {
    this.#options.channel.doubt();
    return outOfStep(message);
  }
}

/** What a modem says of a command that it lacks. */
const MAY_LACK_IT: ReadonlySet<string> = new Set([
  "plain",
  "not_supported",
  "operation_not_supported",
  "operation_not_allowed",
  "unknown",
  "unknown_error",
]);

/** What some say of a whole listing, of an empty storage or of a full one, while each place can be read. */
const MAY_STILL_READ: ReadonlySet<string> = new Set([...MAY_LACK_IT, "memory_full", "invalid_memory_index"]);

function countsOf(lines: readonly string[]): StorageUse | undefined {
  try {
    return parseCpmsSet(lines)[0];
  } catch (error) {
    if (hasCode(error, "at.bad_response")) return undefined;
    throw error;
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
