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
  minutes,
} from "../../base/index.ts";
import type { UpdateChannel, UpdateInstall, UpdateRecords, UpdateRelease, UpdateView } from "../../protocol/index.ts";
import type { EventLog } from "../event-log.ts";
import type { SettingStore } from "../ports-store.ts";
import { chooseRelease } from "./channel.ts";
import type { BundleShelf, ReleaseSource, SystemSlots, SystemState, UpdateConsole } from "./ports-updates.ts";
import { outcomeOf, type TrialFacts } from "./trial.ts";
import { noRecords, readUpdateRecords, withResult } from "./update-records.ts";
import { UpdateTrial } from "./update-trial.ts";
import { atRest, installBundle, type Progress } from "./update-work.ts";

export interface UpdatesDeps {
  /** Null where the system is not one of ours. */
  readonly slots: SystemSlots | null;
  readonly shelf: BundleShelf;
  /** Null without a channel. */
  readonly source: ReleaseSource | null;
  /** Errors: those of `openChannel`. */
  readonly open: (bytes: Uint8Array, serial: number) => UpdateChannel;
  readonly placeOf: (version: string) => number;
  readonly version: string;
  /** Minutes of the local day in which updates may be installed and started by themselves; null for never. */
  readonly window: { readonly from: number; readonly to: number } | null;
  readonly minuteOfDay: () => number;
  readonly facts: () => Promise<TrialFacts>;
  readonly store: SettingStore;
  readonly clock: Clock;
  readonly log: Logger;
  readonly events: EventLog;
}

