// Hands a large file in, piece by piece.

import { AppError, minutes } from "../../base/index.ts";
import { backupUploaded } from "../../protocol/index.ts";
import { call } from "./call.ts";

/** The box takes 16 MiB at a time. */
const PIECE = 8 * 1024 * 1024;
/** A slow line takes its time for one. */
const LONG = minutes(10);

/** `path` takes `?offset=`. `onPart` is told the share that is there, 0 to 1. Errors: the box's own, `page.bad_reply`. */
export async function handIn(path: string, file: Blob, onPart: (share: number) => void): Promise<void> {
  for (let offset = 0; offset < file.size; offset += PIECE) {
    const body = file.slice(offset, offset + PIECE);
    const there = await call(backupUploaded, "POST", `${path}?offset=${offset}`, { body, timeout: LONG });
    if (there.size !== Math.min(file.size, offset + PIECE))
      throw new AppError("page.bad_reply", "the file did not arrive whole", { hint: "Hand it in again." });
    onPart(there.size / file.size);
  }
}
