// One call of a scripted phone.

import { SipMessage, uriOf } from "./sip-message.ts";
import type { SipPhone } from "./sip-phone.ts";
import type { Peer } from "./sip-sockets.ts";
import type { ClientTransaction, ServerTransaction } from "./sip-transactions.ts";

/** SDP of a phone that sends PCMU to `port`. */
export function sdpOf(
  port: number,
  media: "plain" | "sdes" | "dtls" = "plain",
  direction = "sendrecv",
  version = 1,
): string {
  const profile = { plain: "RTP/AVP", sdes: "RTP/SAVP", dtls: "UDP/TLS/RTP/SAVPF" }[media];
  const keys = {
    plain: [],
    sdes: ["a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"],
    dtls: [`a=fingerprint:sha-256 ${Array.from({ length: 32 }, () => "00").join(":")}`, "a=setup:actpass"],
  }[media];
  return [
    "v=0",
    `o=- 1 ${version} IN IP4 127.0.0.1`,
    "s=-",
    "c=IN IP4 127.0.0.1",
    "t=0 0",
    `m=audio ${port} ${profile} 0 101`,
    "a=rtpmap:0 PCMU/8000",
    "a=rtpmap:101 telephone-event/8000",
    ...keys,
    `a=${direction}`,
    "",
  ].join("\r\n");
}

export class PhoneCall {
  /** Requests within the dialog that came in. */
  readonly requests: SipMessage[] = [];
  /** Statuses of the answers to the INVITE that it sent. */
  readonly statuses: number[] = [];
  /** The last SDP of the other side. */
  remoteSdp = "";
  seen = false;
  /** Answers requests of the other side by itself; otherwise a test does. */
  answers = true;
  acks = true;
  /** Why it is over; null while it is not. */
  over: string | null = null;
  invite: ServerTransaction | null;
  readonly ended: Promise<string>;
  /** Resolves when the other side took the call, with its 200; rejects when it ends before. */
  readonly answered: Promise<SipMessage>;
  /** An ACK came. */
  readonly acknowledged: Promise<SipMessage>;
  readonly #phone: SipPhone;
  readonly #peer: Peer;
  readonly #waiting: { readonly method: string; readonly resolve: (request: SipMessage) => void }[] = [];
  readonly #statusWaits: { readonly status: number; readonly resolve: () => void }[] = [];
  #resolveEnd: (why: string) => void = () => {};
  #resolveAnswer: (response: SipMessage) => void = () => {};
  #rejectAnswer: (error: Error) => void = () => {};
  #resolveAck: (ack: SipMessage) => void = () => {};
  #client: ClientTransaction | null = null;
  #request: SipMessage | null = null;
  #ack: SipMessage | null = null;
  #callId = "";
  #local = "";
  #remote = "";
  #target = "";
  #version = 1;

  constructor(phone: SipPhone, peer: Peer, invite: ServerTransaction | null) {
    this.#phone = phone;
    this.#peer = peer;
    this.invite = invite;
    this.ended = new Promise((resolve) => {
      this.#resolveEnd = resolve;
    });
    this.answered = new Promise((resolve, reject) => {
      this.#resolveAnswer = resolve;
      this.#rejectAnswer = reject;
    });
    this.acknowledged = new Promise((resolve) => {
      this.#resolveAck = resolve;
    });
    this.answered.catch(() => {});
    if (invite === null) return;
    const { request, toTag } = invite;
    this.#callId = request.callId;
    this.#remote = request.get("From");
    this.#local = `${request.get("To")};tag=${toTag}`;
    this.#target = uriOf(request.get("Contact"));
    this.remoteSdp = request.body;
  }

  /** The INVITE that rang; throws for a call that was dialled. */
  get request(): SipMessage {
    const request = this.invite?.request ?? this.#request;
    if (request == null) throw new Error("no INVITE yet");
    return request;
  }

  owns(request: SipMessage): boolean {
    return (
      request.callId === this.#callId && request.tag("To") !== "" && this.#local.includes(`tag=${request.tag("To")}`)
    );
  }

