// A renter's way to one relay that may have several addresses: those that were named, and those that the relay tells of itself. What
// fails at one goes on at another; the relay knows every request that it has had before.

import {
  AppError,
  type Clock,
  type Disposer,
  isAppError,
  type Millis,
  millis,
  type Random,
  seconds,
} from "../base/index.ts";
import { DoorKeeper } from "../core/index.ts";
import { healthReply, type RelayInfo, relayInfo } from "../protocol/index.ts";
import { RelayClock } from "./relay-clock.ts";
import { type Fetch, platformFetch, RelayHttp, type RelayRequest, relayUrl } from "./relay-http.ts";
import { type RenterTimeouts, renterTimeouts } from "./timeouts.ts";

export interface GatewayOptions {
  readonly relayUrl: string;
  /** Other addresses of the same relay, or of relays over the same store, in the order of preference. */
  readonly mirrors?: readonly string[];
  readonly clock: Clock;
  /** Without it the waits for an address that failed are not spread. */
  readonly random?: Random;
  readonly timeouts?: RenterTimeouts;
  /** Default: the platform's. */
  readonly fetch?: Fetch;
}

/** One address. */
export interface GatewayDoor {
  /** In its one form. */
  readonly url: string;
  readonly http: RelayHttp;
  /** Hosts whose challenges may be signed here. */
  readonly challengers: readonly string[];
}

interface Door extends GatewayDoor {
  /** It was asked who it is, and has not failed since. */
  isKnown: boolean;
}

/** More than any relay has; a list of a relay must not grow without end. */
const MOST_DOORS = 16;
const ASK_TIMEOUT: Millis = seconds(10);
const DOOR_CODES: ReadonlySet<string> = new Set([
  ...["renter.relay_unreachable", "renter.relay_failed", "renter.bad_reply"],
  ...["renter.not_a_relay", "renter.bad_challenge", "renter.other_gateway"],
]);

/** Whether another address may do better: nothing there, something else than a relay, or one that is not well. */
function isDoorError(error: unknown): error is AppError {
  if (!isAppError(error)) return false;
  // A refusal without a code of a relay is a proxy's or a portal's.
  return (
    DOOR_CODES.has(error.code) || (error.code === "renter.relay_refused" && /^http_/.test(`${error.context.code}`))
  );
}

const otherGateway = (url: string): AppError =>
  new AppError("renter.other_gateway", `${url} is another relay than the one it should be`, {
    hint: "Mirrors are addresses of one relay, or of relays over one store.",
    retryable: true,
  });

export class Gateway {
  /** The first address: what is remembered of the relay is remembered under it. */
  readonly url: string;
  /** What time it is there. */
  readonly time: RelayClock;
  readonly #options: GatewayOptions;
  readonly #named: readonly string[];
  readonly #doors: Door[];
  readonly #keeper: DoorKeeper;
  /** The key that relays over one store sign with. */
  #verify: string | null = null;
  #users = 0;

