// SIP on a stream is read the same however the network cuts it, and nothing that strangers write makes the reader fail or hold much.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Frame, Frames, PING, PONG } from "../../src/voice/trunk/frames.ts";
import { parseSipText, type SipText, sipBytes } from "../../src/voice/trunk/sip-text.ts";

const value = fc.stringMatching(/^[!-~][ -~]{0,30}$/);
const message: fc.Arbitrary<SipText> = fc.record({
  start: fc.constantFrom("INVITE sip:a@b SIP/2.0", "SIP/2.0 200 OK", "NOTIFY sip:trunk.invalid SIP/2.0"),
  headers: fc.array(fc.tuple(fc.constantFrom("Via", "To", "X-Account", "f"), value), { maxLength: 6 }),
  body: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
});
const plain = (frame: Frame): unknown =>
  frame.kind === "message" ? sipBytes(frame.message).toString("latin1") : frame.kind;

describe("frames of a trunk", () => {
  it("are the same however they are cut", () => {
    fc.assert(
      fc.property(
        fc.array(message, { maxLength: 5 }),
        fc.infiniteStream(fc.integer({ min: 1, max: 80 })),
        (all, sizes) => {
          const stream = Buffer.concat(all.flatMap((each) => [sipBytes(each), Buffer.from(PONG)]));
          const frames = new Frames();
          const read: Frame[] = [];
          for (let at = 0; at < stream.length; ) {
            const size = sizes.next().value;
            read.push(...(frames.take(stream.subarray(at, at + size)) ?? []));
            at += size;
          }
          const messages = read.filter(({ kind }) => kind === "message").map(plain);
          expect(messages).toEqual(all.map((each) => sipBytes(each).toString("latin1")));
        },
      ),
    );
  });

  it("survive what strangers write", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.uint8Array({ maxLength: 300 }),
            fc.string({ maxLength: 300 }).map((text) => Buffer.from(text)),
          ),
        ),
        (chunks) => {
          const frames = new Frames();
          for (const chunk of chunks) if (frames.take(chunk) === null) return;
          parseSipText(Buffer.concat(chunks));
        },
      ),
    );
  });

  it("tell pings from pongs, and end where there is no SIP", () => {
    const frames = new Frames();
    expect(frames.take(Buffer.from(PING))?.map(plain)).toEqual(["ping"]);
    expect(frames.take(Buffer.from(PONG))?.map(plain)).toEqual(["pong"]);
    expect(frames.take(Buffer.from("GET / HTTP/1.1\r\n\r\n"))).toBeNull();
    expect(new Frames().take(Buffer.alloc(64 * 1024, 65))).toBeNull();
    expect(new Frames(10).take(Buffer.from("SIP/2.0 200 OK\r\nContent-Length: 11\r\n\r\n"))).toBeNull();
    expect(new Frames().take(Buffer.from("SIP/2.0 200 OK\r\nContent-Length: x\r\n\r\n"))).toBeNull();
    expect(new Frames().take(Buffer.from("SIP/2.0 200 OK\r\n\r\n"))).toBeNull();
  });
});
