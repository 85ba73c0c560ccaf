// The rules of the box over a store in memory: one rig is one disk, on which one process after another may run.

import {
  type CryptoSuite,
  days,
  e164,
  fromBase64url,
  type LogFields,
  type Logger,
  lineId,
  listingId,
  type Millis,
  minutes,
  type Random,
  Secret,
  slotId,
  unixMs,
} from "../../src/base/index.ts";
import { systemCrypto } from "../../src/base/system-crypto.ts";
import {
  createSealer,
  EventLog,
  type IncomingPdu,
  Intake,
  type IntakeCommit,
  type IntakeDeps,
  type IntakeTicket,
  isSenderDenied,
  type Line,
  type Rental,
  Rentals,
  type Sealer,
  type SenderLevels,
  type SenderRules,
  TrustedTime,
} from "../../src/core/index.ts";
import {
  decodePayload,
  deriveKey,
  type Identity,
  identityFromSeed,
  openV1,
  openV2,
  type Payload,
  publicKeysToText,
  verifyMessage,
} from "../../src/envelope/index.ts";
import type { BoxEvent, WireMessage } from "../../src/protocol/index.ts";
import { type DeliverOptions, encodeDeliver } from "../../src/sms/index.ts";
import { MemoryBoxStore } from "../sim/memory-store.ts";
import { SeededRandom } from "../sim/seeded-random.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";

export const suite: CryptoSuite = systemCrypto;

export function identity(name: string): Identity {
  const random = new SeededRandom(`identity ${name}`);
  return identityFromSeed(suite, { name, seed: random.bytes(32), nonce: random.bytes(16) });
}

export const provider = identity("provider");
export const renters: readonly Identity[] = [1, 2, 3].map((n) => identity(`renter ${n}`));
export const renter = identity("renter 1");
export const storageKey = new Secret(new SeededRandom("storage key").bytes(32));
export const fingerprints = { suite, key: deriveKey(suite, storageKey, "numberbox/fingerprint/v1") };

export const START = unixMs(Date.UTC(2026, 0, 1));

/** Line `n`, on slot `n`. */
export function lineOf(n: number): Line {
  return {
    id: lineId(`line-${n}`),
    number: e164(`+1555010${n}`),
    slot: slotId(String(n)),
    iccid: null,
    imsi: null,
    listingId: listingId(`a1b2c3d4e5f6000${n}`),
  };
}

/** The PDUs of one message, one for each part. `second` tells when the service centre took it. */
export function pdusOf(
  content: Partial<DeliverOptions> & { readonly body?: string; readonly second?: number },
): Uint8Array[] {
  const { second = 0, ...rest } = content;
  const sentAt = { unixMs: START + second * 1000, offsetMinutes: 0 };
  return encodeDeliver({ from: "+15550199", sentAt, ...(rest.data === undefined ? { body: "hello" } : {}), ...rest });
}

/** The only PDU of a short message. */
export function pduOf(content: Parameters<typeof pdusOf>[0]): Uint8Array {
  const [pdu, ...others] = pdusOf(content);
  if (pdu === undefined || others.length > 0) throw new Error("the message has more than one part");
  return pdu;
}

/** Everything that was logged, as text. */
export class RecordingLogger implements Logger {
  readonly lines: string[] = [];
  readonly #fields: LogFields;

  constructor(fields: LogFields = {}, lines: string[] = []) {
    this.#fields = fields;
    this.lines = lines;
  }

  debug(event: string, fields?: LogFields): void {
    this.#write("debug", event, fields);
  }
  info(event: string, fields?: LogFields): void {
    this.#write("info", event, fields);
  }
  warn(event: string, fields?: LogFields): void {
    this.#write("warn", event, fields);
  }
  error(event: string, fields?: LogFields): void {
    this.#write("error", event, fields);
  }
  child(fields: LogFields): Logger {
    return new RecordingLogger({ ...this.#fields, ...fields }, this.lines);
  }

  #write(level: string, event: string, fields?: LogFields): void {
    this.lines.push(`${level} ${event} ${JSON.stringify({ ...this.#fields, ...fields })}`);
  }
}

type IntakeStoreDeps = IntakeDeps["store"];

/** The store as one process sees it: after `die` nothing that it asked is ever answered. */
export class ProcessStore implements IntakeStoreDeps {
  readonly #disk: MemoryBoxStore;
  #dead = false;
  #commitsLeft = Number.POSITIVE_INFINITY;
  #lastIsApplied = false;

