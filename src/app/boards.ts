// Modem boards of the configuration: where each position is in the USB tree, and how its power is cut.

import { readFile } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import { fileURLToPath } from "node:url";
import { systemCodeOf, wrapError } from "../base/index.ts";
import { type Board, boardPosition, parseBoard } from "../board/index.ts";
import { type BoxConfig, parseYaml } from "../config/index.ts";
import type { PlacedPower, SlotPlace } from "../host/index.ts";

const SHIPPED = fileURLToPath(new URL("../../hardware/boards/", import.meta.url));

export interface PlacedSlot extends SlotPlace {
  readonly port: string;
}

interface Loaded {
  readonly board: Board;
  readonly upstream: string;
}

export class Boards {
  readonly #boards: ReadonlyMap<string, Loaded>;

  private constructor(boards: ReadonlyMap<string, Loaded>) {
    this.#boards = boards;
  }

  /** Reads the files of all boards; a relative path is one in `folder`. Errors: `config.no_board`, those of `parseBoard`. */
  static async load(config: Pick<BoxConfig, "boards">, folder: string): Promise<Boards> {
    const boards = new Map<string, Loaded>();
    for (const { id, file, upstream } of config.boards) {
      const text = await readBoard(file, folder);
      boards.set(id, { board: parseBoard(parseYaml(text, file), file), upstream });
    }
    return new Boards(boards);
  }

  /** Where a slot of the configuration is. Throws `board.no_position`. */
  place(slot: BoxConfig["slots"][number]): PlacedSlot | null {
    if (slot.port !== undefined) return { port: slot.port, usbPath: usbPathOf(slot.port), power: null };
    const loaded = slot.board === undefined ? undefined : this.#boards.get(slot.board);
    if (loaded === undefined || slot.position === undefined) return null;
    const { usbPath, power } = boardPosition(loaded.board, slot.position, loaded.upstream);
    return { port: `usb:${usbPath}`, usbPath, power: switchable(power) };
  }
}

function switchable(power: ReturnType<typeof boardPosition>["power"]): PlacedPower | null {
  return power.kind === "none" ? null : power;
}

/** The place in the USB tree that a port names, null for one that names none. */
export function usbPathOf(port: string): string | null {
  return /^usb:([^:]+)/.exec(port)?.[1] ?? null;
}

async function readBoard(named: string, folder: string): Promise<string> {
  const shipped = /^[a-z][a-z0-9-]*$/.test(named);
  const file = shipped ? join(SHIPPED, `${named}.yaml`) : isAbsolute(named) ? named : join(folder, named);
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    throw wrapError(cause, "config.no_board", `the board ${named} cannot be read (${systemCodeOf(cause) ?? "?"})`, {
      hint: "Name a board that `numberbox hardware list` shows, or the path of a board's file.",
    });
  }
}
