// A simulated message centre: one account, a window of unanswered messages, and the memory of a real one: what was not answered when a
// session ended is brought again in the next. It speaks bytes and misbehaves on request.

import { type Clock, type Millis, millis, seconds } from "../../../src/base/index.ts";
import {
  bindAnswer,
  bindNames,
  ID,
  messagePdu,
  pdu,
  type ReceivedPdu,
  resp,
  type SmscMessage,
  takePdus,
} from "./smsc-bytes.ts";

/** What a session does wrong, once it has sent so many messages. */
export type SessionFault =
  /** Unbinds; `deaf`: and takes no notice of answers that come later. */
  | { readonly kind: "unbind"; readonly after: number; readonly deaf?: boolean }
  | { readonly kind: "drop"; readonly after: number }
  /** Hangs up in the middle of the next message. */
  | { readonly kind: "cut"; readonly after: number }
  | { readonly kind: "garbage"; readonly after: number }
  | { readonly kind: "huge_length"; readonly after: number }
  /** Never answers an enquire_link. */
  | { readonly kind: "mute" }
  | { readonly kind: "no_bind_answer" }
  | { readonly kind: "refuse"; readonly status: number };

export interface SimSmscOptions {
  readonly clock: Clock;
  readonly systemId?: string;
  readonly password?: string;
  /** Unanswered messages at a time. */
  readonly window?: number;
  readonly modes?: readonly ("receiver" | "transceiver")[];
  /** Sends everything in pieces of so many bytes. */
  readonly pieces?: number;
  readonly retryAfter?: Millis;
}

/** The connection as the centre sees it. */
export interface SmscPeer {
  send(bytes: Uint8Array): void;
  close(): void;
}

export interface SmscEnd {
  receive(bytes: Uint8Array): void;
  closed(): void;
}

const RINVPASWD = 0x0e;
const RINVSYSID = 0x0f;
const RINVCMDID = 0x03;

let nextId = 0;

/** A message with a text of the GSM alphabet where that is ASCII, from an international number. */
export function textMessage(text: string, more: Partial<SmscMessage> = {}): SmscMessage {
  const id = more.id ?? `smsc-${++nextId}`;
  const plain = { from: "15550111", ton: 1, to: "12025550101", esmClass: 0, dataCoding: 0, tlvs: [] } as const;
  return { ...plain, command: "deliver", text: Buffer.from(text, "latin1"), ...more, id };
}

export class SimSmsc {
  readonly options: SimSmscOptions;
  /** Waits to be sent, the next first. */
  readonly queue: SmscMessage[] = [];
  readonly acknowledged: SmscMessage[] = [];
  /** Messages that got an answer other than 0, with it. */
  readonly refused: { readonly message: SmscMessage; readonly status: number }[] = [];
  /** One for each session to come; a session beyond them does nothing wrong. */
  readonly faults: SessionFault[] = [];
  /** Names of binds, as receiver or transceiver. */
  readonly binds: string[] = [];
  connections = 0;
  enquiries = 0;
  unbinds = 0;
  /** How often each message was sent, by id. */
  readonly sent = new Map<string, number>();
  session: SmscSession | null = null;

  constructor(options: SimSmscOptions) {
    this.options = options;
  }

  send(...messages: readonly SmscMessage[]): void {
    this.queue.push(...messages);
    this.session?.pump();
  }

  /** Messages that were refused and wait for another try. */
  retrying = 0;

  /** Whether nothing waits and nothing is unanswered. */
  get idle(): boolean {
    return this.queue.length === 0 && this.retrying === 0 && (this.session?.unanswered ?? 0) === 0;
  }

  connect(peer: SmscPeer): SmscEnd {
    this.connections++;
    const session = new SmscSession(this, peer, this.faults.shift() ?? null);
    return session;
  }
}

export class SmscSession implements SmscEnd {
  readonly #smsc: SimSmsc;
  readonly #peer: SmscPeer;
  readonly #fault: SessionFault | null;
  readonly #window = new Map<number, SmscMessage>();
  #rest: Buffer = Buffer.alloc(0);
  #sequence = 100;
  #sentHere = 0;
  #bound = false;
  #deaf = false;
  #over = false;

  constructor(smsc: SimSmsc, peer: SmscPeer, fault: SessionFault | null) {
    this.#smsc = smsc;
    this.#peer = peer;
    this.#fault = fault;
  }

  get unanswered(): number {
    return this.#window.size;
  }

