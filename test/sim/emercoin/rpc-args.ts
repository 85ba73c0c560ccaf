// The arguments of one call, read with the type checks and texts of the node.

import type { MicroEmc } from "../../../src/base/index.ts";
import { bytesLatin1, fromLatin1, latin1Bytes, type Param } from "./json-values.ts";
import { RPC, RpcError } from "./rpc-error.ts";

/** 10^10 EMC. */
const MAX_MONEY = 1e16;

const KIND: Readonly<Record<string, string>> = { string: "string", number: "number", boolean: "bool" };

function kindOf(value: Param): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return KIND[typeof value] ?? "object";
}

/** An amount of a request, number or text. */
export function amountOf(value: Param | undefined): MicroEmc {
  if (typeof value !== "string" && typeof value !== "number")
    throw new RpcError(RPC.TYPE, "Amount is not a number or string");
  const text = typeof value === "number" ? plain(value) : value;
  const match = /^(-?)(\d+)(?:\.(\d*))?$/.exec(text);
  const fraction = (match?.[3] ?? "").replace(/0+$/, "");
  if (match === null || fraction.length > 6 || match[3] === "") throw new RpcError(RPC.TYPE, "Invalid amount");
  const micro = Number(match[2]) * 1e6 + Number(fraction.padEnd(6, "0"));
  if (match[1] === "-" || micro > MAX_MONEY) throw new RpcError(RPC.TYPE, "Amount out of range");
  return micro as MicroEmc;
}

/** A number without exponent: 1e-7 must keep its seven decimals. */
function plain(value: number): string {
  const text = String(value);
  return /e/.test(text) ? value.toFixed(20).replace(/0+$/, "").replace(/\.$/, "") : text;
}

export function integerOf(value: Param | undefined, low = -(2 ** 31), high = 2 ** 31 - 1): number {
  if (typeof value !== "number") throw new RpcError(RPC.MISC, "JSON value is not an integer as expected");
  if (!Number.isInteger(value) || value < low || value > high)
    throw new RpcError(RPC.MISC, "JSON integer out of range");
  return value;
}

export class Args {
  readonly values: readonly Param[];

  constructor(values: readonly Param[]) {
    this.values = values;
  }

  get count(): number {
    return this.values.length;
  }

  at(index: number): Param {
    return this.values[index] ?? null;
  }

  has(index: number): boolean {
    return this.at(index) !== null;
  }

  /** A text as bytes, one letter each. */
  latin1(index: number, otherwise?: string): string {
    const value = this.at(index);
    if (value === null && otherwise !== undefined) return otherwise;
    if (typeof value !== "string") throw new RpcError(RPC.MISC, "JSON value is not a string as expected");
    return value;
  }

  /** A text that must be one wherever it is given, null included: how the name commands read. */
  given(index: number): string {
    return this.count > index ? this.latin1(index) : "";
  }

  givenInteger(index: number, otherwise = 0): number {
    return this.count > index ? integerOf(this.at(index)) : otherwise;
  }

  text(index: number, otherwise?: string): string {
    return fromLatin1(this.latin1(index, otherwise === undefined ? undefined : bytesLatin1(Buffer.from(otherwise))));
  }

  bytes(index: number): Uint8Array {
    return latin1Bytes(this.latin1(index));
  }

  integer(index: number, otherwise?: number): number {
    const value = this.at(index);
    return value === null && otherwise !== undefined ? otherwise : integerOf(value);
  }

  boolean(index: number, otherwise?: boolean): boolean {
    const value = this.at(index);
    if (value === null && otherwise !== undefined) return otherwise;
    if (typeof value !== "boolean") throw new RpcError(RPC.MISC, "JSON value is not a boolean as expected");
    return value;
  }

  amount(index: number): MicroEmc {
    return amountOf(this.at(index));
  }

  list(index: number): readonly Param[] {
    const value = this.at(index);
    if (!Array.isArray(value)) throw new RpcError(RPC.MISC, "JSON value is not an array as expected");
    return value;
  }

  object(index: number): Readonly<Record<string, Param>> {
    return objectOf(this.at(index));
  }

  /** RPCTypeCheck: another error code and text than reading a value. */
  check(...kinds: readonly ("string" | "number" | "bool" | "array" | "object" | "any")[]): void {
    for (const [index, kind] of kinds.entries()) {
      const value = this.at(index);
      if (kind === "any" || value === null) continue;
      const found = kindOf(value);
      if (found !== kind) throw new RpcError(RPC.TYPE, `Expected type ${kind}, got ${found}`);
    }
  }
}

export function objectOf(value: Param | undefined): Readonly<Record<string, Param>> {
  if (value === null || value === undefined || typeof value !== "object" || Array.isArray(value)) {
    throw new RpcError(RPC.MISC, "JSON value is not an object as expected");
  }
  return value as Readonly<Record<string, Param>>;
}
