// drachtio-server as the SIP edge: registrations, credentials and calls of renters' phones are decided here, and kept in memory only;
// the server itself moves SIP. Asterisk sees one trusted leg on the loopback for each call.

import {
  backoffDelay,
  type Clock,
  type Disposer,
  type Logger,
  type Millis,
  millis,
  minutes,
  type Random,
  randomFraction,
  seconds,
  stoppedError,
  withDeadline,
} from "../../base/index.ts";
import type { SipAccount, SipBinding } from "../../core/index.ts";
import { edgeEndpoint, type IncomingChannel, type RingTarget, type SipEdge } from "../sip-edge.ts";
import { ACCOUNT_HEADER, type AnchorAddress, type Anchors, oneAnchor } from "./call-headers.ts";
import { EdgeDesk, type EdgeDeskOptions } from "./edge-desk.ts";
import { CODES, type EdgeState } from "./edge-state.ts";
import type { SipConnection } from "./sip-port.ts";

export interface DrachtioEdgeOptions {
  /** Rejects with `voice.edge_down`, `voice.edge_secret` or `base.stopped`. */
  readonly connect: (signal: AbortSignal) => Promise<SipConnection>;
  readonly realm: string;
  /** Host in the addresses that phones see. */
  readonly domain: string;
  /** Asterisk's SIP address, or the boxes of a relay. */
  readonly anchor: AnchorAddress | Anchors;
  /** Where Asterisk reaches drachtio-server over UDP. */
  readonly sip: AnchorAddress;
  /** What names of accounts look like; requests in other names are not answered. */
  readonly accountShape?: RegExp;
  readonly ringLimit?: Millis;
  /** Phones came or went. */
  readonly onBindings?: () => void;
  /** The way of a call's sound; null: directly. */
  readonly mediaOf?: Exclude<EdgeDeskOptions["mediaOf"], undefined>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

/** It is on this machine and starts within a second: a box that is back late misses calls. */
const RECONNECT = { first: millis(250), max: seconds(2) };
/** A secret that is refused is so until somebody changes it. */
const REFUSED_RECONNECT = { first: millis(250), max: seconds(10) };
const PING_EVERY: Millis = seconds(15);
const NONCE_LIFE: Millis = minutes(5);
const GOODBYE_LIMIT: Millis = seconds(2);
const RING_LIMIT: Millis = seconds(25);

export class DrachtioEdge implements SipEdge {
  readonly kind = "drachtio";
  readonly #options: DrachtioEdgeOptions;
  readonly #desk: EdgeDesk;
  readonly #listeners = new Set<() => void>();
  readonly #stopping = new AbortController();
  #state: EdgeState = { kind: "down", ...CODES.starting };
  #connection: SipConnection | null = null;
  #loop: Promise<void> | null = null;

  constructor(options: DrachtioEdgeOptions) {
    this.#options = options;
    const { anchor, accountShape = /^[A-Za-z0-9_-]{8,64}$/, ringLimit = RING_LIMIT } = options;
    const anchors = "of" in anchor ? anchor : oneAnchor(anchor);
    this.#desk = new EdgeDesk({ ...options, anchors, accountShape, ringLimit, nonceLife: NONCE_LIFE });
  }

  start(signal: AbortSignal): Promise<void> {
    const { signal: stopped } = this.#stopping;
    if (signal.aborted || stopped.aborted) return Promise.reject(stoppedError("the SIP edge"));
    signal.addEventListener("abort", () => void this.stop(), { once: true, signal: stopped });
    return new Promise((resolve, reject) => {
      const dispose = this.onUp(() => {
        dispose();
        resolve();
      });
      stopped.addEventListener("abort", () => reject(stoppedError("the SIP edge")), { once: true });
      this.#loop ??= this.#run(stopped);
    });
  }

