// ARI over HTTP and a WebSocket. Each request has a deadline; the WebSocket comes back by itself.

import { WebSocket } from "ws";
import {
  AppError,
  backoffDelay,
  type Clock,
  type Disposer,
  Events,
  hasCode,
  type Logger,
  type Millis,
  millis,
  type Random,
  randomFraction,
  type Secret,
  systemCodeOf,
} from "../../base/index.ts";
import { refusal, tooSlow, unreachable } from "./ari-errors.ts";
import { ariReplaced } from "./ari-schemas.ts";
import type { AriRequest, AriWire } from "./ari-wire.ts";

export interface AriClientOptions {
  /** Of Asterisk's HTTP server, such as `http://127.0.0.1:8088`. */
  readonly url: string;
  readonly user: string;
  readonly password: Secret<string>;
  readonly app: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

/** Everything is on one machine; Asterisk that does not answer within this is ill. */
const REQUEST_TIMEOUT: Millis = millis(5000);
const CONNECT_TIMEOUT: Millis = millis(5000);
const PING_EVERY: Millis = millis(5000);
/** How often Asterisk is asked whether the application is still ours. */
const CHECK_EACH_PINGS = 6;
/** It is on this machine and starts within seconds: a box that is back late misses calls. */
const BACKOFF = { first: millis(250), max: millis(2000) } as const;
/** Two boxes that take Asterisk from each other should not do so all day. */
const REPLACED_BACKOFF = { first: millis(250), max: millis(10_000) } as const;
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;
const MAX_EVENT_BYTES = 256 * 1024;

interface Changes {
  readonly connected: undefined;
  readonly lost: undefined;
  readonly event: unknown;
}

export class AriClient implements AriWire {
  readonly #options: AriClientOptions;
  readonly #events: Events<Changes>;
  #socket: WebSocket | null = null;
  #connected = false;
  #running = false;
  #attempt = 0;
  #timer: Disposer | null = null;
  #lastError: AppError | null = null;

  constructor(options: AriClientOptions) {
    this.#options = options;
    this.#events = new Events("ari", options.log);
  }

  /** Why it is not connected; null when it is, or was never tried. */
  get lastError(): AppError | null {
    return this.#connected ? null : this.#lastError;
  }

  connected(): boolean {
    return this.#connected;
  }

  onConnected(listener: () => void): Disposer {
    return this.#events.on("connected", listener);
  }

  onLost(listener: () => void): Disposer {
    return this.#events.on("lost", listener);
  }

  onEvent(listener: (event: unknown) => void): Disposer {
    return this.#events.on("event", listener);
  }

  /** Begins to connect, and goes on until it is stopped. */
  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#connect();
  }

  /** Idempotent. Tells `lost` if it was connected. */
  stop(): void {
    this.#running = false;
    this.#timer?.();
    this.#timer = null;
    this.#socket?.terminate();
    this.#down();
  }

