// Cuts the stream of an SMPP connection into PDUs. A PDU says its own length, so a length that cannot be right leaves no place to
// start again from: what follows is dropped, and the connection has to be given up.

import { concatBytes } from "../base/index.ts";

export interface RawPdu {
  readonly id: number;
  readonly status: number;
  readonly sequence: number;
  readonly body: Uint8Array;
}

export type Frame =
  | { readonly kind: "pdu"; readonly pdu: RawPdu }
  /** Said once, as the last frame. */
  | { readonly kind: "bad_length"; readonly length: number };

export const HEADER_LENGTH = 16;
/** A message_payload of 65,535 octets and everything around it. */
export const MAX_PDU_LENGTH = 72 * 1024;

/** Any split of the same bytes gives the same frames. Holds less than `MAX_PDU_LENGTH` besides the chunk that was pushed last. */
export class PduFramer {
  #chunks: Uint8Array[] = [];
  #held = 0;
  /** Octets that the next frame needs: its header while that is not complete. */
  #needed = HEADER_LENGTH;
  #broken = false;

  push(chunk: Uint8Array): readonly Frame[] {
    if (this.#broken) return [];
    this.#chunks.push(chunk);
    this.#held += chunk.length;
    // Not joined before there is something to find in it: bytes that come one by one cost no more than others.
    return this.#held < this.#needed ? [] : this.#cut(concatBytes(...this.#chunks));
  }

  #cut(bytes: Uint8Array): readonly Frame[] {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const frames: Frame[] = [];
    let at = 0;
    this.#needed = HEADER_LENGTH;
    while (bytes.length - at >= HEADER_LENGTH) {
      const length = view.getUint32(at);
      if (length < HEADER_LENGTH || length > MAX_PDU_LENGTH) {
        this.#broken = true;
        this.#chunks = [];
        return [...frames, { kind: "bad_length", length }];
      }
      if (bytes.length - at < length) {
        this.#needed = length;
        break;
      }
      const body = bytes.slice(at + HEADER_LENGTH, at + length);
      const [id, status, sequence] = [view.getUint32(at + 4), view.getUint32(at + 8), view.getUint32(at + 12)];
      frames.push({ kind: "pdu", pdu: { id, status, sequence, body } });
      at += length;
    }
    this.#chunks = at === bytes.length ? [] : [bytes.slice(at)];
    this.#held = bytes.length - at;
    return frames;
  }
}
