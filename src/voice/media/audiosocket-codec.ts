// AudioSocket, the protocol by which Asterisk gives the sound of a call over TCP: one byte of kind, two of length (big endian), payload.
// Pure. What comes in may be cut anywhere and may be hostile.

import { AppError, concatBytes } from "../../base/index.ts";

/** Kinds that we know (Asterisk's `res_audiosocket.h`). */
export const KIND = {
  hangUp: 0x00,
  /** First frame of a connection: 16 bytes that say which call it is. */
  id: 0x01,
  /** A digit. ARI tells it too, with its length, and is the one that counts. */
  digit: 0x03,
  /** 8 kHz, mono, signed 16-bit little endian. */
  audio: 0x10,
  error: 0xff,
} as const;

export interface AudioSocketFrame {
  readonly kind: number;
  readonly payload: Uint8Array;
}

/** 200 ms of sound; Asterisk sends 20 ms, some phones make it 60. More is not ours. */
const MAX_PAYLOAD = 3200;
const HEADER = 3;
const NOTHING = new Uint8Array();

/** Bytes of one frame. Errors: `voice.audiosocket_frame` when the payload does not fit. */
export function encodeFrame(kind: number, payload: Uint8Array): Uint8Array {
  if (payload.length > MAX_PAYLOAD) throw tooLong(payload.length);
  const out = new Uint8Array(HEADER + payload.length);
  out[0] = kind;
  out[1] = payload.length >> 8;
  out[2] = payload.length & 0xff;
  out.set(payload, HEADER);
  return out;
}

/** The stream of one connection. Never holds more than one frame. */
export class FrameDecoder {
  #rest: Uint8Array = NOTHING;

  /**
   * The frames that are complete now; their payloads are copies. Errors: `voice.audiosocket_frame` when a frame is longer than any
   * that Asterisk sends: the connection is of no use any more.
   */
  push(chunk: Uint8Array): readonly AudioSocketFrame[] {
    // Always a copy: a socket's chunk is a Buffer, whose `slice` would only be a view of the pool.
    const bytes = concatBytes(this.#rest, chunk);
    const frames: AudioSocketFrame[] = [];
    let at = 0;
    while (bytes.length - at >= HEADER) {
      const length = ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
      if (length > MAX_PAYLOAD) throw tooLong(length);
      if (bytes.length - at < HEADER + length) break;
      frames.push({ kind: bytes[at] ?? 0, payload: bytes.slice(at + HEADER, at + HEADER + length) });
      at += HEADER + length;
    }
    this.#rest = at === bytes.length ? NOTHING : bytes.slice(at);
    return frames;
  }
}

function tooLong(length: number): AppError {
  return new AppError(
    "voice.audiosocket_frame",
    `a frame of AudioSocket has ${length} bytes, more than ${MAX_PAYLOAD}`,
    {
      context: { length },
    },
  );
}

/** The text form that Asterisk wants in `data=`. */
export function uuidText(id: Uint8Array): string {
  const hex = Array.from(id, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** 16 random bytes made a version 4 UUID (RFC 9562), as Asterisk checks it. */
export function uuidOf(random: Uint8Array): Uint8Array {
  const id = random.slice(0, 16);
  id[6] = ((id[6] ?? 0) & 0x0f) | 0x40;
  id[8] = ((id[8] ?? 0) & 0x3f) | 0x80;
  return id;
}
