// The way that the sound and the pictures of a call take when phones cannot send them to each other. A port of the edge: `rtpengine.ts` is
// one behind it.

/** Who of the two says something. */
export type MediaSide = "caller" | "called";

/** Of one call. */
export interface MediaPath {
  /** An offer as the other side is to see it. Rejects with `voice.media_relay`. */
  offer(sdp: string, from: MediaSide): Promise<string>;
  /** The answer to the last offer, likewise. */
  answer(sdp: string, from: MediaSide): Promise<string>;
  /** Idempotent, never rejects. */
  end(): void;
}
