// The `numberbox` command: argv in, exit code out.

import { fileURLToPath } from "node:url";
import { Command, CommanderError } from "commander";
import { isAppError, messageOf } from "../base/index.ts";
import type { CliIo, ExitCode } from "./cli-io.ts";
import { systemIo } from "./system-io.ts";
import { version } from "./version.ts";

type Register = (program: Command, io: CliIo, setExit: (code: ExitCode) => void) => void;

interface CommandGroup {
  readonly names: readonly string[];
  readonly load: () => Promise<Register>;
}

/** Loaded on demand: a renter's command must not wait for the modem and database code that it never uses. */
const GROUPS: readonly CommandGroup[] = [
  { names: ["demo", "start", "relay"], load: async () => (await import("./commands/roles.ts")).registerRoles },
  {
    names: ["rental", "slots", "lines"],
    load: async () => (await import("./commands/rental.ts")).registerRental,
  },
  { names: ["identity"], load: async () => (await import("./commands/identity.ts")).registerIdentity },
  { names: ["listing"], load: async () => (await import("./commands/listing.ts")).registerListing },
  { names: ["slot", "line"], load: async () => (await import("./commands/slot.ts")).registerSlot },
  { names: ["pay"], load: async () => (await import("./commands/pay.ts")).registerPay },
  { names: ["ussd"], load: async () => (await import("./commands/ussd.ts")).registerUssd },
  { names: ["doctor"], load: async () => (await import("./commands/doctor.ts")).registerDoctor },
  { names: ["escrow"], load: async () => (await import("./commands/escrow.ts")).registerEscrow },
  { names: ["chain"], load: async () => (await import("./commands/chain.ts")).registerChain },
  { names: ["receipts", "proofs"], load: async () => (await import("./commands/proofs.ts")).registerProofs },
  { names: ["enum", "dns"], load: async () => (await import("./commands/directory.ts")).registerDirectory },
  { names: ["phone"], load: async () => (await import("./commands/phone.ts")).registerPhone },
  { names: ["renter"], load: async () => (await import("./commands/renter.ts")).registerRenter },
  { names: ["user", "token"], load: async () => (await import("./commands/user.ts")).registerUser },
  { names: ["tls"], load: async () => (await import("./commands/tls.ts")).registerTls },
  { names: ["sms"], load: async () => (await import("./commands/sms.ts")).registerSms },
  { names: ["ptool"], load: async () => (await import("./commands/ptool.ts")).registerPtool },
  { names: ["simulate"], load: async () => (await import("./commands/simulate.ts")).registerSimulate },
  { names: ["host"], load: async () => (await import("./commands/host.ts")).registerHost },
  { names: ["hardware"], load: async () => (await import("./commands/hardware.ts")).registerHardware },
  { names: ["backup", "restore"], load: async () => (await import("./commands/backup.ts")).registerBackup },
  { names: ["kept"], load: async () => (await import("./commands/kept.ts")).registerKept },
  { names: ["mqtt", "metrics"], load: async () => (await import("./commands/telemetry.ts")).registerTelemetry },
  { names: ["node-red"], load: async () => (await import("./commands/node-red.ts")).registerNodeRed },
  { names: ["config", "restart"], load: async () => (await import("./commands/config.ts")).registerConfig },
];

/** The program with the group that `first` names, or with all groups for help and for a command that does not exist. */
export async function buildProgram(first: string, io: CliIo, setExit: (code: ExitCode) => void): Promise<Command> {
  const program = new Command("numberbox")
    .description("Real phone numbers for the Privateness network.")
    .version(version())
    // Without it a value such as a key that begins with -V would be taken for this program's own option.
    .enablePositionalOptions()
    .showHelpAfterError("Run with --help to see how it is used.")
    .exitOverride()
    .configureOutput({ writeOut: (text) => io.out(text), writeErr: (text) => io.err(text) });
  const named = GROUPS.filter((group) => group.names.includes(first));
  for (const group of named.length > 0 ? named : GROUPS) (await group.load())(program, io, setExit);
  return program;
}

function report(io: CliIo, error: unknown): ExitCode {
  if (isAppError(error)) {
    io.err(`${error.code}: ${error.message}\n${error.hint === undefined ? "" : `  ${error.hint}\n`}`);
    return 1;
  }
  io.err(
    `bin.unexpected: ${messageOf(error)}\n  This is a fault of the program; please report it with what you did.\n`,
  );
  return 1;
}

/** Runs one command line (without `node` and the program's name). Never throws. */
export async function run(argv: readonly string[], io: CliIo): Promise<ExitCode> {
  let code: ExitCode = 0;
  try {
    const program = await buildProgram(argv[0] ?? "", io, (exit) => {
      code = exit;
    });
    await program.parseAsync([...argv], { from: "user" });
    return code;
  } catch (error) {
    // Help and version end commander with code 0; any other CommanderError is wrong usage, which commander has told already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    return report(io, error);
  }
}

/** Resolves when all that was written has left: a pipe whose reader takes its time must not lose the end. */
function flushed(stream: NodeJS.WriteStream): Promise<void> {
  // A reader that went away is an error here, and the end of the waiting.
  return new Promise((resolve) => stream.write("", () => resolve()));
}

export async function main(argv: readonly string[]): Promise<void> {
  process.exitCode = await run(argv, systemIo());
  await Promise.all([process.stdout, process.stderr].map(flushed));
  // A port of the operating system that will not close (a tty in a stuck driver) must not keep a finished command alive.
  setTimeout(() => process.exit(), 300).unref();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(process.argv.slice(2));
