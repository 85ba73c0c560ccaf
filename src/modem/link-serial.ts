// A modem on a serial port or USB tty, through the `serialport` package.

import { SerialPort } from "serialport";
import { AppError, messageOf, systemCodeOf } from "../base/index.ts";
import type { ByteLink, OpenLink } from "./byte-link.ts";
import { LinkEmitter } from "./link-emitter.ts";
import { serveDirectly } from "./serial-direct.ts";

const HINT_BUSY = "Stop the program that holds the port: ModemManager and brltty are the usual ones.";

function openError(port: string, cause: unknown): AppError {
  // The package says what happened in words only.
  if (systemCodeOf(cause) === "ENOENT" || /no such file/i.test(messageOf(cause))) {
    return new AppError("modem.no_such_port", `there is no port ${port}`, {
      retryable: true,
      hint: "Plug the modem in, or correct `port` of this slot in the configuration.",
      cause,
      context: { port },
    });
  }
  return new AppError("modem.cannot_open", `port ${port} cannot be opened`, {
    retryable: true,
    hint: `${HINT_BUSY} The service's user must be in the group dialout.`,
    cause,
    context: { port },
  });
}

function adapt(serial: SerialPort, port: string): ByteLink {
  serveDirectly(serial);
  const events = new LinkEmitter();
  const close = (): void => {
    // While a close is under way the port counts as not open; its event follows.
    if (serial.isOpen) serial.close(() => events.emitClose());
  };
  serial.on("data", (chunk: Uint8Array) => events.emitData(chunk));
  // An unplugged port reports an error, a close, or both, in either order.
  serial.on("close", () => events.emitClose());
  serial.on("error", close);
  return {
    onData: (listener) => events.onData(listener),
    onClose: (listener) => events.onClose(listener),
    write: (bytes) =>
      new Promise((resolve, reject) => {
        if (!serial.isOpen) {
          reject(new AppError("modem.closed", `port ${port} is closed`, { retryable: true, context: { port } }));
          return;
        }
        serial.write(Buffer.from(bytes), (cause) => {
          if (!cause) return resolve();
          const context = { port };
          reject(new AppError("modem.io", `writing to port ${port} failed`, { retryable: true, cause, context }));
        });
      }),
    close: () => {
      close();
      return events.whenClosed();
    },
  };
}

/** `port` is a path such as `/dev/ttyUSB2`. 115200 8N1 (USB modems ignore the speed). */
export const openSerialLink: OpenLink = (port) =>
  new Promise((resolve, reject) => {
    const serial = new SerialPort({
      path: port,
      baudRate: 115_200,
      autoOpen: false,
      // One program per port: a second reader would steal half of each answer.
      lock: true,
      // hupcl drops DTR when the port closes, which makes some modems hang up or reset: a call must survive our restart.
      hupcl: false,
      // Flow control stays off: many USB modems never raise CTS and every write would hang.
      rtscts: false,
    });
    serial.open((error) => (error ? reject(openError(port, error)) : resolve(adapt(serial, port))));
  });
