// RFC 3261 section 17: client and server transactions with their timers, over sockets that a test owns.

import { type Clock, type Disposer, type Millis, millis } from "../../../src/base/index.ts";
import { answerTo, type SipMessage } from "./sip-message.ts";
import { type Peer, SipSockets } from "./sip-sockets.ts";

export interface SipTimers {
  /** Round trip estimate; RFC: 500 ms. */
  readonly t1: Millis;
  /** When a transaction is given up (timers B, F and H); RFC: 64 × T1. */
  readonly giveUp: Millis;
}

export interface TransactionUser {
  /** A request that is no retransmission; ACK to a 2xx included, `transaction` is null then. */
  onRequest(request: SipMessage, from: Peer, transaction: ServerTransaction | null): void;
  /** The INVITE of `transaction` is cancelled; CANCEL itself was answered. */
  onCancel(transaction: ServerTransaction, cancel: SipMessage): void;
  /** A 2xx to an INVITE whose ACK never came. */
  onNoAck(transaction: ServerTransaction): void;
}

export interface TransactionOptions {
  readonly clock: Clock;
  readonly timers: SipTimers;
  /** Unique within the stack. */
  readonly token: () => string;
  /** Sends a 100 to each INVITE at once. */
  readonly trying: boolean;
}

const MAX_INTERVAL = 8;

export class ClientTransaction {
  readonly request: SipMessage;
  readonly to: Peer;
  /** Last response; null before the first. */
  response: SipMessage | null = null;
  done = false;
  readonly onResponse: (response: SipMessage) => void;
  stop: Disposer = () => {};

  constructor(request: SipMessage, to: Peer, onResponse: (response: SipMessage) => void) {
    this.request = request;
    this.to = to;
    this.onResponse = onResponse;
  }
}

export class ServerTransaction {
  readonly request: SipMessage;
  readonly from: Peer;
  readonly toTag: string;
  last: SipMessage | null = null;
  cancelled = false;
  acked = false;
  stop: Disposer = () => {};
  readonly #stack: SipStack;

  constructor(request: SipMessage, from: Peer, toTag: string, stack: SipStack) {
    this.request = request;
    this.from = from;
    this.toTag = toTag;
    this.#stack = stack;
  }

  get isFinal(): boolean {
    return this.last !== null && this.last.status >= 200;
  }
  /** Sends an answer; the second final one is dropped. */
  respond(response: SipMessage): boolean {
    return this.#stack.respond(this, response);
  }
  answer(status: number, reason: string, more: (response: SipMessage) => void = () => {}): boolean {
    const response = answerTo(this.request, status, reason, status > 100 ? this.toTag : "");
    more(response);
    return this.respond(response);
  }
}

export class SipStack {
  readonly sockets: SipSockets;
  readonly #options: TransactionOptions;
  readonly #user: TransactionUser;
  readonly #clients = new Map<string, ClientTransaction>();
  readonly #servers = new Map<string, ServerTransaction>();

