// What a box needs after it was restored from a backup.

import { toBase64url, type UnixMs } from "../base/index.ts";
import { CatchUp, type CatchUpDeps, type EventLog } from "../core/index.ts";
import type { ServiceDeps } from "./service-deps.ts";

interface Shared extends ServiceDeps {
  readonly events: EventLog;
  readonly now: () => UnixMs;
}

/** Learns from the relay what the old box did after the backup. */
export function createCatchUp(shared: Shared, made: Pick<CatchUpDeps, "relay" | "rentals" | "intake">): CatchUp {
  const { store } = shared;
  const restored = { ...store.restore, lastSequences: () => store.lastSequences() };
  return new CatchUp({ ...shared, ...made, store: restored, provider: toBase64url(shared.identity.verify) });
}
