// The real baresip as a phone: driven by its JSON commands over TCP, with a sine for a microphone and a file for an ear.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./free-ports.ts";
import { until } from "./until.ts";

const MODULES = ["/usr/lib/baresip/modules", "/usr/lib/x86_64-linux-gnu/baresip/modules"].find((path) =>
  existsSync(path),
);
export const hasBaresip = existsSync("/usr/bin/baresip") && MODULES !== undefined;

export interface BaresipOptions {
  readonly user: string;
  readonly password: string;
  /** Of the SIP edge on the loopback. */
  readonly port: number;
  readonly transport?: "udp" | "tcp" | "tls";
  readonly mediaEncryption?: "srtp-mand" | "dtls_srtp";
  /** Hz that it says. */
  readonly hertz?: number;
  /** PEM of the authority that it trusts. */
  readonly caFile?: string;
  readonly answers?: "auto" | "manual";
  /** Seconds. */
  readonly registers?: number;
  readonly codec?: string;
  /** It sends pictures of its own making, in this codec. */
  readonly video?: "vp8" | "vp9";
}

/** `aubridge` without a source: an ear that hears into nowhere, while `sndfile` writes down what was decoded. */
const MODULE_NAMES = ["g711", "opus", "ausine", "aubridge", "sndfile", "srtp", "dtls_srtp"];
const VIDEO = [
  "video_source fakevideo,nil",
  "video_display fakevideo,nil",
  ...["video_size 176x144", "video_bitrate 200000", "video_fps 10", "video_fullscreen no"],
];
const APPS = ["account", "auloop", "menu", "ctrl_tcp"];

export class Baresip {
  readonly #folder: string;
  readonly #child: ChildProcess;
  #control: Socket | null = null;
  #received = "";
  #out = "";
  readonly events: { type: string; class: string }[] = [];

