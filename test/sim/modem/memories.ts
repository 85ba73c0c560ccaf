// The memories of one modem by name: `SM` on its card, `ME` in the modem, `MT` both under one numbering (TS 27.005 3.1).

import type { FaultBox } from "./faults.ts";
import { type Memory, MessageStore, type StoredMessage } from "./message-store.ts";
import type { MemoryName } from "./settings.ts";
import type { SimCard } from "./sim-card.ts";

export class Memories {
  /** Undefined: no card is in. */
  card: SimCard | undefined;
  readonly modemStore: MessageStore;
  readonly #faults: FaultBox;

  constructor(options: { readonly card: SimCard | undefined; readonly capacity: number; readonly faults: FaultBox }) {
    this.card = options.card;
    this.modemStore = new MessageStore(options.capacity);
    this.#faults = options.faults;
  }

  /** Undefined when the card that holds the memory is missing. */
  get(name: MemoryName): Memory | undefined {
    const card = this.card?.store;
    const memory = name === "ME" ? this.modemStore : name === "SM" || card === undefined ? card : this.#joined(card);
    return memory !== undefined && this.#faults.isOn("full") ? new FullMemory(memory) : memory;
  }

  #joined(card: MessageStore): Memory {
    return new JoinedMemory(card, this.modemStore);
  }
}

/** `MT`: the places of the first memory, then those of the second, under one numbering. */
class JoinedMemory implements Memory {
  readonly #first: Memory;
  readonly #second: Memory;

  constructor(first: Memory, second: Memory) {
    this.#first = first;
    this.#second = second;
  }

  get used(): number {
    return this.#first.used + this.#second.used;
  }

  get capacity(): number {
    return this.#first.capacity + this.#second.capacity;
  }

  add(message: StoredMessage): number | undefined {
    const index = this.#first.add(message);
    if (index !== undefined) return index;
    const second = this.#second.add(message);
    return second === undefined ? undefined : this.#first.capacity + second;
  }

  get(index: number): StoredMessage | undefined {
    const offset = this.#first.capacity;
    return index <= offset ? this.#first.get(index) : this.#second.get(index - offset);
  }

  remove(index: number): StoredMessage | undefined {
    const offset = this.#first.capacity;
    return index <= offset ? this.#first.remove(index) : this.#second.remove(index - offset);
  }

  entries(): readonly (readonly [number, StoredMessage])[] {
    const shifted = this.#second.entries().map(([index, m]) => [index + this.#first.capacity, m] as const);
    return [...this.#first.entries(), ...shifted];
  }
}

/** A memory that says it is full and takes nothing, whatever it holds. */
class FullMemory implements Memory {
  readonly #inner: Memory;

  constructor(inner: Memory) {
    this.#inner = inner;
  }

  get used(): number {
    return this.#inner.capacity;
  }

  get capacity(): number {
    return this.#inner.capacity;
  }

  add(): undefined {
    return undefined;
  }

  get(index: number): StoredMessage | undefined {
    return this.#inner.get(index);
  }

  remove(index: number): StoredMessage | undefined {
    return this.#inner.remove(index);
  }

  entries(): readonly (readonly [number, StoredMessage])[] {
    return this.#inner.entries();
  }
}
