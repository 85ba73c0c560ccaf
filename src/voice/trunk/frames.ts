// SIP on a stream: messages by their Content-Length, and between them the line ends of RFC 5626 that keep the way open. Pure but for
// what it holds back.

import { contentLength, MAX_HEAD, parseHead, type SipText } from "./sip-text.ts";

export type Frame =
  | { readonly kind: "message"; readonly message: SipText }
  /** Two line ends: to be answered with one. */
  | { readonly kind: "ping" }
  | { readonly kind: "pong" };

export const PING = "\r\n\r\n";
export const PONG = "\r\n";

/** Of a body; the list of a relay's accounts is the largest. */
export const MAX_BODY = 1024 * 1024;

export class Frames {
  readonly #maxBody: number;
  #held: Buffer = Buffer.alloc(0);

  constructor(maxBody: number = MAX_BODY) {
    this.#maxBody = maxBody;
  }

  /** The frames that `bytes` complete; null when this is no SIP: nothing after it can be read. */
  take(bytes: Uint8Array): readonly Frame[] | null {
    this.#held = Buffer.concat([this.#held, bytes]);
    const frames: Frame[] = [];
    for (;;) {
      const next = this.#next();
      if (next === null) return null;
      if (next === "more") return frames;
      frames.push(next);
    }
  }

  #next(): Frame | "more" | null {
    const held = this.#held;
    if (held.length >= 1 && held[0] === 13) return this.#lineEnd(held);
    const end = held.indexOf(PING);
    if (end < 0) return held.length > MAX_HEAD ? null : "more";
    if (end > MAX_HEAD) return null;
    const head = parseHead(held.toString("latin1", 0, end));
    const length = head === null ? null : contentLength(head.headers);
    // On a stream nothing else says where a message ends.
    if (head === null || length === null || !(length <= this.#maxBody)) return null;
    const after = end + 4 + length;
    if (held.length < after) return "more";
    this.#held = held.subarray(after);
    return { kind: "message", message: { ...head, body: held.subarray(end + 4, after) } };
  }

  #lineEnd(held: Buffer): Frame | "more" | null {
    const text = held.toString("latin1", 0, 4);
    if (text === PING) {
      this.#held = held.subarray(4);
      return { kind: "ping" };
    }
    // Half a ping, or a pong: both sides write each in one go, so that only a message can follow a pong.
    if (PING.startsWith(text)) {
      if (text !== PONG) return "more";
      this.#held = held.subarray(2);
      return { kind: "pong" };
    }
    if (!text.startsWith(PONG)) return null;
    this.#held = held.subarray(2);
    return { kind: "pong" };
  }
}
