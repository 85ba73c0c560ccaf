// The node's index of names: what each operation in a block did, in the order and with the oddities of namecoin.cpp.

import { BLOCKS_PER_DAY, type NameAction, nameOfScript } from "../../../src/emercoin/index.ts";
import { bytesLatin1 } from "./json-values.ts";

export interface NameOp {
  readonly operation: NameAction["operation"];
  readonly txid: string;
  readonly vout: number;
  readonly height: number;
  /** The transaction's own. */
  readonly time: number;
  readonly days: number;
  /** As bytes, one letter each; empty for a delete. */
  readonly value: string;
  /** The owner's script. */
  readonly script: Uint8Array;
}

export interface NameState {
  /** All that is kept, oldest first; empty after a reorganisation took the only one away. */
  readonly ops: readonly NameOp[];
  /** Where the present life of the name begins. */
  readonly born: number;
  readonly expiresAt: number;
}

export type NameSnapshot = readonly (readonly [name: string, before: NameState | undefined])[];

const MAX_OPS = 1000;
const INT_MAX = 2 ** 31 - 1;

export const lastOp = (state: NameState): NameOp | undefined => state.ops.at(-1);
export const isDeleted = (state: NameState): boolean => lastOp(state)?.operation === "delete";

/** The name in an output of a transaction, with its bytes as letters. */
export function nameOutput(script: Uint8Array) {
  const output = nameOfScript(script);
  if (output === null) return null;
  const { action } = output;
  return {
    name: bytesLatin1(action.name),
    operation: action.operation,
    days: action.operation === "delete" ? 0 : action.days,
    value: action.operation === "delete" ? "" : bytesLatin1(action.value),
    script: output.script,
  };
}

function withOp(state: NameState | undefined, op: NameOp): NameState {
  const all = [...(state?.ops ?? []), op];
  const born = op.operation === "new" ? all.length - 1 : (state?.born ?? 0);
  const cut = all.length - born + 1 <= MAX_OPS ? Math.max(0, all.length - MAX_OPS) : 0;
  const ops = all.slice(cut);
  return { ops, born: born - cut, expiresAt: expiryOf(ops, born - cut) };
}

function expiryOf(ops: readonly NameOp[], born: number): number {
  if (ops.at(-1)?.operation === "delete") return 0;
  const days = ops.slice(born).reduce((sum, op) => sum + op.days, 0);
  return Math.min(INT_MAX, (ops[born]?.height ?? 0) + BLOCKS_PER_DAY * days);
}

/** Names sort by their length first, as its prefix in the database's keys does; then by bytes. */
function databaseKey(name: string): string {
  const { length } = name;
  const prefix = length < 0xfd ? [length] : [0xfd, length & 0xff, length >> 8];
  return String.fromCharCode(...prefix) + name;
}

export class NameIndex {
  readonly #states = new Map<string, NameState>();
  readonly #owners = new Map<string, Set<string>>();
  readonly #addressOf: (script: Uint8Array) => string;
  #sorted: readonly string[] | null = null;

  constructor(addressOf: (script: Uint8Array) => string) {
    this.#addressOf = addressOf;
  }

  get size(): number {
    return this.#states.size;
  }

  get addresses(): number {
    return this.#owners.size;
  }

  get(name: string): NameState | undefined {
    return this.#states.get(name);
  }

  isActive(name: string, height: number): boolean {
    const state = this.#states.get(name);
    return state !== undefined && state.ops.length > 0 && !isDeleted(state) && height <= state.expiresAt;
  }

  /** In the order of the database, from `start` on, without deleted and emptied ones. */
  *scan(start = ""): Generator<readonly [string, NameState]> {
    this.#sorted ??= [...this.#states.keys()]
      .map((name) => [databaseKey(name), name] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, name]) => name);
    const from = databaseKey(start);
    for (const name of this.#sorted) {
      const state = this.#states.get(name);
      if (state === undefined || state.ops.length === 0 || isDeleted(state)) continue;
      if (start === "" || databaseKey(name) >= from) yield [name, state];
    }
  }

  /** Names of an address in the order of their bytes; null if it never had any. */
  ofAddress(address: string): readonly string[] | null {
    const names = this.#owners.get(address);
    return names === undefined || names.size === 0 ? null : [...names].sort();
  }

  /** Applies what a block did. Returns what undoes it. */
  apply(ops: readonly (NameOp & { readonly name: string })[]): NameSnapshot {
    const before = new Map<string, NameState | undefined>();
    const created = new Set<string>();
    for (const { name, ...op } of ops) {
      // Only the first name_new of a name in a block counts.
      if (op.operation === "new" && created.has(name)) continue;
      if (op.operation === "new") created.add(name);
      const state = this.#states.get(name);
      if (!before.has(name)) before.set(name, state);
      this.#set(name, withOp(state, op));
    }
    return [...before];
  }

  /** A block is disconnected. A name that never was before keeps an empty record, as in the node. */
  undo(snapshot: NameSnapshot): void {
    for (const [name, before] of snapshot) this.#set(name, before ?? { ops: [], born: 0, expiresAt: 0 });
  }

  #set(name: string, state: NameState): void {
    const old = this.#states.get(name);
    if (old === undefined) this.#sorted = null;
    if (old !== undefined) this.#owner(old)?.delete(name);
    this.#states.set(name, state);
    this.#owner(state)?.add(name);
  }

  #owner(state: NameState): Set<string> | undefined {
    const op = lastOp(state);
    if (op === undefined || op.operation === "delete") return undefined;
    const address = this.#addressOf(op.script);
    const names = this.#owners.get(address) ?? new Set<string>();
    this.#owners.set(address, names);
    return names;
  }
}
