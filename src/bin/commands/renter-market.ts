// The market of a renter's command line: listings, renting, and what can be asked for a rental that runs. Their options.

import { type Command, InvalidArgumentError, Option } from "commander";
import { DURATIONS, TIERS } from "../../registry/index.ts";
import type { CliIo, ExitCode } from "../cli-io.ts";
import { type AutoRenewOptions, runAutoRenew } from "./renter-autorenew.ts";
import {
  type CancelOptions,
  type RenewOptions,
  runCancel,
  runRenew,
  runUpgrade,
  type UpgradeOptions,
} from "./renter-change.ts";
import { runOrderEscrow } from "./renter-escrow.ts";
import { type ListingsOptions, runListings } from "./renter-listings.ts";
import type { RenterOptions } from "./renter-open.ts";
import { runRentals } from "./renter-own-rentals.ts";
import { type RentOptions, runRent } from "./renter-rent.ts";
import { wholeNumber } from "./whole-number.ts";

/** An order or a rental. */
function hexId(text: string): string {
  if (/^[0-9a-f]{32}$/.test(text)) return text;
  throw new InvalidArgumentError("It must be 32 lower-case hex digits.");
}

function emc(text: string): string {
  if (/^\d{1,10}(\.\d{1,6})?$/.test(text)) return text;
  throw new InvalidArgumentError("It must be EMC with at most six digits behind the point.");
}

interface Shared {
  readonly finish: (exit: Promise<ExitCode>) => Promise<void>;
  readonly withCommonOptions: (command: Command) => Command;
}

const METHODS = {
  plain: "tickets from your own node, or a plain payment",
  escrow: "tickets from your own node, a plain payment, or coins held with an arbiter",
} as const;

function payOptions(command: Command, ...others: readonly "escrow"[]): Command {
  return command
    .addOption(
      new Option("--method <method>", METHODS[others.length === 0 ? "plain" : "escrow"])
        .choices(["randpay", "emc", ...others])
        .default("randpay"),
    )
    .option("--budget <emc>", "the most that may leave your wallet, whatever the luck", "2");
}

const duration = () => new Option("--duration <duration>", "for how long").choices(DURATIONS).default("daily");
const tier = () => new Option("--tier <tier>", "what to rent").choices(TIERS);
const SMS = ["--sms <count>", "SMS to pay for at once, where each has a price"] as const;
const DRY = ["--dry-run", "show what it would cost; order and pay nothing"] as const;
const ANEW = ["--anew", "although an order for it is not finished"] as const;

/** Adds `renter rentals`, `renew`, `upgrade` and `cancel`. */
function registerChanges(renter: Command, io: CliIo, { finish, withCommonOptions }: Shared): void {
  const common = (name: string): Command =>
    withCommonOptions(renter.command(name)).argument("<rental>", "id of a rental: see `renter rentals`", hexId);
  withCommonOptions(renter.command("rentals"))
    .description("list your rentals, of every key that this machine has")
    .action((options: RenterOptions) => finish(runRentals(io, options)));
  payOptions(common("renew"))
    .description("more time for a rental, in the tier it has: the same number, the same key")
    .addOption(duration())
    .option(...SMS, wholeNumber(0, 100_000), 0)
    .option(...DRY)
    .option(...ANEW)
    .action((rental: string, options: RenewOptions) => finish(runRenew(io, rental, options)));
  payOptions(common("upgrade"))
    .description("another tier for the time that is left: it costs the difference, for that time")
    .addOption(tier().makeOptionMandatory())
    .option(...DRY)
    .option(...ANEW)
    .action((rental: string, options: UpgradeOptions) => finish(runUpgrade(io, rental, options)));
  withCommonOptions(renter.command("autorenew"))
    .description(
      "which rentals this machine renews by itself, at most so often and for so much; without a rental it lists them",
    )
    .argument("[rental]", "id of a rental: see `renter rentals`", hexId)
    .option("--times <count>", "renewals that are allowed", wholeNumber(1, 1000))
    .option("--budget <emc>", "the most that may leave your wallet for each, whatever the luck", emc)
    .addOption(duration())
    .option(...SMS, wholeNumber(0, 100_000), 0)
    .option(
      "--hours-before <hours>",
      "how long before its end (default: a tenth of it, a day at most)",
      wholeNumber(1, 720),
    )
    .option("--off", "never again by itself")
    .option("--run", "renew what is due until Ctrl-C, with tickets from the node's wallet")
    .option("--once", "the same, one look: for a timer")
    .action((rental: string | undefined, options: AutoRenewOptions) => finish(runAutoRenew(io, rental, options)));
  common("cancel")
    .description("end a rental at once. Nothing is paid back")
    .option("--yes", "end it")
    .action((rental: string, options: Omit<CancelOptions, "method" | "budget">) =>
      finish(runCancel(io, rental, { ...options, method: "emc", budget: "0" })),
    );
}

/** Adds `renter listings`, `renter rent`, and what can be asked for a rental. */
export function registerMarket(renter: Command, io: CliIo, shared: Shared): void {
  const { finish, withCommonOptions } = shared;
  withCommonOptions(renter.command("listings"))
    .description("list what can be rented at a relay, each listing verified against the chain")
    .option("--escrow", "only those that can be paid by escrow")
    .option("--all", "also those that cannot be rented, with the reason, and those at other relays")
    .action((options: ListingsOptions) => finish(runListings(io, options)));
  payOptions(withCommonOptions(renter.command("rent")), "escrow")
    .description(
      "rent a number: verify the listing, pay, get the number. A key of its own is made for it unless --keyfile names one",
    )
    .argument("[listing]", "id of a listing")
    .addOption(tier().default("sms_only"))
    .addOption(duration())
    .option(...SMS, wholeNumber(0, 100_000), 0)
    .option(...DRY)
    .option("--arbiter <name>", "who decides over an escrow, where the listing names several")
    .option("--resume <order>", "go on with an order", hexId)
    .action((listing: string | undefined, options: RentOptions) => finish(runRent(io, listing, options)));
  withCommonOptions(renter.command("escrow"))
    .description("hand your copy of the escrow that pays for an order to the provider, over the relay")
    .argument("<order>", "id of an order", hexId)
    .action((order: string, options: RenterOptions) =>
      finish(runOrderEscrow(io, order, { ...options, method: "escrow", budget: "0" })),
    );
  registerChanges(renter, io, shared);
}
