// What a process knows of one renter's mail, folded from the stream's entries. Pure: entries may come twice, from the running reader and
// from an own write, and change nothing the second time.

import { SerialQueue } from "../base/index.ts";
import type { Candidate, KnownMessage, MailboxCounts } from "../core/index.ts";
import { type GoneMessage, knownOf, type MailEntry, type MessageEntry } from "./mail-entries.ts";

/** A message that was accepted, with its envelope or without. */
export interface SeenMessage extends KnownMessage {
  /** Of its entry. */
  readonly cursor: number;
  /** Bytes of its envelope as text; 0 where only the word that it is gone was seen. */
  readonly size: number;
  readonly signature: string;
  /** Number of the entry that says it is gone, the one with the receipt if there is one; 0 while it waits. */
  goneAt: number;
  /** Acknowledged or expired. */
  gone: boolean;
  acknowledged: boolean;
}

export class RentalMail {
  readonly rentalId: string;
  /** Writes of this process to the rental's subject come one after another. */
  readonly queue = new SerialQueue("a rental's mail");
  /** Number of the subject's last entry; 0 when it has none. */
  last = 0;
  highestSeq = 0;
  readonly #byId = new Map<string, SeenMessage>();
  readonly #byHash = new Map<string, SeenMessage>();
  readonly #bySeq = new Map<number, SeenMessage>();

  constructor(rentalId: string) {
    this.rentalId = rentalId;
  }

  /** How many were ever accepted. */
  get accepted(): number {
    return this.#byId.size;
  }

  byId(id: string): SeenMessage | undefined {
    return this.#byId.get(id);
  }

  byHash(hash: string): SeenMessage | undefined {
    return this.#byHash.get(hash);
  }

  /** Those that share a name with the candidate. */
  alike({ id, hash, seq }: Candidate): readonly SeenMessage[] {
    const found = [this.#byId.get(id), this.#byHash.get(hash), seq === null ? undefined : this.#bySeq.get(seq)];
    return [...new Set(found)].filter((one) => one !== undefined);
  }

  all(): IterableIterator<SeenMessage> {
    return this.#byId.values();
  }

  add(message: SeenMessage): void {
    this.#byId.set(message.id, message);
    this.#byHash.set(message.hash, message);
    if (message.seq === null) return;
    this.#bySeq.set(message.seq, message);
    this.highestSeq = Math.max(this.highestSeq, message.seq);
  }
}

export class RenterMail {
  readonly renter: string;
  readonly rentals = new Map<string, RentalMail>();
  /** Envelopes that wait, by cursor. */
  readonly #waiting: SeenMessage[] = [];
  #bytes = 0;
  #size = 0;

  constructor(renter: string) {
    this.renter = renter;
  }

  /** Messages it remembers. */
  get size(): number {
    return this.#size;
  }

  get counts(): MailboxCounts {
    return { renter: this.renter, waiting: this.#waiting.length, bytes: this.#bytes };
  }

  rental(rentalId: string): RentalMail {
    const known = this.rentals.get(rentalId);
    if (known !== undefined) return known;
    const made = new RentalMail(rentalId);
    this.rentals.set(rentalId, made);
    return made;
  }

  forget(rentalId: string): void {
    this.rentals.delete(rentalId);
    for (const message of [...this.#waiting]) if (message.rentalId === rentalId) this.#remove(message);
  }

  /** Cursors of envelopes that are gone by what is written, and were there all the same. */
  leftovers(): readonly number[] {
    const all = [...this.rentals.values()].flatMap((rental) => [...rental.all()]);
    return all.filter(({ gone, size }) => gone && size > 0).map(({ cursor }) => cursor);
  }

  /**
   * Takes an entry in. An own write is known at once, and one of another process that stands before it may come after it: nats-server 2.9
   * lets both write who name the same last entry within the same milliseconds. So the number of an entry does not tell that it is known.
   */
  apply(seq: number, rentalId: string, entry: MailEntry): void {
    const rental = this.rental(rentalId);
    rental.last = Math.max(rental.last, seq);
    if (entry.t === "m") this.#arrived(rental, seq, entry);
    else for (const message of entry.of) this.#left(rental, message, seq);
  }

  /** Whether an entry repeats a message that stands elsewhere: two processes have stored it at once. */
  isCopy(seq: number, rentalId: string, entry: MailEntry): boolean {
    const known = entry.t === "m" ? this.rentals.get(rentalId)?.byId(entry.id) : undefined;
    return known !== undefined && known.cursor !== seq;
  }

  /** Waiting messages behind `after` whose entries are not newer than `until`, in order. */
  *waiting(after: number, until: number): Generator<SeenMessage> {
    for (let at = this.#placeOf(after + 1); at < this.#waiting.length; at++) {
      const message = this.#waiting[at];
      if (message === undefined || message.cursor > until) return;
      yield message;
    }
  }

  #arrived(rental: RentalMail, cursor: number, entry: MessageEntry): void {
    const known = rental.byId(entry.id);
    // Of two copies the first in the stream counts, for every process alike.
    if (known !== undefined && (known.gone || known.cursor <= cursor)) return;
    if (known !== undefined) this.#remove(known);
    else this.#size++;
    const size = entry.envelope.length;
    const { signature } = entry;
    const message = { ...knownOf(entry, rental), cursor, size, signature, goneAt: 0, gone: false, acknowledged: false };
    rental.add(message);
    this.#waiting.splice(this.#placeOf(cursor), 0, message);
    this.#bytes += size;
  }

  #left(rental: RentalMail, gone: GoneMessage, goneAt: number): void {
    const known = rental.byId(gone.id);
    const acknowledged = gone.receipt !== null;
    if (known === undefined) {
      // Its own entry was deleted before this process looked.
      const { cursor, signature } = gone;
      rental.add({ ...knownOf(gone, rental), cursor, signature, size: 0, goneAt, gone: true, acknowledged });
      this.#size++;
      return;
    }
    if (!known.gone) this.#remove(known);
    known.gone = true;
    if (!known.acknowledged) known.goneAt = goneAt;
    known.acknowledged ||= acknowledged;
  }

  #remove(message: SeenMessage): void {
    const at = this.#placeOf(message.cursor);
    if (this.#waiting[at] !== message) return;
    this.#waiting.splice(at, 1);
    this.#bytes -= message.size;
  }

  /** Index of the first waiting message whose cursor is at least this. */
  #placeOf(cursor: number): number {
    let low = 0;
    let high = this.#waiting.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#waiting[middle]?.cursor ?? 0) < cursor) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
