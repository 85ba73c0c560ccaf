// REST of updates.

import { AppError, minutes } from "../../base/index.ts";
import { type UpdateInstall, type UpdateView, updateUploaded, updateView } from "../../protocol/index.ts";
import { call } from "./call.ts";

const LONG = minutes(10);
/** The box takes 16 MiB at a time. */
const PIECE = 8 * 1024 * 1024;
const path = (rest: string): string => `/api/v1/update${rest}`;

export const updateApi = {
  check: (): Promise<UpdateView> => call(updateView, "POST", path("/check"), { body: {}, timeout: LONG }),
  install: (wish: UpdateInstall): Promise<UpdateView> => call(updateView, "POST", path("/install"), { body: wish }),
  restart: (): Promise<UpdateView> => call(updateView, "POST", path("/restart"), { body: {} }),
  /** Hands the whole file in. `onPart` is told the share that is there, 0 to 1. Errors: the box's own, `page.bad_reply`. */
  upload: async (file: Blob, onPart: (share: number) => void): Promise<void> => {
    for (let offset = 0; offset < file.size; offset += PIECE) {
      const body = file.slice(offset, offset + PIECE);
      const there = await call(updateUploaded, "POST", path(`/upload?offset=${offset}`), { body, timeout: LONG });
      if (there.size !== Math.min(file.size, offset + PIECE))
        throw new AppError("page.bad_reply", "the file did not arrive whole", { hint: "Hand it in again." });
      onPart(there.size / file.size);
    }
  },
};
