// The console in German: one file beside this for each of the English ones.

import type { Translation } from "../en.ts";

export const de: Translation = {};
