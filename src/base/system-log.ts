// The real logger: JSON lines through pino on a given stream.

import { type DestinationStream, type Logger as Pino, pino } from "pino";
import type { LogFields, Logger, LogLevel } from "./log.ts";

function adapt(target: Pino): Logger {
  const line = (level: LogLevel) => (event: string, fields?: LogFields) => target[level]({ ...fields, event });
  return {
    debug: line("debug"),
    info: line("info"),
    warn: line("warn"),
    error: line("error"),
    child: (fields) => adapt(target.child({ ...fields })),
  };
}

/** `destination` defaults to standard error, so that `--json` output stays clean. */
export function systemLogger(options: { readonly level: LogLevel; readonly destination?: DestinationStream }): Logger {
  const destination = options.destination ?? pino.destination({ fd: 2, sync: true });
  return adapt(pino({ level: options.level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination));
}
