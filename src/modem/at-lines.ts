// From a modem's bytes to reply lines and URCs: framing, the deadline of a line that does not end, and the PDU line that belongs to a
// +CMT. URCs are taken out first, as they may come in the middle of a reply.

import { type AtFrame, AtFramer, classifyUrc, type Urc, UssdLines } from "../at/index.ts";
import { type Clock, type Disposer, type Logger, messageOf } from "../base/index.ts";
import { LINE_LIMIT } from "./timeouts.ts";

export interface UrcMessage {
  readonly urc: Urc;
  /** The line that follows +CMT, +CDS and +CBM: a PDU in hex. */
  readonly pdu: string | null;
}

export interface AtLinesOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** Prefix of the command in flight, whose reply lines are no URCs. */
  readonly pendingPrefix: () => string | undefined;
  /** A line that is no URC. */
  readonly onLine: (text: string) => void;
  readonly onUrc: (message: UrcMessage) => void;
  /** The modem asks for a PDU or a text. */
  readonly onPrompt: () => void;
}

const CR = 0x0d;
const LF = 0x0a;
const HEX = /^[0-9A-Fa-f]+$/;

export class AtLines {
  readonly #options: AtLinesOptions;
  readonly #framer = new AtFramer();
  readonly #ussd = new UssdLines();
  /** The +CMT, +CDS or +CBM whose PDU comes next. */
  #pduFor: Urc | null = null;
  #cancelDeadline: Disposer = () => {};
  #stopped = false;

  constructor(options: AtLinesOptions) {
    this.#options = options;
  }

  push(chunk: Uint8Array): void {
    this.#cancelDeadline();
    this.#onFrames(this.#framer.push(chunk));
    const last = chunk.at(-1);
    if (((last === LF || last === CR) && !this.#ussd.waiting) || this.#stopped) return;
    this.#cancelDeadline = this.#options.clock.after(LINE_LIMIT, "AT line", () => {
      this.#onFrames(this.#framer.flush());
      this.#onLines(this.#ussd.flush());
    });
  }

  /** Nothing is reported any more. Idempotent. */
  stop(): void {
    this.#stopped = true;
    this.#cancelDeadline();
  }

  #onFrames(frames: readonly AtFrame[]): void {
    // What a frame causes may stop this object: the rest of the chunk then belongs to nobody.
    for (const frame of frames) if (!this.#stopped) this.#onFrame(frame);
  }

  #onFrame(frame: AtFrame): void {
    switch (frame.kind) {
      case "line":
        return this.#onLines(this.#ussd.push(frame.text));
      case "prompt":
        return this.#options.onPrompt();
      case "discarded":
        // It may have been the PDU: the next line must not be taken for it.
        this.#pduFor = null;
        return this.#options.log.warn("at_discarded", { bytes: frame.length, reason: frame.reason });
    }
  }

  #onLines(lines: readonly string[]): void {
    for (const line of lines) if (!this.#stopped) this.#onLine(line);
  }

  #onLine(text: string): void {
    const pduFor = this.#pduFor;
    this.#pduFor = null;
    if (pduFor !== null && HEX.test(text)) return this.#emit({ urc: pduFor, pdu: text });
    const urc = classifyUrc(text, { pendingPrefix: this.#options.pendingPrefix() });
    if (urc === null) this.#options.onLine(text);
    else if (urc.kind === "cmt" || urc.kind === "cds" || urc.kind === "cbm") this.#pduFor = urc;
    else this.#emit({ urc, pdu: null });
  }

  #emit(message: UrcMessage): void {
    try {
      this.#options.onUrc(message);
    } catch (error) {
      this.#options.log.error("urc_handler_failed", { urc: message.urc.kind, reason: messageOf(error) });
    }
  }
}
