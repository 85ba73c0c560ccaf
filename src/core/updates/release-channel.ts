// The channel that a box asks for releases, and what it says. A server that is slow for ever counts as one that cannot be reached.

import { AppError, type Clock, hasCode, isAppError, minutes, withDeadline } from "../../base/index.ts";
import type { UpdateChannel, UpdateRelease } from "../../protocol/index.ts";
import { chooseRelease } from "./channel.ts";
import type { ReleaseSource } from "./ports-updates.ts";

export interface ReleaseChannelDeps {
  readonly source: ReleaseSource | null;
  readonly open: (bytes: Uint8Array, serial: number) => UpdateChannel;
  readonly placeOf: (version: string) => number;
  readonly version: string;
  readonly clock: Clock;
  /** Ends every question. */
  readonly signal: AbortSignal;
}

/** For all of it, however it comes: a megabyte over the slowest line that anybody would update by. */
export const CHANNEL_LIMIT = minutes(5);

export class ReleaseChannel {
  readonly #deps: ReleaseChannelDeps;
  #channel: UpdateChannel | null = null;
  #problem: string | null = null;

  constructor(deps: ReleaseChannelDeps) {
    this.#deps = deps;
  }

  /** Whether what it offers is known: it is asked anew in each life of the box. */
  get isKnown(): boolean {
    return this.#channel !== null;
  }

  /** A code; null after an answer that was right. */
  get problem(): string | null {
    return this.#problem;
  }

  /** `serial`: of the newest edition that was ever seen. Errors: `update.no_channel`, `update.unreachable`, those of `openChannel`. */
  async ask(serial: number): Promise<UpdateChannel> {
    const { source, open } = this.#deps;
    if (source === null) {
      throw new AppError("update.no_channel", "the settings name no channel of releases", {
        hint: "Set `updates.channel`, or hand a bundle in.",
      });
    }
    try {
      const channel = open(await this.#bytesOf(source), serial);
      this.#channel = channel;
      this.#problem = null;
      return channel;
    } catch (error) {
      this.#problem = isAppError(error) ? error.code : "update.failed";
      throw error;
    }
  }

  /** What it offers to a system made for `compatible`. */
  offer(compatible: string | undefined): UpdateRelease | null {
    if (this.#channel === null || compatible === undefined) return null;
    const { version, placeOf } = this.#deps;
    return chooseRelease(this.#channel, { version, compatible, placeOf });
  }

  async #bytesOf(source: ReleaseSource): Promise<Uint8Array> {
    const { clock, signal } = this.#deps;
    const late = new AbortController();
    try {
      const asked = source.channel(AbortSignal.any([signal, late.signal]));
      return await withDeadline(asked, { clock, timeout: CHANNEL_LIMIT, what: "the channel of releases", signal });
    } catch (cause) {
      if (!hasCode(cause, "base.timeout")) throw cause;
      throw new AppError("update.unreachable", "the channel did not come within five minutes", {
        ...{ cause, retryable: true, hint: "Check the network, the proxy, and the server of the channel." },
      });
    } finally {
      late.abort();
    }
  }
}
