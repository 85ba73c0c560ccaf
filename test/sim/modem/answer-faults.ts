// Faults of one answer: rolled when its line starts, applied when it ends. The text work is pure.

import type { SeededRandom } from "../seeded-random.ts";
import type { Answer } from "./answer.ts";
import type { FaultBox, FaultOf } from "./faults.ts";

export interface AnswerFaults {
  readonly error: FaultOf<"error"> | undefined;
  /** Messages are read: what is rolled for a PDU is rolled once the answer has one. */
  readonly reads: boolean;
  readonly overlong: FaultOf<"overlong"> | undefined;
  readonly stall: FaultOf<"stall"> | undefined;
  readonly late: FaultOf<"late"> | undefined;
  readonly reset: FaultOf<"reset"> | undefined;
  readonly unplug: FaultOf<"unplug"> | undefined;
  /** The line is swallowed: no command of it is done. */
  readonly skipped: boolean;
}

/** Rolls each fault once for a line with these commands. */
export function rollAnswerFaults(faults: FaultBox, names: readonly string[]): AnswerFaults {
  const stall = faults.strike("stall", names);
  const reset = faults.strike("reset", names);
  return {
    error: faults.strike("error", names),
    reads: names.some((name) => name === "+CMGL" || name === "+CMGR"),
    overlong: faults.strike("overlong", names),
    stall,
    late: faults.strike("late", names),
    reset,
    unplug: faults.strike("unplug", names),
    skipped: stall?.executed === false || reset?.executed === false,
  };
}

/** Rolls `half-pdu` where the answer has a PDU: cuts the first one in half and ends the answer there. */
export function breakPdu(answer: Answer, faults: FaultBox): Answer {
  const isPdu = (line: string): boolean => /^[0-9A-F]{2,}$/.test(line);
  const first = answer.blocks.findIndex((block) => block.some(isPdu));
  const block = answer.blocks[first];
  const fault = block === undefined ? undefined : faults.strike("half-pdu");
  if (block === undefined || fault === undefined) return answer;
  const at = block.findIndex(isPdu);
  const pdu = block[at] ?? "";
  const cut = [...block.slice(0, at), pdu.slice(0, pdu.length >> 1)];
  return { blocks: [...answer.blocks.slice(0, first), cut], final: fault.reply };
}

/** Puts `urc` at a line end inside of `text`; behind a text that has none. */
export function insertInside(
  text: string,
  urc: string,
  how: { readonly end: string; readonly random: SeededRandom },
): string {
  const places: number[] = [];
  for (let at = text.indexOf(how.end, 1); at >= 0; at = text.indexOf(how.end, at + 1)) {
    if (at + how.end.length < text.length) places.push(at);
  }
  const at = places.length === 0 ? text.length : how.random.pick(places);
  return text.slice(0, at) + urc + text.slice(at);
}
