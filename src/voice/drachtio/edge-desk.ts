// What the drachtio edge does with each request: registers phones, lets calls in, rings phones, or says nothing.

import type { Clock, Disposer, Millis, Random } from "../../base/index.ts";
import { minutes, seconds, unixMs } from "../../base/index.ts";
import type { SipAccount, SipBinding } from "../../core/index.ts";
import { CallBridge, type LegPlan } from "./call-bridge.ts";
import { type Anchors, callerOf, isDialable, planToAnchor, planToPhone } from "./call-headers.ts";
import type { MediaPath } from "./media-path.ts";
import { offeredEncryption } from "./offer-media.ts";
import { PhoneAlgorithms } from "./phone-algorithms.ts";
import { type Binding, placeOf, Registrar } from "./registrar.ts";
import { screen } from "./screen.ts";
import { SignIn } from "./sign-in.ts";
import type { SipConnection, SipRequest } from "./sip-port.ts";
import { parseAddress, parseSipUri } from "./sip-uri.ts";
import { sourceOf, Throttle } from "./throttle.ts";

export interface EdgeDeskOptions {
  readonly realm: string;
  readonly domain: string;
  readonly anchors: Anchors;
  /** Phones came or went. */
  readonly onBindings?: () => void;
  /** The way of a call's sound; null, or not given: the two sides send it to each other. */
  readonly mediaOf?: (request: SipRequest, plans: readonly LegPlan[], parties: Parties) => MediaPath | null;
  readonly accountShape: RegExp;
  readonly ringLimit: Millis;
  readonly nonceLife: Millis;
  readonly clock: Clock;
  readonly random: Random;
}

/** Whose call it is. */
export interface Parties {
  readonly users: readonly string[];
  /** Between two phones. */
  readonly isDirect: boolean;
}

const nobody = (): boolean => false;
/**
 * drachtio-server 0.9 lets applications in before its SIP stack runs, and dies of a request in a dialog that comes in that moment: what
 * is left of calls before waits until it has surely begun.
 */
const ORPHANS_AFTER: Millis = seconds(2);
const ORPHANS = 256;
const NONCES = 4096;
const SOURCES = 4096;
/** No phone asks that often; who does learns nothing more. */
const CHALLENGES = { burst: 300, every: seconds(0.03) };
const FAILURES = { burst: 20, every: seconds(5) };
/** RFC 3261's timer C: a call that is dialled rings as long as its network lets it. */
const DIAL_LIMIT: Millis = minutes(3);
const ALLOW = "INVITE, ACK, BYE, CANCEL, OPTIONS, INFO, UPDATE, REGISTER";

export class EdgeDesk {
  readonly #options: EdgeDeskOptions;
  readonly #signIn: SignIn;
  readonly #registrar: Registrar;
  readonly #asked: Throttle;
  readonly #failed: Throttle;
  readonly #algorithms = new PhoneAlgorithms(SOURCES);
  readonly #calls = new Map<CallBridge, Parties>();
  /** Requests that came too often and got no answer. */
  throttled = 0;
  #accounts: ReadonlyMap<string, SipAccount> = new Map();
  #connection: SipConnection | null = null;
  /** Dialogs that the server may still have from a connection before. */
  #orphans: readonly string[] = [];
  #stopOrphans: Disposer = () => {};

  constructor(options: EdgeDeskOptions) {
    this.#options = options;
    const now = (): Millis => options.clock.monotonic();
    this.#registrar = new Registrar(now, undefined, options.onBindings);
    this.#asked = new Throttle({ now, rate: CHALLENGES, capacity: SOURCES });
    this.#failed = new Throttle({ now, rate: FAILURES, capacity: SOURCES });
    this.#signIn = new SignIn({ ...options, now, nonceCapacity: NONCES });
  }

