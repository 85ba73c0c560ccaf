// What a command may touch of the outside, so that commands run in tests without a process.

import type { Clock, Logger, Random } from "../base/index.ts";

export interface CliIo {
  /** Writes to standard output, exactly as given. */
  out(text: string): void;
  /** Writes to standard error, exactly as given. */
  err(text: string): void;
  /** All of standard input. */
  readInput(): Promise<Uint8Array>;
  /** The next line of standard input, without its end; null when there is none. Absent where nobody types. */
  readLine?(): Promise<string | null>;
  /** What a person types after `prompt`, without showing it; null when nobody types. Absent where nobody can. */
  readSecret?(prompt: string): Promise<string | null>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** Aborts on SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
}

/** Exit codes of every command: 0 done, 1 failed, 2 wrong usage. */
export type ExitCode = 0 | 1 | 2;
