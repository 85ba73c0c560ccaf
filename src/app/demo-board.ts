// What the demo needs of a simulated board. The simulator lives with the tests and is handed in by the command line, so that the
// product never imports it.

import { AppError, type Clock, type Logger } from "../base/index.ts";
import { type ByteLink, LinkEmitter, type OpenLink } from "../modem/index.ts";

export interface SimulatedLine {
  onData(listener: (bytes: Uint8Array) => void): void;
  onClose(listener: () => void): void;
  write(bytes: Uint8Array): void;
  close(): void;
}

export interface DemoBoard {
  readonly controlUrl: string;
  link(slot: number): SimulatedLine;
  /** Messages that lie on the SIMs or wait in the simulated network. */
  pending(): number;
  stop(): Promise<void>;
}

export type StartDemoBoard = (options: {
  readonly slots: number;
  readonly numbers: readonly string[];
  readonly controlPort: number;
  readonly clock: Clock;
  readonly log: Logger;
}) => Promise<DemoBoard>;

function adapt(line: SimulatedLine, port: string): ByteLink {
  const events = new LinkEmitter();
  line.onData((bytes) => events.emitData(bytes));
  line.onClose(() => events.emitClose());
  return {
    onData: (listener) => events.onData(listener),
    onClose: (listener) => events.onClose(listener),
    write: async (bytes) => {
      if (events.closed)
        throw new AppError("modem.closed", `${port} is closed`, { retryable: true, context: { port } });
      line.write(bytes);
    },
    close: async () => line.close(),
  };
}

/** Opens `sim://slot/N` on the board. */
export function openBoardLink(board: DemoBoard): OpenLink {
  return async (port) => {
    const [, slot] = /^sim:\/\/slot\/(\d{1,2})$/.exec(port) ?? [];
    if (slot === undefined) {
      throw new AppError("modem.bad_port", `${port} is not sim://slot/N`, {
        hint: "Number the slots from 1.",
        context: { port },
      });
    }
    try {
      return adapt(board.link(Number(slot)), port);
    } catch (cause) {
      throw new AppError("modem.no_such_port", `the simulated modem of ${port} is unplugged`, {
        retryable: true,
        cause,
        context: { port },
      });
    }
  };
}
