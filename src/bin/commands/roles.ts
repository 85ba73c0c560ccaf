// `numberbox start|relay|demo`: the roles that run until they are told to stop.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { BoxRunner, startDemo, startRelayRole, supervise } from "../../app/index.ts";
import { type Logger, type LogLevel, toBase64url } from "../../base/index.ts";
import { systemClock } from "../../base/system-clock.ts";
import { createSystemCrypto } from "../../base/system-crypto.ts";
import { systemLogger } from "../../base/system-log.ts";
import { systemRandom } from "../../base/system-random.ts";
import { parseRelayConfig } from "../../config/index.ts";
import type { CliIo, ExitCode } from "../cli-io.ts";
import { version } from "../version.ts";
import { DEFAULT_CONFIG, DEFAULT_DATA, dataFolder, readConfigText } from "./data-option.ts";
import { demoText } from "./demo-text.ts";
import { registerRelayReputation } from "./relay-reputation.ts";
import { loadSimulator, startDemoBroker, startDemoNode } from "./simulator.ts";

interface RoleOptions {
  readonly config: string;
  readonly data?: string;
}

interface BoxOptions extends Partial<RoleOptions> {}

const PAGES = fileURLToPath(new URL("../../web/dist", import.meta.url));
const DASHBOARD = fileURLToPath(new URL("../../dashboard/dist", import.meta.url));

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (signal.aborted) done();
    else signal.addEventListener("abort", () => done(), { once: true });
  });
}

function system(log: Logger) {
  const { CREDENTIALS_DIRECTORY: credentials, RUNTIME_DIRECTORY: runtimeFolder } = process.env;
  const ports = { clock: systemClock, random: systemRandom, suite: createSystemCrypto() };
  return { ...ports, log, version: version(), pages: PAGES, dashboard: DASHBOARD, credentials, runtimeFolder };
}

/** Everything a role writes is for its user alone, SQLite's files among them. */
function writePrivately(): void {
  process.umask(0o077);
}

async function runBox(io: CliIo, options: BoxOptions): Promise<void> {
  writePrivately();
  const folder = dataFolder(io, options.data);
  // A file that is named by mistake is not made.
  if (options.config !== undefined) await readConfigText(options.config);
  const configFile = resolve(options.config ?? join(folder, DEFAULT_CONFIG));
  let level: LogLevel = "info";
  const parts = system(systemLogger({ level: () => level }));
  const supervision = supervise({ ...parts, env: io.env, pid: process.pid });
  const runner = new BoxRunner({
    ...parts,
    ...{ dataFolder: folder, configFile },
    onLogLevel: (wanted) => {
      level = wanted;
    },
    onUp: (box, config) => {
      const verify = toBase64url(box.identity.verify);
      io.out(`${JSON.stringify({ console_url: box.consoleUrl, verify, slots: config.slots.length })}\n`);
      if (box.claimCode !== null) {
        io.err(`This box has no owner yet. Its console asks for this code: ${box.claimCode}\n`);
      }
      supervision.box(box);
    },
    onDown: () => supervision.box(null),
  });
  try {
    await runner.start();
    await Promise.race([aborted(io.signal), runner.failed]);
  } finally {
    await supervision.stop();
    await runner.stop();
  }
}

async function runRelay(io: CliIo, options: RoleOptions): Promise<void> {
  writePrivately();
  const config = parseRelayConfig(await readConfigText(options.config), options.config);
  const parts = system(systemLogger({ level: config.log.level }));
  const supervision = supervise({ ...parts, env: io.env, pid: process.pid });
  const relay = await startRelayRole({ ...parts, config, dataFolder: dataFolder(io, options.data) });
  supervision.up();
  io.out(`${JSON.stringify({ relay_url: relay.url, providers: config.providers.length })}\n`);
  await aborted(io.signal);
  await supervision.stop();
  await relay.stop();
}

async function runDemo(io: CliIo, option: string | undefined): Promise<void> {
  writePrivately();
  const named = option ?? io.env.NUMBERBOX_DATA;
  const folder = named === undefined ? await mkdtemp(join(tmpdir(), "numberbox-demo-")) : resolve(named);
  const simulator = await loadSimulator();
  try {
    const demo = await startDemo({
      ...system(io.log),
      dataFolder: folder,
      startBoard: simulator.startDemoBoard,
      startNode: startDemoNode,
      startBroker: startDemoBroker,
    });
    io.out(demoText(demo.facts, folder));
    await aborted(io.signal);
    io.err("\nStopping …\n");
    await demo.stop();
  } finally {
    if (named === undefined) await rm(folder, { recursive: true, force: true });
  }
}

export function registerRoles(program: Command, io: CliIo, _setExit: (code: ExitCode) => void): void {
  program
    .command("demo")
    .description("run everything simulated: a board of modems, an Emercoin node, a relay, a box and its console")
    .option("--data <folder>", "keep the demo's data here (default: NUMBERBOX_DATA, else a temporary folder)")
    .action(async (options: { data?: string }) => await runDemo(io, options.data));
  program
    .command("start")
    .description("run the box")
    .option(
      "--config <file>",
      `configuration of the box (default: ${DEFAULT_CONFIG} in the data folder, made if missing)`,
    )
    .option("--data <folder>", `data folder (default: NUMBERBOX_DATA, else ${DEFAULT_DATA})`)
    .action(async (options: BoxOptions) => await runBox(io, options));
  const relay = program
    .command("relay")
    .description("run a relay")
    // Not a required one: that would be asked of the commands below as well.
    .option("--config <file>", "configuration of the relay (required)")
    .option("--data <folder>", `data folder (default: NUMBERBOX_DATA, else ${DEFAULT_DATA})`)
    .action(async ({ config, ...options }: Partial<RoleOptions>) => {
      if (config === undefined) return relay.error("error: required option '--config <file>' not specified");
      await runRelay(io, { config, ...options });
    });
  registerRelayReputation(relay, io);
}
