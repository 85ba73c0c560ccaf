// A large file that comes in pieces, each with the offset that it begins at: what was lost is sent again, and nothing twice.

import { createWriteStream } from "node:fs";
import { mkdir, stat, truncate } from "node:fs/promises";
import { dirname } from "node:path";
import { pipeline } from "node:stream/promises";
import { AppError, isAppError, systemCodeOf, wrapError } from "../base/index.ts";

export interface HandedInOptions {
  readonly file: string;
  /** Bytes. */
  readonly max: number;
  /** First word of the codes: `backup` makes `backup.wrong_offset`. */
  readonly area: "backup" | "update";
}

export class HandedInFile {
  readonly #options: HandedInOptions;

  constructor(options: HandedInOptions) {
    this.#options = options;
  }

  /** Bytes that are there; 0 without a file. */
  size(): Promise<number> {
    return stat(this.#options.file).then(
      ({ size }) => size,
      () => 0,
    );
  }

  /** Offset 0 begins anew. Errors, of its area: `.wrong_offset`, `.too_large`, `.not_taken`; those of `content`. */
  async accept(offset: number, content: AsyncIterable<Uint8Array>): Promise<{ size: number }> {
    const { file, max, area } = this.#options;
    const have = await this.size();
    if (offset !== 0 && offset !== have) {
      throw new AppError(`${area}.wrong_offset`, "a piece of the file is missing, or came twice", {
        hint: "Go on at the offset in the context, or begin again at 0.",
        context: { size: have },
      });
    }
    if (offset > max) throw new AppError(`${area}.too_large`, "the file is larger than any that the box takes");
    try {
      await mkdir(dirname(file), { recursive: true, mode: 0o700 });
      await pipeline(content, createWriteStream(file, { mode: 0o600, flags: offset === 0 ? "w" : "a" }));
      return { size: (await stat(file)).size };
    } catch (cause) {
      // What came of the piece goes: the sender begins it again.
      await truncate(file, offset).catch(() => {});
      if (isAppError(cause)) throw cause;
      throw wrapError(cause, `${area}.not_taken`, `the file could not be kept (${systemCodeOf(cause) ?? "?"})`, {
        retryable: true,
        hint: "Make room on the disk of the data folder, then hand it in again.",
      });
    }
  }
}
