// One chat with a bot: pairing, the few words it understands, and notices at a pace that Telegram allows.

import {
  AppError,
  type Clock,
  hours,
  isAppError,
  type Millis,
  millis,
  minutes,
  type Random,
  randomFraction,
  seconds,
} from "../../base/index.ts";
import type { TelegramBot } from "../../notify/index.ts";
import { freshPace, type NoticePace, paceFailed, paceMuted, paceSent, paceStep } from "../../renter/index.ts";
import type { TelegramKeys } from "./telegram-keys.ts";
import type { NoticeSource } from "./telegram-sources.ts";

export interface TelegramChatDeps {
  readonly bot: TelegramBot;
  readonly clock: Clock;
  readonly random: Random;
  readonly heardUpTo: () => number;
  readonly setHeard: (update: number) => Promise<void>;
  readonly problem: (error: AppError) => void;
  readonly told: (count: number) => void;
}

const PAIRING_WITHIN = minutes(10);
/** Strangers may write to a bot: who guesses a million codes must not find one. */
const WRONG_CODES = 20;
const ASK_AGAIN = seconds(5);
const MUTE = /^\/mute(?:@\w+)?(?:\s+(\d{1,3})\s*(m|h|d))?$/;
const UNITS = { m: minutes(1), h: hours(1), d: hours(24) } as const;
const HELP = "/mute 2h (or 30m, 1d): be quiet for a while\n/unmute: tell again\n/status: what waits";

/** Resolves with the chat from which `/start code` came. Rejects with `notify.not_paired`, `notify.bad_token` or `base.stopped`. */
export async function pairChat(deps: TelegramChatDeps, code: string, signal: AbortSignal): Promise<string> {
  const { clock } = deps;
  const until = clock.monotonic() + PAIRING_WITHIN;
  const hear = earOf(deps);
  let wrong = 0;
  while (clock.monotonic() < until && wrong < WRONG_CODES) {
    for (const { chat, text } of await hear(signal)) {
      if (chat !== "" && text.trim() === `/start ${code}`) return chat;
      if (text.startsWith("/start ")) wrong++;
    }
  }
  throw new AppError("notify.not_paired", "nobody wrote the code to the bot", { hint: "Start again, for a new code." });
}

/** Hears what is written to the bot; a fault that lasts is told once. */
function earOf({ bot, clock, heardUpTo, setHeard, problem }: TelegramChatDeps) {
  let isDeaf = false;
  return async (signal: AbortSignal): Promise<Awaited<ReturnType<TelegramBot["heard"]>>> => {
    try {
      const heard = await bot.heard(heardUpTo(), signal);
      isDeaf = false;
      const last = heard.at(-1);
      if (last !== undefined) await setHeard(last.update);
      return heard;
    } catch (error) {
      // A request that was broken off says nothing of Telegram, and must not hide why it was.
      signal.throwIfAborted();
      if (!isAppError(error) || !error.retryable) throw error;
      if (!isDeaf) problem(error);
      isDeaf = true;
      await clock.sleep(ASK_AGAIN, "asking Telegram again", signal);
      return [];
    }
  };
}

export class TelegramChat {
  readonly #deps: TelegramChatDeps;
  readonly #chat: string;
  readonly #sources: NoticeSource[];
  readonly #keys: Pick<TelegramKeys, "watch">;
  #pace: NoticePace = freshPace();
  #pausing: AbortController | null = null;

  /** `sources` of now; `keys` brings those that come later. */
  constructor(
    deps: TelegramChatDeps,
    chat: string,
    { sources, keys }: { readonly sources: readonly NoticeSource[]; readonly keys: Pick<TelegramKeys, "watch"> },
  ) {
    this.#deps = deps;
    this.#chat = chat;
    this.#sources = [...sources];
    this.#keys = keys;
  }

