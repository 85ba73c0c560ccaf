// The sound of one call between the box and Asterisk, whatever carries it.

import type { Disposer } from "../../base/index.ts";

/** The sound of one call, both ways. */
export interface AudioLink {
  /** False: Asterisk does not keep up, and the frame was dropped. */
  send(pcm: Uint8Array): boolean;
  onAudio(listener: (pcm: Uint8Array) => void): Disposer;
  /** Once, whoever closed it. */
  onClose(listener: () => void): Disposer;
  close(): void;
}
