// One connection of the box to its relay: TLS 1.3 with a pinned certificate, the box's proof, its accounts.

import { createHash } from "node:crypto";
import type { Socket } from "node:net";
import { connect, type TLSSocket } from "node:tls";
import {
  type Clock,
  type Deferred,
  deferred,
  isAppError,
  type Millis,
  seconds,
  withDeadline,
} from "../../base/index.ts";
import { type TrunkIdentity, trunkAuthorization } from "./proof.ts";
import { type SipText, statusOf } from "./sip-text.ts";
import { type LinkEnd, TrunkLink } from "./trunk-link.ts";
import { registerMessage, registerNumber } from "./trunk-messages.ts";
import { trunkError } from "./trunk-state.ts";
import { readBody, type TrunkAccount, trunkReply } from "./wire.ts";

/** Where a relay takes trunks. */
export interface TrunkPlace {
  readonly host: string;
  readonly port: number;
  /** SHA-256 of the certificate in DER, lower-case hex. */
  readonly certSha256: string;
}

/** A TCP connection that nobody has read from. Rejects with a coded error; an abort ends it. */
export type DialTcp = (
  target: { readonly host: string; readonly port: number },
  signal: AbortSignal,
) => Promise<Socket>;

export interface TrunkSessionOptions {
  readonly place: TrunkPlace;
  readonly dial: DialTcp;
  readonly identity: TrunkIdentity;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** All that is no answer to a REGISTER. */
  readonly onMessage: (message: SipText) => void;
}

const CONNECT_LIMIT: Millis = seconds(15);
const ANSWER_LIMIT: Millis = seconds(10);
const PING_EVERY: Millis = seconds(20);
const SILENCE: Millis = seconds(45);

export class TrunkSession {
  readonly #options: TrunkSessionOptions;
  readonly #socket: TLSSocket;
  readonly #link: TrunkLink;
  readonly #closed = new AbortController();
  readonly #asked = new Map<number, Deferred<SipText>>();
  #number = 0;
  #end: LinkEnd | null = null;
  #refused = 0;

  private constructor(options: TrunkSessionOptions, socket: TLSSocket) {
    this.#options = options;
    this.#socket = socket;
    this.#link = new TrunkLink({
      ...{ socket, clock: options.clock, pingEvery: PING_EVERY, silence: SILENCE },
      onMessage: (message) => this.#take(message),
      onClosed: (reason) => {
        this.#end = reason;
        this.#closed.abort();
      },
    });
  }

  /** Rejects with `voice.relay_unreachable`, `voice.relay_certificate`, what `dial` rejects with, or `base.stopped`. */
  static async open(options: TrunkSessionOptions): Promise<TrunkSession> {
    const { clock, signal } = options;
    const given = new AbortController();
    try {
      const made = secure(options, AbortSignal.any([given.signal, signal]));
      const wait = { clock, timeout: CONNECT_LIMIT, what: "the connection to the relay", signal };
      return new TrunkSession(options, await withDeadline(made, wait));
    } catch (error) {
      given.abort();
      throw isAppError(error) && error.code !== "base.timeout" ? error : unreachable(error);
    }
  }

  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  get end(): LinkEnd | null {
    return this.#end;
  }

  /** Accounts that the relay did not take. */
  get refused(): number {
    return this.#refused;
  }

  /** Tells the relay all accounts. Rejects with `voice.relay_refused`, `voice.relay_lost` or `voice.relay_unreachable`; then it is closed. */
  async register(accounts: readonly TrunkAccount[]): Promise<void> {
    const number = ++this.#number;
    const answer = deferred<SipText>();
    this.#asked.set(number, answer);
    try {
      const authorization = trunkAuthorization(this.#options.identity, this.#link.exported());
      const address = (this.#socket.localAddress ?? "").replace(/^::ffff:/, "");
      this.#link.send(registerMessage(number, authorization, { v: 1, address, accounts: [...accounts] }));
      const wait = { clock: this.#options.clock, timeout: ANSWER_LIMIT, what: "the relay's answer" };
      const got = await withDeadline(answer.promise, { ...wait, signal: this.#closed.signal });
      const reply = statusOf(got) === 200 ? readBody(trunkReply, got.body) : null;
      if (reply !== null) this.#refused = reply.refused.length;
      else throw trunkError("voice.relay_refused", "the relay does not take this box's trunk");
    } catch (error) {
      this.close();
      throw isAppError(error) && error.code === "voice.relay_refused" ? error : unreachable(error);
    } finally {
      this.#asked.delete(number);
    }
  }

  /** False: it was not sent. */
  send(message: SipText): boolean {
    return this.#link.send(message);
  }

  close(): void {
    this.#link.close();
  }

  #take(message: SipText): void {
    const number = registerNumber(message);
    if (number === null) return this.#options.onMessage(message);
    if (statusOf(message) !== null) this.#asked.get(number)?.resolve(message);
  }
}

const unreachable = (cause: unknown) =>
  trunkError("voice.relay_unreachable", "the relay's trunk cannot be reached", cause);

/** TLS over a fresh connection; nothing was sent yet, and the certificate is the one that was promised. */
async function secure({ dial, place }: TrunkSessionOptions, signal: AbortSignal): Promise<TLSSocket> {
  const plain = await dial(place, signal);
  const socket = connect({
    socket: plain,
    minVersion: "TLSv1.3",
    rejectUnauthorized: false,
    servername: serverName(place.host),
  });
  // An error after the one that counts must not end the process.
  for (const each of [plain, socket]) each.on("error", () => {});
  const end = (): void => void socket.destroy();
  signal.addEventListener("abort", end, { once: true });
  try {
    signal.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      socket.once("secureConnect", resolve);
      socket.once("error", reject);
      socket.once("close", () => reject(unreachable(undefined)));
    });
    const shown = socket.getPeerX509Certificate()?.raw;
    const sha256 = shown === undefined ? "" : createHash("sha256").update(shown).digest("hex");
    if (sha256 !== place.certSha256)
      throw trunkError("voice.relay_certificate", "the relay shows another certificate than it says it has");
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    signal.removeEventListener("abort", end);
  }
}

/** Addresses must not stand in SNI. */
const serverName = (host: string): string => (/^[0-9.]+$|:/.test(host) ? "" : host);
