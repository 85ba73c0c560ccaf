// What must hold when box, Asterisk and drachtio are killed amid a call, in any order, and come back: nothing of the call is left, its
// record is made once, and the next call works.

import { millis } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { until } from "../sim/asterisk/until.ts";
import { CALLER, type CallWorld, type Part } from "./call-world.ts";

export type Phase = "ringing" | "talking" | "ending";
export const PHASES: readonly Phase[] = ["ringing", "talking", "ending"];
export type Direction = "in" | "out";

export interface KillCase {
  readonly direction: Direction;
  readonly phase: Phase;
  /** In this order, all before any comes back; they come back in the other order. */
  readonly order: readonly Part[];
}

/** All orders of all that may be killed. */
export function ordersOf(parts: readonly Part[]): readonly (readonly Part[])[] {
  return parts.flatMap((part) => {
    const rest = parts.filter((other) => other !== part);
    return [[part], ...ordersOf(rest).map((order) => [part, ...order])];
  });
}

export const nameOf = ({ direction, phase, order }: KillCase): string =>
  `${direction === "in" ? "an incoming" : "a dialled"} call, ${phase}, ${order.join(" then ")} killed`;

async function begin(world: CallWorld, { direction, phase }: KillCase): Promise<void> {
  const { modem } = world;
  const manual = direction === "in" && phase === "ringing";
  const ear = manual ? await world.phone("manual") : world.ear;
  const closed = ear.count("CALL_CLOSED");
  if (direction === "in") {
    modem.calls.incoming(CALLER);
    if (phase === "ringing") await until("ringing", async () => (await world.calls()).calls.length > 0);
  } else {
    modem.calls.plan = { outcome: phase === "ringing" ? "manual" : "answer", alertMs: 100, ms: 200 };
    ear.dial("01701234567");
    if (phase === "ringing") await until("dialling", () => modem.calls.list.length > 0);
  }
  if (phase === "ringing") return;
  await world.talking();
  if (phase === "talking") return;
  // At once: not all of it has been told to anybody yet.
  if (direction === "in") modem.calls.end();
  else ear.hangUp();
  await until("the first sign of the end", () => ear.count("CALL_CLOSED") > closed || modem.calls.list.length === 0);
}

/** Rejects with what is not as it must be. */
export async function killAmid(world: CallWorld, given: KillCase): Promise<void> {
  world.note(nameOf(given));
  const before = await world.history();
  await begin(world, given);
  for (const part of given.order) await world.kill(part);
  for (const part of [...given.order].reverse()) await world.up(part);
  await world.ready();
  world.note("calls can be taken");
  // The caller, or the called one, gives up: a modem that was left alone would ring for two minutes.
  if (given.phase === "ringing") for (const call of [...world.modem.calls.list]) world.modem.calls.end(call);
  // The network and the phone do not know of processes: what they still have is ended by whoever is there.
  await world.phone();
  await world.quiet();
  world.note("nothing of the call is left");
  await recordedOnce(world, before.length, given);
  await nextCallWorks(world);
}

async function recordedOnce(world: CallWorld, before: number, { phase }: KillCase): Promise<void> {
  // What was never answered may be forgotten with the process that knew it: a call is written when it is answered, and at its end.
  const least = phase === "ringing" ? 0 : 1;
  const records = async () => (await world.history()).length - before;
  await until("the record of the call", async () => (await records()) >= least);
  const made = await records();
  if (made > 1) throw new Error(`the call has ${made} records`);
  const [record] = await world.history();
  if (made === 1 && phase !== "ringing" && record?.answered_at === null)
    throw new Error("the record of a call that was answered says that it was not");
}

/** Both hear each other, and nothing is left. */
export async function nextCallWorks(world: CallWorld): Promise<void> {
  const before = (await world.history()).length;
  world.modem.calls.incoming(CALLER);
  await world.talking();
  world.modem.calls.end();
  await world.quiet();
  await until("the record of the next call", async () => (await world.history()).length === before + 1);
}

export interface InARow {
  readonly calls: number;
  readonly filesBefore: number;
  readonly filesAfter: number;
}

/** As many calls, one after the other, both ways in turn. Rejects when one leaves anything. */
export async function callsInARow(world: CallWorld, calls: number): Promise<InARow> {
  await nextCallWorks(world);
  const filesBefore = world.boxFiles();
  for (let n = 0; n < calls; n++) {
    if (n % 2 === 0) {
      world.modem.calls.incoming(CALLER);
      await world.talking();
      world.modem.calls.end();
    } else {
      world.modem.calls.plan = { outcome: "answer", alertMs: 50, ms: 100 };
      world.ear.dial("01701234567");
      await world.talking();
      world.ear.hangUp();
    }
    await world.quiet();
  }
  // Connections to the console that this test's requests left behind end within seconds.
  await systemClock.sleep(millis(6000), "the end of idle connections");
  return { calls, filesBefore, filesAfter: world.boxFiles() };
}
