// One AT conversation over a link: one command in flight, every wait with a deadline. After an answer that did not come, the stream is
// not trusted until a question has been answered that only one reply can answer.

import { type AtCommand, command, type FinalResult, parseFinal, splitPrefix } from "../at/index.ts";
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
  SerialQueue,
  stoppedError,
  utf8,
  withDeadline,
  wrapError,
} from "../base/index.ts";
import { modemError, notAnswered, outOfStep, writeStuck } from "./at-errors.ts";
import { AtLines, type UrcMessage } from "./at-lines.ts";
import type { ByteLink } from "./byte-link.ts";
import { CLOSE_LIMIT, QUIET, WRITE_LIMIT } from "./timeouts.ts";

export interface AtReply {
  /** Lines between echo and final result, URCs taken out. */
  readonly lines: readonly string[];
}

export interface AtChannelOptions {
  readonly link: ByteLink;
  readonly clock: Clock;
  readonly log: Logger;
  readonly onUrc: (message: UrcMessage) => void;
  /** The link went away by itself. */
  readonly onClose: () => void;
  /** A command was given up: its answer may still come. */
  readonly onTimeout: () => void;
}

interface InFlight {
  readonly command: AtCommand;
  /** Set while answers of earlier commands may still come: only a final result after a line with this prefix counts. */
  readonly proof: string | null;
  readonly lines: string[];
  readonly result: Deferred<FinalResult>;
  /** Another command's reply was among the lines. */
  foreign: boolean;
  /** Starts the wait for the answer anew. */
  wait: () => void;
}

/** Lines kept of one reply; a full storage of 255 messages has 510. */
const MAX_REPLY_LINES = 4096;
/** Looks for silence before the modem counts as out of step. */
const QUIET_ATTEMPTS = 20;
/** Prefixes that nothing but the reply to their own command has; +CSQ is not one of them: some modems report it unasked. */
const DISTINCTIVE: ReadonlySet<string> = new Set(["+COPS", "+CPMS", "+CMGL", "+CMGR", "+CNMI"]);
/** Commands that a character ends before their time (V.250 6.3.1, 6.3.5). To any other it is an empty line of no effect. */
const ABORTABLE: ReadonlySet<string> = new Set(["D", "A"]);
/** Asked in turn, so that the late answer of one is not taken for that of the next. All are answered from the modem's memory. */
const QUESTIONS: readonly AtCommand[] = [command.signal(), command.readIndications(), command.readRegistration()];
/** Ends the text that a modem may wait for; before a command it means nothing (TS 27.005 3.5.1, V.250 5.2.1). */
const ESC = "\x1b";

export class AtChannel {
  readonly #options: AtChannelOptions;
  readonly #lines: AtLines;
  readonly #queue = new SerialQueue("AT channel");
  readonly #abort = new AbortController();
  readonly #disposers: readonly Disposer[];
  #inFlight: InFlight | null = null;
  #inDoubt = false;
  /** Reply lines so far, whoever they were for; echoes do not count. */
  #heard = 0;
  #asked = 0;
  #answeredAt: Millis;
  /** Why the conversation is over. */
  #over: AppError | null = null;

