// Notices on their way out of the box: to the channels of alerts and to webhooks.

import type { Millis, UnixMs } from "../../base/index.ts";

/** Something for one target. Delivered at least once; `id` tells a repetition. */
export interface Notice {
  /** Stable across retries and restarts, and unique among those of its target. */
  readonly id: string;
  /** `channel:<id>` or `webhook:<id>`. */
  readonly target: string;
  /** Such as `alert.raised` or `sms.received`. */
  readonly type: string;
  readonly at: UnixMs;
  /** JSON. What it holds is between whoever posts and the target's sender. Never SMS text, a sender or a secret in clear. */
  readonly body: string;
}

/** A notice that waits. */
export interface QueuedNotice extends Notice {
  readonly attempts: number;
  readonly dueAt: UnixMs;
}

export type SendOutcome =
  | { readonly kind: "sent"; readonly status: number | null }
  /** Try again later. `after` is the receiver's own wish. */
  | { readonly kind: "retry"; readonly code: string; readonly status: number | null; readonly after: Millis | null }
  /** The receiver wants no more of this: nothing is sent until the owner says so. */
  | { readonly kind: "gone"; readonly code: string; readonly status: number | null };

/** Brings notices to one target. Never rejects for what a receiver or a network can do wrong; honours `signal`. */
export interface NoticeSender {
  send(notice: Notice, signal: AbortSignal): Promise<SendOutcome>;
}

export interface TargetState {
  /** Failures in a row. */
  readonly failures: number;
  readonly failingSince: UnixMs | null;
  /** Nothing is tried before. */
  readonly pausedUntil: UnixMs | null;
  /** Null while it is in use. */
  readonly disabled: { readonly at: UnixMs; readonly code: string } | null;
}

/** One attempt, for the owner: no body, no address. */
export interface DeliveryAttempt {
  readonly target: string;
  readonly notice: string;
  readonly type: string;
  readonly at: UnixMs;
  /** `sent`, or the code of what went wrong. */
  readonly result: string;
  /** The receiver's status code, null where it gave none. */
  readonly status: number | null;
  readonly duration: Millis;
}

/** Everything that has changed since the last write, for one transaction. */
export interface NoticeChanges {
  /** One that exists already is left as it is. */
  readonly added: readonly QueuedNotice[];
  readonly delayed: readonly QueuedNotice[];
  /** Sent, or given up. */
  readonly removed: readonly Pick<Notice, "target" | "id">[];
  readonly targets: readonly { readonly target: string; readonly state: TargetState }[];
  readonly attempts: readonly DeliveryAttempt[];
  /** Targets of which everything goes. */
  readonly forgotten: readonly string[];
}

export interface NoticeStore {
  /** What waits, in the order in which it was added; the states of targets; the newest attempts of each, oldest first. */
  loadNotices(): Promise<{
    readonly queued: readonly QueuedNotice[];
    readonly targets: ReadonlyMap<string, TargetState>;
    readonly attempts: readonly DeliveryAttempt[];
  }>;
  /** Keeps the newest `keepAttempts` attempts of each target. */
  saveNotices(changes: NoticeChanges, keepAttempts: number): Promise<void>;
}
