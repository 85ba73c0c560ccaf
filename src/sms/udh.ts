// The user data header: information elements and those we understand (TS 23.040 9.2.3.24).

import type { Cursor } from "./cursor.ts";
import { hasLocking, type LockingLanguage, languageOf, type NationalLanguage } from "./gsm7-alphabet.ts";
import type { Concat, HeaderElement, MessageWaiting, Ports } from "./pdu.ts";

const IEI_CONCAT_8 = 0x00;
const IEI_WAITING = 0x01;
const IEI_PORTS_8 = 0x04;
const IEI_PORTS_16 = 0x05;
const IEI_CONCAT_16 = 0x08;
const IEI_SINGLE_SHIFT = 0x24;
const IEI_LOCKING_SHIFT = 0x25;

/** What a header says; the empty header says nothing. */
export interface UserDataHeader {
  readonly elements: readonly HeaderElement[];
  readonly concat: Concat | null;
  readonly ports: Ports | null;
  readonly national: Languages;
  readonly waiting: readonly MessageWaiting[];
}

export const NO_HEADER: UserDataHeader = {
  elements: [],
  concat: null,
  ports: null,
  national: { locking: null, shift: null },
  waiting: [],
};

/** The elements of a header, or null when their lengths do not fill it exactly: then 9.2.3.24 has the whole header ignored. */
function splitElements(header: Uint8Array): HeaderElement[] | null {
  const elements: HeaderElement[] = [];
  let at = 0;
  while (at + 2 <= header.length) {
    const end = at + 2 + (header[at + 1] ?? 0);
    if (end > header.length) return null;
    elements.push({ iei: header[at] ?? 0, data: header.subarray(at + 2, end) });
    at = end;
  }
  return at === header.length ? elements : null;
}

/** 9.2.3.24.1: an element without parts, or with a part outside them, is ignored. */
function concatOf(ref: number, data: Uint8Array): Concat | null {
  const total = data.at(-2) ?? 0;
  const part = data.at(-1) ?? 0;
  return part === 0 || part > total ? null : { ref, total, part, bits: data.length === 3 ? 8 : 16 };
}

const WAITING_KINDS = ["voicemail", "fax", "email"] as const;

/** 9.2.3.24.2: bits 1-0 name the kind; 3 extends it by bits 4-2, of which only 1 (video) is defined besides 0 (other). */
function waitingOf(first: number, count: number): MessageWaiting {
  const kind = WAITING_KINDS[first & 3] ?? ((first & 0x1c) === 0x04 ? "video" : "other");
  return { kind, active: count > 0, count, store: (first & 0x80) !== 0 };
}

interface Draft {
  concat: Concat | null;
  ports: Ports | null;
  locking: number;
  shift: number;
  waiting: MessageWaiting[];
}

const word = (data: Uint8Array, at: number): number => (data[at] ?? 0) * 256 + (data[at + 1] ?? 0);

function applyConcat(draft: Draft, ref: number, data: Uint8Array): boolean {
  const concat = concatOf(ref, data);
  if (concat !== null) draft.concat = concat;
  return concat !== null;
}

// Length of the elements we understand; one of another length is ignored.
const SIZES: ReadonlyMap<number, number> = new Map([
  [IEI_CONCAT_8, 3],
  [IEI_CONCAT_16, 4],
  [IEI_PORTS_8, 2],
  [IEI_PORTS_16, 4],
  [IEI_WAITING, 2],
  [IEI_SINGLE_SHIFT, 1],
  [IEI_LOCKING_SHIFT, 1],
]);

/** Takes one element in; false when it is one we know but its content is unusable. */
function apply(draft: Draft, iei: number, data: Uint8Array): boolean {
  if ((SIZES.get(iei) ?? data.length) !== data.length) return false;
  const first = data[0] ?? 0;
  const second = data[1] ?? 0;
  switch (iei) {
    case IEI_CONCAT_8:
      return applyConcat(draft, first, data);
    case IEI_CONCAT_16:
      return applyConcat(draft, word(data, 0), data);
    case IEI_PORTS_8:
      draft.ports = { dst: first, src: second };
      return true;
    case IEI_PORTS_16:
      draft.ports = { dst: word(data, 0), src: word(data, 2) };
      return true;
    case IEI_WAITING:
      draft.waiting.push(waitingOf(first, second));
      return true;
    case IEI_SINGLE_SHIFT:
      draft.shift = first;
      return true;
    case IEI_LOCKING_SHIFT:
      draft.locking = first;
      return true;
    default:
      return true;
  }
}

/** Languages whose tables are in force; null for the default ones. */
export interface Languages {
  readonly locking: LockingLanguage | null;
  readonly shift: NationalLanguage | null;
}

/** Identifiers that name no table stand for the default one (TS 23.038 6.2.1.2.4). */
function languagesOf(draft: Draft, cursor: Cursor): Languages {
  const named = languageOf(draft.locking);
  const locking = named !== null && hasLocking(named) ? named : null;
  const shift = languageOf(draft.shift);
  if ((draft.locking !== 0 && locking === null) || (draft.shift !== 0 && shift === null)) {
    cursor.warn("national_language_unknown");
  }
  return { locking, shift };
}

/**
 * The meaning of a header (without its length octet). Of elements that exclude each other, and of repeated ones, the last counts
 * (9.2.3.24). Oddities become warnings of `cursor`.
 */
export function parseHeader(header: Uint8Array, cursor: Cursor): UserDataHeader {
  const elements = splitElements(header);
  if (elements === null) {
    cursor.warn("udh_malformed");
    return NO_HEADER;
  }
  const draft: Draft = { concat: null, ports: null, locking: 0, shift: 0, waiting: [] };
  for (const { iei, data } of elements) {
    if (!apply(draft, iei, data)) cursor.warn("udh_element_ignored");
  }
  const { concat, ports, waiting } = draft;
  return { elements, concat, ports, national: languagesOf(draft, cursor), waiting };
}
