// Which address shows which view.

import type { View } from "./state.ts";

const PATHS: Readonly<Record<View, string>> = { overview: "/", rentals: "/rentals" };

export function viewOf(path: string): View {
  return path === PATHS.rentals ? "rentals" : "overview";
}

export function pathOf(view: View): string {
  return PATHS[view];
}
