// Where the files lie that the settings name.

import { isAbsolute, join } from "node:path";

/** A file that the settings name: as it is, or relative to the data folder. */
export const inDataFolder = (folder: string, file: string): string => (isAbsolute(file) ? file : join(folder, file));
