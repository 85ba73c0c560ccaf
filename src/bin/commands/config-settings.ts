// `numberbox config get|set|unset|diff|history|undo`, and `numberbox restart`.

import type { Command } from "commander";
import { AppError } from "../../base/index.ts";
import { parseYaml, pathText, type SettingPath, valueAt } from "../../config/index.ts";
import type { SettingsChange, SettingsPlanView } from "../../protocol/index.ts";
import type { CliIo } from "../cli-io.ts";
import { DEFAULT_CONFIG, DEFAULT_DATA } from "./data-option.ts";
import { openSettings, type SettingsTarget, type TargetOptions } from "./settings-target.ts";

const BY = "command line";

/** `slots.0.port`; a key with a dot in it stands in quotes: `balance.operators."250.01"`. */
function pathOf(text: string): SettingPath {
  const parts = text.match(/"[^"]*"|[^.]+/g) ?? [];
  return parts.map((part) => {
    if (part.startsWith('"')) return part.slice(1, -1);
    return /^\d{1,4}$/.test(part) ? Number(part) : part;
  });
}

function print(io: CliIo, value: unknown): void {
  io.out(`${typeof value === "object" ? JSON.stringify(value, null, 2) : String(value)}\n`);
}

async function get(io: CliIo, path: string | undefined, options: TargetOptions): Promise<void> {
  const { effective, problems } = await (await openSettings(io, options)).view();
  if (effective === null) throw new AppError("settings.invalid", problems[0]?.message ?? "the file cannot be read");
  const value = path === undefined ? effective : valueAt(effective, pathOf(path));
  if (value !== undefined) return print(io, value);
  throw new AppError("settings.not_set", `${path} is not set, and has no default`, {
    hint: "`numberbox config schema` lists all settings.",
  });
}

function refuse({ problems }: SettingsPlanView): AppError {
  const told = problems.map(({ path, message }) => `${pathText(path)}: ${message}`);
  return new AppError("settings.invalid", `nothing is changed:\n  ${told.join("\n  ")}`, {
    hint: "`numberbox config schema` prints all settings with their ranges.",
  });
}

async function apply(io: CliIo, target: SettingsTarget, change: SettingsChange): Promise<void> {
  const plan = await target.plan(change);
  if (plan.problems.length > 0) throw refuse(plan);
  if (plan.diff === "") {
    io.out("Nothing changes.\n");
    return;
  }
  io.out(`${plan.diff}\n`);
  const { restart } = await target.apply({ change, revision: plan.revision, by: BY });
  if (target.isRunning && restart) io.out("Some of it waits for `numberbox restart`.\n");
}

/** What was typed as YAML, or as it stands where only a text fits: a price such as 0.05 is no number here. */
async function set(io: CliIo, name: string, text: string, options: TargetOptions): Promise<void> {
  const target = await openSettings(io, options);
  const path = [...pathOf(name)];
  const asText: SettingsChange = { patch: [{ path, value: text }] };
  let value: unknown;
  try {
    value = parseYaml(`value: ${text}\n`, "the value");
  } catch {
    return await apply(io, target, asText);
  }
  const change: SettingsChange = { patch: [{ path, value: valueAt(value, ["value"]) ?? text }] };
  const { problems } = await target.plan(change);
  const isWrong = problems.length > 0 && (await target.plan(asText)).problems.length === 0;
  await apply(io, target, isWrong ? asText : change);
}

async function diff(io: CliIo, options: TargetOptions): Promise<void> {
  const target = await openSettings(io, options);
  const { pending, fallback, problems } = await target.view();
  for (const { path, message } of problems) io.out(`wrong    ${pathText(path)}: ${message}\n`);
  for (const path of pending) io.out(`waits    ${pathText(path)}\n`);
  if (fallback !== null) io.out(`The box could not start with these settings: ${fallback.problem.message}\n`);
  if (!target.isRunning) io.out("No box runs: it starts with what the file says.\n");
  else if (pending.length === 0) io.out("The box uses what the file says.\n");
}

async function history(io: CliIo, options: TargetOptions): Promise<void> {
  const { versions } = await (await openSettings(io, options)).history();
  for (const { id, at, by, summary, current } of versions)
    io.out(`${String(id).padStart(4)} ${current ? "*" : " "} ${new Date(at).toISOString()}  ${by}: ${summary}\n`);
}

async function undo(io: CliIo, version: string | undefined, options: TargetOptions): Promise<void> {
  const target = await openSettings(io, options);
  if (version !== undefined) {
    if (!/^\d{1,8}$/.test(version) || Number(version) < 1)
      throw new AppError("settings.unknown_version", `${version} is no version`, {
        hint: "See `numberbox config history`.",
      });
    return await apply(io, target, { restore: Number(version) });
  }
  const { restart } = await target.undo({ revision: null, by: BY });
  io.out("The version before is back.\n");
  if (target.isRunning && restart) io.out("Some of it waits for `numberbox restart`.\n");
}

async function restart(io: CliIo, options: TargetOptions): Promise<void> {
  await (await openSettings(io, options)).restart(BY);
  io.out("The box restarts.\n");
}

function withTarget(command: Command): Command {
  return command
    .option("--data <folder>", `data folder (default: NUMBERBOX_DATA, else ${DEFAULT_DATA})`)
    .option(
      "--config <file>",
      `configuration of a box that does not run (default: ${DEFAULT_CONFIG} in the data folder)`,
    );
}

export function registerSettings(config: Command, io: CliIo): void {
  const add = (name: string, text: string): Command => withTarget(config.command(name).description(text));
  add("get", "print a setting, or all with their defaults")
    .argument("[setting]", "such as web.listen or slots.0.port")
    .action((path: string | undefined, options: TargetOptions) => get(io, path, options));
  add("set", "change a setting")
    .argument("<setting>")
    .argument("<value>", "YAML: a text, a number, [a, b]")
    .action((path: string, value: string, options: TargetOptions) => set(io, path, value, options));
  add("unset", "leave a setting at its default")
    .argument("<setting>")
    .action(async (path: string, options: TargetOptions) =>
      apply(io, await openSettings(io, options), { patch: [{ path: [...pathOf(path)], delete: true }] }),
    );
  add("diff", "what of the file the running box does not use").action((options: TargetOptions) => diff(io, options));
  add("history", "the last versions").action((options: TargetOptions) => history(io, options));
  add("undo", "back to the version before, or to a given one")
    .argument("[version]")
    .action((version: string | undefined, options: TargetOptions) => undo(io, version, options));
}

export function registerRestart(program: Command, io: CliIo): void {
  withTarget(
    program.command("restart").description("start the running box anew, with the configuration as it is now"),
  ).action((options: TargetOptions) => restart(io, options));
}
