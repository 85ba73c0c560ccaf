// Which address shows which view.

import type { View } from "./state.ts";

const PATHS: Readonly<Record<View, string>> = {
  overview: "/",
  rentals: "/rentals",
  phones: "/phones",
  join: "/join",
};
const VIEWS: readonly View[] = ["rentals", "phones", "join"];

export function viewOf(path: string): View {
  return VIEWS.find((view) => PATHS[view] === path) ?? "overview";
}

export function pathOf(view: View): string {
  return PATHS[view];
}
