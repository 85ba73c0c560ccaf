// From an HTTP upgrade to a viewer of the live feed: own host, own origin, a signed-in owner or a token, a free place.

import { type IncomingMessage, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import { AppError } from "../../base/index.ts";
import { type Access, originHeaders, type Principal } from "./access.ts";
import type { FlowsProxy } from "./flows-proxy.ts";
import { checkSecure } from "./https.ts";
import type { LiveFeed } from "./live-feed.ts";
import { checkHost, checkOrigin } from "./origin.ts";
import { asAppError, problemOf } from "./problems.ts";

const LIVE_PATH = "/api/v1/live";
// Viewers have nothing to say.
const INCOMING_BYTES = 1024;

export interface LiveUpgradeDeps {
  readonly access: Access;
  readonly feed: LiveFeed;
  readonly names: readonly string[];
  readonly maxViewers: number;
  /** The way to the editor of the flows, where there is one. */
  readonly flows?: FlowsProxy | undefined;
  /** Whether the network must come over https. */
  readonly secure?: boolean;
}

async function admit(deps: LiveUpgradeDeps, request: IncomingMessage): Promise<Principal> {
  checkHost(request.headers.host, deps.names);
  if (request.url !== LIVE_PATH) {
    throw new AppError("web.not_found", "there is no WebSocket at this address", { hint: `Use ${LIVE_PATH}.` });
  }
  checkOrigin(originHeaders(request.headers));
  const principal = await deps.access.require(request, "read");
  if (principal.kind === "session" && request.headers.origin === undefined) {
    throw new AppError("web.bad_origin", "a session's live feed needs an Origin header", {
      hint: "Programs use an API token.",
    });
  }
  if (deps.feed.viewers >= deps.maxViewers) {
    throw new AppError("web.live_full", "too many live viewers", {
      retryable: true,
      hint: "Close another console page.",
    });
  }
  return principal;
}

function refuse(socket: Duplex, error: unknown): void {
  const problem = problemOf(asAppError(error));
  const body = JSON.stringify(problem);
  socket.end(
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? "Error"}\r\n` +
      "Connection: close\r\nContent-Type: application/problem+json\r\n" +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

/** The listener for the HTTP server's `upgrade` event. */
export function liveUpgrade(deps: LiveUpgradeDeps) {
  // Compression costs about 300 KB of memory for each viewer and saves little on a local network.
  const sockets = new WebSocketServer({ noServer: true, maxPayload: INCOMING_BYTES, perMessageDeflate: false });
  return async (request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
    // A socket may break while its owner is looked up.
    socket.on("error", () => socket.destroy());
    try {
      if (deps.secure === true) checkSecure(request.socket);
      if (deps.flows?.isFor(request.url)) return await deps.flows.upgrade(request, socket, head);
      const principal = await admit(deps, request);
      sockets.handleUpgrade(request, socket, head, (opened) =>
        deps.feed.join(opened, () => deps.access.isOpen(principal)),
      );
    } catch (error) {
      refuse(socket, error);
    }
  };
}
