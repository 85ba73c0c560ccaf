// When a slot counts as down and as up again, for flows that must not be told of every hiccup; pure.

import type { SlotView } from "../protocol/index.ts";

export interface SlotWatch {
  /** Slots that are not ready, and whether that was told. */
  readonly down: ReadonlyMap<string, { readonly told: boolean }>;
}

export type SlotWatchEffect =
  | { readonly kind: "arm"; readonly slot: string }
  | { readonly kind: "disarm"; readonly slot: string }
  | { readonly kind: "tell"; readonly slot: string; readonly what: "down" | "up" };

export type SlotWatchInput =
  | { readonly kind: "slot"; readonly slot: Pick<SlotView, "id" | "state"> }
  /** The time that a slot may be down has passed. */
  | { readonly kind: "overdue"; readonly slot: string }
  | { readonly kind: "gone"; readonly slot: string };

export const NO_SLOTS: SlotWatch = { down: new Map() };

interface Step {
  readonly state: SlotWatch;
  readonly effects: readonly SlotWatchEffect[];
}

function without(state: SlotWatch, slot: string): SlotWatch {
  return { down: new Map([...state.down].filter(([id]) => id !== slot)) };
}

export function slotWatch(state: SlotWatch, input: SlotWatchInput): Step {
  const id = input.kind === "slot" ? input.slot.id : input.slot;
  const known = state.down.get(id);
  switch (input.kind) {
    case "slot":
      if (input.slot.state !== "ready") return known === undefined ? begin(state, id) : { state, effects: [] };
      if (known === undefined) return { state, effects: [] };
      return { state: without(state, id), effects: [known.told ? tell(id, "up") : { kind: "disarm", slot: id }] };
    case "overdue":
      if (known === undefined || known.told) return { state, effects: [] };
      return { state: { down: new Map([...state.down, [id, { told: true }]]) }, effects: [tell(id, "down")] };
    case "gone":
      if (known === undefined) return { state, effects: [] };
      return { state: without(state, id), effects: [{ kind: "disarm", slot: id }] };
  }
}

function begin(state: SlotWatch, id: string): Step {
  return { state: { down: new Map([...state.down, [id, { told: false }]]) }, effects: [{ kind: "arm", slot: id }] };
}

function tell(slot: string, what: "down" | "up"): SlotWatchEffect {
  return { kind: "tell", slot, what };
}
