// One bundle on its way into the half of the card that does not run. The box serves its renters meanwhile.

import { AppError } from "../../base/index.ts";
import type { UpdatePhase } from "../../protocol/index.ts";
import type { BundleFacts, SystemSlots, SystemState } from "./ports-updates.ts";
import { compareVersions } from "./versions.ts";

export interface Progress {
  readonly phase: UpdatePhase;
  readonly percent: number | null;
  readonly target: string | null;
}

export const atRest: Progress = { phase: "idle", percent: null, target: null };

/** Errors: `update.other_hardware`, `update.downgrade`, `update.same_version`, `update.bad_version`. */
export function allowBundle(bundle: BundleFacts, system: SystemState, version: string): void {
  if (bundle.compatible !== system.compatible) {
    throw new AppError("update.other_hardware", `the bundle is for ${bundle.compatible}`, {
      hint: `This box takes bundles for ${system.compatible}.`,
    });
  }
  const order = compareVersions(bundle.version, version);
  if (order > 0) return;
  throw new AppError(order === 0 ? "update.same_version" : "update.downgrade", `the bundle holds ${bundle.version}`, {
    hint:
      order === 0
        ? "This version runs already."
        : "An older system would bring back what was mended since, and cannot read newer data. Flash a card to go back.",
  });
}

export interface BundleWork {
  readonly slots: SystemSlots;
  readonly version: string;
  readonly tell: (progress: Progress) => void;
  /** Called before the first byte is written: what lay ready in the other half is none any more. */
  readonly onWrite: () => Promise<void>;
  readonly signal: AbortSignal;
}

/** Checks signature, hardware and version, then writes. Returns the version that the next start tries. */
export async function installBundle(file: string, work: BundleWork): Promise<string> {
  const { slots, version, tell, onWrite, signal } = work;
  tell({ phase: "checking", percent: null, target: null });
  const bundle = await slots.inspect(file, signal);
  allowBundle(bundle, await slots.state(signal), version);
  const target = bundle.version;
  await onWrite();
  const told = (percent: number): void => tell({ phase: "installing", percent, target });
  told(0);
  await slots.install(file, told, signal);
  return target;
}

/** Codes of a bundle that this box will not take, however often it is tried. */
const REFUSED: ReadonlySet<string> = new Set([
  ...["update.bad_bundle", "update.bad_signature", "update.bad_version"],
  ...["update.other_hardware", "update.downgrade", "update.same_version"],
]);

/** Whether the bundle that failed with `code` is of no use here: it may have four gigabytes. */
export function isRefusal(code: string): boolean {
  return REFUSED.has(code);
}
