// The way from the console's sign-in to Node-RED's editor: a reverse proxy to its socket, for signed-in owners only. What vouches for
// the owner (cookie, token) stays here, and Node-RED's own headers do not weaken the console's.

import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { NextFunction, Request, RequestHandler, Response } from "express";
import { createProxyServer, proxyUpgrade } from "httpxy";
import {
  AppError,
  type Clock,
  type Disposer,
  type Logger,
  type Millis,
  seconds,
  systemCodeOf,
} from "../../base/index.ts";
import { type Access, originHeaders, type Principal } from "./access.ts";
import { checkHost, checkOrigin } from "./origin.ts";

export interface FlowsEditor {
  /** Unix socket of Node-RED. */
  readonly socket: string;
  /** Path below which it is served, with a slash at both ends. */
  readonly root: string;
}

export interface FlowsProxyDeps {
  readonly editor: FlowsEditor;
  readonly access: Access;
  readonly clock: Clock;
  readonly log: Logger;
  readonly names: readonly string[];
  /** How often an open editor's session is checked. */
  readonly checkEvery: Millis;
}

const ANSWERING: Millis = seconds(60);
const OF_UPGRADE = { xfwd: false, upgradeTimeout: ANSWERING };
/** Open editors; each has one WebSocket. */
const MOST_EDITORS = 16;
/** Of a request: who the owner is stays with the console, and where he comes from is nothing that Node-RED needs. */
const WITHHELD = /^(?:cookie|authorization|proxy-.*|x-forwarded-.*|forwarded|x-numberbox)$/;
/** Of an answer: what is the console's to say. */
const OURS =
  /^(?:set-cookie|access-control-.*|content-security-policy.*|cross-origin-.*|x-frame-options|referrer-policy|strict-transport-security|permissions-policy|x-content-type-options|clear-site-data|service-worker-allowed)$/;

/**
 * The editor is made of inline scripts and styles, so that its pages need what the console's forbid. It may talk to Node-RED alone, not
 * to the console's REST; a script of the editor still runs at the console's address, and so it is for those who may do everything.
 */
export function editorPolicy(host: string, root: string): string {
  const below = ["http", "https", "ws", "wss"].map((scheme) => `${scheme}://${host}${root}`).join(" ");
  return [
    "default-src 'none'",
    "script-src 'self' 'unsafe-inline'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self' data:",
    "worker-src 'self' blob:",
    `connect-src ${below}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}

/** Errors: `web.sign_in_needed`, `web.scope`, `web.bad_origin`. */
async function admit({ access }: FlowsProxyDeps, request: IncomingMessage, isWrite: boolean): Promise<Principal> {
  const headers = originHeaders(request.headers);
  checkOrigin(headers);
  // The editor cannot send the console's marker; that its own page asks is seen by the Origin, which browsers send with every write.
  if (isWrite && headers.origin === undefined) {
    throw new AppError("web.bad_origin", "a write to the flows needs an Origin header", {
      hint: "Use the editor in the console.",
    });
  }
  const site = request.headers["sec-fetch-site"];
  if (site !== undefined && site !== "same-origin" && site !== "none") {
    throw new AppError("web.bad_origin", "the request comes from another site's page");
  }
  // As a read: the marker that it would ask for on a write is what the Origin above stands in for.
  const principal = await access.require({ headers: request.headers, method: "GET" }, "manage");
  if (principal.kind === "token") {
    throw new AppError("web.scope", "the editor is for people, not for API tokens", {
      hint: "Sign in at the console.",
      context: { scope: "manage" },
    });
  }
  return principal;
}

function withhold(request: IncomingMessage): void {
  for (const name of Object.keys(request.headers)) if (WITHHELD.test(name)) delete request.headers[name];
}

const notRunning = (cause: unknown): AppError =>
  new AppError("flows.not_running", "Node-RED does not answer", {
    hint: "See its state on the page Flows; it is started again by itself.",
    retryable: true,
    cause,
  });

export class FlowsProxy {
  readonly #deps: FlowsProxyDeps;
  readonly #target: { readonly socketPath: string };
  readonly #proxy = createProxyServer({ xfwd: false, agent: false, proxyTimeout: ANSWERING });
  readonly #open = new Set<Duplex>();

  constructor(deps: FlowsProxyDeps) {
    this.#deps = deps;
    this.#target = { socketPath: deps.editor.socket };
    this.#proxy.on("proxyRes", ({ headers }) => {
      for (const name of Object.keys(headers)) if (OURS.test(name)) delete headers[name];
    });
  }

  isFor(url: string | undefined): boolean {
    return url?.startsWith(this.#deps.editor.root) ?? false;
  }

  readonly handler: RequestHandler = async (request, response, next) => {
    if (!this.isFor(request.originalUrl)) return next();
    const isWrite = request.method !== "GET" && request.method !== "HEAD";
    await admit(this.#deps, request, isWrite);
    withhold(request);
    response.set("Content-Security-Policy", editorPolicy(request.headers.host ?? "", this.#deps.editor.root));
    await this.#forward(request, response, next);
  };

  async #forward(request: Request, response: Response, next: NextFunction): Promise<void> {
    try {
      const target = { ...this.#target, protocol: "http:", host: "localhost", pathname: "/" };
      await this.#proxy.web(request, response, { target });
    } catch (cause) {
      if (response.headersSent) response.destroy();
      else next(notRunning(cause));
    }
  }

  /** Of the editor's WebSocket. Errors like those of a request, and `web.live_full`; after that the socket is the proxy's. */
  async upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const { access, names } = this.#deps;
    checkHost(request.headers.host, names);
    const principal = await admit(this.#deps, request, true);
    if (this.#open.size >= MOST_EDITORS) {
      throw new AppError("web.live_full", "too many open editors", { retryable: true, hint: "Close another one." });
    }
    withhold(request);
    this.#open.add(socket);
    const cancel = this.#watch(socket, () => access.isOpen(principal));
    socket.once("close", () => {
      cancel();
      this.#open.delete(socket);
    });
    try {
      const upstream = await proxyUpgrade(this.#target, request, socket as Socket, head, OF_UPGRADE);
      // What ends on one side ends on the other.
      socket.once("close", () => upstream.destroy());
      if (socket.destroyed) upstream.destroy();
    } catch (error) {
      this.#deps.log.debug("flows_upgrade", { reason: systemCodeOf(error) ?? "refused" });
      socket.destroy();
    }
  }

  stop(): void {
    for (const socket of this.#open) socket.destroy();
  }

  /** An editor that stays open ends with its session. */
  #watch(socket: Duplex, isOpen: () => Promise<boolean>): Disposer {
    const { clock, checkEvery } = this.#deps;
    let cancel: Disposer = () => {};
    const look = async (): Promise<void> => {
      if (!(await isOpen().catch(() => true))) socket.destroy();
      if (!socket.destroyed) arm();
    };
    const arm = (): void => {
      cancel = clock.after(checkEvery, "open editor", () => void look());
    };
    arm();
    return () => cancel();
  }
}
