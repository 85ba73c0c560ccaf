// A way to a modem that carries bytes and nothing else. Serial port, TCP and simulator are three factories of it; nothing above
// knows which one it has.

import type { Disposer } from "../base/index.ts";

export interface ByteLink {
  /** Resolves when the bytes have left this process. Rejects with `modem.closed` or `modem.io`. */
  write(bytes: Uint8Array): Promise<void>;
  onData(listener: (chunk: Uint8Array) => void): Disposer;
  /** Called once, when the link is gone for whatever reason; also when it is gone already. */
  onClose(listener: () => void): Disposer;
  /** Idempotent. Resolves when the port may be opened again. */
  close(): Promise<void>;
}

/** Opens `port`. Rejects with `modem.cannot_open`, `modem.no_such_port` or `modem.bad_port`. */
export type OpenLink = (port: string, signal: AbortSignal) => Promise<ByteLink>;
