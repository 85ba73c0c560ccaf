// Two relay processes behind a balancer over a cluster of three NATS servers, with a box that hands messages in and renters who follow
// their mailboxes: all of it real but the modems.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { type Logger, millis, seconds, silentLogger, toBase64url, toHex, utf8 } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { systemCrypto } from "../../src/base/system-crypto.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import {
  createIdentity,
  encodePayload,
  type Identity,
  publicKeysToText,
  sealV1,
  signGrant,
  signMessage,
} from "../../src/envelope/index.ts";
import type { RentalGrant, WireMessage } from "../../src/protocol/index.ts";
import { createRelayClient, type RelayClient } from "../../src/relay/index.ts";
import { createRenterClient, type OpenWire, platformWire, RenterState } from "../../src/renter/index.ts";
import { MemoryFolder } from "../renter/memory-folder.ts";
import { freePort } from "../sim/asterisk/free-ports.ts";
import { NatsServers } from "../sim/nats/nats-servers.ts";
import { disguises, filesBelow } from "./disguises.ts";
import { Numberbox } from "./processes.ts";
import { Balancer } from "./relay-balancer.ts";

export const CANARY = { text: "zebra-quagmire-8812", sender: "+15550173942", number: "+15550164433" } as const;
const RELAYS = 2;
const SERVERS = 3;
const RECEIPT_TRIES = 20;
const suite = systemCrypto;

/** One address for both relays, or box and renters know the addresses of both. */
export type Front = "balancer" | "mirrors";

interface Line {
  readonly rentalId: string;
  readonly listingId: string;
  readonly renter: Identity;
  seq: number;
}

interface RelayProcess {
  readonly folder: string;
  readonly port: number;
  process: Numberbox;
}

const metric = (text: string, name: string): number =>
  Number(new RegExp(`^numberbox_relay_store\\{figure="${name}"\\} (\\S+)$`, "m").exec(text)?.[1] ?? Number.NaN);

export class RelayWorld {
  readonly servers: NatsServers;
  readonly #folder: string;
  readonly #relays: readonly RelayProcess[];
  readonly #balancer: Balancer;
  /** Where box and renters find the relays. */
  readonly #urls: readonly string[];
  readonly #provider: Identity;
  readonly #box: RelayClient;
  readonly #lines: readonly Line[];
  readonly #stop = new AbortController();
  readonly #following: Promise<void>[] = [];
  #said = "";
  /** Ids that a relay has acknowledged to the box, with the milliseconds it took since the first attempt. */
  readonly acknowledged = new Map<string, number>();
  /** Of each id, how often a renter's inbox took it in. */
  readonly received = new Map<string, number>();
  /** Of each id, the cursors it came under: one, if it was stored once. */
  readonly cursors = new Map<string, Set<number>>();
  /** What nobody should see. */
  readonly odd: string[] = [];
  reconnected = 0;

