// Brings messages from the modem's storages into the intake. Deletes a message only after the intake has said that it is durable, and
// reports it as deleted only when the modem has shown that the place is empty: some modems answer OK and delete nothing.

import {
  command,
  type ListedPdu,
  parseCmgl,
  parseCpmsRead,
  parseCpmsSet,
  type StorageUse,
  type StoredPdu,
} from "../at/index.ts";
import { AppError, fromHex, isAppError, type LineId, type Logger, type SlotId, type UnixMs } from "../base/index.ts";
import { type IntakePort, type IntakeTicket, sentOrder } from "../core/index.ts";
import type { AtChannel } from "./at-channel.ts";

export interface ReaderOptions {
  readonly channel: AtChannel;
  readonly intake: IntakePort;
  readonly slotId: SlotId;
  readonly lineId: LineId;
  readonly now: () => UnixMs;
  readonly log: Logger;
  /** The storage that messages are received into; mem1 stands there between calls. */
  readonly home: string;
  /** Called when a listing shows how full the storage is. */
  readonly onUse: (use: StorageUse) => void;
}

interface Deletion {
  readonly ticket: IntakeTicket;
  /** The modem said OK; whether the place is empty must still show. */
  answered: boolean;
  /** Another message was announced for the place before the OK was heard. */
  announced: boolean;
}

/** Times a PDU that is shorter than it says is read again before it is taken as it is. */
const REREADS = 2;

export class MessageReader {
  readonly #options: ReaderOptions;
  readonly #deletions = new Map<string, Deletion>();
  readonly #rereads = new Map<string, number>();
  #mem: string;

  constructor(options: ReaderOptions) {
    this.#options = options;
    this.#mem = options.home;
  }

  /** Reads and delivers everything in `mem`. Resolves with how many messages had to be left for later. */
  async sweep(mem: string): Promise<number> {
    await this.#select(mem);
    const { channel, log } = this.#options;
    const { messages, odd } = parseCmgl((await channel.send(command.listMessages())).lines);
    if (odd.length > 0) log.warn("odd_listing", { mem, entries: odd.length });
    this.#confirmVanished(mem, messages);
    const incoming = inOrder(
      messages.filter((message) => message.stat !== "sto_unsent" && message.stat !== "sto_sent"),
    );
    const left = await Promise.all(incoming.map((message) => this.#deliver(mem, message.index, message)));
    if (mem !== this.#options.home) await this.#select(this.#options.home);
    return left.filter((stays) => stays).length;
  }

  /** A new announcement for a place means that what lay there is gone. To be called when it arrives. */
  announced(mem: string, index: number): void {
    const deletion = this.#deletions.get(placeOf(mem, index));
    if (deletion?.answered) this.#vanished(placeOf(mem, index));
    else if (deletion !== undefined) deletion.announced = true;
  }

  /** A message that was routed to us without being stored (+CMT). There is nothing to delete. */
  async acceptDirect(hex: string): Promise<void> {
    const { intake, slotId, lineId, now, log } = this.#options;
    try {
      await intake.accept({ slotId, lineId, location: null, pdu: bytesOf(hex), receivedAt: now() });
    } catch (error) {
      log.error("direct_message_lost", { reason: isAppError(error) ? error.code : "unknown" });
    }
  }

  /** How full the home storage is. */
  async storageUse(): Promise<StorageUse | null> {
    const { lines } = await this.#options.channel.send(command.readStorage());
    const { mem1 } = parseCpmsRead(lines);
    return mem1.mem === this.#options.home ? { used: mem1.used, total: mem1.total } : null;
  }

  async #select(mem: string): Promise<void> {
    if (this.#mem === mem) return;
    const { lines } = await this.#options.channel.send(command.setStorage([mem]));
    this.#mem = mem;
    const [use] = parseCpmsSet(lines);
    if (use !== undefined && mem === this.#options.home) this.#options.onUse(use);
  }

  /** True when the message stays in the modem. */
  async #deliver(mem: string, index: number, message: StoredPdu): Promise<boolean> {
    const place = placeOf(mem, index);
    if (!message.intact && this.#readAgain(place)) return true;
    this.#rereads.delete(place);
    const { intake, slotId, lineId, now, log } = this.#options;
    try {
      const pdu = bytesOf(message.pdu);
      const { ticket } = await intake.accept({ slotId, lineId, location: place, pdu, receivedAt: now() });
      await this.#delete(place, index, ticket);
      return false;
    } catch (error) {
      // A dead channel ends the round; anything else leaves this message for the next one.
      if (isAppError(error) && CHANNEL_IS_DEAD.has(error.code)) throw error;
      log.warn("message_left", { mem, reason: isAppError(error) ? error.code : "unknown" });
      return true;
    }
  }

  async #delete(place: string, index: number, ticket: IntakeTicket): Promise<void> {
    const deletion: Deletion = { ticket, answered: false, announced: false };
    this.#deletions.set(place, deletion);
    try {
      await this.#options.channel.send(command.deleteMessage(index));
      deletion.answered = true;
      if (deletion.announced) this.#vanished(place);
    } catch (error) {
      this.#deletions.delete(place);
      throw error;
    }
  }

  #readAgain(place: string): boolean {
    const times = this.#rereads.get(place) ?? 0;
    if (times >= REREADS) return false;
    this.#rereads.set(place, times + 1);
    return true;
  }

  #confirmVanished(mem: string, listed: readonly ListedPdu[]): void {
    const present = new Set(listed.map((message) => placeOf(mem, message.index)));
    for (const [place, deletion] of [...this.#deletions]) {
      if (deletion.answered && place.startsWith(`${mem}:`) && !present.has(place)) this.#vanished(place);
    }
  }

  #vanished(place: string): void {
    const deletion = this.#deletions.get(place);
    if (deletion === undefined) return;
    this.#deletions.delete(place);
    this.#options.intake.deleted(deletion.ticket);
  }
}

const CHANNEL_IS_DEAD: ReadonlySet<string> = new Set([
  "modem.closed",
  "modem.io",
  "modem.timeout",
  "modem.out_of_step",
  "base.stopped",
]);

function placeOf(mem: string, index: number): string {
  return `${mem}:${index}`;
}

/** The PDU's bytes. Half an octet at a cut end is completed by F, so that nothing of it is lost. */
function bytesOf(hex: string): Uint8Array {
  const even = hex.length % 2 === 0 ? hex : `${hex}F`;
  if (!/^[0-9A-Fa-f]+$/.test(even))
    throw new AppError("modem.bad_pdu", "the modem listed a PDU that is not hex", { retryable: true });
  return fromHex(even);
}

/** A listing goes by place, and a freed place is filled again: the service centre's time tells what came first. */
function inOrder(messages: readonly ListedPdu[]): readonly ListedPdu[] {
  const keyed = messages.map((message) => ({
    message,
    sent: /^(?:[0-9A-F]{2})+$/i.test(message.pdu) ? sentOrder(fromHex(message.pdu)) : 0,
  }));
  return keyed.sort((a, b) => a.sent - b.sent || a.message.index - b.message.index).map(({ message }) => message);
}
