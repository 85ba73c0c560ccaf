// `numberbox ussd SLOT CODE`: asks the network through a slot of the running box, and walks its menus.

import type { Command } from "commander";
import { z } from "zod";
import { minutes } from "../../base/index.ts";
import { ussdAnswer } from "../../protocol/index.ts";
import type { CliIo, ExitCode } from "../cli-io.ts";
import { openBoxApi } from "./box-api.ts";
import { dataFolder } from "./data-option.ts";

interface Options {
  readonly data?: string;
  readonly json?: boolean;
  readonly reply: readonly string[];
}

/** Longer than the box waits for the network. */
const TIMEOUT = minutes(1);

async function talk(io: CliIo, slot: string, code: string, options: Options): Promise<void> {
  const api = await openBoxApi(io, dataFolder(io, options.data));
  const path = `slots/${encodeURIComponent(slot)}/ussd`;
  const post = (below: string, body: unknown) =>
    api.call({ method: "POST", path: `${path}${below}`, body, reply: ussdAnswer, timeout: TIMEOUT });
  const replies = [...options.reply];
  let answer = await post("", { code });
  for (;;) {
    io.out(`${options.json ? JSON.stringify(answer) : answer.text}\n`);
    if (!answer.more) return;
    if (replies.length === 0) io.err("reply, or an empty line to end> ");
    const text = replies.shift() ?? (await io.readLine?.()) ?? null;
    if (text === null || text === "") break;
    answer = await post("/reply", { text });
  }
  await api.call({ method: "DELETE", path, reply: z.null() });
}

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];

export function registerUssd(program: Command, io: CliIo, _setExit: (code: ExitCode) => void): void {
  program
    .command("ussd")
    .description("ask the network by a USSD code such as *100#; in a menu, type what it asks for")
    .argument("<slot>", "slot id, as `numberbox slots` shows it")
    .argument("<code>", "the code, in quotes: '*100#'")
    .option("--reply <text>", "answer a menu with this; may be given again for the next menu", collect, [])
    .option("--data <folder>", "data folder of the running box or demo (default: NUMBERBOX_DATA)")
    .option("--json", "one JSON object per answer")
    .action(async (slot: string, code: string, options: Options) => talk(io, slot, code, options));
}