  receive(bytes: Uint8Array): void {
    const { pdus, rest } = takePdus(Buffer.concat([this.#rest, bytes]));
    this.#rest = rest;
    for (const received of pdus) this.#onPdu(received);
  }

  /** Puts what was not answered in front of the queue again, in its order. */
  closed(): void {
    if (this.#over) return;
    this.#over = true;
    this.#bound = false;
    this.#smsc.queue.unshift(...this.#window.values());
    this.#window.clear();
    if (this.#smsc.session === this) this.#smsc.session = null;
  }

  /** Sends as the window allows. */
  pump(): void {
    const { queue, options, sent } = this.#smsc;
    while (this.#bound && queue.length > 0 && this.#window.size < (options.window ?? 10)) {
      if (this.#misbehaves()) return;
      const message = queue.shift();
      if (message === undefined) return;
      this.#sentHere++;
      sent.set(message.id, (sent.get(message.id) ?? 0) + 1);
      this.#window.set(++this.#sequence, message);
      this.raw(messagePdu(message, this.#sequence));
    }
  }

  /** Any bytes at all. */
  raw(bytes: Uint8Array): void {
    const size = this.#smsc.options.pieces ?? bytes.length;
    for (let at = 0; at < bytes.length && !this.#over; at += size) this.#peer.send(bytes.subarray(at, at + size));
  }

  unbind(): void {
    this.#bound = false;
    this.raw(pdu(ID.unbind, ++this.#sequence));
  }

  #misbehaves(): boolean {
    const fault = this.#fault;
    if (fault === null || ("after" in fault && this.#sentHere < fault.after)) return false;
    switch (fault.kind) {
      case "mute":
      case "no_bind_answer":
      case "refuse":
        return false;
      case "unbind":
        this.#deaf = fault.deaf === true;
        this.unbind();
        return true;
      case "drop":
        this.#hangUp();
        return true;
      case "cut": {
        const message = this.#smsc.queue[0];
        if (message !== undefined) this.raw(messagePdu(message, this.#sequence + 1).subarray(0, 30));
        this.#hangUp();
        return true;
      }
      case "garbage":
        this.raw(Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n"));
        return true;
      case "huge_length":
        this.raw(Buffer.from("ffffffff000000050000000000000001", "hex"));
        return true;
    }
  }

  #hangUp(): void {
    this.closed();
    this.#peer.close();
  }

  #onPdu(received: ReceivedPdu): void {
    const { id, sequence, status } = received;
    switch (id) {
      case ID.bindReceiver:
      case ID.bindTransceiver:
        return this.#onBind(received);
      case ID.enquire:
        this.#smsc.enquiries++;
        if (this.#fault?.kind !== "mute") this.raw(pdu(resp(ID.enquire), sequence));
        return;
      case ID.unbind:
        this.#smsc.unbinds++;
        this.raw(pdu(resp(ID.unbind), sequence));
        return this.#hangUp();
      case resp(ID.unbind):
        return this.#hangUp();
      case resp(ID.deliver):
      case resp(ID.data):
        return this.#onAnswer(sequence, status);
    }
  }

  #onBind({ id, sequence, body }: ReceivedPdu): void {
    const { options, binds } = this.#smsc;
    const mode = id === ID.bindReceiver ? "receiver" : "transceiver";
    binds.push(mode);
    if (this.#fault?.kind === "no_bind_answer") return;
    const status = this.#bindStatus(mode, bindNames(body));
    this.raw(pdu(resp(id), sequence, status === 0 ? bindAnswer("sim-smsc") : Buffer.alloc(0), status));
    if (status !== 0) return this.#hangUp();
    this.#bound = true;
    this.#smsc.session = this;
    options.clock.after(millis(0), "smsc pump", () => this.pump());
  }

  #bindStatus(mode: "receiver" | "transceiver", [systemId, password]: readonly string[]): number {
    const { modes, systemId: account = "numberbox", password: secret = "hush" } = this.#smsc.options;
    if (this.#fault?.kind === "refuse") return this.#fault.status;
    if (modes !== undefined && !modes.includes(mode)) return RINVCMDID;
    if (systemId !== account) return RINVSYSID;
    return password === secret ? 0 : RINVPASWD;
  }

  #onAnswer(sequence: number, status: number): void {
    const message = this.#window.get(sequence);
    if (message === undefined || this.#deaf) return;
    this.#window.delete(sequence);
    const { acknowledged, refused, options, queue } = this.#smsc;
    if (status === 0) acknowledged.push(message);
    else {
      refused.push({ message, status });
      this.#smsc.retrying++;
      options.clock.after(options.retryAfter ?? seconds(1), "smsc retry", () => {
        this.#smsc.retrying--;
        queue.push(message);
        this.#smsc.session?.pump();
      });
    }
    this.pump();
  }
}
