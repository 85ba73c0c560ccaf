// How the app sends its webhooks: a queue that outlives failures, each attempt signed anew, retries with a doubling wait, and what can go
// wrong on the way.

import { createHmac } from "node:crypto";
import { type Clock, type Millis, millis, seconds } from "../../../src/base/index.ts";

export const FAULTS = ["wrong_signature", "replay", "lost_answer", "duplicate"] as const;
/**
 * `wrong_signature`: signed with another key. `replay`: after an answer the same bytes and signature again. `lost_answer`: the box
 * answers, the phone does not hear it. `duplicate`: the SMS is reported twice, under two ids.
 */
export type AndroidFault = (typeof FAULTS)[number];

export interface SenderOptions {
  readonly clock: Clock;
  readonly signingKey: () => string;
  /** The wait before the first retry; the app's is 10 s. */
  readonly retryBase?: Millis;
  /** Retries after the first attempt; the app's are 14. */
  readonly retries?: number;
}

interface Item {
  readonly url: string;
  readonly body: string;
  attempts: number;
  dueAt: number;
}

const PARALLEL = 4;
const ANSWER_WITHIN = 30_000;

export class WebhookSender {
  readonly #options: SenderOptions;
  readonly #queue: Item[] = [];
  readonly #abort = new AbortController();
  readonly #faults = new Map<AndroidFault, number>();
  /** How many attempts got which status; 0 for none. */
  readonly statuses = new Map<number, number>();
  givenUp = 0;
  #inFlight = 0;
  #online = true;
  skew: Millis = millis(0);

  constructor(options: SenderOptions) {
    this.#options = options;
  }

  get pending(): number {
    return this.#queue.length + this.#inFlight;
  }

  get online(): boolean {
    return this.#online;
  }

  set online(online: boolean) {
    this.#online = online;
    this.pump();
  }

  /** The next `count` attempts go wrong like this. */
  addFault(fault: AndroidFault, count: number): void {
    this.#faults.set(fault, (this.#faults.get(fault) ?? 0) + count);
  }

  take(fault: AndroidFault): boolean {
    const left = this.#faults.get(fault) ?? 0;
    if (left > 0) this.#faults.set(fault, left - 1);
    return left > 0;
  }

  enqueue(url: string, event: unknown): void {
    this.#queue.push({ url, body: JSON.stringify(event), attempts: 0, dueAt: 0 });
    this.pump();
  }

  /** Everything that waits is tried now. */
  retryNow(): void {
    for (const item of this.#queue) item.dueAt = 0;
    this.pump();
  }

  stop(): void {
    this.#abort.abort();
  }

  pump(): void {
    if (!this.#online || this.#abort.signal.aborted) return;
    const now = this.#options.clock.monotonic();
    while (this.#inFlight < PARALLEL) {
      const at = this.#queue.findIndex((item) => item.dueAt <= now);
      const [item] = at < 0 ? [] : this.#queue.splice(at, 1);
      if (item === undefined) return;
      this.#inFlight++;
      void this.#attempt(item).finally(() => {
        this.#inFlight--;
        this.pump();
      });
    }
  }

  async #attempt(item: Item): Promise<void> {
    const { retryBase = seconds(10), retries = 14, clock } = this.#options;
    item.attempts++;
    const ok = await this.#post(item);
    if (ok || this.#abort.signal.aborted) return;
    if (item.attempts > retries) {
      this.givenUp++;
      return;
    }
    const wait = millis(retryBase * 2 ** (item.attempts - 1));
    item.dueAt = clock.monotonic() + wait;
    this.#queue.push(item);
    clock.after(wait, "webhook retry", () => this.pump());
  }

  async #post({ url, body }: Item): Promise<boolean> {
    const key = this.take("wrong_signature") ? "not the key" : this.#options.signingKey();
    const timestamp = String(Math.floor((this.#options.clock.now() + this.skew) / 1000));
    const headers = {
      "content-type": "application/json",
      "user-agent": "me.capcom.smsgateway/1.68.0",
      "x-timestamp": timestamp,
      "x-signature": createHmac("sha256", key).update(body).update(timestamp).digest("hex"),
    };
    const status = await this.#exchange(url, { method: "POST", headers, body });
    if (status >= 200 && status < 300 && this.take("replay"))
      await this.#exchange(url, { method: "POST", headers, body });
    return status >= 200 && status < 300 && !this.take("lost_answer");
  }

  async #exchange(url: string, init: RequestInit): Promise<number> {
    const signal = AbortSignal.any([this.#abort.signal, AbortSignal.timeout(ANSWER_WITHIN)]);
    const status = await fetch(url, { ...init, signal }).then(
      async (response) => {
        await response.arrayBuffer();
        return response.status;
      },
      () => 0,
    );
    this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
    return status;
  }
}
