// Voice of a slot, whose conversations come and go: keeps who listens, and the audio port.

import { type Disposer, type Logger, messageOf, withDeadline } from "../../base/index.ts";
import type { ModemCall, SlotVoice, VoiceAbility } from "../../core/index.ts";
import { CLOSE_LIMIT } from "../timeouts.ts";
import { AudioPort, type AudioPortDeps, audioPortOf, type SoundPort } from "./audio-port.ts";
import { notReady } from "./voice-errors.ts";
import type { VoiceService } from "./voice-service.ts";

export interface SlotVoiceDeps extends Omit<AudioPortDeps, "onChange"> {
  /** The slot's port. */
  readonly port: string;
  /** Where the sound is, for ports that do not tell; `none` for nowhere. */
  readonly audio: string | undefined;
  /** Of the conversation that is ready, null while there is none. */
  readonly service: () => VoiceService | null;
  /** What the modem says that it can do. */
  readonly able: () => VoiceAbility;
  readonly onChange: () => void;
  /** Makes what carries the sound at an address; null: as `AudioPort` does, in this thread. */
  readonly soundPort?: SoundPortMaker | undefined;
}

export type SoundPortMaker = (where: string, deps: Pick<AudioPortDeps, "log" | "onChange">) => SoundPort | null;

export class SlotVoicePort implements SlotVoice {
  readonly audio: SoundPort;
  readonly #deps: SlotVoiceDeps;
  readonly #log: Logger;
  readonly #listeners = new Set<(call: ModemCall) => void>();
  /** Rang when nobody listened yet: the slot may be ready before whoever takes its calls. */
  #unheard: ModemCall | null = null;

  constructor(deps: SlotVoiceDeps) {
    this.#deps = deps;
    this.#log = deps.log;
    const where = audioPortOf(deps.port, deps.audio);
    this.audio = (where === null ? null : deps.soundPort?.(where, deps)) ?? new AudioPort(deps);
  }

  ability(): VoiceAbility {
    return this.#deps.service() === null ? "none" : this.currentAbility();
  }

  /** As `ability`, whether the slot is ready or not. */
  currentAbility(): VoiceAbility {
    const able = this.#deps.able();
    return able === "audio" && !this.audio.open ? "calls" : able;
  }

  current(): ModemCall | null {
    return this.#deps.service()?.current() ?? null;
  }

  onRing(listener: (call: ModemCall) => void): Disposer {
    this.#listeners.add(listener);
    const call = this.#unheard;
    if (call !== null) queueMicrotask(() => this.current() === call && this.#hear());
    return () => {
      this.#listeners.delete(listener);
    };
  }

  async dial(number: string, signal: AbortSignal): Promise<ModemCall> {
    const service = this.#deps.service();
    if (service === null) throw notReady();
    return await service.dial(number, signal);
  }

  rang(call: ModemCall): void {
    this.#unheard = call;
    this.#hear();
  }

  #hear(): void {
    const call = this.#unheard;
    if (call === null || this.#listeners.size === 0) return;
    this.#unheard = null;
    for (const listener of [...this.#listeners]) {
      try {
        listener(call);
      } catch (error) {
        this.#log.error("listener_failed", { component: "voice of a slot", reason: messageOf(error) });
      }
    }
  }

  /** The modem has been asked: its audio port is opened, or closed when it has none. */
  found(able: VoiceAbility): void {
    const { port, audio } = this.#deps;
    const where = able === "audio" ? audioPortOf(port, audio) : null;
    if (where === null) void this.audio.close();
    else this.audio.keep(where);
  }

  /** Ends the call that there is, for the stop of the slot. Never rejects. */
  async hangUp(): Promise<void> {
    const call = this.current();
    if (call === null) return;
    const ended = withDeadline(call.hangUp(), { clock: this.#deps.clock, timeout: CLOSE_LIMIT, what: "hanging up" });
    await ended.catch((error) => this.#log.warn("hang_up_failed", { reason: messageOf(error) }));
  }

  /** Resolves when the audio port is closed. */
  close(): Promise<void> {
    return this.audio.close();
  }
}