const SETTING = "update.records";
const CHECK_EVERY = hours(6);
const LOOK_EVERY = minutes(5);
/** A slow line to a far place; longer means that it hangs. */
const WITHIN: Millis = hours(6);

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
  #records: UpdateRecords = noRecords;
  #system: SystemState | null = null;
  #channel: UpdateChannel | null = null;
  #channelProblem: string | null = null;
  #progress: Progress = atRest;
  #problem: string | null = null;
  #working: Promise<void> | null = null;
  #trial: UpdateTrial | null = null;
  #cancel: Disposer = () => {};

  constructor(deps: UpdatesDeps) {
    this.#deps = deps;
  }

  /** Finds out what the last restart meant. A machine that does not answer leaves updates out, and the box as it is. */
  async start(): Promise<void> {
    const { slots, store, log } = this.#deps;
    this.#records = readUpdateRecords(await store.getSetting(SETTING));
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
    await this.#trial?.stop();
    await this.#working;
  }

  async view(): Promise<UpdateView> {
    const { slots, source, shelf, version } = this.#deps;
    const offer = this.#offer();
    return {
      ...{ supported: slots !== null, version, slot: this.#system?.booted ?? null },
      ...{ phase: this.#progress.phase, percent: this.#progress.percent, target: this.#progress.target },
      waits_for: [...(this.#trial?.waitsFor ?? [])],
      channel:
        source === null
          ? null
          : { url: source.url, checked_at: this.#records.checked_at, problem: this.#channelProblem, offer },
      handed_in: await shelf.size(),
      sticks: (await shelf.sticks()).map(({ id, name, size, stick }) => ({ id, name, size, stick })),
      problem: this.#problem,
      history: this.#records.history,
    };
  }

  async check(): Promise<void> {
    const { source, open, clock } = this.#deps;
    if (source === null) {
      throw new AppError("update.no_channel", "the settings name no channel of releases", {
        hint: "Set `updates.channel`, or hand a bundle in.",
      });
    }
    try {
      const channel = open(await source.channel(this.#abort.signal), this.#records.serial);
      this.#channel = channel;
      this.#channelProblem = null;
      await this.#remember({ ...this.#records, serial: channel.serial, checked_at: clock.now() });
    } catch (error) {
      this.#channelProblem = codeOf(error);
      throw error;
    }
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
    events.record({ level: "info", code: "update.begun", details: { by } });
    this.#begin(async (signal) => {
      if (release !== null) await this.#fetch(release, signal);
      const work = { slots, version: this.#deps.version, tell: (now: Progress) => this.#tell(now), signal };
      const target = await installBundle(file, work);
      this.#tell({ phase: "installed", percent: null, target });
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
    const now = await facts();
    const pending = { version: target, from: version, at: clock.now(), slots: [...now.slots], relay: now.relay };
    await this.#remember({ ...this.#records, pending });
    events.record({ level: "info", code: "update.restarting", details: { version: target, by } });
    this.#tell({ phase: "restarting", percent: null, target });
    await slots.startNew(this.#abort.signal);
  }

  async #settle(slots: SystemSlots, system: SystemState): Promise<void> {
    const { version, clock } = this.#deps;
    const { pending } = this.#records;
    const outcome = outcomeOf(pending, { version, trying: system.trying });
    if (pending !== null && (outcome === "rolled_back" || outcome === "confirmed")) {
      await this.#ended(pending.version, pending.from, outcome, outcome === "confirmed" ? null : "update.not_started");
      return;
    }
    // A trial that nobody remembers, of a card that was put in by hand: what works decides.
    if (!system.trying) return;
    const known = { from: version, at: clock.now(), slots: [], relay: false, ...pending, version };
    this.#tell({ phase: "trying", percent: null, target: version });
    const { facts, log } = this.#deps;
    this.#trial = new UpdateTrial({
      ...{ slots, facts, clock, log, pending: known, signal: this.#abort.signal },
      onEnd: async (result, waitsFor) => {
        const problem = result === "confirmed" ? null : "update.not_well";
        if (waitsFor.length > 0) log.error("update_given_up", { waits_for: waitsFor.join(" ") });
        await this.#ended(known.version, known.from, result, problem);
        this.#tell(result === "confirmed" ? atRest : { phase: "restarting", percent: null, target: known.from });
      },
    });
    this.#trial.start();
  }

  async #ended(
    version: string,
    from: string,
    result: "confirmed" | "rolled_back",
    problem: string | null,
  ): Promise<void> {
    const { clock, events } = this.#deps;
    await this.#remember(withResult(this.#records, { version, from, at: clock.now(), result, problem }));
    const isGood = result === "confirmed";
    events.record({
      level: isGood ? "info" : "error",
      code: isGood ? "update.confirmed" : "update.rolled_back",
      details: { version, from },
    });
  }

  #demandRest(): void {
    const { phase } = this.#progress;
    if (this.#working === null && (phase === "idle" || phase === "installed")) return;
    throw new AppError("update.busy", "an update is going on", { retryable: true, hint: "Wait until it has ended." });
  }

  #offer(): UpdateRelease | null {
    const compatible = this.#system?.compatible;
    if (this.#channel === null || compatible === undefined) return null;
    const { version, placeOf } = this.#deps;
    return chooseRelease(this.#channel, { version, compatible, placeOf });
  }

  #offered(version: string): UpdateRelease {
    const offer = this.#offer();
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

  #begin(work: (signal: AbortSignal) => Promise<void>): void {
    const { clock, log, events } = this.#deps;
    const late = new AbortController();
    const cancel = clock.after(WITHIN, "an update", () => late.abort());
    this.#problem = null;
    this.#working = work(AbortSignal.any([this.#abort.signal, late.signal]))
      .catch((error) => {
        this.#tell(atRest);
        if (this.#abort.signal.aborted) return;
        this.#problem = codeOf(error);
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

  async #remember(records: UpdateRecords): Promise<void> {
    this.#records = records;
    await this.#deps.store.setSetting(SETTING, JSON.stringify(records));
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
    const { source, clock, window, minuteOfDay } = this.#deps;
    if (source === null || this.#working !== null || this.#trial !== null) return;
    const last = this.#records.checked_at;
    if (last === null || clock.now() - last >= CHECK_EVERY || last > clock.now()) await this.check();
    if (window === null || !isWithin(window, minuteOfDay())) return;
    if (this.#progress.phase === "installed") return await this.restart("the settings");
    const offer = this.#offer();
    // What failed here once is not tried again by itself: the owner is told.
    const wasTried = this.#records.history.some(
      ({ version, result }) => version === offer?.version && result !== "confirmed",
    );
    if (offer !== null && !wasTried && this.#progress.phase === "idle" && this.#problem === null)
      await this.install({ source: "channel", version: offer.version }, "the settings");
  }
}

/** A window may go over midnight. */
export function isWithin({ from, to }: { readonly from: number; readonly to: number }, minute: number): boolean {
  return from <= to ? minute >= from && minute < to : minute >= from || minute < to;
}
