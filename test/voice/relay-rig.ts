// A relay with its SIP server, and a box that has its trunk there: phones register at the relay, and a scripted user agent stands in the
// place of the box's Asterisk.

import { createHash, X509Certificate } from "node:crypto";
import { connect, type Socket } from "node:net";
import { type Logger, type Millis, millis, silentLogger, unixMs } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { systemCrypto } from "../../src/base/system-crypto.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import { SrfConnection } from "../../src/voice/drachtio/index.ts";
import { MEDIA_HEADER, RelayEdge, RelaySwitch, type RingTarget, type TrunkIdentity } from "../../src/voice/index.ts";
import { freePort } from "../sim/asterisk/free-ports.ts";
import { DrachtioServer } from "../sim/drachtio/index.ts";
import { type PhoneCall, sdpOf } from "../sim/sip/phone-call.ts";
import { parseSipUri } from "../sim/sip/sip-message.ts";
import { SipPhone, type SipPhoneOptions } from "../sim/sip/sip-phone.ts";
import { REALM, type RealServer, SECRET, tlsFiles } from "./drachtio-rig.ts";
import type { AnchorCall, DialledCall, EdgeRig } from "./edge-contract.ts";

export interface RelayRigOptions {
  readonly t1?: Millis;
  readonly giveUp?: Millis;
  readonly real?: RealServer;
  readonly log?: Logger;
  /** All sound goes through it. */
  readonly rtpengine?: { readonly host: string; readonly port: number };
}

export interface RigBox {
  readonly edge: RelayEdge;
  /** In the place of the box's Asterisk. */
  readonly anchor: SipPhone;
  readonly identity: TrunkIdentity;
  /** Cuts the line: what is connected ends, and nothing connects until `mend`. */
  cut(): void;
  mend(): void;
}

/** A provider made from a word. */
export function providerOf(word: string): TrunkIdentity {
  const seed = new Uint8Array(createHash("sha256").update(word).digest());
  const verify = Buffer.from(systemCrypto.ed25519Public(seed)).toString("base64url");
  return { verify, sign: (bytes) => systemCrypto.ed25519Sign(seed, bytes) };
}

export class RelayRig implements EdgeRig {
  readonly realm = REALM;
  readonly relay: RelaySwitch;
  readonly server: DrachtioServer | null;
  readonly boxes: RigBox[] = [];
  readonly #options: Required<Pick<RelayRigOptions, "t1" | "giveUp" | "log">>;
  readonly #ports: { readonly sip: number; readonly tls: number };
  readonly #phones: SipPhone[] = [];
  readonly #stopped = new AbortController();
  #taken = 0;

  private constructor(
    relay: RelaySwitch,
    server: DrachtioServer | null,
    ports: { readonly sip: number; readonly tls: number },
    options: Required<Pick<RelayRigOptions, "t1" | "giveUp" | "log">>,
  ) {
    this.relay = relay;
    this.server = server;
    this.#ports = ports;
    this.#options = options;
  }

  static async open(options: RelayRigOptions = {}): Promise<RelayRig> {
    const { real, t1 = millis(100), giveUp = millis(2000), log = silentLogger } = options;
    const clock = systemClock;
    const server =
      real === undefined ? new DrachtioServer({ clock, secret: SECRET, t1, giveUp, tls: tlsFiles() }) : null;
    await server?.start();
    const ports = { sip: server?.sipPort ?? real?.sipPort ?? 0, tls: server?.tlsPort ?? real?.tlsPort ?? 0 };
    const port = server?.adminPort ?? real?.adminPort ?? 0;
    const admin = { host: real?.host ?? "127.0.0.1", port, secret: real?.secret ?? SECRET, clock };
    const { cert, key } = tlsFiles();
    const relay = new RelaySwitch({
      connect: (signal) => SrfConnection.open(admin, signal),
      ...{ realm: REALM, domain: REALM, sip: { host: "127.0.0.1", port: ports.sip } },
      trunk: { host: "127.0.0.1", port: 0, certificate: { cert: String(cert), key: String(key) } },
      media: { policy: options.rtpengine === undefined ? "never" : "always", rtpengine: options.rtpengine ?? null },
      admits: (asked) => ["one", "two"].some((word) => providerOf(word).verify === asked),
      verifies: (bytes, text, signature) => systemCrypto.ed25519Verify(bytes, text, signature),
      ...{ clock, random: systemRandom, log },
    });
    await relay.start();
    const rig = new RelayRig(relay, server, ports, { t1, giveUp, log });
    const box = await rig.box("one");
    await box.edge.start(rig.#stopped.signal);
    await until(() => relay.edge.up().up);
    return rig;
  }

  get sipPort(): number {
    return this.#ports.sip;
  }

  get edge(): RelayEdge {
    return this.#first.edge;
  }

  get #first(): RigBox {
    const [box] = this.boxes;
    if (box === undefined) throw new Error("no box");
    return box;
  }

