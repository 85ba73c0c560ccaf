// Asterisk's own PJSIP as the SIP edge: for boxes without drachtio-server. Accounts are put into it by ARI and are in no file; its events
// tell which phones are registered.

import {
  AppError,
  type Clock,
  type Deferred,
  type Disposer,
  deferred,
  Events,
  hasCode,
  type Logger,
  type Millis,
  messageOf,
  millis,
  type Random,
  SerialQueue,
  stoppedError,
  toHex,
} from "../../base/index.ts";
import type { SipAccount, SipBinding } from "../../core/index.ts";
import type { IncomingChannel, RingTarget, SipEdge } from "../sip-edge.ts";
import { AriCommands, eventOf } from "./ari-commands.ts";
import type { AriEvent } from "./ari-schemas.ts";
import type { AriWire } from "./ari-wire.ts";
import {
  accountChanges,
  type EdgeRealm,
  fingerprintFound,
  fingerprintOf,
  objectsOf,
  REMOVAL,
} from "./edge-accounts.ts";
import { EdgeContacts } from "./edge-contacts.ts";

export interface AsteriskEdgeDeps extends EdgeRealm {
  readonly wire: AriWire;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

/** After a failure that did not cost the connection. */
const AGAIN: Millis = millis(2000);

export class AsteriskEdge implements SipEdge {
  readonly kind = "asterisk";
  readonly #deps: AsteriskEdgeDeps;
  readonly #ari: AriCommands;
  readonly #contacts: EdgeContacts;
  readonly #events: Events<{ readonly up: undefined }>;
  readonly #wanted = new Map<string, SipAccount>();
  /** Until the accounts are known nobody is thrown out: a box that starts finds phones that are registered. */
  #given = false;
  /** What Asterisk has: user -> fingerprint; null until it was asked. */
  #has: Map<string, string> | null = null;
  readonly #channels = new Set<string>();
  readonly #disposers: Disposer[] = [];
  #queue = new SerialQueue("asterisk_edge");
  #first: Deferred<void> | null = null;
  #retry: Disposer | null = null;
  #up = false;

