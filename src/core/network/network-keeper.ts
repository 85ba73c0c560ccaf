// Looks after the machine's way to a network while the box is set up: runs what the rules of the access point decide, and what the owner
// chooses in the console. A machine whose networks cannot be looked after is left alone, and SMS go on.

import {
  AppError,
  type Clock,
  type Disposer,
  isAppError,
  type Logger,
  type Millis,
  messageOf,
  minutes,
  seconds,
} from "../../base/index.ts";
import type { NetworkView, WifiJoinReply, WifiJoinRequest, WifiNetwork, WifiScan } from "../../protocol/index.ts";
import type { EventLog } from "../event-log.ts";
import type { SettingStore } from "../ports-store.ts";
import {
  type AccessPointEffect,
  type AccessPointMode,
  type AccessPointNews,
  type AccessPointState,
  accessPointStart,
  isBusy,
  PARTING,
  stepAccessPoint,
} from "./access-point-rules.ts";
import { accessPointOf, choiceOf, hasWay, noFacts } from "./network-views.ts";
import type { AccessPoint, NetworkConsole, NetworkFacts, NetworkPort, WifiChoice } from "./ports-network.ts";

export interface NetworkKeeperDeps {
  readonly port: NetworkPort;
  readonly point: AccessPoint;
  readonly settings: SettingStore;
  readonly mode: () => AccessPointMode;
  readonly claimed: () => boolean;
  /** Told before the access point opens, with its interface, and after it has closed. May be told the same again. */
  readonly onServing: (name: string | null) => Promise<void>;
  /** Told once at the start, and when something has changed that a person at the machine looks for: whether there is an access point, or an address. */
  readonly onChange: () => void;
  /** Tells the kernel where the machine is. */
  readonly setCountry: (country: string) => Promise<void>;
  readonly events: Pick<EventLog, "record">;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Whether the box is being set up: `open` until it has had an owner and a way, `done` then. */
const SETTING = "network.set_up";
const LOOK_SOON: Millis = seconds(5);
/** A box that is set up asks only to notice what was done behind its back. */
const LOOK_LATER: Millis = minutes(1);
/** Facts that are not older are told as they are. */
const FRESH: Millis = seconds(3);

/** As of a box that was never set up: with no way to a network it opens its own Wi-Fi. Before its keeper starts. */
export async function forgetSetUp(settings: SettingStore): Promise<void> {
  await settings.setSetting(SETTING, "open");
}

export class NetworkKeeper implements NetworkConsole {
  readonly #deps: NetworkKeeperDeps;
  readonly #abort = new AbortController();
  #state: AccessPointState;
  #facts: NetworkFacts | null = null;
  #factsAt: Millis | null = null;
  #looking: Promise<void> | null = null;
  #scan: WifiScan = { at: null, networks: [] };
  #choice: (WifiChoice & { readonly country: string | undefined }) | null = null;
  #problem: NetworkView["problem"] = null;
  #servingOn: string | null = null;
  #isTold = false;
  #shown = "";
  #next: Disposer = () => {};

  constructor(deps: NetworkKeeperDeps) {
    this.#deps = deps;
    this.#state = accessPointStart(deps.clock.monotonic(), true);
  }

  /** Errors: those of the settings. */
  async start(): Promise<void> {
    const { settings, claimed } = this.#deps;
    const kept = await settings.getSetting(SETTING);
    // A box that had its owner before there was an access point needs none now.
    const isNeeded = kept === null ? !claimed() : kept !== "done";
    if (kept === null) await settings.setSetting(SETTING, isNeeded ? "open" : "done");
    this.#state = accessPointStart(this.#deps.clock.monotonic(), isNeeded);
    this.#turn();
  }

  /** Leaves the access point as it is: whoever is in it stays over a restart of the box. Idempotent. */
  stop(): void {
    this.#abort.abort();
    this.#next();
  }

  /** Whether the box has nothing to serve on, or does: its own Wi-Fi is told of where a person would look for it. */
  get offered(): boolean {
    return this.#facts?.canServe === true && (this.#state.needed || this.#servingOn !== null);
  }

  /** The interface of the access point while it is open. */
  get servingOn(): string | null {
    return this.#servingOn;
  }

