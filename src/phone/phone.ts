// One registered phone: takes its webhooks, asks the app's server, and knows whether it is alive.

import {
  type AppError,
  type Clock,
  type CryptoSuite,
  type Disposer,
  hasCode,
  type Logger,
  type Millis,
  minutes,
  unixMs,
  wrapError,
} from "../base/index.ts";
import type { EventLog, PhoneWebhook, TrustedTime } from "../core/index.ts";
import type { PhoneApiAccess, PhoneView, PhoneWebhookReply } from "../protocol/index.ts";
import { readInbox } from "./inbox-reader.ts";
import type { MessageRouter } from "./message-router.ts";
import { PhoneApi } from "./phone-api.ts";
import { PHONE_INTERVAL, PhoneFacts } from "./phone-facts.ts";
import type { PhoneMessage } from "./phone-message.ts";
import type { PhoneRecord } from "./phone-records.ts";
import { releasePhone, setUpPhone } from "./phone-setup.ts";
import { viewOf } from "./phone-view.ts";
import { ReplayMemory } from "./replay-memory.ts";
import { verifySignature } from "./signature.ts";
import { parseWebhookEvent } from "./webhook-event.ts";

export interface PhoneDeps {
  readonly suite: CryptoSuite;
  readonly clock: Clock;
  readonly time: Pick<TrustedTime, "now" | "confidence">;
  readonly log: Logger;
  readonly events: EventLog;
  readonly router: MessageRouter;
  /** The record changed and should be kept. */
  readonly save: () => Promise<void>;
  /** Something that the console shows changed. */
  readonly onChange: (phone: Phone) => void;
}

type Status = PhoneWebhookReply["status"];

/** More than a phone sends in the ten minutes that a signature is good. */
const REPLAYS = 4096;
/** SIMs and webhooks are looked at in every tenth round. */
const FULL_ROUND = 10;
const REFUSALS_TOLD_EVERY: Millis = minutes(10);
/** The end of the last reading is written down at most so often. */
const SYNC_SAVED_EVERY: Millis = minutes(10);

export class Phone {
  readonly #deps: PhoneDeps;
  readonly #log: Logger;
  readonly #replays: ReplayMemory;
  readonly #abort = new AbortController();
  readonly facts: PhoneFacts;
  #record: PhoneRecord;
  #round = 0;
  #readDue = true;
  #busy: Promise<void> | null = null;
  #timer: Disposer = () => {};
  #refusalTold: Millis | null = null;

  constructor(record: PhoneRecord, deps: PhoneDeps) {
    const { clock, time, log } = deps;
    this.#deps = deps;
    this.#record = record;
    this.#log = log.child({ phone: record.name });
    this.#replays = new ReplayMemory(clock, REPLAYS);
    this.facts = new PhoneFacts(
      { monotonic: () => clock.monotonic(), now: () => time.now() },
      record.pairedAt !== null,
    );
  }

  get record(): PhoneRecord {
    return this.#record;
  }

  /** What the router must know. */
  get routed() {
    const { name, createdAt } = this.#record;
    return { name, registeredAt: unixMs(createdAt), sims: this.facts.sims };
  }

  start(): void {
    void this.#ask();
  }

  async stop(): Promise<void> {
    this.#timer();
    this.#abort.abort();
    await this.#busy;
  }

  change(change: Partial<Pick<PhoneRecord, "name" | "api">>): void {
    this.#record = { ...this.#record, ...change };
    if (change.api === null) {
      this.facts.apiProblem = null;
      this.facts.urlProblem = null;
    }
  }

  /** Reads the inbox as soon as may be. */
  nudge(): void {
    this.#readDue = true;
    if (this.#busy === null) void this.#ask();
  }

  /** Looks at the clock; tells when the phone has become ready or has gone. */
  judge(): void {
    if (!this.facts.judge()) return;
    const { state } = this.facts;
    const { name } = this.#record;
    if (state === "ready") this.#deps.events.record({ level: "info", code: "phone.ready", details: { phone: name } });
    if (state === "down") this.#deps.events.record({ level: "warn", code: "phone.down", details: { phone: name } });
    this.#deps.onChange(this);
  }

  /**
   * Sets the phone up by its server once, for an owner who waits. Errors: those of `PhoneApi`; nothing is kept then. An address of the
   * box that the app does not take is no error: the inbox is read instead.
   */
  async tryApi(access: PhoneApiAccess): Promise<void> {
    const api = this.#apiWith(access);
    await this.#setUp(api);
    this.#took(await api.device());
    this.facts.health = await api.health();
    this.facts.apiProblem = null;
    this.#heard();
  }

  /** The app's server could not be used: stands in the view until it can. */
  failed(error: unknown): void {
    this.facts.apiProblem = wrapError(error, "phone.failed", "the phone could not be asked", { retryable: true });
  }

  /** Takes our webhooks off the phone, if its server can be reached. */
  async release(): Promise<void> {
    const { api } = this.#record;
    if (api === null) return;
    await releasePhone(this.#apiWith(api), this.#record).catch((error) =>
      this.#log.warn("phone_not_released", { reason: codeOf(error) }),
    );
  }

  /** See `PhoneInlet.webhook`. */
  async webhook(request: PhoneWebhook): Promise<PhoneWebhookReply> {
    const { suite, time } = this.#deps;
    const { signingKey } = this.#record;
    const clockIsTrusted = time.confidence === "trusted";
    try {
      const signature = verifySignature({ suite, signingKey, request, now: time.now(), clockIsTrusted });
      const earlier = this.#replays.find(signature);
      if (earlier !== undefined) {
        await earlier;
        this.facts.counts.duplicates++;
        return { status: "duplicate" };
      }
      const outcome = this.#handle(request.body);
      this.#replays.add(signature, outcome);
      return { status: await outcome };
    } catch (error) {
      this.#refuse(wrapError(error, "phone.failed", "the request could not be handled", { retryable: true }));
      throw error;
    }
  }

  async #handle(body: Uint8Array): Promise<Status> {
    const event = parseWebhookEvent(body);
    this.facts.webhookProblem = null;
    this.#pair();
    if (event.type === "message") return await this.#deliver(event.message);
    if (event.type === "ping") this.facts.ping(event.health);
    if (event.type === "started") {
      if (event.sims.length > 0) this.facts.sims = event.sims;
      // The app's settings may have been reset.
      this.#round = 0;
    }
    this.#deps.onChange(this);
    return "ignored";
  }

