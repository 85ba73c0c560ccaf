// A scripted SIP phone: registers with digest, calls, answers, hangs up, holds. It says what it is told and remembers what it heard.

import { createHash, randomBytes } from "node:crypto";
import { type Clock, type Millis, millis } from "../../../src/base/index.ts";
import { PhoneCall } from "./phone-call.ts";
import { SipMessage } from "./sip-message.ts";
import type { Peer } from "./sip-sockets.ts";
import { SipStack } from "./sip-transactions.ts";

export interface SipPhoneOptions {
  readonly clock: Clock;
  readonly user: string;
  readonly password: string;
  /** Host of the server, as phones write it. */
  readonly domain: string;
  readonly server: Peer;
  readonly t1?: Millis;
  readonly giveUp?: Millis;
  readonly agent?: string;
  /** Which challenge it takes when there are several. */
  readonly algorithm?: "MD5" | "SHA-256";
}

export interface Challenge {
  readonly realm: string;
  readonly nonce: string;
  readonly algorithm: string;
  readonly stale: boolean;
}

export const token = (): string => randomBytes(6).toString("hex");
const hash = (algorithm: string, text: string): string =>
  createHash(algorithm === "SHA-256" ? "sha256" : "md5")
    .update(text)
    .digest("hex");

/** H(user:realm:password), as an account holds it. */
export const ha1Of = (algorithm: "MD5" | "SHA-256", user: string, realm: string, password: string): string =>
  hash(algorithm, `${user}:${realm}:${password}`);

/** The challenges of a 401 or 407. */
export function challengesOf(response: SipMessage): Challenge[] {
  const values = [...response.all("WWW-Authenticate"), ...response.all("Proxy-Authenticate")].join(", ");
  return values
    .split(/(?:^|,\s*)Digest\s+/i)
    .filter((part) => part.includes("nonce="))
    .map((part) => {
      const value = (name: string): string =>
        new RegExp(`(?:^|[,\\s])${name}=(?:"([^"]*)"|([^,\\s]*))`, "i")
          .exec(part)
          ?.slice(1)
          .find((each) => each !== undefined) ?? "";
      return {
        realm: value("realm"),
        nonce: value("nonce"),
        algorithm: value("algorithm") || "MD5",
        stale: /true/i.test(value("stale")),
      };
    });
}

export interface Credentials {
  readonly user: string;
  readonly password: string;
  readonly nc?: number;
  readonly cnonce?: string;
}

/** The value of an Authorization header (RFC 8760, qop=auth). */
export function authorize(challenge: Challenge, method: string, uri: string, credentials: Credentials): string {
  const { user, password, nc = 1, cnonce = token() } = credentials;
  const { algorithm, nonce, realm } = challenge;
  const count = nc.toString(16).padStart(8, "0");
  const ha1 = hash(algorithm, `${user}:${realm}:${password}`);
  const response = hash(algorithm, `${ha1}:${nonce}:${count}:${cnonce}:auth:${hash(algorithm, `${method}:${uri}`)}`);
  return `Digest username="${user}", realm="${realm}", nonce="${nonce}", uri="${uri}", response="${response}", algorithm=${algorithm}, qop=auth, nc=${count}, cnonce="${cnonce}"`;
}

export class SipPhone {
  readonly stack: SipStack;
  readonly options: SipPhoneOptions;
  readonly calls: PhoneCall[] = [];
  /** Calls that came in, oldest first. */
  readonly incoming: PhoneCall[] = [];
  /** Every request out of a dialog that came in, by method. */
  readonly heard: SipMessage[] = [];
  readonly #waiting: ((call: PhoneCall) => void)[] = [];
  readonly #registration = token();
  #cseq = 0;

  constructor(options: SipPhoneOptions) {
    this.options = options;
    const { clock, t1 = millis(500), giveUp = millis(64 * t1) } = options;
    this.stack = new SipStack(
      { clock, timers: { t1, giveUp }, token, trying: false },
      {
        onRequest: (request, from, transaction) => {
          const call = this.calls.find((each) => each.owns(request));
          if (call !== undefined) call.take(request, transaction);
          else if (transaction !== null && request.method === "INVITE" && request.tag("To") === "")
            this.#ring(new PhoneCall(this, from, transaction));
          else if (transaction !== null) {
            this.heard.push(request);
            if (request.tag("To") !== "") transaction.answer(481, "Call/Transaction Does Not Exist");
            else transaction.answer(200, "OK");
          }
        },
        onCancel: (transaction, cancel) => this.calls.find((each) => each.invite === transaction)?.cancelled(cancel),
        onNoAck: (transaction) => this.calls.find((each) => each.invite === transaction)?.end("no ACK"),
      },
    );
  }

