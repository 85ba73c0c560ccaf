// A phone with the app "SMS Gateway for Android", as far as a gateway sees it: SIMs, inbox, webhooks, health, restarts.

import { type Clock, type Disposer, type Millis, type Random, toBase64url } from "../../../src/base/index.ts";
import { type SenderOptions, WebhookSender } from "./webhook-sender.ts";

export interface SimPhoneOptions extends Pick<SenderOptions, "retryBase" | "retries"> {
  readonly clock: Clock;
  readonly random: Random;
  readonly signingKey?: string;
  /** What older versions of the app lack is left out below 1.66: the inbox, `sender`, SIMs. Default 1.68.0. */
  readonly version?: string;
  readonly numbers?: readonly string[];
}

export interface Webhook {
  readonly id: string;
  readonly url: string;
  readonly event: string;
}

export interface SimSms {
  readonly from: string;
  readonly body: string;
  /** Octets in base64: a data SMS. */
  readonly data?: string;
  /** Unix milliseconds of the service centre; the app knows whole seconds. */
  readonly sentAt?: number;
}

export interface StoredSms extends SimSms {
  readonly id: string;
  readonly sim: number;
  readonly sentAt: number;
}

/** The app writes the phone's own time zone. */
function localTime(at: number, offsetMinutes: number): string {
  const sign = offsetMinutes < 0 ? "-" : "+";
  const [h, m] = [Math.floor(Math.abs(offsetMinutes) / 60), Math.abs(offsetMinutes) % 60];
  const zone = `${sign}${String(h).padStart(2, "0")}:${String(m).padStart(2, "0")}`;
  return new Date(at + offsetMinutes * 60_000).toISOString().replace("Z", zone);
}

export class SimPhone {
  readonly #options: SimPhoneOptions;
  readonly sender: WebhookSender;
  readonly inbox: StoredSms[] = [];
  webhooks: Webhook[] = [];
  signingKey: string;
  /** Null while the app does not ping. */
  pingEvery: Millis | null = null;
  battery = { percent: 87, charging: true };
  offsetMinutes = 120;
  /** False on Androids that do not tell the SIM. */
  tellsSim = true;
  #stamp = 0;
  #ping: Disposer = () => {};

  constructor(options: SimPhoneOptions) {
    this.#options = options;
    this.signingKey = options.signingKey ?? this.#newId();
    this.sender = new WebhookSender({ ...options, signingKey: () => this.signingKey });
  }

  get version(): string {
    return this.#options.version ?? "1.68.0";
  }

  get isOld(): boolean {
    return /^1\.(\d|[1-5]\d|6[0-5])\./.test(this.version);
  }

  get sims() {
    const { numbers = ["+15550101", "+15550102"] } = this.#options;
    return numbers.map((phoneNumber, at) => ({
      slotIndex: at,
      simNumber: at + 1,
      phoneNumber,
      carrierName: "Testnet",
      iccid: `8900101000000000${String(at + 1).padStart(3, "0")}`,
    }));
  }

  /** Sends every event to one URL, as if somebody had registered it by the app's API. */
  target(url: string): void {
    const events = ["sms:received", "sms:data-received", "system:ping", "app:started"];
    this.webhooks = events.map((event) => ({ id: `target-${event}`, url, event }));
  }

  /** An SMS comes in. Each has a second of its own unless `sentAt` says otherwise. */
  receive(sim: number, sms: SimSms): StoredSms {
    const now = Math.floor(this.#options.clock.now() / 1000) * 1000;
    this.#stamp = Math.max(now, this.#stamp + 1000);
    const stored: StoredSms = { ...sms, sim, sentAt: sms.sentAt ?? this.#stamp, id: this.#newId() };
    this.inbox.push(stored);
    this.report(stored);
    if (this.sender.take("duplicate")) this.report(stored);
    return stored;
  }

  /** Tells it, also again: each time under a new id. */
  report(sms: StoredSms): void {
    const common = {
      messageId: sms.id.slice(0, 8),
      ...(this.isOld
        ? { phoneNumber: sms.from }
        : { sender: sms.from, recipient: this.sims[sms.sim - 1]?.phoneNumber }),
      simNumber: this.tellsSim ? sms.sim : null,
      receivedAt: localTime(sms.sentAt, this.offsetMinutes),
    };
    if (sms.data === undefined) this.emit("sms:received", { ...common, message: sms.body });
    else this.emit("sms:data-received", { ...common, data: sms.data });
  }

  ping(): void {
    this.emit("system:ping", { health: this.health() });
  }

  /** The app starts: settings take effect. */
  restart(): void {
    this.#ping();
    this.emit("app:started", this.isOld ? {} : { simCards: this.sims });
    this.#pingAgain();
  }

  /** One event to whoever registered for it. */
  emit(event: string, payload: unknown): void {
    for (const { id: webhookId, url } of this.webhooks.filter((webhook) => webhook.event === event)) {
      this.sender.enqueue(url, { id: this.#newId(), webhookId, event, deviceId: "ffffffff", payload });
    }
  }

  health() {
    const { percent, charging } = this.battery;
    const check = (observedValue: number, observedUnit: string) => ({
      status: "pass",
      observedValue,
      observedUnit,
      description: "",
    });
    return {
      status: percent < 10 ? "fail" : "pass",
      version: this.version,
      releaseId: 1,
      checks: {
        "messages:failed": check(0, "messages"),
        "connection:status": check(1, "boolean"),
        "connection:transport": check(4, "flags"),
        "connection:cellular": check(0, "index"),
        "battery:level": check(percent, "percent"),
        "battery:charging": check(charging ? 3 : 0, "flags"),
      },
    };
  }

  stop(): void {
    this.#ping();
    this.sender.stop();
  }

  #pingAgain(): void {
    const every = this.pingEvery;
    if (every === null) return;
    this.#ping = this.#options.clock.after(every, "phone ping", () => {
      this.ping();
      this.#pingAgain();
    });
  }

  #newId(): string {
    return toBase64url(this.#options.random.bytes(15));
  }
}
