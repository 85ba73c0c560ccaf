// Runs the machine of one account: connects, keeps one session, and turns what happens into inputs. It decides nothing itself, and
// nothing that fails here reaches another slot.

import {
  backoffDelay,
  type Clock,
  type Disposer,
  type Logger,
  messageOf,
  type Random,
  randomFraction,
  type Secret,
  type SlotId,
  stoppedError,
  toHex,
  type UnixMs,
} from "../base/index.ts";
import type { EventLog, IntakePort, SlotDriver, SlotStatus } from "../core/index.ts";
import { Doubts } from "./answers.ts";
import type { DefaultAlphabet } from "./charsets.ts";
import { Deliveries } from "./deliveries.ts";
import { faultOf } from "./faults.ts";
import { type GatewayLink, type OpenGateway, openInTime } from "./gateway-link.ts";
import type { GatewayLine } from "./line-choice.ts";
import { stepSmpp, takesMessages } from "./machine.ts";
import type { BindAnswer } from "./pdu.ts";
import { LINGER, SmppSession } from "./session.ts";
import { type BindMode, type SmppEffect, type SmppInput, type SmppTimer, smppInitial } from "./smpp-state.ts";
import { smppStatus } from "./status.ts";

export interface SmppSlotOptions {
  readonly id: SlotId;
  /** `smpp://host:port` or `smpps://host:port`. */
  readonly url: string;
  readonly systemId: string;
  readonly systemType: string;
  readonly bind: "auto" | BindMode;
  readonly alphabet: DefaultAlphabet;
}

export interface SmppSlotDeps {
  readonly openGateway: OpenGateway;
  /** Asked before each bind, so that a password that was put right is used. Rejects with a coded error. */
  readonly password: () => Promise<Secret<string>>;
  readonly intake: IntakePort;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly events: EventLog;
  readonly now: () => UnixMs;
  readonly linesOf: (slot: SlotId) => readonly GatewayLine[];
  readonly onChange: (slot: SlotId) => void;
}

export class SmppSlot implements SlotDriver {
  readonly #options: SmppSlotOptions;
  readonly #deps: SmppSlotDeps;
  readonly #log: Logger;
  readonly #doubts: Doubts;
  readonly #timers = new Map<SmppTimer, Disposer>();
  readonly #work = new Set<Promise<void>>();
  readonly #stopped = Promise.withResolvers<void>();
  #state;
  #since: UnixMs;
  #gateway: BindAnswer | null = null;
  #session: SmppSession | null = null;
  /** Ends an opening, or the question for the password. */
  #opening: AbortController | null = null;
  #closed: Promise<void> = Promise.resolve();

  constructor(options: SmppSlotOptions, deps: SmppSlotDeps) {
    this.#options = options;
    this.#deps = deps;
    this.#log = deps.log.child({ slot: options.id });
    this.#doubts = new Doubts(deps);
    this.#state = smppInitial(options.bind);
    this.#since = deps.now();
  }

  start(): void {
    this.#input({ type: "start" });
  }

