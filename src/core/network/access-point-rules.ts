// When the box opens its own Wi-Fi, so that somebody with a phone can set it up, and when it closes it. Pure.
//
// One radio is either the access point or in somebody's Wi-Fi. So it is opened only while the box has no other way; it is closed for a Wi-Fi
// that was chosen, and opened again with the reason where that does not come up. Once the box has an owner and a way it is set up, and a
// Wi-Fi that fails in the field later opens nothing, unless the settings want that.

import { type Millis, millis, minutes, seconds } from "../../base/index.ts";

/** As the settings say: for setting up, also later when every network is away, or never. */
export type AccessPointMode = "set_up" | "no_network" | "never";

export type AccessPointPhase = "watching" | "scanning" | "opening" | "open" | "parting" | "closing" | "joining";

export interface AccessPointState {
  readonly phase: AccessPointPhase;
  /** Monotonic, since when it is in this phase. */
  readonly since: Millis;
  /** Whether the box is being set up; outlives restarts. */
  readonly needed: boolean;
  /** Whether the owner has asked for it. */
  readonly asked: boolean;
  /** Since when the box has no other way; null while it has one. */
  readonly wayless: Millis | null;
  /** Since when it has a way and an owner; null while it has not. */
  readonly provided: Millis | null;
  /** Before that it is not opened. */
  readonly notBefore: Millis;
  /** Openings that failed in a row. */
  readonly failures: number;
  /** Whether a Wi-Fi is joined once it is closed. */
  readonly joins: boolean;
  /** Whether it was open when a Wi-Fi was chosen. */
  readonly served: boolean;
}

export type AccessPointNews =
  | ({ readonly type: "looked" } & LookedFacts)
  /** The owner wants it open, or closed. */
  | { readonly type: "asked"; readonly open: boolean }
  /** A Wi-Fi was chosen. */
  | { readonly type: "chosen" }
  /** The answer to that is on its way. */
  | { readonly type: "parted" }
  /** The saved Wi-Fi was forgotten. */
  | { readonly type: "forgotten" }
  | { readonly type: "scanned" | "opened" | "open_failed" | "closed" | "joined" | "join_failed" };
export type AccessPointInput = AccessPointNews & { readonly now: Millis };

export interface LookedFacts {
  readonly hasWay: boolean;
  readonly canServe: boolean;
  readonly serving: boolean;
  readonly stations: number;
  readonly knowsWifi: boolean;
  readonly claimed: boolean;
  readonly mode: AccessPointMode;
}

export type AccessPointEffect =
  | { readonly type: "scan" | "open" | "close" | "part" | "join" }
  /** Keeps it over restarts. */
  | { readonly type: "remember"; readonly needed: boolean };

export interface AccessPointStep {
  readonly state: AccessPointState;
  readonly effects: readonly AccessPointEffect[];
}

/** A cable or a known Wi-Fi comes up within that time. */
export const GRACE: Millis = seconds(60);
/** For `no_network`: a router that starts anew is not waited for in vain. */
export const LATER: Millis = minutes(5);
/** A known Wi-Fi is given another chance, while nobody is in the access point. */
export const RETRY_KNOWN: Millis = minutes(5);
/** Somebody who set the box up over it goes on for so long. */
export const LINGER: Millis = minutes(10);
/** An owner who has asked for it and does not come. */
export const ASKED_FOR: Millis = minutes(15);
/** So long the answer to a choice needs to get out before the radio leaves. */
export const PARTING: Millis = seconds(3);
/** Somebody may stand beside it with a phone in the hand. */
const FAILURE_FIRST = seconds(15);
const FAILURE_MOST = minutes(15);

export function accessPointStart(now: Millis, needed: boolean): AccessPointState {
  return {
    ...{ phase: "watching", since: now, needed, asked: false, wayless: now, provided: null },
    ...{ notBefore: millis(0), failures: 0, joins: false, served: false },
  };
}

const enter = (state: AccessPointState, phase: AccessPointPhase, now: Millis): AccessPointState => ({
  ...state,
  phase,
  since: now,
});

const busy = new Set<AccessPointPhase>(["scanning", "opening", "parting", "closing", "joining"]);

/** Whether something is going on that has to end first. */
export const isBusy = ({ phase }: AccessPointState): boolean => busy.has(phase);

function isWanted({ asked, needed, wayless }: AccessPointState, mode: AccessPointMode, now: Millis): boolean {
  if (mode === "never") return false;
  if (asked) return true;
  if (wayless === null) return false;
  const away = now - wayless;
  return (needed && away >= GRACE) || (mode === "no_network" && away >= LATER);
}