  async request({ method, path, query = {}, body }: AriRequest): Promise<unknown> {
    const url = new URL(`/ari/${path}`, this.#options.url);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    const abort = new AbortController();
    const cancel = this.#options.clock.after(REQUEST_TIMEOUT, "an answer of ARI", () => abort.abort());
    // What goes wrong is told by method and kind of object only: paths hold accounts, bodies their hashes.
    const what = `${method} ${path.split("/")[0]}`;
    try {
      const answer = await fetch(url, {
        method,
        headers: { authorization: this.#authorization(), "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        redirect: "error",
        signal: abort.signal,
      });
      const text = await boundedText(answer, what);
      if (!answer.ok) throw refusal(answer.status, what);
      return text === "" ? undefined : parsed(text, what);
    } catch (cause) {
      if (cause instanceof AppError) throw cause;
      throw abort.signal.aborted ? tooSlow(what, REQUEST_TIMEOUT) : unreachable(cause);
    } finally {
      cancel();
    }
  }

  #authorization(): string {
    const { user, password } = this.#options;
    return `Basic ${Buffer.from(`${user}:${password.reveal()}`).toString("base64")}`;
  }

  #connect(): void {
    const url = new URL("/ari/events", this.#options.url);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    url.searchParams.set("app", this.#options.app);
    // Registrations too: they are of no channel, and cannot be subscribed to while there is no account.
    url.searchParams.set("subscribeAll", "true");
    const socket = new WebSocket(url, {
      headers: { authorization: this.#authorization() },
      maxPayload: MAX_EVENT_BYTES,
      perMessageDeflate: false,
      followRedirects: false,
    });
    this.#socket = socket;
    const patience = this.#options.clock.after(CONNECT_TIMEOUT, "the events of ARI", () => socket.terminate());
    socket.on("open", () => {
      patience();
      if (this.#socket !== socket) return;
      this.#connected = true;
      this.#watch(socket);
      this.#options.log.info("ari_connected");
      this.#events.emit("connected", undefined);
    });
    socket.on("message", (data) => this.#received(String(data)));
    socket.on("unexpected-response", (_request, response) => {
      this.#lastError = refusal(response.statusCode ?? 0, "the events of ARI");
      response.resume();
      socket.terminate();
    });
    socket.on("error", (error) => {
      if (this.#lastError === null || systemCodeOf(error) !== undefined) this.#lastError = unreachable(error);
    });
    socket.on("close", () => {
      patience();
      if (this.#socket === socket) this.#closed();
    });
  }

  /** A machine that was taken away sends no end: without an answer to two pings it is over. */
  #watch(socket: WebSocket): void {
    let answered = true;
    let pings = 0;
    socket.on("pong", () => {
      answered = true;
      // Two boxes at one Asterisk take the application from each other: whoever has just lost it waits longer each time.
      this.#attempt = 0;
    });
    const ping = (): void => {
      if (socket.readyState !== WebSocket.OPEN) return;
      if (!answered) {
        socket.terminate();
        return;
      }
      answered = false;
      socket.ping();
      if (++pings % CHECK_EACH_PINGS === 0) void this.#check(socket);
      this.#timer = this.#options.clock.after(PING_EVERY, "ping of ARI", ping);
    };
    this.#timer = this.#options.clock.after(PING_EVERY, "ping of ARI", ping);
  }

  #received(text: string): void {
    let event: unknown;
    try {
      event = JSON.parse(text);
    } catch {
      this.#options.log.warn("ari_bad_event");
      return;
    }
    if (isReplaced(event, this.#options.app)) this.#replaced();
    else this.#events.emit("event", event);
  }

  /** A connection may stay open and hear nothing for ever: when its application is gone in Asterisk, it is made anew. */
  async #check(socket: WebSocket): Promise<void> {
    try {
      await this.request({ method: "GET", path: `applications/${encodeURIComponent(this.#options.app)}` });
    } catch (error) {
      if (hasCode(error, "voice.ari_gone") && this.#socket === socket) this.#replaced();
    }
  }

  #replaced(): void {
    this.#lastError = new AppError("voice.ari_replaced", "another program took the box's place at Asterisk", {
      hint: "Give each box an Asterisk of its own, or each its own user; the box takes its place back by itself.",
      retryable: true,
    });
    this.#options.log.warn("ari_replaced");
    this.#socket?.terminate();
  }

  #closed(): void {
    this.#socket = null;
    this.#timer?.();
    this.#timer = null;
    this.#down();
    if (!this.#running) return;
    const { clock, random } = this.#options;
    const backoff = hasCode(this.#lastError, "voice.ari_replaced") ? REPLACED_BACKOFF : BACKOFF;
    const wait = backoffDelay(backoff, ++this.#attempt, randomFraction(random));
    this.#timer = clock.after(wait, "connecting to ARI again", () => this.#connect());
  }

  #down(): void {
    if (!this.#connected) return;
    this.#connected = false;
    this.#options.log.warn("ari_lost", { code: this.#lastError?.code });
    this.#events.emit("lost", undefined);
  }
}

/** Asterisk tells whoever had the application, and nothing more from then on; the connection stays open. */
function isReplaced(event: unknown, app: string): boolean {
  const told = ariReplaced.safeParse(event);
  return told.success && told.data.application === app;
}

async function boundedText(answer: Response, what: string): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  if (answer.body === null) return "";
  for await (const part of answer.body) {
    size += part.length;
    if (size > MAX_ANSWER_BYTES) throw new AppError("voice.ari_bad_answer", `${what}: Asterisk's answer is too long`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}

function parsed(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AppError("voice.ari_bad_answer", `${what}: Asterisk's answer is not JSON`, { cause });
  }
}