  // --- a call that rings
  ring(status = 180, reason = "Ringing"): void {
    this.invite?.answer(status, reason, (answer) => answer.set("Contact", this.#phone.contact));
  }
  /** 200; resolves with the ACK. */
  answer(sdp: string): Promise<SipMessage> {
    this.invite?.answer(200, "OK", (answer) => {
      answer.set("Contact", this.#phone.contact).set("Content-Type", "application/sdp");
      answer.body = sdp;
    });
    return this.acknowledged;
  }
  reject(status: number, reason = "No"): void {
    this.invite?.answer(status, reason);
    this.end(`rejected ${status}`);
  }
  cancelled(cancel: SipMessage): void {
    this.requests.push(cancel);
    this.#told(cancel);
    this.invite?.answer(487, "Request Terminated");
    this.end("cancelled");
  }

  // --- a call that it dials
  launch(request: SipMessage, mayAnswer = true): void {
    this.#callId = request.callId;
    this.#local = request.get("From");
    this.#remote = request.get("To");
    this.#request = request;
    this.#client = this.#phone.stack.request(request, this.#peer, (response) =>
      this.#onAnswer(request, response, mayAnswer),
    );
  }
  cancel(): void {
    if (this.#client !== null) this.#phone.stack.cancel(this.#client);
  }
  /** Resolves when the INVITE was answered with `status`. */
  status(status: number): Promise<void> {
    if (this.statuses.includes(status)) return Promise.resolve();
    return new Promise((resolve) => this.#statusWaits.push({ status, resolve }));
  }

  // --- within the dialog
  /** Resolves with the final answer. */
  async ask(method: string, body = "", more: readonly (readonly [string, string])[] = []): Promise<SipMessage> {
    const request = this.#inside(method, this.#phone.nextCseq(), more);
    request.body = body;
    const response = await this.#phone.ask(request, this.#peer);
    if (method === "INVITE" && response.status < 300) this.#sendAck(response);
    return response;
  }
  async bye(): Promise<SipMessage> {
    const response = this.ask("BYE");
    this.end("hung up");
    return await response;
  }
  async offer(sdp: string): Promise<SipMessage> {
    this.#version++;
    const response = await this.ask("INVITE", sdp, [
      ["Contact", this.#phone.contact],
      ["Content-Type", "application/sdp"],
    ]);
    if (response.status < 300) this.remoteSdp = response.body;
    return response;
  }
  hold(port: number): Promise<SipMessage> {
    return this.offer(sdpOf(port, "plain", "sendonly", this.#version + 1));
  }
  resume(port: number): Promise<SipMessage> {
    return this.offer(sdpOf(port, "plain", "sendrecv", this.#version + 1));
  }
  digit(digit: string): Promise<SipMessage> {
    return this.ask("INFO", `Signal=${digit}\r\nDuration=160\r\n`, [["Content-Type", "application/dtmf-relay"]]);
  }

  /** The next request of `method` within the dialog; one that came already counts. */
  next(method: string): Promise<SipMessage> {
    const found = this.requests.findIndex((request) => request.method === method);
    const [request] = found < 0 ? [] : this.requests.splice(found, 1);
    if (request !== undefined) return Promise.resolve(request);
    return new Promise((resolve) => this.#waiting.push({ method, resolve }));
  }

  take(request: SipMessage, transaction: ServerTransaction | null): void {
    if (request.method === "ACK") {
      if (this.invite !== null) this.#phone.stack.acknowledge(this.invite);
      this.#resolveAck(request);
      return;
    }
    if (transaction === null) return;
    this.#told(request);
    if (request.method === "INVITE") {
      this.remoteSdp = request.body;
      this.invite = transaction;
      if (!this.answers) return;
      const direction = request.body.includes("a=sendonly") ? "recvonly" : "sendrecv";
      transaction.answer(200, "OK", (answer) => {
        answer.set("Contact", this.#phone.contact).set("Content-Type", "application/sdp");
        answer.body = sdpOf(40_000, "plain", direction, ++this.#version);
      });
      return;
    }
    if (this.answers) transaction.answer(200, "OK");
    if (request.method === "BYE") this.end("BYE");
  }

  end(why: string): void {
    if (this.over !== null) return;
    this.over = why;
    this.#resolveEnd(why);
    this.#rejectAnswer(new Error(`the call ended: ${why}`));
  }

  #told(request: SipMessage): void {
    const at = this.#waiting.findIndex(({ method }) => method === request.method);
    const [waiter] = at < 0 ? [] : this.#waiting.splice(at, 1);
    if (waiter === undefined) this.requests.push(request);
    else waiter.resolve(request);
  }

  #onAnswer(request: SipMessage, response: SipMessage, mayAnswer: boolean): void {
    if (response.status >= 200 && response.status < 300 && this.#ack !== null) {
      if (this.acks) this.#phone.stack.send(this.#ack, this.#peer);
      return;
    }
    this.statuses.push(response.status);
    for (const each of this.#statusWaits.filter(({ status }) => status === response.status)) each.resolve();
    if (response.status < 200) return;
    if (response.status >= 300) {
      const again =
        mayAnswer && (response.status === 407 || response.status === 401) ? this.#phone.again(request, response) : null;
      if (again === null) this.end(`refused ${response.status}`);
      else this.launch(again, false);
      return;
    }
    this.#remote = response.get("To");
    this.#target = uriOf(response.get("Contact"));
    this.remoteSdp = response.body;
    if (this.acks) this.#sendAck(response);
    this.#resolveAnswer(response);
  }

  #sendAck(response: SipMessage): void {
    const ack = this.#inside("ACK", response.cseq, []);
    this.#phone.stack.addVia(ack, this.#peer);
    this.#ack = ack;
    this.#phone.stack.send(ack, this.#peer);
  }

  #inside(method: string, cseq: number, more: readonly (readonly [string, string])[]): SipMessage {
    return new SipMessage(`${method} ${this.#target} SIP/2.0`, [
      ["Max-Forwards", "70"],
      ["From", this.#local],
      ["To", this.#remote],
      ["Call-ID", this.#callId],
      ["CSeq", `${cseq} ${method}`],
      ...more,
    ]);
  }
}
