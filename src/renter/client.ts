// A renter's client of one relay: fetches what waits, or follows what comes, until it is told to stop.

import {
  type AppError,
  backoffDelay,
  type CryptoSuite,
  type Disposer,
  hasCode,
  isAppError,
  type Logger,
  type Millis,
  messageOf,
  millis,
  type Random,
  randomFraction,
} from "../base/index.ts";
import type { Identity } from "../envelope/index.ts";
import { Gateway, type GatewayDoor, type GatewayOptions } from "./gateway.ts";
import { GatewaySession } from "./gateway-session.ts";
import { Mailbox, type RelayRental, type RenterSink } from "./mailbox.ts";
import { askPage } from "./mailbox-page.ts";
import { retryAfterOf } from "./relay-http.ts";
import { RelaySocket } from "./relay-socket.ts";
import type { RenterState } from "./state.ts";
import { type RenterTimeouts, renterTimeouts } from "./timeouts.ts";
import { type OpenWire, platformWire } from "./wire.ts";

export interface RenterClientOptions extends GatewayOptions {
  /** Default: one of its own, of the other options. */
  readonly gateway?: Gateway;
  /** The sign-in, where something else of this key has it too; over the same `gateway`. Default: one of its own. */
  readonly session?: GatewaySession;
  readonly identity: Identity;
  readonly crypto: CryptoSuite;
  readonly random: Random;
  readonly log: Logger;
  readonly state: RenterState;
  /** Default: the platform's. */
  readonly openWire?: OpenWire;
}

export interface FollowSink extends RenterSink {
  /** The relay pushes from now on. */
  up(): void;
  /** The connection failed or ended; the next attempt comes after `retryIn`. */
  down(error: AppError, retryIn: Millis): void;
  /** Whether a grant is awaited: the relay then is asked for it now and then, in case it tells nothing by itself. */
  awaits?(): boolean;
}

export interface RenterClient {
  /** The relay's first URL in its one form. */
  readonly url: string;
  /**
   * Gets a new token, and makes the next reading start at the relay's beginning, so that what was refused before is tried again.
   * Resolves with the rentals whose grants are believed. Rejects with `renter.*` or `base.stopped`.
   */
  login(sink: RenterSink, signal: AbortSignal): Promise<readonly RelayRental[]>;
  /** Ends every token of this key at the relay: to sign in again takes the key. Rejects with `renter.*` or `base.stopped`. */
  signOut(signal: AbortSignal): Promise<void>;
  /** The rentals whose grants are believed, as the relay has them now. Rejects with `renter.*` or `base.stopped`. */
  rentals(sink: RenterSink, signal: AbortSignal): Promise<readonly RelayRental[]>;
  /** Fetches and acknowledges everything that waits. Rejects with `renter.*` or `base.stopped`. */
  sync(sink: RenterSink, signal: AbortSignal): Promise<void>;
  /**
   * Goes on until `signal` aborts, then resolves. Faults of relay and network are reported and tried again, at another address of the
   * relay at once and without a report; others (a full disk, a sink that rejects) reject.
   */
  follow(sink: FollowSink, signal: AbortSignal): Promise<void>;
}

/** Messages in one page. */
const PAGE = 100;

// Not retryable for one request, but a relay that is being replaced answers like this for a while.
const LINK_CODES: ReadonlySet<string> = new Set(["renter.bad_reply", "renter.relay_refused", "renter.not_a_relay"]);

/** Faults that another attempt may mend, whoever made them. */
function isLinkFault(error: unknown): error is AppError {
  return isAppError(error) && error.code.startsWith("renter.") && (error.retryable || LINK_CODES.has(error.code));
}

class RelayReader implements RenterClient {
  readonly url: string;
  readonly #options: RenterClientOptions;
  readonly #timeouts: RenterTimeouts;
  readonly #gateway: Gateway;
  readonly #session: GatewaySession;
  readonly #mailbox: Mailbox;

  constructor(options: RenterClientOptions) {
    const { identity, clock, log, state, crypto: suite, timeouts = renterTimeouts } = options;
    const gateway = options.gateway ?? new Gateway(options);
    const { url } = gateway;
    gateway.learn(state.relay(url).doors);
    this.url = url;
    this.#options = options;
    this.#timeouts = timeouts;
    this.#gateway = gateway;
    const { tokenMargin } = timeouts;
    this.#session = options.session ?? new GatewaySession({ gateway, identity, suite, state, clock, tokenMargin });
    this.#mailbox = new Mailbox({ url, identity, suite, clock, log, session: this.#session, state });
  }

  async login(sink: RenterSink, signal: AbortSignal): Promise<readonly RelayRental[]> {
    await this.#session.renew(signal);
    await this.#options.state.setCursor(this.url, 0);
    return this.#mailbox.refreshRentals(sink, signal);
  }

  signOut(signal: AbortSignal): Promise<void> {
    return this.#session.signOut(signal);
  }

  rentals(sink: RenterSink, signal: AbortSignal): Promise<readonly RelayRental[]> {
    return this.#mailbox.refreshRentals(sink, signal);
  }

  async sync(sink: RenterSink, signal: AbortSignal): Promise<void> {
    const { state } = this.#options;
    const rentals = await this.#mailbox.refreshRentals(sink, signal);
    const { cursor } = state.relay(this.url);
    await this.#readFrom(cursor, sink, signal);
    // A relay that was restored from a backup gives cursors a second time: what it holds may lie before ours.
    const lacks = rentals.some(({ grant, last_seq }) => last_seq > state.inbox.highest(grant.rental_id));
    if (lacks && cursor > 0) await this.#readFrom(0, sink, signal);
  }

