// `numberbox hardware list|check|show|udev|wiring|budget`: modem boards, what they need, and the files made from their descriptions.

import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Command, InvalidArgumentError } from "commander";
import { systemCodeOf, wrapError } from "../../base/index.ts";
import {
  type Board,
  boardSheet,
  boardUdevFile,
  type PowerBudget,
  parseBoard,
  powerBudget,
  type UdevFile,
  udevFiles,
  wiringSvg,
} from "../../board/index.ts";
import { parseYaml } from "../../config/index.ts";
import type { CliIo, ExitCode } from "../cli-io.ts";

interface Options {
  readonly json?: boolean;
  readonly out?: string;
  readonly board?: string;
  readonly upstream?: string;
  readonly active?: number;
}

const BOARDS = fileURLToPath(new URL("../../../hardware/boards/", import.meta.url));

async function reading<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw wrapError(cause, "hardware.cannot_read", `${what} cannot be read (${systemCodeOf(cause) ?? "?"})`, {
      hint: "Give a board's file, or a name that `numberbox hardware list` shows.",
    });
  }
}

async function writing(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (cause) {
    throw wrapError(cause, "hardware.cannot_write", `${file} cannot be written (${systemCodeOf(cause) ?? "?"})`, {
      hint: "Check that the folder exists and is yours to write to.",
    });
  }
}

/** A board by its file, or by the id of one that comes with the program. */
async function loadBoard(named: string): Promise<Board> {
  const file = /^[a-z][a-z0-9-]*$/.test(named) ? join(BOARDS, `${named}.yaml`) : named;
  const text = await reading(named, () => readFile(file, "utf8"));
  return parseBoard(parseYaml(text, named), named);
}

async function shippedBoards(): Promise<readonly Board[]> {
  const names = await reading(BOARDS, () => readdir(BOARDS));
  const files = names.filter((name) => name.endsWith(".yaml")).sort();
  return Promise.all(files.map((name) => loadBoard(join(BOARDS, name))));
}

function budgetText(board: Board, budget: PowerBudget): string {
  const row = (name: string, milliamps: number): string =>
    `  ${name.padEnd(34)}${`${milliamps}`.padStart(6)} mA  ${((milliamps * budget.volts) / 1000).toFixed(1).padStart(6)} W\n`;
  return [
    `${board.name}: ${budget.active} of ${budget.modems} modem(s) receiving, at ${budget.volts} V\n`,
    row("idle", budget.idle_ma),
    row("receiving", budget.receive_ma),
    row(`${Math.min(board.supply.bursts_at_once, budget.active)} in a transmit burst`, budget.peak_ma),
    row("all active in a burst at once", budget.worst_ma),
    row(`supply less ${board.supply.margin_percent} % margin`, budget.usable_ma),
    row("supply", budget.supply_ma),
    `${budget.verdict}\n`,
    ...budget.warnings.map((warning) => `  ${warning}\n`),
  ].join("");
}

async function udev(io: CliIo, options: Options): Promise<void> {
  const files: readonly UdevFile[] =
    options.board === undefined
      ? udevFiles(await shippedBoards())
      : [boardUdevFile(await loadBoard(options.board), options.upstream), ...udevFiles([])];
  const { out } = options;
  if (out === undefined) {
    if (options.json === true) return io.out(`${JSON.stringify(files)}\n`);
    return io.out(files.map((file) => `# --- ${file.name}\n${file.text}`).join("\n"));
  }
  await mkdir(out, { recursive: true }).catch((cause: unknown) => {
    throw wrapError(cause, "hardware.cannot_write", `${out} cannot be made (${systemCodeOf(cause) ?? "?"})`);
  });
  for (const file of files) await writing(join(out, file.name), file.text);
  const written = files.map((file) => join(out, file.name));
  io.out(options.json === true ? `${JSON.stringify({ written })}\n` : written.map((path) => `${path}\n`).join(""));
}

async function wiring(io: CliIo, named: string, options: Options): Promise<void> {
  const svg = wiringSvg(await loadBoard(named));
  if (options.out !== undefined) await writing(options.out, svg);
  if (options.json === true)
    io.out(`${JSON.stringify(options.out === undefined ? { svg } : { written: [options.out] })}\n`);
  else io.out(options.out === undefined ? svg : `${options.out}\n`);
}

function count(text: string): number {
  if (!/^\d{1,3}$/.test(text)) throw new InvalidArgumentError("It must be a whole number.");
  return Number(text);
}

function registerReaders(hardware: Command, io: CliIo): void {
  hardware
    .command("list")
    .description("boards that come with the program")
    .option("--json", "one JSON object per line")
    .action(async (options: Options) => {
      for (const board of await shippedBoards()) {
        const row = { id: board.id, name: board.name, positions: board.positions.length, hubs: board.hubs.length };
        io.out(
          options.json === true
            ? `${JSON.stringify(row)}\n`
            : `${row.id.padEnd(16)} ${`${row.positions}`.padStart(2)} position(s)  ${row.name}\n`,
        );
      }
    });
  hardware
    .command("check")
    .description("check a board's file")
    .argument("<file>", "board file")
    .option("--json", "as JSON")
    .action(async (file: string, options: Options) => {
      const board = await loadBoard(file);
      const found = { file, id: board.id, positions: board.positions.length };
      io.out(
        options.json === true ? `${JSON.stringify(found)}\n` : `${file} is good: ${found.positions} position(s).\n`,
      );
    });
  hardware
    .command("show")
    .description("a board's data sheet as Markdown: power, positions, antennas, cooling, parts")
    .argument("<board>", "board file, or name from the list")
    .option("--json", "the whole description as JSON")
    .action(async (named: string, options: Options) => {
      const board = await loadBoard(named);
      io.out(options.json === true ? `${JSON.stringify(board)}\n` : boardSheet(board));
    });
}

export function registerHardware(program: Command, io: CliIo, setExit: (code: ExitCode) => void): void {
  const hardware = program.command("hardware").description("modem boards: positions, udev rules, wiring, power");
  registerReaders(hardware, io);
  hardware
    .command("udev")
    .description("udev rules of the boards (or of one), of modems without a board, and against brltty")
    .option("--board <board>", "only this board: a file, or a name from the list")
    .option("--upstream <path>", "where it is plugged in, such as 1-1.4 (with commas for several ports); needs --board")
    .option("--out <folder>", "write the files there instead of printing them")
    .option("--json", "as JSON")
    .action(async (options: Options, command: Command) => {
      if (options.upstream !== undefined && options.board === undefined)
        command.error("error: --upstream needs --board", { exitCode: 2 });
      await udev(io, options);
    });
  hardware
    .command("wiring")
    .description("a board's wiring diagram as SVG")
    .argument("<board>", "board file, or name from the list")
    .option("--out <file>", "write it there instead of printing it")
    .option("--json", "as JSON")
    .action((named: string, options: Options) => wiring(io, named, options));
  hardware
    .command("budget")
    .description("a board's power budget; exit code 1 if it is overloaded")
    .argument("<board>", "board file, or name from the list")
    .option("--active <count>", "modems that receive; the others are idle (default: all)", count)
    .option("--json", "as JSON")
    .action(async (named: string, options: Options) => {
      const board = await loadBoard(named);
      const budget = powerBudget(board, options.active);
      io.out(options.json === true ? `${JSON.stringify({ board: board.id, ...budget })}\n` : budgetText(board, budget));
      if (budget.verdict === "overloaded") setExit(1);
    });
}
