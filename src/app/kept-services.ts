// What the box holds for its owner, wired to its key and store.

import type { CryptoSuite, LineId, UnixMs } from "../base/index.ts";
import { lineId } from "../base/index.ts";
import type { BoxConfig } from "../config/index.ts";
import { type EventLog, KeptMessages, type KeptStore, keptOpener, type SettingStore } from "../core/index.ts";
import type { Identity } from "../envelope/index.ts";

/** Lines that the owner keeps for himself. */
export function ownLinesOf(config: BoxConfig): readonly LineId[] {
  return config.lines.filter(({ own }) => own).map(({ id }) => lineId(id));
}

export function isOwnLine(config: BoxConfig): (line: LineId) => boolean {
  const own = new Set(ownLinesOf(config));
  return (line) => own.has(line);
}

export interface KeptServiceDeps {
  readonly config: BoxConfig;
  readonly store: KeptStore & SettingStore;
  readonly suite: CryptoSuite;
  readonly identity: Identity;
  readonly events: EventLog;
  readonly now: () => UnixMs;
}

export function startKept(deps: KeptServiceDeps): KeptMessages {
  const kept = new KeptMessages({ ...deps, open: keptOpener(deps), ownLines: ownLinesOf(deps.config) });
  kept.start();
  return kept;
}
