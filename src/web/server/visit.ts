// Where a request comes from, as its user recognises it later: the kind of browser and the address.

import type { Request } from "express";
import type { Visit } from "./sessions.ts";

const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/Edg(?:A|iOS)?\//, "Edge"],
  [/OPR\//, "Opera"],
  [/SamsungBrowser\//, "Samsung Internet"],
  [/Firefox\/|FxiOS\//, "Firefox"],
  [/Chrome\/|CriOS\//, "Chrome"],
  [/Safari\//, "Safari"],
];
const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/Windows/, "Windows"],
  [/Android/, "Android"],
  [/iPhone|iPad/, "iOS"],
  [/CrOS/, "ChromeOS"],
  [/Mac OS X/, "macOS"],
  [/Linux/, "Linux"],
];

const first = (text: string, known: typeof BROWSERS): string | null =>
  known.find(([pattern]) => pattern.test(text))?.[1] ?? null;

/** `Firefox, Android`, or the first words of what a program calls itself. Empty when it says nothing. */
export function deviceOf(userAgent: string): string {
  const browser = first(userAgent, BROWSERS);
  const system = first(userAgent, SYSTEMS);
  if (browser !== null) return system === null ? browser : `${browser}, ${system}`;
  return userAgent.replace(/[^\x20-\x7e]/g, "").slice(0, 40);
}

export const addressOf = (request: Request): string => request.ip ?? "unknown";

export function visitOf(request: Request): Visit {
  return { device: deviceOf(request.get("user-agent") ?? ""), address: addressOf(request) };
}
