// `numberbox config check|schema`; the rest of `config` is in config-settings.

import { type Command, Option } from "commander";
import { configSchema, parseBoxConfig, parseRelayConfig } from "../../config/index.ts";
import type { CliIo, ExitCode } from "../cli-io.ts";
import { registerRestart, registerSettings } from "./config-settings.ts";
import { readConfigText } from "./data-option.ts";

const role = (): Option => new Option("--role <role>", "whose configuration").choices(["box", "relay"]).default("box");

export function registerConfig(program: Command, io: CliIo, _setExit: (code: ExitCode) => void): void {
  const config = program.command("config").description("read, change and check configurations");
  registerSettings(config, io);
  registerRestart(program, io);
  config
    .command("check")
    .argument("<file>", "configuration file")
    .addOption(role())
    .action(async (file: string, options: { role: "box" | "relay" }) => {
      const text = await readConfigText(file);
      if (options.role === "box") parseBoxConfig(text, file);
      else parseRelayConfig(text, file);
      io.out(`${file} is good.\n`);
    });
  config
    .command("schema")
    .addOption(role())
    .action((options: { role: "box" | "relay" }) => io.out(`${JSON.stringify(configSchema(options.role), null, 2)}\n`));
}
