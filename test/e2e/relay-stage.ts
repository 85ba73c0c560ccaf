// A box behind its relay, both whole: a simulated modem and a real Asterisk at the box, the SIP edge of the relay over the in-process
// drachtio-server (or a real one, whose program NUMBERBOX_TEST_DRACHTIO_SERVER names), and real phones at the relay.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { connect as connectTcp, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BoxHandle, startBox } from "../../src/app/index.ts";
import { publishLocalAccess } from "../../src/app/local-access.ts";
import { millis, rentalId } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { systemCrypto } from "../../src/base/system-crypto.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import { parseBoxConfig } from "../../src/config/index.ts";
import { openGrant, publicKeysToText } from "../../src/envelope/index.ts";
import { type CallsReply, callHistoryReply, callsReply, type SipTerms, sipTerms } from "../../src/protocol/index.ts";
import { RecordingLogger, renter } from "../core/core-rig.ts";
import { asteriskTree } from "../sim/asterisk/asterisk-process.ts";
import { Baresip } from "../sim/asterisk/baresip.ts";
import { freePort } from "../sim/asterisk/free-ports.ts";
import { Linphone } from "../sim/asterisk/linphone.ts";
import { until } from "../sim/asterisk/until.ts";
import { DrachtioServer } from "../sim/drachtio/index.ts";
import { SimBoard, simLinkOpener } from "../sim/modem/index.ts";
import { RTPENGINE, RtpengineDaemon } from "../sim/rtpengine/daemon.ts";
import { RtpengineServer } from "../sim/rtpengine/index.ts";
import { Numberbox } from "./processes.ts";

export const drachtioProgram = process.env.NUMBERBOX_TEST_DRACHTIO_SERVER ?? "";
export const PHONE_HERTZ = 440;
export const MODEM_HERTZ = 1000;
const SECRET = "of the relay's drachtio-server";

