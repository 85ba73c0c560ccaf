// Updates of the whole system: asks the channel, brings a bundle in, starts it on trial, and keeps it or goes back.

import {
  AppError,
  type Clock,
  type Disposer,
  hours,
  isAppError,
  type Logger,
  type Millis,
  messageOf,
  millis,
  minutes,
  withDeadline,
} from "../../base/index.ts";
import type { UpdateChannel, UpdateInstall, UpdateRelease, UpdateView } from "../../protocol/index.ts";
import type { EventLog } from "../event-log.ts";
import type { SettingStore } from "../ports-store.ts";
import type { BundleShelf, ReleaseSource, SystemSlots, SystemState, UpdateConsole } from "./ports-updates.ts";
import { ReleaseChannel } from "./release-channel.ts";
import { outcomeOf, type TrialFacts } from "./trial.ts";
import { UpdateJournal } from "./update-journal.ts";
import { readyVersion } from "./update-records.ts";
import { LOOK_LIMIT, UpdateTrial } from "./update-trial.ts";
import { isWithin, ownStep, type UpdateWindow } from "./update-window.ts";
import { atRest, installBundle, isRefusal, type Progress } from "./update-work.ts";

export interface UpdatesDeps {
  /** Null where the system is not one of ours. */
  readonly slots: SystemSlots | null;
  readonly shelf: BundleShelf;
  /** Null without a channel. */
  readonly source: ReleaseSource | null;
  /** Errors: those of `openChannel`. */
  readonly open: (bytes: Uint8Array, serial: number) => UpdateChannel;
  readonly placeOf: (version: string) => number;
  /** Names who is believed, by address and keys: the serial of an edition counts for that one alone. */
  readonly trust: string;
  readonly version: string;
  /** Minutes of the local day in which updates may be installed and started by themselves; null for never. */
  readonly window: UpdateWindow | null;
  readonly minuteOfDay: () => number;
  readonly facts: () => Promise<TrialFacts>;
  readonly store: SettingStore;
  readonly clock: Clock;
  readonly log: Logger;
  readonly events: EventLog;
}

const CHECK_EVERY = hours(6);
const LOOK_EVERY = minutes(5);
/** A slow line to a far place; longer means that it hangs. */
const WITHIN: Millis = hours(6);
/** From the word to restart until the machine stops this program, which is among the first that it stops. */
export const RESTART_LIMIT: Millis = minutes(5);
/** What failed for want of a network, or of somebody who was busy. */
const AGAIN_AFTER = hours(1);

function codeOf(error: unknown): string {
  return isAppError(error) ? error.code : "update.failed";
}

function unsupported(): AppError {
  return new AppError("update.unsupported", "this system is not updated by the console", {
    hint: "Only the Numberbox image has two systems on its card. Elsewhere, update by the way that you installed.",
  });
}

export class Updates implements UpdateConsole {
  readonly #deps: UpdatesDeps;
  readonly #abort = new AbortController();
  readonly #channel: ReleaseChannel;
  readonly #journal: UpdateJournal;
  #system: SystemState | null = null;
  #progress: Progress = atRest;
  #problem: string | null = null;
  /** The channel's version that failed; null where it was a bundle from elsewhere. */
  #failed: string | null = null;
  /** When a box by itself may try again what failed, on the monotonic clock; null for never. */
  #againAt: Millis | null = null;
  #working: Promise<void> | null = null;
  #trial: UpdateTrial | null = null;
  #cancel: Disposer = () => {};
  #cancelWatch: Disposer = () => {};

  constructor(deps: UpdatesDeps) {
    this.#deps = deps;
    this.#channel = new ReleaseChannel({ ...deps, signal: this.#abort.signal });
    this.#journal = new UpdateJournal(deps);
  }