  async #deliver(message: PhoneMessage): Promise<Status> {
    const status = await this.#deps.router.deliver(this.routed, message);
    if (status === "stored") this.facts.counts.received++;
    if (status === "duplicate") this.facts.counts.duplicates++;
    return status;
  }

  /** What the inbox still holds of the last hours is no repetition of the phone's. */
  async #fetched(message: PhoneMessage): Promise<void> {
    if ((await this.#deps.router.deliver(this.routed, message)) === "stored") this.facts.counts.received++;
  }

  /** A signed request has come: the phone is set up. */
  #pair(): void {
    this.#heard();
    if (this.facts.isPaired) return;
    this.facts.isPaired = true;
    this.#record = { ...this.#record, pairedAt: this.#deps.time.now() };
    this.#deps.events.record({ level: "info", code: "phone.paired", details: { phone: this.#record.name } });
    this.#save();
  }

  #heard(): void {
    this.facts.heard();
    this.judge();
  }

  #refuse(error: AppError): void {
    // What the intake cannot store for now is no fault of the phone.
    if (error.code !== "phone.no_line" && error.code !== "phone.sim_unknown" && error.retryable) return;
    if (error.code === "base.stopped") return;
    const { clock, events, onChange } = this.#deps;
    this.facts.counts.refused++;
    this.facts.webhookProblem = error;
    const now = clock.monotonic();
    if (this.#refusalTold !== null && now - this.#refusalTold < REFUSALS_TOLD_EVERY) return;
    this.#refusalTold = now;
    events.record({ level: "warn", code: "phone.refused", details: { phone: this.#record.name, reason: error.code } });
    onChange(this);
  }

  /** One round with the app's server, and the next in a minute. */
  #ask(): Promise<void> {
    this.#timer();
    if (this.#abort.signal.aborted) return Promise.resolve();
    this.#busy ??= this.#askOnce().finally(() => {
      this.#busy = null;
      this.judge();
      if (!this.#abort.signal.aborted)
        this.#timer = this.#deps.clock.after(PHONE_INTERVAL, "phone round", () => void this.#ask());
    });
    return this.#busy;
  }

  async #askOnce(): Promise<void> {
    const access = this.#record.api;
    if (access === null) return;
    const api = this.#apiWith(access);
    const full = this.#round++ % FULL_ROUND === 0;
    try {
      this.facts.health = await api.health();
      this.#heard();
      if (full) this.#took(await api.device());
      // While no webhook has got through, fetching is the only way.
      if (this.#readDue || !this.facts.isPaired) await this.#readInbox(api);
      if (full) await this.#setUp(api);
      this.facts.apiProblem = null;
    } catch (error) {
      if (hasCode(error, "base.stopped")) return;
      const before = this.facts.apiProblem?.code;
      this.failed(error);
      const reason = this.facts.apiProblem?.code;
      if (before !== reason) this.#log.warn("phone_not_asked", { reason });
      // Whatever did not happen is done in the next round.
      if (full) this.#round = 0;
    }
    this.#deps.onChange(this);
  }

  async #setUp(api: PhoneApi): Promise<void> {
    this.facts.urlProblem = null;
    await setUpPhone(api, this.#record, this.#log).catch((error) => {
      if (!hasCode(error, "phone.url_refused")) throw error;
      this.facts.urlProblem = error;
    });
  }

  async #readInbox(api: PhoneApi): Promise<void> {
    const now = this.#deps.time.now();
    const { syncedAt, createdAt } = this.#record;
    const often = !this.#readDue;
    this.#readDue = false;
    try {
      await readInbox({
        api,
        now,
        registeredAt: unixMs(createdAt),
        syncedAt: syncedAt === null ? null : unixMs(syncedAt),
        often,
        deliver: (message) => this.#fetched(message),
      });
    } catch (error) {
      this.#readDue = true;
      throw error;
    }
    if (syncedAt !== null && now - syncedAt < SYNC_SAVED_EVERY) return;
    this.#record = { ...this.#record, syncedAt: now };
    this.#save();
  }

  #took({ manufacturer, model, sims }: Awaited<ReturnType<PhoneApi["device"]>>): void {
    this.facts.device = { manufacturer, model };
    if (sims.length > 0) this.facts.sims = sims;
  }

  #apiWith(access: PhoneApiAccess): PhoneApi {
    return new PhoneApi({ clock: this.#deps.clock, access, signal: this.#abort.signal });
  }

  /** In the background: neither pairing nor reading depends on it. */
  #save(): void {
    this.#deps.save().catch((error) => this.#log.warn("phone_not_saved", { reason: codeOf(error) }));
  }

  view(): PhoneView {
    return viewOf(this.#record, this.facts, this.#deps.router.bindingsOf(this.#record.name));
  }
}

const codeOf = (error: unknown): string => wrapError(error, "phone.failed", "").code;
