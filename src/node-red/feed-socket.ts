// A WebSocket to the box's live feed, as the feed needs it.

import WebSocket from "ws";

export interface FeedSocket {
  /** Each is called at most once after the other end or `close` has ended it. */
  onText(listener: (text: string) => void): void;
  /** `status`: of the HTTP answer that refused the upgrade. */
  onEnd(listener: (end: { readonly code?: number; readonly status?: number }) => void): void;
  close(): void;
}

export type OpenFeedSocket = (url: string, token: string) => FeedSocket;

/** The snapshot of 32 slots with 100 events has about 100 KB. */
const MOST_BYTES = 4 * 1024 * 1024;
const HANDSHAKE_MS = 10_000;

export const openFeedSocket: OpenFeedSocket = (url, token) => {
  const socket = new WebSocket(url, {
    headers: { authorization: `Bearer ${token}` },
    maxPayload: MOST_BYTES,
    handshakeTimeout: HANDSHAKE_MS,
    perMessageDeflate: false,
    followRedirects: false,
  });
  // A failed connection is told by `close`, too; without a listener it would end the process.
  socket.on("error", () => {});
  return {
    onText: (listener) => {
      socket.on("message", (data, isBinary) => {
        if (!isBinary) listener(String(data));
      });
    },
    onEnd: (listener) => {
      socket.on("unexpected-response", (request, response) => {
        listener(response.statusCode === undefined ? {} : { status: response.statusCode });
        request.destroy();
      });
      socket.on("close", (code) => listener({ code }));
    },
    close: () => socket.terminate(),
  };
};
