// The box as its user starts it: `numberbox start` as a process of its own, watched from outside.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Numberbox } from "../e2e/processes.ts";

/** Starts the command on this data folder; resolves when it has said that it runs. */
export async function startBoxProcess(folder: string, config: string): Promise<Numberbox> {
  const file = join(folder, "box.json");
  writeFileSync(file, config);
  const box = Numberbox.start(["start", "--config", file, "--data", folder]);
  await box.firstLine();
  return box;
}
