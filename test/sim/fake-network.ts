// A NetworkPort in memory: one radio, one cable, and what is in the air.

import { AppError } from "../../src/base/index.ts";
import type { AccessPoint, NetworkFacts, NetworkPort, WifiChoice } from "../../src/core/index.ts";
import type { WifiNetwork } from "../../src/protocol/index.ts";
import { AIR, type AirNetwork } from "./wifi-air.ts";

export class FakeNetwork implements NetworkPort {
  radio: NetworkFacts["radio"] = "ready";
  cable = false;
  stations = 0;
  air: readonly AirNetwork[] = AIR;
  /** Why nothing can be asked; null while it can. */
  failure: AppError | null = null;
  /** What was asked, in order. */
  readonly asked: string[] = [];
  #serving: string | null = null;
  #saved: AirNetwork | null = null;
  #joined: AirNetwork | null = null;

  async facts(): Promise<NetworkFacts> {
    if (this.failure !== null) throw this.failure;
    const isThere = this.radio !== "none";
    const joined = this.#joined;
    const wifi = {
      ...{ kind: "wifi" as const, name: "wlan0", network: joined?.ssid ?? null },
      state: joined === null ? ("off" as const) : ("connected" as const),
      addresses: joined === null ? [] : ["192.0.2.77"],
    };
    const ethernet = {
      ...{ kind: "ethernet" as const, name: "eth0", network: null },
      state: this.cable ? ("connected" as const) : ("off" as const),
      addresses: this.cable ? ["192.0.2.7"] : [],
    };
    return {
      ...{ radio: this.radio, wifi: isThere ? "wlan0" : null, canServe: this.radio === "ready" },
      links: [ethernet, ...(isThere ? [wifi] : [])],
      ...{ serving: this.#serving !== null, saved: this.#saved?.ssid ?? null },
      stations: this.#serving === null ? 0 : this.stations,
    };
  }

  async scan(): Promise<readonly WifiNetwork[]> {
    this.#ask("scan");
    return this.air
      .filter(({ hidden }) => hidden !== true)
      .map(({ ssid, signal, security }) => ({ ssid, signal, security }))
      .sort((one, other) => other.signal - one.signal);
  }

  async open({ ssid }: AccessPoint): Promise<void> {
    this.#ask("open");
    this.#serving = ssid;
    this.#joined = null;
  }

  async close(): Promise<void> {
    this.#ask("close");
    this.#serving = null;
    this.#joined = this.#saved;
  }

  async join({ ssid, password, hidden }: WifiChoice): Promise<void> {
    this.#ask(`join ${ssid}`);
    const found = this.air.find((each) => each.ssid === ssid && (each.hidden !== true || hidden));
    const code =
      found === undefined
        ? "wifi.not_found"
        : found.password !== (password?.reveal() ?? null)
          ? "wifi.wrong_password"
          : found.silent === true
            ? "wifi.no_address"
            : null;
    if (code !== null || found === undefined) throw new AppError(code ?? "wifi.failed", "not joined", { hint: "…" });
    this.#serving = null;
    this.#saved = found;
    this.#joined = found;
  }

  async forget(): Promise<void> {
    this.#ask("forget");
    this.#saved = null;
    this.#joined = null;
  }

  /** The router of the saved Wi-Fi goes away, or comes back. */
  reach(isThere: boolean): void {
    this.#joined = isThere ? this.#saved : null;
  }

  #ask(what: string): void {
    this.asked.push(what);
    if (this.failure !== null) throw this.failure;
    if (this.radio === "none") throw new AppError("wifi.no_radio", "none");
  }
}
