// The calls of one simulated modem and the telephone network behind it: who rings, how a dialled number answers, and what the modem says of
// it in its vendor's words. What a test breaks (lost lines, other numbers of calls, hang-ups that are not obeyed) is a habit.

import { AppError, type Clock, type Disposer, millis } from "../../../../src/base/index.ts";
import {
  type CallFace,
  genericFace,
  numberType,
  type SimCall,
  type SimCallChange,
  type SimCallEnd,
  type SimCallState,
} from "./call-faces.ts";

const STATS: readonly SimCallState[] = ["active", "held", "dialing", "alerting", "incoming", "waiting"];

/** How the network treats a number that is dialled. `manual`: as the test says, call by call. `refuse`: ATD itself fails. */
export interface DialPlan {
  readonly outcome: "answer" | "busy" | "no_answer" | "unreachable" | "manual" | "refuse";
  /** From ATD to the ringing; null: it never rings before the outcome. */
  readonly alertMs?: number | null;
  /** From ATD to the outcome. */
  readonly ms?: number;
}

export interface CallHabits {
  /** `lost`: nothing is said of changes; `wrong_ids`: with numbers that +CLCC does not have. */
  reports: "good" | "lost" | "wrong_ids";
  /** RING is not said either. */
  ringLost: boolean;
  /** +CLCC shows who calls only after so many times that it was asked. */
  numberAfter: number;
  /** +CLCC does not show a call that was dialled before this has passed. */
  listedAfterMs: number;
  /** So many hang-ups are answered with OK and not done. */
  deafHangUps: number;
  /** ATD is answered when the other side has answered, and is ended by any character until then. */
  dialWaits: boolean;
}

const goodHabits = (): CallHabits => ({
  reports: "good",
  ringLost: false,
  numberAfter: 0,
  listedAfterMs: 0,
  deafHangUps: 0,
  dialWaits: false,
});

export interface SimCallsDeps {
  readonly clock: Clock;
  readonly urc: (...lines: readonly string[]) => void;
  readonly reachable: () => boolean;
  /** Whether RING goes with +CLIP. */
  readonly clip: () => boolean;
  /** A call has changed: sound flows, or stops. */
  readonly onSound: () => void;
}

const RING_MS = 4_000;

export class SimCalls {
  habits = goodHabits();
  plan: DialPlan = { outcome: "refuse" };
  /** Of the network: a second caller waits instead of hearing busy. */
  waiting = true;
  /** What a vendor's twin says; the standard's own modem says the end of a call alone. */
  face: CallFace = genericFace;
  /** Numbers that ATD was given, as they were written. */
  readonly dialled: string[] = [];
  /** Keys of calls that are over. */
  readonly tones: string[] = [];
  /** How each call ended, oldest first. */
  readonly ended: SimCallEnd[] = [];
  /** Callers who heard busy because somebody spoke. */
  turnedAway = 0;
  readonly #deps: SimCallsDeps;
  readonly #calls: SimCall[] = [];
  readonly #timers = new Map<number, Set<Disposer>>();
  readonly #listable = new Map<number, number>();
  #asked = 0;
  #cancelRing: Disposer = () => {};

  constructor(deps: SimCallsDeps) {
    this.#deps = deps;
  }

  get list(): readonly SimCall[] {
    return this.#calls;
  }

  /** Whether there is something to be heard: another's voice, or the ringing at the other side. */
  get sounding(): boolean {
    return this.#calls.some(({ state }) => state === "active" || state === "alerting");
  }

