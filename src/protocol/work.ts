// Proof of work on what strangers write, where a relay asks for it: it costs the sender some of his processor's time, and the relay one
// hash. The answer is SHA-256 of the challenge and a counter with so many leading zero bits.

import { z } from "zod";
import { utf8 } from "../base/index.ts";
import { unixSeconds } from "./text.ts";

/** The header that carries the answer: the challenge and ` counter=` with the counter in decimal. */
export const WORK_HEADER = "proof-of-work";
/** First word of every such challenge. */
export const WORK_DOMAIN = "numberbox-relay-work-v1";
/** 2^28 hashes are minutes on a phone: more would shut people out. */
export const MAX_WORK_BITS = 28;

/** Stands as `work` in a refusal with code `relay.work_required`. */
export const workDemand = z.object({
  challenge: z.string().min(16).max(512),
  bits: z.int().min(1).max(MAX_WORK_BITS),
  expires: unixSeconds,
});
export type WorkDemand = z.infer<typeof workDemand>;

type Sha256 = (bytes: Uint8Array) => Uint8Array;

export function leadingZeroBits(bytes: Uint8Array): number {
  const at = bytes.findIndex((byte) => byte !== 0);
  return at === -1 ? bytes.length * 8 : at * 8 + Math.clz32(bytes[at] ?? 0) - 24;
}

const answerOf = (challenge: string, counter: number): string => `${challenge} counter=${counter}`;

/** The header's value if one of `count` counters from `from` on is an answer; null if none is. Ask again with the next ones. */
export function searchWork(
  sha256: Sha256,
  { challenge, bits }: Pick<WorkDemand, "challenge" | "bits">,
  { from, count }: { readonly from: number; readonly count: number },
): string | null {
  for (let counter = from; counter < from + count; counter++) {
    const answer = answerOf(challenge, counter);
    if (leadingZeroBits(sha256(utf8(answer))) >= bits) return answer;
  }
  return null;
}

const ANSWER = /^(.{1,512}) counter=(0|[1-9]\d{0,15})$/;

/** The challenge of a header's value and how many bits it has; null when it is anything else. */
export function readWork(sha256: Sha256, answer: string): { readonly challenge: string; readonly bits: number } | null {
  const [, challenge] = ANSWER.exec(answer) ?? [];
  return challenge === undefined ? null : { challenge, bits: leadingZeroBits(sha256(utf8(answer))) };
}
