// Names in outputs: operation, name, days and value stand before an ordinary script and are dropped when it runs (namecoin.cpp,
// script.cpp). A transaction with such outputs has version 0x0666.

import { AppError, concatBytes } from "../base/index.ts";
import { badScript, OP, push, readScript, type ScriptStep, script } from "./script.ts";

export type NameAction =
  | {
      readonly operation: "new" | "update";
      readonly name: Uint8Array;
      readonly value: Uint8Array;
      readonly days: number;
    }
  | { readonly operation: "delete"; readonly name: Uint8Array };

export interface NameOutput {
  readonly action: NameAction;
  /** The script of the owner. */
  readonly script: Uint8Array;
}

export const MAX_NAME_BYTES = 512;
export const MAX_VALUE_BYTES = 20 * 1024;
export const MAX_NAME_DAYS = 366_000_000;
/** Longest element that a script may push. */
const CHUNK_BYTES = 520;
const OPERATIONS = ["new", "update", "delete"] as const;

function badName(what: string): AppError {
  return new AppError("emercoin.bad_name", `a name cannot be written: ${what}`, {
    hint: "Shorten the name or the value, or choose another number of days.",
  });
}

/** Throws `emercoin.bad_name` for what the network would refuse. An empty name is allowed (and useless). */
export function checkNameAction(action: NameAction): void {
  if (action.name.length > MAX_NAME_BYTES) throw badName("it is longer than 512 bytes");
  if (action.operation === "delete") return;
  const { value, days } = action;
  if (value.length === 0) throw badName("its value is empty");
  if (value.length > MAX_VALUE_BYTES) throw badName("its value is longer than 20480 bytes");
  const least = action.operation === "new" ? 1 : 0;
  if (!Number.isInteger(days) || days < least || days > MAX_NAME_DAYS) {
    throw badName(`its days are not a whole number from ${least} to ${MAX_NAME_DAYS}`);
  }
}

/** A number as scripts hold it: little-endian, the top bit is the sign. Of 0 and above. */
function scriptNumber(value: number): Uint8Array {
  const bytes: number[] = [];
  for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) bytes.push(rest % 256);
  if ((bytes.at(-1) ?? 0) > 127) bytes.push(0);
  return Uint8Array.from(bytes);
}

function numberOf(bytes: Uint8Array): number {
  // CScriptNum reads up to four bytes.
  if (bytes.length > 4) throw badScript("its days are longer than four bytes");
  const last = bytes.length - 1;
  const size = bytes.reduce((sum, byte, at) => sum + (at === last ? byte & 0x7f : byte) * 256 ** at, 0);
  return (bytes[last] ?? 0) > 127 ? -size : size;
}

function chunksOf(value: Uint8Array): readonly Uint8Array[] {
  return Array.from({ length: Math.ceil(value.length / CHUNK_BYTES) }, (_, at) =>
    value.subarray(at * CHUNK_BYTES, (at + 1) * CHUNK_BYTES),
  );
}

/** The script of an output that does something with a name and belongs to `owner`. Throws `emercoin.bad_name`. */
export function nameScript({ action, script: owner }: NameOutput): Uint8Array {
  checkNameAction(action);
  const opcode = OP.ONE + OPERATIONS.indexOf(action.operation);
  if (action.operation === "delete") return concatBytes(script(opcode, OP.DROP, action.name, OP.DROP), owner);
  const chunks = chunksOf(action.value);
  const drops = [
    ...Array.from({ length: Math.floor(chunks.length / 2) }, () => OP.TWO_DROP),
    ...(chunks.length % 2 === 1 ? [OP.DROP] : []),
  ];
  return concatBytes(
    script(opcode, OP.DROP, action.name, scriptNumber(action.days), OP.TWO_DROP),
    ...chunks.map(push),
    Uint8Array.from(drops),
    owner,
  );
}

const isDrop = (step: ScriptStep | undefined): boolean => step?.opcode === OP.DROP || step?.opcode === OP.TWO_DROP;

function dataOf(step: ScriptStep | undefined): Uint8Array {
  if (step?.data === undefined || step.data === null) throw badScript("a name script lacks a value");
  return step.data;
}

function expect(step: ScriptStep | undefined, opcode: number): ScriptStep {
  if (step?.opcode !== opcode) throw badScript("a name script drops other than what it pushed");
  return step;
}

function decode(bytes: Uint8Array): NameOutput {
  const steps = readScript(bytes);
  const operation = OPERATIONS[(steps[0]?.opcode ?? 0) - OP.ONE];
  if (operation === undefined) throw badScript("it does nothing with a name");
  expect(steps[1], OP.DROP);
  const name = dataOf(steps[2]);
  if (operation === "delete") {
    return { action: { operation, name }, script: bytes.slice(expect(steps[3], OP.DROP).end) };
  }
  const days = numberOf(dataOf(steps[3]));
  expect(steps[4], OP.TWO_DROP);
  const firstDrop = steps.findIndex((step, at) => at > 4 && isDrop(step));
  const chunks = steps.slice(5, Math.max(5, firstDrop)).map(dataOf);
  let at = firstDrop;
  let dropped = 0;
  for (; isDrop(steps[at]); at++) dropped += steps[at]?.opcode === OP.TWO_DROP ? 2 : 1;
  if (chunks.length === 0 || dropped !== chunks.length)
    throw badScript("a name script drops other than what it pushed");
  const action = { operation, name, value: concatBytes(...chunks), days };
  checkNameAction(action);
  return { action, script: bytes.slice(steps[at - 1]?.end) };
}

/** The name in an output's script and the script of its owner; null for a script without a sound one. */
export function nameOfScript(bytes: Uint8Array): NameOutput | null {
  try {
    return decode(bytes);
  } catch {
    // Not of the form: an ordinary script.
    return null;
  }
}

/** The owner's script of an output with a name, any other script as it is. */
export function withoutNamePrefix(bytes: Uint8Array): Uint8Array {
  return nameOfScript(bytes)?.script ?? bytes;
}
