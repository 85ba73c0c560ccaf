// The firewall as the settings want it: made by a service of its own (`numberbox host firewall`), asked for by the box when it is another
// than the one that is loaded.

import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Clock, type Logger, messageOf, seconds } from "../../base/index.ts";
import { type BoxConfig, parseBoxConfig } from "../../config/index.ts";
import type { SystemActions } from "../../core/index.ts";
import { nftRuleset, type ProgramRunner, programRunner } from "../../host/index.ts";
import { LAST_GOOD, readIfThere } from "../data-folder.ts";
import { firewallPlan } from "./firewall-plan.ts";

/** Of the service, with what it has loaded; readable by the box. */
export const FIREWALL_FOLDER = "/run/numberbox-firewall";
const LOADED = "loaded.nft";
const LIMIT = seconds(20);

export interface Ruleset {
  readonly text: string;
  /** Why it is not made of the settings' own file: the last that worked is taken then, or nothing but the defaults. */
  readonly problem: string | null;
}

export const rulesetOf = (config: BoxConfig): string => nftRuleset(firewallPlan(config));

/** Never rejects for a faulty file: a machine must not be open, nor its console shut, because of a typing error. */
export async function rulesetOfFiles(dataFolder: string, configFile: string): Promise<Ruleset> {
  let problem: string | null = null;
  for (const file of [configFile, join(dataFolder, LAST_GOOD)]) {
    try {
      const text = await readIfThere(file);
      if (text !== null) return { text: rulesetOf(parseBoxConfig(text, file)), problem };
    } catch (error) {
      problem ??= messageOf(error);
    }
  }
  return { text: rulesetOf(parseBoxConfig("", "the defaults")), problem };
}

export interface LoadDeps {
  /** Where what is loaded is left to be looked at. */
  readonly folder: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Without it programs are run. */
  readonly run?: ProgramRunner;
}

/** Loads it into the kernel in one step. Errors: `host.no_program`, `host.program_failed`, those of writing. */
export async function loadRuleset(
  text: string,
  { folder, clock, signal, run = programRunner(clock) }: LoadDeps,
): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o755 });
  const fresh = join(folder, "next.nft");
  await writeFile(fresh, text, { mode: 0o644 });
  await run({ program: "nft", args: ["-f", fresh], timeout: LIMIT, package: "nftables" }, signal);
  await rename(fresh, join(folder, LOADED));
}

export interface FirewallWatchDeps {
  readonly actions: SystemActions;
  readonly log: Logger;
  /** `FIREWALL_FOLDER`. */
  readonly folder: string;
}

/** Has the rules loaded anew where the settings want others. Never rejects. */
export async function refreshFirewall(config: BoxConfig, { actions, log, folder }: FirewallWatchDeps): Promise<void> {
  try {
    if ((await readIfThere(join(folder, LOADED))) === rulesetOf(config)) return;
    await actions.perform("apply_firewall");
    log.info("firewall_asked_for");
  } catch (error) {
    log.warn("firewall_not_changed", { reason: messageOf(error) });
  }
}