  /** Made, not started. */
  async box(word: string, more: { readonly certSha256?: string } = {}): Promise<RigBox> {
    const { t1, giveUp, log } = this.#options;
    const local = { host: "127.0.0.1", port: await freePort() };
    const server = { transport: "udp", ...local } as const;
    const domain = `127.0.0.1:${local.port}`;
    const anchor = new SipPhone({
      ...{ clock: systemClock, user: "anchor", password: "", domain, server, t1, giveUp },
    });
    await anchor.open();
    const identity = providerOf(word);
    const sockets = new Set<Socket>();
    let isCut = false;
    const pin = createHash("sha256").update(new X509Certificate(tlsFiles().cert).raw).digest("hex");
    const edge = new RelayEdge({
      discover: async () => ({ host: "127.0.0.1", port: this.relay.trunkPort, certSha256: pin, ...more }),
      dial: ({ host, port }) => {
        const socket = connect({ host, port });
        if (isCut) socket.destroy(new Error("cut"));
        sockets.add(socket);
        return Promise.resolve(socket);
      },
      ...{ identity, local, anchor: { host: "127.0.0.1", port: anchor.stack.sockets.port } },
      until: () => unixMs(systemClock.now() + 3_600_000),
      ...{ clock: systemClock, random: systemRandom, log },
    });
    const cut = (): void => {
      isCut = true;
      for (const socket of sockets) socket.destroy();
      sockets.clear();
    };
    const mend = (): void => {
      isCut = false;
    };
    const box = { edge, anchor, identity, cut, mend };
    this.boxes.push(box);
    return box;
  }

  async phone({
    transport = "udp",
    ...options
  }: Partial<SipPhoneOptions> & { readonly transport?: "udp" | "tcp" | "tls" }): Promise<SipPhone> {
    const server = { transport, host: "127.0.0.1", port: transport === "tls" ? this.#ports.tls : this.#ports.sip };
    const phone = new SipPhone({
      ...{ clock: systemClock, user: "renter0001", password: "", domain: REALM, server },
      ...{ t1: this.#options.t1, giveUp: this.#options.giveUp },
      ...options,
    });
    await phone.open();
    this.#phones.push(phone);
    return phone;
  }

  /** The relay forks. */
  ring(targets: readonly RingTarget[], from: string, box = this.#first): AnchorCall {
    const uri = /^PJSIP\/edge-(?:none|sdes|dtls)\/(sip:.*)$/.exec(targets[0]?.endpoint ?? "")?.[1] ?? "";
    const call = box.anchor.dial(parseSipUri(uri).user, sdpOf(30_000), [
      ["P-Asserted-Identity", `"${from}" <sip:${from}@127.0.0.1>`],
    ]);
    const hangUp = async (): Promise<void> => {
      if (call.statuses.includes(200)) await call.bye();
      else call.cancel();
    };
    return { ...common(call), answered: call.answered, hangUp };
  }

  async nextDial(box = this.#first): Promise<DialledCall> {
    const call = await box.anchor.nextCall();
    this.#taken++;
    const header = (name: string): Promise<string | null> =>
      Promise.resolve(call.request.has(name) ? call.request.get(name) : null);
    const dialled = decodeURIComponent(parseSipUri(call.request.uri).user);
    return {
      ...common(call),
      answered: call.acknowledged,
      channel: { name: `PJSIP/edge-${call.request.get(MEDIA_HEADER)}-00000001`, dialled, header },
      ringing: () => call.ring(),
      answer: () => call.answer(sdpOf(30_000)),
      refuse: (status) => call.reject(status),
      hangUp: () => call.bye(),
    };
  }

  dials(): number {
    return Math.max(this.#taken, this.#first.anchor.incoming.length);
  }

  entries(): number | null {
    const { bindings, nonces, sources, calls } = this.relay.edge.sizes();
    return bindings + nonces + sources + calls;
  }

  async close(): Promise<void> {
    this.#stopped.abort();
    for (const { edge } of this.boxes) await edge.stop();
    await this.relay.stop();
    for (const phone of [...this.#phones, ...this.boxes.map(({ anchor }) => anchor)]) await phone.close();
    await this.server?.stop();
  }
}

function common(call: PhoneCall): Pick<AnchorCall, "ended" | "nextDigit" | "held" | "resumed"> {
  const offered = async (isHeld: boolean): Promise<void> => {
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

async function until(check: () => boolean): Promise<void> {
  while (!check()) await new Promise((resolve) => setImmediate(resolve));
}
