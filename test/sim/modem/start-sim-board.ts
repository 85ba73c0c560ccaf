// A running simulated board: modems, their lines to the outside, the control port, and the file that keeps the SIM cards.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { AppError } from "../../../src/base/index.ts";
import type { ByteLink } from "../../../src/modem/index.ts";
import { control } from "./control-api.ts";
import { ControlServer } from "./control-server.ts";
import { PtySlot } from "./pty-slot.ts";
import { SimBoard, type SimBoardOptions } from "./sim-board.ts";
import type { SimModem } from "./sim-modem.ts";
import { Snapshot } from "./snapshot.ts";
import { TcpSlot } from "./tcp-slot.ts";

export interface StartOptions extends SimBoardOptions {
  /** `inprocess`: no port at all, hosts use `link`. */
  readonly listen: "tcp" | "pty" | "inprocess";
  /** TCP port of slot 1, the others following; 0 or none: free ports. */
  readonly basePort?: number;
  /** Port of the HTTP control; 0 or none: a free one. */
  readonly controlPort?: number;
  /** Folder for the links to the ptys; needed for `pty`. */
  readonly dir?: string;
  /** File that keeps SIM contents from one start to the next; none: nothing is kept. */
  readonly persistTo?: string;
}

export interface SimBoardHandle {
  readonly board: SimBoard;
  /** By slot: `tcp://127.0.0.1:port`, the path of a pty, or `sim://slot/1`. */
  readonly ports: readonly string[];
  /**
   * Where the sound of calls is, by slot: `tcp://127.0.0.1:port`, of a TCP board 100 above the slot's own, the path of a pty, or
   * `sim://slot/1/audio`.
   */
  readonly audioPorts: readonly string[];
  readonly controlUrl: string;
  /** Throws `sim.unknown_slot`. */
  modem(slot: number): SimModem;
  /** Throws `sim.unknown_slot`, `modem.unplugged`. */
  link(slot: number): ByteLink;
  /** Ends everything, socat children included. Idempotent. */
  stop(): Promise<void>;
}

/** Starts a board. Throws `sim.bad_slots`, `sim.no_dir`, `sim.listen_failed`, `sim.no_socat`, `sim.no_pty`, `sim.bad_snapshot`. */
export async function startSimBoard(options: StartOptions): Promise<SimBoardHandle> {
  const board = new SimBoard(options);
  const snapshot = options.persistTo === undefined ? undefined : new Snapshot(board, options.persistTo);
  snapshot?.start();
  const stops: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const each of stops.splice(0).reverse()) await each();
    board.stop();
  };
  try {
    const ports: string[] = [];
    const audioPorts: string[] = [];
    for (const modem of board.modems) {
      ports.push(await openSlot(modem, options, stops));
      audioPorts.push(await openAudio(modem, options, stops));
    }
    const server = new ControlServer({
      control: (request) => control(board, request),
      log: options.log,
      afterChange: () => snapshot?.save(),
    });
    const controlUrl = await server.start(options.controlPort ?? 0);
    stops.push(() => server.stop());
    return {
      board,
      ports,
      audioPorts,
      controlUrl,
      modem: (slot) => board.modem(slot),
      link: (slot) => board.link(slot),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** From a slot's own port to that of its sound. */
const AUDIO_OFFSET = 100;

async function openAudio(modem: SimModem, options: StartOptions, stops: (() => Promise<void>)[]): Promise<string> {
  const { listen, basePort = 0, log } = options;
  if (listen === "inprocess") return `sim://slot/${modem.slot}/audio`;
  const tcp = new TcpSlot(modem.audio, log);
  const port = await tcp.start(listen === "tcp" && basePort > 0 ? basePort + AUDIO_OFFSET + modem.slot - 1 : 0);
  stops.push(() => tcp.stop());
  if (listen === "tcp") return `tcp://127.0.0.1:${port}`;
  return await openPty(modem, { ...options, name: `slot-${modem.slot}-audio`, tcpPort: port }, stops);
}

async function openSlot(modem: SimModem, options: StartOptions, stops: (() => Promise<void>)[]): Promise<string> {
  if (options.listen === "inprocess") return `sim://slot/${modem.slot}`;
  const { log, basePort = 0 } = options;
  const tcp = new TcpSlot(modem, log);
  // A pty's TCP port is an inner matter: always a free one.
  const wanted = options.listen === "tcp" && basePort > 0 ? basePort + modem.slot - 1 : 0;
  const tcpPort = await tcp.start(wanted);
  stops.push(() => tcp.stop());
  if (options.listen === "tcp") return `tcp://127.0.0.1:${tcpPort}`;
  return await openPty(modem, { ...options, name: `slot-${modem.slot}`, tcpPort }, stops);
}

async function openPty(
  modem: SimModem,
  { dir, name, tcpPort, clock, log }: StartOptions & { readonly name: string; readonly tcpPort: number },
  stops: (() => Promise<void>)[],
): Promise<string> {
  if (dir === undefined) {
    throw new AppError("sim.no_dir", "a folder for the ptys is needed", { hint: "Name one with --dir." });
  }
  mkdirSync(dir, { recursive: true });
  const path = join(dir, name);
  const pty = new PtySlot({ modem, path, tcpPort, clock, log });
  stops.push(() => pty.stop());
  await pty.start();
  return path;
}
