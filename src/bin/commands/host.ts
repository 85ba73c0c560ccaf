// `numberbox host firewall`: what services of the machine do for the box. The units of the image call these; a person may look.

import { join, resolve } from "node:path";
import type { Command } from "commander";
import { FIREWALL_FOLDER, loadRuleset, rulesetOfFiles } from "../../app/index.ts";
import type { CliIo, ExitCode } from "../cli-io.ts";
import { DEFAULT_CONFIG, dataFolder } from "./data-option.ts";

interface FirewallOptions {
  readonly data?: string;
  readonly config?: string;
  readonly apply?: boolean;
}

async function firewall(io: CliIo, options: FirewallOptions): Promise<void> {
  const folder = dataFolder(io, options.data);
  const { text, problem } = await rulesetOfFiles(folder, resolve(options.config ?? join(folder, DEFAULT_CONFIG)));
  if (problem !== null) io.err(`The settings cannot be used (${problem}); the last that could are.\n`);
  if (options.apply !== true) return void io.out(text);
  await loadRuleset(text, { folder: io.env.RUNTIME_DIRECTORY ?? FIREWALL_FOLDER, clock: io.clock, signal: io.signal });
}

export function registerHost(program: Command, io: CliIo, _setExit: (code: ExitCode) => void): void {
  const host = program.command("host").description("the machine under the box, where it is the box's own");
  host
    .command("firewall")
    .description("show the firewall's rules as the settings want them")
    .option("--data <folder>", "data folder (default: NUMBERBOX_DATA, else /var/lib/numberbox)")
    .option("--config <file>", "configuration of the box (default: box.yaml in the data folder)")
    .option("--apply", "load them into the kernel (needs CAP_NET_ADMIN)")
    .action(async (options: FirewallOptions) => await firewall(io, options));
}
