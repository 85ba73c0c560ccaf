// The least that sound can pass through: frames of a modem's TCP port become RTP packets for an ear, in a process that does nothing else.

import { createSocket } from "node:dgram";
import { connect } from "node:net";
import { serve } from "./worker.ts";

const FRAME = 320;
const RTP_HEADER = 12;

const ends: (() => void)[] = [];

export const bareSoundOperations = {
  pipe({ modem, ear }: { readonly modem: number; readonly ear: number }): void {
    const [from, to] = [connect({ port: modem, host: "127.0.0.1", noDelay: true }), createSocket("udp4")];
    let [unread, sent] = [0, 0];
    from.on("error", () => {});
    from.on("data", (chunk: Uint8Array) => {
      unread += chunk.length;
      for (; unread >= FRAME; unread -= FRAME) {
        const packet = Buffer.alloc(RTP_HEADER + FRAME / 2, 0xff);
        packet[0] = 0x80;
        packet[1] = 0;
        packet.writeUInt16BE(sent++ & 0xffff, 2);
        to.send(packet, ear, "127.0.0.1");
      }
    });
    ends.push(() => {
      from.destroy();
      to.close();
    });
  },
  close(): void {
    for (const end of ends.splice(0)) end();
  },
};

export type BareSoundOperations = typeof bareSoundOperations;

if (process.send !== undefined) serve(bareSoundOperations);