/** A line that can be cut: TCP through here. */
class Cable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  isCut = false;
  /** All bytes that went either way, as far as they can be read. */
  heard = "";

  constructor(port: number, target: number) {
    this.#server = createServer((near) => {
      if (this.isCut) return void near.destroy();
      const far = connectTcp(target, "127.0.0.1");
      for (const [one, other] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(one);
        one.on("data", (bytes: Buffer) => {
          this.heard += bytes.toString("latin1");
          other.write(bytes);
        });
        one.on("error", () => {});
        one.on("close", () => other.destroy());
      }
    }).listen(port, "127.0.0.1");
  }

  cut(): void {
    this.isCut = true;
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

export class RelayStage {
  readonly root = mkdtempSync(join(tmpdir(), "numberbox-relay-calls-"));
  readonly log = new RecordingLogger();
  readonly board = new SimBoard({
    ...{ slots: 1, seed: "calls", clock: systemClock, log: this.log, twins: ["quectel-ec25"] },
  });
  readonly phones: { stop(): Promise<void> }[] = [];
  box!: BoxHandle;
  account!: SipTerms;
  rental = "";
  cable!: Cable;
  /** In the place of the relay's rtpengine. */
  #media: RtpengineDaemon | RtpengineServer = new RtpengineServer();
  #relay: Numberbox | null = null;
  #said = "";
  #asterisk: ChildProcess | null = null;
  #drachtio: DrachtioServer | ChildProcess | null = null;
  #ports = { http: 0, admin: 0, sip: 0, loopback: 0, trunk: 0, cable: 0 };
  #provider = "";
  #bearer: Record<string, string> = {};

  get modem() {
    return this.board.modem(1);
  }

  async start(caller: "hidden" | "shown"): Promise<void> {
    await this.#startServer();
    await this.#startBox(caller);
    this.cable = new Cable(this.#ports.cable, this.#ports.trunk);
    await this.startRelay();
    this.account = await until("the account in the grant", async () => {
      const pending = await this.box.store.grantOf(rentalId(this.rental));
      const terms = pending === null ? undefined : openGrant(systemCrypto, renter.seed, pending.grant).terms.sip;
      return terms === undefined ? null : sipTerms.parse(terms);
    });
    await this.ready();
    this.modem.audio.habits.says = { hz: MODEM_HERTZ, dbfs: -12 };
  }

  async stop(): Promise<void> {
    await this.clear();
    await this.box?.stop();
    await this.#relay?.stop();
    await this.cable?.close();
    await end(this.#asterisk);
    await this.#media.stop();
    if (this.#drachtio instanceof DrachtioServer) await this.#drachtio.stop();
    else await end(this.#drachtio);
    this.board.stop();
    rmSync(this.root, { recursive: true, force: true });
  }

  /** Phones and calls of one test. */
  async clear(): Promise<void> {
    for (const call of [...this.modem.calls.list]) this.modem.calls.end(call);
    await Promise.all(this.phones.splice(0).map((each) => each.stop()));
  }

  async calls(): Promise<CallsReply> {
    return callsReply.parse(await this.#get("/calls"));
  }

  async history() {
    return callHistoryReply.parse(await this.#get("/calls/history")).calls;
  }

  /** Calls can be taken. */
  async ready(): Promise<void> {
    await until(
      "calls",
      async () => {
        const now = await this.calls();
        return now.problem === null && now.voice_slots === 1;
      },
      40_000,
    );
  }

  quiet(): Promise<unknown> {
    return until(
      "the end of all calls",
      async () => (await this.calls()).calls.length === 0 && this.modem.calls.list.length === 0,
      40_000,
    );
  }

  /** At the relay, with the account of the grant. */
  async phone(options: Partial<Parameters<typeof Baresip.start>[0]> = {}): Promise<Baresip> {
    const { user, password } = this.account;
    const made = await Baresip.start({
      ...{ user, password, port: this.#ports.sip, transport: "tcp", hertz: PHONE_HERTZ, mediaEncryption: "srtp-mand" },
      ...options,
    });
    this.phones.push(made);
    return made;
  }

  registered(): Promise<Baresip> {
    return this.#registered(() => this.phone());
  }

  /** Linphone with the account of the grant, at the relay: it answers by itself. */
  linphone(): Promise<Linphone> {
    return this.#registered(() => {
      const { user, password, realm } = this.account;
      const way = { port: this.#ports.sip, transport: "tcp", mediaEncryption: "srtp" } as const;
      const phone = Linphone.start({ ...way, user, password, realm, hertz: PHONE_HERTZ });
      this.phones.push(phone);
      return phone;
    });
  }

  async #registered<Phone>(start: () => Phone | Promise<Phone>): Promise<Phone> {
    const before = (await this.calls()).phones;
    const phone = await start();
    await until("the phone's registration, told to the box", async () => (await this.calls()).phones > before);
    return phone;
  }

  async startRelay(): Promise<void> {
    const { http, admin, sip, loopback, trunk } = this.#ports;
    const folder = join(this.root, "relay");
    const file = join(this.root, "relay.yaml");
    const config = {
      listen: `127.0.0.1:${http}`,
      providers: [{ name: "one", verify: this.#provider }],
      log: { level: "debug" },
      voice: {
        ...{ host: "127.0.0.1", listen: "127.0.0.1", transports: { tls: false, tcp: sip } },
        drachtio: { port: admin, secret_file: "drachtio-secret", sip_port: loopback },
        ...{ trunk: `127.0.0.1:${trunk}`, media: "always" },
        rtpengine: `127.0.0.1:${this.#media.port}`,
      },
    };
    writeFileSync(file, JSON.stringify(config));
    this.#relay = Numberbox.start(["relay", "--config", file, "--data", folder]);
    await this.#relay.firstLine();
    if (drachtioProgram === "" || this.#drachtio !== null) return;
    const xml = join(folder, "voice", "drachtio", "drachtio.conf.xml");
    this.#drachtio = spawn(drachtioProgram, ["-f", xml], { stdio: "ignore" });
  }

  /** At once, and without a word to anybody. */
  async killRelay(): Promise<void> {
    await this.#relay?.kill();
    this.#said += `${this.#relay?.out ?? ""}${this.#relay?.err ?? ""}`;
    this.#relay = null;
  }

  /** Everything that the relay has said so far. */
  relaySaid(): string {
    return `${this.#said}${this.#relay?.out ?? ""}${this.#relay?.err ?? ""}`;
  }

  /** Everything that the relay has on its disk. */
  relayFiles(): string {
    const folder = join(this.root, "relay");
    return readdirSync(folder, { recursive: true, encoding: "utf8" })
      .map((name) => join(folder, name))
      .filter((path) => statSync(path).isFile())
      .map((path) => readFileSync(path, "latin1"))
      .join("\n");
  }

  async #startServer(): Promise<void> {
    if (RTPENGINE !== null) this.#media = await RtpengineDaemon.start();
    else if (this.#media instanceof RtpengineServer) await this.#media.start();
    const folder = join(this.root, "relay");
    mkdirSync(folder);
    writeFileSync(join(folder, "drachtio-secret"), SECRET);
    const [http, trunk, cable] = [await freePort(), await freePort(), await freePort()];
    if (drachtioProgram !== "") {
      const [admin, sip, loopback] = [await freePort(), await freePort(), await freePort()];
      this.#ports = { http, admin, sip, loopback, trunk, cable };
      return;
    }
    const server = new DrachtioServer({ clock: systemClock, secret: SECRET, t1: millis(200), giveUp: millis(5000) });
    await server.start();
    this.#drachtio = server;
    const { adminPort: admin, sipPort: sip } = server;
    this.#ports = { http, admin, sip, loopback: sip, trunk, cable };
  }

  async #startBox(caller: "hidden" | "shown"): Promise<void> {
    const [folder, pages] = [join(this.root, "box"), join(this.root, "pages")];
    mkdirSync(pages);
    writeFileSync(join(pages, "index.html"), "<!doctype html>");
    const [ari, audio, asterisk, proxy] = [await freePort(), await freePort(), await freePort(), await this.#proxy()];
    const config = parseBoxConfig(
      JSON.stringify({
        slots: [{ id: "1", port: "sim://slot/1" }],
        lines: [{ id: "line-1", number: "+4915112345678", slot: "1" }],
        relay: { url: `http://127.0.0.1:${this.#ports.http}` },
        web: { listen: "127.0.0.1:0" },
        voice: {
          ...{ host: "127.0.0.1", listen: "127.0.0.1", sip_edge: "relay", ring_timeout: "10s" },
          relay: { caller, socks5: `socks5h://127.0.0.1:${proxy}` },
          asterisk: {
            ...{ url: `http://127.0.0.1:${ari}`, password_file: "ari", sip_port: asterisk },
            ...{ rtp: { from: 23_800, to: 23_899 }, audiosocket: `127.0.0.1:${audio}` },
          },
          policy: { countries: ["any"], short_codes: "refuse" },
        },
      }),
      "the box's configuration",
    );
    const parts = { version: "test", clock: systemClock, random: systemRandom, suite: systemCrypto };
    const opened = { pages, openSimLink: simLinkOpener(this.board) };
    this.box = await startBox({ ...parts, ...opened, config, dataFolder: folder, log: this.log });
    this.#asterisk = startAsterisk(join(folder, "voice", "asterisk", "etc"));
    const { access } = await publishLocalAccess(folder, this.box.consoleUrl, {
      ...{ settings: this.box.store, random: systemRandom },
    });
    this.#bearer = { authorization: `Bearer ${access.token}` };
    const request = { line: "line-1", renter: publicKeysToText(renter), days: 1, credit: null, envelope_version: 1 };
    this.rental = (await this.box.console.grant({ ...request, envelope_version: 1 })).id;
    const pending = await this.box.store.grantOf(rentalId(this.rental));
    this.#provider = pending?.grant.provider ?? "";
  }

  /** A SOCKS5 proxy: to the relay's trunk through the cable, else where it is asked to. */
  async #proxy(): Promise<number> {
    const server = createServer((near) => {
      near.on("error", () => {});
      near.once("data", () => {
        near.write(Uint8Array.of(5, 0));
        near.once("data", (asked: Buffer) => {
          const port = asked.readUInt16BE(5 + (asked[4] ?? 0));
          const far = connectTcp(port === this.#ports.trunk ? this.#ports.cable : port, "127.0.0.1", () => {
            near.write(Uint8Array.of(5, 0, 0, 1, 127, 0, 0, 1, 0, 0));
            near.pipe(far).pipe(near);
          });
          far.on("error", () => near.destroy()).on("close", () => near.destroy());
          near.on("close", () => far.destroy());
        });
      });
    });
    server.listen(0, "127.0.0.1").unref();
    await once(server, "listening");
    const address = server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  async #get(path: string): Promise<unknown> {
    const answer = await fetch(`${this.box.consoleUrl}/api/v1${path}`, { headers: this.#bearer });
    return answer.json();
  }
}

/** Asterisk as its unit would start it; only its modules lie elsewhere than Debian has them. */
function startAsterisk(etc: string): ChildProcess {
  const tree = asteriskTree;
  if (tree === null) throw new Error("no Asterisk in the cache");
  const folder = `${etc}-of-the-test`;
  cpSync(etc, folder, { recursive: true });
  const file = join(folder, "asterisk.conf");
  const text = readFileSync(file, "utf8")
    .replace(/^astetcdir.*$/m, `astetcdir => ${folder}`)
    .replace(/^astmoddir.*$/m, `astmoddir => ${tree.modules}`)
    .replace(/^astdatadir.*$/m, `astdatadir => ${tree.data}`);
  writeFileSync(file, text);
  const args = ["--library-path", tree.libraries, tree.program, "-f", "-C", file];
  return spawn(tree.loader, args, { stdio: "ignore" });
}

async function end(child: ChildProcess | null): Promise<void> {
  if (child === null || child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}
