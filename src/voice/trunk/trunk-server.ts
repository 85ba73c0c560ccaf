// The relay's end of all trunks: boxes connect over TLS, prove whose they are, and hand over their accounts. Each has a port on the
// loopback of its own, by which the relay's SIP server knows it.

import { createServer, type Server, type TLSSocket } from "node:tls";
import {
  AppError,
  type Clock,
  type Disposer,
  type Logger,
  type Millis,
  type Random,
  seconds,
  systemCodeOf,
  toBase64url,
} from "../../base/index.ts";
import { sourceOf, Throttle } from "../drachtio/throttle.ts";
import { LocalLeg } from "./local-leg.ts";
import { provenKey, type VerifySignature } from "./proof.ts";
import type { LocalAddress } from "./rewrite.ts";
import { headerOf, methodOf, type SipText } from "./sip-text.ts";
import { TrunkLink } from "./trunk-link.ts";
import { notifyMessage, registerAnswer, registerNumber } from "./trunk-messages.ts";
import { readBody, type TrunkAccount, type TrunkBindings, trunkRegister } from "./wire.ts";

export interface TrunkServerOptions {
  readonly host: string;
  /** 0: any. */
  readonly port: number;
  /** PEM. */
  readonly certificate: { readonly cert: string; readonly key: string };
  /** The relay's SIP server on the loopback. */
  readonly sip: LocalAddress;
  /** Whether a provider's key may have a trunk. */
  readonly admits: (key: string) => boolean;
  readonly verifies: VerifySignature;
  /** All accounts of a box, replacing those before. Returns the names that it may not have. */
  readonly onAccounts: (key: string, accounts: readonly TrunkAccount[]) => readonly string[];
  /** It was away for longer than a call can wait. */
  readonly onGone: (key: string) => void;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

/** Where a box is, as it says and as the relay sees it. */
export interface BoxPlace {
  readonly said: string;
  readonly seen: string;
}

interface Box {
  readonly key: string;
  readonly leg: LocalLeg;
  link: TrunkLink | null;
  place: BoxPlace;
  stopGrace: Disposer;
  notified: number;
}

/** How long a box may be away before its calls are over: as long as SIP sends a message again. */
export const TRUNK_GRACE: Millis = seconds(32);
/** Boxes ping every 20 s. */
const SILENCE: Millis = seconds(65);
const PROOF_LIMIT: Millis = seconds(10);
const MAX_STRANGERS = 64;
const CONNECTS = { burst: 20, every: seconds(3) };

export class TrunkServer {
  readonly #options: TrunkServerOptions;
  readonly #server: Server;
  readonly #throttle: Throttle;
  readonly #instance: string;
  readonly #boxes = new Map<string, Box>();
  readonly #links = new Set<TrunkLink>();
  #strangers = 0;
  #stopped = false;

  constructor(options: TrunkServerOptions) {
    this.#options = options;
    this.#instance = toBase64url(options.random.bytes(12));
    this.#throttle = new Throttle({ now: () => options.clock.monotonic(), rate: CONNECTS, capacity: 4096 });
    const { cert, key } = options.certificate;
    this.#server = createServer({ cert, key, minVersion: "TLSv1.3", handshakeTimeout: PROOF_LIMIT }, (socket) =>
      this.#welcome(socket),
    );
    this.#server.on("connection", (socket) => {
      if (!this.#throttle.take(sourceOf(socket.remoteAddress ?? "")) || this.#strangers >= MAX_STRANGERS)
        socket.destroy();
    });
    // Whoever speaks no TLS.
    this.#server.on("tlsClientError", (_error, socket) => void socket.destroy());
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  /** In PEM; boxes that connect from now on see it. */
  setCertificate({ cert, key }: TrunkServerOptions["certificate"]): void {
    this.#server.setSecureContext({ cert, key, minVersion: "TLSv1.3" });
  }

