// Takes Asterisk's connections on the loopback. A call is announced before Asterisk is told to connect: who comes with an id that nobody
// waits for, or with none, is refused.

import { createServer, type Server, type Socket } from "node:net";
import {
  AppError,
  type Clock,
  type Deferred,
  type Disposer,
  deferred,
  type Logger,
  type Millis,
  millis,
  stoppedError,
  systemCodeOf,
  toHex,
  withDeadline,
} from "../../base/index.ts";
import type { AudioLink } from "./audio-link.ts";
import { encodeFrame, FrameDecoder, KIND } from "./audiosocket-codec.ts";
import { MediaSession, type SoundSession } from "./media-session.ts";

export interface ExpectedLink {
  /** Errors: `base.timeout` when Asterisk did not come, `base.stopped`. */
  readonly link: Promise<AudioLink>;
  /** Nobody waits any more; a link that is there is closed. */
  cancel(): void;
}

/** Where Asterisk's sound comes in, in this thread or in another. */
export interface SoundServer {
  /** The port that it listens at. */
  readonly port: number;
  /** Errors: `voice.audiosocket_port` when the port is taken. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Before Asterisk is told: waits for the connection that begins with `id` (16 bytes). */
  expect(id: Uint8Array, signal?: AbortSignal): ExpectedLink;
  /** What plays and exchanges sound over a link of this server. */
  session(link: AudioLink): SoundSession;
}

export interface AudioSocketServerOptions {
  readonly host: string;
  /** 0: any. */
  readonly port: number;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Until the id must have come; everything is on one machine. */
const ID_TIMEOUT: Millis = millis(3000);
const CONNECT_TIMEOUT: Millis = millis(5000);
/** Connections without an id at once; each box has at most 32 calls. */
const MAX_STRANGERS = 16;
/** 200 ms of sound. More in the socket means that Asterisk stands still. */
const MAX_UNSENT = 10 * 323;

export class AudioSocketServer implements SoundServer {
  readonly #options: AudioSocketServerOptions;
  readonly #expected = new Map<string, Deferred<AudioLink>>();
  readonly #sockets = new Set<Socket>();
  #server: Server | null = null;
  #strangers = 0;
  #refused = 0;

  constructor(options: AudioSocketServerOptions) {
    this.#options = options;
  }

  /** Connections that were refused: without an id, or with one that nobody waits for. */
  get refused(): number {
    return this.#refused;
  }

  /** Sockets that are open. */
  get open(): number {
    return this.#sockets.size;
  }

  get waiting(): number {
    return this.#expected.size;
  }