  constructor(options: TransactionOptions, user: TransactionUser, host?: string) {
    this.#options = options;
    this.#user = user;
    this.sockets = new SipSockets((message, from) => this.#take(message, from), host);
    this.sockets.onFailed = (to) => this.#failed(to);
  }

  /** Client and server transactions that exist now. */
  get transactions(): number {
    return this.#clients.size + this.#servers.size;
  }
  hasServer(transaction: ServerTransaction): boolean {
    return this.#servers.get(serverKey(transaction.request)) === transaction;
  }

  /** Adds a Via and sends; a 408 or 503 of our own comes when nothing answers. Not for ACK and CANCEL. */
  request(request: SipMessage, to: Peer, onResponse: (response: SipMessage) => void): ClientTransaction {
    this.addVia(request, to);
    const transaction = new ClientTransaction(request, to, onResponse);
    this.#clients.set(clientKey(request), transaction);
    this.#sendFor(transaction);
    return transaction;
  }

  addVia(message: SipMessage, to: Peer): void {
    const via = `SIP/2.0/${to.transport.toUpperCase()} ${this.sockets.host}:${this.sockets.port};rport;branch=z9hG4bK${this.#options.token()}`;
    message.headers.unshift(["Via", via]);
  }

  send(message: SipMessage, to: Peer): void {
    this.sockets.send(message.toString(), to);
  }

  /** A CANCEL for the INVITE of `transaction`; its 487 comes by itself. */
  cancel(transaction: ClientTransaction, more: (cancel: SipMessage) => void = () => {}): SipMessage {
    const cancel = follow(transaction.request, "CANCEL");
    more(cancel);
    const copy = new ClientTransaction(cancel, transaction.to, () => {});
    this.#clients.set(clientKey(cancel), copy);
    this.#sendFor(copy);
    return cancel;
  }

  respond(transaction: ServerTransaction, response: SipMessage): boolean {
    if (!this.hasServer(transaction) || transaction.isFinal) return false;
    transaction.last = response;
    this.send(response, transaction.from);
    if (response.status < 200) return true;
    const isInvite = transaction.request.method === "INVITE";
    const resends = isInvite && (response.status < 300 || transaction.from.transport === "udp");
    transaction.stop();
    transaction.stop = this.#retry(
      () => resends && this.send(response, transaction.from),
      () => {
        this.#servers.delete(serverKey(transaction.request));
        if (isInvite && response.status < 300 && !transaction.acked) this.#user.onNoAck(transaction);
      },
    );
    return true;
  }

  /** The ACK to a 2xx has come: it is not sent again. */
  acknowledge(transaction: ServerTransaction): void {
    transaction.acked = true;
    transaction.stop();
    this.#servers.delete(serverKey(transaction.request));
  }

  forget(): void {
    for (const each of [...this.#clients.values(), ...this.#servers.values()]) each.stop();
    this.#clients.clear();
    this.#servers.clear();
  }

  #sendFor(transaction: ClientTransaction): void {
    const { request, to } = transaction;
    const isInvite = request.method === "INVITE";
    this.send(request, to);
    transaction.stop = this.#retry(
      () => to.transport === "udp" && !(isInvite && transaction.response !== null) && this.send(request, to),
      () => {
        // An INVITE that rings may ring for long.
        if (isInvite && transaction.response !== null) return;
        this.#end(transaction);
        transaction.onResponse(answerTo(request, 408, "Request Timeout"));
      },
    );
  }

