// Which phones are registered for which account (RFC 3261 section 10.3), in memory: phones register anew after a restart. The decision
// on one REGISTER is a pure function; the class keeps its results.

import type { Millis } from "../../base/index.ts";
import type { SipBinding } from "../../core/index.ts";
import { type ContactValue, parseContacts } from "./sip-uri.ts";

export type SipTransport = SipBinding["transport"];

export interface SipSource {
  readonly transport: SipTransport;
  readonly address: string;
  readonly port: number;
}

export interface Binding {
  readonly user: string;
  /** Two contacts with the same key are one phone. */
  readonly key: string;
  /** What goes into the request line of an INVITE. */
  readonly uri: string;
  /** Where the REGISTER came from: an INVITE goes back the same way, through whatever router there is. */
  readonly source: SipSource;
  readonly agent: string | null;
  /** Monotonic. */
  readonly expiresAt: Millis;
  readonly callId: string;
  readonly cseq: number;
}

export interface RegisterRequest {
  readonly user: string;
  readonly contact: string | undefined;
  readonly expires: string | undefined;
  readonly callId: string;
  readonly cseq: number;
  readonly agent: string | undefined;
  readonly source: SipSource;
}

export interface RegistrarLimits {
  /** Seconds. */
  readonly minExpires: number;
  readonly maxExpires: number;
  readonly defaultExpires: number;
  /** Phones of one account; the one that registered first makes room. */
  readonly contacts: number;
}

export const REGISTRAR_LIMITS: RegistrarLimits = { minExpires: 60, maxExpires: 3600, defaultExpires: 600, contacts: 8 };

export interface RegisterResult {
  readonly status: 200 | 400 | 423 | 500;
  readonly bindings: readonly Binding[];
}

const MAX_AGENT = 100;
const printable = (text: string | undefined): string | null =>
  text === undefined || text === "" ? null : text.replace(/[^\x20-\x7e]/g, "").slice(0, MAX_AGENT);

/** A socket of the far side, as text. */
export const placeOf = ({ transport, address, port }: SipSource): string => `${transport} ${address} ${port}`;

/** A phone that says who it is keeps its place when its address changes (RFC 5626). */
function keyOf({ instance, regId, uri }: ContactValue): string {
  return instance === null ? uri.replace(/;.*$/, "").toLowerCase() : `${instance} ${regId ?? ""}`;
}

function secondsOf(contact: ContactValue, header: string | undefined, limits: RegistrarLimits): number {
  const fromHeader = header !== undefined && /^\s*\d{1,10}\s*$/.test(header) ? Number(header) : limits.defaultExpires;
  return Math.min(contact.expires ?? fromHeader, limits.maxExpires);
}

/** What a REGISTER makes of the bindings of its account. `bindings`: those that have not expired. */
export function decideRegister(
  bindings: readonly Binding[],
  request: RegisterRequest,
  now: Millis,
  limits: RegistrarLimits,
): RegisterResult {
  const contacts = parseContacts(request.contact);
  const refuse = (status: 400 | 423 | 500): RegisterResult => ({ status, bindings });
  // An older request that came late must not undo a newer one.
  const isLate = (binding: Binding): boolean => binding.callId === request.callId && binding.cseq >= request.cseq;
  if (contacts === null || contacts.length > limits.contacts) return refuse(400);
  if (contacts === "*") {
    if (request.expires?.trim() !== "0") return refuse(400);
    return bindings.some(isLate) ? refuse(500) : { status: 200, bindings: [] };
  }
  const wanted = contacts.map((contact) => ({ contact, seconds: secondsOf(contact, request.expires, limits) }));
  if (wanted.some(({ seconds }) => seconds > 0 && seconds < limits.minExpires)) return refuse(423);
  let next = [...bindings];
  for (const { contact, seconds } of wanted) {
    const key = keyOf(contact);
    if (next.some((binding) => binding.key === key && isLate(binding))) return refuse(500);
    next = next.filter((binding) => binding.key !== key);
    if (seconds === 0) continue;
    const { user, source, callId, cseq } = request;
    const expiresAt = (now + seconds * 1000) as Millis;
    next.push({ user, key, uri: contact.uri, source, agent: printable(request.agent), expiresAt, callId, cseq });
  }
  return { status: 200, bindings: next.slice(-limits.contacts) };
}

export class Registrar {
  readonly #now: () => Millis;
  readonly #limits: RegistrarLimits;
  readonly #onChange: () => void;
  readonly #bindings = new Map<string, readonly Binding[]>();

  constructor(now: () => Millis, limits: RegistrarLimits = REGISTRAR_LIMITS, onChange: () => void = () => {}) {
    this.#now = now;
    this.#limits = limits;
    this.#onChange = onChange;
  }

  get limits(): RegistrarLimits {
    return this.#limits;
  }

  register(request: RegisterRequest): RegisterResult {
    const result = decideRegister(this.of(request.user), request, this.#now(), this.#limits);
    if (result.status === 200) this.#set(request.user, result.bindings);
    return result;
  }

  /** Phones of an account that have not expired, the one that registered first in front. */
  of(user: string): readonly Binding[] {
    const now = this.#now();
    const all = this.#bindings.get(user) ?? [];
    const alive = all.filter(({ expiresAt }) => expiresAt > now);
    if (alive.length !== all.length) this.#set(user, alive);
    return alive;
  }

  all(): readonly Binding[] {
    return [...this.#bindings.keys()].flatMap((user) => this.of(user));
  }

  /** Whether a phone is registered from that address. */
  knows(address: string): boolean {
    return this.all().some(({ source }) => source.address === address);
  }

  /** Whether a phone is registered from that very socket. */
  isPhone(source: SipSource): boolean {
    const place = placeOf(source);
    return this.all().some((binding) => placeOf(binding.source) === place);
  }

  drop(binding: Binding): void {
    this.#set(
      binding.user,
      this.of(binding.user).filter((each) => each !== binding),
    );
  }

  dropUser(user: string): void {
    if (this.#bindings.delete(user)) this.#onChange();
  }

  /** The server has gone, and with it every connection to a phone; UDP needs none. */
  dropConnections(): void {
    for (const user of [...this.#bindings.keys()])
      this.#set(
        user,
        this.of(user).filter(({ source }) => source.transport === "udp"),
      );
  }

  #set(user: string, bindings: readonly Binding[]): void {
    if (bindings.length === 0) this.#bindings.delete(user);
    else this.#bindings.set(user, bindings);
    this.#onChange();
  }
}
