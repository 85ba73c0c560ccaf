// Real softphones as processes: linphonec and baresip, registered with one account, told what to do by their command lines.

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface RealPhoneAccount {
  readonly user: string;
  readonly password: string;
  readonly domain: string;
  readonly transport: "udp" | "tcp" | "tls";
  readonly port: number;
}

export function isInstalled(program: string): boolean {
  try {
    execFileSync("sh", ["-c", `command -v ${program}`], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** Two seconds of silence that a phone says again and again. */
function silence(path: string): void {
  const data = Buffer.alloc(32_000);
  const head = Buffer.alloc(44);
  head.write("RIFF", 0);
  head.writeUInt32LE(36 + data.length, 4);
  head.write("WAVEfmt ", 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(8000, 24);
  head.writeUInt32LE(16_000, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write("data", 36);
  head.writeUInt32LE(data.length, 40);
  writeFileSync(path, Buffer.concat([head, data]));
}

export class RealPhone {
  /** Everything that it printed. */
  output = "";
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #waiting = new Set<() => void>();
  readonly #exited: Promise<void>;
  #seen = 0;

  private constructor(program: string, args: readonly string[], folder: string) {
    this.#folder = folder;
    this.#child = spawn(program, args, { env: { ...process.env, HOME: folder }, stdio: ["pipe", "pipe", "pipe"] });
    this.#exited = new Promise((resolve) => this.#child.once("close", () => resolve()));
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.on("data", (chunk: Buffer) => {
        this.output += chunk.toString("utf8");
        for (const look of [...this.#waiting]) look();
      });
    this.#child.stdin?.on("error", () => {});
  }

  static linphone({ domain, password, port, transport, user }: RealPhoneAccount): RealPhone {
    const folder = mkdtempSync(join(tmpdir(), "linphone-"));
    mkdirSync(join(folder, ".local/share/linphone"), { recursive: true });
    const server = `<sip:127.0.0.1:${port};transport=${transport}>`;
    const lines = [
      ...["[sip]", "sip_port=-1", "sip_tcp_port=-1", "sip_tls_port=-1", "default_proxy=0"],
      ...["verify_server_certs=0", "verify_server_cn=0"],
      ...["[auth_info_0]", `username=${user}`, `passwd=${password}`, `realm=${domain}`, `domain=${domain}`],
      ...["[proxy_0]", `reg_proxy=${server}`, `reg_route=${server}`, `reg_identity=sip:${user}@${domain}`],
      ...["reg_expires=300", "reg_sendregister=1", "publish=0", ""],
    ];
    writeFileSync(join(folder, "linphonerc"), lines.join("\n"));
    const phone = new RealPhone("linphonec", ["-c", join(folder, "linphonerc")], folder);
    phone.say("soundcard use files");
    return phone;
  }

  /** Answers by itself. */
  static baresip({ domain, password, port, transport, user }: RealPhoneAccount): RealPhone {
    const folder = mkdtempSync(join(tmpdir(), "baresip-"));
    silence(join(folder, "in.wav"));
    const config = [
      ...["net_interface 127.0.0.1", "sip_verify_server no", "module_path /usr/lib/baresip/modules"],
      ...["module stdio.so", "module g711.so", "module aufile.so", "module_tmp account.so", "module_app menu.so"],
      ...[
        `audio_source aufile,${folder}/in.wav`,
        `audio_player aufile,${folder}/out.wav`,
        `audio_alert aufile,${folder}/ring.wav`,
        "",
      ],
    ];
    const server = `"sip:127.0.0.1:${port};transport=${transport}"`;
    const account = `<sip:${user}@${domain};transport=${transport}>;auth_user=${user};auth_pass="${password}";outbound=${server};regint=300;answermode=auto\n`;
    writeFileSync(join(folder, "config"), config.join("\n"));
    writeFileSync(join(folder, "accounts"), account);
    writeFileSync(join(folder, "contacts"), "");
    return new RealPhone("baresip", ["-f", folder], folder);
  }

  say(line: string): void {
    this.#child.stdin?.write(`${line}\n`);
  }

  /** Resolves when it prints something like `pattern`, after what was waited for before. */
  until(pattern: RegExp): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        const found = pattern.exec(this.output.slice(this.#seen));
        if (found === null) return;
        this.#seen += found.index + found[0].length;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
  }

  async close(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#exited;
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
