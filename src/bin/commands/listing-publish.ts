// `numberbox listing list|show|history|build|publish|update|renew|unpublish`: the listings of the running box.

import type { Command } from "commander";
import type { z } from "zod";
import { listingHistory, listingsReply, listingView } from "../../protocol/index.ts";
import type { CliIo } from "../cli-io.ts";
import { openBoxApi } from "./box-api.ts";
import { dataFolder } from "./data-option.ts";
import { type PublishOptions, publicationText, publishThrough } from "./publish-text.ts";

interface Common {
  readonly data?: string;
  readonly json?: boolean;
}

type Listing = z.infer<typeof listingView>;

const ABOUT = {
  build: "show what would be published for a line and what it costs; the same as publish --dry-run",
  publish: "sign the line's record, commit to it on chain and serve it",
  update: "publish what the configuration offers now, with the next revision",
  renew: "pay the listing's name for another term",
  unpublish: "delete the listing's name; nobody finds it any more",
} as const;

export function boxCommand(parent: Command, name: string, about: string): Command {
  return parent
    .command(name)
    .description(about)
    .option("--data <folder>", "data folder of the running box or demo (default: NUMBERBOX_DATA)")
    .option("--json", "print JSON");
}

export function publishCommand(parent: Command, name: string, about: string): Command {
  return boxCommand(parent, name, about)
    .option("--dry-run", "show value and cost and change nothing")
    .option("--wait", "stay until it has its confirmations, and tell the progress");
}

function stateOf({ current, publication, changed }: Listing): string {
  if (publication !== null && ["waiting", "sent", "confirming"].includes(publication.state))
    return publicationText(publication);
  if (current === null) return changed === null ? "nothing is offered" : "not published";
  const expires = publication?.expires_at ?? null;
  return `revision ${current.rev}${changed ? ", the configuration offers something else" : ""}${expires === null ? "" : `, until block ${expires}`}`;
}

function tell(io: CliIo, listing: Listing, json: boolean | undefined): void {
  if (json === true) return io.out(`${JSON.stringify(listing)}\n`);
  io.out(`${listing.line.padEnd(12)} ${listing.listing_id}  ${stateOf(listing)}\n`);
}

export function registerListingPublish(listing: Command, io: CliIo): void {
  const call = async <T>(options: Common, path: string, reply: z.ZodType<T>): Promise<T> =>
    (await openBoxApi(io, dataFolder(io, options.data))).call({ method: "GET", path, reply });
  boxCommand(listing, "list", "all lines and their listings").action(async (options: Common) => {
    for (const each of (await call(options, "listings", listingsReply)).listings) tell(io, each, options.json);
  });
  boxCommand(listing, "show", "a line's listing and its signed record")
    .argument("<line>", "line, its number or the listing's id")
    .action(async (line: string, options: Common) => {
      const shown = await call(options, `listings/${encodeURIComponent(line)}`, listingView);
      tell(io, shown, options.json);
      if (options.json !== true && shown.current !== null) io.out(`${shown.current.record}\n`);
    });
  boxCommand(listing, "history", "all revisions that were ever signed for a line")
    .argument("<line>", "line, its number or the listing's id")
    .action(async (line: string, options: Common) => {
      const { revisions } = await call(options, `listings/${encodeURIComponent(line)}/history`, listingHistory);
      for (const revision of revisions) {
        const at = new Date(revision.created_at).toISOString().slice(0, 19);
        io.out(
          options.json
            ? `${JSON.stringify(revision)}\n`
            : `${revision.rev}  ${revision.state.padEnd(9)} ${at}  ${revision.commitment}\n`,
        );
      }
    });
  for (const action of ["build", "publish", "update", "renew", "unpublish"] as const) {
    publishCommand(listing, action, ABOUT[action])
      .argument("<line>", "line, its number or the listing's id")
      .action(async (line: string, options: PublishOptions) => {
        const verb = action === "build" ? "publish" : action;
        const dry = action === "build" ? { dryRun: true } : {};
        await publishThrough(io, `listings/${encodeURIComponent(line)}/${verb}`, { ...options, ...dry });
      });
  }
}
