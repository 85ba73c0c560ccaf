// `numberbox simulate …`: simulated outside worlds, the same that the tests use.

import { type Command, Option } from "commander";
import type { CliIo, ExitCode } from "../cli-io.ts";
import { loadAndroidSimulator, loadEmercoin, loadSimulator, loadSmsc } from "./simulator.ts";
import { wholeNumber } from "./whole-number.ts";

interface ModemOptions {
  readonly slots: number;
  readonly listen: "tcp" | "pty";
  readonly basePort?: number;
  readonly controlPort?: number;
  readonly seed?: string;
  readonly dir?: string;
  readonly numbers?: string;
  readonly model?: string;
  readonly persist?: string;
  readonly json?: boolean;
}

export function registerSimulate(program: Command, io: CliIo, setExit: (code: ExitCode) => void): void {
  const simulate = program
    .command("simulate")
    .description("simulated modems, phones and gateways, for trying and testing");
  registerModems(simulate, io, setExit);
  registerSmsc(simulate, io, setExit);
  registerAndroid(simulate, io, setExit);
  registerEmercoin(simulate, io, setExit);
}

interface EmercoinOptions {
  readonly port: number;
  readonly controlPort: number;
  readonly user: string;
  readonly password: string;
  readonly blockTime: number;
  readonly seed?: string;
  readonly wallets?: string;
  readonly peerPort?: number;
  readonly json?: boolean;
}

function registerEmercoin(simulate: Command, io: CliIo, setExit: (code: ExitCode) => void): void {
  simulate
    .command("emercoin")
    .description("an Emercoin node (regtest) with coins in its wallet, and an HTTP control port")
    .option("--port <port>", "port of JSON-RPC, 0 for a free one", wholeNumber(0, 65_535), 0)
    .option("--control-port <port>", "port of the HTTP control, 0 for a free one", wholeNumber(0, 65_535), 0)
    .option("--user <name>", "user of JSON-RPC", "emc")
    .option("--password <text>", "its password; everybody on this computer can see it here", "emc")
    .option("--block-time <seconds>", "a block comes every so many seconds, 0 for on demand", wholeNumber(0, 86_400), 0)
    .option("--seed <text>", "same seed, same keys and chances; for play money only")
    .option("--wallets <list>", "more wallets with coins, separated by commas")
    .option("--peer-port <port>", "a second node in the same network, 0 for a free port", wholeNumber(0, 65_535))
    .option("--json", "print where everything is as JSON")
    .action(async ({ json = false, wallets, peerPort, ...options }: EmercoinOptions) => {
      const { runSimulateEmercoin } = await loadEmercoin();
      const peers = peerPort === undefined ? 1 : 2;
      const names = wallets === undefined ? {} : { wallets: wallets.split(",") };
      setExit(await runSimulateEmercoin({ ...options, ...names, peers, peerPort: peerPort ?? 0, json }, io));
    });
}

interface SmscOptions {
  readonly port: number;
  readonly controlPort: number;
  readonly systemId: string;
  readonly password: string;
  readonly window: number;
  readonly json?: boolean;
}

function registerSmsc(simulate: Command, io: CliIo, setExit: (code: ExitCode) => void): void {
  simulate
    .command("smsc")
    .description("the message centre of an SMPP gateway, with an HTTP control port")
    .option("--port <port>", "TCP port for SMPP, 0 for a free one", wholeNumber(0, 65_535), 2775)
    .option("--control-port <port>", "port of the HTTP control, 0 for a free one", wholeNumber(0, 65_535), 0)
    .option("--system-id <name>", "name of the account", "numberbox")
    .option("--password <text>", "its password; everybody on this computer can see it here", "simulated")
    .option("--window <n>", "messages that may be unanswered at a time", wholeNumber(1, 1000), 10)
    .option("--json", "print where everything is as JSON")
    .action(async ({ json = false, ...options }: SmscOptions) => {
      const { runSimulateSmsc } = await loadSmsc();
      setExit(await runSimulateSmsc({ ...options, json }, io));
    });
}

function registerModems(simulate: Command, io: CliIo, setExit: (code: ExitCode) => void): void {
  simulate
    .command("modems")
    .description("a board of modems that speak AT over TCP or pseudo-terminals, with an HTTP control port")
    .option("--slots <n>", "number of modems, 1-32", wholeNumber(1, 32), 8)
    .addOption(new Option("--listen <how>", "tcp, or pty (needs socat)").choices(["tcp", "pty"]).default("tcp"))
    .option(
      "--base-port <port>",
      "TCP port of slot 1, the others following (default: free ports)",
      wholeNumber(1, 65_504),
    )
    .option("--control-port <port>", "port of the HTTP control (default: a free one)", wholeNumber(1, 65_535))
    .option("--seed <text>", "same seed, same faults and signals")
    .option("--dir <folder>", "folder for the links to the pseudo-terminals")
    .option("--numbers <list>", "phone numbers by slot, separated by commas")
    .option("--model <list>", "whose twins the modems are, by slot, separated by commas (default: generic)")
    .option("--persist <file>", "keep SIM contents in this file from one start to the next")
    .option("--json", "print where everything is as JSON")
    .action(async (options: ModemOptions) => {
      const { numbers, model, persist, json = false, ...rest } = options;
      const { module } = await loadSimulator();
      const lists = {
        ...(numbers === undefined ? {} : { numbers: numbers.split(",") }),
        ...(model === undefined ? {} : { models: model.split(",") }),
      };
      setExit(
        await module.runSimulateModems(
          { ...rest, ...lists, ...(persist === undefined ? {} : { persistTo: persist }), json },
          io,
        ),
      );
    });
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
    .option("--port <port>", "port of the app's server (default: a free one)", wholeNumber(1, 65_535))
    .option("--control-port <port>", "port of the HTTP control (default: a free one)", wholeNumber(1, 65_535))
    .option("--retry-base <seconds>", "wait before the first retry, doubling after that", wholeNumber(1, 3600), 10)
    .option("--insecure", "as the app's insecure build: takes http: addresses besides 127.0.0.1")
    .option("--json", "print where everything is as JSON")
    .action(async ({ json = false, ...options }: AndroidOptions) => {
      const { runSimulateAndroid } = await loadAndroidSimulator();
      setExit(await runSimulateAndroid({ ...options, json }, io));
    });
}
