// Message memories: numbered places that fill from the lowest free one (TS 27.005 3.1).

/** TS 27.005 3.1: 0 received unread, 1 received read, 2 stored unsent, 3 stored sent. */
export type MessageStatus = 0 | 1 | 2 | 3;

/** A PDU on its way through the simulator, with the id its sender was given. */
export interface SimPdu {
  readonly id: string;
  /** 1-based position among the PDUs of one message. */
  readonly part: number;
  /** As +CMGR shows it: service centre address first. */
  readonly pdu: Uint8Array;
}

export interface StoredMessage extends SimPdu {
  status: MessageStatus;
}

/** What a memory offers to commands. Places are numbered from 1. */
export interface Memory {
  readonly used: number;
  readonly capacity: number;
  /** The place taken, or `undefined` when the memory is full. */
  add(message: StoredMessage): number | undefined;
  get(index: number): StoredMessage | undefined;
  /** The message that was there, if any. */
  remove(index: number): StoredMessage | undefined;
  /** In order of their places. */
  entries(): readonly (readonly [index: number, message: StoredMessage])[];
}

export class MessageStore implements Memory {
  readonly capacity: number;
  readonly #places: (StoredMessage | undefined)[];
  #used = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.#places = new Array<StoredMessage | undefined>(capacity).fill(undefined);
  }

  get used(): number {
    return this.#used;
  }

  add(message: StoredMessage): number | undefined {
    const free = this.#places.indexOf(undefined);
    if (free < 0) return undefined;
    this.#places[free] = message;
    this.#used++;
    return free + 1;
  }

  /** Puts a message back at its place, when a snapshot is loaded. */
  restore(index: number, message: StoredMessage): void {
    if (index < 1 || index > this.capacity) return;
    if (this.#places[index - 1] === undefined) this.#used++;
    this.#places[index - 1] = message;
  }

  get(index: number): StoredMessage | undefined {
    return this.#places[index - 1];
  }

  remove(index: number): StoredMessage | undefined {
    const message = this.#places[index - 1];
    if (message === undefined) return undefined;
    this.#places[index - 1] = undefined;
    this.#used--;
    return message;
  }

  entries(): readonly (readonly [number, StoredMessage])[] {
    return this.#places.flatMap((message, place) => (message === undefined ? [] : [[place + 1, message] as const]));
  }
}
