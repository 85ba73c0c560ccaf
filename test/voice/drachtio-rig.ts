// The drachtio edge over a server (in-process or real), with phones, and with a scripted user agent in the place of Asterisk.

import { type Clock, type Millis, millis, silentLogger } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import { DrachtioEdge, SrfConnection } from "../../src/voice/drachtio/index.ts";
import { MEDIA_HEADER, type RingTarget } from "../../src/voice/index.ts";
import { DrachtioServer } from "../sim/drachtio/index.ts";
import { type PhoneCall, sdpOf } from "../sim/sip/phone-call.ts";
import { parseSipUri } from "../sim/sip/sip-message.ts";
import { SipPhone, type SipPhoneOptions } from "../sim/sip/sip-phone.ts";
import type { TlsFiles } from "../sim/sip/sip-sockets.ts";
import { makeTlsFiles } from "../sim/sip/tls-files.ts";
import type { AnchorCall, DialledCall, EdgeRig } from "./edge-contract.ts";

export const REALM = "box.example";
const tls: { files: TlsFiles | null } = { files: null };

/** Made once for all rigs of a file. */
export function tlsFiles(): TlsFiles {
  const files = tls.files ?? makeTlsFiles(REALM);
  tls.files = files;
  return files;
}

export const SECRET = "admin secret";

export interface RealServer {
  readonly host: string;
  readonly adminPort: number;
  readonly secret: string;
  readonly sipPort: number;
  readonly tlsPort: number;
}

export interface DrachtioRigOptions {
  readonly t1?: Millis;
  readonly giveUp?: Millis;
  readonly ringLimit?: Millis;
  readonly real?: RealServer;
  readonly clock?: Clock;
}

/**
 * Where a real drachtio-server is: NUMBERBOX_TEST_DRACHTIO=host:port:secret, its SIP ports added where they are not 5060 and 5061
 * (host:port:secret:sip-port:tls-port). Null without.
 */
export function realServer(): RealServer | null {
  const [host, adminPort, secret, sipPort = "5060", tlsPort = "5061"] = (
    process.env.NUMBERBOX_TEST_DRACHTIO ?? ""
  ).split(":");
  if (host === undefined || host === "" || adminPort === undefined || secret === undefined) return null;
  return { host, adminPort: Number(adminPort), secret, sipPort: Number(sipPort), tlsPort: Number(tlsPort) };
}

export class DrachtioRig implements EdgeRig {
  readonly realm = REALM;
  readonly edge: DrachtioEdge;
  /** Null when the real one is used. */
  readonly server: DrachtioServer | null;
  readonly anchor: SipPhone;
  readonly #sipPort: number;
  readonly #tlsPort: number;
  readonly #timers: { readonly t1: Millis; readonly giveUp: Millis };
  readonly #phones: SipPhone[] = [];
  readonly #stopped = new AbortController();
  #taken = 0;

  private constructor(
    edge: DrachtioEdge,
    server: DrachtioServer | null,
    anchor: SipPhone,
    ports: { readonly sip: number; readonly tls: number },
    timers: { readonly t1: Millis; readonly giveUp: Millis },
  ) {
    this.edge = edge;
    this.server = server;
    this.anchor = anchor;
    this.#sipPort = ports.sip;
    this.#tlsPort = ports.tls;
    this.#timers = timers;
  }

