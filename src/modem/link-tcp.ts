// A modem behind a network serial server (ser2net raw mode) or the simulator: `tcp://host:port`.

import { connect, type Socket } from "node:net";
import { AppError, type Millis, seconds, stoppedError } from "../base/index.ts";
import type { ByteLink, OpenLink } from "./byte-link.ts";
import { LinkEmitter } from "./link-emitter.ts";

/** First probe of an idle connection. A server that vanished is noticed earlier, by the commands it does not answer. */
const KEEP_ALIVE_AFTER: Millis = seconds(15);

function adapt(socket: Socket, port: string): ByteLink {
  const events = new LinkEmitter();
  socket.on("data", (chunk) => events.emitData(chunk));
  socket.on("close", () => events.emitClose());
  // The error is followed by `close`, which is what the owner acts on.
  socket.on("error", () => {});
  return {
    onData: (listener) => events.onData(listener),
    onClose: (listener) => events.onClose(listener),
    write: (bytes) =>
      new Promise((resolve, reject) => {
        if (!socket.writable) {
          reject(new AppError("modem.closed", `${port} is closed`, { retryable: true, context: { port } }));
          return;
        }
        socket.write(bytes, (cause) => {
          if (!cause) return resolve();
          const context = { port };
          reject(new AppError("modem.io", `writing to ${port} failed`, { retryable: true, cause, context }));
        });
      }),
    close: () => {
      socket.destroy();
      return events.whenClosed();
    },
  };
}

function parseTarget(port: string): { host: string; port: number } {
  const url = URL.canParse(port) ? new URL(port) : null;
  if (url === null || url.protocol !== "tcp:" || url.port === "") {
    throw new AppError("modem.bad_port", `${port} is not tcp://host:port`, {
      hint: "Write the port as tcp://192.0.2.7:2001.",
      context: { port },
    });
  }
  return { host: url.hostname.replace(/^\[|\]$/g, ""), port: Number(url.port) };
}

/** Rejects with `modem.bad_port`, `modem.cannot_open` or, when `signal` aborts first, `base.stopped`. */
export const openTcpLink: OpenLink = async (port, signal) => {
  const target = parseTarget(port);
  if (signal.aborted) throw stoppedError(`opening ${port}`);
  return await new Promise((resolve, reject) => {
    const socket = connect({ ...target, noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_AFTER });
    const abandon = (): void => {
      socket.destroy();
      reject(stoppedError(`opening ${port}`));
    };
    const refuse = (cause: Error): void => {
      signal.removeEventListener("abort", abandon);
      const hint = "Check that the serial server runs and that address and port are right.";
      const options = { retryable: true, hint, cause, context: { port } };
      reject(new AppError("modem.cannot_open", `${port} cannot be reached`, options));
    };
    signal.addEventListener("abort", abandon, { once: true });
    socket.once("error", refuse);
    socket.once("connect", () => {
      signal.removeEventListener("abort", abandon);
      socket.off("error", refuse);
      resolve(adapt(socket, port));
    });
  });
};
