// REST of backups and of what support wants to see.

import { AppError, minutes } from "../../base/index.ts";
import {
  type BackupContents,
  type BackupView,
  backupContents,
  backupRestored,
  backupUploaded,
  backupView,
  type SupportView,
  supportView,
} from "../../protocol/index.ts";
import { call, fetchBlob } from "./call.ts";

/** A large database takes its time to be copied and sealed. */
const LONG = minutes(10);
/** The box takes 16 MiB at a time. */
const PIECE = 8 * 1024 * 1024;
const path = (rest: string): string => `/api/v1/backup${rest}`;

export const backupApi = {
  run: (): Promise<BackupView> => call(backupView, "POST", path("/run"), { body: {} }),
  download: (passphrase: string): Promise<Blob> =>
    fetchBlob("POST", path("/download"), { body: { passphrase }, timeout: LONG }),
  /** Hands the whole file in. `onPart` is told the share that is there, 0 to 1. Errors: the box's own, `page.bad_reply`. */
  upload: async (file: Blob, onPart: (share: number) => void): Promise<void> => {
    for (let offset = 0; offset < file.size; offset += PIECE) {
      const there = await call(backupUploaded, "POST", path(`/upload?offset=${offset}`), {
        ...{ body: file.slice(offset, offset + PIECE), timeout: LONG },
      });
      if (there.size !== Math.min(file.size, offset + PIECE))
        throw new AppError("page.bad_reply", "the file did not arrive whole", { hint: "Hand it in again." });
      onPart(there.size / file.size);
    }
  },
  check: (passphrase: string): Promise<BackupContents> =>
    call(backupContents, "POST", path("/check"), { body: { passphrase }, timeout: LONG }),
  restore: (request: { readonly id: string; readonly passphrase: string; readonly confirm: string }) =>
    call(backupRestored, "POST", path("/restore"), { body: request, timeout: LONG }),
  support: (): Promise<SupportView> => call(supportView, "GET", "/api/v1/support", { timeout: LONG }),
};