  /** Somebody calls. Returns the call, or null when the caller hears busy or "not reachable". */
  incoming(number: string | null): SimCall | null {
    if (!this.#deps.reachable()) return null;
    const busy = this.#calls.length > 0;
    if (busy && !this.waiting) {
      this.turnedAway++;
      return null;
    }
    this.#asked = 0;
    const call = this.#add("in", number, busy ? "waiting" : "incoming");
    if (busy) {
      this.#deps.urc(`+CCWA: "${number ?? ""}",${numberType(number)},1`);
      this.#report("waiting", call);
      return call;
    }
    this.#report("incoming", call);
    this.#ring(call);
    return call;
  }

  /** The modem dials; what comes of it is said by `plan`. */
  dial(text: string): SimCall {
    this.dialled.push(text);
    const call = this.#add("out", text, "dialing");
    this.#listable.set(call.id, this.#deps.clock.monotonic() + this.habits.listedAfterMs);
    this.#report("dialing", call);
    const { outcome, alertMs = 500, ms = 1_500 } = this.plan;
    if (outcome === "manual") return call;
    if (alertMs !== null && outcome !== "busy" && outcome !== "unreachable")
      this.#later(call, alertMs, () => this.alert(call));
    this.#later(call, ms, () => {
      if (outcome === "answer") this.pickUp(call);
      else this.end(call, outcome === "unreachable" || outcome === "refuse" ? "no_carrier" : outcome);
    });
    return call;
  }

  /** The other side rings. */
  alert(call: SimCall = this.#only()): void {
    if (call.state !== "dialing" || !this.#calls.includes(call)) return;
    call.state = "alerting";
    this.#report("alerting", call);
    this.#deps.onSound();
  }

  /** The other side takes the call. */
  pickUp(call: SimCall = this.#only()): void {
    if (!this.#calls.includes(call) || (call.state !== "dialing" && call.state !== "alerting")) return;
    this.#connect(call);
  }

  /** The modem takes the call that rings; false when none does. */
  answer(): boolean {
    const call = this.#calls.find(({ state }) => state === "incoming" || state === "waiting");
    if (call === undefined) return false;
    this.#cancelRing();
    this.#connect(call);
    return true;
  }

  /** The other side, or the network, ends a call. */
  end(call: SimCall = this.#only(), end: SimCallEnd = "hung_up"): void {
    const place = this.#calls.indexOf(call);
    if (place < 0) return;
    this.#calls.splice(place, 1);
    for (const cancel of this.#timers.get(call.id) ?? []) cancel();
    this.#timers.delete(call.id);
    this.#listable.delete(call.id);
    this.tones.push(...call.tones);
    this.ended.push(end);
    if (call.state === "incoming") this.#cancelRing();
    this.#report("ended", call, end);
    this.#deps.onSound();
    this.#afterEnd();
  }

  /** +CHUP, ATH: every call but one that waits. Says nothing of their end, as modems do not of their own. */
  hangUp(): void {
    if (this.habits.deafHangUps > 0) {
      this.habits.deafHangUps--;
      return;
    }
    const mine = this.#calls.filter(({ state }) => state !== "waiting");
    const said = this.habits.reports;
    this.habits.reports = "lost";
    for (const call of mine) this.end(call);
    this.habits.reports = said;
  }

  /** +CHLD=0: who waits hears busy. */
  refuseWaiting(): boolean {
    const call = this.#calls.find(({ state }) => state === "waiting");
    if (call === undefined) return false;
    this.turnedAway++;
    this.end(call, "busy");
    return true;
  }

  /** A key into the call that is active; false when none is. */
  tone(key: string): boolean {
    const call = this.#calls.find(({ state }) => state === "active");
    call?.tones.push(key);
    return call !== undefined;
  }

  /** Lines of +CLCC. */
  lines(): string[] {
    this.#asked++;
    const now = this.#deps.clock.monotonic();
    const shown = this.#calls.filter(({ id }) => now >= (this.#listable.get(id) ?? 0));
    return shown.map((call) => {
      const number = call.direction === "in" && this.#asked <= this.habits.numberAfter ? null : call.number;
      const stat = STATS.indexOf(call.state);
      return `+CLCC: ${call.id},${call.direction === "in" ? 1 : 0},${stat},0,0,"${number ?? ""}",${numberType(number)}`;
    });
  }

  /** Power is gone, and with it all calls. */
  cut(): void {
    this.#cancelRing();
    for (const timers of this.#timers.values()) for (const cancel of timers) cancel();
    this.#timers.clear();
    this.#calls.length = 0;
    this.#deps.onSound();
  }

  #connect(call: SimCall): void {
    call.state = "active";
    this.#report("connected", call);
    this.#deps.onSound();
  }

  #afterEnd(): void {
    const next = this.#calls.find(({ state }) => state === "waiting");
    if (next === undefined || this.#calls.length > 1) return;
    next.state = "incoming";
    this.#ring(next);
  }

  #ring(call: SimCall): void {
    if (!this.#calls.includes(call) || call.state !== "incoming") return;
    if (!this.habits.ringLost) {
      this.#deps.urc("RING");
      if (this.#deps.clip()) this.#deps.urc(`+CLIP: "${call.number ?? ""}",${numberType(call.number)},"",,"",0`);
    }
    this.#cancelRing();
    this.#cancelRing = this.#deps.clock.after(millis(RING_MS), "simulated modem rings", () => this.#ring(call));
  }

  #add(direction: "in" | "out", number: string | null, state: SimCallState): SimCall {
    let id = 1;
    while (this.#calls.some((call) => call.id === id)) id++;
    const call: SimCall = { id, direction, number, state, tones: [] };
    this.#calls.push(call);
    return call;
  }

  #report(change: SimCallChange, call: SimCall, end: SimCallEnd | null = null): void {
    if (this.habits.reports === "lost") return;
    const id = this.habits.reports === "wrong_ids" ? call.id + 3 : call.id;
    for (const line of this.face(change, call, { id, end })) this.#deps.urc(line);
  }

  #later(call: SimCall, ms: number, task: () => void): void {
    const timers = this.#timers.get(call.id) ?? new Set();
    this.#timers.set(call.id, timers);
    timers.add(this.#deps.clock.after(millis(ms), "simulated network", task));
  }

  #only(): SimCall {
    const [call] = this.#calls;
    if (call !== undefined) return call;
    throw new AppError("sim.no_call", "the simulated modem has no call", { hint: "Begin one first." });
  }
}
