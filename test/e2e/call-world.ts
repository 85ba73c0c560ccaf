// A box with calls as real processes, to be killed: numberbox with a simulated modem that stays in this process, the real Asterisk on
// what the box wrote for it, where asked for a real drachtio-server, and a real phone with the account from the renter's grant.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  appendFileSync,
  closeSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { startBox } from "../../src/app/index.ts";
import { rentalId, silentLogger } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { systemCrypto } from "../../src/base/system-crypto.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import { parseBoxConfig } from "../../src/config/index.ts";
import { openGrant, publicKeysToText } from "../../src/envelope/index.ts";
import {
  type CallRecordView,
  callHistoryReply,
  callsReply,
  type SipTerms,
  sipTerms,
} from "../../src/protocol/index.ts";
import { renter } from "../core/core-rig.ts";
import { asteriskTree } from "../sim/asterisk/asterisk-process.ts";
import { Baresip } from "../sim/asterisk/baresip.ts";
import { freePort } from "../sim/asterisk/free-ports.ts";
import { until } from "../sim/asterisk/until.ts";
import { type SimBoardHandle, type SimModem, startSimBoard } from "../sim/modem/index.ts";
import { Numberbox } from "./processes.ts";

/** A real drachtio-server, which Debian does not have: the path of its program. */
export const drachtioProgram = process.env.NUMBERBOX_TEST_DRACHTIO_SERVER ?? "";

/** A program whose words go to the end of `log`; null: nowhere. */
function startServer(program: string, args: readonly string[], log: string | null): ChildProcess {
  if (log === null) return spawn(program, args, { stdio: "ignore" });
  const file = openSync(log, "a");
  const child = spawn(program, args, { stdio: ["ignore", file, file] });
  closeSync(file);
  return child;
}

/** Asterisk as its unit would start it; only its modules lie elsewhere than Debian has them. With a log it says more there. */
export function startAsterisk(etc: string, log: string | null = null): ChildProcess {
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
  if (log !== null) writeFileSync(join(folder, "logger.conf"), `[general]\n[logfiles]\n${log}.messages => *\n`);
  const args = ["--library-path", tree.libraries, tree.program, "-f", ...(log === null ? [] : ["-vvvv"]), "-C", file];
  return startServer(tree.loader, args, log);
}

