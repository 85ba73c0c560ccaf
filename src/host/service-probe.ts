// Knocks at services: a TCP connection, or one GET.

import { connect } from "node:net";
import { AppError, type Clock, type Millis, seconds, systemCodeOf, unixMs, withDeadline } from "../base/index.ts";
import type { HttpAnswer, ServiceProbe } from "../core/index.ts";

/** A person waits for the answer. */
const LONGEST: Millis = seconds(8);

export function serviceProbe(clock: Clock): ServiceProbe {
  const within = async <T>(what: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    const late = new AbortController();
    try {
      return await withDeadline(work(late.signal), { clock, timeout: LONGEST, what });
    } finally {
      late.abort();
    }
  };
  return {
    tcp: ({ host, port }) => within(`${host}:${port}`, (signal) => connectTo(host, port, signal)),
    http: (url) => within(new URL(url).host, (signal) => ask(url, signal)),
  };
}

function connectTo(host: string, port: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    const end = (): void => void socket.destroy();
    signal.addEventListener("abort", end, { once: true });
    socket.once("connect", () => {
      resolve();
      end();
    });
    socket.once("error", (cause) => reject(unreachable(`${host}:${port}`, cause)));
  });
}

async function ask(url: string, signal: AbortSignal): Promise<HttpAnswer> {
  const response = await fetch(url, { signal, redirect: "manual" }).catch((cause: unknown) => {
    throw unreachable(new URL(url).host, cause);
  });
  // Nobody reads it, and it may be endless.
  await response.body?.cancel();
  const date = Date.parse(response.headers.get("date") ?? "");
  return { status: response.status, date: Number.isNaN(date) ? null : unixMs(date) };
}

const CERTIFICATE = /^(?:CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_)/;

function unreachable(where: string, cause: unknown): AppError {
  const system = systemCodeOf(cause) ?? "";
  if (system === "ENOTFOUND" || system === "EAI_AGAIN") {
    const hint = "Check the name, the network, and the name server of this machine.";
    return new AppError("service.unknown_host", `the name of ${where} is not found`, { hint, cause, retryable: true });
  }
  if (CERTIFICATE.test(system)) {
    const hint = "Check this machine's clock, and whether the name and the certificate belong together.";
    return new AppError("service.bad_certificate", `the certificate of ${where} is not accepted`, { hint, cause });
  }
  const why = system === "" ? "" : ` (${system})`;
  return new AppError("service.unreachable", `${where} cannot be reached${why}`, { cause, retryable: true });
}