function isOver(state: AccessPointState, facts: LookedFacts, now: Millis): boolean {
  const openFor = now - state.since;
  if (facts.mode === "never") return true;
  const isLeft = facts.stations === 0;
  if (state.asked) return isLeft && openFor >= ASKED_FOR && (facts.hasWay || facts.knowsWifi);
  if (state.provided !== null) return now - state.provided >= LINGER;
  return isLeft && openFor >= RETRY_KNOWN && !facts.hasWay && facts.knowsWifi;
}

const isServed = ({ phase }: AccessPointState): boolean => phase === "open";

function look(before: AccessPointState, facts: LookedFacts, now: Millis): AccessPointStep {
  const { hasWay, claimed, mode } = facts;
  const wayless = hasWay ? null : (before.wayless ?? now);
  const provided = hasWay && claimed ? (before.provided ?? now) : null;
  let state: AccessPointState = { ...before, wayless, provided };
  if (isBusy(state)) return { state, effects: [] };
  const effects: AccessPointEffect[] = [];
  if (provided !== null && state.needed) {
    state = { ...state, needed: false };
    effects.push({ type: "remember", needed: false });
  }
  // It outlives a restart of the box: whoever is in it stays.
  if (state.phase === "watching" && facts.serving) state = enter(state, "open", now);
  if (state.phase === "open") {
    if (!facts.serving) return { state: { ...enter(state, "watching", now), wayless: hasWay ? null : now }, effects };
    if (!isOver(state, facts, now)) return { state, effects };
    return { state: { ...enter(state, "closing", now), asked: false }, effects: [...effects, { type: "close" }] };
  }
  if (!facts.canServe || now < state.notBefore || !isWanted(state, mode, now)) return { state, effects };
  return { state: enter(state, "scanning", now), effects: [...effects, { type: "scan" }] };
}

/** What is asked while something is going on is not for here: whoever asks looks at `isBusy` first. */
export function stepAccessPoint(state: AccessPointState, input: AccessPointInput): AccessPointStep {
  const { now } = input;
  const to = (next: AccessPointState, ...effects: readonly AccessPointEffect[]): AccessPointStep => ({
    state: next,
    effects,
  });
  const only = (phase: AccessPointPhase, then: () => AccessPointStep): AccessPointStep =>
    state.phase === phase ? then() : to(state);
  switch (input.type) {
    case "looked":
      return look(state, input, now);
    case "asked":
      return ask(state, input.open, now);
    case "chosen": {
      if (isBusy(state)) return to(state);
      const next = { ...enter(state, "parting", now), served: isServed(state), needed: true };
      return to(next, ...(state.needed ? [] : [{ type: "remember", needed: true } as const]), { type: "part" });
    }
    case "forgotten":
      return state.needed ? to(state) : to({ ...state, needed: true }, { type: "remember", needed: true });
    case "parted":
      return only("parting", () =>
        state.served
          ? to({ ...enter(state, "closing", now), joins: true }, { type: "close" })
          : to(enter(state, "joining", now), { type: "join" }),
      );
    case "scanned":
      return only("scanning", () => to(enter(state, "opening", now), { type: "open" }));
    case "opened":
      return only("opening", () => to({ ...enter(state, "open", now), failures: 0 }));
    case "open_failed":
      return only("opening", () => to(later(state, now)));
    case "closed":
      return only("closing", () => {
        if (state.joins) return to({ ...enter(state, "joining", now), joins: false }, { type: "join" });
        return to({ ...enter(state, "watching", now), wayless: state.wayless === null ? null : now });
      });
    case "joined":
      return only("joining", () => to({ ...enter(state, "watching", now), asked: false, served: false }));
    case "join_failed":
      return only("joining", () => {
        const next = { ...state, served: false, wayless: now };
        // Whoever chose it waits with a phone in the hand: no search first, and no waiting for another way.
        return state.served ? to(enter(next, "opening", now), { type: "open" }) : to(enter(next, "watching", now));
      });
  }
}

function ask(state: AccessPointState, open: boolean, now: Millis): AccessPointStep {
  if (isBusy(state)) return { state, effects: [] };
  if (open) return { state: { ...state, asked: true, notBefore: now }, effects: [] };
  // Where it is the only way, it is needed still, and comes back.
  const next = { ...state, asked: false };
  if (state.phase !== "open") return { state: next, effects: [] };
  return { state: enter(next, "closing", now), effects: [{ type: "close" }] };
}

/** After an opening that failed: not at once again. */
function later(state: AccessPointState, now: Millis): AccessPointState {
  const wait = Math.min(FAILURE_MOST, FAILURE_FIRST * 2 ** Math.min(10, state.failures));
  return {
    ...enter(state, "watching", now),
    ...{ failures: state.failures + 1, notBefore: millis(now + wait), asked: false },
  };
}
