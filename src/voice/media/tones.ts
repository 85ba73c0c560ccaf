// Sounds that the box makes itself, frame by frame: nothing has to be installed, and nobody's language is needed.

import { type Announcement, PCM_FRAME_BYTES, PCM_RATE } from "../../core/index.ts";

/** A stretch of sound: up to three frequencies at once (Hz), or none for silence. */
export interface Tone {
  readonly hertz: readonly number[];
  readonly ms: number;
}

/** Of full scale, for all frequencies of a tone together: -12 dBFS, as loud as speech. */
const LEVEL = 0.25;
/** ms. Without a ramp each beginning is a click. */
const RAMP = 5;

/** Special information tone (ITU-T E.180, E.182): what comes is no person, the call did not work. Length tells the kinds apart. */
function special(...lengths: readonly [number, number, number]): readonly Tone[] {
  const [first, second, third] = lengths;
  return [
    { hertz: [950], ms: first },
    { hertz: [1400], ms: second },
    { hertz: [1800], ms: third },
    { hertz: [], ms: 400 },
  ];
}

function times<T>(count: number, what: readonly T[]): readonly T[] {
  return Array.from({ length: count }, () => what).flat();
}

const BUSY: readonly Tone[] = [
  { hertz: [425], ms: 480 },
  { hertz: [], ms: 480 },
];
const CONGESTION: readonly Tone[] = [
  { hertz: [425], ms: 240 },
  { hertz: [], ms: 240 },
];

/** What is heard for each. `echo` is no sound of ours. */
const ANNOUNCEMENTS: Readonly<Record<Exclude<Announcement, "echo">, readonly Tone[]>> = {
  // The line does not do this: intercept.
  blocked: [...times(2, special(270, 270, 380)), ...times(4, CONGESTION)],
  // Not to be mistaken for anything else: help must be called another way, at once.
  emergency: [...times(3, special(380, 380, 380)), ...times(8, CONGESTION)],
  no_credit: [...times(2, special(380, 270, 380)), ...times(4, BUSY)],
  unreachable: [...times(2, special(380, 380, 270)), ...times(3, CONGESTION)],
  not_available: [...times(2, special(380, 380, 270)), ...times(3, BUSY)],
  busy: times(6, BUSY),
  warning: times(2, [
    { hertz: [1400], ms: 200 },
    { hertz: [], ms: 200 },
  ]),
};

export function announcementTones(what: Exclude<Announcement, "echo">): readonly Tone[] {
  return ANNOUNCEMENTS[what];
}

/** In front of words: that it is a recording which comes, once. */
export const BEFORE_WORDS: readonly Tone[] = special(380, 380, 270);
/** How long they last, in ms. */
export function tonesLength(tones: readonly Tone[]): number {
  return tones.reduce((sum, { ms }) => sum + ms, 0);
}

/** The tones as frames of 320 bytes; the last is filled with silence. */
export function* toneFrames(tones: readonly Tone[]): Generator<Uint8Array, undefined> {
  const samplesPerFrame = PCM_FRAME_BYTES / 2;
  let frame = new DataView(new ArrayBuffer(PCM_FRAME_BYTES));
  let at = 0;
  for (const tone of tones) {
    const length = Math.round((tone.ms * PCM_RATE) / 1000);
    for (let i = 0; i < length; i++) {
      frame.setInt16(at * 2, Math.round(sample(tone, i, length) * 32_767), true);
      if (++at < samplesPerFrame) continue;
      yield new Uint8Array(frame.buffer);
      frame = new DataView(new ArrayBuffer(PCM_FRAME_BYTES));
      at = 0;
    }
  }
  if (at > 0) yield new Uint8Array(frame.buffer);
  return undefined;
}

function sample({ hertz }: Tone, at: number, length: number): number {
  const ramp = (RAMP * PCM_RATE) / 1000;
  const loud = Math.min(1, at / ramp, (length - at) / ramp);
  const sum = hertz.reduce((total, frequency) => total + Math.sin((2 * Math.PI * frequency * at) / PCM_RATE), 0);
  return hertz.length === 0 ? 0 : (sum / hertz.length) * LEVEL * loud;
}
