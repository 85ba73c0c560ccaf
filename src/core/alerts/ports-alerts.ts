// What alerts need of the store, and what is told of them.

import type { UnixMs } from "../../base/index.ts";
import type { Alert, TellKind } from "./alert-model.ts";

export interface AlertStore {
  /** Those that are open, or whose end has not been told. */
  openAlerts(): Promise<readonly Alert[]>;
  /** Inserts or updates by id. `open`: it must be known after a restart. */
  saveAlerts(alerts: readonly { readonly alert: Alert; readonly open: boolean }[]): Promise<void>;
  /** Newest first, raised before `before` (null for all). */
  alertHistory(before: UnixMs | null, limit: number): Promise<readonly Alert[]>;
  /** Drops what is over, but for the newest `keep`. */
  pruneAlerts(keep: number): Promise<void>;
}

/** Told to people and to whatever listens. */
export interface AlertNotice {
  /** The same for a repetition of the same telling. */
  readonly id: string;
  readonly what: TellKind;
  readonly at: UnixMs;
  readonly alert: Alert;
}

/** Takes what is told. Resolves when it is durable. Never rejects. */
export type AlertSink = (notices: readonly AlertNotice[]) => Promise<void>;
