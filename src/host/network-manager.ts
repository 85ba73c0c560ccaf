// NetworkManager by its own program. Profiles of the box have names of its own; secrets go in by standard input, never as an argument.

import { pbkdf2 } from "node:crypto";
import { promisify } from "node:util";
import { AppError, hasCode, isAppError, type Logger, type Millis, seconds } from "../base/index.ts";
import type { AccessPoint, NetworkFacts, NetworkPort, WifiChoice } from "../core/index.ts";
import type { NetworkLink } from "../protocol/index.ts";
import {
  DEVICE_FIELDS,
  type Device,
  devicesOf,
  joinFailureOf,
  radioIsOn,
  splitTable,
  stationsOf,
  WIFI_FIELDS,
  wifiNetworksOf,
} from "./nmcli-text.ts";
import type { ProgramRunner } from "./run-program.ts";

/** The profile of the access point, and the two that a chosen Wi-Fi is in: the new one is made beside the one that works. */
export const ACCESS_POINT_PROFILE = "numberbox-setup";
const WIFI_PROFILES = ["numberbox-wifi-a", "numberbox-wifi-b"] as const;

const ASK: Millis = seconds(10);
/** A change that is given up half-way may be made all the same, by NetworkManager: a slow machine is waited for. */
const CHANGE: Millis = seconds(30);
const SCAN: Millis = seconds(25);
/** What nmcli waits for by itself, and then some. */
const OPEN_WAIT = 40;
const JOIN_WAIT = 45;
const afterWait = (wait: number): Millis => seconds(wait + 5);
/** A street of a city fits. */
const LONGEST = 64 * 1024;

interface Asked {
  readonly args: readonly string[];
  readonly timeout?: Millis;
  readonly input?: string;
}

interface Profile {
  readonly name: string;
  readonly comesBack: boolean;
}

const isDenied = (text: string): boolean => /insufficient privileges|not authorized|access denied/i.test(text);
const isUnknown = (text: string): boolean =>
  /unknown connection|not an active connection|no active connection/i.test(text);

export interface NetworkManagerDeps {
  readonly run: ProgramRunner;
  readonly log: Logger;
}

export class NetworkManager implements NetworkPort {
  readonly #deps: NetworkManagerDeps;
  /** Names of Wi-Fi networks by profile: they do not change while the profile is there. */
  readonly #names = new Map<string, string>();

  constructor(deps: NetworkManagerDeps) {
    this.#deps = deps;
  }

