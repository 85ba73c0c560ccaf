// A modem behind a network serial server (ser2net raw mode) or the simulator: `tcp://host:port`.

import { connect, type Socket } from "node:net";
import { AppError } from "../base/index.ts";
import type { ByteLink, OpenLink } from "./byte-link.ts";
import { LinkEmitter } from "./link-emitter.ts";

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
        if (socket.destroyed || !socket.writable) {
          reject(new AppError("modem.closed", `${port} is closed`, { retryable: true, context: { port } }));
          return;
        }
        socket.write(bytes, (cause) =>
          cause
            ? reject(
                new AppError("modem.io", `writing to ${port} failed`, { retryable: true, cause, context: { port } }),
              )
            : resolve(),
        );
      }),
    close: () =>
      new Promise((resolve) => {
        if (socket.closed) return resolve();
        socket.once("close", () => resolve());
        socket.destroy();
      }),
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

export const openTcpLink: OpenLink = async (port, signal) => {
  const target = parseTarget(port);
  return await new Promise((resolve, reject) => {
    const socket = connect({ ...target, noDelay: true, keepAlive: true, keepAliveInitialDelay: 15_000 });
    const abandon = (): void => {
      socket.destroy();
      reject(new AppError("base.stopped", `opening ${port} was stopped`));
    };
    signal.addEventListener("abort", abandon, { once: true });
    socket.once("error", (cause) => {
      signal.removeEventListener("abort", abandon);
      const hint = "Check that the serial server runs and that address and port are right.";
      reject(
        new AppError("modem.cannot_open", `${port} cannot be reached`, {
          retryable: true,
          hint,
          cause,
          context: { port },
        }),
      );
    });
    socket.once("connect", () => {
      signal.removeEventListener("abort", abandon);
      socket.removeAllListeners("error");
      resolve(adapt(socket, port));
    });
  });
};
