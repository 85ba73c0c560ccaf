// drachtio-srf behind the port: one connection to drachtio-server, from its authentication to its end. Nothing of the library's objects
// gets out of here, and what comes from it is unknown until it was looked at.

import Srf from "drachtio-srf";
import { z } from "zod";
import { AppError, type Clock, type Disposer, type Millis, seconds, withDeadline } from "../../base/index.ts";
import { contactFor } from "./call-headers.ts";
import type { InviteOptions, InviteResult, OutgoingInvite, SipConnection, SipDialog, SipRequest } from "./sip-port.ts";
import { SrfDialog } from "./srf-dialog.ts";
import { SrfRequest } from "./srf-request.ts";
import {
  callbackError,
  type RawAgent,
  type RawDialog,
  type RawRequest,
  type RawResponse,
  type RawSrf,
  rawAgent,
} from "./srf-shapes.ts";

export interface SrfOptions {
  readonly host: string;
  readonly port: number;
  readonly secret: string;
  readonly clock: Clock;
}

const CONNECT_LIMIT: Millis = seconds(10);
const PING_LIMIT: Millis = seconds(5);
const METHODS = ["register", "invite", "options", "message", "subscribe", "publish", "info", "notify", "bye", "refer"];

const sdpOfMessage = z.object({ body: z.string().optional(), status: z.number().optional() });
/** False when the library threw: its socket has gone a moment before it says so. */
function attempt(task: () => unknown): boolean {
  try {
    task();
    return true;
  } catch {
    return false;
  }
}
const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

export class SrfConnection implements SipConnection {
  readonly version: string;
  readonly #srf: RawSrf;
  readonly #agent: RawAgent;
  readonly #clock: Clock;
  readonly #closed = new AbortController();
  #onRequest: (request: SipRequest) => void = () => {};

  private constructor(srf: RawSrf, agent: RawAgent, version: string, clock: Clock) {
    this.#srf = srf;
    this.#agent = agent;
    this.version = version;
    this.#clock = clock;
  }

  /** Rejects with `voice.edge_down`, `voice.edge_secret` or `base.stopped`. */
  static async open(options: SrfOptions, signal: AbortSignal): Promise<SrfConnection> {
    const { clock, host, port, secret } = options;
    const srf = new Srf() as unknown as RawSrf;
    let connection: SrfConnection | null = null;
    const connected = new Promise<{ readonly version: string }>((resolve, reject) => {
      const fail = (cause: unknown, why = "cannot be reached"): void =>
        reject(new AppError("voice.edge_down", `drachtio-server ${why}`, { retryable: true, cause }));
      srf.on("error", (cause: unknown) => fail(cause));
      srf.on("close", (): void => {
        fail(undefined);
        connection?.close();
      });
      srf.on("connect", (error: unknown, ports: unknown, version: unknown) => {
        // It takes applications before phones: as long as it names no address of its own, there is nothing to be had from it.
        if (error == null && textOf(ports) === "") fail(undefined, "does not take phones yet");
        else if (error == null) resolve({ version: textOf(version) });
        else reject(new AppError("voice.edge_secret", "drachtio-server refuses the secret", { retryable: true }));
      });
    });
    const handle = (request: RawRequest, response: RawResponse): void => connection?.take(request, response);
    for (const method of METHODS) srf.use(method, handle);
    // Once only: what reconnects is the edge, with a connection that knows nothing of the last one.
    void srf.connect({ host, port, secret, reconnect: { maxAttempts: 1 } });
    const agent = rawAgent(srf);
    try {
      const { version } = await withDeadline(connected, {
        clock,
        timeout: CONNECT_LIMIT,
        what: "the connection to drachtio-server",
        signal,
      });
      connection = new SrfConnection(srf, agent, version, clock);
      // What is asked for with `use` is on its way: until the server has read it, it answers phones with 503. The pong comes after that.
      if (await connection.ping()) return connection;
      throw new AppError("voice.edge_down", "drachtio-server does not answer", { retryable: true });
    } catch (error) {
      agent.hangUp();
      throw error;
    }
  }