  open(port = 0): Promise<void> {
    return this.stack.sockets.open(port);
  }
  async close(): Promise<void> {
    this.stack.forget();
    await this.stack.sockets.close();
  }

  get contact(): string {
    const { server, user } = this.options;
    const port = this.stack.sockets.port;
    return `<sip:${user}@127.0.0.1:${port}${server.transport === "udp" ? "" : `;transport=${server.transport}`}>`;
  }
  nextCseq(): number {
    return ++this.#cseq;
  }

  /** Sends and resolves with the final answer. */
  ask(request: SipMessage, to: Peer = this.options.server): Promise<SipMessage> {
    return new Promise((resolve) => {
      this.stack.request(request, to, (response) => {
        if (response.status >= 200) resolve(response);
      });
    });
  }

  /** A request out of a dialog, to `uri`. */
  make(method: string, uri: string, more: readonly (readonly [string, string])[] = []): SipMessage {
    const { user, domain, agent = "scripted phone" } = this.options;
    const to = method === "REGISTER" ? `sip:${user}@${domain}` : uri;
    return new SipMessage(`${method} ${uri} SIP/2.0`, [
      ["Max-Forwards", "70"],
      ["From", `<sip:${user}@${domain}>;tag=${token()}`],
      ["To", `<${to}>`],
      ["Call-ID", method === "REGISTER" ? this.#registration : token()],
      ["CSeq", `${this.nextCseq()} ${method}`],
      ["User-Agent", agent],
      ...more,
    ]);
  }

  /** Answers the challenge of `response` with `request` again. Null when it has none that the phone knows. */
  again(request: SipMessage, response: SipMessage, credentials: Partial<Credentials> = {}): SipMessage | null {
    const { user, password, algorithm } = this.options;
    const challenges = challengesOf(response);
    const challenge = challenges.find((each) => each.algorithm === algorithm) ?? challenges[0];
    if (challenge === undefined) return null;
    const copy = new SipMessage(
      request.start,
      request.headers.filter(([name]) => name !== "Via" && !/Authorization$/.test(name)),
      request.body,
    );
    copy.set("CSeq", `${this.nextCseq()} ${request.method}`);
    const name = response.status === 401 ? "Authorization" : "Proxy-Authorization";
    return copy.set(name, authorize(challenge, request.method, request.uri, { user, password, ...credentials }));
  }

  /** REGISTER, with the answer to one challenge. Resolves with the last answer. */
  async register(
    expires = 300,
    more: readonly (readonly [string, string])[] = [],
    contact = this.contact,
  ): Promise<SipMessage> {
    const request = this.make("REGISTER", `sip:${this.options.domain}`, [
      ["Contact", contact],
      ["Expires", String(expires)],
      ...more,
    ]);
    const first = await this.ask(request);
    const second = first.status === 401 ? this.again(request, first) : null;
    return second === null ? first : this.ask(second);
  }

  /** Dials; `call.trying` resolves when the call was let in or refused. */
  dial(number: string, sdp: string, more: readonly (readonly [string, string])[] = []): PhoneCall {
    const request = this.make("INVITE", `sip:${number}@${this.options.domain}`, [
      ["Contact", this.contact],
      ["Content-Type", "application/sdp"],
      ...more,
    ]);
    request.body = sdp;
    const call = new PhoneCall(this, this.options.server, null);
    this.calls.push(call);
    call.launch(request);
    return call;
  }

  /** The next call that comes in; one that came in already counts. */
  nextCall(): Promise<PhoneCall> {
    const call = this.incoming.find((each) => !each.seen);
    if (call !== undefined) {
      call.seen = true;
      return Promise.resolve(call);
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #ring(call: PhoneCall): void {
    this.calls.push(call);
    this.incoming.push(call);
    const waiter = this.#waiting.shift();
    if (waiter === undefined) return;
    call.seen = true;
    waiter(call);
  }
}
