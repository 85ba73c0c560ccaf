// `numberbox simulate …`: simulated outside worlds, the same that the tests use.

import { type Command, InvalidArgumentError, Option } from "commander";
import type { CliIo, ExitCode } from "../cli-io.ts";
import { loadAndroidSimulator, loadSimulator } from "./simulator.ts";

function integerIn(low: number, high: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < low || value > high)
      throw new InvalidArgumentError(`It must be ${low} to ${high}.`);
    return value;
  };
}

interface ModemOptions {
  readonly slots: number;
  readonly listen: "tcp" | "pty";
  readonly basePort?: number;
  readonly controlPort?: number;
  readonly seed?: string;
  readonly dir?: string;
  readonly numbers?: string;
  readonly persist?: string;
  readonly json?: boolean;
}

export function registerSimulate(program: Command, io: CliIo, setExit: (code: ExitCode) => void): void {
  const simulate = program.command("simulate").description("simulated modems and phones, for trying and testing");
  simulate
    .command("modems")
    .description("a board of modems that speak AT over TCP or pseudo-terminals, with an HTTP control port")
    .option("--slots <n>", "number of modems, 1-32", integerIn(1, 32), 8)
    .addOption(new Option("--listen <how>", "tcp, or pty (needs socat)").choices(["tcp", "pty"]).default("tcp"))
    .option(
      "--base-port <port>",
      "TCP port of slot 1, the others following (default: free ports)",
      integerIn(1, 65_504),
    )
    .option("--control-port <port>", "port of the HTTP control (default: a free one)", integerIn(1, 65_535))
    .option("--seed <text>", "same seed, same faults and signals")
    .option("--dir <folder>", "folder for the links to the pseudo-terminals")
    .option("--numbers <list>", "phone numbers by slot, separated by commas")
    .option("--persist <file>", "keep SIM contents in this file from one start to the next")
    .option("--json", "print where everything is as JSON")
    .action(async (options: ModemOptions) => {
      const { numbers, persist, json = false, ...rest } = options;
      const { module } = await loadSimulator();
      const lists = numbers === undefined ? {} : { numbers: numbers.split(",") };
      setExit(
        await module.runSimulateModems(
          { ...rest, ...lists, ...(persist === undefined ? {} : { persistTo: persist }), json },
          io,
        ),
      );
    });
  registerAndroid(simulate, io, setExit);
}

interface AndroidOptions {
  readonly target?: string;
  readonly signingKey?: string;
  readonly appVersion?: string;
  readonly port?: number;
  readonly controlPort?: number;
  readonly retryBase?: number;
  readonly insecure?: boolean;
  readonly json?: boolean;
}

function registerAndroid(simulate: Command, io: CliIo, setExit: (code: ExitCode) => void): void {
  simulate
    .command("android")
    .description("a phone with the app SMS Gateway and two SIMs, its own server, and an HTTP control port")
    .option("--target <url>", "webhook URL that all events go to (default: what a box sets up by the app's server)")
    .option("--signing-key <key>", "key that webhooks are signed with")
    .option("--app-version <version>", "version of the app; below 1.66 it lacks the inbox and the SIMs")
    .option("--port <port>", "port of the app's server (default: a free one)", integerIn(1, 65_535))
    .option("--control-port <port>", "port of the HTTP control (default: a free one)", integerIn(1, 65_535))
    .option("--retry-base <seconds>", "wait before the first retry, doubling after that", integerIn(1, 3600), 10)
    .option("--insecure", "as the app's insecure build: takes http: addresses besides 127.0.0.1")
    .option("--json", "print where everything is as JSON")
    .action(async ({ json = false, ...options }: AndroidOptions) => {
      const { runSimulateAndroid } = await loadAndroidSimulator();
      setExit(await runSimulateAndroid({ ...options, json }, io));
    });
}
