// What is known of one phone now, and whether it counts as alive. Times are monotonic where spans are judged.

import { type AppError, type Clock, type Millis, millis, minutes, seconds, type UnixMs } from "../base/index.ts";
import type { PhoneView, ProblemBody } from "../protocol/index.ts";
import type { PhoneHealth, PhoneSim } from "./health.ts";
import type { PhoneDevice } from "./phone-api.ts";

export type PhoneState = PhoneView["state"];

/** How often the box asks the app's server, and asks the app to ping. */
export const PHONE_INTERVAL: Millis = minutes(1);
const PATIENCE_MIN: Millis = minutes(5);
const PATIENCE_MAX: Millis = minutes(60);

/** How long a phone may be silent. One that pings every quarter of an hour is not down after five minutes. */
export function patience(interval: Millis | null): Millis {
  return millis(Math.min(PATIENCE_MAX, Math.max(PATIENCE_MIN, 2.5 * (interval ?? 0))));
}

export interface PhoneCounts {
  received: number;
  duplicates: number;
  refused: number;
}

const LOW_BATTERY = 20;

export class PhoneFacts {
  readonly #time: Pick<Clock, "monotonic"> & { now(): UnixMs };
  readonly #startedAt: Millis;
  readonly counts: PhoneCounts = { received: 0, duplicates: 0, refused: 0 };
  health: PhoneHealth | null = null;
  device: Pick<PhoneDevice, "manufacturer" | "model"> | null = null;
  sims: readonly PhoneSim[] = [];
  /** Whether a signed request has ever come. */
  isPaired: boolean;
  /** Why the app's server cannot be used. */
  apiProblem: AppError | null = null;
  /** Why the app does not send to the box. */
  urlProblem: AppError | null = null;
  /** Why the phone's latest webhook was refused. */
  webhookProblem: AppError | null = null;
  lastSeen: UnixMs | null = null;
  #heard: Millis | null = null;
  #pinged: Millis | null = null;
  #interval: Millis | null = null;
  #state: PhoneState;
  #since: UnixMs;

  constructor(time: Pick<Clock, "monotonic"> & { now(): UnixMs }, isPaired: boolean) {
    this.#time = time;
    this.#startedAt = time.monotonic();
    this.isPaired = isPaired;
    this.#state = "waiting";
    this.#since = time.now();
  }

  get state(): PhoneState {
    return this.#state;
  }

  get since(): UnixMs {
    return this.#since;
  }

  /** Any proof of life: a signed webhook, or an answer of the app's server. */
  heard(): void {
    this.#heard = this.#time.monotonic();
    this.lastSeen = this.#time.now();
  }

  ping(health: PhoneHealth | null): void {
    const now = this.#time.monotonic();
    // Two pings within a second are one that was sent twice.
    if (this.#pinged !== null && now - this.#pinged > seconds(1)) this.#interval = millis(now - this.#pinged);
    this.#pinged = now;
    if (health !== null) this.health = health;
  }

  /** Looks at the clock. Returns whether the state has changed. */
  judge(): boolean {
    const next = this.#judged();
    if (next === this.#state) return false;
    this.#state = next;
    this.#since = this.#time.now();
    return true;
  }

  #judged(): PhoneState {
    const now = this.#time.monotonic();
    if (this.#heard !== null) return now - this.#heard <= patience(this.#interval) ? "ready" : "down";
    if (!this.isPaired) return "waiting";
    // After a start of the box every phone gets its time to speak.
    return now - this.#startedAt <= PATIENCE_MIN ? "waiting" : "down";
  }

  get problem(): ProblemBody | null {
    if (this.#state === "ready") return null;
    const known = this.apiProblem ?? this.webhookProblem;
    if (known !== null) return known.toJSON();
    if (this.#state === "waiting") return null;
    return {
      code: "phone.silent",
      message: "the phone has not been heard of",
      hint: "Look whether it has power and network, and whether Android put the app to sleep: exempt it from battery optimisation.",
    };
  }

  get warnings(): readonly ProblemBody[] {
    const { battery = null, transport = null } = this.health ?? {};
    const warnings: ProblemBody[] = [];
    if (battery !== null && battery.percent < LOW_BATTERY && !battery.charging) {
      warnings.push({
        code: "phone.battery_low",
        message: "the phone's battery is nearly empty",
        hint: "Plug it in.",
        context: { percent: battery.percent },
      });
    }
    if (transport === "none")
      warnings.push({
        code: "phone.no_network",
        message: "the phone has no data network",
        hint: "Join it to a Wi-Fi.",
      });
    if (this.#state === "ready")
      for (const problem of [this.apiProblem, this.urlProblem, this.webhookProblem])
        if (problem !== null) warnings.push(problem.toJSON());
    if (this.#state === "ready" && !this.isPaired && warnings.length === 0) {
      warnings.push({
        code: "phone.no_webhook_yet",
        message: "no message of the phone has reached the box yet",
        hint: "Restart the app once. Until then the box fetches SMS itself, every minute.",
      });
    }
    return warnings;
  }
}
