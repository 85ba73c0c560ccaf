// The real logger: JSON lines through pino on a given stream.

import { type DestinationStream, type Logger as Pino, pino } from "pino";
import type { LogFields, Logger, LogLevel } from "./log.ts";

const RANK: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 };

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
  const destination = options.destination ?? pino.destination({ fd: 2, sync: true });
  const target = pino({ level: "debug", base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination);
  return adapt(target, typeof level === "function" ? level : () => level);
}
