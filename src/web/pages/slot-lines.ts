// Which number belongs to a slot, and what can be done where none does. Pure.

import { type LineView, lineRequest, type RentalView, type SlotView } from "../../protocol/index.ts";
import type { NewLine } from "./api-fleet.ts";

interface Known {
  readonly slots: readonly SlotView[];
  readonly lines: readonly LineView[];
}

/** Lines that no slot serves now, the one that was served here last first: the SIM in this slot may be theirs. */
export function unservedLines({ slots, lines }: Known, slot: string): readonly LineView[] {
  const served = new Set(slots.flatMap(({ line }) => line?.id ?? []));
  // Numbers of gateways and phones are no SIM's in a modem.
  const elsewhere = new Set(slots.flatMap(({ id, kind }) => (kind === "modem" ? [] : [id])));
  const free = lines.filter((line) => !served.has(line.id) && !elsewhere.has(line.slot ?? ""));
  return [...free.filter((line) => line.slot === slot), ...free.filter((line) => line.slot !== slot)];
}

/** Numbers of a gateway's account. */
export function linesOfAccount(lines: readonly LineView[], slot: string): readonly LineView[] {
  return lines.filter((line) => line.slot === slot);
}

export function activeRental(rentals: readonly RentalView[], line: string): RentalView | null {
  return rentals.find((rental) => rental.line === line && rental.state === "active") ?? null;
}

/** A name that is not taken: after the slot, or with a number behind it. */
export function suggestedLineId(lines: readonly LineView[], slot: string): string {
  const taken = new Set(lines.map(({ id }) => id));
  const base = `line-${slot}`.slice(0, 28);
  for (let n = 1; ; n++) {
    const id = n === 1 ? base : `${base}-${n}`;
    if (!taken.has(id)) return id;
  }
}

/** Spaces and other marks by which people group digits are not part of a number. */
export function bareNumber(typed: string): string {
  return typed.replace(/[\s().\-/]/g, "");
}

export function isNumber(typed: string): boolean {
  return lineRequest.shape.number.safeParse(bareNumber(typed)).success;
}

export function isLineId(typed: string): boolean {
  return lineRequest.shape.id.safeParse(typed.trim()).success;
}

/** The request, or null while something is missing. */
export function newLineOf(form: Omit<NewLine, "slot">, slot: string): NewLine | null {
  const request = lineRequest.safeParse({ id: form.id.trim(), number: bareNumber(form.number), slot });
  return request.success ? request.data : null;
}
