// A chain in memory with what the publisher's rules rest on: mempool, blocks, expiry, owners, races, reorganisations. Faults are asked
// for by name of the call.

import { AppError, type ErrorCode, microEmc } from "../../../src/base/index.ts";
import type { PublishingNode } from "../../../src/core/chain/publication-facts.ts";
import type {
  NameChange,
  NameOperation,
  NameRecord,
  NameWrite,
  PendingName,
  TransactionStatus,
  WalletLock,
} from "../../../src/core/index.ts";

const BLOCKS_PER_DAY = 175;

export type Call = keyof PublishingNode;

interface Fault {
  readonly call: Call;
  readonly code: ErrorCode;
  /** Whether the node acts before it fails. */
  readonly acts: boolean;
}

interface Operation extends PendingName {
  readonly hex: string;
}

interface Block {
  readonly hash: string;
  readonly operations: readonly Operation[];
}

export class FakeChain implements PublishingNode {
  lock: WalletLock = "unencrypted";
  funds = microEmc(1_000_000_000);
  /** Names whose pending mark is stuck, as after a lost race. */
  readonly stuck = new Set<string>();
  /** Every operation that the wallet paid for. */
  readonly paid: Operation[] = [];
  calls = 0;
  #blocks: Block[] = [];
  #mempool: Operation[] = [];
  #forgotten: Operation[] = [];
  #faults: Fault[] = [];
  #serial = 0;
  readonly #spent = new Set<string>();
  readonly #own = new Set<string>();

  constructor(blocks = 100) {
    this.mine(blocks);
  }

  fail(call: Call, code: ErrorCode, { times = 1, acts = false } = {}): void {
    for (let i = 0; i < times; i++) this.#faults.push({ call, code, acts });
  }

  mine(count = 1): void {
    for (let i = 0; i < count; i++) {
      this.#blocks.push({ hash: `${this.#blocks.length}-${this.#serial++}`, operations: this.#mempool.splice(0) });
    }
  }

  /** A block that somebody else's operation gets into before ours. */
  mineForeign(
    operation: NameOperation,
    write: { readonly name: string; readonly value: string; readonly days: number },
  ): void {
    const foreign: Operation = {
      ...this.#operation(operation, { ...write, value: bytes(write.value), address: "foreign" }),
      mine: false,
    };
    this.#blocks.push({ hash: `${this.#blocks.length}-${this.#serial++}`, operations: [foreign] });
  }

  pendForeign(name: string): void {
    const write = { name, value: bytes("x"), days: 1, address: "foreign" };
    this.#mempool.push({ ...this.#operation("new", write), mine: false });
  }

