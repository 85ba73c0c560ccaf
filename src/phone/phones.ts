// All phones of the box: registers and forgets them, finds the one a request is from, and makes the drivers of their slots.

import {
  AppError,
  type Clock,
  type CryptoSuite,
  type Disposer,
  equalBytes,
  hours,
  type LineId,
  type Logger,
  type Millis,
  type Random,
  SerialQueue,
  type SlotId,
  seconds,
  toBase64url,
  type UnixMs,
  utf8,
} from "../base/index.ts";
import type {
  EventLog,
  IntakePort,
  NewPhone,
  PhoneConsole,
  PhoneInlet,
  PhoneWebhook,
  SecretBox,
  SettingStore,
  SlotDriver,
  TrustedTime,
} from "../core/index.ts";
import type {
  AddPhoneRequest,
  ChangePhoneRequest,
  PhoneApiAccess,
  PhoneView,
  PhoneWebhookReply,
} from "../protocol/index.ts";
import { MessageRouter, type PhoneBinding } from "./message-router.ts";
import { Phone } from "./phone.ts";
import { PhoneDriver } from "./phone-driver.ts";
import { type PhoneRecord, PhoneRecords } from "./phone-records.ts";

export interface PhonesDeps {
  readonly suite: CryptoSuite;
  readonly random: Random;
  readonly clock: Clock;
  readonly time: Pick<TrustedTime, "now" | "confidence">;
  readonly log: Logger;
  readonly events: EventLog;
  readonly intake: Pick<IntakePort, "accept">;
  readonly settings: SettingStore;
  readonly secrets: SecretBox;
  /** The slots of the configuration that are SIMs of phones. */
  readonly bindings: readonly PhoneBinding[];
  readonly lineFor: (slot: SlotId, iccid: string | null) => LineId | null;
  readonly onChange: (slot: SlotId) => void;
}

/** All records stand in one setting of at most 64 KiB. */
const MAX_PHONES = 32;
const JUDGED_EVERY: Millis = seconds(10);
/** The page that a phone's own browser opens is good for so long after the registration. */
const JOIN_OPEN: Millis = hours(1);

export class Phones implements PhoneConsole, PhoneInlet {
  readonly #deps: PhonesDeps;
  readonly #records: PhoneRecords;
  readonly #router: MessageRouter;
  readonly #changes = new SerialQueue("changes of phones");
  readonly #startedAt: UnixMs;
  #phones: readonly Phone[] = [];
  #started = false;
  #timer: Disposer = () => {};

  constructor(deps: PhonesDeps) {
    this.#deps = deps;
    this.#startedAt = deps.time.now();
    this.#records = new PhoneRecords(deps.settings, deps.secrets);
    this.#router = new MessageRouter({ ...deps, now: () => deps.time.now() });
  }

  /** Reads what was registered. Call once, before anything else. */
  async load(): Promise<void> {
    this.#phones = (await this.#records.load()).map((record) => this.#make(record));
  }

