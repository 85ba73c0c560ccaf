// What is needed of ARI: requests, and the events of our application. Behind it HTTP and a WebSocket, or Asterisk's model in tests.

import type { Disposer } from "../../base/index.ts";

export interface AriRequest {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Below `/ari`, each part encoded, such as `channels/x1/answer`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export interface AriWire {
  /**
   * Sends it and resolves with the JSON of the answer, undefined when there is none. Errors: `voice.ari_gone` (404),
   * `voice.ari_conflict` (409), `voice.ari_refused` (401, 403), `voice.ari_failed` (any other status), `voice.ari_unreachable` and
   * `voice.ari_timeout` (retryable).
   */
  request(request: AriRequest): Promise<unknown>;
  /** Events come, and only then is anything else of use. */
  connected(): boolean;
  onConnected(listener: () => void): Disposer;
  /** Asterisk is gone, or the way to it. */
  onLost(listener: () => void): Disposer;
  onEvent(listener: (event: unknown) => void): Disposer;
}
