// A logger that keeps its lines, so that a test can see what was said and that no secret was.

import type { LogFields, Logger, LogLevel } from "../../src/base/index.ts";

export interface LogLine {
  readonly level: LogLevel;
  readonly event: string;
  readonly fields: LogFields;
}

export class CapturingLog implements Logger {
  readonly lines: LogLine[];
  readonly #fields: LogFields;

  constructor(lines: LogLine[] = [], fields: LogFields = {}) {
    this.lines = lines;
    this.#fields = fields;
  }

  /** Names of the events so far. */
  get events(): readonly string[] {
    return this.lines.map(({ event }) => event);
  }

  debug(event: string, fields?: LogFields): void {
    this.#add("debug", event, fields);
  }

  info(event: string, fields?: LogFields): void {
    this.#add("info", event, fields);
  }

  warn(event: string, fields?: LogFields): void {
    this.#add("warn", event, fields);
  }

  error(event: string, fields?: LogFields): void {
    this.#add("error", event, fields);
  }

  child(fields: LogFields): Logger {
    return new CapturingLog(this.lines, { ...this.#fields, ...fields });
  }

  #add(level: LogLevel, event: string, fields: LogFields = {}): void {
    this.lines.push({ level, event, fields: { ...this.#fields, ...fields } });
  }
}
