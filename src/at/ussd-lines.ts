// A USSD text with line feeds comes as several lines, of which only the first has the prefix. Joins them, before anything else looks at
// them. Pure: the caller owns the deadline and calls `flush()` when it has passed.

import { parseFinal } from "./final-result.ts";
import { classifyUrc } from "./urc.ts";

const OPENING = /^\s*\+CUSD\s*:\s*\d+\s*,\s*"/i;
const CLOSING = /"\s*(?:,\s*\d{0,3}\s*)?$/;
const REPLY_LINE = /^\s*\+[A-Z]+\s*:/i;
const PDU = /^[0-9A-F]{16,}$/i;
/** A USSD string has at most 182 characters (TS 23.038 5), so no lawful one has more lines than this. */
const MAX_LINES = 24;

function opens(line: string): boolean {
  const start = OPENING.exec(line)?.[0];
  return start !== undefined && !CLOSING.test(line.slice(start.length));
}

/** A modem that loses the closing quote goes on with something else: that must not be taken for text. */
const continues = (line: string): boolean =>
  !REPLY_LINE.test(line) && !PDU.test(line) && parseFinal(line) === null && classifyUrc(line) === null;

export class UssdLines {
  readonly #held: string[] = [];

  /** Whether a text waits for its end. */
  get waiting(): boolean {
    return this.#held.length > 0;
  }

  /** The lines to go on with: none while a text is incomplete, then the whole text as one line with LF inside. */
  push(line: string): readonly string[] {
    if (!this.waiting) {
      if (!opens(line)) return [line];
      this.#held.push(line);
      return [];
    }
    if (!continues(line)) return [...this.flush(), ...this.push(line)];
    this.#held.push(line);
    return CLOSING.test(line) || this.#held.length >= MAX_LINES ? this.flush() : [];
  }

  /** What is there of a text whose end does not come. */
  flush(): readonly string[] {
    return this.waiting ? [this.#held.splice(0).join("\n")] : [];
  }
}
