// `numberbox receipts export|verify` and `numberbox proofs list|anchor|prove|verify`.

import { type Command, InvalidArgumentError } from "commander";
import { systemCrypto } from "../../base/system-crypto.ts";
import {
  type AnchorCheck,
  checkAnchor,
  checkReceipts,
  faultText,
  type ReceiptCheck,
  requireVerified,
} from "../../core/index.ts";
import {
  anchorReply,
  type ProofBundle,
  type ProofDayView,
  proofOrphansReply,
  proofsReply,
  receipt,
} from "../../protocol/index.ts";
import { parseUserWorm } from "../../registry/index.ts";
import type { CliIo, ExitCode } from "../cli-io.ts";
import { type BoxApi, openBoxApi } from "./box-api.ts";
import { dataFolder } from "./data-option.ts";
import { type NodeOptions, namesNode, nodeOption, openNode } from "./node-option.ts";
import { readBundle, receiptPages, saveBundle } from "./proof-bundles.ts";

interface Common {
  readonly data?: string;
  readonly json?: boolean;
}

interface ListOptions extends Common {
  readonly orphans?: boolean;
}

interface ExportOptions extends Common {
  readonly day?: string;
  readonly rental?: string;
  readonly out?: string;
}

interface VerifyOptions extends Common, NodeOptions {
  readonly confirmations: number;
}

interface AnchorOptions extends Common {
  readonly day?: string;
  readonly dryRun?: boolean;
  readonly early?: boolean;
}

interface ProveOptions extends Common {
  readonly day?: string;
  readonly forRenter?: boolean;
  readonly out?: string;
}

const DAY = /^\d{4}-?\d\d-?\d\d$/;

function matching(pattern: RegExp, shape: string): (value: string) => string {
  return (value) => {
    if (!pattern.test(value)) throw new InvalidArgumentError(`It must be ${shape}.`);
    return value;
  };
}

const dayOption = matching(DAY, "a day in UTC, YYYYMMDD");
const hashArgument = matching(/^[A-Za-z0-9_-]{43}$/, "the base64url SHA-256 of a sealed message");

const common = (command: Command): Command =>
  command
    .option("--data <folder>", "data folder of the running box or demo (default: NUMBERBOX_DATA)")
    .option("--json", "one JSON object per line");

const api = (io: CliIo, { data }: Common): Promise<BoxApi> => openBoxApi(io, dataFolder(io, data));

function tellDay(io: CliIo, day: ProofDayView, json: boolean | undefined): void {
  if (json) return io.out(`${JSON.stringify(day)}\n`);
  const where = day.name === null ? "" : `  ${day.name}${day.txid === null ? "" : `  ${day.txid}`}`;
  io.out(
    `${day.date}  ${day.state.padEnd(9)}  ${String(day.count).padStart(7)} receipts  ${day.root ?? "-"}${where}\n`,
  );
  if (day.problem !== null) io.out(`  ${day.problem.code}: ${day.problem.message}\n`);
}

/** Tells what does not hold, or as JSON everything. Returns how many do not. */
function tellChecks(io: CliIo, checks: readonly ReceiptCheck[], json: boolean | undefined): number {
  for (const check of checks) {
    if (json) io.out(`${JSON.stringify({ ...check, ok: check.fault === null })}\n`);
    else if (check.fault !== null) io.out(`${check.date}  ${check.kind}  ${check.about}  ${faultText(check.fault)}\n`);
  }
  return checks.filter(({ fault }) => fault !== null).length;
}

/** What stands in a bundle, once its receipts are found good. */
function tellBundle(io: CliIo, bundle: ProofBundle): void {
  io.out(
    `${bundle.receipts.length} receipts hold: signed, and in the trees of their days.\n  issuer ${bundle.issuer.verify}\n`,
  );
  for (const { date, count, root, name } of bundle.trees)
    io.out(`  ${date}  ${count} receipts  ${root}  ${name ?? "not anchored"}\n`);
}

