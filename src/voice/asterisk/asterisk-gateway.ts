// `VoiceGateway` over Asterisk: one connection to ARI, whichever edge is in front, and the legs of the calls that are on.

import {
  AppError,
  type Clock,
  type Disposer,
  Events,
  hasCode,
  type Logger,
  type Millis,
  messageOf,
  millis,
  type Random,
} from "../../base/index.ts";
import type {
  DialRequest,
  GatewayState,
  MediaEncryption,
  ModemAudio,
  PhoneLeg,
  RingRequest,
  SipAccount,
  SipBinding,
  SoundLoop,
  VoiceGateway,
} from "../../core/index.ts";
import type { SoundServer } from "../media/audiosocket-server.ts";
import type { SpokenWords } from "../media/spoken-words.ts";
import type { IncomingChannel, RingTarget, SipEdge } from "../sip-edge.ts";
import type { AriClient } from "./ari-client.ts";
import { AriCommands, eventOf } from "./ari-commands.ts";
import type { AriChannel } from "./ari-schemas.ts";
import type { AriWire } from "./ari-wire.ts";
import { AsteriskLeg, type LegDeps } from "./asterisk-leg.ts";
import { STASIS_APP } from "./asterisk-setup.ts";
import { callerId, inputOf, isAnswerSent } from "./channel-events.ts";
import { q850Of } from "./hangup-causes.ts";
import { channelsOf, type LegStep, ringingLeg } from "./leg-machine.ts";
import { legNames } from "./phone-media.ts";
import { RecentIds } from "./recent-ids.ts";
import { AsteriskLoop } from "./sound-loop.ts";
import { type Orphans, orphans, withoutProbes } from "./sweep.ts";

export interface AsteriskGatewayDeps {
  readonly wire: AriWire & Partial<Pick<AriClient, "start" | "stop" | "lastError">>;
  readonly edge: SipEdge;
  readonly audio: SoundServer;
  /** Where Asterisk reaches `audio`. */
  readonly audioHost: string;
  /** Left out: announcements are tones alone. */
  readonly words?: Pick<SpokenWords, "of">;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

/** Seconds. A net under the desk's own time-out; a phone that is dead costs 32 s otherwise. */
const RING_LIMIT = 60;
/** Only formats of 8 kHz sources; the edge's endpoint offers no others either. */
const FORMATS = "opus,ulaw,alaw";
const SWEEP_EVERY: Millis = millis(60_000);
const SWEEP_AGAIN: Millis = millis(2000);
const MAX_DIALLED = 64;
/** An edge tells when it is up; that it is not any more is seen by looking. */
const LOOK_EVERY: Millis = millis(1000);

interface Changes {
  readonly state: GatewayState;
  readonly dial: DialRequest;
}

export class AsteriskGateway implements VoiceGateway {
  readonly #deps: AsteriskGatewayDeps;
  readonly #ari: AriCommands;
  readonly #events: Events<Changes>;
  readonly #names: () => string;
  readonly #legs = new Set<AsteriskLeg>();
  readonly #loops = new Set<AsteriskLoop>();
  readonly #byChannel = new Map<string, AsteriskLeg>();
  /** Phones that dial and whose account is being looked up. */
  readonly #asking = new Set<string>();
  readonly #dialled = new RecentIds();
  readonly #encryption = new Map<string, MediaEncryption>();
  readonly #disposers: Disposer[] = [];
  #swept = false;
  #sweepTimer: Disposer | null = null;
  #lookTimer: Disposer | null = null;
  #suspects: Orphans = { channels: [], bridges: [] };
  #told: string | null = null;
  #abort = new AbortController();

  constructor(deps: AsteriskGatewayDeps) {
    this.#deps = deps;
    this.#ari = new AriCommands(deps.wire);
    this.#events = new Events("voice_gateway", deps.log);
    this.#names = legNames(deps.random);
  }

