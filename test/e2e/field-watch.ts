// What fault tests do with a field: open it and clean up whatever happens, wait for what must come, and compare what the renter has read
// with what was sent.

import { type BoxEvent, type Overview, overview, type SlotView } from "../../src/protocol/index.ts";
import { eventsReply, slotsReply } from "../../src/web/shared/api.ts";
import { Field, type FieldOptions, type InboxLine } from "./field.ts";
import { providerKeyOf } from "./provider-key.ts";

const PAUSE_MS = 100;

/** Looks again and again until something is there (not false, null or undefined); fails after `tries` looks, a tenth of a second apart. */
export async function until<T>(
  what: string,
  look: () => Promise<T | false | null | undefined> | T | false | null | undefined,
  tries = 400,
): Promise<T> {
  for (let at = 0; at < tries; at++) {
    const seen = await look();
    if (seen !== false && seen !== null && seen !== undefined) return seen;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  throw new Error(`this did not come: ${what}`);
}

/** Opens a field for one test and takes everything away afterwards. A failure shows the end of the box's log. */
export async function withField(options: FieldOptions, work: (field: Field) => Promise<void>): Promise<void> {
  const field = await Field.open(options);
  try {
    await work(field);
  } catch (error) {
    console.log(`the box said last:\n${field.box?.err.slice(-6000) ?? "(it was not started)"}`);
    throw error;
  } finally {
    await field.close();
    field.remove();
  }
}

/** Box and relay run, every line is rented to the field's renter. */
export async function startAll(field: Field): Promise<void> {
  await field.startBox();
  await field.startRelay(await providerKeyOf(field.boxData));
  await field.rentAll();
}

export async function overviewOf(field: Field): Promise<Overview> {
  return overview.parse(await field.api("overview"));
}

/** All events of the box's run, oldest first. */
export async function eventsOf(field: Field): Promise<readonly BoxEvent[]> {
  return eventsReply.parse(await field.api("events?after=0&limit=500")).events;
}

export async function slotOf(field: Field, id: string): Promise<SlotView> {
  const { slots } = slotsReply.parse(await field.api("slots"));
  const slot = slots.find((each) => each.id === id);
  if (slot === undefined) throw new Error(`the box has no slot ${id}`);
  return slot;
}

/** `name 1`, `name 2`, … */
export function numbered(name: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, at) => `${name} ${at + 1}`);
}

export function sendTo(field: Field, slot: number, bodies: readonly string[]): void {
  for (const body of bodies) field.board.modem(slot).sendSms({ from: "+15550100", body });
}

/** PDUs that the modem has deleted so far. */
export function deletedOf(field: Field): number {
  return field.board.board.modems.reduce((sum, modem) => sum + modem.journal.count("deleted"), 0);
}

/** The bodies that arrived for a slot's line, in the order in which the renter has them; gaps and repeats show as what they are. */
export function arrivedOn(field: Field, slot: number, read: readonly InboxLine[]): readonly string[] {
  return read
    .filter((line) => line.type !== "sms" || line.to === field.numberOf(slot))
    .map((line) => (line.type === "sms" ? line.body : `(${line.type})`));
}
