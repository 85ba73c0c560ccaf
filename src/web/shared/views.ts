// The console's views in the order of its navigation. The pages route by it, and the server knows by it which paths are pages. A new
// view is a row here, its component in `pages/views/registry.ts`, and a text `nav.<id>`.

import type { ApiScope } from "./scopes.ts";

export type ViewGroup = "home" | "numbers" | "market" | "automation" | "box";

export interface ViewRow {
  readonly path: string;
  /** Null: not in the navigation. */
  readonly group: ViewGroup | null;
  /** Who sees it; the box refuses the rest anyway. */
  readonly scope: ApiScope;
}

export const VIEWS = {
  overview: { path: "/", group: "home", scope: "read" },
  signal: { path: "/signal", group: "home", scope: "read" },
  lines: { path: "/numbers", group: "numbers", scope: "read" },
  rentals: { path: "/rentals", group: "numbers", scope: "read" },
  delivery: { path: "/delivery", group: "numbers", scope: "read" },
  phones: { path: "/phones", group: "numbers", scope: "read" },
  calls: { path: "/calls", group: "numbers", scope: "read" },
  kept: { path: "/kept", group: "numbers", scope: "content" },
  chain: { path: "/chain", group: "market", scope: "read" },
  payments: { path: "/payments", group: "market", scope: "read" },
  mqtt: { path: "/mqtt", group: "automation", scope: "read" },
  webhooks: { path: "/webhooks", group: "automation", scope: "read" },
  alerts: { path: "/alerts", group: "box", scope: "read" },
  events: { path: "/events", group: "box", scope: "read" },
  // `/flows/` is Node-RED's editor.
  flows: { path: "/node-red", group: "automation", scope: "read" },
  doctor: { path: "/doctor", group: "box", scope: "operate" },
  api: { path: "/api", group: "automation", scope: "read" },
  backup: { path: "/backup", group: "box", scope: "operate" },
  update: { path: "/update", group: "box", scope: "operate" },
  machine: { path: "/machine", group: "box", scope: "manage" },
  support: { path: "/support", group: "box", scope: "manage" },
  welcome: { path: "/welcome", group: "box", scope: "manage" },
  settings: { path: "/settings", group: "box", scope: "manage" },
  access: { path: "/access", group: "box", scope: "manage" },
  account: { path: "/account", group: null, scope: "read" },
  invitation: { path: "/invitation", group: null, scope: "read" },
  trust: { path: "/trust", group: null, scope: "read" },
  join: { path: "/join", group: null, scope: "read" },
} as const satisfies Readonly<Record<string, ViewRow>>;

/** Views that there is one of. */
export type FixedView = keyof typeof VIEWS;

export const VIEW_GROUPS: readonly ViewGroup[] = ["home", "numbers", "market", "automation", "box"];

export const isFixedView = (name: string): name is FixedView => Object.hasOwn(VIEWS, name);
export const fixedViews = Object.keys(VIEWS).filter(isFixedView);

/** Of the page of one slot. */
export const SLOT_PAGE = "/slots/:id";
