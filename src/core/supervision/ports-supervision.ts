// What the box tells whoever looks after its process: systemd, or nobody.

import type { Millis } from "../../base/index.ts";

/** Each call settles soon and never rejects: a box must not fall over its own reports. */
export interface ServiceManager {
  /** How long it waits for `alive` before it ends the process; null where it does not watch. */
  readonly watchdog: Millis | null;
  ready(status: string): Promise<void>;
  /** One line of plain words. */
  status(text: string): Promise<void>;
  /** Asks for so much time, from now on, to get ready. */
  extend(time: Millis): Promise<void>;
  alive(): Promise<void>;
  stopping(): Promise<void>;
}
