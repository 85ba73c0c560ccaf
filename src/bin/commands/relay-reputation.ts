// `numberbox relay reputation`: computes reputations again from receipts that a relay exported, and trusts none of them unverified.

import { readFile } from "node:fs/promises";
import { type Command, InvalidArgumentError } from "commander";
import { z } from "zod";
import { AppError, systemCodeOf, unixSecondsOf, wrapError } from "../../base/index.ts";
import { systemCrypto } from "../../base/system-crypto.ts";
import { type ComputedReputations, reputationDay, reputationsOf } from "../../core/index.ts";
import { type Delivery, delivery, parseJsonWith } from "../../protocol/index.ts";
import type { CliIo } from "../cli-io.ts";

interface Options {
  readonly receipts: string;
  readonly at?: number;
  readonly json?: boolean;
}

/** What a relay answers with at `/listings/{id}/receipts` and `/rentals/{id}/receipts`, or single deliveries. */
const line = z.union([delivery, z.object({ deliveries: z.array(delivery) })]);

/** `2026-01-31` as Unix seconds. */
function dayOption(text: string): number {
  const at = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(at)) throw new InvalidArgumentError("It must be a day in UTC, YYYY-MM-DD.");
  return at / 1000;
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    throw wrapError(cause, "reputation.unreadable", `${file} cannot be read (${systemCodeOf(cause) ?? "?"})`, {
      hint: "Save what the relay answers at /listings/{id}/receipts, one page in each line.",
    });
  }
}

function deliveriesOf(text: string): readonly Delivery[] {
  const lines = text.split("\n").filter((each) => each.trim() !== "");
  return lines.flatMap((each, at) => {
    const read = parseJsonWith(line, each, "reputation.bad_file", `line ${at + 1} of the receipts`);
    return "deliveries" in read ? read.deliveries : [read];
  });
}

function tell(io: CliIo, { listings, badStatements, badReceipts }: ComputedReputations): void {
  for (const { listingId, provider, reputation } of listings) {
    const score =
      reputation === null
        ? "nothing counts yet"
        : `${reputation.per_mille} per mille of ${reputation.samples} deliveries in ${reputation.rentals} rentals`;
    io.out(`${listingId}  ${provider}  ${score}\n`);
  }
  if (badStatements > 0) io.out(`${badStatements} statements are not signed by their provider and do not count\n`);
  if (badReceipts > 0) io.out(`${badReceipts} receipts are not good and do not count\n`);
}

async function reputation(io: CliIo, { receipts, at, json }: Options): Promise<void> {
  const deliveries = deliveriesOf(await readText(receipts));
  if (deliveries.length === 0) {
    throw new AppError("reputation.empty", "the file holds no deliveries", {
      hint: "Save what the relay answers at /listings/{id}/receipts, one page in each line.",
    });
  }
  const day = reputationDay(at ?? unixSecondsOf(io.clock.now()));
  const found = reputationsOf(systemCrypto, deliveries, day);
  if (json !== true) return tell(io, found);
  for (const each of found.listings) {
    const { listingId: listing_id, provider, reputation: score } = each;
    io.out(`${JSON.stringify({ listing_id, provider, at: day, reputation: score })}\n`);
  }
}

export function registerRelayReputation(relay: Command, io: CliIo): void {
  relay
    .command("reputation")
    .description("compute reputations from receipts that a relay exported")
    .requiredOption("--receipts <file>", "what the relay answers at /listings/{id}/receipts, a page in each line")
    .option("--at <day>", "at the beginning of this day in UTC (default: today)", dayOption)
    .option("--json", "one JSON object per line")
    .action(async (options: Options) => await reputation(io, options));
}