  private constructor(folder: string, child: ChildProcess) {
    this.#folder = folder;
    this.#child = child;
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.#out = (this.#out + text).slice(-100_000);
      });
  }

  get out(): string {
    return this.#out;
  }

  /** SIP over TLS takes the port behind that of SIP: which others may have by then. */
  static async start(options: BaresipOptions): Promise<Baresip> {
    for (let tries = 3; ; tries--) {
      try {
        return await Baresip.#begin(options);
      } catch (error) {
        if (tries === 0 || !(error instanceof Error) || !error.message.includes("Address already in use")) throw error;
      }
    }
  }

  static async #begin(options: BaresipOptions): Promise<Baresip> {
    const folder = mkdtempSync(join(tmpdir(), "numberbox-baresip-"));
    const [sip, control] = [await freePort(), await freePort()];
    mkdirSync(join(folder, "state"));
    writeFileSync(join(folder, "config"), configOf(folder, options, sip, control));
    writeFileSync(join(folder, "accounts"), `${accountOf(options)}\n`);
    const child = spawn("/usr/bin/baresip", ["-f", folder, "-v"], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
    const phone = new Baresip(folder, child);
    try {
      await phone.#open(control);
    } catch (error) {
      await phone.stop();
      throw error;
    }
    return phone;
  }

  /** Until it is registered. */
  async registered(): Promise<void> {
    await until(`registration of baresip\n${this.#out.slice(-1500)}`, () => this.heard("REGISTER_OK"));
  }

  /** Whether an event of that type came. */
  heard(type: string): boolean {
    return this.events.some((event) => event.type === type);
  }

  count(type: string): number {
    return this.events.filter((event) => event.type === type).length;
  }

  dial(number: string): void {
    this.#command("dial", number);
  }

  accept(): void {
    this.#command("accept");
  }

  hangUp(): void {
    this.#command("hangup");
  }

  hold(): void {
    this.#command("hold");
  }

  resume(): void {
    this.#command("resume");
  }

  /** Keys while in a call: each is a digit. */
  digits(text: string): void {
    for (const digit of text) this.#command("sndcode", digit);
  }

  /** What it heard in its last call so far, one channel. */
  recording(): { readonly rate: number; readonly samples: Int16Array } | null {
    const names = readdirSync(this.#folder).filter((name) => /^dump.*-dec\.wav$/.test(name));
    const wav = names.sort().at(-1);
    if (wav === undefined || statSync(join(this.#folder, wav)).size <= 44) return null;
    const bytes = readFileSync(join(this.#folder, wav));
    const data = bytes.indexOf("data") + 8;
    const [channels, rate] = [bytes.readUInt16LE(22), bytes.readUInt32LE(24)];
    const samples = new Int16Array(Math.floor((bytes.length - data) / (2 * channels)));
    for (let i = 0; i < samples.length; i++) samples[i] = bytes.readInt16LE(data + i * 2 * channels);
    return { rate, samples };
  }

  /** Gone without a word, as a phone without battery. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await gone;
  }

  /** Unregisters, then ends. */
  async stop(): Promise<void> {
    this.#child.kill("SIGTERM");
    await until("baresip's end", () => this.#child.exitCode !== null || this.#child.signalCode !== null, 3000).catch(
      () => {},
    );
    this.#control?.destroy();
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #open(port: number): Promise<void> {
    this.#control = await until("baresip's control port", async () => {
      if (this.#child.exitCode !== null) throw new Error(`baresip ended:\n${this.#out}`);
      const socket = connect(port, "127.0.0.1");
      socket.on("error", () => {});
      const open = await new Promise<boolean>((resolve) => {
        socket.once("connect", () => resolve(true));
        socket.once("close", () => resolve(false));
      });
      return open ? socket : null;
    });
    this.#control.setEncoding("utf8").on("data", (text: string) => this.#take(text));
  }

  /** Netstrings: `12:{...},`. */
  #take(text: string): void {
    this.#received += text;
    for (;;) {
      const [head, length] = /^(\d+):/.exec(this.#received) ?? [];
      if (head === undefined || this.#received.length < head.length + Number(length) + 1) return;
      const body = this.#received.slice(head.length, head.length + Number(length));
      this.#received = this.#received.slice(head.length + Number(length) + 1);
      const message = JSON.parse(body) as { event?: boolean; type?: string; class?: string };
      if (message.event === true) this.events.push({ type: message.type ?? "", class: message.class ?? "" });
    }
  }

  #command(command: string, params = ""): void {
    const body = JSON.stringify({ command, params, token: command });
    this.#control?.write(`${body.length}:${body},`);
  }
}

function accountOf(options: BaresipOptions): string {
  const {
    user,
    password,
    port,
    transport = "udp",
    mediaEncryption,
    answers = "auto",
    registers = 300,
    codec,
    video,
  } = options;
  const fields = [
    `auth_user=${user}`,
    `auth_pass=${password}`,
    `answermode=${answers}`,
    `regint=${registers}`,
    ...(mediaEncryption === undefined ? [] : [`mediaenc=${mediaEncryption}`]),
    ...(codec === undefined ? [] : [`audio_codecs=${codec}`]),
    ...(video === undefined ? [] : [`video_codecs=${video}`]),
  ];
  return `<sip:${user}@127.0.0.1:${port};transport=${transport}>;${fields.join(";")}`;
}

function configOf(folder: string, options: BaresipOptions, sip: number, control: number): string {
  return [
    "poll_method epoll",
    `sip_listen 127.0.0.1:${sip}`,
    ...(options.caFile === undefined ? [] : [`sip_cafile ${options.caFile}`, "sip_verify_server yes"]),
    "net_interface 127.0.0.1",
    "call_max_calls 4",
    `audio_source ausine,${options.hertz ?? 440}`,
    // A sine is made at 48 kHz only; for other codecs baresip converts it.
    "ausrc_srate 48000",
    "ausrc_channels 2",
    "audio_player aubridge,ear",
    "audio_alert aubridge,bell",
    ...(options.video === undefined ? [] : VIDEO),
    `snd_path ${folder}`,
    "rtp_ports 30000-31000",
    `module_path ${MODULES}`,
    ...[...MODULE_NAMES, ...(options.video === undefined ? [] : [options.video, "fakevideo"])].map(
      (name) => `module ${name}.so`,
    ),
    "module_tmp uuid.so",
    "module_tmp account.so",
    ...APPS.filter((name) => name !== "account").map((name) => `module_app ${name}.so`),
    `ctrl_tcp_listen 127.0.0.1:${control}`,
    "",
  ].join("\n");
}
