// One AT conversation over a link: one command in flight, URCs taken out of the stream first, every wait with a deadline. After an
// answer that did not come the stream is not trusted until a distinctive question has been answered.

import {
  type AtCommand,
  type AtFrame,
  AtFramer,
  classifyUrc,
  command,
  type FinalResult,
  parseFinal,
  type Urc,
} from "../at/index.ts";
import {
  AppError,
  type Clock,
  type Deferred,
  type Disposer,
  deferred,
  hasCode,
  type Logger,
  type Millis,
  messageOf,
  millis,
  SerialQueue,
  stoppedError,
  utf8,
} from "../base/index.ts";
import type { ByteLink } from "./byte-link.ts";

export interface AtReply {
  /** Lines between echo and final result, URCs taken out. */
  readonly lines: readonly string[];
}

export interface UrcMessage {
  readonly urc: Urc;
  /** The line that follows +CMT, +CDS and +CBM: a PDU in hex. */
  readonly pdu: string | null;
}

export interface AtChannelOptions {
  readonly link: ByteLink;
  readonly clock: Clock;
  readonly log: Logger;
  readonly onUrc: (message: UrcMessage) => void;
  readonly onClose: () => void;
}

interface InFlight {
  readonly command: AtCommand;
  readonly lines: string[];
  readonly result: Deferred<FinalResult>;
}

/** A line that has begun must end within this, or it is junk (a reset in the middle of a line). */
const LINE_DEADLINE: Millis = millis(2000);
const RESYNC_ATTEMPTS = 3;
/** Lines kept of one reply; a full storage of 255 messages has 510. */
const MAX_REPLY_LINES = 4096;

export class AtChannel {
  readonly #options: AtChannelOptions;
  readonly #framer = new AtFramer();
  readonly #queue = new SerialQueue("AT channel");
  readonly #disposers: readonly Disposer[];
  #inFlight: InFlight | null = null;
  #pduFor: Urc | null = null;
  #cancelLineDeadline: Disposer | null = null;
  #inDoubt = false;
  #closed = false;

  constructor(options: AtChannelOptions) {
    this.#options = options;
    this.#disposers = [
      options.link.onData((chunk) => this.#onData(chunk)),
      options.link.onClose(() => {
        this.#shut(new AppError("modem.closed", "the modem's port was closed", { retryable: true }));
        options.onClose();
      }),
    ];
  }

  /**
   * Sends one command and waits for its final result. Rejects with `modem.timeout` (retryable), `modem.closed`, `modem.io` or
   * `base.stopped`; with `modem.error` when the modem answers an error, its fixed name in the context.
   */
  send(request: AtCommand): Promise<AtReply> {
    return this.#queue.run(async () => {
      if (this.#inDoubt) await this.#resynchronise();
      return await this.#exchange(request);
    });
  }

  /** Settles all callers and closes the link. Idempotent. */
  async close(): Promise<void> {
    this.#shut(stoppedError("AT channel"));
    await this.#options.link.close();
  }

  #shut(reason: AppError): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#cancelLineDeadline?.();
    for (const dispose of this.#disposers) dispose();
    this.#inFlight?.result.reject(reason);
    this.#inFlight = null;
    this.#queue.stop();
  }

  /** A late answer of the command that timed out must not be taken for the next one's: ask what only one reply can answer. */
  async #resynchronise(): Promise<void> {
    for (let attempt = 0; attempt < RESYNC_ATTEMPTS; attempt++) {
      const lines = await this.#exchange(command.signal()).then(
        (reply) => reply.lines,
        (error) => {
          if (hasCode(error, "modem.error")) return [];
          throw error;
        },
      );
      if (lines.some((line) => line.startsWith("+CSQ"))) {
        this.#inDoubt = false;
        return;
      }
    }
    throw new AppError("modem.out_of_step", "the modem's answers do not belong to the questions", { retryable: true });
  }

  async #exchange(request: AtCommand): Promise<AtReply> {
    if (this.#closed) throw new AppError("modem.closed", "the modem's port is closed", { retryable: true });
    const flight: InFlight = { command: request, lines: [], result: deferred<FinalResult>() };
    this.#inFlight = flight;
    let cancel: Disposer = () => {};
    try {
      await this.#options.link.write(utf8(`${request.text}\r`));
      cancel = this.#options.clock.after(request.timeoutMs, `AT${request.prefix}`, () => this.#timeOut(flight));
      const final = await flight.result.promise;
      if (final.kind === "error") throw modemError(request, final);
      return { lines: flight.lines };
    } finally {
      cancel();
      if (this.#inFlight === flight) this.#inFlight = null;
    }
  }

  #timeOut(flight: InFlight): void {
    this.#inDoubt = true;
    const message = `AT${flight.command.prefix} was not answered within ${flight.command.timeoutMs} ms`;
    flight.result.reject(
      new AppError("modem.timeout", message, { retryable: true, context: { command: flight.command.prefix } }),
    );
  }

  #onData(chunk: Uint8Array): void {
    this.#cancelLineDeadline?.();
    this.#cancelLineDeadline = null;
    for (const frame of this.#framer.push(chunk)) this.#onFrame(frame);
    const last = chunk.at(-1);
    if (last === 0x0a || last === 0x0d || this.#closed) return;
    this.#cancelLineDeadline = this.#options.clock.after(LINE_DEADLINE, "AT line", () => {
      for (const frame of this.#framer.flush()) this.#onFrame(frame);
    });
  }

  #onFrame(frame: AtFrame): void {
    if (frame.kind === "discarded") {
      this.#options.log.warn("at_discarded", { bytes: frame.length, reason: frame.reason });
    } else if (frame.kind === "line") {
      this.#onLine(frame.text);
    }
  }

  #onLine(text: string): void {
    const pduFor = this.#pduFor;
    if (pduFor !== null) {
      this.#pduFor = null;
      if (/^[0-9A-Fa-f]+$/.test(text)) return this.#emit({ urc: pduFor, pdu: text });
    }
    const flight = this.#inFlight;
    const urc = classifyUrc(text, flight === null ? {} : { pendingPrefix: flight.command.prefix });
    if (urc !== null) {
      if (urc.kind === "cmt" || urc.kind === "cds" || urc.kind === "cbm") this.#pduFor = urc;
      else this.#emit({ urc, pdu: null });
      return;
    }
    if (flight === null || text === flight.command.text) return;
    const final = parseFinal(text);
    if (final !== null) flight.result.resolve(final);
    else if (flight.lines.length < MAX_REPLY_LINES) flight.lines.push(text);
  }

  #emit(message: UrcMessage): void {
    try {
      this.#options.onUrc(message);
    } catch (error) {
      this.#options.log.error("urc_handler_failed", { urc: message.urc.kind, reason: messageOf(error) });
    }
  }
}

function modemError(request: AtCommand, final: Extract<FinalResult, { kind: "error" }>): AppError {
  const name = final.name ?? final.source;
  return new AppError("modem.error", `AT${request.prefix} was answered with ${name}`, {
    retryable: true,
    context: { command: request.prefix, source: final.source, code: final.code, name },
  });
}