  open(connection: SipConnection): void {
    this.#connection = connection;
    this.#stopOrphans = this.#options.clock.after(ORPHANS_AFTER, "dialogs of a connection before", () => {
      for (const id of this.#orphans) connection.hangUp(id);
      this.#orphans = [];
    });
  }

  /** The connection is gone: calls are over, and with the server went the connections to phones. */
  async close(): Promise<void> {
    this.#connection = null;
    this.#stopOrphans();
    this.#orphans = [...this.#orphans, ...[...this.#calls.keys()].flatMap((call) => call.dialogIds)].slice(-ORPHANS);
    this.#registrar.dropConnections();
    await this.endCalls();
  }

  /** Those of the accounts that `whose` names; all of them unless it is given. */
  async endCalls(whose: (parties: Parties) => boolean = () => true): Promise<void> {
    const calls = [...this.#calls].filter(([, parties]) => whose(parties));
    await Promise.all(calls.map(([call]) => call.destroy()));
  }

  setAccounts(accounts: readonly SipAccount[]): void {
    const next = new Map(accounts.map((account) => [account.user, account]));
    for (const [user, before] of this.#accounts)
      if (next.get(user)?.ha1.sha256 !== before.ha1.sha256) this.#registrar.dropUser(user);
    this.#accounts = next;
    // Between two phones nobody else notices that one of them may not speak any more.
    void this.endCalls(({ users, isDirect }) => isDirect && users.some((user) => !next.has(user)));
  }

  account(user: string): SipAccount | undefined {
    return this.#accounts.get(user);
  }

  isRegistered(user: string): boolean {
    return this.#registrar.of(user).length > 0;
  }

  bindings(): readonly SipBinding[] {
    const offset = this.#options.clock.now() - this.#options.clock.monotonic();
    return this.#registrar.all().map(({ user, agent, source, expiresAt }) => {
      return { user, agent, transport: source.transport, expiresAt: unixMs(Math.round(expiresAt + offset)) };
    });
  }

  dialogs(): number {
    return [...this.#calls.keys()].reduce((sum, call) => sum + call.size, 0);
  }

  sizes(): { readonly bindings: number; readonly nonces: number; readonly sources: number; readonly calls: number } {
    return {
      bindings: this.#registrar.all().length,
      nonces: this.#signIn.size,
      sources: this.#asked.size + this.#failed.size + this.#algorithms.size,
      calls: this.#calls.size,
    };
  }

  take(request: SipRequest): void {
    const { method, uri, source } = request;
    const [from, to, agent] = [request.header("From"), request.header("To"), request.header("User-Agent")];
    const { anchors, accountShape } = this.#options;
    const mayRing = anchors.at({ host: source.address, port: source.port });
    const knows = (address: string): boolean => this.#registrar.knows(address);
    const rules = { isAnchor: () => mayRing !== null, accountShape, knows };
    const verdict = screen({ method, uri, source, from, to, agent }, rules);
    switch (verdict.kind) {
      case "drop":
        return request.drop();
      case "answer":
        return request.respond(verdict.status, { headers: { Allow: ALLOW } });
      case "anchor":
        return this.#ring(request, mayRing ?? nobody);
      case "register":
        return this.#register(request);
      case "invite":
        return this.#dial(request);
    }
  }

  /** The account that a request comes from; null: it was dealt with. */
  #who(request: SipRequest, name: "Authorization" | "Proxy-Authorization", claimed: string | undefined): string | null {
    const source = sourceOf(request.source.address);
    const { method, uri } = request;
    const verdict = this.#signIn.check({ method, uri, source, authorization: request.header(name) }, this.#accounts);
    const phone = `${source} ${claimed ?? ""}`;
    if (verdict.kind === "in" && verdict.user === claimed) {
      this.#algorithms.signedIn(phone, verdict.algorithm);
      return verdict.user;
    }
    const isWrong = verdict.kind !== "ask";
    // The server takes what a phone repeats for answered once it was dropped: a registered one is not counted with strangers behind its
    // address, or their flood would cost it the call.
    const counted = this.#registrar.isPhone(request.source) ? placeOf(request.source) : source;
    if (!(isWrong ? this.#failed : this.#asked).take(counted)) {
      this.throttled++;
      request.drop();
      return null;
    }
    const isStale = !isWrong && verdict.stale;
    const algorithms = this.#algorithms.offer(phone, request.header("User-Agent"), isWrong || isStale);
    const challenges = this.#signIn.challenges(source, isStale, algorithms);
    const [status, header] =
      name === "Authorization" ? ([401, "WWW-Authenticate"] as const) : ([407, "Proxy-Authenticate"] as const);
    request.respond(status, { headers: { [header]: challenges } });
    return null;
  }

  #register(request: SipRequest): void {
    const user = this.#who(request, "Authorization", parseAddress(request.header("To"))?.user);
    if (user === null) return;
    const { status, bindings } = this.#registrar.register({
      user,
      contact: request.header("Contact"),
      expires: request.header("Expires"),
      callId: request.header("Call-ID") ?? "",
      cseq: Number.parseInt(request.header("CSeq") ?? "0", 10),
      agent: request.header("User-Agent"),
      source: request.source,
    });
    if (status === 423)
      return request.respond(423, { headers: { "Min-Expires": String(this.#registrar.limits.minExpires) } });
    if (status !== 200) return request.respond(status);
    const now = this.#options.clock.monotonic();
    const contacts = bindings.map(({ uri, expiresAt }) => `<${uri}>;expires=${Math.round((expiresAt - now) / 1000)}`);
    // Of a REGISTER over TCP or TLS, drachtio-server 0.9 remembers user and host of its Contact, and sends whatever goes there over that
    // connection, to another port too: a second phone behind the same address would never ring. It does not when the first contact of
    // the answer has no expiry; phones look for their own among them (RFC 3261 section 10.2.4).
    const first = request.source.transport === "udp" ? [] : [`<sip:${user}@${this.#options.domain}>`];
    request.respond(200, { headers: contacts.length === 0 ? {} : { Contact: [...first, ...contacts] } });
  }

  #dial(request: SipRequest): void {
    const user = this.#who(request, "Proxy-Authorization", parseAddress(request.header("From"))?.user);
    if (user === null) return;
    const dialled = parseSipUri(request.uri)?.user ?? "";
    const sdp = request.body;
    if (!isDialable(dialled)) return request.respond(484);
    const encryption = offeredEncryption(sdp);
    if (encryption === null) return request.respond(488);
    const { anchors, domain, ringLimit } = this.#options;
    if (this.#accounts.has(dialled)) {
      const caller = `<sip:${user}@${domain}>`;
      return this.#bridge(request, this.#phones(dialled, caller, sdp), ringLimit, {
        users: [user, dialled],
        isDirect: true,
      });
    }
    const anchor = anchors.of(user);
    if (anchor === null) return request.respond(480);
    const plan = planToAnchor(anchor, domain, { user, dialled, encryption, sdp });
    this.#bridge(request, [plan], DIAL_LIMIT, { users: [user], isDirect: false });
  }

  #ring(request: SipRequest, mayRing: (user: string) => boolean): void {
    const user = parseSipUri(request.uri)?.user ?? "";
    const { domain, ringLimit } = this.#options;
    const caller = callerOf(request.header("P-Asserted-Identity"), request.header("From"), domain);
    const plans = mayRing(user) ? this.#phones(user, caller, request.body) : [];
    this.#bridge(request, plans, ringLimit, { users: [user], isDirect: false });
  }

  #phones(user: string, caller: string, sdp: string): readonly LegPlan[] {
    const bindings: readonly Binding[] = this.#accounts.has(user) ? this.#registrar.of(user) : [];
    return bindings.map((binding) => planToPhone(binding, caller, this.#options.domain, sdp));
  }

  #bridge(request: SipRequest, plans: readonly LegPlan[], ringLimit: Millis, parties: Parties): void {
    const connection = this.#connection;
    if (connection === null) return request.respond(503);
    const { clock, mediaOf } = this.#options;
    const media = plans.length === 0 ? null : (mediaOf?.(request, plans, parties) ?? null);
    const onDead = (binding: Binding): void => this.#registrar.drop(binding);
    const call = new CallBridge({ connection, clock, ringLimit, onDead, media }, request);
    this.#calls.set(call, parties);
    void call.over.then(() => this.#calls.delete(call));
    call.start(plans);
  }
}
