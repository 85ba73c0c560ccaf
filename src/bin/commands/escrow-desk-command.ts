// What every escrow command shares: the document on disk, the party's node, and the desk over both.

import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Command } from "commander";
import { replaceFile } from "../../app/index.ts";
import { shortEmc, systemCodeOf, wrapError } from "../../base/index.ts";
import { systemCrypto } from "../../base/system-crypto.ts";
import { EscrowDesk, type EscrowFile, type EscrowStatus, escrowFileText, parseEscrowFile } from "../../core/index.ts";
import { nobleCoin } from "../../envelope/index.ts";
import { ESCROW_ROLES, type EscrowRole } from "../../registry/index.ts";
import type { CliIo } from "../cli-io.ts";
import { type NodeOptions, nodeOption, openNode } from "./node-option.ts";

export interface EscrowOptions extends NodeOptions {
  readonly json?: boolean;
  readonly dryRun?: boolean;
}

export interface OpenDesk {
  readonly desk: EscrowDesk;
  readonly file: EscrowFile;
  readonly confirmations: number;
}

export async function readEscrow(path: string): Promise<EscrowFile> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(resolve(path));
  } catch (cause) {
    throw wrapError(cause, "escrow.cannot_read", `${path} cannot be read (${systemCodeOf(cause) ?? "?"})`, {
      hint: "Name the escrow document that the parties share.",
    });
  }
  return parseEscrowFile(bytes);
}

export async function writeEscrow(path: string, file: EscrowFile): Promise<void> {
  await replaceFile(resolve(path), escrowFileText(file));
}

/** A subcommand that takes the document and a node. */
export function deskCommand(escrow: Command, name: string, description: string): Command {
  return nodeOption(escrow.command(name).description(description).argument("<file>", "the escrow document"))
    .option("--dry-run", "say what would happen and change nothing")
    .option("--json", "print JSON");
}

export function parseRole(text: string): EscrowRole | null {
  return ESCROW_ROLES.find((role) => role === text) ?? null;
}

/** Opens document and node, runs `work`, closes the node. Documents are stored before anything is sent. */
export async function withDesk(
  io: CliIo,
  path: string,
  options: EscrowOptions,
  work: (open: OpenDesk) => Promise<void>,
): Promise<void> {
  const file = await readEscrow(path);
  const { node, gate, close } = await openNode(io, options);
  try {
    const { network } = await node.status();
    const rules = { suite: systemCrypto, coin: nobleCoin, network };
    const store = (next: EscrowFile): Promise<void> => writeEscrow(path, next);
    const desk = new EscrowDesk({ ...rules, node, gate, clock: io.clock, store });
    await work({ desk, file, confirmations: 1 });
  } finally {
    close();
  }
}

const NEXT: Readonly<Record<EscrowStatus["phase"], string>> = {
  proposed: "waits for signatures under the policy: numberbox escrow accept",
  agreed: "waits for the renter's coins: numberbox escrow fund",
  funding: "waits for the funding to get into a block",
  funded: "holds the coins; numberbox escrow release, refund or dispute",
  signing: "waits for a second signature: numberbox escrow sign",
  paying: "is signed by two: numberbox escrow send",
  settled: "is paid out",
};

export function tellStatus(io: CliIo, file: EscrowFile, status: EscrowStatus, json: boolean | undefined): void {
  const { policy, settlement } = file;
  if (json === true) {
    const earned = settlement === null ? null : shortEmc(settlement.earned);
    return io.out(
      `${JSON.stringify({ escrow_id: policy.escrowId, address: policy.address, amount: shortEmc(policy.amount), ...status, unexpected: shortEmc(status.unexpected), settlement: settlement === null ? null : { kind: settlement.kind, earned }, payout: file.payout?.txid ?? null, funding: file.funding?.txid ?? null })}\n`,
    );
  }
  io.out(`Escrow ${policy.escrowId}: ${shortEmc(policy.amount)} EMC at ${policy.address}\n`);
  io.out(`  ${status.phase.padEnd(9)} ${NEXT[status.phase]}\n`);
  if (status.missing.length > 0) io.out(`  unsigned  ${status.missing.join(", ")}\n`);
  if (file.funding !== null) io.out(`  funding   ${file.funding.txid}, ${status.fundingConfirmations ?? 0} blocks\n`);
  if (settlement !== null) {
    io.out(
      `  ${settlement.kind.padEnd(9)} ${shortEmc(settlement.earned)} EMC earned by the provider; signed by ${status.signed.join(", ") || "nobody"}\n`,
    );
  }
  if (file.payout !== null) io.out(`  payout    ${file.payout.txid}, ${status.payoutConfirmations ?? 0} blocks\n`);
  if (status.unexpected > 0)
    io.out(`  stray     ${shortEmc(status.unexpected)} EMC at the address that this document does not tell of\n`);
}
