// `npm run install-service`: installs the box or a relay as services of systemd. `--help` tells the options.

import { existsSync } from "node:fs";
import { cp, mkdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline/promises";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { AppError, isAppError, messageOf } from "../../src/base/index.ts";
import { parseBoxConfig } from "../../src/config/index.ts";
import { type InstallDeps, install, missingPackages, readRecord } from "./install.ts";
import { ARCHITECTURES, checkMachine, readMachine } from "./machine.ts";
import { type InstallPlan, PROGRAM, parseManifest, planInstall } from "./plan.ts";
import { stageProgram } from "./program.ts";
import { boxText, consoleAddresses, ownAddresses, planText, relayText } from "./report.ts";
import { runProgram } from "./run.ts";
import { type InstallSettings, readSettings, USAGE } from "./settings.ts";
import { uninstall } from "./uninstall.ts";

const SOURCE = fileURLToPath(new URL("../../", import.meta.url));
const BOX_DATA = "/var/lib/numberbox";
const RELAY_SETTINGS = "/var/lib/numberbox-relay/relay.yaml";

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

async function json(path: string): Promise<unknown> {
  return JSON.parse(await readFile(join(SOURCE, path), "utf8"));
}

/** Errors: `install.not_confirmed`. */
async function confirm({ yes }: InstallSettings, question: string): Promise<void> {
  if (yes) return;
  if (process.stdin.isTTY !== true)
    throw new AppError("install.not_confirmed", "nobody is here to be asked", { hint: "Add --yes." });
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await lines.question(`${question} [y/N] `);
  lines.close();
  if (!/^y(?:es)?$/i.test(answer.trim())) throw new AppError("install.not_confirmed", "nothing was done");
}

async function tellBox(): Promise<void> {
  const code = await readFile(join(BOX_DATA, "claim-code"), "utf8").catch(() => null);
  const file = join(BOX_DATA, "box.yaml");
  const config = parseBoxConfig(await readFile(file, "utf8"), file);
  process.stdout.write(boxText(consoleAddresses(config, ownAddresses()), code?.trim() ?? null));
}

async function tell({ roles }: InstallPlan): Promise<void> {
  if (roles.includes("box")) {
    await tellBox().catch((error) =>
      say(`The box runs; where its console is: sudo journalctl -u numberbox (${messageOf(error)})`),
    );
  }
  if (roles.includes("relay")) process.stdout.write(relayText(existsSync(RELAY_SETTINGS)));
}

async function installHere(settings: InstallSettings, deps: InstallDeps): Promise<void> {
  const facts = await readMachine();
  checkMachine(facts);
  const plan = planInstall({
    manifest: parseManifest(await json("systemd/debian/manifest.json")),
    image: await json("systemd/manifest.json"),
    role: settings.role,
    record: await readRecord(deps.root),
    has: existsSync,
  });
  const { version } = z.object({ version: z.string() }).parse(await json("package.json"));
  const missing = await missingPackages(plan.packages, deps.run);
  process.stdout.write(planText(plan, missing, version));
  await confirm(settings, "Install this?");
  await install(plan, { version, architecture: ARCHITECTURES[facts.processor] ?? "amd64", missing }, deps);
  await tell(plan);
}

async function uninstallHere(settings: InstallSettings, deps: InstallDeps): Promise<void> {
  if (process.getuid?.() !== 0)
    throw new AppError("install.not_root", "a service is taken away by root", { hint: "sudo npm run install-service" });
  await confirm(
    settings,
    settings.purge ? "Take Numberbox away, with all of its data, keys and wallets' secrets?" : "Take Numberbox away?",
  );
  await uninstall(parseManifest(await json("systemd/debian/manifest.json")), settings.purge, deps);
}

async function stage({ folder }: InstallSettings): Promise<void> {
  const architecture = ARCHITECTURES[process.arch];
  if (architecture === undefined) throw new AppError("install.architecture", `there is no Node 24 for ${process.arch}`);
  const root = resolve(folder);
  await stageProgram(SOURCE, join(root, PROGRAM), architecture);
  await mkdir(join(root, "usr/bin"), { recursive: true });
  await cp(join(SOURCE, "systemd/debian/numberbox"), join(root, "usr/bin/numberbox"));
}

async function main(): Promise<void> {
  const settings = readSettings(process.argv.slice(2));
  if (settings === null) return void process.stdout.write(USAGE);
  const deps: InstallDeps = { source: SOURCE, root: "/", run: runProgram, say };
  if (settings.action === "stage") await stage(settings);
  else if (settings.action === "uninstall") await uninstallHere(settings, deps);
  else await installHere(settings, deps);
}

main().catch((error: unknown) => {
  const code = isAppError(error) ? `${error.code}: ` : "";
  const more = isAppError(error) ? [error.cause === undefined ? "" : messageOf(error.cause), error.hint ?? ""] : [];
  const lines = more.flatMap((text) => text.split("\n")).filter((line) => line !== "");
  process.stderr.write([`${code}${messageOf(error)}`, ...lines.map((line) => `  ${line}`), ""].join("\n"));
  process.exitCode = isAppError(error) && error.code === "install.usage" ? 2 : 1;
});
