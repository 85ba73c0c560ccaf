// The SDK's WebSocket over `ws`: bounded frames, no redirects, and a reader that cannot keep up pauses it.

import type { Agent } from "node:http";
import { WebSocket } from "ws";
import { isAppError, systemCodeOf } from "../base/index.ts";
import type { OpenWire, Wire, WireEvents } from "../renter/index.ts";

/** Frames larger than a message of the largest size and its copy are not a relay's. */
const MAX_FRAME_BYTES = 1024 * 1024;

/** Connects directly. */
export const wsWire: OpenWire = (url, events) => open(url, events, {});

/** Connects by an agent that is asked for with the address as http: or https:. */
export function wsWireBy(agentTo: (url: URL) => Agent): OpenWire {
  return (url, events) => open(url, events, { agent: agentTo(new URL(url.replace(/^ws/, "http"))) });
}

function open(url: string, events: WireEvents, way: { readonly agent?: Agent }): Wire {
  const socket = new WebSocket(url, {
    ...way,
    maxPayload: MAX_FRAME_BYTES,
    perMessageDeflate: false,
    followRedirects: false,
  });
  socket.on("open", () => events.opened());
  socket.on("message", (data, isBinary) => events.received(isBinary ? "" : data.toString()));
  socket.on("error", (error) => events.ended(reasonOf(error), error));
  socket.on("close", (code) => events.ended(`closed with ${code}`));
  return {
    send: (text) => socket.send(text),
    pause: () => socket.pause(),
    resume: () => {
      if (socket.isPaused) socket.resume();
    },
    end: () => socket.terminate(),
  };
}

const reasonOf = (error: Error): string =>
  isAppError(error) ? error.message : (systemCodeOf(error) ?? "connection failed");
