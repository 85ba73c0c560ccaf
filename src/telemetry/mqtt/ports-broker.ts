// The broker as the link sees it.

import type { AppError } from "../../base/index.ts";

export interface BrokerMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  /** It was kept by the broker from before, not sent just now. */
  readonly retained: boolean;
}

export interface BrokerSession {
  /** What the broker publishes by itself, retained, when the box is gone without a word. */
  readonly will: { readonly topic: string; readonly payload: string };
  readonly subscriptions: readonly string[];
  readonly onMessage: (message: BrokerMessage) => void;
  /** Once, when an open connection is lost; not after `close`. */
  readonly onLost: (error: AppError) => void;
}

export interface BrokerConnection {
  /** Topics that the broker does not let the box listen to. */
  readonly refused: readonly string[];
  /**
   * Publishes with QoS 1; resolves when the broker has acknowledged it. Rejects with `mqtt.lost` when the connection ends before that: the
   * broker may or may not have it.
   */
  publish(message: { readonly topic: string; readonly payload: string; readonly retain: boolean }): Promise<void>;
  /** Takes leave, so that the broker does not publish the will. Never rejects; idempotent. */
  close(): Promise<void>;
  /** Cuts the connection without a word: the broker publishes the will. */
  abort(): void;
}

export interface BrokerPort {
  /**
   * Resolves when the broker has accepted the session and answered the subscriptions. Errors: `mqtt.unreachable`, `mqtt.tls`,
   * `mqtt.bad_credentials`, `mqtt.refused`, `mqtt.no_credentials` (a file cannot be read), `base.stopped` on abort.
   */
  connect(session: BrokerSession, signal: AbortSignal): Promise<BrokerConnection>;
}
