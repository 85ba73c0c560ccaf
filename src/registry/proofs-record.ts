// The anchor of a day's receipts in the chain. One name per day would belong to whoever is first, so each gateway may have its own (F1).

import { z } from "zod";
import { AppError, fromHex, toHex, utf8 } from "../base/index.ts";
import { attempt } from "./attempt.ts";
import { jsonIn, shaped } from "./shape.ts";
import { utcDayStart } from "./utc-day.ts";
import { MAX_NAME_BYTES, valueText } from "./value-text.ts";

const PREFIX = "ness:proofs:sms:";

export interface ProofsName {
  /** `YYYYMMDD` in UTC. */
  readonly day: string;
  /** The gateway's user name; null for the name that a network of one operator uses. */
  readonly gateway: string | null;
}

export interface ProofsRecord {
  /** 32 bytes, RFC 6962 over the day's receipts in order of their leaf hashes. */
  readonly merkleRoot: Uint8Array;
  /** Leaves of the tree. */
  readonly count: number;
  /** `YYYYMMDD` in UTC. */
  readonly day: string;
}

/** Throws `registry.bad_day`, or `proofs.bad_name` for a gateway's name that does not fit. */
export function proofsName({ day, gateway }: ProofsName): string {
  utcDayStart(day);
  const name = gateway === null ? `${PREFIX}${day}` : `${PREFIX}${day}:${gateway}`;
  if (gateway === "" || utf8(name).length > MAX_NAME_BYTES) {
    throw new AppError("proofs.bad_name", "the gateway's name is empty or too long for a name in the chain", {
      hint: "Choose a shorter identity name.",
    });
  }
  return name;
}

/** What a name says, null for any other name. */
export function parseProofsName(name: string): ProofsName | null {
  const match = /^ness:proofs:sms:(\d{8})(?::(.+))?$/s.exec(name);
  const day = match?.[1];
  if (day === undefined || "fault" in attempt(() => utcDayStart(day))) return null;
  return { day, gateway: match?.[2] ?? null };
}

const shape = z.object({
  merkle_root: z.string().regex(/^[0-9a-fA-F]{64}$/, "must be 64 hex digits"),
  count: z.int().min(0),
  // The seed's form, and the one of ISO 8601 (F3).
  period: z
    .string()
    .regex(/^\d{4}-\d\d-\d\dT00:00:00Z\/(24h|PT24H)$/, "must be a day such as 2025-11-13T00:00:00Z/24h"),
});

/** The value to publish, compact JSON. Throws `proofs.bad_record` or `registry.bad_day`. */
export function proofsValue({ merkleRoot, count, day }: ProofsRecord): Uint8Array {
  utcDayStart(day);
  const period = `${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}T00:00:00Z/24h`;
  const members = { merkle_root: toHex(merkleRoot), count, period };
  return utf8(JSON.stringify(shaped(shape, members, "proofs.bad_record", "the proofs record")));
}

/** Throws `proofs.bad_record` or `registry.bad_day`. */
export function parseProofsValue(value: Uint8Array): ProofsRecord {
  const what = "the proofs record";
  const json = jsonIn(valueText(value, what), "proofs.bad_record", what);
  const { merkle_root, count, period } = shaped(shape, json, "proofs.bad_record", what);
  const day = period.slice(0, 10).replaceAll("-", "");
  utcDayStart(day);
  return { merkleRoot: fromHex(merkle_root), count, day };
}
