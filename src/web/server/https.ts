// The console over TLS: a second listener, and what the plain one is still good for: programs on this machine, the way to trust the box,
// and phones, which would lose messages if they were sent away.

import { createServer, type Server } from "node:https";
import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import type { Express, RequestHandler } from "express";
import { AppError, type Disposer } from "../../base/index.ts";

/** The certificate to serve. */
export interface TlsSource {
  current(): { readonly certificate: string; readonly key: string };
  facts(): { readonly fingerprint: string; readonly hosts: readonly string[]; readonly notAfter: number };
  /** The box's own authority, for devices to install; null for a certificate of somebody else. */
  authority(): string | null;
  onChange(listener: () => void): Disposer;
}

export interface TlsOptions {
  readonly listen: { readonly host: string; readonly port: number };
  readonly source: TlsSource;
}

/** Open without TLS: nothing of the box is behind these but its certificate. */
const PLAIN =
  /^\/(?:health|trust|ca\.crt|favicon\.svg|assets\/[\w.-]+|api\/v1\/certificate|api\/v1\/phone-webhook\/.*)$/;

/** Whether a peer is on this machine: it comes from loopback, or from the address that it asks. */
export function isLocalPeer({ remoteAddress, localAddress }: Pick<Socket, "remoteAddress" | "localAddress">): boolean {
  const isLoopback = /^(?:(?:::ffff:)?127\.\d+\.\d+\.\d+|::1)$/.test(remoteAddress ?? "");
  return isLoopback || (remoteAddress !== undefined && remoteAddress === localAddress);
}

/** TLS 1.2 and 1.3 only; a new certificate is served to the next connection. */
export function httpsServer(source: TlsSource, options: { readonly requestTimeout: number }, app: Express): Server {
  const context = () => {
    const { certificate: cert, key } = source.current();
    return { cert, key, minVersion: "TLSv1.2" as const };
  };
  const { requestTimeout } = options;
  const server = createServer({ ...context(), requestTimeout, headersTimeout: requestTimeout }, app);
  const leave = source.onChange(() => server.setSecureContext(context()));
  server.once("close", leave);
  return server;
}

function httpsNeeded(): AppError {
  return new AppError("web.https_needed", "this box answers the network over https only", {
    hint: "Use https://, with the box's certificate from /ca.crt.",
  });
}

/** For live feeds. Throws `web.https_needed` for a plain connection from the network. */
export function checkSecure(socket: Socket): void {
  if (!(socket instanceof TLSSocket) && !isLocalPeer(socket)) throw httpsNeeded();
}

/** Sends a browser that came over plain http to https; a program is told, so that it does not send its token in clear again. */
export function secureOnly(httpsPort: () => number): RequestHandler {
  return (request, response, next) => {
    if (request.secure || isLocalPeer(request.socket) || PLAIN.test(request.path)) {
      next();
      return;
    }
    if (request.path.startsWith("/api") || request.method !== "GET") throw httpsNeeded();
    response.redirect(308, `https://${request.hostname}:${httpsPort()}${request.originalUrl}`);
  };
}

/** The box's own authority as a file that phones and computers install. */
export function authorityFile(source: TlsSource): RequestHandler {
  return (_request, response, next) => {
    const authority = source.authority();
    if (authority === null) {
      next();
      return;
    }
    response.type("application/x-x509-ca-cert").set("Content-Disposition", 'attachment; filename="numberbox-ca.crt"');
    response.send(Buffer.from(authority, "utf8"));
  };
}