  async facts(signal: AbortSignal): Promise<NetworkFacts> {
    const devices = devicesOf(await this.#ask({ args: ["-f", DEVICE_FIELDS, "device", "show"] }, signal));
    const radio = devices.find(({ kind }) => kind === "wifi");
    const isOn = radio !== undefined && radioIsOn(await this.#ask({ args: ["-f", "WIFI-HW,WIFI", "radio"] }, signal));
    const profiles = radio === undefined ? [] : await this.#profiles(signal);
    const kept = profiles.find(({ comesBack }) => comesBack);
    const saved = kept === undefined ? null : await this.#nameOf(kept.name, signal);
    const serving = radio?.profile === ACCESS_POINT_PROFILE && radio.state === "connected";
    return {
      radio: radio === undefined ? "none" : isOn ? "ready" : "blocked",
      wifi: radio?.name ?? null,
      canServe: isOn && radio?.canServe === true,
      links: await Promise.all(devices.map((device) => this.#linkOf(device, signal))),
      ...{ serving, saved },
      stations: serving ? await this.#stations(radio.name, signal) : 0,
    };
  }

  async scan(signal: AbortSignal) {
    const radio = await this.#radio(signal);
    const args = ["-f", WIFI_FIELDS, "device", "wifi", "list", "ifname", radio.name, "--rescan", "yes"];
    return wifiNetworksOf(await this.#ask({ args, timeout: SCAN }, signal));
  }

  async open({ ssid, key, address }: AccessPoint, signal: AbortSignal): Promise<void> {
    const radio = await this.#radio(signal);
    await this.#drop(ACCESS_POINT_PROFILE, signal);
    const security = ["wifi-sec.key-mgmt", "wpa-psk", "wifi-sec.proto", "rsn", "wifi-sec.pairwise", "ccmp"];
    // Firmware of the Raspberry Pi's radio loses clients that ask for protected management frames.
    security.push("wifi-sec.group", "ccmp", "wifi-sec.pmf", "disable");
    const net = ["ipv4.method", "shared", "ipv4.addresses", `${address}/24`, "ipv6.method", "disabled"];
    const mode = ["wifi.mode", "ap", "wifi.band", "bg", "wifi.powersave", "disable"];
    await this.#add({ profile: ACCESS_POINT_PROFILE, radio, ssid }, [...mode, ...security, ...net], signal);
    await this.#giveKey(ACCESS_POINT_PROFILE, key.reveal(), signal);
    await this.#up(ACCESS_POINT_PROFILE, OPEN_WAIT, signal);
  }

  async close(signal: AbortSignal): Promise<void> {
    await this.#unlessUnknown({ args: ["connection", "down", "id", ACCESS_POINT_PROFILE] }, signal);
  }

  async join(choice: WifiChoice, signal: AbortSignal): Promise<void> {
    const radio = await this.#radio(signal);
    const key = await keyOf(choice);
    const profiles = await this.#profiles(signal);
    const kept = profiles.find(({ name, comesBack }) => comesBack && isOwn(name))?.name;
    const fresh = WIFI_PROFILES.find((name) => name !== kept) ?? WIFI_PROFILES[0];
    await this.#drop(fresh, signal);
    const security = key === null ? [] : ["wifi-sec.key-mgmt", choice.security === "wpa3" ? "sae" : "wpa-psk"];
    const more = ["wifi.hidden", choice.hidden ? "yes" : "no", "connection.auth-retries", "1", ...security];
    try {
      await this.#add({ profile: fresh, radio, ssid: choice.ssid }, more, signal);
      if (key !== null) await this.#giveKey(fresh, key, signal);
      await this.#up(fresh, JOIN_WAIT, signal);
      // From here on it is gone back to, for ever: nobody is beside a box on a roof.
      const forEver = ["connection.autoconnect-retries", "0", "connection.auth-retries", "0"];
      const first = ["connection.autoconnect", "yes", "connection.autoconnect-priority", "10"];
      await this.#ask({ args: ["connection", "modify", "id", fresh, ...first, ...forEver] }, signal);
    } catch (error) {
      if (!signal.aborted) await this.#drop(fresh, signal).catch(() => {});
      throw error;
    }
    if (kept !== undefined) await this.#drop(kept, signal);
  }

  async forget(signal: AbortSignal): Promise<void> {
    for (const { name } of await this.#profiles(signal)) await this.#drop(name, signal);
  }

  /** Those of a Wi-Fi to join, the own ones first. */
  async #profiles(signal: AbortSignal): Promise<readonly Profile[]> {
    const text = await this.#ask({ args: ["-f", "NAME,TYPE,AUTOCONNECT", "connection", "show"] }, signal);
    return splitTable(text)
      .filter(([name, type]) => type === "802-11-wireless" && name !== ACCESS_POINT_PROFILE)
      .map(([name = "", , auto]) => ({ name, comesBack: auto === "yes" }))
      .sort((one, other) => Number(isOwn(other.name)) - Number(isOwn(one.name)));
  }

  async #nameOf(profile: string, signal: AbortSignal): Promise<string> {
    const known = this.#names.get(profile);
    if (known !== undefined) return known;
    const text = await this.#ask({ args: ["-g", "802-11-wireless.ssid", "connection", "show", "id", profile] }, signal);
    const name = splitTable(text)[0]?.join(":") ?? profile;
    this.#names.set(profile, name);
    return name;
  }

  async #linkOf({ kind, name, state, addresses, profile }: Device, signal: AbortSignal): Promise<NetworkLink> {
    if (profile === ACCESS_POINT_PROFILE) return { kind, name, state: "off", network: null, addresses: [] };
    const isWifi = kind === "wifi" && profile !== "" && state !== "off";
    return {
      kind,
      name,
      state,
      addresses: [...addresses],
      network: isWifi ? await this.#nameOf(profile, signal) : null,
    };
  }

  async #stations(name: string, signal: AbortSignal): Promise<number> {
    const run = { program: "iw", args: ["dev", name, "station", "dump"], timeout: ASK, package: "iw", keep: LONGEST };
    // Without it nobody is sent away: one is taken to be there.
    return await this.#deps.run(run, signal).then(stationsOf, () => 1);
  }

  async #radio(signal: AbortSignal): Promise<Device> {
    const devices = devicesOf(await this.#ask({ args: ["-f", DEVICE_FIELDS, "device", "show"] }, signal));
    const radio = devices.find(({ kind }) => kind === "wifi");
    if (radio !== undefined) return radio;
    throw new AppError("wifi.no_radio", "this machine has no Wi-Fi", { hint: "Plug in a cable, or a Wi-Fi adapter." });
  }

  async #add(
    { profile, radio, ssid }: { readonly profile: string; readonly radio: Device; readonly ssid: string },
    more: readonly string[],
    signal: AbortSignal,
  ): Promise<void> {
    const common = ["type", "wifi", "con-name", profile, "ifname", radio.name, "autoconnect", "no", "ssid", ssid];
    await this.#ask({ args: ["connection", "add", ...common, ...more] }, signal);
  }

  /** The editor of nmcli takes commands by its input; nothing else of it does. */
  async #giveKey(profile: string, key: string, signal: AbortSignal): Promise<void> {
    const input = `set 802-11-wireless-security.psk ${key}\nsave persistent\nquit\n`;
    await this.#ask({ args: ["connection", "edit", "id", profile], input }, signal);
  }