  private constructor(parts: {
    readonly folder: string;
    readonly servers: NatsServers;
    readonly relays: readonly RelayProcess[];
    readonly balancer: Balancer;
    readonly provider: Identity;
    readonly lines: number;
    readonly front: Front;
  }) {
    this.#folder = parts.folder;
    this.servers = parts.servers;
    this.#relays = parts.relays;
    this.#balancer = parts.balancer;
    this.#provider = parts.provider;
    this.#lines = Array.from({ length: parts.lines }, (_, at) => ({
      rentalId: toHex(systemRandom.bytes(16)),
      listingId: toHex(systemRandom.bytes(8)),
      renter: createIdentity(systemRandom, suite, `renter-${at}`),
      seq: 0,
    }));
    const identity = { verify: toBase64url(parts.provider.verify), sign: signer(parts.provider) };
    const base = { clock: systemClock, log: silentLogger, timeout: seconds(15) };
    const own = parts.relays.map(({ port }) => `http://127.0.0.1:${port}`);
    this.#urls = parts.front === "balancer" ? [parts.balancer.url] : own;
    const [url = "", ...mirrors] = this.#urls;
    const way = { url, mirrors: mirrors.map((each) => ({ url: each })) };
    this.#box = createRelayClient({ ...base, ...way, random: systemRandom, identity });
    this.#box.start();
  }

  static async start(lines: number, front: Front = "balancer"): Promise<RelayWorld> {
    const folder = mkdtempSync(join(tmpdir(), "numberbox-relays-"));
    const servers = await NatsServers.start(SERVERS);
    const provider = createIdentity(systemRandom, suite, "provider");
    const key = systemRandom.bytes(32);
    const relays: RelayProcess[] = [];
    for (let at = 0; at < RELAYS; at++) {
      const own = join(folder, `relay-${at + 1}`);
      const port = await freePort();
      mkdirSync(own);
      writeFileSync(join(own, "relay.key"), key, { mode: 0o600 });
      writeFileSync(join(own, "relay.yaml"), JSON.stringify(configOf(port, provider, servers)));
      relays.push({ folder: own, port, process: launch(own) });
    }
    await Promise.all(relays.map(({ process }) => process.firstLine()));
    const balancer = await Balancer.start(relays.map(({ port }) => port));
    const world = new RelayWorld({ folder, servers, relays, balancer, provider, lines, front });
    for (const line of world.#lines) await world.#register(line);
    for (const line of world.#lines) world.#following.push(world.#follow(line));
    return world;
  }

  get relays(): number {
    return this.#relays.length;
  }

  /** Hands in `perSecond` messages of all lines together for as long as `going` says; each is tried until a relay has it. */
  async send(perSecond: number, going: () => boolean): Promise<void> {
    const pause = (this.#lines.length * 1000) / perSecond;
    await Promise.all(
      this.#lines.map(async (line, at) => {
        let due = systemClock.monotonic() + (at * pause) / this.#lines.length;
        while (going()) {
          await systemClock.sleep(millis(Math.max(0, due - systemClock.monotonic())), "the next message");
          // What could not be sent in time is sent as fast as the relay takes it.
          due += pause;
          await this.#handIn(this.#message(line));
        }
      }),
    );
  }

  async killRelay(at: number): Promise<void> {
    const relay = this.#relays[at % RELAYS];
    if (relay === undefined) return;
    this.#said += relay.process.out + relay.process.err;
    await relay.process.kill();
  }

  async restartRelay(at: number): Promise<void> {
    const relay = this.#relays[at % RELAYS];
    if (relay === undefined) return;
    relay.process = launch(relay.folder);
    await relay.process.firstLine();
  }

  /** Resolves when every server has everything again: only then may another one go. */
  async whole(within = 60_000): Promise<void> {
    const until = systemClock.monotonic() + within;
    for (;;) {
      const current = await this.#replicas();
      if (current === SERVERS) return;
      if (systemClock.monotonic() > until) throw new Error(`only ${current} of ${SERVERS} servers have everything`);
      await systemClock.sleep(millis(200), "the cluster");
    }
  }

  /** Resolves when each acknowledged message has arrived and nothing waits any more, or after `within`. */
  async drained(within: number): Promise<void> {
    const until = systemClock.monotonic() + within;
    const missing = (): boolean => [...this.acknowledged.keys()].some((id) => !this.received.has(id));
    while (missing() && systemClock.monotonic() < until) await systemClock.sleep(millis(100), "the last messages");
  }

  /** What of the promises was not kept. */
  async faults(): Promise<readonly string[]> {
    const lost = [...this.acknowledged.keys()].filter((id) => !this.received.has(id));
    const twice = [...this.received].filter(([, times]) => times !== 1);
    const stored = [...this.cursors].filter(([, cursors]) => cursors.size !== 1);
    const without = await this.#withoutReceipt();
    return [
      ...(lost.length === 0 ? [] : [`${lost.length} acknowledged messages never reached their renter: ${lost[0]}`]),
      ...(twice.length === 0 ? [] : [`${twice.length} messages reached their renter more than once`]),
      ...(stored.length === 0 ? [] : [`${stored.length} messages were stored more than once`]),
      ...(without.length === 0
        ? []
        : [`${without.length} messages have not one receipt for the provider: ${without[0]}`]),
      ...this.odd.slice(0, 5),
    ];
  }

  /** Ids that the provider has not one receipt for. The last ones are still on their way. */
  async #withoutReceipt(): Promise<readonly string[]> {
    for (let tries = 0; ; tries++) {
      const receipts = await this.#receipts();
      const without = [...this.acknowledged.keys()].filter((id) => receipts.get(id) !== 1);
      if (without.length === 0 || tries === RECEIPT_TRIES) return without.map((id) => `${id} ${receipts.get(id) ?? 0}`);
      await systemClock.sleep(millis(500), "the last receipts");
    }
  }

  /** Stops everything, then looks for what nobody may find. */
  async stop(): Promise<readonly string[]> {
    this.#stop.abort();
    this.#box.stop();
    await Promise.all(this.#following);
    for (const { process } of this.#relays) {
      await process.kill();
      this.#said += process.out + process.err;
    }
    await this.#balancer.stop();
    for (let at = 0; at < SERVERS; at++) await this.servers.kill(at);
    const leaks = this.#leaks();
    await this.servers.stop();
    rmSync(this.#folder, { recursive: true, force: true });
    return leaks;
  }

  #leaks(): readonly string[] {
    const files = [...filesBelow(this.servers.folder), ...filesBelow(this.#folder)];
    const places: readonly (readonly [string, Buffer])[] = [
      ...files.map((path): [string, Buffer] => [path, readFileSync(path)]),
      ["what the relays said", Buffer.from(this.#said)],
      ["what the servers said", Buffer.from(this.servers.log)],
    ];
    return Object.entries(CANARY).flatMap(([what, text]) =>
      disguises(text).flatMap((form) =>
        places.filter(([, bytes]) => bytes.includes(form)).map(([place]) => `the ${what} stands in ${place}`),
      ),
    );
  }

  async #handIn(message: WireMessage): Promise<void> {
    const began = systemClock.monotonic();
    for (;;) {
      const outcome = await this.#box.forward(message, this.#stop.signal);
      if (outcome.kind === "accepted") {
        this.acknowledged.set(message.id, systemClock.monotonic() - began);
        return;
      }
      if (outcome.kind !== "retry") this.odd.push(`a message was ${outcome.kind}: ${outcome.code}`);
      await systemClock.sleep(millis(100), "another attempt");
    }
  }

  async #register({ rentalId, listingId, renter }: Line): Promise<void> {
    const now = Math.floor(systemClock.now() / 1000);
    const grant: RentalGrant = signGrant({
      ...{ suite, random: systemRandom, seed: this.#provider.seed },
      statement: {
        ...{ v: 1, rental_id: rentalId, listing_id: listingId, provider: toBase64url(this.#provider.verify) },
        ...{ renter: publicKeysToText(renter), starts_at: now - 60, expires_at: now + 86_400 },
        ...{ envelope_version: 1, rev: 1, credit: null },
      },
      secret: { number: CANARY.number, terms: {} },
    });
    for (;;) {
      const outcome = await this.#box.register(grant, this.#stop.signal);
      if (outcome.kind === "registered") return;
      if (outcome.kind === "refused") throw new Error(`the grant was refused: ${outcome.code}`);
      await systemClock.sleep(millis(100), "another attempt");
    }
  }

  #message(line: Line): WireMessage {
    const seq = ++line.seq;
    const { rentalId, listingId } = line;
    const at = systemClock.now();
    const plaintext = encodePayload({
      ...{ v: 1, type: "sms", from: CANARY.sender, to: CANARY.number, body: `${CANARY.text} number ${seq}` },
      ...{ sent_at: new Date(at).toISOString().replace(/\.\d+Z$/, "Z"), received_ms: at, parts: 1, missing: [] },
      ...{ class: null, listing_id: listingId, rental_id: rentalId, seq },
    });
    const id = toHex(suite.sha256(utf8(`${rentalId} ${seq}`))).slice(0, 32);
    const header = { v: 1, id, listing_id: listingId, rental_id: rentalId, seq, ts: Math.floor(at / 1000) } as const;
    const envelope = sealV1({ suite, random: systemRandom, recipient: line.renter.encrypt, plaintext });
    return signMessage({ suite, seed: this.#provider.seed, header, envelope });
  }

  async #follow({ renter }: Line): Promise<void> {
    const base = { clock: systemClock, random: systemRandom, log: this.#watchedLog };
    const folder = new MemoryFolder();
    const state = await RenterState.open({ ...base, folder, seed: renter.seed, suite, mode: "readWrite" });
    const [relayUrl = "", ...mirrors] = this.#urls;
    const client = createRenterClient({
      ...{ ...base, state, relayUrl, mirrors, identity: renter, crypto: suite },
      openWire: this.#watched,
      timeouts: {
        ...{ request: seconds(15), connect: seconds(10), ping: seconds(5), pong: seconds(3), tokenMargin: seconds(60) },
        lookForRentals: seconds(60),
        reconnect: { first: millis(200), max: seconds(2) },
      },
    });
    const sink = {
      messages: async (entries: readonly { readonly message: { readonly id: string } }[]) => {
        for (const { message } of entries) this.received.set(message.id, (this.received.get(message.id) ?? 0) + 1);
      },
      refused: (error: Error) => void this.odd.push(`a renter refused something: ${error.message}`),
      up: () => {},
      down: () => void this.reconnected++,
    };
    await client.follow(sink, this.#stop.signal).catch((error: unknown) => {
      this.odd.push(`a renter gave up: ${String(error)}`);
    });
  }

  /** A receipt that the relay refuses is only told here, and not sent again. */
  readonly #watchedLog: Logger = {
    ...silentLogger,
    warn: (event, fields = {}) => void this.odd.push(`a renter was told ${event} (${fields.code ?? ""})`),
    child: () => this.#watchedLog,
  };

  /** The platform's socket; every message that comes over it is noted with its cursor. */
  readonly #watched: OpenWire = (url, events) =>
    platformWire(url, {
      ...events,
      received: (text) => {
        const frame = smsFrame.safeParse(JSON.parse(text));
        if (frame.success) {
          const { id, cursor } = frame.data;
          this.cursors.set(id, (this.cursors.get(id) ?? new Set()).add(cursor));
        }
        events.received(text);
      },
    });

  async #receipts(): Promise<ReadonlyMap<string, number>> {
    const found = new Map<string, number>();
    let after = 0;
    for (let more = true; more; ) {
      const page = await this.#box.receipts({ after, epoch: null }, this.#stop.signal);
      if (page === null) {
        await systemClock.sleep(millis(200), "another attempt");
        continue;
      }
      for (const { id } of page.receipts) found.set(id, (found.get(id) ?? 0) + 1);
      after = page.next;
      more = page.more;
    }
    return found;
  }

  async #replicas(): Promise<number> {
    for (const { port } of this.#relays) {
      const reply = await fetch(`http://127.0.0.1:${port}/metrics`).catch(() => null);
      const current = reply?.ok === true ? metric(await reply.text(), "replicas_current") : Number.NaN;
      if (!Number.isNaN(current)) return current;
    }
    return 0;
  }
}

const smsFrame = z.object({ type: z.literal("sms"), id: z.string(), cursor: z.number() });

function signer(identity: Identity): (bytes: Uint8Array) => Uint8Array {
  return (bytes) => suite.ed25519Sign(identity.seed.reveal(), bytes);
}

function configOf(port: number, provider: Identity, servers: NatsServers): unknown {
  return {
    listen: `127.0.0.1:${port}`,
    log: { level: "debug" },
    storage: "nats",
    nats: { servers: servers.urls, replicas: SERVERS },
    providers: [{ name: "box", verify: toBase64url(provider.verify) }],
    limits: { auth_per_minute: 100_000, forward_per_minute: 1_000_000, read_per_minute: 1_000_000 },
  };
}

function launch(folder: string): Numberbox {
  return Numberbox.start(["relay", "--config", join(folder, "relay.yaml"), "--data", folder]);
}
