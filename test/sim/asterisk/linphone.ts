// The real linphonec as a phone: told what to do by its command line, with files for a microphone and an ear.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { concatBytes } from "../../../src/base/index.ts";
import { toneFrames } from "../../../src/voice/media/tones.ts";
import { until } from "./until.ts";

export const hasLinphone = existsSync("/usr/bin/linphonec");

export interface LinphoneOptions {
  readonly user: string;
  readonly password: string;
  readonly realm: string;
  readonly port: number;
  readonly transport?: "udp" | "tcp" | "tls";
  readonly mediaEncryption?: "none" | "srtp" | "dtls";
  /** Hz that it says. */
  readonly hertz: number;
}

export class Linphone {
  readonly #folder: string;
  readonly #child: ChildProcess;
  #out = "";

  private constructor(folder: string, child: ChildProcess) {
    this.#folder = folder;
    this.#child = child;
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.#out = (this.#out + text).slice(-200_000);
      });
    child.stdin?.on("error", () => {});
  }

  get out(): string {
    return this.#out;
  }

  /** Answers by itself. */
  static start(options: LinphoneOptions): Linphone {
    const folder = mkdtempSync(join(tmpdir(), "numberbox-linphone-"));
    mkdirSync(join(folder, ".local", "share", "linphone"), { recursive: true });
    writeFileSync(join(folder, "linphonerc"), configOf(options));
    writeFileSync(join(folder, "says.wav"), wav(concatBytes(...toneFrames([{ hertz: [options.hertz], ms: 20_000 }]))));
    const child = spawn("/usr/bin/linphonec", ["-a", "-c", join(folder, "linphonerc")], {
      cwd: folder,
      env: { ...process.env, HOME: folder },
      stdio: ["pipe", "pipe", "pipe"],
    });
    const phone = new Linphone(folder, child);
    phone.say("soundcard use files");
    phone.say(`record ${join(folder, "heard.wav")}`);
    phone.say(`play ${join(folder, "says.wav")}`);
    return phone;
  }

  say(line: string): void {
    this.#child.stdin?.write(`${line}\n`);
  }

  dial(number: string): void {
    this.say(`call ${number}`);
  }

  hangUp(): void {
    this.say("terminate");
  }

  async printed(pattern: RegExp): Promise<void> {
    await until(`${pattern} of Linphone\n${this.#out.slice(-1500)}`, () => pattern.test(this.#out));
  }

  recording(): { readonly rate: number; readonly samples: Int16Array } | null {
    const path = join(this.#folder, "heard.wav");
    if (!existsSync(path) || statSync(path).size <= 44) return null;
    const bytes = readFileSync(path);
    const samples = new Int16Array(Math.floor((bytes.length - 44) / 2));
    for (let i = 0; i < samples.length; i++) samples[i] = bytes.readInt16LE(44 + i * 2);
    return { rate: bytes.readUInt32LE(24) || RATE, samples };
  }

  async stop(): Promise<void> {
    this.say("quit");
    const done = (): boolean => this.#child.exitCode !== null || this.#child.signalCode !== null;
    await until("Linphone's end", done, 5000).catch(() => {});
    if (!done()) {
      const gone = once(this.#child, "exit");
      this.#child.kill("SIGKILL");
      await gone;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function configOf({
  user,
  password,
  realm,
  port,
  transport = "udp",
  mediaEncryption = "none",
}: LinphoneOptions): string {
  const server = `<sip:127.0.0.1:${port};transport=${transport}>`;
  return [
    ...["[sip]", "sip_port=-1", "sip_tcp_port=-1", "sip_tls_port=-1", "default_proxy=0"],
    ...["verify_server_certs=0", "verify_server_cn=0", `media_encryption=${mediaEncryption}`],
    ...["[rtp]", "audio_rtp_port=31100-31199"],
    ...["[auth_info_0]", `username=${user}`, `passwd=${password}`, `realm=${realm}`, `domain=${realm}`],
    // Without a route it looks the realm up in DNS.
    ...["[proxy_0]", `reg_proxy=${server}`, `reg_route=${server}`, `reg_identity=sip:${user}@${realm}`],
    ...["reg_expires=300", "reg_sendregister=1", "publish=0", ""],
  ].join("\n");
}

/** Of what it records; it writes the header when the call is over. */
const RATE = 48_000;

/** 8 kHz, mono, 16 bits. */
function wav(pcm: Uint8Array): Uint8Array {
  const head = Buffer.alloc(44);
  head.write("RIFF", 0);
  head.writeUInt32LE(36 + pcm.length, 4);
  head.write("WAVEfmt ", 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(8000, 24);
  head.writeUInt32LE(16_000, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write("data", 36);
  head.writeUInt32LE(pcm.length, 40);
  return concatBytes(head, pcm);
}