  async #readFrom(cursor: number, sink: RenterSink, signal: AbortSignal): Promise<void> {
    const { state } = this.#options;
    for (let after = cursor, more = true, first = true; more; first = false) {
      const { epoch: known } = state.relay(this.url);
      const page = await askPage(this.#session, { after, epoch: known, limit: PAGE }, signal);
      const epoch = page.epoch ?? null;
      await this.#mailbox.take({ messages: page.messages, cursor: page.next, epoch }, sink, signal);
      // Only what another epoch begins with may lie before what was asked for.
      more = page.more && (page.next > after || (first && epoch !== known));
      after = page.next;
    }
  }

  async follow(sink: FollowSink, signal: AbortSignal): Promise<void> {
    const stopMeasuring = this.#gateway.start();
    try {
      await this.#followOn(sink, signal);
    } finally {
      stopMeasuring();
    }
  }

  async #followOn(sink: FollowSink, signal: AbortSignal): Promise<void> {
    const { clock, random } = this.#options;
    let moves = 0;
    for (let attempt = 1; !signal.aborted; attempt++) {
      const began = clock.monotonic();
      const { url } = this.#gateway.chosen;
      try {
        await this.#followOnce(sink, signal);
        [attempt, moves] = [0, 0];
      } catch (error) {
        if (signal.aborted) return;
        if (!isLinkFault(error) && !this.#gateway.isOneOfSeveral(error)) throw error;
        // A connection that held starts the count anew; one that breaks at once does not, so that nobody is hammered.
        if (clock.monotonic() - began > this.#timeouts.ping) [attempt, moves] = [1, 0];
        // Each address gets its turn before anybody waits.
        moves++;
        if (this.#gateway.chosen.url !== url && moves < this.#gateway.count) continue;
        moves = 0;
        const wait = backoffDelay(this.#timeouts.reconnect, attempt, randomFraction(random));
        const delay = millis(Math.max(wait, retryAfterOf(error) ?? 0));
        sink.down(error, delay);
        // Aborting the wait is how it ends.
        await clock.sleep(delay, "reconnecting to the relay", signal).catch(() => {});
      }
    }
  }

  /** One connection, from catching up to its end. Rejects, or resolves when a better address is to be taken. */
  async #followOnce(sink: FollowSink, signal: AbortSignal): Promise<void> {
    await this.sync(sink, signal);
    const door = this.#gateway.chosen;
    const moved = new AbortController();
    const forget = this.#gateway.onMove(() => {
      if (this.#gateway.chosen.url !== door.url) moved.abort();
    });
    try {
      await this.#listen(door, sink, { signal, moved: moved.signal });
    } catch (error) {
      if (moved.signal.aborted && !signal.aborted && hasCode(error, "base.stopped")) return;
      this.#gateway.broke(door, error);
      throw error;
    } finally {
      forget();
    }
  }

  /** Takes what is pushed at this address until the connection ends; always rejects. */
  async #listen(door: GatewayDoor, sink: FollowSink, { signal, moved }: Ends): Promise<never> {
    const { clock, state, openWire = platformWire } = this.#options;
    const timeouts = this.#timeouts;
    const token = await this.#session.at(door).token(signal);
    const { cursor: after, epoch } = state.relay(this.url);
    const ends = AbortSignal.any([signal, moved]);
    const socket = await RelaySocket.open({
      url: door.url,
      token,
      after,
      epoch,
      clock,
      timeouts,
      openWire,
      signal: ends,
    });
    const stopLooking = this.#lookNowAndThen(socket, sink);
    try {
      sink.up();
      void this.#learn(signal);
      // A grant that came between the last look and this connection is told of by nobody.
      if (sink.awaits?.() !== false) socket.lookForRentals();
      for (;;) {
        const { messages, rentals } = await socket.next();
        if (rentals) await this.#mailbox.refreshRentals(sink, signal);
        const cursor = messages.reduce((highest, message) => Math.max(highest, message.cursor), 0);
        if (messages.length > 0) await this.#mailbox.take({ messages, cursor, epoch: socket.epoch }, sink, signal);
      }
    } finally {
      stopLooking();
      socket.close();
    }
  }

  #lookNowAndThen(socket: RelaySocket, sink: FollowSink): Disposer {
    const { clock } = this.#options;
    let cancel: Disposer = () => {};
    const arm = (): void => {
      cancel = clock.after(this.#timeouts.lookForRentals, "a look for grants", () => {
        if (sink.awaits?.() === true) socket.lookForRentals();
        arm();
      });
    };
    arm();
    return () => cancel();
  }

  /** What the relay says of its addresses is there when the one that is used is not. */
  async #learn(signal: AbortSignal): Promise<void> {
    const { state, log } = this.#options;
    try {
      const urls = await this.#gateway.discover(signal);
      if (!signal.aborted) await state.setDoors(this.url, urls);
    } catch (error) {
      // Asked again with the next connection.
      if (!signal.aborted) log.debug("renter_doors_unknown", { reason: messageOf(error) });
    }
  }
}

interface Ends {
  readonly signal: AbortSignal;
  /** Another address is better now. */
  readonly moved: AbortSignal;
}

/** Throws `renter.bad_relay_url`. */
export function createRenterClient(options: RenterClientOptions): RenterClient {
  return new RelayReader(options);
}
