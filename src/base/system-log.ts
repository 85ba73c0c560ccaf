// The real logger: JSON lines through pino on a given stream.

import { fstatSync } from "node:fs";
import { type DestinationStream, type Logger as Pino, pino } from "pino";
import type { LogFields, Logger, LogLevel } from "./log.ts";

const RANK: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 };

/** How pino counts, and how the journal does (sd-daemon(3)): an error is looked for among errors, and outlives a power cut on the image. */
const PRIORITIES: Readonly<Record<string, string>> = {
  10: "<7>",
  20: "<7>",
  30: "<6>",
  40: "<4>",
  50: "<3>",
  60: "<2>",
};

/** Each line with the priority in front that systemd takes off again. */
export function withPriorities(target: DestinationStream): DestinationStream {
  return {
    write: (line) => {
      const [, level = ""] = /^\{"level":(\d\d),/.exec(line) ?? [];
      target.write(`${PRIORITIES[level] ?? ""}${line}`);
    },
  };
}

/** Whether standard error is the journal. `stream`: what systemd says is (JOURNAL_STREAM); whoever was started by us may write elsewhere. */
export function isJournal(stream: string | undefined, fd = 2): boolean {
  if (stream === undefined) return false;
  try {
    const { dev, ino } = fstatSync(fd);
    return stream === `${dev}:${ino}`;
  } catch {
    return false;
  }
}

function standardError(): DestinationStream {
  const target = pino.destination({ fd: 2, sync: true });
  return isJournal(process.env.JOURNAL_STREAM) ? withPriorities(target) : target;
}

function adapt(target: Pino, lowest: () => LogLevel): Logger {
  const line = (level: LogLevel) => (event: string, fields?: LogFields) => {
    if (RANK[level] >= RANK[lowest()]) target[level]({ ...fields, event });
  };
  return {
    debug: line("debug"),
    info: line("info"),
    warn: line("warn"),
    error: line("error"),
    child: (fields) => adapt(target.child({ ...fields }), lowest),
  };
}

/** `level`: the lowest that is written, asked with each line where it may change. `destination` defaults to standard error, so that `--json` output stays clean. */
export function systemLogger(options: {
  readonly level: LogLevel | (() => LogLevel);
  readonly destination?: DestinationStream;
}): Logger {
  const { level } = options;
  const destination = options.destination ?? standardError();
  const target = pino({ level: "debug", base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination);
  return adapt(target, typeof level === "function" ? level : () => level);
}
