// Everything the pages know, and how a frame of the live feed changes it. Pure.

import type { Theme } from "../../page-parts/index.ts";
import type {
  BoxEvent,
  JoinView,
  LineView,
  LiveFrame,
  Overview,
  PhoneView,
  RentalView,
  SlotView,
  WizardView,
} from "../../protocol/index.ts";
import type { VisitorUser } from "../shared/session.ts";
import type { FixedView } from "../shared/views.ts";
import { type CountHistory, countsSeen, historyStart, resumeHistory } from "./history.ts";

export const EVENTS_KEPT = 200;

export type { Theme };

/** `slot/…` is the page of one slot. `join` is for the browser of a phone that is being added, and needs no sign-in. */
export type View = FixedView | `slot/${string}`;

/** Who the visitor is to the box. `unreachable`: the first question got no answer. */
export type Visitor = "unknown" | "unreachable" | "newcomer" | "stranger" | "owner";

/** The live feed: `live`, or what is shown may be old. */
export type Link = "connecting" | "live" | "broken";

export interface Box {
  readonly overview: Overview;
  readonly slots: readonly SlotView[];
  readonly lines: readonly LineView[];
  readonly rentals: readonly RentalView[];
  /** Newest first. */
  readonly events: readonly BoxEvent[];
}

export interface Notice {
  readonly kind: "done" | "failed";
  readonly text: string;
}

export interface State {
  readonly visitor: Visitor;
  /** Null while nobody is signed in. */
  readonly user: VisitorUser | null;
  readonly needsClaimCode: boolean;
  readonly link: Link;
  /** The box has said that it starts anew. */
  readonly restarting: boolean;
  readonly box: Box | null;
  /** Null until they were asked for: the live feed does not tell them. */
  readonly phones: readonly PhoneView[] | null;
  /** New modems and the window in which they are taken in; null until they were asked for. */
  readonly hardware: JoinView | null;
  /** How far the first-run wizard is; null until it was asked for. */
  readonly wizard: WizardView | null;
  /** How often the box told something of a call: what is shown of calls is asked for anew then. */
  readonly callsTold: number;
  readonly history: CountHistory;
  /** The box's wall clock, estimated: its last statement carried forward by this machine's monotonic clock. */
  readonly now: number;
  readonly boxClock: { readonly box: number; readonly mono: number };
  readonly view: View;
  readonly theme: Theme;
  readonly notice: Notice | null;
}

export function initialState(view: View, theme: Theme): State {
  return {
    visitor: "unknown",
    user: null,
    needsClaimCode: false,
    link: "connecting",
    restarting: false,
    box: null,
    phones: null,
    hardware: null,
    wizard: null,
    callsTold: 0,
    history: historyStart,
    now: 0,
    boxClock: { box: 0, mono: 0 },
    view,
    theme,
    notice: null,
  };
}

function withOverview(state: State, overview: Overview, mono: number): State {
  const boxClock = { box: overview.now, mono };
  return { ...state, boxClock, now: overview.now };
}

function withEvent(events: readonly BoxEvent[], event: BoxEvent): readonly BoxEvent[] {
  if (events.some((known) => known.seq === event.seq)) return events;
  return [event, ...events].slice(0, EVENTS_KEPT);
}

function withSlot(slots: readonly SlotView[], slot: SlotView): readonly SlotView[] {
  const isKnown = slots.some((known) => known.id === slot.id);
  return isKnown ? slots.map((known) => (known.id === slot.id ? slot : known)) : [...slots, slot];
}

/** A slot that a page knows better than the last frame: the box has just answered with it. */
export function applySlot(state: State, slot: SlotView): State {
  return state.box === null ? state : { ...state, box: { ...state.box, slots: withSlot(state.box.slots, slot) } };
}

/** No frame tells that a slot is gone or that the window for hardware was closed, but events do. */
function applyEvent(state: State, box: Box, event: BoxEvent): State {
  const { hardware } = state;
  const slots = event.code === "slot.removed" ? box.slots.filter(({ id }) => id !== event.slot) : box.slots;
  const isClosed = event.code === "join.closed" && hardware !== null;
  return {
    ...state,
    box: { ...box, slots, events: withEvent(box.events, event) },
    restarting: state.restarting || event.code === "box.restarting",
    hardware: isClosed ? { ...hardware, open: false, closes_at: null } : hardware,
  };
}

/** `mono` is this machine's monotonic clock when the frame came. Frames before the first snapshot change nothing. */
export function applyFrame(state: State, frame: LiveFrame, mono: number): State {
  if (frame.type === "snapshot") {
    const { overview, slots, lines, rentals } = frame;
    const box: Box = { overview, slots, lines, rentals, events: frame.events.toReversed() };
    return {
      ...withOverview(state, overview, mono),
      restarting: false,
      box,
      history: resumeHistory(state.history, overview),
    };
  }
  const { box } = state;
  if (box === null) return state;
  switch (frame.type) {
    case "overview": {
      const next = withOverview(state, frame.overview, mono);
      const history = countsSeen(state.history, frame.overview, frame.overview.now);
      return { ...next, box: { ...box, overview: frame.overview }, history };
    }
    case "slot":
      return applySlot(state, frame.slot);
    case "rentals":
      return { ...state, box: { ...box, lines: frame.lines, rentals: frame.rentals } };
    case "event":
      return applyEvent(state, box, frame.event);
    case "call":
      return { ...state, callsTold: state.callsTold + 1 };
    case "sms":
      // The counters tell it in the next frames.
      return state;
  }
}

/** Carries the box's clock and the history forward; called once a second. */
export function applyTick(state: State, mono: number): State {
  if (state.box === null) return state;
  const now = state.boxClock.box + (mono - state.boxClock.mono);
  return { ...state, now, history: countsSeen(state.history, state.box.overview, now) };
}
