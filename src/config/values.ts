// Value forms that owners write in configuration files.

import { z } from "zod";
import { type Millis, millis } from "../base/index.ts";

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

function toMillis(text: string): Millis {
  const [, count = "", unit = ""] = /^(\d+)(ms|s|m|h|d)$/.exec(text) ?? [];
  return millis(Number(count) * (UNITS[unit] ?? Number.NaN));
}

/** A span such as `500ms`, `30s`, `10m`, `24h` or `30d`, between `low` and `high` (spans too). */
export function duration(low: string, high: string, fallback: string) {
  return span(low, high).prefault(fallback);
}

/** The same without a default. */
export function span(low: string, high: string) {
  return z
    .string()
    .regex(/^\d{1,6}(ms|s|m|h|d)$/, { error: "a time such as 30s, 10m, 24h or 30d", abort: true })
    .refine((text) => toMillis(text) >= toMillis(low) && toMillis(text) <= toMillis(high), `between ${low} and ${high}`)
    .meta({ "x-form": "duration", "x-low": low, "x-high": high })
    .transform(toMillis);
}

export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

function parseAddress(text: string): ListenAddress | null {
  const [, bracketed, plain, port = ""] = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  return host === undefined || Number(port) > 65_535 ? null : { host, port: Number(port) };
}

/** `host:port`, for instance `127.0.0.1:8080` or `[::1]:8080`. */
export const hostAndPort = z
  .string()
  .meta({ "x-form": "address" })
  .transform((text, context) => {
    const address = parseAddress(text);
    if (address !== null) return address;
    context.addIssue({ code: "custom", message: "host:port, for instance 127.0.0.1:8080" });
    return z.NEVER;
  });

/** The same to listen at; port 0 takes a free one. */
export function listenAddress(fallback: string) {
  return hostAndPort.prefault(fallback);
}

/** Identifier of slots and lines. */
export const identifier = z
  .string({ error: "text; a number must stand in quotes" })
  .regex(/^[a-z0-9][a-z0-9._-]{0,31}$/, "1-32 of a-z 0-9 . _ -, beginning with a letter or digit");

/** A check of a list: reports, by its path, each item whose `key` an earlier one has. Items without the key do not matter. */
export function eachOnce<T extends object>(key: keyof T & string) {
  return (items: readonly T[], context: z.RefinementCtx): void => {
    const first = new Map<unknown, number>();
    items.forEach((item, at) => {
      const earlier = first.get(item[key]);
      if (item[key] === undefined) return;
      if (earlier === undefined) first.set(item[key], at);
      else context.addIssue({ code: "custom", path: [at, key], message: `the same as that of item ${earlier}` });
    });
  };
}

export const logLevel = z.enum(["debug", "info", "warn", "error"]).default("info").describe("How much is logged.");
