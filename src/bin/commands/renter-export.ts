// `renter export` writes what proves each message; `renter verify-export` checks such a file with nothing but the file.

import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { AppError, fromUtf8, systemCodeOf, wrapError } from "../../base/index.ts";
import { systemCrypto } from "../../base/system-crypto.ts";
import { faultText } from "../../core/index.ts";
import { type Identity, publicKeysToText } from "../../envelope/index.ts";
import type { ProofBundle, ProofTree } from "../../protocol/index.ts";
import {
  checkExport,
  type ExportBundle,
  type ExportCheck,
  exportBundle,
  exportFaultText,
  holds,
  type MessageCheck,
  readExports,
  relayProofs,
  visibleLine,
} from "../../renter/index.ts";
import type { CliIo, ExitCode } from "../cli-io.ts";
import { type NodeOptions, namesNode } from "./node-option.ts";
import { verifyAnchors } from "./proofs.ts";
import { writeNewFile } from "./renter-new-file.ts";
import { type KeyOptions, type OpenRenter, openKey, openRenter, type RenterOptions } from "./renter-open.ts";
import { createPrinter } from "./renter-print.ts";

export interface ExportOptions extends RenterOptions {
  readonly out?: string;
  readonly texts?: boolean;
  readonly offline?: boolean;
}

