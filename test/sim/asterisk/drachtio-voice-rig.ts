// The phones' side with drachtio as the edge and a real Asterisk behind it, which knows no phone: the in-process drachtio-server, or a
// real one.

import { type Millis, millis, silentLogger } from "../../../src/base/index.ts";
import { systemClock } from "../../../src/base/system-clock.ts";
import { systemRandom } from "../../../src/base/system-random.ts";
import {
  AriClient,
  AsteriskGateway,
  AudioSocketServer,
  DrachtioEdge,
  SrfConnection,
  STASIS_APP,
} from "../../../src/voice/index.ts";
import type { RealServer } from "../../voice/drachtio-rig.ts";
import { DrachtioServer } from "../drachtio/index.ts";
import { makeTlsFiles } from "../sip/tls-files.ts";
import { AsteriskProcess } from "./asterisk-process.ts";
import { freePort } from "./free-ports.ts";
import { until } from "./until.ts";
import { REALM } from "./voice-rig.ts";

const SECRET = "only for a test";
const T1: Millis = millis(500);

export class DrachtioVoiceRig {
  readonly asterisk: AsteriskProcess;
  /** Null when the real one is used. */
  readonly server: DrachtioServer | null;
  readonly sipPort: number;
  readonly tlsPort: number;
  readonly box: {
    readonly ari: AriClient;
    readonly edge: DrachtioEdge;
    readonly gateway: AsteriskGateway;
    readonly audio: AudioSocketServer;
  };

  private constructor(
    asterisk: AsteriskProcess,
    server: DrachtioServer | null,
    ports: readonly [sip: number, tls: number],
    box: DrachtioVoiceRig["box"],
  ) {
    this.asterisk = asterisk;
    this.server = server;
    [this.sipPort, this.tlsPort] = ports;
    this.box = box;
  }

  static async start(rtp: number, real: RealServer | null): Promise<DrachtioVoiceRig> {
    const common = { clock: systemClock, random: systemRandom, log: silentLogger };
    const server =
      real === null ? new DrachtioServer({ ...common, secret: SECRET, t1: T1, tls: makeTlsFiles(REALM) }) : null;
    await server?.start();
    const sipPort = server?.sipPort ?? real?.sipPort ?? 0;
    const anchor = { host: "127.0.0.1", port: await freePort() };
    const asterisk = await AsteriskProcess.start({
      rtp,
      edge: () => ({ kind: "drachtio", port: anchor.port, edgePort: sipPort }),
    });
    const { user, password } = asterisk.setup.ari;
    const ari = new AriClient({ ...common, url: asterisk.url, user, password, app: STASIS_APP });
    const admin = {
      host: real?.host ?? "127.0.0.1",
      port: server?.adminPort ?? real?.adminPort ?? 0,
      secret: real?.secret ?? SECRET,
    };
    const edge = new DrachtioEdge({
      connect: (signal) => SrfConnection.open({ ...admin, clock: systemClock }, signal),
      ...{ ...common, realm: REALM, domain: REALM, anchor, sip: { host: "127.0.0.1", port: sipPort } },
    });
    const audio = new AudioSocketServer({ ...common, host: "127.0.0.1", port: 0 });
    const gateway = new AsteriskGateway({ ...common, wire: ari, edge, audio, audioHost: "127.0.0.1:0" });
    await gateway.start();
    return new DrachtioVoiceRig(asterisk, server, [sipPort, server?.tlsPort ?? real?.tlsPort ?? 0], {
      ari,
      edge,
      gateway,
      audio,
    });
  }

  async up(): Promise<void> {
    await until("the gateway", () => this.box.gateway.state().kind === "up");
  }

  async quiet(): Promise<void> {
    const { ari, audio, edge, gateway } = this.box;
    const list = async (path: string): Promise<number> => {
      const answer = await ari.request({ method: "GET", path });
      return Array.isArray(answer) ? answer.length : -1;
    };
    await until("the end of all calls", async () => {
      const inAsterisk = (await list("channels")) + (await list("bridges"));
      return inAsterisk + gateway.legs() + audio.open + audio.waiting + edge.dialogs() === 0;
    });
  }

  async stop(): Promise<void> {
    await this.box.gateway.stop();
    await this.asterisk.stop();
    await this.server?.stop();
  }
}