  constructor(options: AtChannelOptions) {
    this.#options = options;
    this.#answeredAt = options.clock.monotonic();
    this.#lines = new AtLines({
      ...options,
      pendingPrefix: () => this.#inFlight?.command.prefix,
      onLine: (text) => this.#onLine(text),
      // Nothing that is sent here asks for one: somebody before us left the modem inside of a command that sends a message.
      onPrompt: () => this.doubt(),
    });
    this.#disposers = [
      options.link.onData((chunk) => this.#lines.push(chunk)),
      options.link.onClose(() => this.#onLinkClosed()),
    ];
  }

  /**
   * Sends one command and waits for its final result. Rejects with `modem.timeout`, `modem.out_of_step`, `modem.closed`,
   * `modem.io` or `modem.write_stuck` (all retryable) or `base.stopped`; with `modem.error` when the modem answers an error, with its
   * fixed name in the context and `transient` true when the same command may work a moment later.
   */
  send(request: AtCommand): Promise<AtReply> {
    return this.#queue.run(async () => {
      if (this.#over === null && this.#inDoubt) await this.#resynchronise();
      return await this.#exchange(request, null);
    });
  }

  /** Ends a dialling or answering that is under way, as any character does (V.250 5.6.1); its final result follows. Else it does nothing. */
  interrupt(): void {
    if (!ABORTABLE.has(this.#inFlight?.command.prefix ?? "")) return;
    this.#options.link.write(utf8("\r")).catch((error) => {
      this.#options.log.info("interrupt_failed", { reason: messageOf(error) });
    });
  }

  /** When the last command was answered, monotonic; before the first, when the conversation began. */
  get answeredAt(): Millis {
    return this.#answeredAt;
  }

  /** A reply made no sense: the next command asks first whether answers and questions still belong together. */
  doubt(): void {
    this.#inDoubt = true;
  }

  /** Settles all callers and closes the link. Resolves in `CLOSE_LIMIT` at the latest. Idempotent. */
  async close(): Promise<void> {
    this.release();
    const { link, clock, log } = this.#options;
    await withDeadline(link.close(), { clock, timeout: CLOSE_LIMIT, what: "closing the modem's port" }).catch((error) =>
      log.warn("port_close_failed", { reason: messageOf(error) }),
    );
  }

  /** Settles all callers and lets go of the link, which stays open. Idempotent. */
  release(): void {
    this.#end(stoppedError("AT channel"));
  }

  #onLinkClosed(): void {
    this.#end(new AppError("modem.closed", "the modem's port was closed", { retryable: true }));
    this.#options.onClose();
  }

  #end(reason: AppError): void {
    if (this.#over !== null) return;
    this.#over = reason;
    this.#lines.stop();
    for (const dispose of this.#disposers) dispose();
    this.#inFlight?.result.reject(reason);
    this.#abort.abort(reason);
  }

  /** Asks until one question is answered by its own reply and nothing follows. A modem that says nothing at all is given up at once. */
  async #resynchronise(): Promise<void> {
    for (let attempt = 0; attempt < QUESTIONS.length; attempt++) {
      const question = QUESTIONS[this.#asked++ % QUESTIONS.length] ?? command.signal();
      const heard = this.#heard;
      try {
        await this.#exchange(question, question.prefix);
        await this.#untilQuiet();
        this.#inDoubt = false;
        return;
      } catch (error) {
        if (this.#over !== null) throw this.#over;
        const again = hasCode(error, "modem.timeout") || hasCode(error, "modem.error");
        if (!again || this.#heard === heard) throw error;
      }
    }
    throw outOfStep();
  }

  async #untilQuiet(): Promise<void> {
    for (let attempt = 0; attempt < QUIET_ATTEMPTS; attempt++) {
      const heard = this.#heard;
      await this.#options.clock.sleep(QUIET, "AT silence", this.#abort.signal);
      if (heard === this.#heard) return;
    }
    throw outOfStep();
  }

  async #exchange(request: AtCommand, proof: string | null): Promise<AtReply> {
    if (this.#over !== null) throw this.#over;
    const flight: InFlight = { command: request, proof, lines: [], result: deferred(), foreign: false, wait: () => {} };
    this.#inFlight = flight;
    try {
      await this.#write(flight);
      const final = await this.#finalOf(flight);
      if (final.kind === "error") throw modemError(request, final);
      return { lines: flight.lines };
    } finally {
      this.#inFlight = null;
    }
  }

  /** Resolves when the bytes are out, or earlier when the answer is there already. */
  async #write({ command: request, proof, result }: InFlight): Promise<void> {
    const { clock, link } = this.#options;
    const cancel = clock.after(WRITE_LIMIT, "AT write", () => result.reject(writeStuck(request)));
    try {
      const text = proof === null ? request.text : ESC + request.text;
      await Promise.race([link.write(utf8(`${text}\r`)), result.promise]);
    } catch (error) {
      // Nobody knows how much of the command has left.
      this.#inDoubt = true;
      throw wrapError(error, "modem.io", `writing AT${request.prefix} failed`, { retryable: true });
    } finally {
      cancel();
    }
  }

  async #finalOf(flight: InFlight): Promise<FinalResult> {
    const { prefix, timeoutMs } = flight.command;
    let cancel: Disposer = () => {};
    // A long listing over a slow line is no silence: each line of it shows that the modem is at work.
    flight.wait = () => {
      cancel();
      cancel = this.#options.clock.after(timeoutMs, `AT${prefix}`, () => {
        this.#inDoubt = true;
        this.#options.onTimeout();
        flight.result.reject(notAnswered(flight.command));
      });
    };
    flight.wait();
    try {
      const final = await flight.result.promise;
      this.#answeredAt = this.#options.clock.monotonic();
      return final;
    } finally {
      cancel();
      flight.wait = () => {};
    }
  }

  #onLine(text: string): void {
    const flight = this.#inFlight;
    // An echo is no answer: a modem that hangs may echo on.
    if (text === flight?.command.text) return;
    this.#heard++;
    if (flight === null) return;
    const final = parseFinal(text);
    if (final !== null) this.#onFinal(flight, final);
    else if (flight.lines.length < MAX_REPLY_LINES) {
      const prefix = splitPrefix(text)?.prefix ?? "";
      flight.foreign ||= prefix !== flight.command.prefix && DISTINCTIVE.has(prefix);
      flight.lines.push(text);
      flight.wait();
    }
  }

  #onFinal(flight: InFlight, final: FinalResult): void {
    const { proof, lines } = flight;
    if (proof !== null && !lines.some((line) => splitPrefix(line)?.prefix === proof)) {
      // The end of an older answer.
      lines.length = 0;
    } else if (proof === null && flight.foreign) {
      this.#inDoubt = true;
      flight.result.reject(outOfStep());
    } else {
      flight.result.resolve(final);
    }
  }
}
