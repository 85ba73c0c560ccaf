// `numberbox kept`: messages that the running box holds for its owner.

import type { Command } from "commander";
import { type KeptMessage, keptReply } from "../../protocol/index.ts";
import { visibleJson, visibleLine, visibleLines } from "../../renter/index.ts";
import type { CliIo, ExitCode } from "../cli-io.ts";
import { openBoxApi } from "./box-api.ts";
import { dataFolder } from "./data-option.ts";
import { wholeNumber } from "./whole-number.ts";

interface Options {
  readonly data?: string;
  readonly line?: string;
  readonly after: number;
  readonly limit: number;
  readonly json?: boolean;
}

const indented = (body: string): string =>
  visibleLines(body)
    .map((line) => `    ${line}\n`)
    .join("");

function textOf({ at, line, own, content, problem }: KeptMessage): string {
  const head = `${new Date(at).toISOString()}  ${line}`;
  if (content !== null) return `${head}  from ${visibleLine(content.from ?? "?")}\n${indented(content.body)}`;
  if (problem !== null) return `${head}  (cannot be opened: ${problem})\n`;
  return `${head}  (closed: ${own ? "it came before the line was your own" : "the line is not your own"})\n`;
}

async function list(io: CliIo, options: Options): Promise<void> {
  const api = await openBoxApi(io, dataFolder(io, options.data));
  const line = options.line === undefined ? "" : `&line=${encodeURIComponent(options.line)}`;
  const path = `kept?after=${options.after}&limit=${options.limit}${line}`;
  const { messages, next } = await api.call({ method: "GET", path, reply: keptReply });
  if (options.json) {
    for (const message of messages) io.out(`${visibleJson(message)}\n`);
    return;
  }
  for (const message of messages) io.out(textOf(message));
  if (messages.length === options.limit) io.err(`more: --after ${next}\n`);
}

export function registerKept(program: Command, io: CliIo, _setExit: (code: ExitCode) => void): void {
  program
    .command("kept")
    .description("messages of lines that nobody rents; their text only of lines with `own: true`")
    .option("--line <id>", "of this line alone")
    .option("--after <cursor>", "behind this cursor", wholeNumber(0, Number.MAX_SAFE_INTEGER), 0)
    .option("--limit <count>", "at most so many, 1-500", wholeNumber(1, 500), 100)
    .option("--data <folder>", "data folder of the running box or demo (default: NUMBERBOX_DATA)")
    .option("--json", "one JSON object per message")
    .action(async (options: Options) => await list(io, options));
}