  /** Calls `again` after T1, 2 T1, …, and `end` once at the end. */
  #retry(again: () => void, end: () => void): Disposer {
    const { clock, timers } = this.#options;
    let wait = timers.t1 as number;
    let cancelNext: Disposer = () => {};
    const next = (): void => {
      cancelNext = clock.after(millis(wait), "SIP retransmission", () => {
        wait = Math.min(wait * 2, timers.t1 * MAX_INTERVAL);
        again();
        next();
      });
    };
    next();
    const cancelEnd = clock.after(timers.giveUp, "SIP transaction", () => {
      cancelNext();
      end();
    });
    return () => {
      cancelNext();
      cancelEnd();
    };
  }

  #end(transaction: ClientTransaction): void {
    transaction.stop();
    transaction.done = true;
    this.#clients.delete(clientKey(transaction.request));
  }

  #failed(to: Peer): void {
    for (const each of [...this.#clients.values()]) {
      if (each.to.transport === "udp" || each.to.port !== to.port || each.to.host !== to.host) continue;
      this.#end(each);
      each.onResponse(answerTo(each.request, 503, "Service Unavailable"));
    }
  }

  #take(message: SipMessage, from: Peer): void {
    if (message.isRequest) this.#takeRequest(message, from);
    else this.#takeResponse(message);
  }

  #takeResponse(response: SipMessage): void {
    const transaction = this.#clients.get(clientKey(response));
    if (transaction === undefined) return;
    const before = transaction.response;
    transaction.response = response;
    if (response.method === "INVITE" && response.status >= 300) {
      const ack = follow(transaction.request, "ACK").set("To", response.get("To"));
      this.send(ack, transaction.to);
      if (transaction.done) return;
      transaction.stop();
      transaction.done = true;
      // Stays for a while: the answer may come again.
      transaction.stop = this.#options.clock.after(this.#options.timers.giveUp, "SIP timer D", () =>
        this.#end(transaction),
      );
      transaction.onResponse(response);
      return;
    }
    if (response.method !== "INVITE" && response.status >= 200) this.#end(transaction);
    if (response.method === "INVITE" && response.status >= 200 && before !== null && before.status >= 200) {
      // A 2xx again: our ACK got lost.
      transaction.onResponse(response);
      return;
    }
    if (response.method === "INVITE" && response.status >= 200) {
      transaction.stop();
      transaction.stop = this.#options.clock.after(this.#options.timers.giveUp, "SIP timer M", () =>
        this.#end(transaction),
      );
    }
    transaction.onResponse(response);
  }

  #takeRequest(request: SipMessage, from: Peer): void {
    const known = this.#servers.get(serverKey(request));
    if (request.method === "ACK") {
      if (known !== undefined && known.last !== null && known.last.status >= 300) {
        known.stop();
        this.#servers.delete(serverKey(request));
      } else this.#user.onRequest(request, from, null);
      return;
    }
    if (known !== undefined) {
      if (known.last !== null) this.send(known.last, known.from);
      return;
    }
    const via = request.get("Via").replace(/;rport(?==|;|$)(=\d*)?/, `;rport=${from.port}`);
    if (via !== "") request.set("Via", from.host === hostOf(via) ? via : `${via};received=${from.host}`);
    if (request.method === "CANCEL") {
      this.#cancelled(request, from);
      return;
    }
    const transaction = new ServerTransaction(request, from, this.#options.token(), this);
    this.#servers.set(serverKey(request), transaction);
    if (request.method === "INVITE" && this.#options.trying) transaction.answer(100, "Trying");
    // One that nobody ever answers is forgotten.
    transaction.stop = this.#options.clock.after(
      millis(this.#options.timers.giveUp * 2),
      "SIP request without an answer",
      () => this.#servers.delete(serverKey(request)),
    );
    this.#user.onRequest(request, from, transaction);
  }

  #cancelled(cancel: SipMessage, from: Peer): void {
    const invite = this.#servers.get(serverKey(cancel, "INVITE"));
    if (invite === undefined) {
      this.send(answerTo(cancel, 481, "Call/Transaction Does Not Exist", this.#options.token()), from);
      return;
    }
    this.send(answerTo(cancel, 200, "OK", invite.toTag), from);
    if (invite.isFinal || invite.cancelled) return;
    invite.cancelled = true;
    this.#user.onCancel(invite, cancel);
  }
}

const hostOf = (via: string): string => /^SIP\/2\.0\/\S+\s+([^:;]+)/.exec(via)?.[1] ?? "";
const clientKey = (message: SipMessage): string => `${message.branch} ${message.method}`;
const serverKey = (request: SipMessage, method = request.method): string =>
  `${request.branch} ${/^SIP\/2\.0\/\S+\s+([^;]+)/.exec(request.get("Via"))?.[1] ?? ""} ${method === "ACK" ? "INVITE" : method}`;

/** A CANCEL or ACK with the INVITE's Via, From, To, Call-ID and number. */
function follow(invite: SipMessage, method: "CANCEL" | "ACK"): SipMessage {
  const copy = answerTo(invite, 200, "OK");
  copy.start = `${method} ${invite.uri} SIP/2.0`;
  copy.headers = copy.headers.filter(([name], at) => name !== "Via" || at === 0);
  copy.set("CSeq", `${invite.cseq} ${method}`).set("Max-Forwards", "70");
  for (const route of invite.all("Route")) copy.add("Route", route);
  return copy;
}
