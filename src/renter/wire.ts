// A WebSocket as the SDK needs it, as a port. Browsers, and Node too, have one of their own; `renter-node` has one that can be paused.

/** What the other side does. `ended` comes once and is the last. */
export interface WireEvents {
  readonly opened: () => void;
  /** The text of a frame; empty for one of bytes, which no relay sends. */
  readonly received: (text: string) => void;
  readonly ended: (reason: string, cause?: unknown) => void;
}

export interface Wire {
  send(text: string): void;
  /** Where the platform can: nothing is read until `resume`. */
  pause(): void;
  resume(): void;
  /** Ends the connection at once; `ended` may still come. */
  end(): void;
}

/** `url` is a ws: or wss: address without a query. */
export type OpenWire = (url: string, events: WireEvents) => Wire;

/** The platform's own. It says nothing of why a connection failed, and cannot be paused. */
export const platformWire: OpenWire = (url, events) => {
  const socket = new WebSocket(url);
  socket.addEventListener("open", () => events.opened());
  socket.addEventListener("message", ({ data }: MessageEvent<unknown>) =>
    events.received(typeof data === "string" ? data : ""),
  );
  socket.addEventListener("close", ({ code }) =>
    events.ended(code === 1006 ? "connection lost" : `closed with ${code}`),
  );
  return {
    send: (text) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(text);
    },
    pause: () => {},
    resume: () => {},
    end: () => socket.close(),
  };
};
