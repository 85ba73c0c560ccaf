// A mail server as far as sending goes (RFC 5321, STARTTLS by RFC 3207, AUTH PLAIN by RFC 4954), with faults. Speaks bytes, and keeps
// what it was given.

import { createServer, type Server, type Socket } from "node:net";
import { createSecureContext, TLSSocket } from "node:tls";

export interface SmtpMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly data: string;
  readonly encrypted: boolean;
  readonly user: string | null;
}

export interface SmtpSettings {
  readonly tls: { readonly key: string; readonly cert: string };
  /** TLS from the first byte. */
  readonly implicit?: boolean;
  /** `no`: not offered; `refused`: offered, then 454; `garbage`: accepted, then no TLS comes. */
  readonly starttls?: "yes" | "no" | "refused" | "garbage";
  /** `user:password`; null takes everybody. */
  readonly account?: string | null;
  /** What a command is answered by instead, by its first word; `hang` for silence, `drop` for the end of the connection. */
  readonly answers?: Readonly<Record<string, string>>;
}

export class SmtpPeer {
  readonly mails: SmtpMail[] = [];
  /** First words of all commands. */
  readonly commands: string[] = [];
  settings: SmtpSettings;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(settings: SmtpSettings) {
    this.settings = settings;
    this.#server = createServer((socket) => this.#serve(socket));
  }

  static async start(settings: SmtpSettings): Promise<SmtpPeer> {
    const peer = new SmtpPeer(settings);
    await new Promise<void>((resolve) => peer.#server.listen(0, "127.0.0.1", resolve));
    return peer;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("error", () => {});
    socket.once("close", () => this.#sockets.delete(socket));
    if (this.settings.implicit === true) this.#talk(this.#encrypt(socket), true);
    else this.#talk(socket, false);
  }

  #encrypt(socket: Socket): TLSSocket {
    const secure = new TLSSocket(socket, { isServer: true, secureContext: createSecureContext(this.settings.tls) });
    return secure.on("error", () => {});
  }

  #talk(socket: Socket, encrypted: boolean, greet = true): void {
    const session = new Session(this, socket, encrypted);
    socket.on("data", (chunk: Buffer) => session.take(chunk.toString("latin1")));
    if (greet) session.answer("GREETING", "220 mail.example ESMTP");
  }

  /** Goes on over TLS. */
  upgrade(socket: Socket): void {
    socket.removeAllListeners("data");
    if (this.settings.starttls === "garbage") socket.write("this is no TLS\r\n");
    else this.#talk(this.#encrypt(socket), true, false);
  }
}

class Session {
  readonly #peer: SmtpPeer;
  readonly #socket: Socket;
  readonly #encrypted: boolean;
  #text = "";
  #inData = false;
  #user: string | null = null;
  #from = "";
  #to: string[] = [];

  constructor(peer: SmtpPeer, socket: Socket, encrypted: boolean) {
    this.#peer = peer;
    this.#socket = socket;
    this.#encrypted = encrypted;
  }

  take(text: string): void {
    this.#text += text;
    for (;;) {
      const end = this.#inData ? "\r\n.\r\n" : "\r\n";
      const at = this.#text.indexOf(end);
      if (at < 0) return;
      const unit = this.#text.slice(0, at);
      this.#text = this.#text.slice(at + end.length);
      if (this.#inData) this.#mail(unit);
      else this.#command(unit);
    }
  }

  answer(command: string, usual: string): boolean {
    const own = this.#peer.settings.answers?.[command];
    if (own === "hang") return false;
    if (own === "drop") {
      this.#socket.destroy();
      return false;
    }
    this.#socket.write(`${own ?? usual}\r\n`);
    return own === undefined;
  }

  #mail(data: string): void {
    this.#inData = false;
    if (!this.answer("DOT", "250 queued")) return;
    this.#peer.mails.push({ from: this.#from, to: this.#to, data, encrypted: this.#encrypted, user: this.#user });
  }

  #command(line: string): void {
    const [word = "", ...rest] = line.split(" ");
    const command = word.toUpperCase();
    this.#peer.commands.push(command);
    const argument = rest.join(" ");
    switch (command) {
      case "EHLO":
      case "HELO":
        this.answer("EHLO", this.#greeting());
        return;
      case "STARTTLS":
        if (this.#peer.settings.starttls === "no") this.#socket.write("502 unknown\r\n");
        else if (this.#peer.settings.starttls === "refused") this.#socket.write("454 TLS not available\r\n");
        else if (this.answer("STARTTLS", "220 go ahead")) this.#peer.upgrade(this.#socket);
        return;
      case "AUTH":
        this.#authenticate(argument);
        return;
      case "MAIL":
        this.#from = /<([^>]*)>/.exec(argument)?.[1] ?? "";
        this.#to = [];
        this.answer("MAIL", this.#admitted ? "250 ok" : "530 authenticate first");
        return;
      case "RCPT":
        if (this.answer("RCPT", "250 ok")) this.#to.push(/<([^>]*)>/.exec(argument)?.[1] ?? "");
        return;
      case "DATA":
        if (this.answer("DATA", "354 go ahead")) this.#inData = true;
        return;
      case "QUIT":
        this.answer("QUIT", "221 bye");
        this.#socket.end();
        return;
      default:
        this.answer(command, "502 unknown");
    }
  }

  get #admitted(): boolean {
    const { account = null } = this.#peer.settings;
    return account === null || this.#user !== null;
  }

  #greeting(): string {
    const { starttls = "yes", implicit = false, account = null } = this.#peer.settings;
    const offers = starttls !== "no" && !implicit && !this.#encrypted ? ["STARTTLS"] : [];
    const auth = account === null ? [] : ["AUTH PLAIN"];
    const lines = ["mail.example", ...offers, ...auth, "8BITMIME"];
    return lines.map((line, at) => `250${at === lines.length - 1 ? " " : "-"}${line}`).join("\r\n");
  }

  #authenticate(argument: string): void {
    const [, user = "", password = ""] = Buffer.from(argument.split(" ")[1] ?? "", "base64")
      .toString()
      .split("\0");
    const right = `${user}:${password}` === (this.#peer.settings.account ?? null);
    if (right) this.#user = user;
    this.answer("AUTH", right ? "235 welcome" : `535 wrong password ${password} of ${user}`);
  }
}