  /** Boxes that are connected. */
  get size(): number {
    return [...this.#boxes.values()].filter(({ link }) => link !== null).length;
  }

  /** Errors: `voice.trunk_listen`. */
  async start(): Promise<void> {
    const { host, port, log } = this.#options;
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", (cause) => {
        const hint = "Choose a free port for voice.trunk, or end what listens there.";
        reject(new AppError("voice.trunk_listen", `the trunk cannot listen on ${host}:${port}`, { hint, cause }));
      });
      this.#server.listen(port, host, resolve);
    });
    this.#server.on("error", (error) => log.warn("trunk_server_error", { reason: systemCodeOf(error) ?? "" }));
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const link of this.#links) link.close();
    await closed;
    const boxes = [...this.#boxes.values()];
    this.#boxes.clear();
    await Promise.all(
      boxes.map(({ leg, stopGrace }) => {
        stopGrace();
        return leg.close();
      }),
    );
  }

  /** Where calls for the box go in; null while it is away. */
  addressOf(key: string): LocalAddress | null {
    const box = this.#boxes.get(key);
    return box === undefined || box.link === null ? null : box.leg.address;
  }

  /** Whose port of the loopback that is. */
  keyAt({ host, port }: LocalAddress): string | null {
    for (const { key, leg } of this.#boxes.values())
      if (leg.address.host === host && leg.address.port === port) return key;
    return null;
  }

  placeOf(key: string): BoxPlace | null {
    return this.#boxes.get(key)?.place ?? null;
  }

  notify(key: string, bindings: TrunkBindings): void {
    const box = this.#boxes.get(key);
    if (box !== undefined) box.link?.send(notifyMessage(++box.notified, bindings));
  }

  #welcome(socket: TLSSocket): void {
    const { clock, log } = this.#options;
    let key: string | null = null;
    const settled = (): void => {
      this.#strangers--;
      stop();
    };
    this.#strangers++;
    const link: TrunkLink = new TrunkLink({
      ...{ socket, clock, pingEvery: null, silence: SILENCE },
      onMessage: (message) => {
        if (key !== null) return this.#take(key, link, message);
        key = this.#prove(link, message);
        if (key === null) return link.end();
        settled();
        void this.#enter(key, link, message, socket.remoteAddress ?? "");
      },
      onClosed: (reason) => {
        this.#links.delete(link);
        if (key === null) settled();
        else this.#left(key, link, reason);
      },
    });
    this.#links.add(link);
    const stop = clock.after(PROOF_LIMIT, "a box's proof", () => {
      log.debug("trunk_no_proof");
      link.close();
    });
    if (this.#stopped) link.close();
  }

  /** The provider's key; null for whoever has none that counts here: he was told. */
  #prove(link: TrunkLink, message: SipText): string | null {
    const { admits, verifies, log } = this.#options;
    if (methodOf(message) !== "REGISTER") return null;
    const key = provenKey(headerOf(message, "authorization"), link.exported(), verifies);
    if (key !== null && admits(key)) return key;
    log.warn("trunk_refused", { reason: key === null ? "proof" : "provider" });
    link.send(registerAnswer(message, 403, null));
    return null;
  }

  async #enter(key: string, link: TrunkLink, message: SipText, seen: string): Promise<void> {
    const place = { said: "", seen: seen.replace(/^::ffff:/, "") };
    const box = this.#boxes.get(key) ?? (await this.#open(key, place));
    if (this.#stopped || box === null || link.isOver) return link.close();
    const { log } = this.#options;
    // A box that comes back before the relay has noticed that it was gone.
    const before = box.link;
    box.link = link;
    box.place = place;
    before?.close();
    box.stopGrace();
    log.info("trunk_up", { boxes: this.size });
    this.#register(box, message);
  }

  async #open(key: string, place: BoxPlace): Promise<Box | null> {
    const { sip, log } = this.#options;
    try {
      const onMessage = (message: SipText): void => void this.#boxes.get(key)?.link?.send(message);
      const leg = await LocalLeg.open({ host: sip.host, port: 0, server: sip, onMessage, log });
      const known = this.#boxes.get(key);
      if (known !== undefined || this.#stopped) await leg.close();
      if (known !== undefined || this.#stopped) return known ?? null;
      const box: Box = { key, leg, link: null, place, stopGrace: () => {}, notified: 0 };
      this.#boxes.set(key, box);
      return box;
    } catch (error) {
      log.error("trunk_no_port", { reason: systemCodeOf(error) ?? "" });
      return null;
    }
  }

  #take(key: string, link: TrunkLink, message: SipText): void {
    const box = this.#boxes.get(key);
    if (box === undefined || box.link !== link) return;
    if (registerNumber(message) !== null) this.#register(box, message);
    else box.leg.send(message);
  }

  #register(box: Box, message: SipText): void {
    const { onAccounts } = this.#options;
    const body = readBody(trunkRegister, message.body);
    if (body === null) return void box.link?.send(registerAnswer(message, 400, null));
    box.place = { ...box.place, said: body.address };
    const refused = onAccounts(box.key, body.accounts);
    box.link?.send(registerAnswer(message, 200, { v: 1, instance: this.#instance, refused: [...refused] }));
  }

  #left(key: string, link: TrunkLink, reason: string): void {
    const box = this.#boxes.get(key);
    if (box === undefined || box.link !== link || this.#stopped) return;
    const { clock, log, onGone } = this.#options;
    box.link = null;
    log.warn("trunk_down", { reason, boxes: this.size });
    box.stopGrace = clock.after(TRUNK_GRACE, "a box that may come back", () => onGone(key));
  }
}