  /** Finds out what the last restart meant. A machine that does not answer leaves updates out, and the box as it is. */
  async start(): Promise<void> {
    const { slots, log } = this.#deps;
    await this.#journal.load();
    if (slots === null) return;
    try {
      this.#system = await slots.state(this.#abort.signal);
      await this.#settle(slots, this.#system);
    } catch (error) {
      log.error("update_state_unknown", { reason: messageOf(error) });
      this.#problem = codeOf(error);
    }
    this.#arm();
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    this.#cancel();
    this.#cancelWatch();
    await this.#trial?.stop();
    await this.#working;
  }

  async view(): Promise<UpdateView> {
    const { slots, source, shelf, version } = this.#deps;
    const { isKnown, problem } = this.#channel;
    const offer = this.#channel.offer(this.#system?.compatible);
    const asked = isKnown ? this.#journal.records.checked_at : null;
    return {
      ...{ supported: slots !== null, version, slot: this.#system?.booted ?? null },
      ...{ phase: this.#progress.phase, percent: this.#progress.percent, target: this.#progress.target },
      waits_for: [...(this.#trial?.waitsFor ?? [])],
      channel: source === null ? null : { url: source.url, checked_at: asked, problem, offer },
      handed_in: await shelf.size(),
      sticks: (await shelf.sticks()).map(({ id, name, size, stick }) => ({ id, name, size, stick })),
      problem: this.#problem,
      history: this.#journal.records.history,
    };
  }

  async check(): Promise<void> {
    const { records } = this.#journal;
    const { trust, clock } = this.#deps;
    // What one publisher counts says nothing of another's.
    const isOther = records.trust !== "" && records.trust !== trust;
    const { serial } = await this.#channel.ask(isOther ? 0 : records.serial);
    await this.#journal.note({ serial, trust, checked_at: clock.now() });
  }

  async accept(offset: number, content: AsyncIterable<Uint8Array>): Promise<{ readonly size: number }> {
    if (this.#deps.slots === null) throw unsupported();
    this.#demandRest();
    return await this.#deps.shelf.accept(offset, content);
  }

  async install(wish: UpdateInstall, by: string): Promise<void> {
    const { slots, shelf, events } = this.#deps;
    if (slots === null) throw unsupported();
    this.#demandRest();
    const release = wish.source === "channel" ? this.#offered(wish.version) : null;
    const file = await this.#fileOf(wish);
    if (file === null) {
      throw new AppError("update.none_handed_in", "there is no bundle to install", {
        hint: wish.source === "upload" ? "Hand one in first." : "Is the stick still plugged in?",
      });
    }
    // Somebody else may have begun while the sticks were looked through.
    this.#demandRest();
    events.record({ level: "info", code: "update.begun", details: { by } });
    this.#begin(release?.version ?? null, async (signal) => {
      if (release !== null) await this.#fetch(release, signal);
      const target = await this.#write(slots, file, signal).catch(async (error: unknown) => {
        if (wish.source !== "stick" && isRefusal(codeOf(error))) await shelf.clear();
        throw error;
      });
      await shelf.clear();
      events.record({ level: "info", code: "update.installed", details: { version: target } });
    });
  }

  async restart(by: string): Promise<void> {
    const { slots, version, clock, facts, events } = this.#deps;
    const { phase, target } = this.#progress;
    if (slots === null) throw unsupported();
    if (phase !== "installed" || target === null) {
      throw new AppError("update.none_installed", "no new system waits to be started", { hint: "Install one first." });
    }
    const { signal } = this.#abort;
    this.#problem = null;
    this.#tell({ phase: "restarting", percent: null, target });
    try {
      const now = await withDeadline(facts(), { clock, timeout: LOOK_LIMIT, what: "what works", signal });
      const works = { slots: [...now.slots], relay: now.relay, network: now.network === "all" };
      const pending = { version: target, from: version, at: clock.now(), ...works, boot: this.#system?.boot ?? "" };
      await this.#journal.note({ pending });
      events.record({ level: "info", code: "update.restarting", details: { version: target, by } });
      await slots.startNew(signal);
    } catch (error) {
      // The machine may be going down: the next start tells.
      if (!signal.aborted) await this.#notRestarted(target, codeOf(error));
      throw error;
    }
    this.#watchRestart(() => this.#notRestarted(target, "update.not_restarted"));
  }

  /** Writes the bundle beside the running system. Returns its version, which can be started from now on. */
  async #write(slots: SystemSlots, file: string, signal: AbortSignal): Promise<string> {
    const system = await slots.state(signal);
    const target = await installBundle(file, {
      ...{ slots, version: this.#deps.version, signal },
      tell: (now) => this.#tell(now),
      onWrite: () => this.#journal.note({ installed: null }),
    });
    await this.#journal.note({ installed: { version: target, slot: system.booted } });
    this.#tell({ phase: "installed", percent: null, target });
    return target;
  }

  /** The machine was told to restart, and is then expected to stop this program. */
  #watchRestart(late: () => Promise<void>): void {
    if (this.#abort.signal.aborted) return;
    this.#cancelWatch = this.#deps.clock.after(RESTART_LIMIT, "the restart into another system", () => {
      void late().catch((error) => this.#deps.log.error("update_restart_unknown", { reason: messageOf(error) }));
    });
  }

  /** What is installed stays so: it can be started again. */
  async #notRestarted(target: string, problem: string): Promise<void> {
    this.#problem = problem;
    this.#tell({ phase: "installed", percent: null, target });
    this.#deps.events.record({ level: "error", code: "update.failed", details: { reason: problem } });
    await this.#journal.note({ pending: null });
  }

