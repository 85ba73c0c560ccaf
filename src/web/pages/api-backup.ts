// REST of backups and of what support wants to see.

import { minutes } from "../../base/index.ts";
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
import { handIn } from "./upload.ts";

/** A large database takes its time to be copied and sealed. */
const LONG = minutes(10);
const path = (rest: string): string => `/api/v1/backup${rest}`;

export const backupApi = {
  run: (): Promise<BackupView> => call(backupView, "POST", path("/run"), { body: {} }),
  download: (passphrase: string): Promise<Blob> =>
    fetchBlob("POST", path("/download"), { body: { passphrase }, timeout: LONG }),
  upload: (file: Blob, onPart: (share: number) => void): Promise<void> => handIn(path("/upload"), file, onPart),
  take: (id: string) => call(backupUploaded, "POST", path("/take"), { body: { id }, timeout: LONG }),
  check: (passphrase: string): Promise<BackupContents> =>
    call(backupContents, "POST", path("/check"), { body: { passphrase }, timeout: LONG }),
  restore: (request: { readonly id: string; readonly passphrase: string; readonly confirm: string }) =>
    call(backupRestored, "POST", path("/restore"), { body: request, timeout: LONG }),
  support: (): Promise<SupportView> => call(supportView, "GET", "/api/v1/support", { timeout: LONG }),
};
