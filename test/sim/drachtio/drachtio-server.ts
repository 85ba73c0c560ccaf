// A drachtio-server inside the test's process: it speaks the wire protocol with unmodified drachtio-srf, and SIP over UDP and TCP with
// phones. Held to an exchange recorded with the real one (drachtio-wire.test.ts).

import { randomBytes, randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { type Clock, type Millis, millis } from "../../../src/base/index.ts";
import { parseSipUri, SipMessage, uriOf } from "../sip/sip-message.ts";
import type { Peer, TlsFiles } from "../sip/sip-sockets.ts";
import { type ClientTransaction, type ServerTransaction, SipStack } from "../sip/sip-transactions.ts";
import { AppLink } from "./app-link.ts";
import { type Dialog, dialogOfAnswer, dialogOfRequest, inDialog } from "./dialogs.ts";
import type { WireMessage } from "./wire.ts";

export interface DrachtioServerOptions {
  readonly clock: Clock;
  readonly secret: string;
  readonly t1?: Millis;
  /** Timers B, F and H. */
  readonly giveUp?: Millis;
  readonly version?: string;
  /** Takes phones over TLS too. */
  readonly tls?: TlsFiles;
}

/**
 * The real one takes applications before its SIP stack runs: `deaf`, it names no address of its own yet; `halfway`, it does, and yet
 * dies of a request, as in `deaf`.
 */
export type ServerPhase = "deaf" | "halfway" | "ready";

/** What the application can answer. */
interface Pending {
  readonly id: string;
  readonly transaction: ServerTransaction;
  /** "" for a request outside of a dialog that was not answered yet. */
  dialogId: string;
  readonly length: number;
}

/** What the application has sent. */
interface Sent {
  readonly id: string;
  readonly link: AppLink;
  readonly transaction: ClientTransaction;
  readonly dialogId: string;
  dialog: Dialog | null;
}

const KNOWN = new Set(["INVITE", "REGISTER", "MESSAGE", "OPTIONS", "INFO", "NOTIFY", "SUBSCRIBE", "PUBLISH"]);
/** Headers that only the server sets. */
const OWN = new Set(["Via", "From", "To", "Call-ID", "CSeq", "Content-Length", "Max-Forwards"]);
const token = (): string => randomBytes(8).toString("hex");
const time = (clock: Clock): string => `${new Date(clock.now()).toISOString().slice(11, 23)}000`;

export class DrachtioServer {
  readonly stack: SipStack;
  readonly #options: DrachtioServerOptions;
  readonly #links = new Set<AppLink>();
  readonly #pending = new Map<string, Pending>();
  readonly #sent = new Map<string, Sent>();
  readonly #dialogs = new Map<string, Dialog>();
  /** As the real one does: `user@host` of a contact that was registered over TCP, whatever its port, and the connection. */
  readonly #contacts = new Map<string, Peer>();
  #admin: Server | null = null;
  #adminPort = 0;
  #cseq = 1000;
  #delay: Millis = millis(0);
  #refusesApps = false;
  #phase: ServerPhase = "ready";
  /** Applications that have been let in. */
  greeted = 0;
  /** Times that it died of what an application sent too early. */
  deaths = 0;

  constructor(options: DrachtioServerOptions) {
    this.#options = options;
    const { clock, t1 = millis(500), giveUp = millis(64 * t1) } = options;
    this.stack = new SipStack(
      { clock, timers: { t1, giveUp }, token, trying: true },
      {
        onRequest: (request, from, transaction) => this.#onRequest(request, from, transaction),
        onCancel: (transaction, cancel) => this.#onCancel(transaction, cancel),
        onNoAck: (transaction) => this.#onNoAck(transaction),
      },
    );
  }

  get sipPort(): number {
    return this.stack.sockets.port;
  }
  get tlsPort(): number {
    return this.stack.sockets.tlsPort;
  }
  get adminPort(): number {
    return this.#adminPort;
  }
  get dialogs(): number {
    return this.#dialogs.size;
  }
  /** Applications that are connected and known. */
  get apps(): number {
    return [...this.#links].filter((link) => link.authenticated).length;
  }

  /** Again after `stop`: at the same ports, knowing nothing of before. */
  async start(phase: ServerPhase = "ready"): Promise<void> {
    this.#phase = phase;
    await this.stack.sockets.open(this.sipPort);
    if (this.#options.tls !== undefined) await this.stack.sockets.openTls(this.#options.tls, this.tlsPort);
    this.#admin = createServer((socket) => {
      if (this.#refusesApps) socket.destroy();
      else
        this.#links.add(
          new AppLink(
            socket,
            (link, message) => this.#later(() => this.#onApp(link, message)),
            (link) => this.#links.delete(link),
          ),
        );
    });
    this.#admin.listen(this.#adminPort, "127.0.0.1");
    await once(this.#admin, "listening");
    const address = this.#admin.address();
    this.#adminPort = typeof address === "object" && address !== null ? address.port : 0;
  }

  /** As kill -9: nobody is told. */
  async stop(): Promise<void> {
    this.dropApps();
    this.stack.forget();
    this.#pending.clear();
    this.#sent.clear();
    this.#dialogs.clear();
    this.#contacts.clear();
    const admin = this.#admin;
    this.#admin = null;
    await Promise.all([
      this.stack.sockets.close(),
      admin === null ? null : new Promise<void>((done) => admin.close(() => done())),
    ]);
  }

  /** The connections to applications break; dialogs stay. */
  dropApps(): void {
    for (const link of this.#links) link.drop();
  }
  /** The start goes on. */
  become(phase: ServerPhase): void {
    this.#phase = phase;
  }
  /** Lets no application in until told otherwise. */
  refuseApps(refuse: boolean): void {
    this.#refusesApps = refuse;
  }
  /** Everything between application and server takes so much longer. */
  slow(delay: Millis): void {
    this.#delay = delay;
  }

  #later(task: () => void): void {
    if (this.#delay === 0) task();
    else this.#options.clock.after(this.#delay, "a slow drachtio-server", task);
  }

  #onApp(link: AppLink, { tokens, sip }: WireMessage): void {
    const [id = "", verb = "", ...rest] = tokens;
    if (verb === "authenticate") this.#authenticate(link, id, rest[0] ?? "");
    else if (!link.authenticated) link.drop();
    else if (verb === "ping") link.ok(id, "pong");
    else if (verb === "route") {
      link.routes.add((rest[0] ?? "").toUpperCase());
      link.ok(id);
    } else if (verb === "remove_route") {
      link.routes.delete((rest[0] ?? "").toUpperCase());
      link.ok(id);
    } else if (verb === "sip") this.#onAppSip(link, id, rest, sip);
    else link.refuse(id, "Unknown message type");
  }

  #authenticate(link: AppLink, id: string, secret: string): void {
    if (secret !== this.#options.secret) {
      link.refuse(id, "incorrect secret");
      return;
    }
    link.authenticated = true;
    this.greeted++;
    const own = `tcp/127.0.0.1:${this.sipPort},udp/127.0.0.1:${this.sipPort}`;
    const ports = this.#phase === "deaf" ? "" : own;
    link.ok(id, `${ports}|${this.#options.version ?? "v0.9.10"}|${ports}`);
  }

  #onAppSip(link: AppLink, id: string, [txnId = "", dialogId = "", proxy = ""]: readonly string[], sip: string): void {
    if (this.#phase !== "ready") {
      this.deaths++;
      void this.stop();
      return;
    }
    const message = SipMessage.parse(sip);
    if (message === null) link.refuse(id, "invalid sip message");
    else if (!message.isRequest) this.#respond(link, id, txnId, message);
    else if (message.method === "CANCEL") this.#cancel(link, id, txnId, message);
    else if (dialogId !== "") this.#requestInside(link, id, dialogId, message);
    else this.#requestOutside(link, id, proxy, message);
  }

  #respond(link: AppLink, id: string, txnId: string, message: SipMessage): void {
    const pending = this.#pending.get(txnId);
    const [, status = "", reason = ""] = /^SIP\/2\.0 (\d{3}) ?(.*)$/.exec(message.start) ?? [];
    const isInvite = pending?.transaction.request.method === "INVITE";
    const isBye = pending?.transaction.request.method === "BYE";
    const isFinal = Number(status) >= 200;
    const sent = pending?.transaction.answer(Number(status), reason, (answer) => {
      copyOwn(message, answer, isInvite ? ["Contact", "Content-Type"] : ["Content-Type"]);
      if (isInvite && isFinal && Number(status) < 300)
        answer.set("Contact", this.#contact(pending.transaction.from, message.get("Contact")));
      withBody(message, answer);
    });
    const answer = pending?.transaction.last;
    if (pending === undefined || answer === null || answer === undefined || sent !== true) {
      link.refuse(id, "Response not sent due to unknown transaction");
      return;
    }
    if (isInvite) this.#answered(pending, answer);
    if (answer.method === "REGISTER" && answer.status === 200) this.#remember(pending.transaction, answer);
    if (isFinal && !(isInvite && answer.status < 300)) this.#pending.delete(txnId);
    const { from } = pending.transaction;
    const text = answer.toString();
    const proto = isInvite ? from.transport : "";
    const dialogId = isBye || !(isInvite || this.#dialogs.has(pending.dialogId)) ? "" : pending.dialogId;
    link.send(
      `response|${id}|OK|application|${Buffer.byteLength(text)}|${proto}|${from.host}|${from.port}|${time(this.#options.clock)}|${txnId}|${dialogId}||Msg sent:|`,
      text,
    );
  }

  #remember({ from, request }: ServerTransaction, answer: SipMessage): void {
    if (from.transport === "udp") return;
    const contact = contactKey(uriOf(request.get("Contact")));
    if (Number(/;expires=(\d+)/.exec(answer.get("Contact").split(",")[0] ?? "")?.[1] ?? answer.get("Expires")) > 0)
      this.#contacts.set(contact, from);
    else this.#contacts.delete(contact);
  }

  /** An INVITE got an answer: from here on it has a dialog. */
  #answered(pending: Pending, answer: SipMessage): void {
    const { request, from } = pending.transaction;
    const known = pending.dialogId === "" ? undefined : this.#dialogs.get(pending.dialogId);
    pending.dialogId = `${request.callId};from-tag=${known?.fromTag ?? request.tag("From")}`;
    if (answer.status < 200 || answer.status >= 300) return;
    const dialog = known ?? dialogOfAnswer(request, answer, from);
    dialog.invite = pending.transaction;
    dialog.inviteId = pending.id;
    dialog.remoteTarget = uriOf(request.get("Contact"));
    this.#dialogs.set(pending.dialogId, dialog);
  }

  #cancel(link: AppLink, id: string, txnId: string, message: SipMessage): void {
    const sent = this.#sent.get(txnId);
    if (sent === undefined) {
      link.refuse(id, "Server error: unable to find transaction to cancel");
      return;
    }
    const cancel = this.stack.cancel(sent.transaction, (own) => copyOwn(message, own, []));
    this.#tellSent(link, id, cancel, sent.transaction.to, randomUUID());
  }

  #requestOutside(link: AppLink, id: string, proxy: string, message: SipMessage): void {
    const cached = this.#contacts.get(contactKey(message.uri));
    const target = cached ?? parseSipUri(proxy === "" ? message.uri : proxy);
    if (!/^\d+(\.\d+){3}$/.test(target.host) || target.port === this.sipPort) {
      link.refuse(id, "Server error: can not send request to myself");
      return;
    }
    const own = this.#contact({ ...target }, message.get("Contact"));
    const from =
      message.get("From") === "" ? own : message.get("From").replace("localhost", `127.0.0.1:${this.sipPort}`);
    const fromTag = token();
    const request = new SipMessage(`${message.method} ${message.uri} SIP/2.0`, [
      ["Max-Forwards", "70"],
      ["From", `${bracketed(from)};tag=${fromTag}`],
      ["To", message.get("To") === "" ? `<${message.uri}>` : bracketed(message.get("To"))],
      ["Call-ID", randomUUID()],
      ["CSeq", `${++this.#cseq} ${message.method}`],
    ]);
    if (message.method === "INVITE") request.set("Contact", own);
    copyOwn(message, request, ["Contact", "Content-Type"]);
    withBody(message, request);
    this.#launch(link, id, request, { ...target }, `${request.callId};from-tag=${fromTag}`, null);
  }

  #requestInside(link: AppLink, id: string, dialogId: string, message: SipMessage): void {
    const dialog = this.#dialogs.get(dialogId);
    if (dialog === undefined) {
      const reason =
        message.method === "ACK"
          ? "ACK for non-success final response is automatically generated by server"
          : "unable to find dialog for dialog id provided";
      link.refuse(id, `Server error: ${reason}`);
      return;
    }
    const isAck = message.method === "ACK";
    const request = inDialog(dialog, message.method, isAck ? dialog.inviteCseq : ++dialog.cseq);
    const own = this.#contact(dialog.peer, message.get("Contact"));
    dialog.peer = this.#contacts.get(contactKey(dialog.remoteTarget)) ?? dialog.peer;
    if (message.method === "INVITE") {
      request.set("Contact", own);
      dialog.inviteCseq = request.cseq;
    }
    copyOwn(message, request, ["Contact", "Content-Type"]);
    withBody(message, request);
    if (isAck) {
      this.stack.addVia(request, dialog.peer);
      dialog.ack = request;
      this.stack.send(request, dialog.peer);
      this.#tellSent(link, id, request, dialog.peer, randomUUID());
      return;
    }
    if (message.method === "BYE") this.#dialogs.delete(dialogId);
    this.#launch(link, id, request, dialog.peer, dialogId, dialog);
  }

  #launch(link: AppLink, id: string, request: SipMessage, to: Peer, dialogId: string, dialog: Dialog | null): void {
    const txnId = randomUUID();
    // The answer may come before the next line is reached only with a socket that answers at once; none does.
    const transaction = this.stack.request(request, to, (response) => this.#onResponse(txnId, response));
    this.#sent.set(txnId, { id: txnId, link, transaction, dialogId, dialog });
    this.#tellSent(link, id, request, to, txnId);
  }

  #tellSent(link: AppLink, id: string, request: SipMessage, to: Peer, txnId: string): void {
    const text = request.toString();
    const proto = to.transport;
    link.send(
      `response|${id}|OK|application|${Buffer.byteLength(text)}|${proto}|127.0.0.1|${this.sipPort}|${time(this.#options.clock)}|${txnId}|Msg sent:|`,
      text,
    );
  }

  #onResponse(txnId: string, response: SipMessage): void {
    const sent = this.#sent.get(txnId);
    if (sent === undefined) return;
    const isInvite = response.method === "INVITE";
    if (isInvite && response.status >= 200 && response.status < 300) {
      // A 2xx again: our ACK got lost.
      if (sent.dialog?.ack != null && sent.dialog.ack.cseq === response.cseq) {
        this.stack.send(sent.dialog.ack, sent.dialog.peer);
        return;
      }
      const dialog = sent.dialog ?? dialogOfRequest(sent.transaction.request, response, sent.transaction.to);
      const contact = uriOf(response.get("Contact"));
      if (contact !== "") dialog.remoteTarget = contact;
      sent.dialog = dialog;
      this.#dialogs.set(sent.dialogId, dialog);
    } else if (response.status >= 200) this.#sent.delete(txnId);
    if (response.status === 100) return;
    const { to } = sent.transaction;
    const text = response.toString();
    this.#later(() =>
      sent.link.send(
        `sip|network|${Buffer.byteLength(text)}|${to.transport}|${to.host}|${to.port}|${time(this.#options.clock)}|${txnId}|${sent.dialogId}|`,
        text,
      ),
    );
  }

  #onRequest(request: SipMessage, from: Peer, transaction: ServerTransaction | null): void {
    const dialogId = this.#dialogOf(request);
    if (transaction === null) {
      this.#onAck(request, from, dialogId);
      return;
    }
    if (
      dialogId === null &&
      ((request.tag("To") !== "" && /^(INVITE|BYE|UPDATE)$/.test(request.method)) ||
        /^(BYE|UPDATE)$/.test(request.method))
    ) {
      transaction.answer(481, "Call/Transaction Does Not Exist");
      return;
    }
    if (dialogId === null && !KNOWN.has(request.method)) return;
    const link = this.#linkFor(dialogId === null ? request.method : null);
    if (link === null) {
      if (dialogId === null) transaction.answer(503, "Service Unavailable");
      else transaction.answer(481, "Call/Transaction Does Not Exist");
      return;
    }
    const id = randomUUID();
    const text = request.toString();
    const length = Buffer.byteLength(text);
    this.#pending.set(id, { id, transaction, dialogId: dialogId ?? "", length });
    const contact = dialogId === null ? null : uriOf(request.get("Contact"));
    const dialog = dialogId === null ? undefined : this.#dialogs.get(dialogId);
    if (dialog !== undefined && contact !== null && contact !== "" && request.method === "INVITE")
      dialog.remoteTarget = contact;
    if (request.method === "BYE" && dialogId !== null) this.#dialogs.delete(dialogId);
    const end = dialogId === null ? `|127.0.0.1|${this.sipPort}|` : `${dialogId}|`;
    this.#toApp(link, `${length}|${from.transport}|${from.host}|${from.port}`, id, end, text);
  }

  #toApp(link: AppLink, meta: string, txnId: string, end: string, text: string): void {
    this.#later(() => link.send(`sip|network|${meta}|${time(this.#options.clock)}|${txnId}|${end}`, text));
  }

  #onAck(request: SipMessage, from: Peer, dialogId: string | null): void {
    const dialog = dialogId === null ? undefined : this.#dialogs.get(dialogId);
    const link = this.#linkFor(null);
    if (dialog === undefined || dialogId === null || dialog.invite === null) return;
    this.stack.acknowledge(dialog.invite);
    const isFirst = dialog.inviteId !== null && dialog.acks++ === 0;
    const txnId = isFirst && dialog.inviteId !== null ? dialog.inviteId : randomUUID();
    if (dialog.inviteId !== null) this.#pending.delete(dialog.inviteId);
    dialog.invite = null;
    const text = request.toString();
    if (link !== null)
      this.#toApp(link, `${Buffer.byteLength(text)}||${from.host}|${from.port}`, txnId, `${dialogId}|`, text);
  }

  #onCancel(transaction: ServerTransaction, cancel: SipMessage): void {
    const pending = [...this.#pending.values()].find((each) => each.transaction === transaction);
    const { from } = transaction;
    const link = this.#linkFor(null);
    if (pending !== undefined && link !== null) {
      this.#toApp(
        link,
        `${pending.length}|${from.transport}|${from.host}|${from.port}`,
        pending.id,
        `${pending.dialogId}|`,
        cancel.toString(),
      );
      this.#pending.delete(pending.id);
    }
    transaction.answer(487, "Request Terminated");
  }

  #onNoAck(transaction: ServerTransaction): void {
    const found = [...this.#dialogs].find(([, dialog]) => dialog.invite === transaction);
    if (found === undefined) return;
    const [dialogId, dialog] = found;
    const bye = inDialog(dialog, "BYE", ++dialog.cseq).set("Reason", 'SIP;cause=200;text="ACK timeout"');
    this.#dialogs.delete(dialogId);
    if (dialog.inviteId !== null) this.#pending.delete(dialog.inviteId);
    this.stack.request(bye, dialog.peer, () => {});
    const text = bye.toString();
    const { transport, host, port } = dialog.peer;
    this.#linkFor(null)?.send(
      `sip|application|${Buffer.byteLength(text)}|${transport}|${host}|${port}|${time(this.#options.clock)}|unsolicited|${dialogId}|`,
      text,
    );
  }

  #dialogOf(request: SipMessage): string | null {
    const [local, remote] = [request.tag("To"), request.tag("From")];
    for (const [id, dialog] of this.#dialogs)
      if (dialog.callId === request.callId && dialog.localTag === local && dialog.remoteTag === remote) return id;
    return null;
  }

  /** `method` null: any application. */
  #linkFor(method: string | null): AppLink | null {
    return [...this.#links].find((link) => link.authenticated && (method === null || link.routes.has(method))) ?? null;
  }

  /** `own`: what the application wants, where its host may be left to the server. */
  #contact({ transport }: { readonly transport: Peer["transport"] }, own = ""): string {
    const port = transport === "tls" ? this.tlsPort : this.sipPort;
    if (own !== "") return own.replace("@localhost", `@127.0.0.1:${port}`);
    if (transport === "tls") return `<sips:127.0.0.1:${port};transport=tls>`;
    return `<sip:127.0.0.1:${port}${transport === "tcp" ? ";transport=tcp" : ""}>`;
  }
}

/** What the application set, but for what the server sets itself. */
function copyOwn(from: SipMessage, to: SipMessage, without: readonly string[]): void {
  for (const [name, value] of from.headers) if (!OWN.has(name) && !without.includes(name)) to.add(name, value);
}

/** SDP is known by its looks; anything else comes with its type. */
function withBody(from: SipMessage, to: SipMessage): void {
  to.body = from.body;
  const type = from.get("Content-Type");
  if (to.body !== "") to.set("Content-Type", type === "" ? "application/sdp" : type);
}

const contactKey = (uri: string): string => {
  const { host, user } = parseSipUri(uri);
  return `${user}@${host}`;
};
const bracketed = (value: string): string => (value.includes("<") ? value : `<${value}>`);
