// The programs `nmcli` and `iw` as far as the box uses them, over a simulated machine. Answers have the form of NetworkManager 1.42, taken down
// from the real one (`nmcli -t -e yes`); what it is not asked for in the box's own way fails the test.

import { AppError } from "../../src/base/index.ts";
import type { ProgramRunner, RunProgram } from "../../src/host/index.ts";
import { AIR, type AirNetwork, wpaKey } from "./wifi-air.ts";

interface Profile {
  readonly values: Map<string, string>;
  psk: string | null;
}

const SECURITY: Readonly<Record<string, string>> = {
  ...{ open: "", wpa: "WPA1 WPA2", wpa3: "WPA3", enterprise: "WPA2 802.1X", old: "WEP" },
};
const escaped = (text: string): string => text.replaceAll(/[\\:]/g, (letter) => `\\${letter}`);
const row = (...values: readonly string[]): string => `${values.map(escaped).join(":")}\n`;

export class FakeNmcli {
  hasRadio = true;
  isOn = true;
  stations = 0;
  readonly air: readonly AirNetwork[] = AIR;
  readonly profiles = new Map<string, Profile>();
  /** Each call's arguments. */
  readonly calls: (readonly string[])[] = [];
  /** What nmcli refuses everything with; null while it does not. */
  refusal: string | null = null;
  #active: string | null = null;

  readonly run: ProgramRunner = async (run) => {
    this.calls.push(run.args);
    if (run.program === "iw") return `Station 02:00:00:00:00:01 (on wlan0)\n\trx bytes: 1\n`.repeat(this.stations);
    const [locale, home, program, ...args] = run.args;
    if (run.program !== "env" || locale !== "LC_ALL=C.UTF-8" || program !== "nmcli") throw new Error("another program");
    // The real one's editor keeps what it reads, passwords too, in a file of the home folder.
    if (home !== "HOME=/dev/null") throw new Error("with a history");
    if (args.slice(0, 3).join(" ") !== "-t -e yes") throw new Error("not for programs");
    if (this.refusal !== null) return this.#fail(run, this.refusal);
    return this.#answer(args.slice(3), run);
  };

  #answer(args: readonly string[], run: RunProgram): string {
    const words = args.join(" ");
    const last = args.at(-1) ?? "";
    if (/^-f GENERAL\.\S+ device show$/.test(words)) return this.#devices();
    if (words === "-f WIFI-HW,WIFI radio")
      return this.hasRadio ? `enabled:${this.isOn ? "enabled" : "disabled"}\n` : "missing:enabled\n";
    if (words === "-f NAME,TYPE,AUTOCONNECT connection show") return this.#list();
    if (words.startsWith("-g 802-11-wireless.ssid connection show id ")) return row(this.#ssidOf(last));
    if (words === "-f SSID,SIGNAL,SECURITY device wifi list ifname wlan0 --rescan yes") return this.#heard();
    if (words.startsWith("connection add type wifi ")) return this.#add(args.slice(2));
    if (words.startsWith("connection edit id ")) return this.#edit(last, run);
    if (/^--wait \d+ connection up id /.test(words)) return this.#up(last, run);
    if (words.startsWith("connection modify id ")) return this.#modify(args.slice(3));
    if (words.startsWith("connection down id ")) {
      if (this.#active !== last) return this.#fail(run, `Error: '${last}' is not an active connection.`);
      this.#active = null;
      return "";
    }
    if (words.startsWith("connection delete id ")) {
      if (!this.profiles.delete(last)) return this.#fail(run, `Error: unknown connection '${last}'.`);
      if (this.#active === last) this.#active = null;
      return "";
    }
    throw new Error(`nmcli was asked for ${words}`);
  }

  #fail(run: RunProgram, said: string): never {
    for (const line of said.split("\n")) run.onLine?.(line);
    throw new AppError("host.program_failed", `env ended with 4: ${said.split("\n").at(-1)}`);
  }

  #ssidOf(name: string): string {
    return this.profiles.get(name)?.values.get("ssid") ?? "";
  }

