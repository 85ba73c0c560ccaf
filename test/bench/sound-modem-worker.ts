// Modems' sound at TCP ports, in a process of its own, as modems have clocks of their own.

import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { BurstModem } from "./voice-ends.ts";
import { serve } from "./worker.ts";

const FRAME = 320;
/** Frames that the modem has not said yet; more is of the past. */
const MOST = 3;

interface End {
  readonly modem: BurstModem;
  readonly close: () => void;
}

const ends: End[] = [];

const endAt = (at: number): End => {
  const end = ends[at];
  if (end === undefined) throw new Error(`there is no modem ${at}`);
  return end;
};

/** What the box sends, in frames. */
function framesFrom(socket: Socket): () => Uint8Array | null {
  const frames: Uint8Array[] = [];
  let rest = Buffer.alloc(0);
  socket.on("data", (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    for (; rest.length >= FRAME; rest = rest.subarray(FRAME)) frames.push(rest.subarray(0, FRAME));
    while (frames.length > MOST) frames.shift();
  });
  return () => frames.shift() ?? null;
}

export interface ModemFacts {
  readonly said: readonly number[];
  readonly told: readonly number[];
  readonly silence: number;
}

export const soundModemOperations = {
  /** `drift`: 0.01 for a clock that is 1 % fast. */
  async open(drift: number): Promise<{ readonly modem: number; readonly port: number }> {
    const modem = new BurstModem(drift);
    const server = createServer({ noDelay: true }, (socket) => {
      socket.on("error", () => {});
      const next = framesFrom(socket);
      modem.exchange((heard) => {
        socket.write(heard.slice());
        return next();
      });
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const close = (): void => {
      modem.stop();
      server.close();
    };
    const address = server.address();
    return {
      modem: ends.push({ modem, close }) - 1,
      port: typeof address === "object" && address !== null ? address.port : 0,
    };
  },
  facts(modem: number): ModemFacts {
    const { said, told, silence } = endAt(modem).modem;
    return { said, told, silence };
  },
  close(modem: number): void {
    endAt(modem).close();
  },
};

export type SoundModemOperations = typeof soundModemOperations;

if (process.send !== undefined) serve(soundModemOperations);
