// The last lines of the log in memory, for the console and for support. They pass through here on their way to the real log.

import type { Clock, LogFields, Logger, LogLevel, UnixMs } from "../../base/index.ts";
import { maskText } from "./mask.ts";

export interface LogLine {
  readonly seq: number;
  readonly at: UnixMs;
  readonly level: LogLevel;
  readonly event: string;
  readonly fields: LogFields;
}

const CAPACITY = 1000;
/** Of one value: a line is read by people. */
const MAX_VALUE = 500;

const ORDER: readonly LogLevel[] = ["debug", "info", "warn", "error"];

export class LogRing {
  readonly #clock: Pick<Clock, "now">;
  readonly #lines: LogLine[] = [];
  #seq = 0;

  constructor(clock: Pick<Clock, "now">) {
    this.#clock = clock;
  }

  /** A logger that keeps what it is told, and tells `target`. */
  over(target: Logger, always: LogFields = {}): Logger {
    const line =
      (level: LogLevel) =>
      (event: string, fields: LogFields = {}): void => {
        this.#keep(level, event, { ...always, ...fields });
        target[level](event, fields);
      };
    return {
      debug: line("debug"),
      info: line("info"),
      warn: line("warn"),
      error: line("error"),
      child: (fields) => this.over(target.child(fields), { ...always, ...fields }),
    };
  }

  /** Lines behind `after` of at least `level`, oldest first; the newest `limit` of them. */
  list({
    after,
    limit,
    level,
  }: {
    readonly after: number;
    readonly limit: number;
    readonly level: LogLevel;
  }): readonly LogLine[] {
    const least = ORDER.indexOf(level);
    return this.#lines.filter((line) => line.seq > after && ORDER.indexOf(line.level) >= least).slice(-limit);
  }

  get last(): number {
    return this.#seq;
  }

  #keep(level: LogLevel, event: string, fields: LogFields): void {
    const masked = Object.fromEntries(
      Object.entries(fields).map(([name, value]) => [
        name,
        typeof value === "string" ? maskText(value.slice(0, MAX_VALUE)) : value,
      ]),
    );
    this.#lines.push({ seq: ++this.#seq, at: this.#clock.now(), level, event, fields: masked });
    if (this.#lines.length > CAPACITY) this.#lines.shift();
  }
}
