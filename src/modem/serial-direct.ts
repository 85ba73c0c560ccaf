// Reads and writes a serial port without a detour, and makes it notice that its device is gone. The `serialport` package asks a thread
// of the pool for each read, which mostly finds nothing yet, then waits, and asks again: with 32 modems that is a third of the box's
// work, on the threads that the database needs. And a terminal that has hung up gives 0 bytes at each read, for ever (tty_io.c,
// hung_up_tty_read): the package reads again at once, keeps a core busy, and tells nobody until something is written.

import { readSync, writeSync } from "node:fs";
import type { SerialPort } from "serialport";
import { AppError, systemCodeOf } from "../base/index.ts";

const NOT_NOW: ReadonlySet<string | undefined> = new Set(["EAGAIN", "EWOULDBLOCK", "EINTR"]);

/**
 * To be called when the port is open and before anybody listens to its data. From then on a hang-up closes the port. The package opens
 * ports with O_NONBLOCK, so no call here waits for the device.
 */
export function serveDirectly(serial: SerialPort): void {
  const { port } = serial;
  // Windows has no such terminals.
  if (port === undefined || !("poller" in port)) return;
  const { poller } = port;
  port.read = async (buffer: Buffer, offset: number, length: number) => {
    for (;;) {
      // A closed port's poller is destroyed: asking it would crash the process.
      if (port.fd === null) throw hungUp();
      await readable(poller);
      if (port.fd === null) throw hungUp();
      const bytesRead = unlessNotNow(() => readSync(port.fd ?? -1, buffer, offset, length, null));
      if (bytesRead === 0) throw hungUp();
      if (bytesRead !== null) return { buffer, bytesRead };
    }
  };
  const writeLater = port.write.bind(port);
  port.write = async (bytes: Buffer) => {
    if (port.fd === null) throw hungUp();
    const fd = port.fd;
    const written = unlessNotNow(() => writeSync(fd, bytes)) ?? 0;
    if (written < bytes.length) await writeLater(bytes.subarray(written));
  };
}

/** Null when the device has or takes nothing at the moment. */
function unlessNotNow(call: () => number): number | null {
  try {
    return call();
  } catch (error) {
    if (NOT_NOW.has(systemCodeOf(error))) return null;
    throw error;
  }
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
