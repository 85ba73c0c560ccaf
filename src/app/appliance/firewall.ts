// The firewall as the settings want it: made by a service of its own (`numberbox host firewall`), asked for by the box when it is another
// than the one that is loaded.

import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Clock, type Logger, messageOf, seconds } from "../../base/index.ts";
import { type BoxConfig, parseBoxConfig } from "../../config/index.ts";
import type { SystemActions } from "../../core/index.ts";
import { nftRuleset, type ProgramRunner, programRunner } from "../../host/index.ts";
import { LAST_GOOD, readIfThere } from "../data-folder.ts";
import { accessPointPlan, firewallPlan } from "./firewall-plan.ts";
import { readSshAccess, SSH_KEYS_FOLDER } from "./ssh-access.ts";

/** Of the service, with what it has loaded; readable by the box. */
export const FIREWALL_FOLDER = "/run/numberbox-firewall";
/** Of the box while it runs, readable by the service. */
export const RUNTIME_FOLDER = "/run/numberbox";
/** In that folder: the interface of the own access point while it is open. */
export const ACCESS_POINT_FILE = "access-point";
const LOADED = "loaded.nft";
const LIMIT = seconds(20);

export interface Ruleset {
  readonly text: string;
  /** Why it is not made of the settings' own file: the last that worked is taken then, or nothing but the defaults. */
  readonly problem: string | null;
}

export interface MachineFacts {
  /** The interface of the box's own access point; null while that is closed. */
  readonly servingOn: string | null;
  /** Whether somebody's key lets him in by SSH. */
  readonly hasSshKey: boolean;
}

const PLAIN: MachineFacts = { servingOn: null, hasSshKey: false };

export function rulesetOf(config: BoxConfig, { servingOn, hasSshKey }: MachineFacts = PLAIN): string {
  const own = servingOn === null ? null : { name: servingOn, openings: accessPointPlan(config) };
  return nftRuleset(firewallPlan(config, hasSshKey), own);
}

const hasKeys = async (folder: string): Promise<boolean> => (await readSshAccess(folder)).length > 0;

/** What the box has left there; null without an access point, and for anything that is no interface. */
async function servingOnOf(runtimeFolder: string): Promise<string | null> {
  const name = (await readIfThere(join(runtimeFolder, ACCESS_POINT_FILE)).catch(() => null))?.trim() ?? "";
  return /^[A-Za-z0-9][A-Za-z0-9_.-]{0,14}$/.test(name) ? name : null;
}

/** Never rejects for a faulty file: a machine must not be open, nor its console shut, because of a typing error. */
export async function rulesetOfFiles(
  dataFolder: string,
  configFile: string,
  { runtimeFolder = RUNTIME_FOLDER, sshKeys = SSH_KEYS_FOLDER }: { runtimeFolder?: string; sshKeys?: string } = {},
): Promise<Ruleset> {
  const facts = { servingOn: await servingOnOf(runtimeFolder), hasSshKey: await hasKeys(sshKeys) };
  let problem: string | null = null;
  for (const file of [configFile, join(dataFolder, LAST_GOOD)]) {
    try {
      const text = await readIfThere(file);
      if (text !== null) return { text: rulesetOf(parseBoxConfig(text, file), facts), problem };
    } catch (error) {
      problem ??= messageOf(error);
    }
  }
  return { text: rulesetOf(parseBoxConfig("", "the defaults"), facts), problem };
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
  /** The interface of the own access point; null while that is closed. */
  readonly servingOn: () => string | null;
  /** Without it: `SSH_KEYS_FOLDER`. */
  readonly sshKeys?: string | undefined;
}

/** Has the rules loaded anew where the settings want others. Never rejects. */
export async function refreshFirewall(config: BoxConfig, deps: FirewallWatchDeps): Promise<void> {
  const { actions, log, folder, servingOn, sshKeys = SSH_KEYS_FOLDER } = deps;
  try {
    const hasSshKey = await hasKeys(sshKeys);
    if ((await readIfThere(join(folder, LOADED))) === rulesetOf(config, { servingOn: servingOn(), hasSshKey })) return;
    await actions.perform("apply_firewall");
    log.info("firewall_asked_for");
  } catch (error) {
    log.warn("firewall_not_changed", { reason: messageOf(error) });
  }
}