  start(): void {
    this.#started = true;
    for (const phone of this.#phones) phone.start();
    this.#judgeSoon();
  }

  /** Idempotent. */
  async stop(): Promise<void> {
    this.#timer();
    this.#changes.stop();
    await Promise.all(this.#phones.map((phone) => phone.stop()));
  }

  driver(binding: PhoneBinding): SlotDriver {
    const phone = (): Phone | null => this.#phones.find(({ record }) => record.name === binding.phone) ?? null;
    return new PhoneDriver({ binding, router: this.#router, phone, startedAt: this.#startedAt });
  }

  phones(): readonly PhoneView[] {
    return this.#phones.map((phone) => phone.view());
  }

  add(request: AddPhoneRequest & { readonly box_url: string }): Promise<NewPhone> {
    return this.#changes.run(async () => {
      this.#mustBeFree(request.name);
      if (this.#phones.length >= MAX_PHONES) {
        throw new AppError("phone.too_many", `a box has at most ${MAX_PHONES} phones`, {
          hint: "Remove one that is no longer used.",
        });
      }
      const phone = this.#make(this.#newRecord(request));
      await this.#keep([...this.#phones, phone]);
      this.#deps.events.record({ level: "info", code: "phone.added", details: { phone: request.name } });
      // What does not work yet is tried again every minute, and stands in the view.
      if (request.api !== undefined) await phone.tryApi(request.api).catch((error) => phone.failed(error));
      if (this.#started) phone.start();
      this.#tell(phone);
      const { secret, signingKey } = phone.record;
      return { phone: phone.view(), secret, signingKey };
    });
  }

  change(name: string, { name: newName, api }: ChangePhoneRequest): Promise<PhoneView> {
    return this.#changes.run(async () => {
      const phone = this.#named(name);
      if (newName !== undefined && newName !== name) this.#mustBeFree(newName);
      if (api != null) await phone.tryApi(api);
      this.#tell(phone);
      const change = { ...(newName === undefined ? {} : { name: newName }), ...(api === undefined ? {} : { api }) };
      await this.#changed(phone, change);
      return phone.view();
    });
  }

  remove(name: string): Promise<void> {
    return this.#changes.run(async () => {
      const phone = this.#named(name);
      await this.#keep(this.#phones.filter((each) => each !== phone));
      this.#deps.events.record({ level: "info", code: "phone.removed", details: { phone: name } });
      this.#tell(phone);
      await phone.release();
      await phone.stop();
    });
  }

  nameOf(secret: string): string {
    return this.#of(secret).record.name;
  }

  async webhook(secret: string, request: PhoneWebhook): Promise<PhoneWebhookReply> {
    return await this.#of(secret).webhook(request);
  }

  join(secret: string, api: PhoneApiAccess): Promise<PhoneView> {
    return this.#changes.run(async () => {
      const phone = this.#of(secret);
      const { createdAt, pairedAt } = phone.record;
      // Whoever has seen the code could otherwise put a phone of their own in the place of this one.
      if (pairedAt !== null || this.#deps.time.now() - createdAt > JOIN_OPEN) {
        throw new AppError("phone.join_closed", "this code has been used or is older than an hour", {
          hint: "Remove the phone in the console and add it again.",
        });
      }
      await phone.tryApi(api);
      await this.#changed(phone, { api });
      return phone.view();
    });
  }

  /** A change that cannot be kept is none. */
  async #changed(phone: Phone, change: Parameters<Phone["change"]>[0]): Promise<void> {
    const { name, api } = phone.record;
    phone.change(change);
    try {
      await this.#keep(this.#phones);
    } catch (error) {
      phone.change({ name, api });
      throw error;
    } finally {
      this.#tell(phone);
    }
  }

  #make(record: PhoneRecord): Phone {
    const { suite, clock, time, log, events } = this.#deps;
    const save = (): Promise<void> => this.#save(this.#phones);
    return new Phone(record, {
      ...{ suite, clock, time, log, events, save },
      router: this.#router,
      onChange: (phone) => this.#tell(phone),
    });
  }

  #newRecord({ name, api, box_url }: AddPhoneRequest & { readonly box_url: string }): PhoneRecord {
    const { random, time } = this.#deps;
    return {
      name,
      secret: toBase64url(random.bytes(16)),
      signingKey: toBase64url(random.bytes(24)),
      boxUrl: box_url.replace(/\/+$/, ""),
      api: api ?? null,
      createdAt: time.now(),
      pairedAt: null,
      syncedAt: null,
    };
  }

  /** Durable first, known after: a phone that was told its keys must not be unknown after a power cut. */
  async #keep(phones: readonly Phone[]): Promise<void> {
    await this.#save(phones);
    this.#phones = phones;
  }

  #save(phones: readonly Phone[]): Promise<void> {
    return this.#records.save(() => phones.map(({ record }) => record));
  }

  #named(name: string): Phone {
    const phone = this.#phones.find(({ record }) => record.name === name);
    if (phone === undefined) throw unknown();
    return phone;
  }

  /** Compares with all in constant time each, so that timing names none. */
  #of(secret: string): Phone {
    const given = utf8(secret);
    const [phone] = this.#phones.filter(({ record }) => equalBytes(utf8(record.secret), given));
    if (phone === undefined) throw unknown();
    return phone;
  }

  #mustBeFree(name: string): void {
    if (!this.#phones.some(({ record }) => record.name === name)) return;
    throw new AppError("phone.exists", `there is a phone named ${name} already`, { hint: "Choose another name." });
  }

  #tell(phone: Phone): void {
    for (const { slot } of this.#router.bindingsOf(phone.record.name)) this.#deps.onChange(slot);
  }

  #judgeSoon(): void {
    this.#timer = this.#deps.clock.after(JUDGED_EVERY, "phones' signs of life", () => {
      for (const phone of this.#phones) phone.judge();
      this.#judgeSoon();
    });
  }
}

const unknown = (): AppError =>
  new AppError("phone.unknown", "no such phone is registered here", { hint: "Add it in the console under Phones." });