  async #settle(slots: SystemSlots, system: SystemState): Promise<void> {
    const { version } = this.#deps;
    const { pending, installed } = this.#journal.records;
    if (system.trying) return this.#watchTrial(slots);
    // Only this program was restarted, after the machine had been told to restart and did not.
    const isSameBoot = pending !== null && pending.boot !== "" && pending.boot === system.boot;
    if (isSameBoot && installed !== null) return await this.#notRestarted(installed.version, "update.not_restarted");
    const outcome = outcomeOf(pending, { version, trying: system.trying });
    if (pending !== null && (outcome === "rolled_back" || outcome === "confirmed"))
      await this.#journal.ended(pending, outcome, outcome === "confirmed" ? null : "update.not_started");
    this.#tell(this.#resting());
  }

  /** Nothing goes on: what lies ready in the other half may be started. */
  #resting(): Progress {
    const target = this.#system === null ? null : readyVersion(this.#journal.records, this.#system, this.#deps.version);
    return target === null ? atRest : { phase: "installed", percent: null, target };
  }

  /** A trial that nobody remembers is of a card that was put in by hand: what works decides. */
  #watchTrial(slots: SystemSlots): void {
    const { version, facts, clock, log } = this.#deps;
    const nothing = { from: version, at: clock.now(), slots: [], relay: false, network: false };
    const known = { ...nothing, ...this.#journal.records.pending, version };
    this.#tell({ phase: "trying", percent: null, target: version });
    this.#trial = new UpdateTrial({
      ...{ slots, facts, clock, log, pending: known, signal: this.#abort.signal },
      onEnd: async (result, waitsFor) => {
        const problem = result === "confirmed" ? null : "update.not_well";
        if (waitsFor.length > 0) log.error("update_given_up", { waits_for: waitsFor.join(" ") });
        await this.#journal.ended(known, result, problem);
        if (result === "confirmed") {
          if (this.#system !== null) this.#system = { ...this.#system, trying: false };
          return this.#tell(atRest);
        }
        this.#tell({ phase: "restarting", percent: null, target: known.from });
        // It stays busy then: what would be written is the half that works.
        this.#watchRestart(async () => {
          this.#problem = "update.not_restarted";
        });
      },
    });
    this.#trial.start();
  }

  #demandRest(): void {
    const { phase } = this.#progress;
    if (this.#working === null && (phase === "idle" || phase === "installed")) return;
    throw new AppError("update.busy", "an update is going on", { retryable: true, hint: "Wait until it has ended." });
  }

  #offered(version: string): UpdateRelease {
    const offer = this.#channel.offer(this.#system?.compatible);
    if (offer !== null && offer.version === version) return offer;
    throw new AppError("update.not_offered", "the channel does not offer this version now", {
      hint: "Ask the channel again, and take what it offers.",
    });
  }

  async #fileOf(wish: UpdateInstall): Promise<string | null> {
    const { shelf } = this.#deps;
    if (wish.source === "upload") return (await shelf.size()) > 0 ? shelf.handedIn : null;
    if (wish.source === "channel") return shelf.fetched(wish.version);
    return (await shelf.sticks()).find(({ id }) => id === wish.id)?.path ?? null;
  }

  async #fetch(release: UpdateRelease, signal: AbortSignal): Promise<void> {
    const { source, shelf } = this.#deps;
    if (source === null) throw unsupported();
    const told = (share: number): void =>
      this.#tell({ phase: "downloading", percent: Math.floor(100 * share), target: release.version });
    told(0);
    await source.fetch(release, shelf.fetched(release.version), told, signal);
  }

  #begin(version: string | null, work: (signal: AbortSignal) => Promise<void>): void {
    const { clock, log, events } = this.#deps;
    const late = new AbortController();
    const cancel = clock.after(WITHIN, "an update", () => late.abort());
    this.#problem = null;
    this.#againAt = null;
    this.#working = work(AbortSignal.any([this.#abort.signal, late.signal]))
      .catch((error) => {
        this.#tell(this.#resting());
        if (this.#abort.signal.aborted) return;
        this.#problem = codeOf(error);
        this.#failed = version;
        if (isAppError(error) && error.retryable) this.#againAt = millis(clock.monotonic() + AGAIN_AFTER);
        if (!isAppError(error)) log.error("update_failed", { reason: messageOf(error) });
        events.record({ level: "error", code: "update.failed", details: { reason: this.#problem } });
      })
      .finally(() => {
        cancel();
        this.#working = null;
      });
  }

  #tell(progress: Progress): void {
    this.#progress = progress;
  }

  #arm(): void {
    if (this.#abort.signal.aborted) return;
    this.#cancel = this.#deps.clock.after(LOOK_EVERY, "updates", () => {
      void this.#turn()
        .catch((error) => this.#deps.log.warn("update_turn_failed", { reason: codeOf(error) }))
        .finally(() => this.#arm());
    });
  }

  /** What happens by itself: asking now and then, and in the hours that the owner named installing and starting. */
  async #turn(): Promise<void> {
    const { source, clock, log, window, minuteOfDay } = this.#deps;
    const isBusy = this.#working !== null || (this.#progress.phase !== "idle" && this.#progress.phase !== "installed");
    if (source === null || isBusy) return;
    const last = this.#journal.records.checked_at;
    // What was offered before the box was restarted is not known any more.
    const isKnown = this.#channel.isKnown && last !== null;
    const isDue = !isKnown || clock.now() - last >= CHECK_EVERY || last > clock.now();
    // What lies ready is started without the channel, too.
    if (isDue) await this.check().catch((error) => log.warn("update_check_failed", { reason: codeOf(error) }));
    if (window === null || !isWithin(window, minuteOfDay())) return;
    const offer = this.#channel.offer(this.#system?.compatible);
    const { phase } = this.#progress;
    const rest = { problem: this.#problem, failed: this.#failed, againAt: this.#againAt, now: clock.monotonic() };
    const step = ownStep({ phase, offer, history: this.#journal.records.history, ...rest });
    if (step === "restart") await this.restart("the settings");
    if (step === "install" && offer !== null)
      await this.install({ source: "channel", version: offer.version }, "the settings");
  }
}
