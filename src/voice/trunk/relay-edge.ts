// The box's end of its trunk, in the place of a SIP edge: phones register at the relay, which knows the accounts from the box, and calls
// come and go through one TLS connection that the box makes. Asterisk sees a leg on the loopback, as with drachtio-server beside it.

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
  type UnixMs,
  unixMs,
} from "../../base/index.ts";
import type { SipAccount, SipBinding } from "../../core/index.ts";
import { ACCOUNT_HEADER } from "../drachtio/call-headers.ts";
import { edgeEndpoint, type IncomingChannel, type RingTarget, type SipEdge } from "../sip-edge.ts";
import { CallIds } from "./call-ids.ts";
import { LocalLeg } from "./local-leg.ts";
import type { TrunkIdentity } from "./proof.ts";
import type { LocalAddress } from "./rewrite.ts";
import { methodOf, type SipText } from "./sip-text.ts";
import { type DialTcp, type TrunkPlace, TrunkSession } from "./trunk-session.ts";
import { TRUNK_STATES, type TrunkState } from "./trunk-state.ts";
import { readBody, type TrunkAccount, type TrunkBindings, trunkBindings } from "./wire.ts";

export interface RelayEdgeOptions {
  /** Asks the relay where its trunk is. Rejects with `voice.…`; an abort ends it. */
  readonly discover: (signal: AbortSignal) => Promise<TrunkPlace>;
  /** A TCP connection, through a proxy or not. */
  readonly dial: DialTcp;
  readonly identity: TrunkIdentity;
  /** Where Asterisk finds the trunk, on the loopback. */
  readonly local: LocalAddress;
  /** Asterisk's SIP address, on the loopback. */
  readonly anchor: LocalAddress;
  /** When an account is over by itself; null: it is over. */
  readonly until: (user: string) => UnixMs | null;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

const RECONNECT = { first: millis(500), max: seconds(30) };
/** Rentals are prolonged without that an account changes. */
const REGISTER_EVERY: Millis = minutes(5);

export class RelayEdge implements SipEdge {
  readonly kind = "relay";
  readonly #options: RelayEdgeOptions;
  readonly #listeners = new Set<() => void>();
  readonly #stopping = new AbortController();
  readonly #calls = new CallIds();
  #accounts: ReadonlyMap<string, SipAccount> = new Map();
  #bindings: readonly SipBinding[] = [];
  #state: TrunkState = TRUNK_STATES.starting;
  #leg: LocalLeg | null = null;
  #session: TrunkSession | null = null;
  #loop: Promise<void> | null = null;

  constructor(options: RelayEdgeOptions) {
    this.#options = options;
  }

  start(signal: AbortSignal): Promise<void> {
    const { signal: stopped } = this.#stopping;
    if (signal.aborted || stopped.aborted) return Promise.reject(stoppedError("the trunk"));
    signal.addEventListener("abort", () => void this.stop(), { once: true, signal: stopped });
    return new Promise((resolve, reject) => {
      const dispose = this.onUp(() => {
        dispose();
        resolve();
      });
      stopped.addEventListener("abort", () => reject(stoppedError("the trunk")), { once: true });
      this.#loop ??= this.#run(stopped);
      this.#loop.catch(reject);
    });
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#session?.close();
    await this.#loop?.catch(() => {});
    const leg = this.#leg;
    this.#leg = null;
    await leg?.close();
  }

  up(): { readonly up: true } | { readonly up: false; readonly code: string; readonly hint: string } {
    return this.#state.kind === "up" ? { up: true } : { up: false, code: this.#state.code, hint: this.#state.hint };
  }

