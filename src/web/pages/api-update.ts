// REST of updates.

import { minutes } from "../../base/index.ts";
import { type UpdateInstall, type UpdateView, updateView } from "../../protocol/index.ts";
import { call } from "./call.ts";
import { handIn } from "./upload.ts";

const LONG = minutes(10);
const path = (rest: string): string => `/api/v1/update${rest}`;

export const updateApi = {
  check: (): Promise<UpdateView> => call(updateView, "POST", path("/check"), { body: {}, timeout: LONG }),
  install: (wish: UpdateInstall): Promise<UpdateView> => call(updateView, "POST", path("/install"), { body: wish }),
  restart: (): Promise<UpdateView> => call(updateView, "POST", path("/restart"), { body: {} }),
  upload: (file: Blob, onPart: (share: number) => void): Promise<void> => handIn(path("/upload"), file, onPart),
};
