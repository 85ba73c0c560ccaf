// The `numberbox` command: argv in, exit code out.

import { fileURLToPath } from "node:url";
import { Command, CommanderError } from "commander";
import { isAppError, messageOf } from "../base/index.ts";
import type { CliIo, ExitCode } from "./cli-io.ts";
import { registerConfig } from "./commands/config.ts";
import { registerPtool } from "./commands/ptool.ts";
import { registerRental } from "./commands/rental.ts";
import { registerRenter } from "./commands/renter.ts";
import { registerRoles } from "./commands/roles.ts";
import { registerSimulate } from "./commands/simulate.ts";
import { registerSms } from "./commands/sms.ts";
import { systemIo } from "./system-io.ts";
import { version } from "./version.ts";

function buildProgram(io: CliIo, setExit: (code: ExitCode) => void): Command {
  const program = new Command("numberbox")
    .description("Real phone numbers for the Privateness network.")
    .version(version())
    .showHelpAfterError("Run with --help to see how it is used.")
    .exitOverride()
    .configureOutput({ writeOut: (text) => io.out(text), writeErr: (text) => io.err(text) });
  for (const register of [
    registerRoles,
    registerRental,
    registerRenter,
    registerSms,
    registerPtool,
    registerSimulate,
    registerConfig,
  ]) {
    register(program, io, setExit);
  }
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
  const program = buildProgram(io, (exit) => {
    code = exit;
  });
  try {
    await program.parseAsync([...argv], { from: "user" });
    return code;
  } catch (error) {
    // Help and version end commander with code 0; any other CommanderError is wrong usage, which commander has told already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    return report(io, error);
  }
}

export async function main(argv: readonly string[]): Promise<void> {
  process.exitCode = await run(argv, systemIo());
  // A port of the operating system that will not close (a tty in a stuck driver) must not keep a finished command alive.
  setTimeout(() => process.exit(), 300).unref();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(process.argv.slice(2));