  constructor(disk: MemoryBoxStore) {
    this.#disk = disk;
  }

  get dead(): boolean {
    return this.#dead;
  }

  die(): void {
    this.#dead = true;
  }

  /** The process dies during the commit that follows `commits` others: after the disk has taken it (`applied`) or before. */
  dieInCommit(commits: number, applied: boolean): void {
    this.#commitsLeft = commits;
    this.#lastIsApplied = applied;
  }

  openParts: IntakeStoreDeps["openParts"] = () => this.#pass(() => this.#disk.openParts());
  findSeen: IntakeStoreDeps["findSeen"] = (hashes) => this.#pass(() => this.#disk.findSeen(hashes));
  pruneSeen: IntakeStoreDeps["pruneSeen"] = (before) => this.#pass(() => this.#disk.pruneSeen(before));
  lastSequences: IntakeStoreDeps["lastSequences"] = () => this.#pass(() => this.#disk.lastSequences());
  probe: IntakeStoreDeps["probe"] = () => this.#pass(() => this.#disk.probe());

  async commitIntake(batch: IntakeCommit): Promise<void> {
    if (this.#commitsLeft-- > 0) return this.#pass(() => this.#disk.commitIntake(batch));
    if (this.#lastIsApplied && !this.#dead) await this.#disk.commitIntake(batch);
    this.#dead = true;
    return new Promise(() => {});
  }

  async #pass<T>(call: () => Promise<T>): Promise<T> {
    if (this.#dead) return new Promise(() => {});
    const value = await call();
    return this.#dead ? new Promise(() => {}) : value;
  }
}

export interface IntakeOptions {
  readonly unrented?: "keep" | "drop";
  readonly lateParts?: Millis;
  readonly maxBatch?: number;
  readonly store?: IntakeStoreDeps;
  readonly sealer?: Sealer;
}

export class CoreRig {
  readonly clock = new VirtualClock(START);
  readonly random: Random = new SeededRandom("rig");
  readonly store = new MemoryBoxStore();
  readonly log = new RecordingLogger();
  readonly time = new TrustedTime(this.clock, null);
  readonly events = new EventLog(this.time, this.log);
  readonly committed: IntakeCommit[] = [];
  /** What the box's configuration says of senders. */
  boxRules: SenderRules = { presets: [], allow: [], deny: [] };
  rentals = this.newRentals();

  newRentals(onGrant: (rental: Rental) => void = () => {}, time = this.time): Rentals {
    const { store, random, events, log } = this;
    const policy = { afterDay: minutes(60), afterLonger: minutes(600) };
    const senderRules = (): SenderLevels => [null, this.boxRules];
    return new Rentals({ store, suite, random, identity: provider, time, events, log, policy, senderRules, onGrant });
  }

  /** Lines 1 to `count`, each rented to the renter of its number. */
  async rent(count: number, version: 1 | 2 = 1): Promise<readonly Rental[]> {
    const out: Rental[] = [];
    for (let n = 1; n <= count; n++) {
      await this.rentals.saveLine(lineOf(n));
      out.push(await this.grant(n, renters[n - 1] ?? renter, version));
    }
    return out;
  }

  grant(line: number, to: Identity, version: 1 | 2 = 1): Promise<Rental> {
    return this.rentals.grant({
      line: lineOf(line).id,
      renter: publicKeysToText(to),
      days: 30,
      envelope_version: version,
      credit: null,
    });
  }

  sealer(): Sealer {
    return createSealer({
      suite,
      random: this.random,
      identity: provider,
      partKey: deriveKey(suite, storageKey, "numberbox/part-key/v1"),
      lineOf: (id) => this.rentals.line(id),
    });
  }

  intakeDeps(options: IntakeOptions = {}): IntakeDeps {
    return {
      store: options.store ?? this.store,
      clock: this.clock,
      log: this.log,
      events: this.events,
      now: () => this.time.now(),
      fingerprints,
      sealer: options.sealer ?? this.sealer(),
      activeRental: (line) => this.rentals.active(line),
      isDenied: (line, from) =>
        isSenderDenied(from, this.rentals.line(line)?.number ?? null, this.rentals.senderLevels(line)),
      unrented: options.unrented ?? "keep",
      lateParts: options.lateParts ?? days(7),
      settings: { maxBatch: options.maxBatch ?? 64, partTimeout: minutes(10) },
      onCommitted: (commit) => this.committed.push(commit),
    };
  }

  /** A process of the box begins over what lies on the disk. */
  async intake(options: IntakeOptions = {}): Promise<Intake> {
    const intake = new Intake(this.intakeDeps(options));
    await intake.start();
    return intake;
  }

  /** A PDU as the modem of line `n` shows it; `place` null for direct delivery. */
  incoming(pdu: Uint8Array, place: string | null = "SM:1", n = 1): IncomingPdu {
    const { id } = lineOf(n);
    return { slotId: slotId(String(n)), lineId: id, location: place, pdu, receivedAt: this.time.now() };
  }

  /** What lies in the outbox for a rental, opened by its renter, in the order of `seq`; checks signature and `seq` on the way. */
  async read(rental: Pick<Rental, "id" | "envelopeVersion">, by: Identity = renter): Promise<readonly Payload[]> {
    return (await this.messages(rental, by)).map(({ payload }) => payload);
  }

  /** The same with the messages' ids. */
  async messages(
    rental: Pick<Rental, "id" | "envelopeVersion">,
    by: Identity = renter,
  ): Promise<readonly { readonly id: string; readonly payload: Payload }[]> {
    const rows = await this.store.nextMessages(rental.id, 100_000);
    return await Promise.all(
      rows.map(async ({ message }, at) => {
        if (message.seq !== at + 1) throw new Error(`seq ${message.seq} at place ${at + 1}`);
        return { id: message.id, payload: await openMessage(message, by) };
      }),
    );
  }

  async bodies(rental: Pick<Rental, "id" | "envelopeVersion">, by: Identity = renter): Promise<readonly string[]> {
    return (await this.read(rental, by)).map(bodyOf);
  }

  eventCodes(): readonly string[] {
    return this.allEvents().map((event) => event.code);
  }

  allEvents(): readonly BoxEvent[] {
    return this.events.list({ after: 0, limit: 500 });
  }
}

/** Opens a message as its renter does. */
export async function openMessage(message: WireMessage, by: Identity): Promise<Payload> {
  if (!verifyMessage(suite, provider.verify, message)) throw new Error("the signature does not verify");
  const { envelope: text, signature: _, ...header } = message;
  const envelope = fromBase64url(text);
  const secret = by.seed;
  return decodePayload(
    message.v === 1 ? openV1({ suite, secret, envelope }) : await openV2({ secret, envelope, header }),
  );
}

/** Opens what was held for the provider. */
export function openHeld(envelope: string): Payload {
  return decodePayload(openV1({ suite, secret: provider.seed, envelope: fromBase64url(envelope) }));
}

export function bodyOf(payload: Payload): string {
  if (payload.type === "raw") throw new Error("a raw message has no body");
  return payload.body;
}

/** Ids of the incomplete messages that others among these stand in for. */
export function replacedBy(payloads: readonly Payload[]): ReadonlySet<string> {
  return new Set(payloads.flatMap((payload) => (payload.type === "sms" ? (payload.replaces ?? []) : [])));
}

/** What a modem does with one message: offers it and reports the deletion. */
export async function take(intake: Intake, incoming: IncomingPdu): Promise<IntakeTicket> {
  const { ticket } = await intake.accept(incoming);
  intake.deleted(ticket);
  return ticket;
}

export interface PartOptions {
  readonly ref: number;
  readonly total: number;
  readonly part: number;
  readonly bits?: 8 | 16;
  /** UTF-16 text, cut anywhere. */
  readonly text: string;
  readonly from?: string;
  readonly second?: number;
}

/** One part of a concatenated message (TS 23.040 9.2.3.24.1) in UCS-2, made by hand: also such as no encoder would make. */
export function partPdu({ ref, total, part, bits = 8, text, from = "+15550199", second = 0 }: PartOptions): Uint8Array {
  const head = pduOf({ from, body: "", second }).slice(0, -1);
  const dcs = head.length - 8;
  head[1] = (head[1] ?? 0) | 0x40;
  head[dcs] = 0x08;
  const element = bits === 8 ? [0, 3, ref] : [8, 4, ref >> 8, ref & 0xff];
  const header = [element.length + 2, ...element, total, part];
  const body = Array.from({ length: text.length }, (_, at) => text.charCodeAt(at)).flatMap((c) => [c >> 8, c & 0xff]);
  return Uint8Array.of(...head, header.length + body.length, ...header, ...body);
}
