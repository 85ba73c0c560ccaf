import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AppError, concatBytes } from "../../src/base/index.ts";
import { type AudioSocketFrame, encodeFrame, FrameDecoder } from "../../src/voice/media/audiosocket-codec.ts";
import { PcmQueue } from "../../src/voice/media/pcm-queue.ts";

const frame = fc.record({ kind: fc.integer({ min: 0, max: 255 }), payload: fc.uint8Array({ maxLength: 700 }) });

/** `bytes` cut at `cuts`, in order. */
function chunks(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const at = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...at].map((start, i) => bytes.slice(start, at[i] ?? bytes.length));
}

describe("AudioSocket", () => {
  it("reads the same frames however the stream is cut", () => {
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 12 }), fc.array(fc.nat(), { maxLength: 40 }), (frames, cuts) => {
        const decoder = new FrameDecoder();
        const stream = concatBytes(...frames.map(({ kind, payload }) => encodeFrame(kind, payload)));
        expect(chunks(stream, cuts).flatMap((chunk) => [...decoder.push(chunk)])).toEqual(frames);
      }),
    );
  });

  it("takes any bytes: frames of a bounded length, or its own error", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 2000 }), { maxLength: 10 }), (stream) => {
        const decoder = new FrameDecoder();
        const seen: AudioSocketFrame[] = [];
        try {
          for (const chunk of stream) seen.push(...decoder.push(chunk));
        } catch (error) {
          expect(error).toBeInstanceOf(AppError);
          expect(error).toMatchObject({ code: "voice.audiosocket_frame" });
        }
        expect(seen.every(({ payload }) => payload.length <= 3200)).toBe(true);
      }),
    );
  });
});

describe("the queue to the modem", () => {
  it("never holds more than 100 ms, and gives in order what it was given", () => {
    const step = fc.oneof(fc.constant("take" as const), fc.integer({ min: 1, max: 1000 }));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const queue = new PcmQueue();
        let written = 0;
        let last = -1;
        for (const now of steps) {
          if (now === "take") {
            const frame = queue.take();
            if (frame === null) continue;
            expect(frame).toHaveLength(320);
            // Each byte is its place in the stream modulo 251, so a frame tells where it was cut from.
            const first = frame[0] ?? -1;
            expect(Array.from(frame)).toEqual(Array.from(frame, (_, i) => (first + i) % 251));
            expect(first).not.toBe(last);
            last = first;
          } else {
            queue.push(Uint8Array.from({ length: now }, (_, i) => (written + i) % 251));
            written += now;
          }
          expect(queue.depth).toBeLessThanOrEqual(5);
        }
      }),
    );
  });
});
