// `numberbox escrow …`: a 2-of-3 escrow between renter, provider and arbiter, each with a node and an identity of his own. The parties
// pass one document round; every command says what it did and what comes next.

import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import { z } from "zod";
import {
  AppError,
  fromHex,
  hasCode,
  type MicroEmc,
  parseEmc,
  shortEmc,
  systemCodeOf,
  toBase64url,
  wrapError,
} from "../../base/index.ts";
import { systemCrypto } from "../../base/system-crypto.ts";
import { newEscrowFile, type SettlementKind, settlementTransaction } from "../../core/index.ts";
import { addressOfScript, addressText, multisigDescriptor, multisigOutput } from "../../emercoin/index.ts";
import { nobleCoin } from "../../envelope/index.ts";
import { parseJsonWith } from "../../protocol/index.ts";
import { ESCROW_ROLES, type EscrowParty, type EscrowRole, newEscrowId } from "../../registry/index.ts";
import type { CliIo, ExitCode } from "../cli-io.ts";
import {
  deskCommand,
  type EscrowOptions,
  readEscrow,
  tellStatus,
  withDesk,
  writeEscrow,
} from "./escrow-desk-command.ts";
import { type IdentityOptions, identityOptions, openIdentities } from "./identity-source.ts";
import { type NodeOptions, nodeOption, openNode } from "./node-option.ts";
import { wholeNumber } from "./whole-number.ts";

const partyShape = z.object({ verify: z.string(), key: z.string(), address: z.string() });

function amount(text: string): MicroEmc {
  try {
    return parseEmc(text);
  } catch (error) {
    if (hasCode(error, "emercoin.bad_amount")) throw new InvalidArgumentError("It must be EMC such as 1.5.");
    throw error;
  }
}

const roleOption = (): Option =>
  new Option("--role <role>", "who you are in this escrow").choices(ESCROW_ROLES).makeOptionMandatory();

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
      const key = await node.publicKeyOf(await node.newAddress("escrow key"));
      const address = await node.newAddress("escrow payout");
      io.out(`${JSON.stringify({ verify: toBase64url(chosen.verify), key, address })}\n`);
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
    .action(async (options: ProposeOptions) => propose(io, options));
}

async function propose(io: CliIo, options: ProposeOptions): Promise<void> {
  const read = async (role: EscrowRole): Promise<EscrowParty> =>
    parseJsonWith(partyShape, await readText(options[role]), "escrow.bad_party", options[role]);
  const roles = { renter: await read("renter"), provider: await read("provider"), arbiter: await read("arbiter") };
  const { node, close } = await openNode(io, options);
  try {
    const { network } = await node.status();
    const keys = ESCROW_ROLES.map((role) => fromHex(roles[role].key));
    const descriptor = multisigDescriptor(nobleCoin, { required: 2, keys });
    const { addressText: address } = multisigOutput(nobleCoin, descriptor, network);
    const file = newEscrowFile({
      v: 1,
      escrowId: newEscrowId(io.random),
      ...{ descriptor, address, roles },
      amount: options.amount,
      feesBps: options.feesBps,
      disputeS: options.disputeDays * 86_400,
      refundAfter: Math.floor(io.clock.now() / 1000) + options.refundDays * 86_400,
      nonce: toBase64url(io.random.bytes(32)),
    });
    await writeEscrow(options.out, file);
    io.out(
      `Wrote ${options.out}: escrow ${file.policy.escrowId} over ${shortEmc(options.amount)} EMC at ${address}.\n`,
    );
    io.out("Each party reads it and runs: numberbox escrow accept FILE --role ROLE\n");
  } finally {
    close();
  }
}

type PartyOptions = EscrowOptions & IdentityOptions & { readonly role: EscrowRole };

function registerAgreement(escrow: Command, io: CliIo): void {
  identityOptions(deskCommand(escrow, "accept", "agree to the policy and let your wallet sign for it"))
    .addOption(roleOption())
    .action(async (path: string, options: PartyOptions) =>
      withDesk(io, path, options, async ({ desk, file }) => {
        const { chosen } = await openIdentities(io, options);
        if (options.dryRun)
          return io.out(`Would sign the policy of ${shortEmc(file.policy.amount)} EMC as ${options.role}.\n`);
        const next = await desk.accept(file, { role: options.role, seed: chosen.seed });
        tellStatus(io, next, await desk.status(next), options.json);
      }),
    );
  deskCommand(escrow, "fund", "pay the agreed amount in; run it again if you do not know whether it was sent").action(
    async (path: string, options: EscrowOptions) =>
      withDesk(io, path, options, async ({ desk, file }) => {
        const { amount: wanted, address } = file.policy;
        if (options.dryRun)
          return io.out(`Would pay ${shortEmc(wanted)} EMC and a fee of about 0.0001 EMC to ${address}.\n`);
        const next = await desk.fund(file);
        tellStatus(io, next, await desk.status(next), options.json);
      }),
  );
  deskCommand(escrow, "status", "where the escrow stands, by document and chain").action(
    async (path: string, options: EscrowOptions) =>
      withDesk(io, path, options, async ({ desk, file }) =>
        tellStatus(io, file, await desk.status(file), options.json),
      ),
  );
}

