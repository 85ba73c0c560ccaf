// Makes the PDUs that the network would bring: encodes text, numbers messages, and stamps them with the service centre's time.

import { type Clock, type UnixMs, unixMs } from "../../../src/base/index.ts";
import { encodeDeliver } from "../../../src/sms/index.ts";
import type { SimPdu } from "./message-store.ts";
import { SERVICE_CENTRE } from "./sim-card.ts";

/** A message as a person sends it. */
export interface OutgoingSms {
  /** `+` and digits, a short code, or up to 11 characters of text. */
  readonly from: string;
  readonly body: string;
  /** The service centre's time; without it, the clock's. Whole seconds count (TS 23.040 9.2.3.11). */
  readonly sentAt?: UnixMs;
}

export interface SmsFactoryOptions {
  readonly slot: number;
  readonly clock: Clock;
  readonly uniqueTimestamps: boolean;
}

export class SmsFactory {
  readonly #options: SmsFactoryOptions;
  #count = 0;
  #lastStamp = 0;

  constructor(options: SmsFactoryOptions) {
    this.#options = options;
  }

  /** Messages numbered so far. */
  get count(): number {
    return this.#count;
  }

  /** Goes on numbering after `count`, so that ids and concatenation references do not repeat after a restart. */
  resumeAfter(count: number): void {
    this.#count = Math.max(this.#count, count);
  }

  /** `sms-<slot>-<n>`. */
  nextId(): string {
    return `sms-${this.#options.slot}-${++this.#count}`;
  }

  /** Throws what the encoder throws. */
  make(sms: OutgoingSms): SimPdu[] {
    const id = this.nextId();
    const sentAt = { unixMs: this.#stamp(sms.sentAt ?? this.#options.clock.now()), offsetMinutes: 0 };
    const concatRef = this.#count % 256;
    const pdus = encodeDeliver({ smsc: SERVICE_CENTRE, from: sms.from, body: sms.body, sentAt, concatRef });
    return pdus.map((pdu, place) => ({ id, part: place + 1, pdu }));
  }

  #stamp(time: UnixMs): UnixMs {
    if (!this.#options.uniqueTimestamps) return time;
    this.#lastStamp = Math.max(Math.floor(time / 1000), this.#lastStamp + 1);
    return unixMs(this.#lastStamp * 1000);
  }
}
