// The whole of the phones' side with a real Asterisk as its own edge: what the box would start, and accounts to register with.

import { createHash } from "node:crypto";
import { hasCode, messageOf, silentLogger } from "../../../src/base/index.ts";
import { systemClock } from "../../../src/base/system-clock.ts";
import { systemRandom } from "../../../src/base/system-random.ts";
import type { MediaEncryption, PhoneEvent, PhoneLeg, SipAccount } from "../../../src/core/index.ts";
import {
  AriClient,
  AsteriskEdge,
  AsteriskGateway,
  AudioSocketServer,
  type SoundServer,
  STASIS_APP,
} from "../../../src/voice/index.ts";
import { makeAuthority } from "../mqtt/certificates.ts";
import { AsteriskProcess } from "./asterisk-process.ts";
import { freePort } from "./free-ports.ts";
import { until } from "./until.ts";

export const REALM = "box.test";
/** Shorter than on a box, so that a test need not wait. */
const RTP_TIMEOUTS = { talking: 5, held: 20 } as const;

export function account(user: string, password: string, encryption: MediaEncryption = "none"): SipAccount {
  const text = `${user}:${REALM}:${password}`;
  const hash = (name: string): string => createHash(name).update(text).digest("hex");
  return { user, encryption, ha1: { md5: hash("md5"), sha256: hash("sha256") } };
}

/** One run of the box's side: a new one is what a restart of numberbox makes. */
export interface BoxSide {
  readonly ari: AriClient;
  readonly edge: AsteriskEdge;
  readonly gateway: AsteriskGateway;
  readonly audio: SoundServer & Partial<Pick<AudioSocketServer, "open" | "waiting">>;
}

export class VoiceRig {
  readonly asterisk: AsteriskProcess;
  readonly sipPort: number;
  readonly tlsPort: number;
  readonly #sound: () => BoxSide["audio"];
  box: BoxSide;

  private constructor(
    asterisk: AsteriskProcess,
    ports: readonly [number, number],
    sound: () => BoxSide["audio"],
    box: BoxSide,
  ) {
    this.asterisk = asterisk;
    this.#sound = sound;
    [this.sipPort, this.tlsPort] = ports;
    this.box = box;
  }

  /** `sound`: where Asterisk's sound comes in; in this thread unless given. */
  static async start(rtp: number, sound: () => BoxSide["audio"] = ownSound): Promise<VoiceRig> {
    const ports = [await freePort(), await freePort()] as const;
    const authority = await makeAuthority();
    const asterisk = await AsteriskProcess.start({
      rtp,
      edge: (folder) => {
        authority.write(folder, [{ file: "edge", name: "127.0.0.1", address: "127.0.0.1" }]);
        const at = { address: "127.0.0.1", port: ports[0] };
        const files = { certificateFile: `${folder}/edge.crt`, keyFile: `${folder}/edge.key` };
        const tls = { address: "127.0.0.1", port: ports[1], ...files };
        return { kind: "asterisk", realm: REALM, digests: ["MD5"], udp: at, tcp: at, tls, external: null };
      },
    });
    return new VoiceRig(asterisk, ports, sound, await startBox(asterisk, sound));
  }

  get caFile(): string {
    return `${this.asterisk.folder}/ca.crt`;
  }

  async up(): Promise<void> {
    await until("the gateway", () => this.box.gateway.state().kind === "up");
  }

  /** As the box does: what cannot be done now is done when the gateway is there again. */
  async accounts(accounts: readonly SipAccount[]): Promise<void> {
    let last: unknown = null;
    await until(
      () => `Asterisk to take the accounts; it said ${messageOf(last)}`,
      () =>
        this.box.gateway.setAccounts(accounts).then(
          () => true,
          (error: unknown) => {
            if (!hasCode(error, "voice.edge_down")) throw error;
            last = error;
            return false;
          },
        ),
    );
  }

  /** Until the box knows of a phone that is registered. */
  async phoneThere(): Promise<void> {
    await until("a phone", () => this.box.gateway.bindings().length > 0);
  }

  /** As `kill -9` of numberbox: the old side says no word any more. */
  async restartBox(): Promise<void> {
    const old = this.box;
    old.ari.stop();
    await old.audio.stop();
    this.box = await startBox(this.asterisk, this.#sound);
  }

  /** What Asterisk has of calls now. */
  async left(): Promise<{ channels: number; bridges: number }> {
    const list = async (path: string): Promise<number> => {
      const answer = await this.box.ari.request({ method: "GET", path });
      return Array.isArray(answer) ? answer.length : -1;
    };
    return { channels: await list("channels"), bridges: await list("bridges") };
  }

  /** Nothing of any call is left anywhere. */
  async quiet(): Promise<void> {
    const { gateway, audio, edge } = this.box;
    await until("the end of all calls", async () => {
      const { channels, bridges } = await this.left();
      return channels + bridges + gateway.legs() + (audio.open ?? 0) + (audio.waiting ?? 0) + edge.dialogs() === 0;
    });
  }

  async stop(): Promise<void> {
    await this.box.gateway.stop();
    await this.asterisk.stop();
  }
}

const ownSound = (): AudioSocketServer =>
  new AudioSocketServer({ host: "127.0.0.1", port: 0, clock: systemClock, log: silentLogger });

async function startBox(asterisk: AsteriskProcess, sound: () => BoxSide["audio"]): Promise<BoxSide> {
  const common = { clock: systemClock, random: systemRandom, log: silentLogger };
  const { user, password } = asterisk.setup.ari;
  const ari = new AriClient({ ...common, url: asterisk.url, user, password, app: STASIS_APP });
  const edge = new AsteriskEdge({ ...common, wire: ari, realm: REALM, digests: ["MD5"], rtpTimeouts: RTP_TIMEOUTS });
  const audio = sound();
  const gateway = new AsteriskGateway({ ...common, wire: ari, edge, audio, audioHost: "127.0.0.1:0" });
  await gateway.start();
  return { ari, edge, gateway, audio };
}

/** All events of a leg, in order. */
export function record(leg: PhoneLeg): PhoneEvent[] {
  const events: PhoneEvent[] = [];
  leg.onEvent((event) => events.push(event));
  return events;
}

/** Waits for an event of the leg. */
export function event(events: readonly PhoneEvent[], type: PhoneEvent["type"]): Promise<PhoneEvent> {
  return until(
    `event ${type}; there were ${JSON.stringify(events)}`,
    () => events.find((e) => e.type === type) ?? null,
  );
}
