// A link whose other end is the test: what was written is seen, what comes is said.

import { AppError } from "../../src/base/index.ts";
import { type ByteLink, LinkEmitter } from "../../src/modem/index.ts";

export class ScriptLink implements ByteLink {
  readonly #events = new LinkEmitter();
  /** Commands as they were written, without CR and ESC. */
  readonly written: string[] = [];
  /** ESC characters that were written. */
  escapes = 0;
  closes = 0;
  /** Answers each command at once; null leaves it without an answer. */
  answer: (command: string) => string | null = () => null;
  /** Fails every write with this. */
  writeError: Error | null = null;
  /** Writes never end. */
  stuck = false;
  /** Closing never ends. */
  closeHangs = false;

  get closed(): boolean {
    return this.#events.closed;
  }

  onData(listener: (chunk: Uint8Array) => void): () => void {
    return this.#events.onData(listener);
  }

  onClose(listener: () => void): () => void {
    return this.#events.onClose(listener);
  }

  write(bytes: Uint8Array): Promise<void> {
    if (this.writeError !== null) return Promise.reject(this.writeError);
    if (this.closed) return Promise.reject(new AppError("modem.closed", "the script's line is closed"));
    if (this.stuck) return new Promise(() => {});
    const text = Buffer.from(bytes).toString("latin1");
    const command = text.replace(/\r$/, "").replaceAll("\x1b", "");
    this.escapes += text.split("\x1b").length - 1;
    this.written.push(command);
    const answer = this.answer(command);
    if (answer !== null) queueMicrotask(() => this.say(answer));
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.closes++;
    if (this.closeHangs) return new Promise(() => {});
    this.#events.emitClose();
    return Promise.resolve();
  }

  /** The modem's bytes; `|` stands for a line end. */
  say(text: string): void {
    this.raw(text.replaceAll("|", "\r\n"));
  }

  raw(text: string): void {
    this.#events.emitData(Buffer.from(text, "latin1"));
  }

  /** The line breaks. */
  unplug(): void {
    this.#events.emitClose();
  }
}
