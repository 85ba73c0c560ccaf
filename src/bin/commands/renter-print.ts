// How renter commands print: messages on standard output, errors as `code: message` with the next step on standard error.

import { type AppError, isAppError, messageOf } from "../../base/index.ts";
import { humanText, type Inbox, type InboxEntry, linesOf, visibleJson, visibleLine } from "../../renter/index.ts";
import type { CliIo } from "../cli-io.ts";

export interface Printer {
  line(value: unknown): void;
  entry(entry: InboxEntry, inbox: Inbox): void;
  /** A fault that does not end the command; in JSON mode also a line `{"type":"error",…}` on standard output. */
  problem(error: unknown): void;
  /** A remark for people, on standard error. */
  note(text: string): void;
}

/** The two lines of an error. Only an `AppError` has words that are known to be safe to print. */
export function errorText(error: unknown): string {
  if (!isAppError(error)) return `renter.unexpected: ${visibleLine(messageOf(error))}\n`;
  const hint = error.hint === undefined ? "" : `  ${visibleLine(error.hint)}\n`;
  return `${error.code}: ${visibleLine(error.message)}\n${hint}`;
}

function errorLine(error: AppError): object {
  const { code, message, hint, context } = error.toJSON();
  return { type: "error", code, message, hint: hint ?? null, ...context };
}

export function createPrinter(io: CliIo, json: boolean): Printer {
  const line = (value: unknown): void => io.out(`${visibleJson(value)}\n`);
  return {
    line,
    entry: (entry, inbox) => {
      for (const each of linesOf(entry, inbox)) {
        if (json) line(each);
        else io.out(humanText(each));
      }
    },
    problem: (error) => {
      if (json && isAppError(error)) line(errorLine(error));
      io.err(errorText(error));
    },
    note: (text) => io.err(`${visibleLine(text)}\n`),
  };
}
