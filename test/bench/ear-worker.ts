// Phones' ears and mouths in a process of their own, as phones are.

import { RtpEnd } from "./voice-ends.ts";
import { serve } from "./worker.ts";

const ends: RtpEnd[] = [];

const endAt = (at: number): RtpEnd => {
  const end = ends[at];
  if (end === undefined) throw new Error(`there is no ear ${at}`);
  return end;
};

export interface EarFacts {
  readonly said: readonly number[];
  readonly heard: readonly number[];
  readonly lost: number;
  /** ms. */
  readonly longestGap: number;
}

export const earOperations = {
  async open(): Promise<{ readonly ear: number; readonly port: number }> {
    const end = await RtpEnd.open();
    return { ear: ends.push(end) - 1, port: end.port };
  },
  /** To the address of the other side's SDP. */
  talk(order: { readonly ear: number; readonly sdp: string }): void {
    endAt(order.ear).talk(order.sdp);
  },
  /** The longest gaps are counted from now on. */
  reset(): void {
    for (const end of ends) end.longestGap = 0;
  },
  facts(ear: number): EarFacts {
    const { said, heard, lost, longestGap } = endAt(ear);
    return { said, heard, lost, longestGap };
  },
  close(ear: number): void {
    endAt(ear).close();
  },
};

export type EarOperations = typeof earOperations;

if (process.send !== undefined) serve(earOperations);
