// Replies about message storage and its indications: +CPMS (TS 27.005 3.2.2) and +CNMI (3.4.1).

import { type AtParameter, countOf, filledTextOf } from "./parameters.ts";
import { badResponse, parametersOf, required } from "./reply.ts";

export interface StorageUse {
  readonly used: number;
  readonly total: number;
}

export interface NamedStorageUse extends StorageUse {
  /** `SM`, `ME`, `MT`, … */
  readonly mem: string;
}

/** mem1 is read and deleted from, mem2 written to, mem3 received into; modems with fewer leave out the later ones. */
export interface StorageState {
  readonly mem1: NamedStorageUse;
  readonly mem2: NamedStorageUse | null;
  readonly mem3: NamedStorageUse | null;
}

/** <used>,<total> at `at`; null when the modem sent no such pair. */
function useAt(parameters: readonly AtParameter[], at: number): StorageUse | null {
  const used = countOf(parameters[at]);
  const total = countOf(parameters[at + 1]);
  return used === null || total === null ? null : { used, total };
}

function namedUseAt(parameters: readonly AtParameter[], at: number): NamedStorageUse | null {
  const mem = filledTextOf(parameters[at]);
  const use = useAt(parameters, at + 1);
  return mem === null || use === null ? null : { mem: mem.toUpperCase(), ...use };
}

/** The answer to `AT+CPMS?`; throws `at.bad_response`. */
export function parseCpmsRead(lines: readonly string[]): StorageState {
  const parameters = parametersOf(lines, "+CPMS");
  return {
    mem1: required(namedUseAt(parameters, 0), "+CPMS", "first storage"),
    mem2: namedUseAt(parameters, 3),
    mem3: namedUseAt(parameters, 6),
  };
}

/** The answer to `AT+CPMS="…"`: one use per storage that was set. Some modems repeat the names; throws `at.bad_response`. */
export function parseCpmsSet(lines: readonly string[]): readonly StorageUse[] {
  const numbers = parametersOf(lines, "+CPMS").filter((parameter) => countOf(parameter) !== null);
  const uses: StorageUse[] = [];
  for (let at = 0; at < numbers.length; at += 2) uses.push(required(useAt(numbers, at), "+CPMS", "pair of counts"));
  if (uses.length === 0) throw badResponse("+CPMS", "has no counts");
  return uses;
}

export interface StorageChoices {
  readonly mem1: readonly string[];
  readonly mem2: readonly string[];
  readonly mem3: readonly string[];
}

function memsOf(parameter: AtParameter | undefined): string[] {
  const members = parameter?.kind === "list" ? parameter.items : [parameter];
  return members.flatMap((member) => filledTextOf(member)?.toUpperCase() ?? []);
}

/** The answer to `AT+CPMS=?`; a modem that names no storage gives empty lists. Throws `at.bad_response`. */
export function parseCpmsTest(lines: readonly string[]): StorageChoices {
  const parameters = parametersOf(lines, "+CPMS");
  const [first] = parameters;
  // Wavecom puts the three lists into one more pair of brackets.
  const nested = first?.kind === "list" && first.items.some((item) => item.kind === "list");
  const [mem1, mem2, mem3] = nested ? first.items : parameters;
  return { mem1: memsOf(mem1), mem2: memsOf(mem2), mem3: memsOf(mem3) };
}

export type CnmiSetting = "mode" | "mt" | "bm" | "ds" | "bfr";

/** The answer to `AT+CNMI?`; members the modem leaves out are 0. Throws `at.bad_response`. */
export function parseCnmiRead(lines: readonly string[]): Readonly<Record<CnmiSetting, number>> {
  const parameters = parametersOf(lines, "+CNMI");
  const at = (index: number): number => countOf(parameters[index]) ?? 0;
  required(countOf(parameters[0]), "+CNMI", "mode");
  return { mode: at(0), mt: at(1), bm: at(2), ds: at(3), bfr: at(4) };
}

// No setting of +CNMI goes beyond a few units; the bound keeps a nonsense range from becoming a huge list.
const MAX_SETTING = 99;

function settingsOf(parameter: AtParameter | undefined): number[] {
  if (parameter?.kind === "list") return parameter.items.flatMap(settingsOf);
  if (parameter?.kind !== "range") {
    const value = countOf(parameter);
    return value === null ? [] : [value];
  }
  const high = Math.min(parameter.high, MAX_SETTING);
  return Array.from({ length: Math.max(0, high - parameter.low + 1) }, (_, step) => parameter.low + step);
}

/** The values that `AT+CNMI=?` offers for each setting; throws `at.bad_response`. */
export function parseCnmiTest(lines: readonly string[]): Readonly<Record<CnmiSetting, readonly number[]>> {
  const parameters = parametersOf(lines, "+CNMI");
  const at = (index: number): number[] => settingsOf(parameters[index]);
  return { mode: at(0), mt: at(1), bm: at(2), ds: at(3), bfr: at(4) };
}
