// A chain of names and a publisher over it, for tests of what wants names: blocks come when told, races and losses too.

import { Events, microEmc, silentLogger, unixMs } from "../../src/base/index.ts";
import type {
  NameChange,
  NamePlan,
  NamePublication,
  NamePublisher,
  NameRecord,
  NameWish,
  TransactionStatus,
} from "../../src/core/index.ts";

const txidOf = (n: number): string => n.toString(16).padStart(64, "0");

export class FakeChain {
  readonly records = new Map<string, NameRecord>();
  readonly history: NameChange[] = [];
  readonly own = new Set<string>(["emrt1provider"]);
  height = 100;
  /** Set to make every question fail. */
  failure: Error | null = null;
  #transactions = 0;

  /** Confirms a name in a new block. */
  put(name: string, value: Uint8Array, address = "emrt1provider"): string {
    const txid = txidOf(++this.#transactions);
    this.height++;
    this.records.set(name, { name, value, txid, vout: 0, address, expiresAt: this.height + 1000, state: "active" });
    const change = { name, txid, operation: "new", address, value, days: 10, mine: this.own.has(address) } as const;
    this.history.push({ ...change, height: this.height });
    return txid;
  }

  async name(name: string): Promise<NameRecord | null> {
    if (this.failure !== null) throw this.failure;
    return this.records.get(name) ?? null;
  }

  async nameHistory(name: string): Promise<readonly NameChange[]> {
    return this.history.filter((change) => change.name === name);
  }

  async owns(address: string): Promise<boolean> {
    return this.own.has(address);
  }

  async transaction(txid: string): Promise<TransactionStatus | null> {
    const change = this.history.find((each) => each.txid === txid);
    return change === undefined ? null : { hex: "", confirmations: this.height - change.height + 1, blockHash: "00" };
  }
}

export class FakePublisher implements NamePublisher {
  readonly all: NamePublication[] = [];
  readonly #chain: FakeChain;
  readonly #changes = new Events<{ readonly change: NamePublication }>("publisher", silentLogger);

  constructor(chain: FakeChain) {
    this.#chain = chain;
  }

  async plan(wish: NameWish): Promise<NamePlan> {
    return { wish, cost: microEmc(12_300), problem: null };
  }

  async submit(wish: NameWish): Promise<NamePublication> {
    const publication: NamePublication = {
      id: String(this.all.length + 1).padStart(32, "0"),
      wish,
      state: "waiting",
      txid: null,
      confirmations: 0,
      needed: 3,
      address: wish.address,
      expiresAt: null,
      problem: null,
      createdAt: unixMs(0),
      changedAt: unixMs(0),
    };
    this.all.push(publication);
    return publication;
  }

  /** The newest wish gets into the chain. */
  confirm(): void {
    const { wish } = this.#newest();
    this.#change({ state: "done", txid: this.#chain.put(wish.name, wish.value, wish.address ?? undefined) });
  }

  /** Somebody else's operation on the newest wish's name comes first. */
  loseRace(): void {
    const { wish } = this.#newest();
    this.#chain.put(wish.name, wish.value, "emrt1stranger");
    this.#change({ state: "lost" });
  }

  fail(code: string): void {
    this.#change({ state: "failed", problem: { code, message: "it cannot be done" } });
  }

  async cancel(id: string): Promise<NamePublication> {
    throw new Error(`not in this test: ${id}`);
  }

  get(id: string): NamePublication | null {
    return this.all.find((each) => each.id === id) ?? null;
  }

  latest(name: string): NamePublication | null {
    return this.all.findLast(({ wish }) => wish.name === name) ?? null;
  }

  list(): readonly NamePublication[] {
    return this.all;
  }

  async settled(id: string): Promise<NamePublication> {
    throw new Error(`not in this test: ${id}`);
  }

  onChange(listener: (publication: NamePublication) => void) {
    return this.#changes.on("change", listener);
  }

  #newest(): NamePublication {
    const newest = this.all.at(-1);
    if (newest === undefined) throw new Error("nothing was submitted");
    return newest;
  }

  #change(changes: Partial<NamePublication>): void {
    const changed = { ...this.#newest(), ...changes };
    this.all[this.all.length - 1] = changed;
    this.#changes.emit("change", changed);
  }
}
