// Faults of one answer: rolled when its line starts, applied when it ends. The text work is pure.

import type { SeededRandom } from "../seeded-random.ts";
import type { Answer } from "./answer.ts";
import type { FaultBox, FaultOf } from "./faults.ts";

export interface AnswerFaults {
  readonly error: FaultOf<"error"> | undefined;
  readonly halfPdu: FaultOf<"half-pdu"> | undefined;
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
  const reads = names.some((name) => name === "+CMGL" || name === "+CMGR");
  const stall = faults.strike("stall", names);
  const reset = faults.strike("reset", names);
  return {
    error: faults.strike("error", names),
    halfPdu: reads ? faults.strike("half-pdu") : undefined,
    overlong: faults.strike("overlong", names),
    stall,
    late: faults.strike("late", names),
    reset,
    unplug: faults.strike("unplug", names),
    skipped: stall?.executed === false || reset?.executed === false,
  };
}

/** Cuts the first PDU of the answer in half and ends the answer there with `reply`. */
export function breakPdu(answer: Answer, reply: string): Answer {
  const blocks: string[][] = [];
  for (const block of answer.blocks) {
    const at = block.findIndex((line) => /^[0-9A-F]{2,}$/.test(line));
    if (at < 0) {
      blocks.push([...block]);
      continue;
    }
    const pdu = block[at] ?? "";
    blocks.push([...block.slice(0, at), pdu.slice(0, pdu.length >> 1)]);
    return { blocks, final: reply };
  }
  return answer;
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
