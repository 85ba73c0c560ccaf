// Which address shows which view.

import type { View } from "./state.ts";

/** Views that there is one of. */
export type Fixed = Exclude<View, `slot/${string}`>;

const PATHS: Readonly<Record<Fixed, string>> = {
  overview: "/",
  rentals: "/rentals",
  phones: "/phones",
  chain: "/chain",
  join: "/join",
};
const VIEWS: readonly Fixed[] = ["rentals", "phones", "chain", "join"];
const SLOT_PATH = /^\/slots\/([a-z0-9][a-z0-9._-]{0,31})$/;

export function viewOf(path: string): View {
  const slot = SLOT_PATH.exec(path)?.[1];
  if (slot !== undefined) return slotPage(slot);
  return VIEWS.find((view) => PATHS[view] === path) ?? "overview";
}

export function pathOf(view: View): string {
  return isFixed(view) ? PATHS[view] : `/slots/${slotOf(view)}`;
}

export function slotPage(slot: string): View {
  return `slot/${slot}`;
}

/** The slot that a view is the page of, null for the other views. */
export function slotOf(view: View): string | null {
  return isFixed(view) ? null : view.slice("slot/".length);
}

export function isFixed(view: View): view is Fixed {
  return Object.hasOwn(PATHS, view);
}