  /** Resolves when the sound can come in; Asterisk and the edge are waited for in the background. Errors: `voice.audiosocket_port`. */
  async start(): Promise<void> {
    const { wire, edge, audio, log } = this.#deps;
    this.#abort = new AbortController();
    await audio.start();
    this.#disposers.push(
      wire.onConnected(() => void this.#onConnected()),
      wire.onLost(() => this.#onLost()),
      wire.onEvent((event) => this.#onEvent(event)),
      edge.onUp(() => this.#tell()),
    );
    this.#look();
    wire.start?.();
    if (wire.connected()) void this.#onConnected();
    edge.start(this.#abort.signal).catch((error: unknown) => {
      if (!hasCode(error, "base.stopped")) log.error("sip_edge_failed", { reason: messageOf(error) });
    });
  }

  /** Ends all calls. Idempotent. */
  async stop(): Promise<void> {
    this.#abort.abort();
    this.#sweepTimer?.();
    this.#lookTimer?.();
    await Promise.all([...this.#loops].map((loop) => loop.close()));
    await Promise.all([...this.#legs].map((leg) => leg.hangUp("stopped")));
    for (const dispose of this.#disposers.splice(0)) dispose();
    await this.#deps.edge.stop();
    this.#deps.wire.stop?.();
    await this.#deps.audio.stop();
    this.#swept = false;
  }

  state(): GatewayState {
    const { wire, edge } = this.#deps;
    if (!wire.connected()) {
      const error = wire.lastError ?? null;
      return {
        kind: "down",
        code: error?.code ?? "voice.ari_unreachable",
        hint: error?.hint ?? "Check that Asterisk runs; the box tries again by itself.",
      };
    }
    if (!this.#swept)
      return { kind: "down", code: "voice.starting", hint: "Wait a moment; what was left is cleared away." };
    const up = edge.up();
    return up.up ? { kind: "up", edge: edge.kind } : { kind: "down", code: up.code, hint: up.hint };
  }

  onState(listener: (state: GatewayState) => void): Disposer {
    return this.#events.on("state", listener);
  }

  async setAccounts(accounts: readonly SipAccount[]): Promise<void> {
    this.#encryption.clear();
    for (const { user, encryption } of accounts) this.#encryption.set(user, encryption);
    await this.#deps.edge.setAccounts(accounts);
  }

  bindings(): readonly SipBinding[] {
    return this.#deps.edge.bindings();
  }

  /** False: the edge reads its certificate at its start only. Errors: those of ARI. */
  async rereadCertificate(): Promise<boolean> {
    if (this.#deps.edge.kind !== "asterisk") return false;
    await this.#ari.reloadSip();
    return true;
  }

  ring({ user, from }: RingRequest): PhoneLeg {
    const up = this.state().kind === "up";
    const targets = up ? this.#deps.edge.targets(user) : [];
    const name = this.#names();
    const channels = targets.map((target, at) => ({ target, id: `${name}-${at}` }));
    const first = up ? ringingLeg(channels.map(({ id }) => id)) : GATEWAY_LOST;
    const leg = this.#addLeg(user, name, first);
    for (const { target, id } of channels) void this.#ringOne(leg, id, target, from);
    return leg;
  }

  onDial(listener: (request: DialRequest) => void): Disposer {
    return this.#events.on("dial", listener);
  }

  throttled(): number | null {
    return this.#deps.edge.throttled?.() ?? null;
  }

  async openLoop(far: ModemAudio | null): Promise<SoundLoop> {
    const state = this.state();
    if (state.kind === "down") {
      const { code: reason, hint } = state;
      throw new AppError("voice.edge_down", "calls cannot be taken now", {
        hint,
        retryable: true,
        context: { reason },
      });
    }
    const loop: AsteriskLoop = new AsteriskLoop(this.#soundDeps(), this.#names(), () => this.#loops.delete(loop));
    this.#loops.add(loop);
    await loop.open(far);
    return loop;
  }

  legs(): number {
    return this.#legs.size;
  }

  #soundDeps() {
    const { audio, clock, random, log, audioHost, words } = this.#deps;
    const reached = (): string => audioHost.replace(/:0$/, `:${audio.port}`);
    return { ari: this.#ari, audio, clock, random, log, audioHost: reached, words };
  }

  #addLeg(user: string, name: string, first: LegStep): AsteriskLeg {
    const deps: LegDeps = {
      ...this.#soundDeps(),
      encryption: (whose) => this.#encryption.get(whose) ?? "none",
    };
    const leg: AsteriskLeg = new AsteriskLeg(deps, { user, name, first, onOver: () => this.#forget(leg) });
    this.#legs.add(leg);
    for (const id of channelsOf(first.state)) this.#byChannel.set(id, leg);
    return leg;
  }

  /** It stays known until Asterisk has nothing of it any more, so that no sweep and no late answer is at odds with it. */
  #forget(leg: AsteriskLeg): void {
    this.#legs.delete(leg);
    for (const [id, owner] of this.#byChannel) if (owner === leg) this.#byChannel.delete(id);
  }

  async #ringOne(leg: AsteriskLeg, id: string, target: RingTarget, from: string | null): Promise<void> {
    try {
      const hidden = from === null;
      await this.#ari.originate({
        channelId: id,
        endpoint: target.endpoint,
        app: STASIS_APP,
        callerId: callerId(from),
        timeout: RING_LIMIT,
        formats: FORMATS,
        variables: { ...(hidden ? { "CALLERID(pres)": "prohib" } : {}), ...target.variables },
      });
    } catch (error) {
      this.#deps.log.info("ring_failed", { code: hasCode(error, "voice.ari_timeout") ? "timeout" : "refused" });
      leg.take({ type: "not_begun", channel: id });
      // After a time-out nobody knows whether it was begun.
      await this.#ari.hangUp(id, 16).catch(() => {});
      return;
    }
    // It may have been hung up while Asterisk began: that request found no channel.
    if (leg.state.kind === "over") await this.#ari.hangUp(id, 16).catch(() => {});
  }

  #onEvent(raw: unknown): void {
    const event = eventOf(raw);
    if (event === null || event.type === "ContactStatusChange") return;
    const leg = this.#byChannel.get(event.channel.id);
    const input = inputOf(event);
    if (leg !== undefined && input !== null) leg.take(input);
    if (leg !== undefined && isAnswerSent(event)) void leg.answerSent();
    if (event.type === "StasisStart" && leg === undefined) void this.#onStranger(event.channel, event.args);
    if (event.type === "ChannelDestroyed" || event.type === "StasisEnd") this.#asking.delete(event.channel.id);
  }

  /** A channel came in that we did not make: a phone dials, or something of a call that is over. */
  async #onStranger(channel: AriChannel, args: readonly string[]): Promise<void> {
    if (args[0] !== "dial") {
      // Of a call that is over: who made it takes it away.
      for (const each of [...this.#legs, ...this.#loops]) if (each.soundCame(channel.id)) break;
      return;
    }
    // Asterisk tells it twice, to the application and to who listens to everything. Each comes by its own way: on a busy machine the call
    // that the first began may be over before the second is here.
    if (!this.#dialled.isNew(channel.id)) return;
    if (this.state().kind !== "up") {
      await this.#refuse(channel.id, q850Of("congested"));
      return;
    }
    this.#asking.add(channel.id);
    const user = await this.#accountOf(channel);
    if (!this.#asking.delete(channel.id)) return;
    if (user === null) {
      await this.#refuse(channel.id, q850Of("blocked"));
      return;
    }
    const name = this.#names();
    const leg = this.#addLeg(user, name, { state: { kind: "dialling", channel: channel.id }, effects: [] });
    this.#events.emit("dial", { leg, dialled: channel.dialplan.exten.slice(0, MAX_DIALLED) });
  }

  async #accountOf(channel: AriChannel): Promise<string | null> {
    const incoming: IncomingChannel = {
      name: channel.name,
      dialled: channel.dialplan.exten,
      header: async (name) => {
        if (!/^[\w-]+$/.test(name)) return null;
        const value = await this.#ari.variable(channel.id, `PJSIP_HEADER(read,${name})`).catch(() => "");
        return value === "" ? null : value;
      },
    };
    try {
      return await this.#deps.edge.accountOf(incoming);
    } catch (error) {
      this.#deps.log.warn("account_of_failed", { reason: messageOf(error) });
      return null;
    }
  }

  async #refuse(channel: string, q850: number): Promise<void> {
    await this.#ari
      .hangUp(channel, q850)
      .catch((error: unknown) => this.#deps.log.warn("channel_left_behind", { reason: messageOf(error) }));
  }

  async #onConnected(): Promise<void> {
    this.#swept = false;
    await this.#sweep(null);
  }

  #onLost(): void {
    this.#swept = false;
    this.#asking.clear();
    for (const leg of [...this.#legs]) leg.take({ type: "hang_up", cause: "gateway_lost" });
    for (const loop of [...this.#loops]) void loop.close();
    this.#tell();
  }

  /** `before`: null takes whatever is not known, at a start. */
  async #sweep(before: Orphans | null): Promise<void> {
    this.#sweepTimer?.();
    this.#sweepTimer = null;
    let next = SWEEP_EVERY;
    try {
      const [channels, bridges] = await Promise.all([this.#ari.channels(), this.#ari.bridges()]);
      const found = { channels, bridges: bridges.map(({ id }) => id) };
      const known = this.#known();
      this.#suspects = orphans(found, known, null);
      const lost = before === null ? withoutProbes(this.#suspects) : orphans(found, known, before);
      await Promise.all([
        ...lost.bridges.map((id) => this.#ari.removeBridge(id)),
        ...lost.channels.map((id) => this.#ari.hangUp(id, 16)),
      ]);
      if (lost.channels.length + lost.bridges.length > 0)
        this.#deps.log.warn("orphans_swept", { channels: lost.channels.length, bridges: lost.bridges.length });
      this.#swept = true;
    } catch (error) {
      this.#deps.log.warn("sweep_failed", { reason: messageOf(error) });
      if (!this.#swept) next = SWEEP_AGAIN;
    }
    if (!this.#deps.wire.connected() || this.#abort.signal.aborted) return;
    this.#tell();
    const again = this.#swept ? this.#suspects : null;
    this.#sweepTimer = this.#deps.clock.after(next, "looking for orphans in Asterisk", () => void this.#sweep(again));
  }

  #known(): ReadonlySet<string> {
    const known = new Set<string>([...this.#byChannel.keys(), ...this.#asking]);
    for (const each of [...this.#legs, ...this.#loops]) for (const id of each.ids()) known.add(id);
    return known;
  }

  #look(): void {
    this.#tell();
    this.#lookTimer = this.#deps.clock.after(LOOK_EVERY, "state of the SIP edge", () => this.#look());
  }

  /** Tells the state when it is another than the last that was told. */
  #tell(): void {
    const state = this.state();
    const key = JSON.stringify(state);
    if (key === this.#told) return;
    this.#told = key;
    this.#events.emit("state", state);
  }
}

const GATEWAY_LOST: LegStep = {
  state: { kind: "over", cause: "gateway_lost" },
  effects: [{ type: "release" }, { type: "emit", event: { type: "ended", cause: "gateway_lost" } }],
};
