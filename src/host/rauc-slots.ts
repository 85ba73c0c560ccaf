// The two halves of the card by RAUC, whose service has the rights that the box's user has not; it is asked over D-Bus by its own
// command. Which half runs, and whether on trial, the image's early start has written down.

import { readFile, rename, writeFile } from "node:fs/promises";
import { z } from "zod";
import { AppError, type ErrorCode, hours, isAppError, messageOf, seconds, systemCodeOf } from "../base/index.ts";
import type { BundleFacts, SystemActions, SystemSlots, SystemState } from "../core/index.ts";
import { parseWith, releaseVersion } from "../protocol/index.ts";
import type { ProgramRunner } from "./run-program.ts";

export interface RaucSlotsDeps {
  readonly run: ProgramRunner;
  /** Usually `/run/numberbox-image/boot.json`. */
  readonly bootFile: string;
  readonly actions: SystemActions;
  /** Read by the image's own trial service, which has the rights to keep a half or to go back. */
  readonly verdictFile: string;
  /** Usually `/proc/sys/kernel/random/boot_id`. */
  readonly bootIdFile: string;
}

const bootState = z.object({
  slot: z.enum(["A", "B"]),
  trying: z.boolean(),
  compatible: z.string().regex(/^[a-z0-9-]{1,64}$/),
});
/** Of `rauc info --output-format=json`, what is needed here. */
const bundleInfo = z.object({ compatible: z.string(), version: releaseVersion });

/** A bundle's signature covers all of it only when it has been read: on a slow card that takes its time. */
const CHECK_LIMIT = seconds(120);
/** Half a gigabyte onto the slowest card that may be called one. */
const INSTALL_LIMIT = hours(2);
const LAST_LINES = 20;

/** ` 40% Copying image to rootfs.1 done.` (rauc 1.8 to 1.15). */
const PROGRESS = /^\s*(\d{1,3})%/;

/** What RAUC says in words. */
const REASONS: readonly (readonly [RegExp, ErrorCode, string])[] = [
  [
    /signature|certificate|verify (?:failure|error)|not signed/i,
    "update.bad_signature",
    "The bundle was changed, or is not from who makes this image.",
  ],
  [/no such file|not found/i, "update.bad_bundle", "Hand the bundle in again."],
  [
    /magic|truncat|size|squashfs|manifest|format|invalid/i,
    "update.bad_bundle",
    "The bundle is damaged; fetch it anew.",
  ],
  [/no space|too small|ENOSPC/i, "update.no_space", "The new system does not fit into its half of the card."],
];

function explained(error: unknown, lines: string, otherwise: ErrorCode, message: string): unknown {
  if (!isAppError(error) || error.code !== "host.program_failed") return error;
  const said = `${messageOf(error)} ${lines}`;
  const reason = REASONS.find(([pattern]) => pattern.test(said));
  const [, code, hint] = reason ?? [
    null,
    otherwise,
    "The running system is as it was. The page Support says more (Log of the machine), or in a shell `journalctl -u rauc`.",
  ];
  return new AppError(code, message, { cause: error, hint });
}

export class RaucSlots implements SystemSlots {
  readonly #deps: RaucSlotsDeps;

  constructor(deps: RaucSlotsDeps) {
    this.#deps = deps;
  }

  async state(): Promise<SystemState> {
    const text = await readFile(this.#deps.bootFile, "utf8").catch((cause) => {
      throw new AppError(
        "update.no_boot_state",
        `which half of the card runs is not known (${systemCodeOf(cause) ?? "?"})`,
        {
          ...{ cause, hint: "This is no Numberbox image, or its early start failed." },
        },
      );
    });
    const { slot, trying, compatible } = parseWith(bootState, jsonOf(text), "update.no_boot_state", "The boot's state");
    const boot = await this.#bootId().catch(() => "");
    // The early start wrote its word once: a trial that this box has ended since is over, though the file says it still.
    const isKept = boot !== "" && (await this.#verdict()) === `keep ${boot}`;
    return { booted: slot, trying: trying && !isKept, compatible, boot };
  }

  async inspect(file: string, signal: AbortSignal): Promise<BundleFacts> {
    const args = ["info", "--output-format=json", "--", file];
    const run = { program: "rauc", args, timeout: CHECK_LIMIT, package: "rauc" };
    const text = await this.#deps.run(run, signal).catch((error) => {
      throw explained(error, "", "update.bad_bundle", "the bundle cannot be read");
    });
    return parseWith(bundleInfo, jsonOf(text), "update.bad_bundle", "The bundle");
  }

  async install(file: string, onPercent: (percent: number) => void, signal: AbortSignal): Promise<void> {
    const said: string[] = [];
    const onLine = (line: string): void => {
      said.push(line);
      if (said.length > LAST_LINES) said.shift();
      const percent = Number(PROGRESS.exec(line)?.[1] ?? -1);
      if (percent >= 0 && percent <= 100) onPercent(percent);
    };
    const run = { program: "rauc", args: ["install", "--", file], package: "rauc", timeout: INSTALL_LIMIT, onLine };
    await this.#deps.run(run, signal).catch((error) => {
      throw explained(error, said.join("\n"), "update.not_installed", "the new system was not installed");
    });
  }

  async startNew(): Promise<void> {
    await this.#deps.actions.perform("try_update");
  }

  async keep(): Promise<void> {
    await this.#decide("keep", "");
  }

  async giveUp(reason: string): Promise<void> {
    await this.#decide("give_up", ` ${reason.replaceAll(/[^\w .:-]/g, "").slice(0, 160)}`);
  }

  async #verdict(): Promise<string> {
    return (await readFile(this.#deps.verdictFile, "utf8").catch(() => "")).trim();
  }

  async #bootId(): Promise<string> {
    return (await readFile(this.#deps.bootIdFile, "utf8")).trim();
  }

  /** Of this start alone: what was decided of an earlier trial must not count for the next. */
  async #decide(word: "keep" | "give_up", reason: string): Promise<void> {
    const { verdictFile } = this.#deps;
    const boot = await this.#bootId();
    await writeFile(`${verdictFile}.new`, `${word} ${boot}${reason}\n`, { mode: 0o644, flush: true });
    await rename(`${verdictFile}.new`, verdictFile);
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
