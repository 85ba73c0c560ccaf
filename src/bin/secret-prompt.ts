// A secret typed at a terminal, without showing it.

import type { Readable, Writable } from "node:stream";
import { stoppedError } from "../base/index.ts";

/** What of a terminal is needed: `process.stdin` of one is such. */
export interface Terminal extends Readable {
  setRawMode(raw: boolean): unknown;
}

export interface SecretPrompt {
  readonly prompt: string;
  readonly signal: AbortSignal;
}

const ENTER = ["\r", "\n"];
const ERASE = ["\u007f", "\b"];
const INTERRUPT = "\u0003";
const END = "\u0004";

/** What is typed up to Enter; null for Ctrl-D on an empty line. Rejects with `base.stopped` on Ctrl-C or when `signal` aborts. */
export function typedSecret(
  input: Terminal,
  output: Writable,
  { prompt, signal }: SecretPrompt,
): Promise<string | null> {
  return new Promise((resolve, reject) => {
    let typed: readonly string[] = [];
    const close = (end: () => void): void => {
      input.off("data", onData);
      signal.removeEventListener("abort", onAbort);
      input.setRawMode(false);
      input.pause();
      output.write("\n");
      end();
    };
    const onAbort = (): void => close(() => reject(stoppedError("the prompt")));
    const onKey = (key: string): boolean => {
      if (ENTER.includes(key)) close(() => resolve(typed.join("")));
      else if (key === INTERRUPT) onAbort();
      else if (key === END && typed.length === 0) close(() => resolve(null));
      else if (ERASE.includes(key)) typed = typed.slice(0, -1);
      else if (key >= " ") typed = [...typed, key];
      return ENTER.includes(key) || key === INTERRUPT || (key === END && typed.length === 0);
    };
    // Pasted text arrives in one piece.
    const onData = (chunk: Buffer | string): void => void [...chunk.toString()].some(onKey);
    if (signal.aborted) return reject(stoppedError("the prompt"));
    output.write(prompt);
    input.setRawMode(true);
    input.on("data", onData);
    signal.addEventListener("abort", onAbort, { once: true });
    input.resume();
  });
}
