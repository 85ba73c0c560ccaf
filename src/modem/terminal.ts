// One AT command of an expert, over the same conversation as the box's own: it waits its turn, and has an end.

import { type AtCommand, REFUSALS, refusedReason, splitPrefix } from "../at/index.ts";
import { AppError, hasCode, seconds } from "../base/index.ts";
import type { AtReplyView } from "../protocol/index.ts";
import type { AtChannel } from "./at-channel.ts";

/** A scan for networks takes minutes, and would keep the slot's SMS waiting for so long. */
const LIMIT = seconds(30);

/** `line` as a command. Throws one of `REFUSALS` for what may not be typed. */
export function terminalCommand(line: string): AtCommand {
  const typed = line.trim();
  const refused = refusedReason(typed);
  if (refused !== null) {
    throw new AppError(refused, "this command is not sent to a modem", { hint: REFUSALS[refused] });
  }
  const prefix = /^AT([+^*#$%!][A-Z0-9]+)/i.exec(typed)?.[1]?.toUpperCase() ?? "";
  return { prefix, klass: "slow", clause: "terminal", text: typed, timeoutMs: LIMIT };
}

/** Errors: those of `terminalCommand`, `modem.timeout` and what else a conversation can fail with. An error answer is an answer. */
export async function runInTerminal(channel: AtChannel, line: string): Promise<AtReplyView> {
  try {
    const { lines } = await channel.send(terminalCommand(line));
    return { lines: lines.filter((text) => !isMessage(text)), ok: true, result: "OK" };
  } catch (error) {
    if (!hasCode(error, "modem.error")) throw error;
    return { lines: [], ok: false, result: String(error.context.name) };
  }
}

/** Whatever a command brings: no SMS leaves by this way. */
function isMessage(text: string): boolean {
  const prefix = splitPrefix(text)?.prefix ?? "";
  return /^\+CM(?:G[LR]|T)$/.test(prefix) || /^[0-9A-F]{30,}$/i.test(text.trim());
}
