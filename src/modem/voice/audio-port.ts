// The port that carries a modem's sound: opened when the modem is known to have one, kept open from call to call, as opening it costs
// the beginning of each call, and opened again when it is lost.

import {
  type BackoffPolicy,
  backoffDelay,
  type Clock,
  deferred,
  type Logger,
  messageOf,
  type Random,
  randomFraction,
  seconds,
  withDeadline,
} from "../../base/index.ts";
import type { ByteLink, OpenLink } from "../byte-link.ts";
import { openInTime } from "../open-link.ts";
import { CLOSE_LIMIT } from "../timeouts.ts";
import { type OpenSound, PcmPump, type SoundCounters } from "./pcm-pump.ts";

const REOPEN: BackoffPolicy = { first: seconds(1), max: seconds(30) };

export interface AudioPortDeps {
  readonly openLink: OpenLink;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** It became open, or is open no more. */
  readonly onChange: () => void;
}

/** The port of a modem's sound, in this thread or in another. */
export interface SoundPort {
  readonly open: boolean;
  readonly pump: { open(counters?: SoundCounters): OpenSound };
  /** Keeps `port` open from now on. Nothing new when it does already. */
  keep(port: string): void;
  /** Resolves when the port is closed. Idempotent. */
  close(): Promise<void>;
}

/**
 * Where the sound of a modem at `port` is: as `fixed` says, or of `usb:` ports the interface that the vendor's layout names, of `sim://`
 * ports what stands under `/audio`. Null where no rule knows it: nobody may guess at a TCP port or a tty, as what is there is written to.
 */
export function audioPortOf(port: string, fixed: string | undefined): string | null {
  if (fixed !== undefined) return fixed === "none" ? null : fixed;
  const usb = /^usb:[^:]+/.exec(port)?.[0];
  if (usb !== undefined) return `${usb}:audio`;
  return port.startsWith("sim://") ? `${port}/audio` : null;
}

export class AudioPort implements SoundPort {
  readonly pump: PcmPump;
  readonly #deps: AudioPortDeps;
  #keeping: { readonly port: string; readonly abort: AbortController; readonly done: Promise<void> } | null = null;
  #open = false;

  constructor(deps: AudioPortDeps) {
    this.#deps = deps;
    this.pump = new PcmPump(deps);
  }

  get open(): boolean {
    return this.#open;
  }

  keep(port: string): void {
    if (this.#keeping?.port === port) return;
    const before = this.close();
    const abort = new AbortController();
    this.#keeping = { port, abort, done: before.then(() => this.#keep(port, abort.signal)) };
  }

  async close(): Promise<void> {
    const keeping = this.#keeping;
    this.#keeping = null;
    keeping?.abort.abort();
    await keeping?.done;
  }

  async #keep(port: string, signal: AbortSignal): Promise<void> {
    const { clock, log, openLink, random } = this.#deps;
    let said = "";
    for (let failures = 0; !signal.aborted; ) {
      try {
        const link = await openInTime({ openLink, port, clock, signal });
        failures = 0;
        said = "";
        await this.#serve(link, signal);
      } catch (error) {
        if (signal.aborted) return;
        failures++;
        // A modem whose firmware has no such interface never gets one: said once, and looked for slowly.
        if (said !== messageOf(error)) log.warn("audio_port_closed", { reason: messageOf(error) });
        said = messageOf(error);
      }
      const pause = backoffDelay(REOPEN, Math.max(1, failures), randomFraction(random));
      await clock.sleep(pause, "audio port reopen", signal).catch(() => {});
    }
  }

  /** Resolves when the port is closed, by itself or because it is wanted no more. */
  async #serve(link: ByteLink, signal: AbortSignal): Promise<void> {
    const { clock, onChange } = this.#deps;
    const ended = deferred<void>();
    const end = (): void => ended.resolve();
    link.onClose(end);
    signal.addEventListener("abort", end, { once: true });
    if (signal.aborted) end();
    this.pump.attach(link);
    this.#open = true;
    onChange();
    await ended.promise;
    signal.removeEventListener("abort", end);
    this.pump.detach();
    this.#open = false;
    onChange();
    const closing = withDeadline(link.close(), { clock, timeout: CLOSE_LIMIT, what: "closing the audio port" });
    await closing.catch((error) => this.#deps.log.warn("audio_close_failed", { reason: messageOf(error) }));
  }
}