async function list(io: CliIo, options: ListOptions): Promise<void> {
  const box = await api(io, options);
  if (!options.orphans) {
    const { days } = await box.call({ method: "GET", path: "proofs", reply: proofsReply });
    for (const day of days) tellDay(io, day, options.json);
    return;
  }
  const { orphans } = await box.call({ method: "GET", path: "proofs/orphans", reply: proofOrphansReply });
  for (const { date, problem } of orphans) {
    const hint = problem.hint === undefined ? "" : `  ${problem.hint}\n`;
    io.out(
      options.json ? `${JSON.stringify({ date, problem })}\n` : `${date}  ${problem.code}: ${problem.message}\n${hint}`,
    );
  }
}

async function exportReceipts(io: CliIo, options: ExportOptions): Promise<void> {
  const { day, rental, out } = options;
  const count = await saveBundle(io, receiptPages(await api(io, options), { day, rental }), out);
  if (out === undefined) return;
  io.out(options.json ? `${JSON.stringify({ file: out, receipts: count })}\n` : `Wrote ${count} receipts to ${out}.\n`);
}

async function verifyFile(io: CliIo, file: string, options: VerifyOptions): Promise<void> {
  const bundle = await readBundle(io, file);
  requireVerified(bundle.receipts.length, tellChecks(io, checkReceipts(systemCrypto, bundle), options.json));
  if (!options.json) tellBundle(io, bundle);
  await verifyAnchors(io, bundle, options);
}

function tellAnchor(io: CliIo, check: AnchorCheck, json: boolean | undefined): void {
  const { date, name, fault, confirmations } = check;
  if (json) return io.out(`${JSON.stringify({ ...check, ok: fault === null })}\n`);
  const verdict = fault === null ? `is in the chain, ${confirmations} confirmations` : faultText(fault);
  io.out(`${date}  ${name ?? "-"}  ${verdict}\n`);
}

/** Holds each tree against the chain, where a node is named. */
export async function verifyAnchors(
  io: CliIo,
  bundle: Pick<ProofBundle, "trees" | "issuer">,
  options: Pick<VerifyOptions, "json" | "confirmations" | "node">,
): Promise<void> {
  if (!namesNode(io, options)) {
    if (!options.json) io.out("Whether the roots are in the chain was not asked: name a node by --node.\n");
    return;
  }
  const { node, close } = await openNode(io, options);
  const { confirmations } = options;
  const keyOfWorm = (value: Uint8Array): string => parseUserWorm(systemCrypto, value).verify;
  try {
    const checks: AnchorCheck[] = [];
    for (const tree of bundle.trees)
      checks.push(await checkAnchor({ node, confirmations, keyOfWorm }, tree, bundle.issuer));
    for (const check of checks) tellAnchor(io, check, options.json);
    requireVerified(checks.length, checks.filter(({ fault }) => fault !== null).length);
  } finally {
    close();
  }
}

/** Every receipt of a day, as the running box has them. */
async function verifyDay(io: CliIo, day: string, options: VerifyOptions): Promise<void> {
  let [total, bad] = [0, 0];
  let last: ProofBundle | null = null;
  for await (const page of receiptPages(await api(io, options), { day })) {
    total += page.receipts.length;
    bad += tellChecks(io, checkReceipts(systemCrypto, page), options.json);
    if (page.trees.length > 0) last = page;
  }
  requireVerified(total, bad);
  if (!options.json) io.out(`${total} receipts of ${day} hold: signed, and in the tree of the day.\n`);
  if (last !== null) await verifyAnchors(io, last, options);
}

/** The day that is meant: the newest that could be anchored, unless one is named. */
async function dayToAnchor(box: BoxApi, { day, early }: AnchorOptions): Promise<string> {
  if (day !== undefined) return day;
  const { days } = await box.call({ method: "GET", path: "proofs", reply: proofsReply });
  const running = early ? days.findLast(({ state }) => state === "open") : undefined;
  if (running !== undefined) return running.date;
  const open = days.findLast(({ state }) => state === "built" || state === "failed");
  return open?.date ?? days.findLast(({ state }) => state !== "open")?.date ?? "19700101";
}

