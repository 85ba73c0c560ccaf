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

/** Hands a modem the tone for `cause`, over and over: busy, or that the number cannot be reached. One frame for each of its own. */
export function announcementFor(cause: EndCause): PcmExchange {
  const cadence = cause === "busy" || cause === "declined" ? BUSY : SPECIAL_INFORMATION;
  const whole = cadence.reduce((sum, [, ms]) => sum + ms, 0);
  const frame = new Uint8Array(PCM_FRAME_BYTES);
  const view = new DataView(frame.buffer);
  let at = 0;
  let phase = 0;
  return () => {
    const hz = toneAt(cadence, at % whole);
    at += FRAME_MS;
    if (hz === 0) {
      phase = 0;
      return null;
    }
    for (let index = 0; index < SAMPLES; index++) {
      view.setInt16(index * 2, Math.round(AMPLITUDE * Math.sin(phase)), true);
      phase += (2 * Math.PI * hz) / PCM_RATE;
    }
    return frame;
  };
}

function toneAt(cadence: readonly Stretch[], ms: number): number {
  let end = 0;
  for (const [hz, length] of cadence) {
    end += length;
    if (ms < end) return hz;
  }
  return 0;
}