  async #up(profile: string, wait: number, signal: AbortSignal): Promise<void> {
    const args = ["--wait", String(wait), "connection", "up", "id", profile];
    await this.#ask({ args, timeout: afterWait(wait) }, signal);
  }

  async #drop(profile: string, signal: AbortSignal): Promise<void> {
    this.#names.delete(profile);
    await this.#unlessUnknown({ args: ["connection", "delete", "id", profile] }, signal);
  }

  async #unlessUnknown(asked: Asked, signal: AbortSignal): Promise<void> {
    await this.#ask(asked, signal).catch((error: unknown) => {
      if (!hasCode(error, "network.unknown_profile")) throw error;
    });
  }

  /**
   * Names keep their letters by the character set, and messages their language. The editor would keep what it reads, passwords among it, in
   * `.nmcli-history` of the home folder, which is the box's data folder: so it has none.
   */
  async #ask({ args, timeout = limitOf(args), input }: Asked, signal: AbortSignal): Promise<string> {
    const said: string[] = [];
    const all = ["LC_ALL=C.UTF-8", "HOME=/dev/null", "nmcli", "-t", "-e", "yes", ...args];
    const run = { program: "env", args: all, timeout, package: "network-manager", keep: LONGEST };
    const onLine = (line: string): void => void (/^(?:Error|Warning): /.test(line) && said.push(line));
    try {
      return await this.#deps.run({ ...run, onLine, ...(input === undefined ? {} : { input }) }, signal);
    } catch (error) {
      throw isAppError(error) ? refusalOf(error, said.join("\n"), args) : error;
    }
  }
}

const CHANGES: ReadonlySet<string> = new Set(["add", "modify", "edit", "delete", "down"]);
const limitOf = (args: readonly string[]): Millis =>
  args[0] === "connection" && CHANGES.has(args[1] ?? "") ? CHANGE : ASK;

const isOwn = (name: string): boolean => WIFI_PROFILES.some((each) => each === name);

const FAILED = {
  "wifi.wrong_password": ["the Wi-Fi does not take this password", "Type it again; capital letters count."],
  "wifi.not_found": ["the Wi-Fi was not found", "Check its name, and that it reaches the box; 5 GHz reaches less far."],
  "wifi.no_address": ["the Wi-Fi gives the box no address", "Start the router anew, or let it take more devices."],
  "wifi.failed": [
    "the Wi-Fi did not come up",
    "Try it again; the page Support says more (Log of the machine), or in a shell `journalctl -u NetworkManager`.",
  ],
} as const;

/** What nmcli said is kept as the cause: names of networks are in it. */
function refusalOf(error: AppError, said: string, args: readonly string[]): AppError {
  if (error.code === "base.timeout" && args.includes("up")) return failed("wifi.failed", error);
  if (error.code !== "host.program_failed") return error;
  if (isDenied(said)) {
    return new AppError("host.not_allowed", "the box may not change the machine's network", {
      hint: "Install systemd/polkit/50-numberbox.rules, and run the box as the user numberbox.",
      cause: error,
    });
  }
  if (isUnknown(said)) return new AppError("network.unknown_profile", "there is no such profile", { cause: error });
  if (args.includes("up")) return failed(joinFailureOf(said), error);
  return new AppError("host.program_failed", "NetworkManager did not do what it was asked", {
    ...{ retryable: true, cause: error, context: { program: "nmcli" } },
    hint: "Try it again; the page Support says more (Log of the machine), or in a shell `journalctl -u NetworkManager`.",
  });
}

function failed(code: keyof typeof FAILED, cause: unknown): AppError {
  const [message, hint] = FAILED[code];
  return new AppError(code, message, { retryable: true, hint, cause });
}

const derive = promisify(pbkdf2);

/**
 * What is kept on the card of a password: for WPA2 the key that is made of it and the name (IEEE 802.11-2020, J.4.1), which opens this one
 * network and tells nothing of a password that is used elsewhere, too. WPA3 needs the password itself.
 */
export async function keyOf({ ssid, password, security }: WifiChoice): Promise<string | null> {
  if (password === null) return null;
  const text = password.reveal();
  const isKey = /^[0-9a-fA-F]{64}$/.test(text);
  if (security !== "wpa3") return isKey ? text : (await derive(text, ssid, 4096, 32, "sha1")).toString("hex");
  if (isKey || text !== text.trim()) {
    throw new AppError("wifi.unsupported", "WPA3 takes no such password", {
      hint: "Type the password itself; a space may not be its first or last letter.",
    });
  }
  return text;
}