/** SIGKILL, by its id. */
export async function killed(child: ChildProcess | null): Promise<void> {
  if (child === null || child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}

const localAccess = z.object({ url: z.string(), token: z.string() });

export type Part = "box" | "asterisk" | "drachtio";
export const CALLER = "+15550142";

export class CallWorld {
  readonly edge: "asterisk" | "drachtio";
  readonly #folder: string;
  readonly #board: SimBoardHandle;
  readonly #ari: number;
  readonly #sip: number;
  readonly #keep: string | null;
  #account: SipTerms | null = null;
  #box: Numberbox | null = null;
  #asterisk: ChildProcess | null = null;
  #drachtio: ChildProcess | null = null;
  #phone: Baresip | null = null;
  #stopped = false;
  #access: { readonly url: string; readonly token: string } = { url: "", token: "" };

  private constructor(given: {
    edge: "asterisk" | "drachtio";
    folder: string;
    board: SimBoardHandle;
    ari: number;
    sip: number;
    keep: string | null;
  }) {
    this.edge = given.edge;
    this.#folder = given.folder;
    this.#board = given.board;
    this.#ari = given.ari;
    this.#sip = given.sip;
    this.#keep = given.keep;
  }

  /** `rtp`: the first of 100 UDP ports, even. `keep`: a folder for what all parts say; null: it is not kept. */
  static async start(edge: "asterisk" | "drachtio", rtp: number, keep: string | null = null): Promise<CallWorld> {
    const folder = mkdtempSync(join(tmpdir(), "numberbox-call-world-"));
    const options = { slots: 1, seed: "kills", clock: systemClock, log: silentLogger } as const;
    const board = await startSimBoard({ ...options, twins: ["quectel-ec25"], listen: "tcp" });
    const [ari, sip] = [await freePort(), await freePort()];
    const world = new CallWorld({ edge, folder, board, ari, sip, keep });
    board.modem(1).audio.habits.says = { hz: 1000, dbfs: -12 };
    try {
      await world.#begin(rtp);
    } catch (error) {
      await world.stop();
      throw error;
    }
    return world;
  }

  async #begin(rtp: number): Promise<void> {
    await this.#setUp(rtp);
    await this.up("asterisk");
    if (this.edge === "drachtio") await this.up("drachtio");
    await this.up("box");
    await this.ready();
    await this.phone();
  }

  get modem(): SimModem {
    return this.#board.modem(1);
  }

  get boxPid(): number {
    return this.#box?.pid ?? 0;
  }

  async get(path: string): Promise<unknown> {
    const headers = { authorization: `Bearer ${this.#access.token}` };
    const answer = await fetch(`${this.#access.url}/api/v1${path}`, { headers, signal: AbortSignal.timeout(20_000) });
    return await answer.json();
  }

  async calls() {
    return callsReply.parse(await this.get("/calls"));
  }

  async history(): Promise<readonly CallRecordView[]> {
    return callHistoryReply.parse(await this.get("/calls/history?limit=200")).calls;
  }

  /** Into the log of the test, with the time that the logs of the parts have. */
  note(text: string): void {
    const log = this.#log("test");
    if (log !== null) appendFileSync(log, `${new Date(systemClock.now()).toISOString()} ${text}\n`);
  }

  #log(of: Part | "phone" | "test"): string | null {
    return this.#keep === null ? null : join(this.#keep, `${of}.log`);
  }

  #keepWords(of: "box" | "phone", words: string | undefined): void {
    const log = this.#log(of);
    if (log !== null && words !== undefined) appendFileSync(log, `${words}\n`);
  }

  async #endBox(): Promise<void> {
    await this.#box?.kill();
    this.#keepWords("box", this.#box?.err);
    this.#box = null;
  }

  async #endPhone(): Promise<void> {
    await this.#phone?.stop();
    this.#keepWords("phone", this.#phone?.out);
    this.#phone = null;
  }

  async kill(part: Part): Promise<void> {
    this.note(`${part} is killed`);
    if (part === "box") await this.#endBox();
    else if (part === "asterisk") await killed(this.#asterisk);
    else await killed(this.#drachtio);
  }

  async up(part: Part): Promise<void> {
    if (this.#stopped) throw new Error("the world is over");
    this.note(`${part} is started`);
    const voice = join(this.#data, "voice");
    if (part === "asterisk") this.#asterisk = startAsterisk(join(voice, "asterisk", "etc"), this.#log("asterisk"));
    if (part === "drachtio") {
      const file = join(voice, "drachtio", "drachtio.conf.xml");
      this.#drachtio = startServer(drachtioProgram, ["-f", file], this.#log("drachtio"));
    }
    if (part === "box") await this.#startBox();
  }

  /** Until calls can be taken. */
  async ready(): Promise<void> {
    await until(
      "calls",
      async () => {
        const now = await this.calls().catch(() => null);
        return now !== null && now.problem === null && now.voice_slots === 1;
      },
      60_000,
    );
  }

  /** A phone that is registered; the one before is gone. */
  async phone(answers: "auto" | "manual" = "auto"): Promise<Baresip> {
    await this.#endPhone();
    const account = this.#account;
    if (account === null) throw new Error("no account");
    const { user, password } = account;
    const options = { user, password, port: this.#sip, hertz: 440, mediaEncryption: "srtp-mand", answers } as const;
    const phone = await Baresip.start(options);
    this.#phone = phone;
    // Its event may have come before anybody listened.
    await until("the phone's registration", () => phone.out.includes("200 OK"));
    await until("the box's knowledge of it", async () => (await this.calls()).phones > 0);
    return phone;
  }

  get ear(): Baresip {
    if (this.#phone === null) throw new Error("no phone");
    return this.#phone;
  }

  /** What is left of calls, in Asterisk and in the modem: `+CLCC` lists the modem's. */
  async left(): Promise<{ channels: number; bridges: number; modem: number; box: number }> {
    const [channels, bridges] = await Promise.all([this.#count("channels"), this.#count("bridges")]);
    return { channels, bridges, modem: this.modem.calls.list.length, box: (await this.calls()).calls.length };
  }

  /** Rejects when anything of a call is left after half a minute. */
  async quiet(): Promise<void> {
    let last: unknown = null;
    await until(
      "the end of everything",
      async () => {
        const found = await this.left().catch(() => null);
        last = found;
        return found !== null && Object.values(found).every((count) => count === 0);
      },
      45_000,
    ).catch((error: unknown) => {
      throw new Error(`${String(error)}: ${JSON.stringify(last)}`);
    });
  }

  /** Open files of the box's process. */
  boxFiles(): number {
    return readdirSync(`/proc/${this.boxPid}/fd`).length;
  }

  /** Both hear each other, for long enough that it is on disk. */
  async talking(): Promise<void> {
    const since = (at: number | null): number => (at === null ? 0 : systemClock.now() - at);
    await until("talk", async () => (await this.calls()).calls.some((call) => since(call.talking_at) > 700));
    await until("the phone at the modem", () => this.modem.audio.heard.tone(440) > -30);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#endPhone();
    await this.#endBox();
    await killed(this.#asterisk);
    await killed(this.#drachtio);
    await this.#board.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  get #data(): string {
    return join(this.#folder, "box");
  }

  async #count(what: "channels" | "bridges"): Promise<number> {
    const password = readFileSync(join(this.#data, "ari"), "utf8").trim();
    const authorization = `Basic ${Buffer.from(`numberbox:${password}`).toString("base64")}`;
    const answer = await fetch(`http://127.0.0.1:${this.#ari}/ari/${what}`, { headers: { authorization } });
    const list: unknown = await answer.json();
    return Array.isArray(list) ? list.length : -1;
  }

  /** A first run in this process grants the rental and learns its account; it writes what Asterisk and drachtio read, too. */
  async #setUp(rtp: number): Promise<void> {
    const [port = ""] = this.#board.ports;
    const [audio = ""] = this.#board.audioPorts;
    const voice = {
      ...{ host: "127.0.0.1", listen: "127.0.0.1", sip_edge: this.edge, ring_timeout: "30s" },
      ...(this.edge === "drachtio" ? { drachtio: { port: await freePort(), secret_file: "drachtio-secret" } } : {}),
      transports: { tls: false, udp: this.#sip },
      asterisk: {
        ...{ url: `http://127.0.0.1:${this.#ari}`, password_file: "ari", sip_port: await freePort() },
        ...{ rtp: { from: rtp, to: rtp + 99 }, audiosocket: `127.0.0.1:${await freePort()}` },
      },
      policy: { countries: ["any"] },
    };
    const text = JSON.stringify({
      slots: [{ id: "1", port, audio }],
      lines: [{ id: "line-1", number: "+4915112345678", slot: "1" }],
      relay: { url: "http://127.0.0.1:9" },
      web: { listen: "127.0.0.1:0" },
      voice,
    });
    writeFileSync(join(this.#folder, "box.json"), text);
    const pages = join(this.#folder, "pages");
    mkdirSync(pages);
    writeFileSync(join(pages, "index.html"), "<!doctype html>");
    const parts = { version: "test", clock: systemClock, random: systemRandom, suite: systemCrypto };
    const config = parseBoxConfig(text, "the test's configuration");
    const box = await startBox({ ...parts, config, dataFolder: this.#data, log: silentLogger, pages });
    try {
      const request = { line: "line-1", renter: publicKeysToText(renter), days: 1, credit: null } as const;
      const { id } = await box.console.grant({ ...request, envelope_version: 1 });
      const pending = await box.store.grantOf(rentalId(id));
      if (pending === null) throw new Error("no grant");
      this.#account = sipTerms.parse(openGrant(systemCrypto, renter.seed, pending.grant).terms.sip);
    } finally {
      await box.stop();
    }
  }

  async #startBox(): Promise<void> {
    const file = join(this.#data, "local-access.json");
    rmSync(file, { force: true });
    const box = Numberbox.start(["start", "--config", join(this.#folder, "box.json"), "--data", this.#data]);
    this.#box = box;
    await until(
      "the box",
      () => {
        if (!box.alive) throw new Error(`the box ended with ${box.end}: ${box.err.slice(-2000)}`);
        try {
          this.#access = localAccess.parse(JSON.parse(readFileSync(file, "utf8")));
          return true;
        } catch {
          return false;
        }
      },
      60_000,
    );
  }
}
