// How a box gets its owner: the first visitor types a code that only somebody at the machine can see. It lies in a file of the data folder
// and, on an appliance, on the screen and on the boot partition, until the box has an owner.

import { rm } from "node:fs/promises";
import { join } from "node:path";
import { type Logger, messageOf, type Random } from "../../base/index.ts";
import type { BoxConfig } from "../../config/index.ts";
import type { AccessPoint, EventLog, SettingStore, SystemActions } from "../../core/index.ts";
import { forgetUsers, readUsers } from "../../web/index.ts";
import { readIfThere, replaceFile } from "../data-folder.ts";
import { accessPointLines, randomLetters } from "./access-point.ts";
import { isLoopback } from "./loopback.ts";

/** In the data folder, and in the folder of the running service. */
const CLAIM_FILE = "claim-code";
/** Put into the data folder by the image's recovery: whoever stands beside the box claims it anew. */
const LOST_FILE = "owner-lost";
const FORM = /^[A-Z2-9]{4}-[A-Z2-9]{4}$/;

export interface ClaimDeps {
  readonly web: BoxConfig["web"];
  readonly dataFolder: string;
  /** Folder of the running service that root's script looks into; undefined without systemd. */
  readonly runtimeFolder: string | undefined;
  readonly settings: SettingStore;
  readonly random: Random;
  readonly log: Logger;
  readonly events: Pick<EventLog, "record">;
  readonly actions: SystemActions;
  /** Where a browser in the network finds the console. */
  readonly addresses: () => readonly string[];
}

export interface Claim {
  /** What the first visitor has to type; null where anybody may claim the box, or somebody has. */
  readonly code: string | null;
  /** Whether somebody owned the box when it started. */
  readonly owned: boolean;
  /**
   * Puts the code where a person at the machine sees it, and takes it away once there is an owner; the box's own Wi-Fi likewise, while it
   * has one. Never rejects.
   */
  show(point?: AccessPoint | null): Promise<void>;
  /** The box has an owner. */
  claimed(): void;
}

/** Whether a claim needs a code. A proxy on this machine brings visitors from anywhere. */
export function needsCode({ claim, listen, tls, behind_proxy: proxied }: BoxConfig["web"]): boolean {
  if (claim !== "auto") return claim === "code";
  return proxied || !isLoopback(listen.host) || (tls.mode !== "off" && !isLoopback(tls.listen.host));
}

/** Eight letters of 31 are 39 bits; guesses are slowed down from the fifth on. */
export function newCode(random: Random): string {
  const code = randomLetters(random, 8).toUpperCase();
  return `${code.slice(0, 4)}-${code.slice(4)}`;
}

async function keptCode({ dataFolder, random }: ClaimDeps): Promise<string> {
  const file = join(dataFolder, CLAIM_FILE);
  const known = (await readIfThere(file))?.trim() ?? "";
  if (FORM.test(known)) return known;
  const code = newCode(random);
  await replaceFile(file, `${code}\n`);
  return code;
}

async function forgetLost({ settings, dataFolder, events }: ClaimDeps): Promise<void> {
  const file = join(dataFolder, LOST_FILE);
  if ((await readIfThere(file)) === null) return;
  await forgetUsers(settings);
  await rm(file);
  events.record({ level: "warn", code: "host.owner_lost" });
}

/** Errors: those of the settings and of writing a file. */
export async function openClaim(deps: ClaimDeps): Promise<Claim> {
  const { settings, web, dataFolder, runtimeFolder, actions, log, addresses } = deps;
  await forgetLost(deps);
  const isClaimed = (await readUsers(settings)).some(({ password }) => password !== null);
  const code = isClaimed || !needsCode(web) ? null : await keptCode(deps);
  let waiting = code;
  let point: AccessPoint | null = null;
  const shown = runtimeFolder === undefined ? null : join(runtimeFolder, CLAIM_FILE);
  const attempt = async (task: () => Promise<void>): Promise<void> => {
    try {
      await task();
    } catch (error) {
      log.warn("claim_code_not_shown", { reason: messageOf(error) });
    }
  };
  const tell = async (): Promise<void> => {
    if (shown === null) return;
    if (waiting === null && point === null) await rm(shown, { force: true });
    else {
      const own = point === null ? [] : accessPointLines(point);
      await replaceFile(shown, [waiting ?? "-", ...addresses(), ...own, ""].join("\n"));
    }
    await actions.perform("show_claim");
  };
  const forget = (): Promise<void> => rm(join(dataFolder, CLAIM_FILE), { force: true });
  return {
    ...{ code, owned: isClaimed },
    show: (own = null) =>
      attempt(async () => {
        point = own;
        if (waiting === null) await forget();
        await tell();
      }),
    claimed: () =>
      void attempt(async () => {
        waiting = null;
        await forget();
        await tell();
      }),
  };
}
