// The modem's input line: bytes from the host into command lines (V.250 5.2) or the text after a prompt (TS 27.005 3.5.1).

import type { Settings } from "./settings.ts";

const CTRL_Z = "\x1a";
const ESC = "\x1b";
/** Longest line and longest prompted text that is kept; both are far above what any command needs. */
const MAX_LINE = 4096;

export type HostInput =
  | { readonly kind: "line"; readonly body: string }
  | { readonly kind: "repeat" }
  | { readonly kind: "overflow" }
  /** `text` is undefined when the host gave up with ESC. */
  | { readonly kind: "text"; readonly text: string | undefined };

export interface TakenInput {
  readonly input: HostInput | undefined;
  /** The characters used up, which an echoing modem sends back. */
  readonly consumed: string;
}

export class LineReader {
  #pending = "";
  #overflowed = false;

  /** `text` holds one byte in each character. */
  push(text: string): void {
    this.#pending += text;
  }

  clear(): void {
    this.#pending = "";
    this.#overflowed = false;
  }

  /** The next command line; its `input` is undefined while the line is not complete. */
  takeLine(settings: Settings): TakenInput {
    const end = this.#pending.indexOf(String.fromCharCode(settings.registers.get(3) ?? 13));
    const start = this.#pending.search(/AT|at|A\/|a\//);
    // A/ acts at once, without a line end (V.250 5.2.4).
    if (start >= 0 && this.#pending[start + 1] === "/" && (end < 0 || start < end)) {
      return { input: this.#overflowed ? undefined : { kind: "repeat" }, consumed: this.#take(start + 2) };
    }
    if (end < 0) return { input: undefined, consumed: this.#bound() };
    const consumed = this.#take(end + 1);
    const overflowed = this.#overflowed;
    this.#overflowed = false;
    if (overflowed || consumed.length > MAX_LINE) return { input: { kind: "overflow" }, consumed };
    if (start < 0 || start > end) return { input: undefined, consumed };
    return { input: { kind: "line", body: clean(consumed.slice(start + 2, -1), settings) }, consumed };
  }

  /** The text up to Ctrl-Z or ESC. */
  takeText(): TakenInput {
    const end = [CTRL_Z, ESC].map((key) => this.#pending.indexOf(key)).filter((at) => at >= 0);
    if (end.length === 0) return { input: undefined, consumed: this.#bound() };
    const consumed = this.#take(Math.min(...end) + 1);
    const text = consumed.endsWith(ESC) ? undefined : consumed.slice(0, -CTRL_Z.length);
    return { input: { kind: "text", text }, consumed };
  }

  get empty(): boolean {
    return this.#pending === "";
  }

  #take(length: number): string {
    const taken = this.#pending.slice(0, length);
    this.#pending = this.#pending.slice(length);
    return taken;
  }

  /** Drops what no line can hold and remembers that the line is spoiled. */
  #bound(): string {
    if (this.#pending.length <= MAX_LINE) return "";
    this.#overflowed = true;
    return this.#take(this.#pending.length);
  }
}

/** Applies the editing character (S5) and drops other control characters (V.250 5.2.2). */
function clean(body: string, settings: Settings): string {
  const edit = settings.registers.get(5) ?? 8;
  let simple = true;
  for (let i = 0; i < body.length; i++) if (body.charCodeAt(i) < 32 || body.charCodeAt(i) === edit) simple = false;
  if (simple) return body;
  let out = "";
  for (const char of body) {
    const code = char.charCodeAt(0);
    if (code === edit) out = out.slice(0, -1);
    else if (code >= 32) out += char;
  }
  return out;
}