  onClosed(listener: () => void): Disposer {
    const { signal } = this.#closed;
    if (signal.aborted) {
      queueMicrotask(listener);
      return () => {};
    }
    signal.addEventListener("abort", listener, { once: true });
    return () => signal.removeEventListener("abort", listener);
  }

  onRequest(listener: (request: SipRequest) => void): void {
    this.#onRequest = listener;
  }

  take(request: RawRequest, response: RawResponse): void {
    if (this.#closed.signal.aborted) return;
    const parsed = SrfRequest.of(request, response, this.#agent);
    if (parsed === null) return;
    // It belongs to a dialog that nobody here knows.
    if (/;\s*tag=/i.test(parsed.header("To") ?? "")) parsed.respond(481);
    else this.#onRequest(parsed);
  }

  invite(options: InviteOptions, onProvisional: (status: number, sdp: string) => void): OutgoingInvite {
    let sent: RawRequest | null = null;
    let cancelled: { readonly reason: string | undefined } | null = null;
    const cancel = (): void => {
      const reason = cancelled?.reason;
      attempt(() => sent?.cancel(reason === undefined ? {} : { headers: { Reason: reason } }, () => {}));
    };
    const { headers, proxy, sdp, uri } = options;
    const rawOptions = { ...(proxy === undefined ? {} : { proxy }), headers: { ...headers }, localSdp: sdp };
    const progress = {
      cbRequest: (_error: unknown, request: RawRequest | undefined): void => {
        sent = request ?? null;
        if (cancelled !== null) cancel();
      },
      cbProvisional: (response: unknown): void => {
        const { status = 0, body = "" } = sdpOfMessage.parse(response);
        if (status > 100) onProvisional(status, body);
      },
    };
    const result = this.#settle<InviteResult>({ kind: "refused", status: 503 }, (resolve) => {
      this.#srf.createUAC(uri, rawOptions, progress, (error, dialog) => {
        if (dialog === undefined) resolve({ kind: "refused", status: callbackError(error) });
        else resolve({ kind: "answered", dialog: this.#dialog(dialog, sdp) });
      });
    });
    return {
      result,
      cancel: (reason) => {
        if (cancelled !== null) return;
        cancelled = { reason };
        cancel();
      },
    };
  }

  accept(request: SipRequest, sdp: string): Promise<SipDialog | null> {
    return this.#settle<SipDialog | null>(null, (resolve) => {
      if (!(request instanceof SrfRequest)) return resolve(null);
      const options = { localSdp: sdp, headers: contactFor(request.source.transport) };
      this.#srf.createUAS(request.raw, request.rawResponse, options, (_error, dialog) => {
        resolve(dialog === undefined ? null : this.#dialog(dialog, sdp, request.body));
      });
    });
  }

  hangUp(dialogId: string): void {
    if (!this.#closed.signal.aborted) attempt(() => this.#agent.bye(dialogId));
  }

  async ping(): Promise<boolean> {
    const pong = this.#agent.ping();
    try {
      await withDeadline(pong, {
        clock: this.#clock,
        timeout: PING_LIMIT,
        what: "drachtio-server's pong",
        signal: this.#closed.signal,
      });
      return true;
    } catch {
      return false;
    }
  }

  close(): void {
    if (this.#closed.signal.aborted) return;
    this.#closed.abort();
    this.#agent.hangUp();
  }

  /** Settles with what `run` brings; with `otherwise` when the connection is gone before, which the library notices by an assertion. */
  #settle<T>(otherwise: T, run: (resolve: (value: T) => void) => void): Promise<T> {
    return new Promise((resolve) => {
      const { signal } = this.#closed;
      const finish = (value: T): void => {
        signal.removeEventListener("abort", gone);
        resolve(value);
      };
      const gone = (): void => finish(otherwise);
      if (signal.aborted) return gone();
      signal.addEventListener("abort", gone, { once: true });
      if (!attempt(() => run(finish))) gone();
    });
  }

  #dialog(raw: RawDialog, localSdp: string, offer?: string): SrfDialog {
    const options = { clock: this.#clock, closed: this.#closed.signal, localSdp };
    return new SrfDialog(raw, offer === undefined ? options : { ...options, remoteSdp: offer });
  }
}
