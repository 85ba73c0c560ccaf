// `numberbox escrow …`: a 2-of-3 escrow between renter, provider and arbiter, each with a node and an identity of his own. The parties
// pass one document round; every command says what it did and what comes next.

import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import { z } from "zod";
import { hasCode, type MicroEmc, parseEmc, shortEmc, systemCodeOf, wrapError } from "../../base/index.ts";
import { systemCrypto } from "../../base/system-crypto.ts";
import { escrowFileText, newEscrowParty, proposeEscrow } from "../../core/index.ts";
import { nobleCoin } from "../../envelope/index.ts";
import { parseJsonWith } from "../../protocol/index.ts";
import type { EscrowParty, EscrowRole } from "../../registry/index.ts";
import type { CliIo, ExitCode } from "../cli-io.ts";
import {
  deskCommand,
  type EscrowOptions,
  roleIn,
  stepOn,
  tellStatus,
  withDesk,
  writeEscrow,
} from "./escrow-desk-command.ts";
import { registerEscrowFiles } from "./escrow-files.ts";
import { type IdentityOptions, identityOptions, openIdentities } from "./identity-source.ts";
import { type NodeOptions, nodeOption, openNode } from "./node-option.ts";
import { wholeNumber } from "./whole-number.ts";

const DAY = 86_400;
const partyShape = z.object({ verify: z.string(), key: z.string(), address: z.string() });

function amount(text: string): MicroEmc {
  try {
    return parseEmc(text);
  } catch (error) {
    if (hasCode(error, "emercoin.bad_amount")) throw new InvalidArgumentError("It must be EMC such as 1.5.");
    throw error;
  }
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(resolve(path), "utf8");
  } catch (cause) {
    throw wrapError(cause, "escrow.cannot_read", `${path} cannot be read (${systemCodeOf(cause) ?? "?"})`, {
      hint: "Name the file that the party made by `numberbox escrow key`.",
    });
  }
}

interface ProposeOptions extends NodeOptions {
  readonly amount: MicroEmc;
  readonly renter: string;
  readonly provider: string;
  readonly arbiter: string;
  readonly feesBps: number;
  readonly disputeDays: number;
  readonly refundDays: number;
  readonly out: string;
  readonly dryRun?: boolean;
}

function registerParties(escrow: Command, io: CliIo): void {
  nodeOption(
    identityOptions(
      escrow.command("key").description("your part of an escrow: public keys and an address of your wallet"),
    ),
  ).action(async (options: NodeOptions & IdentityOptions) => {
    const { chosen } = await openIdentities(io, options);
    const { node, close } = await openNode(io, options);
    try {
      io.out(`${JSON.stringify(await newEscrowParty(node, chosen.verify))}\n`);
    } finally {
      close();
    }
  });
  nodeOption(escrow.command("propose").description("make the document that all parties sign"))
    .requiredOption("--amount <emc>", "what the renter pays in", amount)
    .requiredOption("--renter <file>", "the renter's part, from `escrow key`")
    .requiredOption("--provider <file>", "the provider's part")
    .requiredOption("--arbiter <file>", "the arbiter's part")
    .option("--fees-bps <n>", "the arbiter's fee in hundredths of a percent, if he decides", wholeNumber(0, 10_000), 50)
    .option("--dispute-days <n>", "how long a dispute may be opened", wholeNumber(1, 365), 7)
    .option("--refund-days <n>", "after how long the arbiter may refund without a decision", wholeNumber(0, 3650), 30)
    .requiredOption("--out <file>", "where to write the document")
    .option("--dry-run", "print the document and write nothing")
    .action(async (options: ProposeOptions) => propose(io, options));
}

async function propose(io: CliIo, options: ProposeOptions): Promise<void> {
  const read = async (role: EscrowRole): Promise<EscrowParty> =>
    parseJsonWith(partyShape, await readText(options[role]), "escrow.bad_party", options[role]);
  const roles = { renter: await read("renter"), provider: await read("provider"), arbiter: await read("arbiter") };
  const { node, close } = await openNode(io, options);
  try {
    const { network } = await node.status();
    const rules = { suite: systemCrypto, coin: nobleCoin, network, random: io.random };
    const file = proposeEscrow(rules, roles, {
      amount: options.amount,
      feesBps: options.feesBps,
      disputeS: options.disputeDays * DAY,
      refundAfter: Math.floor(io.clock.now() / 1000) + options.refundDays * DAY,
    });
    const { escrowId, address } = file.policy;
    if (options.dryRun === true) return io.out(escrowFileText(file));
    await writeEscrow(options.out, file);
    io.out(`Wrote ${options.out}: escrow ${escrowId} over ${shortEmc(options.amount)} EMC at ${address}.\n`);
    io.out("Each party reads it and runs: numberbox escrow accept FILE\n");
  } finally {
    close();
  }
}

type SignedOptions = EscrowOptions & IdentityOptions;