  #devices(): string {
    const state = this.#active === null ? "30 (disconnected)" : "100 (connected)";
    const address = this.#ssidOf(this.#active ?? "").startsWith("Numberbox-") ? "10.42.0.1/24" : "192.0.2.77/24";
    const radio = `
GENERAL.DEVICE:wlan0
GENERAL.TYPE:wifi
GENERAL.STATE:${state}
GENERAL.CONNECTION:${this.#active ?? ""}
${this.#active === null ? "" : `IP4.ADDRESS[1]:${address}\nIP6.ADDRESS[1]:fe80::1/64\n`}WIFI-PROPERTIES.AP:yes
`;
    return `GENERAL.DEVICE:eth0
GENERAL.TYPE:ethernet
GENERAL.STATE:20 (unavailable)
GENERAL.CONNECTION:
${this.hasRadio ? radio : ""}
GENERAL.DEVICE:lo
GENERAL.TYPE:loopback
GENERAL.STATE:10 (unmanaged)
GENERAL.CONNECTION:
IP4.ADDRESS[1]:127.0.0.1/8
IP6.ADDRESS[1]:::1/128
`;
  }

  #list(): string {
    const wifi = [...this.profiles].map(([name, { values }]) =>
      row(name, "802-11-wireless", values.get("autoconnect") ?? "yes"),
    );
    return `${row("Wired connection 1", "802-3-ethernet", "yes")}${wifi.join("")}`;
  }

  #heard(): string {
    const seen = this.air.filter(({ hidden }) => hidden !== true);
    const far = seen.map(({ ssid, security }) => row(ssid, "5", SECURITY[security] ?? ""));
    const near = seen.map(({ ssid, signal, security }) => row(ssid, String(signal), SECURITY[security] ?? ""));
    return [row("", "90", "WPA2"), ...far, ...near].join("");
  }

  #add(args: readonly string[]): string {
    const values = new Map<string, string>();
    for (let at = 0; at < args.length; at += 2) values.set(args[at] ?? "", args[at + 1] ?? "");
    if (values.get("ifname") !== "wlan0") throw new Error("for no radio");
    this.profiles.set(values.get("con-name") ?? "", { values, psk: null });
    return "Connection successfully added.\n";
  }

  #modify([name = "", ...settings]: readonly string[]): string {
    const profile = this.profiles.get(name);
    for (let at = 0; at < settings.length; at += 2)
      profile?.values.set(
        (settings[at] ?? "").replace("connection.autoconnect", "autoconnect"),
        settings[at + 1] ?? "",
      );
    return "";
  }

  /** Echoes what it reads, as the real one does. */
  #edit(name: string, { input = "" }: RunProgram): string {
    const [, psk = null] = /^set 802-11-wireless-security\.psk (.+)\nsave persistent\nquit\n$/.exec(input) ?? [];
    const profile = this.profiles.get(name);
    if (profile === undefined || psk === null) throw new Error("not what the editor is asked");
    profile.psk = psk;
    return `nmcli> ${input}`;
  }

  #up(name: string, run: RunProgram): string {
    const profile = this.profiles.get(name);
    const ssid = this.#ssidOf(name);
    if (profile === undefined) return this.#fail(run, `Error: unknown connection '${name}'.`);
    const hint = "\nHint: use 'journalctl -xe NM_CONNECTION=1' to get more details.";
    const refuse = (why: string): string => this.#fail(run, `Error: Connection activation failed: ${why}${hint}`);
    this.#active = null;
    if (profile.values.get("wifi.mode") !== "ap") {
      const found = this.air.find(
        (each) => each.ssid === ssid && (each.hidden !== true || profile.values.get("wifi.hidden") === "yes"),
      );
      if (found === undefined) return refuse("The Wi-Fi network could not be found");
      const wanted =
        found.password === null ? null : found.security === "wpa3" ? found.password : wpaKey(found.password, ssid);
      const kind = found.password === null ? undefined : found.security === "wpa3" ? "sae" : "wpa-psk";
      if (profile.psk !== wanted || profile.values.get("wifi-sec.key-mgmt") !== kind)
        return refuse("Secrets were required, but not provided");
      if (found.silent === true)
        return refuse("IP configuration could not be reserved (no available address, timeout, etc.)");
    }
    this.#active = name;
    return "";
  }
}
