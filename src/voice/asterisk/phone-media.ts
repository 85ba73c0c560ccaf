// The sound of one phone leg in Asterisk: an AudioSocket channel and a bridge with the phone. Made when it is first needed, once; taken
// away as a whole.

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
  toHex,
  withDeadline,
} from "../../base/index.ts";
import type { Announcement, ModemAudio } from "../../core/index.ts";
import { uuidOf, uuidText } from "../media/audiosocket-codec.ts";
import type { ExpectedLink, SoundServer } from "../media/audiosocket-server.ts";
import type { MediaCounts, SoundSession } from "../media/media-session.ts";
import { announcementFrames, type SpokenWords } from "../media/spoken-words.ts";
import type { AriCommands } from "./ari-commands.ts";
import { STASIS_APP } from "./asterisk-setup.ts";
import { LEG_PREFIX } from "./sweep.ts";

export interface PhoneMediaDeps {
  readonly ari: AriCommands;
  readonly audio: SoundServer;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** How Asterisk reaches the AudioSocket server, `host:port`. */
  readonly audioHost: () => string;
  /** Left out: announcements are tones alone. */
  readonly words?: Pick<SpokenWords, "of"> | undefined;
}

const STASIS_TIMEOUT: Millis = millis(3000);

export class PhoneMedia {
  readonly #deps: PhoneMediaDeps;
  readonly #name: string;
  readonly #onLost: () => void;
  /** Its channel came into Stasis: before, no bridge takes it. */
  readonly #inStasis = deferred<void>();
  #opening: Promise<SoundSession> | null = null;
  #session: SoundSession | null = null;
  #expected: ExpectedLink | null = null;
  #stopWatching: Disposer | null = null;
  #held = false;
  #closed = false;

  /** `name`: of the leg; ids of its bridge and channel begin with it. `onLost`: Asterisk closed the sound of a call that goes on. */
  constructor(deps: PhoneMediaDeps, name: string, onLost: () => void) {
    this.#deps = deps;
    this.#name = name;
    this.#onLost = onLost;
  }

  get bridge(): string {
    return `${this.#name}-b`;
  }

  get channel(): string {
    return `${this.#name}-m`;
  }

  counts(): MediaCounts | null {
    return this.#session?.counts() ?? null;
  }

  /** Lets `phone` (a channel in Stasis) and the modem hear each other. Errors: `voice.leg_gone`, `voice.media_failed`. */
  async connect(phone: string, audio: ModemAudio): Promise<void> {
    const session = await this.#open(phone);
    this.#mustLive();
    session.attach(audio);
  }

  /** Resolves when it was said; `echo` when the leg is over. Errors as those of `connect`. */
  async play(phone: string, what: Announcement): Promise<void> {
    const session = await this.#open(phone);
    if (this.#closed) return;
    if (what === "echo") return await session.echo();
    const { frames, length } = announcementFrames(what, (await this.#deps.words?.of(what)) ?? []);
    await session.say(frames, length);
  }

  /** Asterisk told that the channel `channel` is in Stasis. */
  started(): void {
    this.#inStasis.resolve();
  }

  hold(held: boolean): void {
    this.#held = held;
    this.#session?.hold(held);
  }

  /** Idempotent, never rejects: what Asterisk does not take away now, the sweep does. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#stopWatching?.();
    this.#expected?.cancel();
    this.#inStasis.reject(legGone());
    this.#session?.close();
    if (this.#opening === null) return;
    await this.#opening.catch(() => {});
    await this.#takeAway();
  }

  #open(phone: string): Promise<SoundSession> {
    this.#opening ??= this.#make(phone);
    return this.#opening;
  }

  async #make(phone: string): Promise<SoundSession> {
    const { ari, audio, random, clock } = this.#deps;
    const id = uuidOf(random.bytes(16));
    try {
      this.#mustLive();
      await ari.setVariable(phone, "JITTERBUFFER(adaptive)", "default");
      this.#mustLive();
      const expected = audio.expect(id);
      this.#expected = expected;
      // Its failure is seen where it is awaited, which may be never.
      expected.link.catch(() => {});
      const media = { channelId: this.channel, app: STASIS_APP, host: this.#deps.audioHost(), uuid: uuidText(id) };
      await ari.externalMedia(media);
      const link = await expected.link;
      const what = "the channel of a call's sound";
      await withDeadline(this.#inStasis.promise, { clock, timeout: STASIS_TIMEOUT, what });
      this.#mustLive();
      await ari.createBridge(this.bridge);
      this.#mustLive();
      await ari.addToBridge(this.bridge, [phone, this.channel]);
      this.#mustLive();
      const session = audio.session(link);
      session.hold(this.#held);
      this.#session = session;
      this.#stopWatching = link.onClose(() => this.#onLost());
      return session;
    } catch (cause) {
      this.#expected?.cancel();
      await this.#takeAway();
      if (this.#closed) throw legGone();
      throw new AppError("voice.media_failed", "Asterisk gave the call no sound", {
        hint: "Look into Asterisk's log.",
        retryable: false,
        cause,
        context: { code: cause instanceof AppError ? cause.code : "?" },
      });
    }
  }

  #mustLive(): void {
    if (this.#closed) throw legGone();
  }

  async #takeAway(): Promise<void> {
    const { ari, log } = this.#deps;
    const results = await Promise.allSettled([ari.removeBridge(this.bridge), ari.hangUp(this.channel, 16)]);
    for (const result of results)
      if (result.status === "rejected") log.debug("media_left_behind", { reason: messageOf(result.reason) });
  }
}

export function legGone(): AppError {
  return new AppError("voice.leg_gone", "the phone is not in the call any more");
}

/** A name for a leg that no other run of the box had. */
export function legNames(random: Random): () => string {
  const run = toHex(random.bytes(4));
  let count = 0;
  return () => `${LEG_PREFIX}${run}-${++count}`;
}
