// A whole field set-up in processes: simulated modems in this process, a relay and a box as children that can be killed and started
// again, and a renter who reads with the command line.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLogger } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { systemCrypto } from "../../src/base/system-crypto.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import { createIdentity, type Identity, publicKeysToText, serialiseG2 } from "../../src/envelope/index.ts";
import { type SimBoardHandle, startSimBoard } from "../sim/modem/index.ts";
import { Numberbox, numberbox } from "./processes.ts";

export interface FieldOptions {
  readonly slots: number;
  readonly seed: string;
  readonly listen?: "tcp" | "pty";
  readonly logLevel?: "debug" | "info" | "warn";
  /** Slots that are no simulated modems, and their lines. */
  readonly others?: {
    readonly slots: readonly Readonly<Record<string, unknown>>[];
    readonly lines: readonly { readonly id: string; readonly number: string; readonly slot: string }[];
  };
  /** More sections of the box's configuration. */
  readonly sections?: Readonly<Record<string, unknown>>;
  /** Slots whose lines the owner keeps for himself. */
  readonly own?: readonly number[];
  /** SIMs of a phone named `pixel`, in slots `p1` and on. */
  readonly phoneSims?: number;
}

export interface InboxLine {
  readonly type: string;
  readonly from: string;
  readonly to: string;
  readonly body: string;
  readonly seq: number;
  readonly rental_id: string;
}

/** Ports that were free a moment ago, each another: all are held until the last is found. */
async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  for (const server of servers) await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const ports = servers.map((server) => {
    const address = server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  });
  for (const server of servers) await new Promise<void>((resolve) => server.close(() => resolve()));
  return ports;
}

export class Field {
  readonly folder: string;
  readonly board: SimBoardHandle;
  readonly renter: Identity;
  readonly renterKeyfile: string;
  readonly relayUrl: string;
  readonly options: FieldOptions;
  box: Numberbox | null = null;
  relay: Numberbox | null = null;
  /** Standard output and error of every process that has ended. */
  readonly outputs: string[] = [];

  /** The box's web port: a phone must find the box again after a restart. */
  readonly #webPort: number;

  private constructor(folder: string, board: SimBoardHandle, ports: readonly number[], options: FieldOptions) {
    const [relayPort = 0, webPort = 0] = ports;
    this.#webPort = webPort;
    this.folder = folder;
    this.board = board;
    this.options = options;
    this.relayUrl = `http://127.0.0.1:${relayPort}`;
    this.renter = createIdentity(systemRandom, systemCrypto, "renter");
    this.renterKeyfile = join(folder, "renter.key.json");
    writeFileSync(this.renterKeyfile, serialiseG2([this.renter], "renter"), { mode: 0o600 });
  }

  static async open(options: FieldOptions): Promise<Field> {
    const folder = mkdtempSync(join(tmpdir(), "numberbox-field-"));
    const board = await startSimBoard({
      ...options,
      listen: options.listen ?? "tcp",
      dir: join(folder, "pty"),
      clock: systemClock,
      log: silentLogger,
      uniqueTimestamps: true,
    });
    const ports = await freePorts(options.phoneSims === undefined ? 1 : 2);
    const field = new Field(folder, board, ports, options);
    field.#writeBoxConfig();
    return field;
  }

  numberOf(slot: number): string {
    return `+1202555${String(100 + slot).padStart(4, "0")}`;
  }

  /** The number of a SIM of the phone. */
  phoneNumberOf(sim: number): string {
    return `+1202556${String(100 + sim).padStart(4, "0")}`;
  }