  constructor(deps: AsteriskEdgeDeps) {
    this.#deps = deps;
    this.#ari = new AriCommands(deps.wire);
    this.#events = new Events("asterisk_edge", deps.log);
    const { clock, log } = deps;
    this.#contacts = new EdgeContacts({
      ari: this.#ari,
      clock,
      log,
      wanted: (user) => !this.#given || this.#wanted.has(user),
    });
  }

  start(signal: AbortSignal): Promise<void> {
    const first = deferred<void>();
    this.#first = first;
    this.#queue = new SerialQueue("asterisk_edge");
    const { wire } = this.#deps;
    this.#disposers.push(
      wire.onConnected(() => this.#begin()),
      wire.onLost(() => this.#lost()),
      wire.onEvent((event) => this.#onEvent(event)),
    );
    const onAbort = (): void => void this.stop();
    signal.addEventListener("abort", onAbort, { once: true });
    this.#disposers.push(() => signal.removeEventListener("abort", onAbort));
    if (signal.aborted) onAbort();
    else if (wire.connected()) this.#begin();
    return first.promise;
  }

  async stop(): Promise<void> {
    for (const dispose of this.#disposers.splice(0)) dispose();
    this.#lost();
    this.#queue.stop();
    this.#first?.reject(stoppedError("the SIP edge"));
  }

  up(): ReturnType<SipEdge["up"]> {
    if (this.#up) return { up: true };
    const hint = this.#deps.wire.connected()
      ? "Wait a moment; accounts are being set up."
      : "Check that Asterisk runs; the box tries again by itself.";
    return { up: false, code: "voice.edge_down", hint };
  }

  onUp(listener: () => void): Disposer {
    return this.#events.on("up", listener);
  }

  async setAccounts(accounts: readonly SipAccount[]): Promise<void> {
    this.#given = true;
    this.#wanted.clear();
    for (const account of accounts) this.#wanted.set(account.user, account);
    if (!this.#deps.wire.connected() || this.#has === null) throw edgeDown();
    try {
      await this.#queue.run(() => this.#synchroniseTwice());
    } catch (error) {
      this.#later();
      throw hasCode(error, "base.stopped") ? error : edgeDown(error);
    }
  }

  bindings(): readonly SipBinding[] {
    const known = this.#up ? this.#contacts.all().map(({ binding }) => binding) : [];
    return known.filter(({ user }) => this.#wanted.has(user));
  }

  targets(user: string): readonly RingTarget[] {
    if (!this.#up || !this.#wanted.has(user)) return [];
    return this.#contacts.of(user).map(({ uri }) => ({ endpoint: `PJSIP/${user}/${uri}`, variables: {} }));
  }

  /** Asterisk let in nobody without a password; the channel is named after the account. */
  async accountOf({ name }: IncomingChannel): Promise<string | null> {
    const user = /^PJSIP\/(.+)-[0-9a-f]{8}$/.exec(name)?.[1];
    return user !== undefined && this.#wanted.has(user) ? user : null;
  }

  dialogs(): number {
    return this.#channels.size;
  }

  #begin(): void {
    this.#retry?.();
    this.#retry = null;
    this.#queue
      .run(async () => {
        this.#has = await this.#readAccounts();
        await this.#contacts.readAll(toHex(this.#deps.random.bytes(4)));
        await this.#synchronise();
        if (!this.#deps.wire.connected()) return;
        this.#up = true;
        this.#first?.resolve();
        this.#events.emit("up", undefined);
      })
      .catch((error: unknown) => {
        this.#deps.log.warn("edge_set_up_failed", { reason: messageOf(error) });
        this.#later();
      });
  }

  #later(): void {
    if (!this.#deps.wire.connected() || this.#disposers.length === 0) return;
    this.#retry?.();
    this.#retry = this.#deps.clock.after(AGAIN, "setting up the SIP edge again", () => this.#begin());
  }

  #lost(): void {
    this.#up = false;
    this.#has = null;
    this.#channels.clear();
    this.#contacts.stop();
    this.#retry?.();
    this.#retry = null;
  }

  /** What an Asterisk has that went on while the box was away. */
  async #readAccounts(): Promise<Map<string, string>> {
    const has = new Map<string, string>();
    for (const user of await this.#ari.sipEndpoints()) {
      const [auth, endpoint] = await Promise.all([this.#ari.object("auth", user), this.#ari.object("endpoint", user)]);
      has.set(user, auth === null || endpoint === null ? "" : fingerprintFound(auth, endpoint));
    }
    return has;
  }

  /** A connection that Asterisk closed just as it was used again says nothing about Asterisk: what was begun is done anew, once. */
  async #synchroniseTwice(): Promise<void> {
    try {
      await this.#synchronise();
    } catch (error) {
      if (!(error instanceof AppError && error.retryable) || !this.#deps.wire.connected()) throw error;
      this.#deps.log.info("accounts_put_again", { reason: error.code });
      await this.#synchronise();
    }
  }

  async #synchronise(): Promise<void> {
    const has = this.#has;
    if (has === null) throw edgeDown();
    if (!this.#given) return;
    const { remove, add } = accountChanges(has, this.#wanted.values(), this.#deps);
    for (const user of remove) {
      // Unknown from here on, whatever comes of the rest: it is done again then.
      has.set(user, "");
      for (const type of REMOVAL) await this.#ari.removeObject(type, user);
      await this.#contacts.remove(user);
      has.delete(user);
    }
    for (const account of add) {
      has.set(account.user, "");
      // An object that is there would be added to.
      for (const type of REMOVAL) await this.#ari.removeObject(type, account.user);
      for (const { type, id, fields } of objectsOf(account, this.#deps)) await this.#ari.putObject(type, id, fields);
      has.set(account.user, fingerprintOf(account, this.#deps));
    }
    await this.#contacts.removeUnwanted();
  }

  #onEvent(raw: unknown): void {
    const event = eventOf(raw);
    if (event === null) return;
    if (event.type === "ContactStatusChange") this.#onContact(event.contact_info);
    else this.#count(event);
  }

  #onContact({ aor, uri, contact_status }: { aor: string; uri: string; contact_status: string }): void {
    // One after the other, and not amid a change of accounts.
    this.#queue
      .run(() => this.#contacts.changed(aor, uri, contact_status === "Removed"))
      .catch((error: unknown) => this.#deps.log.warn("registration_unread", { reason: messageOf(error) }));
  }

  #count(event: Exclude<AriEvent, { type: "ContactStatusChange" }>): void {
    const { id, name } = event.channel;
    if (event.type === "ChannelDestroyed") this.#channels.delete(id);
    else if (name.startsWith("PJSIP/") && event.type !== "StasisEnd") this.#channels.add(id);
  }
}

function edgeDown(cause?: unknown): AppError {
  const why = cause instanceof AppError ? ` (${cause.code})` : "";
  return new AppError("voice.edge_down", `Asterisk does not take the accounts now${why}`, {
    hint: "Nothing to do: it is done as soon as Asterisk is there.",
    retryable: true,
    ...(cause === undefined ? {} : { cause }),
  });
}