  static async open(options: DrachtioRigOptions = {}): Promise<DrachtioRig> {
    const { real, t1 = millis(100), giveUp = millis(2000), clock = systemClock } = options;
    const timers = { t1, giveUp };
    const server =
      real === undefined ? new DrachtioServer({ clock, secret: SECRET, ...timers, tls: tlsFiles() }) : null;
    await server?.start();
    const sipPort = server?.sipPort ?? real?.sipPort ?? 0;
    const at = { transport: "udp", host: "127.0.0.1", port: sipPort } as const;
    const anchor = new SipPhone({
      clock,
      user: "anchor",
      password: "",
      domain: `127.0.0.1:${sipPort}`,
      server: at,
      ...timers,
    });
    await anchor.open();
    const admin = { host: real?.host ?? "127.0.0.1", secret: real?.secret ?? SECRET };
    const edge = new DrachtioEdge({
      connect: (signal) =>
        SrfConnection.open({ ...admin, port: server?.adminPort ?? real?.adminPort ?? 0, clock }, signal),
      ...{ realm: REALM, domain: REALM, clock, random: systemRandom, log: silentLogger },
      anchor: { host: "127.0.0.1", port: anchor.stack.sockets.port },
      sip: { host: "127.0.0.1", port: sipPort },
      ...(options.ringLimit === undefined ? {} : { ringLimit: options.ringLimit }),
    });
    const rig = new DrachtioRig(
      edge,
      server,
      anchor,
      { sip: sipPort, tls: server?.tlsPort ?? real?.tlsPort ?? 0 },
      timers,
    );
    await edge.start(rig.#stopped.signal);
    return rig;
  }

  portOf(transport: "udp" | "tcp" | "tls"): number {
    return transport === "tls" ? this.#tlsPort : this.#sipPort;
  }

  async phone({
    transport = "udp",
    ...options
  }: Partial<SipPhoneOptions> & { readonly transport?: "udp" | "tcp" | "tls" }): Promise<SipPhone> {
    const server = { transport, host: "127.0.0.1", port: this.portOf(transport) };
    const phone = new SipPhone({
      clock: systemClock,
      user: "renter0001",
      password: "",
      domain: REALM,
      server,
      ...this.#timers,
      ...options,
    });
    await phone.open();
    this.#phones.push(phone);
    return phone;
  }

  /** The edge forks behind its one target. */
  ring(targets: readonly RingTarget[], from: string): AnchorCall {
    const uri = /^PJSIP\/edge-(?:none|sdes|dtls)\/(sip:.*)$/.exec(targets[0]?.endpoint ?? "")?.[1] ?? "";
    const call = this.anchor.dial(parseSipUri(uri).user, sdpOf(30_000), [
      ["P-Asserted-Identity", `"${from}" <sip:${from}@127.0.0.1>`],
    ]);
    const hangUp = async (): Promise<void> => {
      if (call.statuses.includes(200)) await call.bye();
      else call.cancel();
    };
    return { ...this.#common(call), answered: call.answered, hangUp };
  }

  async nextDial(): Promise<DialledCall> {
    const call = await this.anchor.nextCall();
    this.#taken++;
    const header = (name: string): Promise<string | null> =>
      Promise.resolve(call.request.has(name) ? call.request.get(name) : null);
    const dialled = decodeURIComponent(parseSipUri(call.request.uri).user);
    return {
      ...this.#common(call),
      answered: call.acknowledged,
      channel: { name: `PJSIP/edge-${call.request.get(MEDIA_HEADER)}-00000001`, dialled, header },
      ringing: () => call.ring(),
      answer: () => call.answer(sdpOf(30_000)),
      refuse: (status) => call.reject(status),
      hangUp: () => call.bye(),
    };
  }

  dials(): number {
    return Math.max(this.#taken, this.anchor.incoming.length);
  }

  entries(): number | null {
    const { bindings, nonces, sources, calls } = this.edge.sizes();
    return bindings + nonces + sources + calls;
  }

  async close(): Promise<void> {
    await this.edge.stop();
    for (const phone of [...this.#phones, this.anchor]) await phone.close();
    await this.server?.stop();
  }

  #common(call: PhoneCall): Pick<AnchorCall, "ended" | "nextDigit" | "held" | "resumed"> {
    const offered = async (isHeld: boolean): Promise<void> => {
      // Sound both ways is what SDP says when it says nothing.
      const { body } = await call.next("INVITE");
      if (/^a=(sendonly|inactive)/m.test(body) !== isHeld)
        throw new Error(`expected an offer that ${isHeld ? "holds" : "resumes"}`);
    };
    return {
      ended: call.ended,
      nextDigit: async () => /Signal=(\S)/.exec((await call.next("INFO")).body)?.[1] ?? "",
      held: () => offered(true),
      resumed: () => offered(false),
    };
  }
}
