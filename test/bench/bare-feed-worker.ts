// The floor of a live feed: bare `ws`, the same texts in the same batches to as many sockets, and nothing else.

import { once } from "node:events";
import { WebSocketServer } from "ws";
import { pause } from "./measure.ts";
import { serve } from "./worker.ts";

const server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: false });

export interface Batch {
  /** Since the first, in ms. */
  readonly at: number;
  readonly texts: readonly string[];
}

export const feedOperations = {
  async open(): Promise<string> {
    if (server.address() === null) await once(server, "listening");
    const address = server.address();
    return `ws://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
  },
  /** Sends the batches to everybody; CPU milliseconds that took. */
  async replay(batches: readonly Batch[]): Promise<number> {
    const begin = performance.now();
    const before = process.cpuUsage();
    for (const { at, texts } of batches) {
      const wait = begin + at - performance.now();
      if (wait > 0) await pause(wait);
      for (const text of texts) for (const client of server.clients) client.send(text);
    }
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  },
};

export type FeedOperations = typeof feedOperations;

if (process.send !== undefined) serve(feedOperations);
