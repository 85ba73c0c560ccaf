// `numberbox escrow combine|verify|list|publish`: documents put together, checked, looked through, and recorded in the chain.

import { readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type Command, Option } from "commander";
import { AppError, isAppError, shortEmc, systemCodeOf, wrapError } from "../../base/index.ts";
import {
  checkPolicy,
  type EscrowFile,
  escrowFileText,
  forgedEvidence,
  isDecisionOf,
  mergeEscrowFiles,
  payoutOf,
} from "../../core/index.ts";
import { escrowView } from "../../protocol/index.ts";
import { escrowName, missingEscrowSignatures, type Verdict, verifyEscrowRecord } from "../../registry/index.ts";
import type { CliIo } from "../cli-io.ts";
import { openBoxApi } from "./box-api.ts";
import { dataFolder } from "./data-option.ts";
import { type EscrowOptions, type OpenDesk, readEscrow, withDesk, writeEscrow } from "./escrow-desk-command.ts";
import { nodeOption } from "./node-option.ts";
import { type PublishOptions, publishThrough } from "./publish-text.ts";

export function registerEscrowFiles(escrow: Command, io: CliIo): void {
  nodeOption(escrow.command("combine").description("take into your document what others added to theirs"))
    .argument("<file>", "your document, which is changed")
    .argument("<others...>", "documents of the same escrow")
    .option("--dry-run", "print the result and change nothing")
    .action((path: string, others: string[], options: EscrowOptions) => combine(io, path, others, options));
  nodeOption(escrow.command("verify").description("check everything in a document that can be checked"))
    .argument("<file>", "the escrow document")
    .option("--json", "one JSON object per line")
    .action((path: string, options: EscrowOptions) => verify(io, path, options));
  nodeOption(escrow.command("list").description("the escrow documents of a folder, and where each stands"))
    .argument("[folder]", "where the documents are", ".")
    .option("--json", "one JSON object per line")
    .action((folder: string, options: EscrowOptions) => list(io, folder, options));
  escrow
    .command("publish")
    .description("give the document to your running box, which puts its record into the chain")
    .argument("<file>", "the escrow document, with you as one of the parties")
    .addOption(
      new Option("--form <form>", "commitment tells nobody anything; descriptor shows keys and fee to everybody")
        .choices(["commitment", "descriptor"])
        .default("commitment"),
    )
    .option("--data <folder>", "data folder of the running box (default: NUMBERBOX_DATA)")
    .option("--dry-run", "tell value and cost and change nothing")
    .option("--wait", "wait until it is confirmed")
    .option("--json", "print JSON")
    .action((path: string, options: PublishOptions & { readonly form: string }) => publish(io, path, options));
}

async function combine(io: CliIo, path: string, others: readonly string[], options: EscrowOptions): Promise<void> {
  await withDesk(io, path, options, async ({ file, rules }) => {
    const now = Math.floor(io.clock.now() / 1000);
    let merged = file;
    for (const other of others) merged = mergeEscrowFiles(rules, merged, await readEscrow(other), now);
    if (options.dryRun === true) return io.out(escrowFileText(merged));
    await writeEscrow(path, merged);
    const missing = missingEscrowSignatures(rules.suite, merged.policy, merged.signatures);
    io.out(`${path} holds what all of them hold; the policy is unsigned by: ${missing.join(", ") || "nobody"}\n`);
  });
}

interface Finding {
  readonly what: string;
  readonly verdict: Verdict;
}

function attempted(what: string, check: () => void): Finding {
  try {
    check();
    return { what, verdict: { kind: "ok" } };
  } catch (error) {
    if (!isAppError(error)) throw error;
    return { what, verdict: { kind: "failed", code: error.code, message: error.message } };
  }
}

const failed = (code: `escrow.${string}`, message: string): Verdict => ({ kind: "failed", code, message });
const ok: Verdict = { kind: "ok" };

