// The world around an appliance: modems on this machine that are plugged into it, a relay, and a renter who reads.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { publicKeysToText } from "../../src/envelope/index.ts";
import { Field } from "../e2e/field.ts";
import { Machine, type MachineOptions, makeOverlay, pause } from "./machine.ts";
import type { Platform } from "./platform.ts";

const DATA = "/var/lib/numberbox";
/** This machine, as the guest sees it. */
const HOST = "10.0.2.2";

const API_FILE = "/run/numberbox-test-api";
/** METHOD PATH [BODY]: curl with the token of the box's access file (src/app/local-access.ts), which it writes a while after `/health` answers. */
const API = `for i in $(seq 150); do [ -s ${DATA}/local-access.json ] && break; sleep 1; done
found() { sed -n "s/.*\\"$1\\" *: *\\"\\([^\\"]*\\)\\".*/\\1/p" ${DATA}/local-access.json; }
exec curl -sk --fail-with-body --show-error --retry 5 -m 60 -H "Authorization: Bearer $(found token)" \\
  -H Content-Type:application/json -X "$1" \${3:+-d "$3"} "$(found url)/api/v1$2"
`;

function apiLine(method: string, path: string, body?: unknown): string {
  return `sh ${API_FILE} ${method} ${path}${body === undefined ? "" : ` '${JSON.stringify(body)}'`}`;
}

export class World {
  readonly field: Field;
  readonly folder: string;
  readonly disk: string;
  readonly platform: Platform;
  readonly httpsPort: number;
  machine: Machine | null = null;
  #sent = 0;
  #isSetUp = false;

  private constructor(field: Field, folder: string, disk: string, platform: Platform) {
    this.platform = platform;
    this.field = field;
    this.folder = folder;
    this.disk = disk;
    this.httpsPort = 20_000 + (process.pid % 20_000);
  }

  static async open(image: string, folder: string, slots: number, platform: Platform): Promise<World> {
    mkdirSync(folder, { recursive: true });
    const field = await Field.open({ slots, seed: "image" });
    const disk = join(folder, "disk.qcow2");
    await makeOverlay(image, disk);
    return new World(field, folder, disk, platform);
  }

  get running(): Machine {
    if (this.machine === null) throw new Error("the machine is off");
    return this.machine;
  }

  async switchOn(extra: Pick<MachineOptions, "nvme" | "watchdog"> = {}): Promise<Machine> {
    const modems = this.field.board.ports.map((port) => Number(new URL(port).port));
    const { platform, disk, folder, httpsPort } = this;
    this.machine = await Machine.start({ platform, disk, folder, httpsPort, modems, ...extra });
    return this.machine;
  }

  async cut(): Promise<void> {
    await this.machine?.cut();
    this.machine = null;
  }

  /** What systemd says of the units that failed; empty when none did. */
  async failedUnits(): Promise<string> {
    return await this.running.run("systemctl --failed --plain --no-legend | cut -d' ' -f1 | tr '\\n' ' '");
  }

  /** Gives the box its slots and the relay, and rents every line to the renter. Once, whoever needs it first. */
  async setUp(): Promise<void> {
    if (this.#isSetUp) return;
    this.#isSetUp = true;
    const { machine, field } = { machine: this.running, field: this.field };
    const slots = field.board.ports.map((_, at) => ({ id: String(at + 1), port: `/dev/ttyUSB${at}` }));
    const lines = slots.map(({ id }) => ({ id: `line-${id}`, number: field.numberOf(Number(id)), slot: id }));
    const relay = { url: field.relayUrl.replace("127.0.0.1", HOST) };
    const more = JSON.stringify({ slots, lines, relay, intake: { sweep_every: "2s" } }).slice(1, -1);
    const file = `${DATA}/box.yaml`;
    // JSON is YAML; what the factory put there stays.
    await machine.run(
      `node -e '${[
        `const fs = require("fs"), yaml = require("/usr/lib/numberbox/node_modules/yaml")`,
        `const now = yaml.parse(fs.readFileSync("${file}", "utf8"))`,
        `fs.writeFileSync("${file}", JSON.stringify({ ...now, ...{${more.replaceAll("'", "")}} }))`,
      ].join("; ")}' && systemctl restart numberbox`,
    );
    const identity = await machine.run(`numberbox identity show --json --data ${DATA}`);
    const { verify } = JSON.parse(identity.slice(identity.indexOf("{"))) as { verify: string };
    await field.startRelay(verify);
    const renter = publicKeysToText(field.renter);
    const keys = `${renter.verify}:${renter.encrypt}`;
    const [first, ...others] = lines.map(({ id }) => id);
    await machine.run(`numberbox rental grant --data ${DATA} --line ${first} --renter ${keys} --days 30`);
    // As that command does it; a program that starts for each takes 20 s of an emulated machine.
    const grants = others.map((line) => apiLine("POST", "/rentals", { line, renter, days: 30 }));
    await this.#bringApi();
    for (const grant of grants) await machine.run(`${grant} >/dev/null`);
  }

  /** Asks the box's own API as commands in the machine do; returns the answer's text. `path`: below `/api/v1`. */
  async api(method: "GET" | "POST", path: string, body?: unknown): Promise<string> {
    await this.#bringApi();
    return await this.running.run(apiLine(method, path, body));
  }

  async #bringApi(): Promise<void> {
    await this.running.run(`echo ${Buffer.from(API).toString("base64")} | base64 -d >${API_FILE}`);
  }

  /** An SMS to each SIM. Returns the texts. */
  send(): string[] {
    return this.field.board.board.modems.map((modem, at) => {
      const body = `message ${++this.#sent} to ${at + 1}`;
      modem.sendSms({ from: "+12025550000", body });
      return body;
    });
  }

  /** Waits until the renter has read all of `bodies`, each once; returns the seconds it took. */
  async read(bodies: readonly string[], minutes = 5): Promise<number> {
    const begun = performance.now();
    let got: string[] = [];
    while (performance.now() - begun < minutes * 60_000) {
      got = (await this.field.inbox()).map(({ body }) => body);
      if (bodies.every((body) => got.includes(body))) {
        const twice = got.filter((body, at) => got.indexOf(body) !== at);
        if (twice.length > 0) throw new Error(`read twice: ${twice.join(", ")}`);
        return Math.round((performance.now() - begun) / 1000);
      }
      // Each look is a program that starts: the machine that is waited for needs the cores.
      await pause(8000);
    }
    throw new Error(`not read within ${minutes} min: ${bodies.filter((body) => !got.includes(body)).join(", ")}`);
  }

  async close(): Promise<void> {
    await this.cut();
    await this.field.close();
    this.field.remove();
  }
}
