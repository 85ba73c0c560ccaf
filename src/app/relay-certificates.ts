// The two certificates of a relay that takes calls, looked at while it runs. That of the trunks is taken in at once. That of the phones is
// read by drachtio-server at its start only: until then renters are told of the one that phones really find.

import { connect } from "node:tls";
import { type Clock, type Disposer, hours, type Logger, messageOf, seconds, withDeadline } from "../base/index.ts";
import type { SipCertificateKeeper } from "./sip-certificate.ts";

type Keeper = Pick<SipCertificateKeeper, "look" | "current" | "fingerprint">;

export interface RelayCertificatesDeps {
  /** Null without SIP over TLS. */
  readonly phones: Keeper | null;
  readonly trunk: Keeper;
  /** Lets the trunks' server use what `trunk` has now. */
  readonly useTrunk: () => Promise<void>;
  /** Sha-256 in hex of what phones find at the SIP port; null when nobody answers there. */
  readonly served: () => Promise<string | null>;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface RelayPins {
  /** Null: a public authority vouches for it, or there is no SIP over TLS. */
  readonly phones: string | null;
  readonly trunk: string;
}

const EVERY = hours(1);
const PROBE_LIMIT = seconds(5);

export class RelayCertificates {
  readonly #deps: RelayCertificatesDeps;
  #pins: RelayPins;
  /** drachtio-server has not read the newest one. */
  #waits = false;
  #cancel: Disposer = () => {};
  #looking: Promise<void> = Promise.resolve();
  #stopped = false;

  /** Both keepers have looked before. */
  constructor(deps: RelayCertificatesDeps) {
    this.#deps = deps;
    this.#pins = this.#current();
  }

  pins(): RelayPins {
    return this.#pins;
  }

  start(): void {
    // It may run since before this relay did, with an older certificate.
    this.#waits = this.#deps.phones !== null;
    this.#arm();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel();
    await this.#looking;
  }

  /** drachtio-server is there, perhaps anew. */
  serverIsUp(): void {
    this.#queue(() => this.#settle());
  }

  #arm(): void {
    if (this.#stopped) return;
    this.#cancel = this.#deps.clock.after(EVERY, "certificates of the relay", () => {
      this.#queue(() => this.#look());
      this.#arm();
    });
  }

  #queue(work: () => Promise<void>): void {
    if (this.#stopped) return;
    const failed = (error: unknown): void =>
      this.#deps.log.warn("sip_certificate_not_renewed", { reason: messageOf(error) });
    this.#looking = this.#looking.then(work).catch(failed);
  }

  async #look(): Promise<void> {
    const { trunk, phones, useTrunk, log } = this.#deps;
    if (await trunk.look()) {
      await useTrunk();
      // A box asks for the pin before each connection; those that are connected stay so.
      this.#pins = { ...this.#pins, trunk: this.#current().trunk };
      log.info("trunk_certificate_renewed");
    }
    if ((await phones?.look()) === true) this.#waits = true;
    await this.#settle();
  }

  async #settle(): Promise<void> {
    const { phones, served, log } = this.#deps;
    if (!this.#waits || phones === null) return;
    const found = await served();
    if (found === null) return;
    this.#waits = found !== phones.fingerprint;
    if (this.#waits) log.warn("sip_certificate_waits", { hint: "restart drachtio-server: it reads it at its start" });
    const own = phones.current()?.sha256 ?? null;
    this.#pins = { ...this.#pins, phones: own === null ? null : found };
  }

  #current(): RelayPins {
    const { phones, trunk } = this.#deps;
    return { phones: phones?.current()?.sha256 ?? null, trunk: trunk.current()?.sha256 ?? "" };
  }
}

/** What a TLS server shows; null when nobody answers. Nothing is sent, and nobody is trusted: it is only looked at. */
export async function servedCertificate(host: string, port: number, clock: Clock): Promise<string | null> {
  const socket = connect({ host, port, rejectUnauthorized: false });
  const shown = new Promise<string>((resolve, reject) => {
    socket.once("error", reject);
    socket.once("secureConnect", () => {
      resolve(socket.getPeerCertificate().fingerprint256.replaceAll(":", "").toLowerCase());
    });
  });
  try {
    return await withDeadline(shown, { clock, timeout: PROBE_LIMIT, what: "a look at the certificate of SIP" });
  } catch {
    return null;
  } finally {
    socket.on("error", () => {});
    socket.destroy();
  }
}

/** What `listen` of a server is reached by on this machine. */
export const nearAddress = (listen: string): string =>
  listen === "0.0.0.0" ? "127.0.0.1" : listen === "::" ? "::1" : listen;
