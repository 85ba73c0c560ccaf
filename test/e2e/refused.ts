// How a command of ours refuses: exit code 1, nothing on standard output, and a code, a message and a next step on standard error.

import { expect } from "vitest";

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** `refusal` begins with the code; log lines of a role may stand before it. */
export function expectRefused({ code, out, err }: Ended, refusal: RegExp): void {
  expect(code, err).toBe(1);
  expect(out).toBe("");
  expect(err).toMatch(refusal);
  expect(err).toMatch(/^[a-z]+\.[a-z_]+: .+\n(?:.+\n)* {2}\S.*\n$/m);
}