  get port(): number {
    const address = this.#server?.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  async start(): Promise<void> {
    const server = createServer({ noDelay: true }, (socket) => this.#take(socket));
    await new Promise<void>((resolve, reject) => {
      server.once("error", (cause) => reject(cannotListen(cause, this.#options.port)));
      server.listen(this.#options.port, this.#options.host, resolve);
    });
    server.on("error", (error) => this.#options.log.warn("audiosocket_error", { reason: systemCodeOf(error) ?? "" }));
    this.#server = server;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    for (const waiter of this.#expected.values()) waiter.reject(stoppedError("waiting for Asterisk's sound"));
    this.#expected.clear();
    for (const socket of this.#sockets) socket.destroy();
    if (server !== null) await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  session(link: AudioLink): SoundSession {
    return new MediaSession(link, this.#options.clock);
  }

  expect(id: Uint8Array, signal?: AbortSignal): ExpectedLink {
    const key = toHex(id);
    const waiter = deferred<AudioLink>();
    this.#expected.set(key, waiter);
    let cancelled = false;
    const forget = (): void => {
      if (this.#expected.get(key) === waiter) this.#expected.delete(key);
    };
    const what = "the connection of Asterisk for the sound of a call";
    const link = withDeadline(waiter.promise, { clock: this.#options.clock, timeout: CONNECT_TIMEOUT, what, signal });
    link.then(
      (open) => cancelled && open.close(),
      () => {
        forget();
        // It may come in the very moment in which nobody waits any more.
        waiter.promise.then(
          (late) => late.close(),
          () => {},
        );
      },
    );
    const cancel = (): void => {
      cancelled = true;
      forget();
      waiter.reject(stoppedError(what));
      waiter.promise.then(
        (open) => open.close(),
        () => {},
      );
    };
    return { link, cancel };
  }

  #take(socket: Socket): void {
    if (this.#strangers >= MAX_STRANGERS) {
      this.#refused++;
      socket.destroy();
      return;
    }
    this.#strangers++;
    this.#sockets.add(socket);
    const decoder = new FrameDecoder();
    let link: SocketLink | null = null;
    const known = (): void => {
      patience();
      this.#strangers--;
    };
    const patience = this.#options.clock.after(ID_TIMEOUT, "id of a connection for sound", () => socket.destroy());
    socket.on("data", (chunk: Uint8Array) => {
      try {
        for (const { kind, payload } of decoder.push(chunk)) {
          if (link !== null) link.receive(kind, payload);
          else {
            link = this.#recognise(socket, kind, payload);
            if (link === null) {
              socket.destroy();
              return;
            }
            known();
          }
        }
      } catch (error) {
        this.#options.log.warn("audiosocket_bad_frame", { code: error instanceof AppError ? error.code : "?" });
        socket.destroy();
      }
    });
    socket.on("error", () => socket.destroy());
    socket.once("close", () => {
      this.#sockets.delete(socket);
      if (link === null) {
        known();
        this.#refused++;
      } else link.closed();
    });
  }

  #recognise(socket: Socket, kind: number, payload: Uint8Array): SocketLink | null {
    const key = toHex(payload);
    const waiter = kind === KIND.id && payload.length === 16 ? this.#expected.get(key) : undefined;
    if (waiter === undefined) return null;
    this.#expected.delete(key);
    const link = new SocketLink(socket);
    waiter.resolve(link);
    return link;
  }
}

class SocketLink implements AudioLink {
  readonly #socket: Socket;
  readonly #onAudio = new Set<(pcm: Uint8Array) => void>();
  readonly #onClose = new Set<() => void>();
  #closed = false;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  send(pcm: Uint8Array): boolean {
    if (this.#closed || this.#socket.writableLength > MAX_UNSENT) return false;
    this.#socket.write(encodeFrame(KIND.audio, pcm));
    return true;
  }

  onAudio(listener: (pcm: Uint8Array) => void): Disposer {
    this.#onAudio.add(listener);
    return () => {
      this.#onAudio.delete(listener);
    };
  }

  onClose(listener: () => void): Disposer {
    if (this.#closed) {
      listener();
      return () => {};
    }
    this.#onClose.add(listener);
    return () => {
      this.#onClose.delete(listener);
    };
  }

  close(): void {
    if (this.#closed) return;
    this.#socket.end(encodeFrame(KIND.hangUp, new Uint8Array()));
    this.#socket.destroySoon();
    this.closed();
  }

  /** Digits come here a second time; ARI's count. */
  receive(kind: number, payload: Uint8Array): void {
    if (kind === KIND.audio) for (const listener of [...this.#onAudio]) listener(payload);
    else if (kind === KIND.hangUp || kind === KIND.error) this.#socket.destroy();
  }

  closed(): void {
    if (this.#closed) return;
    this.#closed = true;
    const listeners = [...this.#onClose];
    this.#onClose.clear();
    this.#onAudio.clear();
    for (const listener of listeners) listener();
  }
}

function cannotListen(cause: unknown, port: number): AppError {
  return new AppError("voice.audiosocket_port", `the port ${port} for Asterisk's sound cannot be listened at`, {
    hint: "Set another `audiosocket` port, or end the program that has it.",
    cause,
    context: { port, reason: systemCodeOf(cause) ?? "" },
  });
}
