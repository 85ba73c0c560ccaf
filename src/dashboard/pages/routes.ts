// Which address shows which view. An address names listings and orders by their ids, and never a number or a key.

import type { LanguageId } from "../../page-parts/index.ts";
import { VIEWS, type View } from "./state.ts";

const BASE = "/dashboard/";
const DETAILS = ["listing", "order", "renew", "upgrade", "escrow"] as const;
const DETAIL = /^(listing|order|renew|upgrade|escrow)\/([0-9a-f]{1,64})$/;

export function viewOf(path: string): View {
  const rest = path.startsWith(BASE) ? path.slice(BASE.length) : "";
  const [, kind, id] = DETAIL.exec(rest) ?? [];
  if (rest === "scan") return { name: "scan" };
  if (id !== undefined) return { name: DETAILS.find((name) => name === kind) ?? "listing", id };
  return { name: VIEWS.find((name) => name === rest) ?? "inbox" };
}

/** What a browser reads of the app that it may install. */
export function manifestOf(language: LanguageId): string {
  return `${BASE}manifest${language === "en" ? "" : `.${language}`}.webmanifest`;
}

export function pathOf(view: View): string {
  if ("id" in view) return `${BASE}${view.name}/${view.id}`;
  return view.name === "inbox" ? BASE : `${BASE}${view.name}`;
}
