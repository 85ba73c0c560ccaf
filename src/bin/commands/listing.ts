// `numberbox listing …`: what a provider offers, and what others can check of it.

import type { Command } from "commander";
import type { CliIo, ExitCode } from "../cli-io.ts";
import { addListingChecks } from "./listing-checks.ts";
import { registerListingPublish } from "./listing-publish.ts";

export function registerListing(program: Command, io: CliIo, setExit: (code: ExitCode) => void): void {
  const listing = program.command("listing").description("what is offered for rent");
  registerListingPublish(listing, io);
  addListingChecks(listing, io, setExit);
}
