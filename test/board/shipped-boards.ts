// The boards in `hardware/boards`, parsed.

import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Board, parseBoard } from "../../src/board/index.ts";
import { parseYaml } from "../../src/config/index.ts";

export const hardware = fileURLToPath(new URL("../../hardware/", import.meta.url));

export const shippedBoards: readonly Board[] = readdirSync(`${hardware}boards`)
  .filter((name) => name.endsWith(".yaml"))
  .sort()
  .map((name) => parseBoard(parseYaml(readFileSync(`${hardware}boards/${name}`, "utf8"), name), name));
