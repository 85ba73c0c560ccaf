// A phone in a call, over Asterisk. The machine decides; this carries it out. Nothing that is awaited is trusted to find the leg alive.

import { AppError, Events, hasCode, type Logger, type Millis, messageOf, millis } from "../../base/index.ts";
import type {
  Announcement,
  CallQuality,
  EndCause,
  MediaEncryption,
  ModemAudio,
  PhoneEvent,
  PhoneLeg,
} from "../../core/index.ts";
import type { AriCommands } from "./ari-commands.ts";
import { callQuality } from "./call-quality.ts";
import { channelsOf, type LegEffect, type LegInput, type LegState, type LegStep, legStep } from "./leg-machine.ts";
import { legGone, PhoneMedia, type PhoneMediaDeps } from "./phone-media.ts";

/** How often a phone that was told of the answer is looked at: soon it speaks, or never. */
const ACK_LOOK: Millis = millis(50);
const ACK_LOOK_LATER: Millis = millis(500);

export interface LegDeps extends PhoneMediaDeps {
  readonly ari: AriCommands;
  readonly log: Logger;
  /** Of the account, as calls to it are offered. */
  readonly encryption: (user: string) => MediaEncryption;
}

export interface LegOptions {
  readonly user: string;
  /** The names of its bridge and media channel begin with it. */
  readonly name: string;
  readonly first: LegStep;
  /** It is over, and what it had in Asterisk is gone or given to the sweep. */
  readonly onOver: () => void;
}

export class AsteriskLeg implements PhoneLeg {
  readonly user: string;
  readonly name: string;
  readonly #deps: LegDeps;
  readonly #events: Events<{ readonly event: PhoneEvent }>;
  readonly #media: PhoneMedia;
  readonly #onOver: () => void;
  /** What happened before anybody listened: a leg without phones is over when it is made. */
  #early: PhoneEvent[] | null = [];
  #state: LegState;
  #settled: Promise<void> = Promise.resolve();
  readonly #over = new AbortController();
  #answerSent = false;

  constructor(deps: LegDeps, options: LegOptions) {
    this.user = options.user;
    this.name = options.name;
    this.#deps = deps;
    this.#events = new Events("phone_leg", deps.log);
    this.#onOver = options.onOver;
    this.#media = new PhoneMedia(deps, options.name, () => this.take({ type: "hang_up", cause: "gateway_lost" }));
    this.#state = options.first.state;
    this.#carryOut(options.first.effects);
  }

  get state(): LegState {
    return this.#state;
  }