function registerAgreement(escrow: Command, io: CliIo): void {
  identityOptions(deskCommand(escrow, "accept", "agree to the policy and let your wallet sign for it")).action(
    (path: string, options: SignedOptions) => stepOn(io, path, options, { step: "accept" }),
  );
  deskCommand(escrow, "fund", "pay the agreed amount in; run it again if you do not know whether it was sent").action(
    (path: string, options: EscrowOptions) => stepOn(io, path, options, { step: "fund" }),
  );
  deskCommand(escrow, "status", "where the escrow stands, by document and chain, and what you can do").action(
    (path: string, options: EscrowOptions) =>
      withDesk(io, path, options, async ({ desk, file, node }) => {
        const role = await roleIn({ node, file }, options.role).catch(onlooker);
        tellStatus(io, file, await desk.status(file), { json: options.json, role });
        const stray = await desk.strayAmount(file);
        if (stray === 0 || options.json === true) return;
        io.out(`  stray     ${shortEmc(stray)} EMC more than agreed; they go back to the renter with the payout\n`);
      }),
  );
}

/** Who has no part in an escrow may look at it all the same. */
function onlooker(error: unknown): undefined {
  if (!hasCode(error, "escrow.which_role")) throw error;
}

type EarnedOptions = EscrowOptions & { readonly earned: MicroEmc };

function registerSettlement(escrow: Command, io: CliIo): void {
  deskCommand(escrow, "release", "propose and sign: so much to the provider, the rest back to the renter")
    .requiredOption("--earned <emc>", "what the provider gets (of the amount less the network's fee)", amount)
    .action((path: string, options: EarnedOptions) =>
      stepOn(io, path, options, { step: "release", earned: options.earned }),
    );
  deskCommand(escrow, "refund", "propose and sign: everything back to the renter").action(
    (path: string, options: EscrowOptions) => stepOn(io, path, options, { step: "refund" }),
  );
  deskCommand(escrow, "sign", "sign what another party proposed, after checking it").action(
    (path: string, options: EscrowOptions) => stepOn(io, path, options, { step: "sign" }),
  );
  deskCommand(escrow, "send", "send the payout that two have signed; may be repeated").action(
    (path: string, options: EscrowOptions) => stepOn(io, path, options, { step: "send" }),
  );
}

type DisputeOptions = SignedOptions & { readonly reason: string; readonly attach?: readonly string[] };
type DecideOptions = SignedOptions & { readonly reason: string; readonly earned: MicroEmc };

function registerDispute(escrow: Command, io: CliIo): void {
  const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];
  identityOptions(deskCommand(escrow, "dispute", "add your signed statement for the arbiter"))
    .requiredOption("--reason <text>", "what happened")
    .option("--attach <file>", "a file that you show the arbiter, such as exported receipts; may be repeated", collect)
    .action(async (path: string, options: DisputeOptions) => {
      const files = await Promise.all((options.attach ?? []).map(digestOf));
      await stepOn(io, path, options, { step: "dispute", statement: options.reason, files });
    });
  identityOptions(deskCommand(escrow, "decide", "as the arbiter: say and sign what the provider earned"))
    .requiredOption("--earned <emc>", "what the provider earned, before your fee", amount)
    .requiredOption("--reason <text>", "why")
    .action((path: string, options: DecideOptions) =>
      stepOn(io, path, options, { step: "decide", earned: options.earned, reason: options.reason }),
    );
}

async function digestOf(path: string): Promise<{ readonly name: string; readonly sha256: string }> {
  const text = await readFile(resolve(path)).catch((cause: unknown) => {
    throw wrapError(cause, "escrow.cannot_read", `${path} cannot be read (${systemCodeOf(cause) ?? "?"})`, {
      hint: "Check the path.",
    });
  });
  return { name: basename(path), sha256: createHash("sha256").update(text).digest("hex") };
}

const HELP = `
In order:
  1. each party    numberbox escrow key --node … --keyfile … > part.json, and gives the file away
  2. one of them   numberbox escrow propose --amount 5 --renter … --provider … --arbiter … --out deal.json
  3. each party    numberbox escrow accept deal.json, and passes the file on
  4. the renter    numberbox escrow fund deal.json
  5. at the end    numberbox escrow release deal.json --earned 4.2, the other one: sign, anybody: send
     or            refund, or dispute and the arbiter's decide
Every command says by --dry-run what it would sign and pay. \`status\` says what comes next.
`;

export function registerEscrow(program: Command, io: CliIo, _setExit: (code: ExitCode) => void): void {
  const escrow = program
    .command("escrow")
    .description("coins that two of renter, provider and arbiter release")
    .addHelpText("after", HELP);
  registerParties(escrow, io);
  registerAgreement(escrow, io);
  registerSettlement(escrow, io);
  registerDispute(escrow, io);
  registerEscrowFiles(escrow, io);
}