  /** Goes on until `signal` aborts, then resolves. Rejects with `notify.bad_token`, or as a source does. */
  async run(signal: AbortSignal): Promise<void> {
    const stop = new AbortController();
    const ending = AbortSignal.any([signal, stop.signal]);
    const running: Promise<void>[] = [];
    const start = (part: Promise<void>): void => {
      const settled = part.catch((error: unknown) => {
        stop.abort();
        if (!signal.aborted) throw error;
      });
      // Its fault is told at the end, with those of the others.
      settled.catch(() => {});
      running.push(settled);
    };
    const startSource = (source: NoticeSource): void => start(source.run(() => this.#wake(), ending));
    start(this.#listen(ending));
    start(this.#tell(ending));
    for (const source of this.#sources) startSource(source);
    start(
      this.#keys.watch((source) => {
        this.#sources.push(source);
        startSource(source);
      }, ending),
    );
    const faults: unknown[] = [];
    while (running.length > 0) {
      const results = await Promise.allSettled(running.splice(0));
      faults.push(...results.flatMap((each) => (each.status === "rejected" ? [each.reason as unknown] : [])));
    }
    // What the others say is only that they were stopped.
    const [fault] = [...faults.filter((each) => !isStopped(each)), ...faults];
    if (fault !== undefined) throw fault;
  }

  #waiting(): number {
    return this.#sources.reduce((sum, source) => sum + source.waiting(), 0);
  }

  async #tell(signal: AbortSignal): Promise<void> {
    const { clock } = this.#deps;
    for (;;) {
      const step = paceStep(this.#pace, clock.now(), this.#waiting());
      if (step.kind === "send") await this.#send(step.count, signal);
      else await this.#pause(step.kind === "idle" ? hours(1) : millis(step.until - clock.now()), signal);
    }
  }

  async #send(count: number, signal: AbortSignal): Promise<void> {
    const source = this.#sources.find((each) => each.waiting() > 0);
    if (source === undefined) return;
    const notice = source.next(count);
    if (!(await this.#write(notice.text, signal))) return;
    await notice.done();
    this.#deps.told(notice.count);
  }

  /** True when Telegram took it; else the pace knows. */
  async #write(text: string, signal: AbortSignal): Promise<boolean> {
    const { bot, clock, random, problem } = this.#deps;
    const outcome = await bot.send(this.#chat, text, signal);
    signal.throwIfAborted();
    if (outcome.kind === "sent") {
      this.#pace = paceSent(this.#pace, clock.now());
      return true;
    }
    const { code, status, after } = outcome.kind === "retry" ? outcome : { ...outcome, after: null };
    const refused = new AppError("notify.http_status", `Telegram did not take a message (${status ?? code})`, {
      hint: status === 403 ? "Unblock the bot in your Telegram, or write /start to it." : "It is sent again.",
      retryable: true,
    });
    if (code === "notify.bad_token") throw badToken();
    if (this.#pace.failures === 0) problem(refused);
    this.#pace = paceFailed(this.#pace, clock.now(), after, randomFraction(random));
    return false;
  }

  async #listen(signal: AbortSignal): Promise<void> {
    const hear = earOf(this.#deps);
    for (;;) {
      for (const { chat, text } of await hear(signal)) if (chat === this.#chat) await this.#answer(text.trim(), signal);
    }
  }

  async #answer(text: string, signal: AbortSignal): Promise<void> {
    await this.#write(this.#understood(text), signal);
    this.#wake();
  }

  #understood(text: string): string {
    const { clock } = this.#deps;
    const mute = MUTE.exec(text);
    if (mute !== null) {
      const span: Millis = millis(Number(mute[1] ?? 1) * UNITS[(mute[2] ?? "h") as keyof typeof UNITS]);
      this.#pace = paceMuted(this.#pace, clock.now(), span);
      return `Quiet for ${mute[1] ?? 1}${mute[2] ?? "h"}. Nothing is lost; /unmute ends it.`;
    }
    if (/^\/unmute\b/.test(text)) {
      this.#pace = paceMuted(this.#pace, clock.now(), millis(0));
      return "You are told again.";
    }
    if (/^\/status\b/.test(text)) {
      const quiet = this.#pace.mutedUntil > clock.now() ? " Quiet for now; /unmute ends it." : "";
      return `${this.#waiting()} SMS that you were not told of.${quiet}`;
    }
    return HELP;
  }

  /** Until `span` has passed, or something has changed. */
  async #pause(span: Millis, signal: AbortSignal): Promise<void> {
    const pausing = new AbortController();
    this.#pausing = pausing;
    const either = AbortSignal.any([signal, pausing.signal]);
    await this.#deps.clock.sleep(span, "something to tell", either).catch((error: unknown) => {
      if (signal.aborted) throw error;
    });
  }

  #wake(): void {
    this.#pausing?.abort();
  }
}

const badToken = (): AppError =>
  new AppError("notify.bad_token", "Telegram does not know the bot of this token", { hint: "Ask @BotFather for it." });

const isStopped = (error: unknown): boolean =>
  (isAppError(error) && error.code === "base.stopped") || (error instanceof Error && error.name === "AbortError");
