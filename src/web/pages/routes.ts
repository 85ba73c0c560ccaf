// Which address shows which view.

import { type FixedView, fixedViews, isFixedView, VIEWS } from "../shared/views.ts";
import type { View } from "./state.ts";

const SLOT_PATH = /^\/slots\/([a-z0-9][a-z0-9._-]{0,31})$/;

export function viewOf(path: string): View {
  const slot = SLOT_PATH.exec(path)?.[1];
  if (slot !== undefined) return slotPage(slot);
  return fixedViews.find((view) => VIEWS[view].path === path) ?? "overview";
}

export function pathOf(view: View): string {
  return isFixed(view) ? VIEWS[view].path : `/slots/${slotOf(view)}`;
}

export function slotPage(slot: string): View {
  return `slot/${slot}`;
}

/** The slot that a view is the page of, null for the other views. */
export function slotOf(view: View): string | null {
  return isFixed(view) ? null : view.slice("slot/".length);
}

export function isFixed(view: View): view is FixedView {
  return isFixedView(view);
}