  /** Finishes what is under way, unbinds, closes; within about `LEAVE_LIMIT`. Idempotent. */
  async stop(): Promise<void> {
    this.#input({ type: "stop" });
    await this.#stopped.promise;
    while (this.#work.size > 0) await Promise.all(this.#work);
  }

  /** Nothing to look for: a gateway brings again by itself what was refused for a time. */
  nudge(): void {}

  status(): SlotStatus {
    const { id } = this.#options;
    const lines = this.#deps.linesOf(id);
    return smppStatus({ id, lines, state: this.#state, since: this.#since, gateway: this.#gateway });
  }

  #input(input: SmppInput): void {
    const before = this.#state;
    const { state, effects } = stepSmpp(before, input);
    this.#state = state;
    const moved = before.phase.kind !== state.phase.kind;
    if (moved) this.#since = this.#deps.now();
    for (const effect of effects) this.#run(effect);
    if (moved || before.problem !== state.problem) this.#deps.onChange(this.#options.id);
    if (state.phase.kind === "stopped") this.#stopped.resolve();
  }

  #run(effect: SmppEffect): void {
    switch (effect.type) {
      case "open":
        return this.#spawn(this.#open());
      case "bind":
        return this.#spawn(this.#bind(effect.mode));
      case "close":
        return this.#close();
      case "enquire":
        return this.#session?.enquire();
      case "confirm":
        for (const ticket of this.#session?.arrived() ?? []) this.#deps.intake.deleted(ticket);
        return;
      case "unbind":
        return this.#session?.unbind();
      case "answer_unbind":
        return this.#session?.answerUnbind();
      case "arm":
        return this.#arm(effect.timer, effect.delay);
      case "disarm":
        return this.#disarm(effect.timer);
      case "arm_reopen": {
        const { policy, attempt } = effect;
        return this.#arm("reopen", backoffDelay(policy, attempt, randomFraction(this.#deps.random)));
      }
      case "report":
        return this.#report(effect);
    }
  }

  #arm(timer: SmppTimer, delay: Parameters<Clock["after"]>[0]): void {
    this.#disarm(timer);
    const cancel = this.#deps.clock.after(delay, `smpp ${timer}`, () => this.#input({ type: "timer", timer }));
    this.#timers.set(timer, cancel);
  }

  #disarm(timer: SmppTimer): void {
    this.#timers.get(timer)?.();
    this.#timers.delete(timer);
  }

  #report({ code, reason }: Extract<SmppEffect, { type: "report" }>): void {
    if (code === "slot.ready") this.#doubts.begin();
    this.#deps.events.record({
      level: code === "slot.ready" ? "info" : "warn",
      code,
      slot: this.#options.id,
      details: reason === null ? {} : { reason },
    });
  }

  /** Keeps work in sight until it ends, so that `stop` can wait for it. */
  #spawn(work: Promise<void>): void {
    const tracked = work
      .catch((error) => this.#log.error("slot_work_failed", { reason: messageOf(error) }))
      .finally(() => this.#work.delete(tracked));
    this.#work.add(tracked);
  }

  async #open(): Promise<void> {
    const { clock, openGateway } = this.#deps;
    const opening = new AbortController();
    const { signal } = opening;
    this.#opening = opening;
    try {
      await this.#closed;
      const link = await openInTime(openGateway, this.#options.url, { clock, signal });
      // The abort may have come in the turn in which the connection did.
      if (signal.aborted) return link.destroy();
      this.#converse(link);
      this.#input({ type: "opened" });
    } catch (error) {
      if (!signal.aborted) this.#input({ type: "failed", fault: faultOf(error) });
    }
  }

  async #bind(mode: BindMode): Promise<void> {
    const session = this.#session;
    const { systemId, systemType } = this.#options;
    try {
      const password = await this.#deps.password();
      if (this.#session === session) session?.bind(mode, { systemId, password, systemType });
    } catch (error) {
      if (this.#session === session) this.#input({ type: "failed", fault: faultOf(error) });
    }
  }

  #close(): void {
    for (const timer of [...this.#timers.keys()]) this.#disarm(timer);
    this.#opening?.abort(stoppedError(`slot ${this.#options.id}`));
    this.#doubts.end();
    const session = this.#session;
    this.#session = null;
    if (session === null) return;
    session.end();
    const giveUp = this.#deps.clock.after(LINGER, "smpp linger", () => session.destroy());
    this.#closed = session.closed.then(giveUp);
    this.#spawn(this.#closed);
  }

  #converse(link: GatewayLink): void {
    const { id, alphabet } = this.#options;
    const { random } = this.#deps;
    this.#gateway = null;
    const deliveries = new Deliveries(toHex(random.bytes(8)), { ...this.#deps, slotId: id, alphabet, log: this.#log });
    this.#session = new SmppSession({
      link,
      deliveries,
      log: this.#log,
      takesMessages: () => takesMessages(this.#state),
      onInput: (input) => this.#input(input),
      onBound: (answer) => {
        this.#gateway = answer;
      },
      onDoubt: (tickets) => this.#doubts.add(tickets),
    });
    this.#session.start();
  }
}