  /** The last blocks go; their operations return to the mempool or are forgotten. */
  reorganise(count: number, keep = true): void {
    const gone = this.#blocks.splice(-count).flatMap((block) => block.operations);
    (keep ? this.#mempool : this.#forgotten).unshift(...gone);
  }

  /** What a restart without its mempool file does. */
  forgetMempool(): void {
    this.#forgotten.push(...this.#mempool.splice(0));
  }

  /** The coins of a transaction are spent by another one. */
  spendInputs(txid: string): void {
    this.#spent.add(txid);
  }

  /** Operations on a name that took effect. */
  effective(name: string): readonly NameChange[] {
    return this.#replay(name).history;
  }

  async status() {
    await this.#enter("status");
    const wallet = {
      ...{ name: "", lock: this.lock, confirmed: this.funds },
      ...{ unconfirmed: microEmc(0), immature: microEmc(0) },
    };
    const tip = this.#blocks.at(-1)?.hash ?? "";
    const height = this.#blocks.length;
    return {
      network: "regtest" as const,
      version: "fake",
      height,
      headers: height,
      tip,
      synced: true,
      peers: 1,
      wallet,
    };
  }

  async height(): Promise<number> {
    await this.#enter("height");
    return this.#blocks.length;
  }

  async lastPowReward() {
    await this.#enter("lastPowReward");
    return microEmc(1_890_000_000);
  }

  async name(name: string): Promise<NameRecord | null> {
    await this.#enter("name");
    return this.#replay(name).record;
  }

  async nameHistory(name: string): Promise<readonly NameChange[]> {
    await this.#enter("nameHistory");
    return this.#replay(name).history;
  }

  async pendingNames(): Promise<readonly PendingName[]> {
    await this.#enter("pendingNames");
    return [...this.#mempool];
  }

  newName(write: NameWrite): Promise<string> {
    return this.#send("newName", "new", write);
  }

  updateName(write: NameWrite): Promise<string> {
    return this.#send("updateName", "update", write);
  }

  deleteName(name: string): Promise<string> {
    return this.#send("deleteName", "delete", { name, value: bytes(""), days: 0, address: "own-delete" });
  }

  async transaction(txid: string): Promise<TransactionStatus | null> {
    await this.#enter("transaction");
    const at = this.#blocks.findIndex((block) => block.operations.some((each) => each.txid === txid));
    const hex = `hex-${txid}`;
    const block = this.#blocks[at];
    if (block !== undefined) return { hex, confirmations: this.#blocks.length - at, blockHash: block.hash };
    return this.#mempool.some((each) => each.txid === txid) ? { hex, confirmations: 0, blockHash: null } : null;
  }

  async broadcast(hex: string): Promise<string> {
    await this.#enter("broadcast");
    const found = this.#forgotten.find((each) => each.hex === hex);
    const txid = hex.slice("hex-".length);
    if (this.#spent.has(txid)) throw new AppError("emercoin.inputs_spent", "the coins are spent");
    if (found !== undefined) {
      this.#forgotten = this.#forgotten.filter((each) => each !== found);
      this.#mempool.push(found);
    }
    return txid;
  }

  async newAddress(): Promise<string> {
    await this.#enter("newAddress");
    const address = `own-${this.#serial++}`;
    this.#own.add(address);
    return address;
  }

  async owns(address: string): Promise<boolean> {
    await this.#enter("owns");
    return this.#own.has(address);
  }

  /** A name that this wallet owns, in the chain. */
  async register(name: string, value: string, days = 365): Promise<string> {
    const txid = await this.newName({ name, value: bytes(value), days, address: await this.newAddress() });
    this.mine();
    return txid;
  }

  async #enter(call: Call): Promise<void> {
    this.calls++;
    await Promise.resolve();
    const at = this.#faults.findIndex((fault) => fault.call === call && !fault.acts);
    if (at >= 0) throw this.#takeFault(at);
  }

  #takeFault(at: number): AppError {
    const [fault] = this.#faults.splice(at, 1);
    return new AppError(fault?.code ?? "test.no_fault", "as asked for");
  }

  #operation(operation: NameOperation, { name, value, days, address }: NameWrite): Operation {
    const txid = `tx${this.#serial++}`;
    return {
      ...{ name, txid, operation, address, days, mine: true },
      value: operation === "delete" ? null : value,
      hex: `hex-${txid}`,
    };
  }

  async #send(call: Call, operation: NameOperation, write: NameWrite): Promise<string> {
    await this.#enter(call);
    if (this.lock !== "unencrypted") throw new AppError("emercoin.locked", "locked");
    const refuse = (code: ErrorCode): AppError => new AppError(code, "the node refuses");
    if (this.stuck.has(write.name) || this.#mempool.some((each) => each.name === write.name)) {
      throw refuse("emercoin.name_pending");
    }
    const { record } = this.#replay(write.name);
    const free = record === null || record.state === "deleted" || record.expiresAt < this.#blocks.length;
    if (operation === "new" && !free) throw refuse("emercoin.name_exists");
    if (operation !== "new" && record?.state !== "active") throw refuse("emercoin.name_inactive");
    if (operation !== "new" && !this.#own.has(record?.address ?? "")) throw refuse("emercoin.name_foreign");
    const sent = this.#operation(operation, write);
    this.#mempool.push(sent);
    this.paid.push(sent);
    const fault = this.#faults.findIndex((each) => each.call === call && each.acts);
    if (fault >= 0) throw this.#takeFault(fault);
    return sent.txid;
  }

  #replay(name: string): { record: NameRecord | null; history: NameChange[] } {
    const history: NameChange[] = [];
    let record: NameRecord | null = null;
    this.#blocks.forEach((block, index) => {
      const height = index + 1;
      for (const each of block.operations.filter((operation) => operation.name === name)) {
        const next = applied(record, each, height);
        if (next === null) continue;
        record = next;
        history.push({ ...each, height });
      }
    });
    return { record: aged(record, this.#blocks.length), history };
  }
}

/** Null for an operation that is confirmed without effect. */
function applied(record: NameRecord | null, change: PendingName, height: number): NameRecord | null {
  const active = record !== null && record.state !== "deleted" && height <= record.expiresAt;
  if ((change.operation === "new") === active) return null;
  const { name, txid, address } = change;
  const base = { name, txid, vout: 0, address };
  if (change.operation === "delete") return { ...base, value: bytes(""), expiresAt: 0, state: "deleted" };
  const from = change.operation === "new" ? height : (record?.expiresAt ?? 0);
  return { ...base, value: change.value ?? bytes(""), expiresAt: from + change.days * BLOCKS_PER_DAY, state: "active" };
}

function aged(record: NameRecord | null, height: number): NameRecord | null {
  return record?.state === "active" && record.expiresAt <= height ? { ...record, state: "expired" } : record;
}

export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
