// How an answer looks on the wire: V.250 5.7 framing, verbose and numeric results, error texts. Pure.

import type { Failure } from "./behaviour.ts";
import type { Settings } from "./settings.ts";

/** One answer to one command line: an information block for each command that had one, then the final result. */
export interface Answer {
  readonly blocks: readonly (readonly string[])[];
  readonly final: string;
}

const NUMERIC: Readonly<Record<string, string>> = {
  OK: "0",
  CONNECT: "1",
  RING: "2",
  "NO CARRIER": "3",
  ERROR: "4",
};

const CME_TEXT: Readonly<Record<number, string>> = {
  3: "operation not allowed",
  4: "operation not supported",
  10: "SIM not inserted",
  11: "SIM PIN required",
  12: "SIM PUK required",
  14: "SIM busy",
  16: "incorrect password",
  21: "invalid index",
  30: "no network service",
  50: "incorrect parameters",
};

const CMS_TEXT: Readonly<Record<number, string>> = {
  302: "operation not allowed",
  303: "operation not supported",
  304: "invalid PDU mode parameter",
  310: "SIM not inserted",
  311: "SIM PIN required",
  321: "invalid memory index",
  322: "memory full",
  331: "no network service",
  340: "no +CNMA acknowledgement expected",
};

/** CR and LF as S3 and S4 say, unless the firmware has its own. */
export function lineEnd(settings: Settings): string {
  if (settings.fixedLineEnd !== null) return settings.fixedLineEnd;
  return String.fromCharCode(settings.registers.get(3) ?? 13, settings.registers.get(4) ?? 10);
}

/** The final result line of a failure under the present +CMEE (TS 27.007 9.1). */
export function failureLine(failure: Failure, settings: Settings): string {
  if (typeof failure === "string") return failure;
  if ("raw" in failure) return failure.raw;
  if ("cms" in failure) {
    const text = settings.cmee === 2 ? CMS_TEXT[failure.cms] : undefined;
    return `+CMS ERROR: ${text ?? failure.cms}`;
  }
  if (settings.cmee === 0) return "ERROR";
  const text = settings.cmee === 2 ? CME_TEXT[failure.cme] : undefined;
  return `+CME ERROR: ${text ?? failure.cme}`;
}

/** An unsolicited or information block: its lines stand inside one pair of line ends (V.250 5.7.1). */
export function renderBlock(lines: readonly string[], settings: Settings): string {
  const end = lineEnd(settings);
  const body = lines.join(end) + end;
  return settings.verbose ? end + body : body;
}

export function renderAnswer(answer: Answer, settings: Settings): string {
  let text = "";
  for (const block of answer.blocks) text += renderBlock(block, settings);
  if (settings.quiet) return text;
  if (settings.verbose) return text + renderBlock([answer.final], settings);
  // Numeric results end with S3 alone; an error with a cause has no number.
  return `${text}${NUMERIC[answer.final] ?? answer.final}${lineEnd(settings).slice(0, 1)}`;
}
