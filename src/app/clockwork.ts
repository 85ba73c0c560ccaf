// What the box does every few seconds: look at the clock, end rentals that have run out, tell renters of their SIP
// accounts, remember the time for the next start.

import {
  type Clock,
  type Disposer,
  type Logger,
  messageOf,
  millis,
  seconds,
  type UnixMs,
  unixMs,
} from "../base/index.ts";
import type { ClockSetting, EventLog, Rentals, SettingStore, SipAccounts, TrustedTime } from "../core/index.ts";

export interface ClockworkDeps {
  readonly clock: Clock;
  readonly time: TrustedTime;
  readonly settings: SettingStore;
  readonly rentals: Rentals;
  readonly sip: Pick<SipAccounts, "settle">;
  readonly events: EventLog;
  /** Null on a machine whose clock is somebody else's affair. */
  readonly clockSetting: Pick<ClockSetting, "look" | "stop"> | null;
  readonly log: Logger;
}

const LAST_TIME = "time.last";
const EVERY = seconds(5);
/**
 * Every ten minutes: with its log and the journal of the file system a write of some bytes is 30-60 KiB on the card, which once a minute was
 * nearly all that an idle box wrote. After a power cut the clock may stand so much earlier; it never ends a rental too early.
 */
const REMEMBER_EACH = 120;

/** The last trusted time of the run before, null on the first start. */
export async function lastTrustedTime(settings: SettingStore): Promise<UnixMs | null> {
  const text = await settings.getSetting(LAST_TIME);
  return text === null || !/^\d{1,15}$/.test(text) ? null : unixMs(Number(text));
}

export class Clockwork {
  readonly #deps: ClockworkDeps;
  #cancel: Disposer = () => {};
  #ticking: Promise<void> = Promise.resolve();
  #round = 0;
  #stopped = false;

  constructor(deps: ClockworkDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#arm(millis(0));
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel();
    this.#deps.clockSetting?.stop();
    await this.#ticking;
    await this.#remember();
  }

  #arm(delay: typeof EVERY): void {
    if (this.#stopped) return;
    this.#cancel = this.#deps.clock.after(delay, "clockwork", () => {
      this.#ticking = this.#tick().then(() => this.#arm(EVERY));
    });
  }

  async #tick(): Promise<void> {
    const { time, rentals, sip, events, clockSetting, log } = this.#deps;
    try {
      await clockSetting?.look();
      const jump = time.observe();
      if (jump !== 0)
        events.record({ level: "warn", code: "clock.jumped", details: { seconds: Math.round(jump / 1000) } });
      await rentals.tick();
      await sip.settle();
      if (this.#round++ % REMEMBER_EACH === 0) await this.#remember();
    } catch (error) {
      log.error("clockwork_failed", { reason: messageOf(error) });
    }
  }

  async #remember(): Promise<void> {
    const { time, settings, log } = this.#deps;
    if (time.confidence !== "trusted") return;
    await settings.setSetting(LAST_TIME, String(Math.floor(time.now()))).catch(() => log.warn("time_not_saved"));
  }
}
