// A day's root as it stands in the chain (the seed's "Proofs Anchoring"): one name a day. Where several gateways anchor, each has its
// own name by a suffix, since the first to register a name owns it.

import { z } from "zod";
import { AppError, fromUtf8, utf8 } from "../../base/index.ts";
import { type ProofDate, periodOf, proofDate } from "./proof-date.ts";

const PREFIX = "ness:proofs:sms:";
const NAME = /^ness:proofs:sms:(\d{8})(?::(.{1,480}))?$/s;
const MAX_RECORD_BYTES = 1024;

export interface AnchorRecord {
  /** Hex. */
  readonly merkle_root: string;
  readonly count: number;
  readonly period: string;
}

const record = z.object({
  merkle_root: z.string().regex(/^[0-9a-f]{64}$/i),
  count: z.int().min(0),
  period: z.string(),
});

/** `username` null for the form of a network with one gateway. */
export function anchorName(date: ProofDate, username: string | null): string {
  return `${PREFIX}${date}${username === null ? "" : `:${username}`}`;
}

/** Null for another kind of name. */
export function parseAnchorName(name: string): { readonly date: ProofDate; readonly username: string | null } | null {
  const [, date, username] = NAME.exec(name) ?? [];
  if (date === undefined) return null;
  try {
    return { date: proofDate(date), username: username ?? null };
  } catch {
    // Eight digits that are no day.
    return null;
  }
}

/** Always the same bytes for the same tree: that is how an anchor of ours is recognised after a crash. */
export function anchorValue(date: ProofDate, tree: { readonly root: string; readonly count: number }): Uint8Array {
  const value: AnchorRecord = { merkle_root: tree.root, count: tree.count, period: periodOf(date) };
  return utf8(JSON.stringify(value));
}

/** Also reads what others wrote: any spacing, upper-case hex, `PT24H`. Throws `proofs.bad_record`. */
export function parseAnchorValue(
  date: ProofDate,
  value: Uint8Array,
): { readonly root: string; readonly count: number } {
  const parsed = value.length > MAX_RECORD_BYTES ? null : recordIn(value);
  if (parsed === null || parsed.period.replace("/PT24H", "/24h") !== periodOf(date)) {
    throw new AppError("proofs.bad_record", `the chain's record of ${date} is no proof of that day`, {
      hint: "Whoever owns the name wrote something else into it: do not trust it.",
    });
  }
  return { root: parsed.merkle_root.toLowerCase(), count: parsed.count };
}

function recordIn(value: Uint8Array): AnchorRecord | null {
  try {
    return record.parse(JSON.parse(fromUtf8(value)));
  } catch {
    return null;
  }
}
