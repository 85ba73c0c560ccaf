// What a publication is told as: its cost before, its way into the chain after.

import { z } from "zod";
import { AppError, parseEmc, seconds, shortEmc } from "../../base/index.ts";
import { type PublicationView, publicationsReply, publishReply } from "../../protocol/index.ts";
import type { CliIo } from "../cli-io.ts";
import { type BoxApi, openBoxApi } from "./box-api.ts";
import { dataFolder } from "./data-option.ts";

export interface PublishOptions {
  readonly data?: string;
  readonly json?: boolean;
  readonly dryRun?: boolean;
  readonly wait?: boolean;
}

/** How a publication stands, in words. */
export function publicationText({ state, confirmations, needed, problem, txid }: PublicationView): string {
  switch (state) {
    case "waiting":
      return `waits${problem === null ? " for the node" : `: ${problem.message}`}`;
    case "sent":
      return "in the mempool, waits for a block";
    case "confirming":
      return `${confirmations} of ${needed} confirmations`;
    case "done":
      return `done, ${txid ?? ""}`;
    case "lost":
      return "lost: somebody else's operation came first";
    case "failed":
      return `failed: ${problem?.message ?? "the node refuses it"}`;
    case "cancelled":
      return "cancelled";
  }
}

const OPEN: ReadonlySet<string> = new Set(["waiting", "sent", "confirming"]);

/** Follows a publication until it is done, and tells each change. Errors: `publication.failed`, `publication.lost`. */
async function follow(io: CliIo, api: BoxApi, first: PublicationView): Promise<void> {
  let last = "";
  for (let shown = first; ; ) {
    const text = publicationText(shown);
    if (text !== last) io.out(`  ${text}\n`);
    last = text;
    if (!OPEN.has(shown.state)) {
      if (shown.state === "done") return;
      throw new AppError(`publication.${shown.state}`, `the publication is ${shown.state}`, {
        hint: shown.problem?.hint ?? "Look at it by `numberbox listing list`.",
      });
    }
    await io.clock.sleep(seconds(1), "publication", io.signal);
    const { publications } = await api.call({ method: "GET", path: "publications", reply: publicationsReply });
    shown = publications.find(({ id }) => id === first.id) ?? shown;
  }
}

/** Some writes come with what must be known before. */
const answerReply = publishReply.extend({ warnings: z.array(z.string()).default([]) });

function tell(io: CliIo, answer: z.infer<typeof answerReply>): void {
  for (const warning of answer.warnings) io.out(`Warning: ${warning}\n`);
  io.out(`${answer.name}\n`);
  if (answer.value !== null) io.out(`${answer.value}\n`);
  io.out(`Cost: ${shortEmc(parseEmc(answer.cost))} EMC.`);
  io.out(answer.dry_run ? " Nothing was published.\n" : " Accepted; the box carries it out.\n");
  if (answer.problem !== null)
    io.out(`${answer.problem.code}: ${answer.problem.message}\n  ${answer.problem.hint ?? ""}\n`);
}

export interface PublishCall {
  /** POST unless given. */
  readonly method?: "POST" | "DELETE";
  readonly body?: Readonly<Record<string, unknown>>;
}

/** Asks the running box to publish, and tells cost, value and progress. */
export async function publishThrough(
  io: CliIo,
  path: string,
  options: PublishOptions,
  { method = "POST", body = {} }: PublishCall = {},
): Promise<void> {
  const api = await openBoxApi(io, dataFolder(io, options.data));
  const asked = { ...body, dry_run: options.dryRun ?? false };
  const answer = await api.call({ method, path, body: asked, reply: answerReply });
  if (options.json === true) io.out(`${JSON.stringify(answer)}\n`);
  else tell(io, answer);
  if (options.wait === true && answer.publication !== null) await follow(io, api, answer.publication);
}