  async view(): Promise<NetworkView> {
    const { clock, point } = this.#deps;
    if (this.#factsAt === null || clock.monotonic() - this.#factsAt > FRESH) await this.#look();
    const facts = this.#facts;
    const { radio, links, saved, canServe } = facts ?? noFacts;
    return {
      available: facts !== null,
      ...{ radio, links: [...links], saved, problem: this.#problem },
      access_point: accessPointOf(this.#state, canServe ? point : null),
      joining: this.#choice?.ssid ?? null,
    };
  }

  wifi(): WifiScan {
    return this.#scan;
  }

  async scan(): Promise<WifiScan> {
    this.#checkRadio();
    if (this.#state.phase !== "watching") {
      throw new AppError("wifi.serving", "the radio is an access point now, and hears no others", {
        hint: "Take the list as it is, or type the name of the Wi-Fi.",
      });
    }
    await this.#listen();
    return this.#scan;
  }

  async join(request: WifiJoinRequest): Promise<WifiJoinReply> {
    await this.#look();
    this.#checkFree();
    this.#checkRadio();
    const known = this.#scan.networks.find(({ ssid }) => ssid === request.ssid);
    const leaves = this.#state.phase === "open";
    this.#choice = { ...choiceOf(request, known), country: request.country };
    this.#problem = null;
    this.#step({ type: "chosen" });
    return { joining: request.ssid, leaves_access_point: leaves };
  }

  async forget(): Promise<NetworkView> {
    this.#checkFree();
    this.#checkRadio();
    await this.#deps.port.forget(this.#abort.signal);
    this.#problem = null;
    this.#step({ type: "forgotten" });
    this.#deps.events.record({ level: "info", code: "network.wifi_forgotten" });
    this.#factsAt = null;
    return await this.view();
  }

  async openAccessPoint(open: boolean): Promise<NetworkView> {
    this.#checkFree();
    this.#checkRadio();
    if (open && this.#deps.mode() === "never") {
      throw new AppError("wifi.access_point_off", "the settings want no access point", {
        hint: "Change `host.access_point`.",
      });
    }
    this.#step({ type: "asked", open });
    await this.#look();
    return await this.view();
  }

  #checkFree(): void {
    if (!isBusy(this.#state)) return;
    throw new AppError("wifi.busy", "the Wi-Fi is being changed", { retryable: true, hint: "Wait a minute." });
  }

  #checkRadio(): void {
    const { radio } = this.#facts ?? noFacts;
    if (radio === "ready") return;
    const isNone = radio === "none";
    throw new AppError(
      isNone ? "wifi.no_radio" : "wifi.blocked",
      isNone ? "this machine has no Wi-Fi" : "the Wi-Fi of this machine is switched off",
      {
        hint: isNone
          ? "Plug in a cable, or a Wi-Fi adapter."
          : "Turn it on at the adapter, take another one, or a cable. In a shell: `rfkill unblock wifi`.",
      },
    );
  }

  #now(): Millis {
    return this.#deps.clock.monotonic();
  }

  /** Looks, and again after a while; never two at once. */
  #turn(): void {
    if (this.#abort.signal.aborted) return;
    void this.#look().then(() => {
      if (this.#abort.signal.aborted) return;
      const { needed, asked, phase } = this.#state;
      const isQuiet = this.#facts === null || (!needed && !asked && phase === "watching");
      this.#next();
      this.#next = this.#deps.clock.after(isQuiet ? LOOK_LATER : LOOK_SOON, "network", () => this.#turn());
    });
  }

  #look(): Promise<void> {
    this.#looking ??= this.#lookOnce().finally(() => {
      this.#looking = null;
    });
    return this.#looking;
  }

  async #lookOnce(): Promise<void> {
    const { port, mode, claimed, log } = this.#deps;
    try {
      const facts = await port.facts(this.#abort.signal);
      this.#facts = facts;
      this.#factsAt = this.#now();
      await this.#tellServing(facts);
      const { canServe, serving, stations, saved } = facts;
      const seen = { canServe, serving, stations, hasWay: hasWay(facts), knowsWifi: saved !== null };
      this.#step({ type: "looked", ...seen, claimed: claimed(), mode: mode() });
      this.#tellChange(facts);
    } catch (error) {
      this.#factsAt = this.#now();
      if (this.#abort.signal.aborted || this.#facts !== null || this.#isTold) return;
      this.#isTold = true;
      log.warn("network_not_looked_after", { reason: messageOf(error) });
      this.#deps.onChange();
    }
  }

  /** Of an access point that was there before the box started, too. */
  async #tellServing({ serving, wifi }: NetworkFacts): Promise<void> {
    if (isBusy(this.#state) || serving === (this.#servingOn !== null)) return;
    await this.#serve(serving ? wifi : null);
  }

  /** Of what is offered, and of the addresses: they come a while after a Wi-Fi was joined. */
  #tellChange({ links }: NetworkFacts): void {
    // Nobody looks for the addresses of a box that is set up.
    const isLookedFor = this.offered || !this.#deps.claimed();
    const addresses = isLookedFor ? links.flatMap((link) => link.addresses) : [];
    const shown = [String(this.offered), ...addresses].join(" ");
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#deps.onChange();
  }

  async #serve(name: string | null): Promise<void> {
    this.#servingOn = name;
    await this.#deps.onServing(name);
  }

  #step(news: AccessPointNews): void {
    const { state, effects } = stepAccessPoint(this.#state, { ...news, now: this.#now() });
    this.#state = state;
    for (const effect of effects) void this.#run(effect);
  }

  async #run(effect: AccessPointEffect): Promise<void> {
    const { settings, clock, log } = this.#deps;
    const { signal } = this.#abort;
    try {
      switch (effect.type) {
        case "remember":
          return await settings.setSetting(SETTING, effect.needed ? "open" : "done");
        case "scan":
          await this.#listen().catch((error: unknown) => log.warn("wifi_not_heard", { reason: messageOf(error) }));
          return this.#step({ type: "scanned" });
        case "open":
          return await this.#open();
        case "close":
          await this.#close();
          return this.#step({ type: "closed" });
        case "part":
          await clock.sleep(PARTING, "answer to a choice of Wi-Fi", signal);
          return this.#step({ type: "parted" });
        case "join":
          return await this.#join();
      }
    } catch (error) {
      if (!signal.aborted) log.warn("network_step_failed", { step: effect.type, reason: messageOf(error) });
    }
  }

  async #listen(): Promise<void> {
    const networks: readonly WifiNetwork[] = await this.#deps.port.scan(this.#abort.signal);
    this.#scan = { at: this.#deps.clock.now(), networks: [...networks] };
  }

  async #open(): Promise<void> {
    const { port, point, events, log } = this.#deps;
    try {
      await this.#serve(this.#facts?.wifi ?? null);
      await port.open(point, this.#abort.signal);
      events.record({ level: "info", code: "network.access_point_opened" });
      this.#step({ type: "opened" });
    } catch (error) {
      if (this.#abort.signal.aborted) return;
      log.warn("access_point_not_opened", { reason: messageOf(error) });
      await this.#serve(null);
      this.#step({ type: "open_failed" });
    }
  }

  async #close(): Promise<void> {
    const { port, log } = this.#deps;
    await port
      .close(this.#abort.signal)
      .catch((error: unknown) => log.warn("access_point_not_closed", { reason: messageOf(error) }));
    await this.#serve(null);
  }

  async #join(): Promise<void> {
    const { port, events, setCountry, log } = this.#deps;
    const choice = this.#choice;
    try {
      if (choice?.country !== undefined) {
        await setCountry(choice.country).catch((error: unknown) =>
          log.warn("wifi_country_not_set", { reason: messageOf(error) }),
        );
      }
      if (choice !== null) await port.join(choice, this.#abort.signal);
      events.record({ level: "info", code: "network.wifi_joined" });
      this.#step({ type: "joined" });
    } catch (error) {
      if (this.#abort.signal.aborted) return;
      const problem = isAppError(error) ? error : new AppError("wifi.failed", messageOf(error));
      const { code, message, hint } = problem.toJSON();
      this.#problem = { code, message, ...(hint === undefined ? {} : { hint }) };
      events.record({ level: "warn", code: "network.wifi_failed", details: { reason: code } });
      this.#step({ type: "join_failed" });
    } finally {
      this.#choice = null;
      this.#factsAt = null;
    }
  }
}