export interface VerifyExportOptions extends KeyOptions, NodeOptions {
  readonly confirmations: number;
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

/** What each relay says of what it served. A relay that does not answer is told of, and left out. */
async function provenBy(io: CliIo, { state, clients, readers }: OpenRenter): Promise<readonly ProofBundle[]> {
  const found: ProofBundle[] = [];
  for (const [at, { url }] of clients.entries()) {
    const reader = readers[at];
    const entries = state.inbox.entries.filter(({ relay }) => relay === url);
    if (reader === undefined || entries.length === 0) continue;
    const { bundle, problem } = await relayProofs({ suite: systemCrypto, clock: io.clock, reader }, entries, io.signal);
    if (bundle !== null) found.push(bundle);
    if (problem !== null) io.err(`Without all receipts of ${url}: ${problem.code}: ${problem.message}\n`);
  }
  return oneOfEach(found);
}

/** Two addresses may be of one relay: its receipts then stand in one bundle. */
function oneOfEach(bundles: readonly ProofBundle[]): readonly ProofBundle[] {
  return [...Map.groupBy(bundles, ({ issuer }) => issuer.verify).values()].flatMap(([first, ...more]) => {
    if (first === undefined) return [];
    const trees = new Map<string, ProofTree>(
      [first, ...more].flatMap((each) => each.trees).map((one) => [one.date, one]),
    );
    return [{ ...first, trees: [...trees.values()], receipts: [first, ...more].flatMap((each) => each.receipts) }];
  });
}

export async function runExport(io: CliIo, options: ExportOptions): Promise<ExitCode> {
  const renter = await openRenter(io, options, "show");
  const { state, identity } = renter;
  try {
    const { grants, inbox } = state;
    const relays = options.offline === true ? [] : await provenBy(io, renter);
    const texts = options.texts === true;
    const bundle = exportBundle({
      ...{ renter: publicKeysToText(identity), grants, inbox, relays, texts, now: io.clock.now() },
    });
    if (options.out === undefined) {
      createPrinter(io, true).line(bundle);
      return 0;
    }
    const file = resolve(options.out);
    await writeNewFile(file, `${JSON.stringify(bundle, null, 2)}\n`);
    if (options.json !== true) tellWritten(io, bundle, file);
    return 0;
  } finally {
    await state.close();
  }
}

function tellWritten(io: CliIo, { messages, grants, relays }: ExportBundle, file: string): void {
  const proven = relays.reduce((count, { receipts }) => count + receipts.length, 0);
  const texts = messages.some(({ plain }) => plain !== undefined) ? ", with texts" : "";
  io.out(
    `Wrote ${counted(messages.length, "message")} with receipt and ${counted(grants.length, "grant")}${texts} to ${visibleLine(file)}.\n` +
      `  ${proven} of them with the relay's receipt; those of a day that is not over get none.\n`,
  );
}

async function readText(io: CliIo, file: string): Promise<string> {
  try {
    return fromUtf8(file === "-" ? await io.readInput() : new Uint8Array(await readFile(file)));
  } catch (cause) {
    throw wrapError(cause, "renter.cannot_read", `${visibleLine(file)}: ${systemCodeOf(cause) ?? "not readable"}`, {
      hint: "Check the path and that you may read the file.",
    });
  }
}

/** The key that a text is checked with, where one is named. */
const namedKey = async (io: CliIo, options: VerifyExportOptions): Promise<Identity | null> =>
  options.keyfile === undefined ? null : await openKey(io, options);

function relayLine({ relays }: MessageCheck): string {
  const [first] = relays;
  if (first === undefined) return "no receipt of a relay";
  const { date, root, name } = first.tree;
  return `relay ${first.relay} took it on ${date}, root ${root}${name === null ? "" : `, ${visibleLine(name)}`}`;
}

function verdictLine(check: MessageCheck): string {
  const { provider, renter, text } = check;
  if (holds(check))
    return `holds; ${relayLine(check)}${text === "unchecked" ? "; text not checked: name its key" : ""}`;
  const wrong = [
    ["the provider's word", provider],
    ["the renter's receipt", renter],
    ["the text", text === "none" || text === "unchecked" ? null : text],
  ] as const;
  return wrong
    .flatMap(([what, code]) => (code === null ? [] : [`${what} ${exportFaultText(code)} (${code})`]))
    .join("; ");
}

function tellCheck(io: CliIo, { renter, messages, faults }: ExportCheck, json: boolean): void {
  const printer = createPrinter(io, true);
  for (const check of messages) {
    if (json) printer.line({ type: "message", of: renter, ...check, ok: holds(check) });
    else io.out(`rental ${check.rental_id}  ${check.hash}  ${verdictLine(check)}\n`);
  }
  for (const { about, fault } of faults) {
    if (json) printer.line({ type: "fault", of: renter, about, fault });
    else io.out(`${about}  ${exportFaultText(fault)} (${fault})\n`);
  }
}

/** Rejects with `renter.bad_export`, or `renter.export_not_verified` once everything is told. */
export async function runVerifyExport(io: CliIo, file: string, options: VerifyExportOptions): Promise<ExitCode> {
  const bundles = readExports(await readText(io, file));
  const key = await namedKey(io, options);
  const json = options.json === true;
  let [total, bad] = [0, 0];
  for (const bundle of bundles) {
    const isOwn = key !== null && publicKeysToText(key).verify === bundle.renter.verify;
    const check = await checkExport({ suite: systemCrypto, seed: isOwn ? key.seed : null }, bundle);
    tellCheck(io, check, json);
    total += check.messages.length + check.faults.length;
    bad += check.messages.filter((each) => !holds(each)).length + check.faults.length;
  }
  requireHolds(total, bad);
  if (!json)
    io.out(`All of it holds: ${counted(total, "message")}, signed by the provider, with the renter's receipt.\n`);
  await tellAnchors(io, bundles, options);
  return 0;
}

function requireHolds(total: number, bad: number): void {
  if (bad === 0 && total > 0) return;
  const what = bad === 0 ? "there is no message in the file" : `${bad} of ${total} do not hold`;
  throw new AppError("renter.export_not_verified", what, {
    hint: "Do not rely on the file. Ask whoever gave it for a fresh export.",
  });
}

/** Only roots that a relay says to be in the chain can be looked for there. */
async function tellAnchors(io: CliIo, bundles: readonly ExportBundle[], options: VerifyExportOptions): Promise<void> {
  for (const { issuer, trees } of bundles.flatMap(({ relays }) => relays)) {
    const named = trees.filter(({ name }) => name !== null);
    if (named.length > 0) await verifyAnchors(io, { issuer, trees: named }, options);
    else if (namesNode(io, options) && options.json !== true)
      io.out(`What relay ${issuer.verify} says ${faultText("proofs.not_anchored")}: no name is told for its roots.\n`);
  }
}