type SettleOptions = EscrowOptions & { readonly role: EscrowRole; readonly earned?: MicroEmc };

function registerSettlement(escrow: Command, io: CliIo): void {
  const settle = (kind: SettlementKind) => async (path: string, options: SettleOptions) =>
    withDesk(io, path, options, async ({ desk, file }) => {
      const earned = kind === "refund" ? parseEmc("0") : (options.earned ?? file.policy.amount);
      const wish = { kind, earned };
      if (options.dryRun) return await tellPayout(io, path, options, wish);
      const next = await desk.settle(file, { ...wish, role: options.role });
      tellStatus(io, next, await desk.status(next), options.json);
    });
  deskCommand(escrow, "release", "propose and sign: so much to the provider, the rest back to the renter")
    .addOption(roleOption())
    .requiredOption("--earned <emc>", "what the provider gets (of the amount less the network's fee)", amount)
    .action(settle("release"));
  deskCommand(escrow, "refund", "propose and sign: everything back to the renter")
    .addOption(roleOption())
    .action(settle("refund"));
  deskCommand(escrow, "sign", "sign what another party proposed, after checking it")
    .addOption(roleOption())
    .action(async (path: string, options: SettleOptions) =>
      withDesk(io, path, options, async ({ desk, file }) => {
        if (options.dryRun && file.settlement !== null) return await tellPayout(io, path, options, file.settlement);
        const next = await desk.sign(file, options.role);
        tellStatus(io, next, await desk.status(next), options.json);
      }),
    );
  deskCommand(escrow, "send", "send the payout that two have signed; may be repeated").action(
    async (path: string, options: EscrowOptions) =>
      withDesk(io, path, options, async ({ desk, file }) => {
        if (options.dryRun && file.settlement !== null) return await tellPayout(io, path, options, file.settlement);
        await desk.send(file);
        tellStatus(io, file, await desk.status(file), options.json);
      }),
  );
}

/** Who gets what, to the unit. */
async function tellPayout(
  io: CliIo,
  path: string,
  options: EscrowOptions,
  wish: { readonly kind: SettlementKind; readonly earned: MicroEmc },
): Promise<void> {
  const file = await readEscrow(path);
  const { node, close } = await openNode(io, options);
  try {
    const { network } = await node.status();
    const time = Math.floor(io.clock.now() / 1000);
    const tx = settlementTransaction({ suite: systemCrypto, coin: nobleCoin, network }, file, { ...wish, time });
    for (const { amount: part, script } of tx.outputs) {
      const to = addressOfScript(script);
      const text = to === null ? "?" : addressText(nobleCoin, to, network);
      const role = ESCROW_ROLES.find((each) => file.policy.roles[each].address === text) ?? "?";
      io.out(`Would pay ${shortEmc(part)} EMC to the ${role} (${text}).\n`);
    }
  } finally {
    close();
  }
}

type DisputeOptions = PartyOptions & {
  readonly reason: string;
  readonly attach?: readonly string[];
  readonly earned?: MicroEmc;
};

function registerDispute(escrow: Command, io: CliIo): void {
  const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];
  identityOptions(deskCommand(escrow, "dispute", "add your signed statement for the arbiter"))
    .addOption(roleOption())
    .requiredOption("--reason <text>", "what happened")
    .option("--attach <file>", "a file that you show the arbiter, such as exported receipts; may be repeated", collect)
    .action(async (path: string, options: DisputeOptions) =>
      withDesk(io, path, options, async ({ desk, file }) => {
        const { chosen } = await openIdentities(io, options);
        const files = await Promise.all((options.attach ?? []).map(digestOf));
        const at = Math.floor(io.clock.now() / 1000);
        const said = { role: options.role, statement: options.reason, files, at };
        if (options.dryRun) return io.out(`${JSON.stringify(said)}\n`);
        const next = await desk.addEvidence(file, said, chosen.seed);
        tellStatus(io, next, await desk.status(next), options.json);
      }),
    );
  identityOptions(deskCommand(escrow, "decide", "as the arbiter: say and sign what the provider earned"))
    .requiredOption("--earned <emc>", "what the provider earned, before your fee", amount)
    .requiredOption("--reason <text>", "why")
    .action(async (path: string, options: DisputeOptions & { readonly earned: MicroEmc }) =>
      withDesk(io, path, options, async ({ desk, file }) => {
        const forged = desk.forged(file);
        if (forged.length > 0) {
          throw new AppError(
            "escrow.forged_evidence",
            `${forged.length} statements were not signed by whom they name`,
            {
              hint: "Ask the parties for the document as they signed it.",
            },
          );
        }
        if (options.dryRun) return await tellPayout(io, path, options, { kind: "decision", earned: options.earned });
        const { chosen } = await openIdentities(io, options);
        const next = await desk.decide(file, { earned: options.earned, reason: options.reason }, chosen.seed);
        tellStatus(io, next, await desk.status(next), options.json);
      }),
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

export function registerEscrow(program: Command, io: CliIo, _setExit: (code: ExitCode) => void): void {
  const escrow = program.command("escrow").description("coins that two of renter, provider and arbiter release");
  registerParties(escrow, io);
  registerAgreement(escrow, io);
  registerSettlement(escrow, io);
  registerDispute(escrow, io);
}
