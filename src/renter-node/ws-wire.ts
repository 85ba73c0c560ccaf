// The SDK's WebSocket over `ws`: bounded frames, no redirects, and a reader that cannot keep up pauses it.

import { WebSocket } from "ws";
import { systemCodeOf } from "../base/index.ts";
import type { OpenWire } from "../renter/index.ts";

/** Frames larger than a message of the largest size and its copy are not a relay's. */
const MAX_FRAME_BYTES = 1024 * 1024;

export const wsWire: OpenWire = (url, events) => {
  const socket = new WebSocket(url, {
    maxPayload: MAX_FRAME_BYTES,
    perMessageDeflate: false,
    followRedirects: false,
  });
  socket.on("open", () => events.opened());
  socket.on("message", (data, isBinary) => events.received(isBinary ? "" : data.toString()));
  socket.on("error", (error) => events.ended(systemCodeOf(error) ?? "connection failed", error));
  socket.on("close", (code) => events.ended(`closed with ${code}`));
  return {
    send: (text) => socket.send(text),
    pause: () => socket.pause(),
    resume: () => {
      if (socket.isPaused) socket.resume();
    },
    end: () => socket.terminate(),
  };
};
