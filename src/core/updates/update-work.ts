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
  readonly signal: AbortSignal;
}

/** Checks signature, hardware and version, then writes. Returns the version that the next start tries. */
export async function installBundle(file: string, { slots, version, tell, signal }: BundleWork): Promise<string> {
  tell({ phase: "checking", percent: null, target: null });
  const bundle = await slots.inspect(file, signal);
  allowBundle(bundle, await slots.state(signal), version);
  const target = bundle.version;
  const told = (percent: number): void => tell({ phase: "installing", percent, target });
  told(0);
  await slots.install(file, told, signal);
  return target;
}
