// USSD over one AT conversation: runs the session's machine. The answer comes as a URC before or after the command's OK, so the command
// is sent and forgotten; SMS are read between the steps of a session as at any other time.

import { command, type Urc } from "../at/index.ts";
import {
  AppError,
  type Clock,
  type Deferred,
  type Disposer,
  deferred,
  hasCode,
  type Logger,
  messageOf,
  type UnixMs,
} from "../base/index.ts";
import {
  stepUssd,
  type UssdAnswer,
  type UssdEffect,
  type UssdInput,
  type UssdNotice,
  type UssdOutcome,
  type UssdPhase,
  type UssdPort,
  ussdError,
  ussdIdle,
} from "../core/index.ts";
import { decodeUssd, encodeUssd, type UssdForm } from "../sms/index.ts";
import type { AtChannel } from "./at-channel.ts";

export interface UssdServiceOptions {
  readonly channel: Pick<AtChannel, "send">;
  readonly clock: Clock;
  readonly log: Logger;
  readonly now: () => UnixMs;
  /** How the modem wants a request. */
  readonly form: () => UssdForm;
  /** The network said something without being asked; `notice()` has the text. */
  readonly onNotice: () => void;
}

/** The command was sent but not answered: the network's answer may come nevertheless. */
const MAY_COME_YET = ["modem.timeout", "modem.out_of_step"] as const;

export class UssdService implements UssdPort {
  readonly #options: UssdServiceOptions;
  #phase: UssdPhase = ussdIdle;
  #caller: Deferred<UssdAnswer> | null = null;
  #cancelTimer: Disposer = () => {};
  #notice: UssdNotice | null = null;
  /** Requests so far; the number of the last one whose command is still under way, 0 for none. */
  #requests = 0;
  #underWay = 0;
  /** The last request whose command got no answer, while the network's may come. */
  #unanswered = 0;
  /** The modem's alphabet was set to UCS-2. */
  #wide = false;

  constructor(options: UssdServiceOptions) {
    this.#options = options;
  }

  ask(code: string): Promise<UssdAnswer> {
    return this.#enter({ type: "ask", text: code });
  }

  reply(text: string): Promise<UssdAnswer> {
    return this.#enter({ type: "reply", text });
  }

  cancel(): void {
    this.#input({ type: "cancel" });
  }

  notice(): UssdNotice | null {
    return this.#notice;
  }

  /** The modem may be mute only because it waits for the network, as some do: for `ANSWER_LIMIT` that is no reason to start over. */
  get holdsModem(): boolean {
    return this.#phase.kind === "asking" && this.#requests > 0 && this.#unanswered === this.#requests;
  }

  onUrc({ status, text, dcs }: Extract<Urc, { kind: "cusd" }>): void {
    this.#input({ type: "urc", status, text: text === null ? "" : decodeUssd(text, dcs) });
  }

  /** `NO CARRIER` and its kind, which some modems give as the result of a request that the network refused. */
  onCallEnded(): void {
    if (this.#underWay > 0) this.#input({ type: "refused" });
  }

  /** The conversation ends: whoever waits gets `ussd.interrupted`. Idempotent. */
  stop(): void {
    this.#input({ type: "stop" });
  }

  #enter(input: UssdInput): Promise<UssdAnswer> {
    const caller = deferred<UssdAnswer>();
    this.#input(input, caller);
    return caller.promise;
  }

  #input(input: UssdInput, caller: Deferred<UssdAnswer> | null = null): void {
    const before = this.#phase;
    const { phase, effects } = stepUssd(before, input);
    this.#phase = phase;
    for (const effect of effects) this.#run(effect, caller);
    if (phase.kind === "idle" && before.kind !== "idle" && this.#wide) void this.#narrow();
  }

  #run(effect: UssdEffect, caller: Deferred<UssdAnswer> | null): void {
    switch (effect.type) {
      case "send":
        this.#caller = caller;
        void this.#send(effect.text);
        return;
      case "end":
        void this.#end();
        return;
      case "arm_timer":
        this.#cancelTimer();
        this.#cancelTimer = this.#options.clock.after(effect.delay, "USSD", () => this.#input({ type: "timer" }));
        return;
      case "disarm_timer":
        this.#cancelTimer();
        return;
      case "settle":
        return this.#settle(effect.outcome);
      case "refuse":
        caller?.reject(ussdError(effect.fault));
        return;
      case "notice":
        this.#notice = { text: effect.text, at: this.#options.now() };
        this.#options.onNotice();
        return;
    }
  }

  #settle(outcome: UssdOutcome): void {
    const caller = this.#caller;
    this.#caller = null;
    if ("fault" in outcome) caller?.reject(ussdError(outcome.fault));
    else caller?.resolve(outcome);
  }

  async #send(text: string): Promise<void> {
    const { channel, form, log } = this.#options;
    const request = ++this.#requests;
    this.#underWay = request;
    try {
      await this.#useAlphabet(form());
      const encoded = encodeUssd(text, form());
      if (encoded === null) throw new AppError("ussd.bad_code", "the modem's alphabet lacks a character of the text");
      await channel.send(command.ussd(encoded));
    } catch (error) {
      log.info("ussd_refused", { reason: messageOf(error) });
      if (request !== this.#requests) return;
      if (MAY_COME_YET.some((code) => hasCode(error, code))) this.#unanswered = request;
      else this.#input({ type: "refused" });
    } finally {
      if (this.#underWay === request) this.#underWay = 0;
    }
  }

  async #end(): Promise<void> {
    try {
      await this.#options.channel.send(command.endUssd());
    } catch (error) {
      // The network ends by itself what nobody answers.
      this.#options.log.info("ussd_end_failed", { reason: messageOf(error) });
    }
    this.#input({ type: "closed" });
  }

  /** The modem must take the string as it is meant, whatever another program has left it at. */
  async #useAlphabet(form: UssdForm): Promise<void> {
    this.#wide = form === "hex_ucs2";
    await this.#charset(this.#wide ? "UCS2" : "IRA");
  }

  /** Names of operators and the like are to be readable again. */
  async #narrow(): Promise<void> {
    this.#wide = false;
    try {
      await this.#charset("IRA");
    } catch (error) {
      this.#options.log.info("ussd_charset_failed", { reason: messageOf(error) });
    }
  }

  async #charset(name: "IRA" | "UCS2"): Promise<void> {
    try {
      await this.#options.channel.send(command.charset(name));
    } catch (error) {
      // A modem with one alphabet has no need of the command.
      if (!hasCode(error, "modem.error")) throw error;
    }
  }
}

/** USSD of a slot, whose conversations come and go: `current` is null while it has none that is ready. */
export function slotUssd(current: () => UssdPort | null): UssdPort {
  const ready = (): UssdPort => {
    const port = current();
    if (port !== null) return port;
    throw new AppError("ussd.slot_not_ready", "the slot is not ready", {
      retryable: true,
      hint: "Wait until `numberbox slots` shows it as ready.",
    });
  };
  return {
    ask: async (code) => await ready().ask(code),
    reply: async (text) => await ready().reply(text),
    cancel: () => current()?.cancel(),
    notice: () => current()?.notice() ?? null,
  };
}
