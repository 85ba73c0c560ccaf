// `numberbox host firewall|first-boot|reboot|power-off|factory-reset|storage|move-data`: what services of the machine do for the box. The units of the image call these; a person may look.

import { join, resolve } from "node:path";
import type { Command } from "commander";
import { FIREWALL_FOLDER, firstBoot, loadRuleset, rulesetOfFiles } from "../../app/index.ts";
import { hostActionReply, storageView } from "../../protocol/index.ts";
import type { CliIo, ExitCode } from "../cli-io.ts";
import { openBoxApi } from "./box-api.ts";
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

interface DataOption {
  readonly data?: string;
}

interface FirstBootOptions {
  readonly boot?: string;
  readonly state?: string;
  readonly userdb: string;
}

async function takeOver(io: CliIo, options: FirstBootOptions): Promise<void> {
  const boot = options.boot ?? io.env.NUMBERBOX_BOOTCONFIG ?? "/bootconfig";
  const state = options.state ?? io.env.NUMBERBOX_HOST_STATE ?? "/var/lib/numberbox-host";
  const { clock, signal } = io;
  const { taken, problems } = await firstBoot({ boot, state, userdb: options.userdb, clock, signal });
  if (taken.length > 0) io.out(`Taken over: ${taken.join(", ")}\n`);
  // Told on the boot partition, too; a machine that has a faulty one starts all the same.
  for (const { code, message } of problems) io.err(`${code}: ${message}\n`);
}

const SAID = {
  reboot: "The machine restarts.",
  "power-off": "The machine turns off. Wait for its light to go out before you pull the plug.",
  "move-data": "The machine restarts and moves its data. If that fails, it goes on from its card.",
  "factory-reset": "Everything is deleted at the restart that follows now. The box then asks for an owner again.",
} as const;

/** The running box does it, as for its console: it is the one that may. */
async function act(io: CliIo, path: keyof typeof SAID, data: string | undefined, body: object): Promise<void> {
  const api = await openBoxApi(io, dataFolder(io, data));
  await api.call({ method: "POST", path: `host/${path}`, body, reply: hostActionReply });
  io.out(`${SAID[path]}\n`);
}

async function storage(io: CliIo, { data: folder }: DataOption): Promise<void> {
  const api = await openBoxApi(io, dataFolder(io, folder));
  const { data, disks } = await api.call({ method: "GET", path: "host/storage", reply: storageView });
  if (data === null) return void io.out("This machine cannot move its data.\n");
  io.out(
    data.on === "card" ? "The data is on the card.\n" : `The data is on a disk of its own: ${data.model ?? "?"}\n`,
  );
  if (data.last?.result === "failed") io.out(`The last move failed: ${data.last.reason}\n`);
  for (const { id, model, bus, size_mb: size, holds } of disks)
    io.out(`${[id, model, bus, `${Math.round(size / 1000)} GB`, holds.join(", ") || "empty"].join("\t")}\n`);
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
  host
    .command("first-boot")
    .description(
      "take over what Raspberry Pi Imager left on the boot partition, and give the machine its name (needs root)",
    )
    .option("--boot <folder>", "the boot partition (default: NUMBERBOX_BOOTCONFIG, else /bootconfig)")
    .option("--state <folder>", "where it is kept (default: NUMBERBOX_HOST_STATE, else /var/lib/numberbox-host)")
    .option("--userdb <folder>", "where systemd looks for users", "/run/userdb")
    .action(async (options: FirstBootOptions) => await takeOver(io, options));
  const data = ["--data <folder>", "data folder (default: NUMBERBOX_DATA, else /var/lib/numberbox)"] as const;
  host
    .command("reboot")
    .description("start the machine anew")
    .option(...data)
    .action(async (options: DataOption) => await act(io, "reboot", options.data, {}));
  host
    .command("power-off")
    .description("turn the machine off; only somebody beside it can turn it on again")
    .option(...data)
    .action(async (options: DataOption) => await act(io, "power-off", options.data, {}));
  host
    .command("factory-reset <name>")
    .description(
      "delete everything that the box has learnt; <name> is the machine's name, so that it is not done by mistake",
    )
    .option(...data)
    .action(async (name: string, options: DataOption) => {
      await act(io, "factory-reset", options.data, { confirm: name });
    });
  host
    .command("storage")
    .description("where the data of the box lies, and disks that it can be moved to")
    .option(...data)
    .action(async (options: DataOption) => await storage(io, options));
  host
    .command("move-data <disk> <name>")
    .description(
      "delete what is on a disk (as `storage` names it) and move the data there; <name> is the machine's name",
    )
    .option(...data)
    .action(async (disk: string, name: string, options: DataOption) => {
      await act(io, "move-data", options.data, { disk, confirm: name });
    });
}
