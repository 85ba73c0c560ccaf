// Final result codes: what ends the answer to a command (V.250 5.7.1, TS 27.007 9.2, TS 27.005 3.2.5, and vendors' own).

import { type ErrorFamily, errorCodeOf, errorName } from "./error-codes.ts";

export type ErrorSource =
  | "plain"
  | ErrorFamily
  | "no_carrier"
  | "no_dialtone"
  | "busy"
  | "no_answer"
  | "connect"
  | "not_supported"
  | "too_many_parameters"
  | "aborted";

export interface ErrorResult {
  readonly kind: "error";
  readonly source: ErrorSource;
  /** The +CME or +CMS code, also found from a verbose text; null where there is none. */
  readonly code: number | null;
  /** Fixed name of the code; the part to log and to branch on. */
  readonly name: string | null;
  /** What the modem wrote after the code's prefix when it was not a number. */
  readonly text: string | null;
}

export type FinalResult = { readonly kind: "ok" } | ErrorResult;

const FIXED: ReadonlyMap<string, ErrorSource> = new Map([
  ["ERROR", "plain"],
  ["NO CARRIER", "no_carrier"],
  ["NO DIALTONE", "no_dialtone"],
  ["NO DIAL TONE", "no_dialtone"],
  ["BUSY", "busy"],
  ["NO ANSWER", "no_answer"],
  ["CONNECT", "connect"],
  ["COMMAND NOT SUPPORT", "not_supported"],
  ["COMMAND NOT SUPPORTED", "not_supported"],
  ["TOO MANY PARAMETERS", "too_many_parameters"],
  ["ABORTED", "aborted"],
]);

const CODED = /^\+(CME|CMS) ERROR\s*:?\s*(.*)$/i;

function codedError(family: ErrorFamily, detail: string): ErrorResult {
  if (/^\d{1,5}$/.test(detail)) {
    const code = Number(detail);
    return { kind: "error", source: family, code, name: errorName(family, code), text: null };
  }
  const code = errorCodeOf(family, detail);
  const name = code === null ? null : errorName(family, code);
  return { kind: "error", source: family, code, name, text: detail === "" ? null : detail };
}

/** Null when the line is no final result. `CONNECT` counts as an error: the modem has left command mode, which nobody asked for. */
export function parseFinal(line: string): FinalResult | null {
  const text = line.trim();
  if (text === "OK") return { kind: "ok" };
  const coded = CODED.exec(text);
  if (coded !== null) return codedError(coded[1]?.toUpperCase() === "CME" ? "cme" : "cms", (coded[2] ?? "").trim());
  const fixed = text.startsWith("CONNECT ") ? "connect" : FIXED.get(text);
  return fixed === undefined ? null : { kind: "error", source: fixed, code: null, name: null, text: null };
}

/** True when the same command may work a moment later: the SIM is busy (CME 14, CMS 314) or the modem still starts (CME 515). */
export function isTransient(result: FinalResult): boolean {
  if (result.kind === "ok") return false;
  return (
    (result.source === "cme" && (result.code === 14 || result.code === 515)) ||
    (result.source === "cms" && result.code === 314)
  );
}