  onUp(listener: () => void): Disposer {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** The relay is told now, or as soon as it can be: it never fails. */
  async setAccounts(accounts: readonly SipAccount[]): Promise<void> {
    this.#accounts = new Map(accounts.map((account) => [account.user, account]));
    this.#bindings = this.#bindings.filter(({ user }) => this.#accounts.has(user));
    await this.#session?.register(this.#told()).catch(() => {});
  }

  bindings(): readonly SipBinding[] {
    const now = this.#options.clock.now();
    return this.#bindings.filter(({ expiresAt }) => expiresAt > now);
  }

  targets(user: string): readonly RingTarget[] {
    const account = this.#accounts.get(user);
    const isThere = this.bindings().some((binding) => binding.user === user);
    if (this.#state.kind !== "up" || account === undefined || !isThere) return [];
    const { host, port } = this.#options.local;
    return [{ endpoint: `PJSIP/${edgeEndpoint(account.encryption)}/sip:${user}@${host}:${port}`, variables: {} }];
  }

  /** The relay says who dials; what an account may dial is decided here all the same. */
  async accountOf(channel: IncomingChannel): Promise<string | null> {
    const user = await channel.header(ACCOUNT_HEADER);
    return user !== null && this.#accounts.has(user) ? user : null;
  }

  /** Calls that go through the trunk. */
  dialogs(): number {
    return this.#calls.size;
  }

  async #run(stopped: AbortSignal): Promise<void> {
    const { anchor, clock, local, log, random } = this.#options;
    const onMessage = (message: SipText): void => this.#send(message);
    this.#leg = await LocalLeg.open({ ...local, server: anchor, onMessage, log });
    for (let attempt = 1; !stopped.aborted; attempt++) {
      try {
        await this.#serve(stopped, () => {
          attempt = 0;
        });
      } catch (error) {
        if (!stopped.aborted) this.#down(TRUNK_STATES.of(error));
      }
      const delay = backoffDelay(RECONNECT, Math.max(1, attempt), randomFraction(random));
      await clock.sleep(delay, "connecting with the relay", stopped).catch(() => {});
    }
    this.#down(TRUNK_STATES.stopped);
  }

  /** From discovery to the loss of the connection. */
  async #serve(stopped: AbortSignal, onReady: () => void): Promise<void> {
    const { clock, dial, discover, identity } = this.#options;
    const place = await discover(stopped);
    const session = await TrunkSession.open({
      ...{ place, dial, identity, clock, signal: stopped },
      onMessage: (message) => this.#take(message),
    });
    try {
      await session.register(this.#told());
      this.#session = session;
      this.#up(session);
      onReady();
      await this.#refresh(session);
    } finally {
      session.close();
      this.#session = null;
      // Who is registered is not known any more; the calls that are on may outlive it.
      this.#bindings = [];
    }
    throw TRUNK_STATES.lost(session.end);
  }

  async #refresh(session: TrunkSession): Promise<void> {
    while (!session.closed.aborted) {
      await this.#options.clock.sleep(REGISTER_EVERY, "the next REGISTER", session.closed).catch(() => {});
      if (!session.closed.aborted) await session.register(this.#told());
    }
  }

  #told(): readonly TrunkAccount[] {
    return [...this.#accounts.values()].flatMap(({ user, ha1, encryption }) => {
      const until = this.#options.until(user);
      return until === null ? [] : [{ user, ...ha1, encryption, until }];
    });
  }

  #send(message: SipText): void {
    if (this.#session?.send(message) === true) this.#calls.note(message);
  }

  #take(message: SipText): void {
    if (methodOf(message) === "NOTIFY") return this.#learn(readBody(trunkBindings, message.body));
    if (this.#leg?.send(message) === true) this.#calls.note(message);
  }

  #learn(body: TrunkBindings | null): void {
    this.#bindings = (body?.bindings ?? [])
      .filter(({ user }) => this.#accounts.has(user))
      .map(({ expires_at: at, ...binding }) => ({ ...binding, expiresAt: unixMs(at) }));
  }

  #up(session: TrunkSession): void {
    if (session.refused > 0) this.#options.log.warn("trunk_accounts_refused", { accounts: session.refused });
    this.#state = { kind: "up" };
    this.#options.log.info("voice_edge_up", { edge: "relay" });
    for (const listener of [...this.#listeners]) listener();
  }

  #down(state: TrunkState): void {
    if (state.kind === "down" && (this.#state.kind === "up" || this.#state.code !== state.code))
      this.#options.log.warn("voice_edge_down", { edge: "relay", code: state.code });
    this.#state = state;
  }
}
