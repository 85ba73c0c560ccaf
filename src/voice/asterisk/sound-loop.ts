// Two sound channels of Asterisk in one bridge, for a look at the way between it and the box, and at what is behind it.

import {
  AppError,
  type Clock,
  type Disposer,
  deferred,
  type Logger,
  type Millis,
  messageOf,
  millis,
  type Random,
  withDeadline,
} from "../../base/index.ts";
import type { ModemAudio, SoundLoop } from "../../core/index.ts";
import type { AudioLink } from "../media/audio-link.ts";
import { uuidOf, uuidText } from "../media/audiosocket-codec.ts";
import type { SoundServer } from "../media/audiosocket-server.ts";
import type { SoundSession } from "../media/media-session.ts";
import type { AriCommands } from "./ari-commands.ts";
import { STASIS_APP } from "./asterisk-setup.ts";

export interface AsteriskLoopDeps {
  readonly ari: AriCommands;
  readonly audio: SoundServer;
  readonly audioHost: () => string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

const STASIS_TIMEOUT: Millis = millis(3000);

export class AsteriskLoop implements SoundLoop {
  readonly #deps: AsteriskLoopDeps;
  readonly #name: string;
  readonly #onOver: () => void;
  readonly #inStasis = new Map<string, ReturnType<typeof deferred<void>>>();
  readonly #links: AudioLink[] = [];
  #far: SoundSession | null = null;
  #closing: Promise<void> | null = null;

  /** `name` is of no other; its channels and its bridge begin with it. `onOver`: nothing of it is left. */
  constructor(deps: AsteriskLoopDeps, name: string, onOver: () => void) {
    this.#deps = deps;
    this.#name = name;
    this.#onOver = onOver;
    for (const id of this.#channels()) this.#inStasis.set(id, deferred<void>());
    // Its failure is seen where it is awaited, which may be never.
    for (const waiter of this.#inStasis.values()) waiter.promise.catch(() => {});
  }

  /** Ids of everything that it may have in Asterisk. */
  ids(): readonly string[] {
    return [...this.#channels(), this.#bridge];
  }

  /** True when the channel that came into Stasis is one of its own. */
  soundCame(channel: string): boolean {
    const waiter = this.#inStasis.get(channel);
    waiter?.resolve();
    return waiter !== undefined;
  }

  /** Errors: `voice.media_failed`; nothing is left then. */
  async open(far: ModemAudio | null): Promise<void> {
    const { ari, audio } = this.#deps;
    try {
      for (const id of this.#channels()) this.#links.push(await this.#connect(id));
      const [, farLink] = this.#links;
      await ari.createBridge(this.#bridge);
      await ari.addToBridge(this.#bridge, this.#channels());
      if (farLink === undefined) return;
      this.#far = audio.session(farLink);
      if (far === null) void this.#far.echo();
      else this.#far.attach(far);
    } catch (cause) {
      await this.close();
      throw new AppError("voice.media_failed", "Asterisk gave the check no sound", {
        hint: "Look into Asterisk's log.",
        cause,
      });
    }
  }

  send(pcm: Uint8Array): boolean {
    return this.#links[0]?.send(pcm) ?? false;
  }

  onAudio(listener: (pcm: Uint8Array) => void): Disposer {
    return this.#links[0]?.onAudio(listener) ?? (() => {});
  }

  close(): Promise<void> {
    this.#closing ??= this.#takeAway();
    return this.#closing;
  }

  #channels(): readonly [string, string] {
    return [`${this.#name}-a`, `${this.#name}-z`];
  }

  get #bridge(): string {
    return `${this.#name}-b`;
  }

  async #connect(channelId: string): Promise<AudioLink> {
    const { ari, audio, random, clock, audioHost } = this.#deps;
    const id = uuidOf(random.bytes(16));
    const expected = audio.expect(id);
    expected.link.catch(() => {});
    try {
      await ari.externalMedia({ channelId, app: STASIS_APP, host: audioHost(), uuid: uuidText(id) });
      const link = await expected.link;
      const came = this.#inStasis.get(channelId)?.promise ?? Promise.resolve();
      await withDeadline(came, { clock, timeout: STASIS_TIMEOUT, what: "a channel of a sound check" });
      return link;
    } catch (error) {
      expected.cancel();
      throw error;
    }
  }

  async #takeAway(): Promise<void> {
    const { ari, log } = this.#deps;
    this.#far?.close();
    for (const link of this.#links) link.close();
    const gone = [ari.removeBridge(this.#bridge), ...this.#channels().map((id) => ari.hangUp(id, 16))];
    for (const result of await Promise.allSettled(gone))
      if (result.status === "rejected") log.debug("check_left_behind", { reason: messageOf(result.reason) });
    this.#onOver();
  }
}