  get #phoneSims(): readonly number[] {
    return Array.from({ length: this.options.phoneSims ?? 0 }, (_, at) => at + 1);
  }

  get boxData(): string {
    return join(this.folder, "box");
  }

  get relayData(): string {
    return join(this.folder, "relay");
  }

  #writeBoxConfig(): void {
    const ids = this.board.ports.map((port, at) => ({ id: String(at + 1), port }));
    const sims = this.#phoneSims;
    const config = {
      log: { level: this.options.logLevel ?? "info" },
      slots: [
        ...ids,
        ...(this.options.others?.slots ?? []),
        ...sims.map((sim) => ({ id: `p${sim}`, android: { phone: "pixel", sim } })),
      ],
      lines: [
        ...ids.map(({ id }) => ({
          ...{ id: `line-${id}`, number: this.numberOf(Number(id)), slot: id },
          ...(this.options.own?.includes(Number(id)) ? { own: true } : {}),
        })),
        ...(this.options.others?.lines ?? []),
        ...sims.map((sim) => ({ id: `line-p${sim}`, number: this.phoneNumberOf(sim), slot: `p${sim}` })),
      ],
      relay: { url: this.relayUrl },
      intake: { sweep_every: "2s", part_timeout: "1h" },
      web: { listen: `127.0.0.1:${this.#webPort}` },
      ...this.options.sections,
    };
    writeFileSync(join(this.folder, "box.yaml"), JSON.stringify(config));
  }

  /** Starts the box; the relay's configuration is written when the box has made its identity. */
  async startBox(env: Readonly<Record<string, string>> = {}): Promise<void> {
    this.box = Numberbox.start(["start", "--config", join(this.folder, "box.yaml"), "--data", this.boxData], env);
    await this.box.firstLine();
  }

  async startRelay(verify: string): Promise<void> {
    mkdirSync(this.relayData, { recursive: true });
    const file = join(this.folder, "relay.yaml");
    const limits = { auth_per_minute: 10_000, forward_per_minute: 1_000_000, read_per_minute: 100_000 };
    const listen = this.relayUrl.slice("http://".length);
    writeFileSync(
      file,
      JSON.stringify({
        listen,
        providers: [{ name: "box", verify }],
        limits,
        log: { level: this.options.logLevel ?? "info" },
      }),
    );
    await this.restartRelay();
  }

  async restartRelay(): Promise<void> {
    this.relay = Numberbox.start(["relay", "--config", join(this.folder, "relay.yaml"), "--data", this.relayData]);
    await this.relay.firstLine();
  }

  async killBox(): Promise<void> {
    await this.box?.kill();
    this.#keepOutput(this.box);
  }

  async killRelay(): Promise<void> {
    await this.relay?.kill();
    this.#keepOutput(this.relay);
  }

  #keepOutput(process: Numberbox | null): void {
    if (process !== null) this.outputs.push(process.out, process.err);
  }

  /** Calls the box's REST interface with the local token. */
  async api(path: string, init: RequestInit = {}): Promise<unknown> {
    const access = JSON.parse(readFileSync(join(this.boxData, "local-access.json"), "utf8")) as {
      url: string;
      token: string;
    };
    const headers = { authorization: `Bearer ${access.token}`, "content-type": "application/json" };
    const response = await fetch(`${access.url}/api/v1/${path}`, { ...init, headers });
    const text = await response.text();
    this.outputs.push(text);
    if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
    return JSON.parse(text);
  }

  /** Rents every line to the field's renter; resolves with the provider's verify key. */
  async rentAll(): Promise<void> {
    const ofModems = Array.from({ length: this.options.slots }, (_, at) => at + 1)
      .filter((slot) => !this.options.own?.includes(slot))
      .map((slot) => `line-${slot}`);
    const ofOthers = (this.options.others?.lines ?? []).map(({ id }) => id);
    for (const line of [...ofModems, ...ofOthers, ...this.#phoneSims.map((sim) => `line-p${sim}`)]) {
      const body = JSON.stringify({ line, renter: publicKeysToText(this.renter), days: 30 });
      await this.api("rentals", { method: "POST", body });
    }
  }

  get #renterArguments(): readonly string[] {
    return [
      "--json",
      "--keyfile",
      this.renterKeyfile,
      "--relay",
      this.relayUrl,
      "--state",
      join(this.folder, "renter"),
    ];
  }

  /** A renter who reads and acknowledges as messages come, whatever happens to the relay. */
  follow(): Numberbox {
    return Numberbox.start(["renter", "inbox", "--follow", ...this.#renterArguments]);
  }

  /** Everything the renter has received, as the command line shows it. */
  async inbox(): Promise<readonly InboxLine[]> {
    const args = ["renter", "inbox", ...this.#renterArguments];
    const { code, out, err } = await numberbox(args);
    if (code !== 0) throw new Error(`inbox ended with ${code}: ${err}`);
    return out
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as InboxLine);
  }

  /** Waits until no SIM holds a message and the box's outbox is empty; false when `tries` looks were not enough. */
  async drained(tries: number): Promise<boolean> {
    for (let look = 0; look < tries; look++) {
      const onSims = this.board.board.modems.reduce(
        (sum, modem) => sum + modem.sms.queue.length + (modem.memories.get("SM")?.used ?? 0),
        0,
      );
      if (onSims === 0) {
        const overview = (await this.api("overview")) as { outbox: { depth: number } };
        if (overview.outbox.depth === 0) return true;
      }
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    return false;
  }

  async close(): Promise<void> {
    await this.box?.stop();
    await this.relay?.stop();
    this.#keepOutput(this.box);
    this.#keepOutput(this.relay);
    await this.board.stop();
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
