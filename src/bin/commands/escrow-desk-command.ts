// What every escrow command shares: the document on disk, the party's node, and the desk over both.

import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { type Command, Option } from "commander";
import { replaceFile } from "../../app/index.ts";
import { AppError, shortEmc, systemCodeOf, wrapError } from "../../base/index.ts";
import { systemCrypto } from "../../base/system-crypto.ts";
import {
  type EscrowAction,
  EscrowDesk,
  type EscrowFile,
  type EscrowNode,
  type EscrowPhase,
  type EscrowPlan,
  type EscrowRuleDeps,
  type EscrowStatus,
  escrowFileText,
  escrowSteps,
  type NameReader,
  parseEscrowFile,
  planEscrowStep,
  runEscrowStep,
} from "../../core/index.ts";
import { nobleCoin } from "../../envelope/index.ts";
import { ESCROW_ROLES, type EscrowRole } from "../../registry/index.ts";
import type { CliIo } from "../cli-io.ts";
import { type IdentityOptions, openIdentities } from "./identity-source.ts";
import { type NodeOptions, nodeOption, openNode } from "./node-option.ts";
import { wholeNumber } from "./whole-number.ts";

export interface EscrowOptions extends NodeOptions {
  readonly json?: boolean;
  readonly dryRun?: boolean;
  readonly role?: EscrowRole;
  readonly confirmations?: number;
}

export interface OpenDesk {
  readonly desk: EscrowDesk;
  readonly file: EscrowFile;
  readonly node: EscrowNode & NameReader;
  readonly rules: EscrowRuleDeps;
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
    .addOption(
      new Option("--role <role>", "who you are in this escrow (default: whose address your wallet has)").choices(
        ESCROW_ROLES,
      ),
    )
    .option("--confirmations <n>", "blocks over the funding before you sign a payout", wholeNumber(1, 120), 3)
    .option("--dry-run", "say what would be signed and paid, and change nothing")
    .option("--json", "print JSON");
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
    const { confirmations = 3 } = options;
    const desk = new EscrowDesk({ ...rules, node, gate, confirmations, clock: io.clock, store });
    await work({ desk, file, node, rules });
  } finally {
    close();
  }
}

export async function roleIn(
  { node, file }: Pick<OpenDesk, "node" | "file">,
  named: EscrowRole | undefined,
): Promise<EscrowRole> {
  if (named !== undefined) return named;
  const own: EscrowRole[] = [];
  for (const role of ESCROW_ROLES) if (await node.owns(file.policy.roles[role].address)) own.push(role);
  const [role, ...others] = own;
  if (role !== undefined && others.length === 0) return role;
  throw new AppError("escrow.which_role", `this wallet has the addresses of ${own.length} parties of the escrow`, {
    hint: "Say who you are by --role, and name your own wallet by --node.",
  });
}

/** One step of a party: with --dry-run what it would pay, else done and told. */
export async function stepOn(
  io: CliIo,
  path: string,
  options: EscrowOptions & IdentityOptions,
  action: EscrowAction,
): Promise<void> {
  await withDesk(io, path, options, async ({ desk, file, node, rules }) => {
    const now = Math.floor(io.clock.now() / 1000);
    const acting = { desk, file, now, role: await roleIn({ node, file }, options.role) };
    const plan = await planEscrowStep(rules, acting, action);
    if (options.dryRun === true) return tellPlan(io, { action, role: acting.role, file }, plan, options.json);
    const seed = async () => (await openIdentities(io, options)).chosen.seed;
    const next = await runEscrowStep(acting, action, seed);
    tellStatus(io, next, await desk.status(next), { json: options.json, role: acting.role });
  });
}

function tellPlan(
  io: CliIo,
  { action, role, file }: { readonly action: EscrowAction; readonly role: EscrowRole; readonly file: EscrowFile },
  { pays, fee }: EscrowPlan,
  json: boolean | undefined,
): void {
  if (json === true) {
    const shown = pays.map(({ amount, ...rest }) => ({ ...rest, amount: shortEmc(amount) }));
    return io.out(`${JSON.stringify({ dry_run: true, step: action.step, role, pays: shown, fee: shortEmc(fee) })}\n`);
  }
  io.out(`Would ${action.step} as the ${role} of escrow ${file.policy.escrowId}. Nothing was changed.\n`);
  for (const pay of pays) {
    io.out(`  ${shortEmc(pay.amount).padStart(12)} EMC to the ${pay.role ?? "escrow"} (${pay.address})\n`);
  }
  if (fee > 0) io.out(`  ${shortEmc(fee).padStart(12)} EMC fee of the network\n`);
}

const MEANING: Readonly<Record<EscrowPhase, string>> = {
  proposed: "waits for signatures under the policy",
  agreed: "waits for the renter's coins",
  expired: "is over: nothing was paid in",
  funding: "waits for the funding to get into a block",
  funded: "holds the coins",
  releasing: "has a payout that one has signed",
  refunding: "has a refund that one has signed",
  disputed: "waits for a decision of the arbiter, or for an agreement",
  decided: "was decided; the arbiter has signed the payout",
  paying: "is signed by two, and the payout is not in a block yet",
  settled: "is paid out",
  spent: "was paid out by another document than this one",
};

export function tellStatus(
  io: CliIo,
  file: EscrowFile,
  status: EscrowStatus,
  { json, role }: { readonly json?: boolean | undefined; readonly role?: EscrowRole | undefined },
): void {
  const { policy, settlement, funding } = file;
  const { phase, missing, signed, fundingConfirmations, payoutConfirmations, payout } = status;
  const steps = role === undefined ? [] : escrowSteps(status, role);
  if (json === true) {
    const earned = settlement === null ? null : shortEmc(settlement.earned);
    const shown = {
      ...{ escrow_id: policy.escrowId, address: policy.address, amount: shortEmc(policy.amount), phase, steps },
      ...{ missing, signed, settlement: settlement === null ? null : { kind: settlement.kind, earned } },
      funding: funding === null ? null : { txid: funding.txid, confirmations: fundingConfirmations },
      payout: payout === null ? null : { txid: payout, confirmations: payoutConfirmations },
    };
    return io.out(`${JSON.stringify(shown)}\n`);
  }
  io.out(`Escrow ${policy.escrowId}: ${shortEmc(policy.amount)} EMC at ${policy.address}\n`);
  io.out(`  ${phase.padEnd(9)} ${MEANING[phase]}\n`);
  if (missing.length > 0) io.out(`  unsigned  ${missing.join(", ")}\n`);
  if (funding !== null) io.out(`  funding   ${funding.txid}, ${fundingConfirmations ?? 0} blocks\n`);
  if (settlement !== null) {
    io.out(
      `  ${settlement.kind.padEnd(9)} ${shortEmc(settlement.earned)} EMC earned by the provider; signed by ${signed.join(", ") || "nobody"}\n`,
    );
  }
  if (payout !== null) io.out(`  payout    ${payout}, ${payoutConfirmations ?? 0} blocks\n`);
  if (steps.length > 0) io.out(`  next      ${steps.map((step) => `numberbox escrow ${step}`).join(", ")}\n`);
}