async function anchor(io: CliIo, options: AnchorOptions): Promise<void> {
  const box = await api(io, options);
  const path = `proofs/${await dayToAnchor(box, options)}/anchor`;
  const answer = await box.call({
    method: "POST",
    path,
    body: { dry_run: options.dryRun ?? false, early: options.early ?? false },
    reply: anchorReply,
  });
  if (options.json) return io.out(`${JSON.stringify(answer)}\n`);
  const { day, name, value, cost, problem } = answer;
  io.out(`${name}\n  ${value}\n  cost: ${cost === null ? "nothing is sent" : `about ${cost} EMC`}\n`);
  if (problem !== null) io.out(`  ${problem.code}: ${problem.message}\n    ${problem.hint ?? ""}\n`);
  io.out(options.dryRun ? "Nothing was written.\n" : `The day is ${day.state}.\n`);
}

async function prove(io: CliIo, hash: string, options: ProveOptions): Promise<void> {
  const box = await api(io, options);
  if (options.forRenter) {
    const copy = await box.call({ method: "GET", path: `proofs/renter-copy/${hash}`, reply: receipt });
    return io.out(`${JSON.stringify(copy)}\n`);
  }
  await saveBundle(io, receiptPages(box, { about: hash, day: options.day }), options.out);
}

function wholeNumber(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError("It must be a whole number.");
  return Number(text);
}

const withNode = (command: Command): Command =>
  nodeOption(command).option("--confirmations <n>", "blocks that an anchor must have", wholeNumber, 12);

function registerReceipts(program: Command, io: CliIo): void {
  const receipts = program.command("receipts").description("signed proofs of delivery");
  common(
    receipts.command("export").description("receipts with their proofs, as one JSON document that anyone can check"),
  )
    .option("--day <date>", "only those of this day in UTC, YYYYMMDD", dayOption)
    .option("--rental <id>", "only those of this rental", matching(/^[0-9a-f]{32}$/, "32 lower-case hex digits"))
    .option("--out <file>", "a new file (default: standard output)")
    .action((options: ExportOptions) => exportReceipts(io, options));
  withNode(receipts.command("verify"))
    .description("check the signatures and proofs of exported receipts, and with a node their anchors; needs no box")
    .argument("<file>", "the exported file; - for standard input")
    .option("--json", "one JSON object per receipt and anchor")
    .action((file: string, options: VerifyOptions) => verifyFile(io, file, options));
}

export function registerProofs(program: Command, io: CliIo, _setExit: (code: ExitCode) => void): void {
  registerReceipts(program, io);
  const proofs = program.command("proofs").description("daily trees of receipts, and their roots in the chain");
  common(proofs.command("list").description("the days that are closed"))
    .option(
      "--orphans",
      "only what needs a look: days that should be in the chain and are not, or stand there otherwise",
    )
    .action((options: ListOptions) => list(io, options));
  common(proofs.command("anchor").description("put a day's root into the chain"))
    .option("--day <date>", "which day (default: the newest that is not anchored)", dayOption)
    .option("--dry-run", "tell name, value and cost, and write nothing")
    .option("--early", "end the day now, if it is not over: later receipts count to the next one")
    .action((options: AnchorOptions) => anchor(io, options));
  common(proofs.command("prove").description("the receipts of one message with their proofs"))
    .argument("<hash>", "the base64url SHA-256 of the sealed message", hashArgument)
    .option("--day <date>", "only of this day", dayOption)
    .option("--for-renter", "the receipt that names the renter's key: for that renter alone")
    .option("--out <file>", "a new file (default: standard output)")
    .action((hash: string, options: ProveOptions) => prove(io, hash, options));
  withNode(
    common(proofs.command("verify")).description(
      "check every receipt of a day of the running box, or an exported file",
    ),
  )
    .argument("<day|file>")
    .action((what: string, options: VerifyOptions) =>
      DAY.test(what) ? verifyDay(io, what, options) : verifyFile(io, what, options),
    );
}
