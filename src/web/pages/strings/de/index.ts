// The console in German: one file beside this for each of the English ones.

import type { Translation } from "../en.ts";
import { deAccess } from "./access.ts";
import { deAlerts } from "./alerts.ts";
import { deApi } from "./api.ts";
import { deApp } from "./app.ts";

export const de: Translation = {
  ...deApp,
  ...deApi,
  ...deAccess,
  ...deAlerts,
};