  async stop(): Promise<void> {
    if (!this.#stopping.signal.aborted) {
      // Phones hear that it is over while there is still a connection to say so.
      const wait = { clock: this.#options.clock, timeout: GOODBYE_LIMIT, what: "the end of calls" };
      await withDeadline(this.#desk.endCalls(), wait).catch(() => {});
      this.#stopping.abort();
      this.#connection?.close();
    }
    await this.#loop;
  }

  up(): { readonly up: true } | { readonly up: false; readonly code: string; readonly hint: string } {
    if (this.#state.kind === "up") return { up: true };
    return { up: false, code: this.#state.code, hint: this.#state.hint };
  }

  onUp(listener: () => void): Disposer {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** Accounts are held here, not in the server: it never fails. */
  setAccounts(accounts: readonly SipAccount[]): Promise<void> {
    this.#desk.setAccounts(accounts);
    return Promise.resolve();
  }

  bindings(): readonly SipBinding[] {
    return this.#desk.bindings();
  }

  targets(user: string): readonly RingTarget[] {
    const account = this.#desk.account(user);
    if (this.#state.kind !== "up" || account === undefined || !this.#desk.isRegistered(user)) return [];
    const { host, port } = this.#options.sip;
    return [{ endpoint: `PJSIP/${edgeEndpoint(account.encryption)}/sip:${user}@${host}:${port}`, variables: {} }];
  }

  async accountOf(channel: IncomingChannel): Promise<string | null> {
    const user = await channel.header(ACCOUNT_HEADER);
    return user !== null && this.#desk.account(user) !== undefined ? user : null;
  }

  /** Ends the calls of these accounts with the telephone network; those between phones go on. */
  endCallsOf(users: ReadonlySet<string>): Promise<void> {
    return this.#desk.endCalls((call) => !call.isDirect && call.users.some((user) => users.has(user)));
  }

  throttled(): number {
    return this.#desk.throttled;
  }

  dialogs(): number {
    return this.#desk.dialogs();
  }

  /** What is held in memory for phones and for whoever pretends to be one; each is bounded. */
  sizes(): { readonly bindings: number; readonly nonces: number; readonly sources: number; readonly calls: number } {
    return this.#desk.sizes();
  }

  async #run(stopped: AbortSignal): Promise<void> {
    const { clock, connect, random } = this.#options;
    for (let attempt = 1; !stopped.aborted; attempt++) {
      try {
        const connection = await connect(stopped);
        attempt = 0;
        await this.#serve(connection, stopped);
      } catch (error) {
        if (!stopped.aborted) this.#down(CODES.of(error));
      }
      const isRefused = this.#state.kind === "down" && this.#state.code === "voice.edge_secret";
      const policy = isRefused ? REFUSED_RECONNECT : RECONNECT;
      const delay = backoffDelay(policy, Math.max(1, attempt), randomFraction(random));
      await clock.sleep(delay, "connecting with drachtio-server", stopped).catch(() => {});
    }
    this.#down(CODES.stopped);
  }

  /** Until the connection is gone. */
  async #serve(connection: SipConnection, stopped: AbortSignal): Promise<void> {
    const gone = new AbortController();
    connection.onClosed(() => gone.abort());
    connection.onRequest((request) => this.#desk.take(request));
    this.#connection = connection;
    this.#desk.open(connection);
    this.#state = { kind: "up" };
    this.#options.log.info("voice_edge_up", { edge: "drachtio", version: connection.version });
    for (const listener of [...this.#listeners]) listener();
    if (stopped.aborted) connection.close();
    await this.#watch(connection, gone.signal);
    this.#connection = null;
    this.#down(CODES.down);
    await this.#desk.close();
  }

  /** Asks for a pong now and then; one that does not come ends the connection. */
  async #watch(connection: SipConnection, gone: AbortSignal): Promise<void> {
    while (!gone.aborted) {
      try {
        await this.#options.clock.sleep(PING_EVERY, "the next ping", gone);
      } catch {
        return;
      }
      if (!(await connection.ping())) connection.close();
    }
  }

  #down(why: { readonly code: string; readonly hint: string }): void {
    // Said once, not with every attempt.
    if (this.#state.kind === "up" || this.#state.code !== why.code)
      this.#options.log.warn("voice_edge_down", { edge: "drachtio", code: why.code });
    this.#state = { kind: "down", ...why };
  }
}