function documentFindings({ file, rules }: Pick<OpenDesk, "file" | "rules">): readonly Finding[] {
  const { policy, signatures, decision, settlement } = file;
  const missing = missingEscrowSignatures(rules.suite, policy, signatures);
  const forged = forgedEvidence(rules, file).length;
  const unsigned = missing.length === 0 ? ok : failed("escrow.not_agreed", `not signed by ${missing.join(", ")}`);
  const statements =
    forged === 0 ? ok : failed("escrow.forged_evidence", `${forged} statements were not signed by whom they name`);
  const ruled: readonly Finding[] =
    decision === null
      ? []
      : [
          {
            what: "decision",
            verdict: isDecisionOf(rules, policy, decision)
              ? ok
              : failed("escrow.no_decision", "it was not signed by the arbiter"),
          },
        ];
  const payout = settlement === null ? [] : [attempted("payout", () => void payoutOf(rules, file))];
  return [
    attempted("policy", () => checkPolicy(rules, policy)),
    { what: "signatures", verdict: unsigned },
    { what: "statements", verdict: statements },
    ...ruled,
    ...payout,
  ];
}

async function verify(io: CliIo, path: string, options: EscrowOptions): Promise<void> {
  await withDesk(io, path, options, async ({ file, node, rules }) => {
    const published = await node.name(escrowName(file.policy.escrowId));
    const record: Verdict =
      published === null
        ? { kind: "unknown", message: "it was not published" }
        : verifyEscrowRecord(rules, published, file.policy);
    const findings = [...documentFindings({ file, rules }), { what: "record", verdict: record }];
    for (const { what, verdict } of findings) {
      if (options.json === true) io.out(`${JSON.stringify({ what, ...verdict })}\n`);
      else io.out(`${what.padEnd(11)} ${verdict.kind}${verdict.kind === "ok" ? "" : `: ${verdict.message}`}\n`);
    }
    const wrong = findings.find(({ verdict }) => verdict.kind === "failed");
    if (wrong === undefined) return;
    throw new AppError("escrow.not_sound", `the ${wrong.what} of the document does not hold`, {
      hint: "Ask for a sound document before you sign or pay.",
    });
  });
}

async function documentsIn(folder: string): Promise<readonly (readonly [string, EscrowFile])[]> {
  const names = await readdir(resolve(folder)).catch((cause: unknown) => {
    throw wrapError(cause, "escrow.cannot_read", `${folder} cannot be read (${systemCodeOf(cause) ?? "?"})`, {
      hint: "Name the folder with your escrow documents.",
    });
  });
  const found: [string, EscrowFile][] = [];
  for (const name of names.filter((each) => each.endsWith(".json")).sort()) {
    try {
      found.push([name, await readEscrow(join(folder, name))]);
    } catch (error) {
      // Other JSON files may lie beside them.
      if (!isAppError(error)) throw error;
    }
  }
  return found;
}

async function list(io: CliIo, folder: string, options: EscrowOptions): Promise<void> {
  for (const [name] of await documentsIn(folder)) {
    await withDesk(io, join(folder, name), options, async ({ desk, file }) => {
      const { phase } = await desk.status(file);
      const { escrowId: id, amount } = file.policy;
      const shown = { file: name, escrow_id: id, phase, amount: shortEmc(amount) };
      io.out(
        options.json === true
          ? `${JSON.stringify(shown)}\n`
          : `${id}  ${phase.padEnd(9)} ${shortEmc(amount).padStart(12)} EMC  ${name}\n`,
      );
    });
  }
}

async function publish(io: CliIo, path: string, options: PublishOptions & { readonly form: string }): Promise<void> {
  const file = await readEscrow(path);
  if (options.dryRun !== true) {
    const api = await openBoxApi(io, dataFolder(io, options.data));
    const document: unknown = JSON.parse(escrowFileText(file));
    await api.call({ method: "POST", path: "escrows/documents", body: { document }, reply: escrowView });
  }
  await publishThrough(io, `escrows/${file.policy.escrowId}/publish`, options, { body: { form: options.form } });
}