  /** Ids of everything that it may have in Asterisk. */
  ids(): readonly string[] {
    if (this.#state.kind === "over") return [];
    return [...channelsOf(this.#state), this.#media.channel, this.#media.bridge];
  }

  /** Resolves when what the leg had is gone. */
  settled(): Promise<void> {
    return this.#settled;
  }

  /** A channel came into Stasis that no phone is at the end of: true when it is this leg's sound. */
  soundCame(channel: string): boolean {
    if (channel !== this.#media.channel) return false;
    this.#media.started();
    return true;
  }

  take(input: LegInput): void {
    const { state, effects } = legStep(this.#state, input);
    this.#state = state;
    this.#carryOut(effects);
  }

  /**
   * Asterisk has sent the answer to the phone that dialled. Whether it got there (its ACK) is in no event of ARI; but a phone that knows
   * speaks at once, and one that does not is hung up by Asterisk after 32 s (RFC 3261, timer H).
   */
  async answerSent(): Promise<void> {
    // Asterisk tells it twice: to the application, and to who listens to everything.
    if (this.#answerSent) return;
    this.#answerSent = true;
    const before = await this.#packets();
    for (let looks = 0; this.#state.kind === "dialling"; looks++) {
      const wait = looks < 40 ? ACK_LOOK : ACK_LOOK_LATER;
      // Aborting the wait is how it ends.
      await this.#deps.clock.sleep(wait, "first sound of a phone that dialled", this.#over.signal).catch(() => {});
      if (this.#state.kind === "dialling" && (await this.#packets()) > before) this.take(this.#acknowledged());
    }
  }

  onEvent(listener: (event: PhoneEvent) => void): () => void {
    const dispose = this.#events.on("event", listener);
    const early = this.#early;
    this.#early = null;
    // In a later turn: who listens has not got the disposer yet.
    if (early !== null && early.length > 0)
      queueMicrotask(() => early.forEach((event) => void this.#events.emit("event", event)));
    return dispose;
  }

  async ringing(): Promise<void> {
    if (this.#state.kind === "dialling") await this.#onPhone("ring");
  }

  async openEarly(audio: ModemAudio): Promise<void> {
    if (this.#state.kind === "dialling") await this.#onPhone("progress");
    await this.connect(audio);
  }

  async answer(): Promise<void> {
    if (this.#state.kind === "talking" || this.#answerSent) return;
    if (this.#state.kind !== "dialling") throw legGone();
    await this.#onPhone("answer");
  }

  async connect(audio: ModemAudio): Promise<void> {
    const phone = this.#phone();
    if (phone === null) throw legGone();
    await this.#media.connect(phone, audio);
  }

  async play(what: Announcement): Promise<void> {
    try {
      if (this.#state.kind === "dialling") await this.#onPhone("progress");
      const phone = this.#phone();
      if (phone !== null) await this.#media.play(phone, what);
    } catch (error) {
      if (!hasCode(error, "voice.leg_gone")) throw error;
    }
  }

  async hangUp(cause: EndCause): Promise<void> {
    this.take({ type: "hang_up", cause });
    await this.#settled;
  }

  async quality(): Promise<CallQuality | null> {
    const phone = this.#phone();
    if (phone === null) return null;
    try {
      return await callQuality(this.#deps.ari, phone, this.#deps.encryption(this.user));
    } catch (error) {
      if (error instanceof AppError) return null;
      throw error;
    }
  }

  /** The channel that is spoken with, or waits; null while several ring and when it is over. */
  #phone(): string | null {
    return this.#state.kind === "talking" || this.#state.kind === "dialling" ? this.#state.channel : null;
  }

  #acknowledged(): LegInput {
    return { type: "answered", channel: this.#phone() ?? "" };
  }

  /** RTP that came from the phone so far; what cannot be asked for counts as none. */
  async #packets(): Promise<number> {
    const phone = this.#phone();
    if (phone === null) return 0;
    try {
      return (await this.#deps.ari.statistics(phone)).rxcount ?? 0;
    } catch (error) {
      if (error instanceof AppError) return 0;
      throw error;
    }
  }

  /** Errors: `voice.leg_gone` when the phone hung up meanwhile. */
  async #onPhone(what: "answer" | "ring" | "progress"): Promise<void> {
    const phone = this.#phone();
    if (phone === null) throw legGone();
    try {
      await this.#deps.ari.on(phone, what);
    } catch (error) {
      if (hasCode(error, "voice.ari_gone") || hasCode(error, "voice.ari_conflict")) throw legGone();
      throw error;
    }
    if (this.#phone() === null) throw legGone();
  }

  #carryOut(effects: readonly LegEffect[]): void {
    for (const effect of effects) {
      switch (effect.type) {
        case "emit":
          if (this.#early === null) this.#events.emit("event", effect.event);
          else this.#early.push(effect.event);
          break;
        case "drop_channel":
          this.#also(this.#drop(effect.channel, effect.q850));
          break;
        case "hold":
          this.#media.hold(effect.held);
          break;
        case "release":
          this.#over.abort();
          this.#also(this.#media.close());
          void this.#settled.then(this.#onOver);
          break;
      }
    }
  }

  #also(work: Promise<void>): void {
    this.#settled = Promise.all([this.#settled, work]).then(() => {});
  }

  /** Never rejects: the sweep takes what is left. */
  async #drop(channel: string, q850: number): Promise<void> {
    try {
      await this.#deps.ari.hangUp(channel, q850);
    } catch (error) {
      this.#deps.log.warn("channel_left_behind", { reason: messageOf(error) });
    }
  }
}
