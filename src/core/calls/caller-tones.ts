// What a caller from the telephone network hears whose call no phone takes: the tones that every network uses for it.

import type { EndCause, PcmExchange } from "./ports-voice.ts";
import { PCM_FRAME_BYTES, PCM_RATE } from "./ports-voice.ts";

/** One stretch of a cadence: a frequency in Hz, or 0 for silence, and its length in ms, a multiple of 20. */
type Stretch = readonly [hz: number, ms: number];

/** ITU-T E.180 (1998): busy 425 Hz, half a second on and off. */
const BUSY: readonly Stretch[] = [
  [425, 500],
  [0, 500],
];
/** ITU-T E.180 (1998) special information tone: three rising tones, each 330 ms, then a second of silence. */
const SPECIAL_INFORMATION: readonly Stretch[] = [
  [950, 320],
  [1400, 320],
  [1800, 320],
  [0, 1000],
];
const SAMPLES = PCM_FRAME_BYTES / 2;
const FRAME_MS = (SAMPLES * 1000) / PCM_RATE;
/** -10 dBm0, as E.180 asks of tones. */
const AMPLITUDE = 7000;

/** Silence between the words and the tones that come before them again, in frames. */
const AFTER_WORDS = 100;

/**
 * Hands a modem the sound for `cause`, over and over: busy, or that nobody can be reached, in `words` too once there are some. One frame for
 * each of its own. `words`: frames of its sound, asked for after each round of the tones.
 */
export function announcementFor(cause: EndCause, words: () => readonly Uint8Array[] = () => []): PcmExchange {
  const isBusy = cause === "busy" || cause === "declined";
  const tones = toneFrames(isBusy ? BUSY : SPECIAL_INFORMATION);
  let spoken: readonly Uint8Array[] = [];
  let at = 0;
  return () => {
    // Busy needs no words: every caller knows it.
    if (at === tones.length && !isBusy) spoken = words();
    const whole = tones.length + (spoken.length === 0 ? 0 : spoken.length + AFTER_WORDS);
    if (at >= whole) {
      at = 0;
      spoken = [];
    }
    const frame = at < tones.length ? tones[at] : spoken[at - tones.length];
    at++;
    return frame ?? null;
  };
}

/** Frames of a cadence; null for silence. */
function toneFrames(cadence: readonly Stretch[]): readonly (Uint8Array | null)[] {
  let phase = 0;
  return cadence.flatMap(([hz, ms]) =>
    Array.from({ length: ms / FRAME_MS }, () => {
      if (hz === 0) {
        phase = 0;
        return null;
      }
      const frame = new Uint8Array(PCM_FRAME_BYTES);
      const view = new DataView(frame.buffer);
      for (let index = 0; index < SAMPLES; index++) {
        view.setInt16(index * 2, Math.round(AMPLITUDE * Math.sin(phase)), true);
        phase += (2 * Math.PI * hz) / PCM_RATE;
      }
      return frame;
    }),
  );
}
