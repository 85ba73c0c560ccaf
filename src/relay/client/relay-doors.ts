// The doors of a box's gateway: one connection and one sign-in for each, and the choice between them. What goes through one may go
// through another instead, because the relay takes a message once by its id, however often it comes.

import {
  AppError,
  type Clock,
  isAppError,
  type Logger,
  type Millis,
  millis,
  type Random,
  seconds,
} from "../../base/index.ts";
import { DoorKeeper } from "../../core/index.ts";
import type { HostFinder, Socks5Proxy } from "../../net/index.ts";
import { healthReply, relayInfo } from "../../protocol/index.ts";
import { type Answer, type ExchangeRequest, HttpExchange, type RelayDoor } from "./http-exchange.ts";
import { isRelayAnswer } from "./outcomes.ts";
import { ProviderSession, type RelayClientIdentity } from "./provider-session.ts";

/** How a box reaches its relay. */
export interface RelayWay extends RelayDoor {
  /** Other addresses of the same relay, or of others over the same store. */
  readonly mirrors?: readonly RelayDoor[] | undefined;
  /** All of them are reached through it, and nothing goes beside it. */
  readonly proxy?: Socks5Proxy | undefined;
  /** Finds those of them that only the chain knows. */
  readonly names?: HostFinder | undefined;
}

export interface RelayDoorsOptions {
  readonly way: RelayWay;
  readonly identity: RelayClientIdentity;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** For one exchange. */
  readonly timeout: Millis;
}

/** What a request goes through. */
export interface OpenDoor {
  readonly session: ProviderSession;
  readonly send: (request: ExchangeRequest) => Promise<Answer>;
}

interface Door extends OpenDoor {
  readonly url: string;
  readonly exchange: HttpExchange;
  /** It was asked who it is, and has not failed since. */
  isKnown: boolean;
}

/** An idle door is asked a question this small. */
const ASK_TIMEOUT: Millis = seconds(10);

export function doorsOf({ url, pin, mirrors = [] }: RelayWay): readonly RelayDoor[] {
  return [{ url, pin }, ...mirrors];
}

/** Nothing behind it, something else than a relay, or a relay that has lost its store. */
export function isDoorFault(answer: Answer): boolean {
  return answer.status >= 500 || !isRelayAnswer(answer);
}

export class RelayDoors {
  readonly #log: Logger;
  readonly #clock: Clock;
  readonly #doors: readonly Door[];
  readonly #keeper: DoorKeeper;
  readonly #stopping = new AbortController();
  /** The key that relays over one store sign with. */
  #gateway: string | null = null;

  constructor({ way, identity, clock, random, log, timeout }: RelayDoorsOptions) {
    this.#log = log;
    this.#clock = clock;
    const all = doorsOf(way);
    const urls = all.map(({ url }) => url);
    this.#doors = all.map((door) => {
      const exchange = new HttpExchange({ ...door, proxy: way.proxy, names: way.names, clock, timeout });
      const send = (request: ExchangeRequest): Promise<Answer> =>
        exchange.send({ ...request, signal: AbortSignal.any([request.signal, this.#stopping.signal]) });
      const session = new ProviderSession({ urls, identity, clock, send });
      return { url: door.url, exchange, session, send, isKnown: false };
    });
    const count = this.#doors.length;
    this.#keeper = new DoorKeeper({ count, clock, random, ask: (at, signal) => this.#ask(at, signal) });
    this.#keeper.onMove((at) => log.info("relay_door", { host: this.#hostOf(at) }));
  }

  /** The address that requests go to now. */
  get url(): string {
    return this.#doors[this.#keeper.chosen]?.url ?? "";
  }

  /** From now on the doors are measured, where there are several. */
  start(): void {
    this.#keeper.start();
  }

  stop(): void {
    this.#keeper.stop();
    this.#stopping.abort();
    for (const { exchange } of this.#doors) exchange.stop();
  }

  /** Rejects as `HttpExchange.send`, or with `relay.other_gateway`, when no door is better than that. */
  through<T>(use: (door: OpenDoor) => Promise<T>, isFault: (answer: T) => boolean, signal: AbortSignal): Promise<T> {
    return this.#keeper.through({
      attempt: (at) => this.#through(at, use, isFault, signal),
      isFault,
      isDoorError: isAppError,
      signal: AbortSignal.any([signal, this.#stopping.signal]),
    });
  }

  async #through<T>(
    at: number,
    use: (door: OpenDoor) => Promise<T>,
    isFault: (answer: T) => boolean,
    signal: AbortSignal,
  ): Promise<T> {
    const door = this.#doorAt(at);
    try {
      await this.#identify(door, signal);
      const answer = await use(door);
      if (isFault(answer)) door.isKnown = false;
      return answer;
    } catch (error) {
      door.isKnown = false;
      throw error;
    }
  }

  /** A door of another gateway would take messages that no renter of ours looks for there. */
  async #identify(door: Door, signal: AbortSignal): Promise<void> {
    if (door.isKnown || this.#doors.length === 1) return;
    const answer = await door.send({ method: "GET", path: "info", signal });
    const info = relayInfo.safeParse(answer.body);
    if (answer.status !== 200 || !info.success) {
      throw new AppError("relay.bad_reply", "what answers is no relay", { retryable: true });
    }
    this.#gateway ??= info.data.verify;
    if (this.#gateway !== info.data.verify) {
      this.#log.warn("relay_other_gateway", { host: new URL(door.url).host });
      throw new AppError("relay.other_gateway", "an address in `relay` leads to another relay than the rest", {
        hint: "Mirrors are addresses of one relay, or of relays over one store.",
        retryable: true,
      });
    }
    door.isKnown = true;
  }

  async #ask(at: number, signal: AbortSignal): Promise<Millis> {
    const door = this.#doorAt(at);
    const late = new AbortController();
    const cancel = this.#clock.after(ASK_TIMEOUT, "a door's answer", () => late.abort());
    const asked = AbortSignal.any([signal, late.signal]);
    try {
      await this.#identify(door, asked);
      const began = this.#clock.monotonic();
      const answer = await door.send({ method: "GET", path: "health", signal: asked });
      if (answer.status === 200 && healthReply.safeParse(answer.body).success) {
        return millis(this.#clock.monotonic() - began);
      }
      throw new AppError("relay.bad_reply", "the relay is not well", { retryable: true });
    } catch (error) {
      door.isKnown = false;
      throw error;
    } finally {
      cancel();
    }
  }

  #doorAt(at: number): Door {
    const door = this.#doors[at];
    if (door === undefined) throw new AppError("relay.no_door", `there is no door ${at}`);
    return door;
  }

  #hostOf(at: number): string {
    return new URL(this.#doorAt(at).url).host;
  }
}
