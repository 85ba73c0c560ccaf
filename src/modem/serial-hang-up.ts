// Makes a serial port notice that its device is gone. A terminal that has hung up gives 0 bytes at each read, for ever (tty_io.c,
// hung_up_tty_read); the `serialport` package reads again at once, keeps a core busy, and tells nobody until something is written.

import { read } from "node:fs";
import { promisify } from "node:util";
import type { SerialPort } from "serialport";
import { AppError, systemCodeOf } from "../base/index.ts";

const readBytes = promisify(read);
const NOTHING_YET: ReadonlySet<string | undefined> = new Set(["EAGAIN", "EWOULDBLOCK", "EINTR"]);

/** To be called when the port is open and before anybody listens to its data. From then on a hang-up closes the port. */
export function closeOnHangUp(serial: SerialPort): void {
  const { port } = serial;
  // Windows has no such terminals.
  if (port === undefined || !("poller" in port)) return;
  port.read = async (buffer: Buffer, offset: number, length: number) => {
    for (;;) {
      if (port.fd === null) throw hungUp();
      try {
        const { bytesRead } = await readBytes(port.fd, buffer, offset, length, null);
        if (bytesRead === 0) throw hungUp();
        return { buffer, bytesRead };
      } catch (error) {
        if (!NOTHING_YET.has(systemCodeOf(error))) throw error;
        // The port was closed meanwhile: asking its poller, which is destroyed by now, would crash the process.
        if (port.fd === null) throw hungUp();
        await readable(port.poller);
      }
    }
  };
}

type Poller = Extract<NonNullable<SerialPort["port"]>, { poller: unknown }>["poller"];

/** Resolves when there is something to read; rejects when the device is gone or the port is closed. */
function readable(poller: Poller): Promise<void> {
  return new Promise((resolve, reject) => {
    poller.once("readable", (error) => (error ? reject(error) : resolve()));
  });
}

function hungUp(): AppError {
  return new AppError("modem.closed", "the serial port has hung up", { retryable: true });
}