  /** Throws `renter.bad_relay_url`. */
  constructor(options: GatewayOptions) {
    const { relayUrl: first, mirrors = [], clock } = options;
    const urls = [...new Set([first, ...mirrors].map(relayUrl))];
    this.#named = urls;
    const random = options.random ?? { bytes: (length: number) => new Uint8Array(length) };
    this.url = relayUrl(first);
    this.#options = options;
    this.time = new RelayClock(clock);
    this.#doors = urls.map((url) => this.#door(url, urls));
    this.#keeper = new DoorKeeper({
      ...{ count: urls.length, clock, random },
      ask: (at, signal) => this.#ask(this.#doorAt(at), signal),
    });
  }

  /** How many addresses are known. */
  get count(): number {
    return this.#doors.length;
  }

  /** Every address that is known. */
  get doors(): readonly GatewayDoor[] {
    return this.#doors;
  }

  /** The address to use now. */
  get chosen(): GatewayDoor {
    return this.#doorAt(this.#keeper.chosen);
  }

  /** Measures the addresses until all who called this have ended it. */
  start(): Disposer {
    this.#users++;
    this.#keeper.start();
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.#users--;
      if (this.#users === 0) this.#keeper.stop();
    };
  }

  onMove(listener: () => void): Disposer {
    return this.#keeper.onMove(listener);
  }

  /** Tries one address after another. Rejects as the last of them does. */
  through<T>(use: (door: GatewayDoor) => Promise<T>, signal: AbortSignal): Promise<T> {
    return this.#keeper.through({
      attempt: (at) => this.#use(this.#doorAt(at), use, signal),
      isFault: () => false,
      isDoorError,
      signal,
    });
  }

  /** Rejects as `RelayHttp.call`. */
  call<T>(request: RelayRequest<T>): Promise<T> {
    return this.through(({ http }) => http.call(request), request.signal);
  }

  /** Whether an error is that of one address, where there are others. */
  isOneOfSeveral(error: unknown): error is AppError {
    return this.#doors.length > 1 && isDoorError(error);
  }

  /** A connection through this address broke, or did not come about. */
  broke(door: GatewayDoor, error: unknown): void {
    const at = this.#doors.findIndex(({ url }) => url === door.url);
    if (at < 0 || !isDoorError(error)) return;
    this.#doorAt(at).isKnown = false;
    this.#keeper.failed(at);
  }

  /** Asks the relay for its addresses, and resolves with those that were not named here. Rejects as `RelayHttp.call`. */
  async discover(signal: AbortSignal): Promise<readonly string[]> {
    const info = await this.#info(this.chosen.http, signal);
    this.#noteInfo(info);
    const told = (info.endpoints ?? []).map(urlOrNull).filter((url) => url !== null);
    return told.filter((url) => !this.#named.includes(url));
  }

  /** Addresses that the relay has told of, now or earlier; those that are none, or known, are left out. */
  learn(texts: readonly string[]): void {
    for (const text of texts) {
      const url = urlOrNull(text);
      if (url === null || this.#doors.length >= MOST_DOORS || this.#doors.some((door) => door.url === url)) continue;
      // It may be lying: a challenge of another host than its own is not signed there.
      this.#doors.push(this.#door(url, [url]));
    }
    this.#keeper.grow(this.#doors.length);
    if (this.#users > 0) this.#keeper.start();
  }

  #door(url: string, challengers: readonly string[]): Door {
    const { clock, timeouts = renterTimeouts, fetch = platformFetch } = this.#options;
    const http = new RelayHttp({
      ...{ url, clock, fetch, timeout: timeouts.request },
      heard: (time) => this.time.heard(time),
    });
    return { url, http, challengers, isKnown: false };
  }

  #doorAt(at: number): Door {
    const door = this.#doors[at];
    if (door === undefined) throw new AppError("renter.no_door", `there is no door ${at}`);
    return door;
  }

  async #use<T>(door: Door, use: (door: GatewayDoor) => Promise<T>, signal: AbortSignal): Promise<T> {
    try {
      await this.#identify(door, signal);
      return await use(door);
    } catch (error) {
      if (isDoorError(error)) door.isKnown = false;
      throw error;
    }
  }

  async #identify(door: Door, signal: AbortSignal): Promise<void> {
    if (door.isKnown || this.#doors.length === 1) return;
    const info = await this.#info(door.http, signal);
    if (this.#verify !== null && this.#verify !== info.verify) throw otherGateway(door.url);
    this.#noteInfo(info);
    door.isKnown = true;
  }

  #info(http: RelayHttp, signal: AbortSignal): Promise<RelayInfo> {
    return http.call({ method: "GET", path: "info", reply: relayInfo, signal });
  }

  #noteInfo({ verify, endpoints = [] }: RelayInfo): void {
    this.#verify ??= verify;
    if (this.#verify === verify) this.learn(endpoints);
  }

  async #ask(door: Door, signal: AbortSignal): Promise<Millis> {
    const { clock } = this.#options;
    const late = new AbortController();
    const cancel = clock.after(ASK_TIMEOUT, "an address's answer", () => late.abort());
    const asked = AbortSignal.any([signal, late.signal]);
    try {
      await this.#identify(door, asked);
      const began = clock.monotonic();
      await door.http.call({ method: "GET", path: "health", reply: healthReply, signal: asked });
      return millis(clock.monotonic() - began);
    } catch (error) {
      door.isKnown = false;
      throw error;
    } finally {
      cancel();
    }
  }
}

function urlOrNull(text: string): string | null {
  try {
    return relayUrl(text);
  } catch {
    return null;
  }
}
