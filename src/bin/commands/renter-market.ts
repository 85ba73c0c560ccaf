// `renter listings` and `renter rent`: their options.

import { type Command, InvalidArgumentError, Option } from "commander";
import { DURATIONS, TIERS } from "../../registry/index.ts";
import type { CliIo, ExitCode } from "../cli-io.ts";
import { nodeOption } from "./node-option.ts";
import { type ListingsOptions, runListings } from "./renter-listings.ts";
import { type RentOptions, runRent } from "./renter-rent.ts";
import { wholeNumber } from "./whole-number.ts";

function orderId(text: string): string {
  if (/^[0-9a-f]{32}$/.test(text)) return text;
  throw new InvalidArgumentError("It must be 32 lower-case hex digits.");
}

interface Shared {
  readonly finish: (exit: Promise<ExitCode>) => Promise<void>;
  readonly withCommonOptions: (command: Command) => Command;
}

/** Adds `renter listings` and `renter rent`. */
export function registerMarket(renter: Command, io: CliIo, { finish, withCommonOptions }: Shared): void {
  const listings = withCommonOptions(renter.command("listings"));
  nodeOption(listings)
    .description("list what can be rented at a relay, each listing verified against the chain")
    .option("--all", "also those that cannot be rented, with the reason")
    .action((options: ListingsOptions) => finish(runListings(io, options)));
  const rent = withCommonOptions(renter.command("rent"));
  nodeOption(rent)
    .description(
      "rent a number: verify the listing, pay, get the number. A key of its own is made for it unless --keyfile names one",
    )
    .argument("[listing]", "id of a listing")
    .addOption(new Option("--tier <tier>", "what to rent").choices(TIERS).default("sms_only"))
    .addOption(new Option("--duration <duration>", "for how long").choices(DURATIONS).default("daily"))
    .option("--sms <count>", "SMS to pay for at once, where each has a price", wholeNumber(0, 100_000), 0)
    .addOption(
      new Option("--method <method>", "tickets from your own node, or a plain payment")
        .choices(["randpay", "emc"])
        .default("randpay"),
    )
    .option("--budget <emc>", "the most that may leave your wallet, whatever the luck", "2")
    .option("--dry-run", "show what it would cost; order and pay nothing")
    .option("--resume <order>", "go on with an order", orderId)
    .action((listing: string | undefined, options: RentOptions) => finish(runRent(io, listing, options)));
}
