// A large file that comes in pieces, each with the offset that it begins at: what was lost is sent again, and nothing twice.

import { createWriteStream } from "node:fs";
import { mkdir, rm, stat, statfs, truncate } from "node:fs/promises";
import { dirname } from "node:path";
import { pipeline } from "node:stream/promises";
import { AppError, isAppError, systemCodeOf, wrapError } from "../base/index.ts";

export interface HandedInOptions {
  readonly file: string;
  /** Bytes. */
  readonly max: number;
  /** First word of the codes: `backup` makes `backup.wrong_offset`. */
  readonly area: "backup" | "update";
  /** Bytes that the box may still write where the folder is. Default: what the file system says. */
  readonly free?: (folder: string) => Promise<number>;
}

/** What stays free whatever is handed in, in bytes: messages are stored on the same disk. A piece is 16 MiB at most. */
const SPARE = 64 * 1024 * 1024;
const LOOK_EVERY = SPARE / 4;

async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
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

  /**
   * Offset 0 begins anew. Errors, of its area: `.wrong_offset`, `.too_large`, `.not_taken`, `.no_space`, with which all of the file goes;
   * those of `content`.
   */
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
      if (offset === 0) await rm(file, { force: true });
      await this.#demandRoom();
      await pipeline(
        this.#whileRoom(content),
        createWriteStream(file, { mode: 0o600, flags: offset === 0 ? "w" : "a" }),
      );
      return { size: (await stat(file)).size };
    } catch (cause) {
      // What came of the piece goes: the sender begins it again.
      await truncate(file, offset).catch(() => {});
      if (["ENOSPC", "EDQUOT"].includes(systemCodeOf(cause) ?? "")) throw await this.#withoutRoom(cause);
      if (isAppError(cause)) throw cause;
      throw wrapError(cause, `${area}.not_taken`, `the file could not be kept (${systemCodeOf(cause) ?? "?"})`, {
        retryable: true,
        hint: "Hand it in again; if it stays so, look at the disk of the data folder.",
      });
    }
  }

  /** A file that comes whole, as one of a stick does, may be larger than any piece. */
  async *#whileRoom(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    let since = 0;
    for await (const chunk of content) {
      since += chunk.length;
      if (since > LOOK_EVERY) {
        await this.#demandRoom();
        since = 0;
      }
      yield chunk;
    }
  }

  async #demandRoom(): Promise<void> {
    const { file, free = freeBytes } = this.#options;
    if ((await free(dirname(file))) < SPARE) throw await this.#withoutRoom(undefined);
  }

  /** What came of the file is of no use to anybody, and the disk is needed. */
  async #withoutRoom(cause: unknown): Promise<AppError> {
    const { file, area } = this.#options;
    await rm(file, { force: true });
    return new AppError(`${area}.no_space`, "there is no room for the file on the disk of the data folder", {
      ...{ cause, hint: "Make room there, for example by removing old backups, then hand it in from its begin." },
    });
  }
}
