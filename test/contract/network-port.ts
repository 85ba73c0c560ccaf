// What every NetworkPort does, over the same air.

import { describe, expect, it } from "vitest";
import { Secret } from "../../src/base/index.ts";
import type { AccessPoint, NetworkPort, WifiChoice } from "../../src/core/index.ts";
import { HOME } from "../sim/wifi-air.ts";
import { codeOf } from "./box-store.ts";

export interface NetworkRig {
  readonly port: NetworkPort;
  /** Takes the radio out of the machine. */
  readonly unplug: () => void;
  /** Blocks it. */
  readonly block: () => void;
  readonly stations: (count: number) => void;
}

export const POINT: AccessPoint = { ssid: "Numberbox-AB23", key: new Secret("abcd-efgh-jkmn"), address: "10.42.0.1" };
export const choice = (ssid: string, password: string | null, more: Partial<WifiChoice> = {}): WifiChoice => ({
  ...{ ssid, hidden: false, security: password === null ? "open" : "wpa" },
  password: password === null ? null : new Secret(password),
  ...more,
});
const { signal } = new AbortController();

export function networkPortContract(name: string, create: () => NetworkRig): void {
  describe(`${name}, as a network port`, () => {
    it("tells of a machine without a network", async () => {
      const facts = await create().port.facts(signal);
      expect(facts).toMatchObject({
        radio: "ready",
        wifi: "wlan0",
        canServe: true,
        serving: false,
        stations: 0,
        saved: null,
      });
      expect(facts.links).toEqual([
        { kind: "ethernet", name: "eth0", state: "off", network: null, addresses: [] },
        { kind: "wifi", name: "wlan0", state: "off", network: null, addresses: [] },
      ]);
    });

    it("hears each network once, the strongest first, whatever letters its name has", async () => {
      const found = await create().port.scan(signal);
      expect(found.map(({ ssid }) => ssid)).toEqual([
        "Home: 2.4\\5 GHz",
        "Newest",
        "Café über uns",
        "Silent",
        "Office",
      ]);
      expect(found[0]).toEqual({ ssid: HOME.ssid, signal: 71, security: "wpa" });
      expect(found.map(({ security }) => security)).toEqual(["wpa", "wpa3", "open", "wpa", "enterprise"]);
    });

    it("opens its access point, as often as it is asked, and closes it", async () => {
      const { port, stations } = create();
      await port.open(POINT, signal);
      await port.open(POINT, signal);
      stations(2);
      expect(await port.facts(signal)).toMatchObject({ serving: true, stations: 2, saved: null });
      expect((await port.facts(signal)).links[1]).toMatchObject({ state: "off", addresses: [] });
      await port.close(signal);
      await port.close(signal);
      expect(await port.facts(signal)).toMatchObject({ serving: false, stations: 0 });
    });

    it.each([
      ["WPA2", choice(HOME.ssid, HOME.password)],
      ["WPA3", choice("Newest", "three three three", { security: "wpa3" })],
      ["nothing", choice("Café über uns", null)],
      ["WPA2 and no name", choice("Hidden", "nobody sees", { hidden: true })],
    ])("joins a network with %s, and keeps it", async (_name, wanted) => {
      const { port } = create();
      await port.open(POINT, signal);
      await port.close(signal);
      await port.join(wanted, signal);
      const facts = await port.facts(signal);
      expect(facts).toMatchObject({ saved: wanted.ssid, serving: false });
      expect(facts.links[1]).toMatchObject({ state: "connected", network: wanted.ssid });
      expect(facts.links[1]?.addresses[0]).toBe("192.0.2.77");
    });

    it.each([
      ["a wrong password", choice(HOME.ssid, "wrong horses"), "wifi.wrong_password"],
      ["no password where one is needed", choice(HOME.ssid, null), "wifi.wrong_password"],
      ["a name that nobody has", choice("Nowhere", "some password"), "wifi.not_found"],
      ["a hidden one that is not called hidden", choice("Hidden", "nobody sees"), "wifi.not_found"],
      ["one that gives no address", choice("Silent", "no address here"), "wifi.no_address"],
    ])("refuses %s, and what was kept before stays", async (_name, wanted, code) => {
      const { port } = create();
      expect(await codeOf(port.join(wanted, signal))).toBe(code);
      expect(await port.facts(signal)).toMatchObject({ saved: null });
      await port.join(choice(HOME.ssid, HOME.password), signal);
      expect(await codeOf(port.join(wanted, signal))).toBe(code);
      expect(await port.facts(signal)).toMatchObject({ saved: HOME.ssid });
    });

    it("keeps the network that was chosen last, and forgets it", async () => {
      const { port } = create();
      await port.join(choice(HOME.ssid, HOME.password), signal);
      await port.join(choice("Café über uns", null), signal);
      expect(await port.facts(signal)).toMatchObject({ saved: "Café über uns" });
      await port.join(choice(HOME.ssid, HOME.password), signal);
      expect(await port.facts(signal)).toMatchObject({ saved: HOME.ssid });
      await port.forget(signal);
      await port.forget(signal);
      const facts = await port.facts(signal);
      expect(facts.saved).toBeNull();
      expect(facts.links[1]?.state).toBe("off");
    });

    it("says so where there is no radio, or a blocked one", async () => {
      const none = create();
      none.unplug();
      expect(await none.port.facts(signal)).toMatchObject({ radio: "none", wifi: null, canServe: false });
      expect(await codeOf(none.port.scan(signal))).toBe("wifi.no_radio");
      expect(await codeOf(none.port.join(choice("x", null), signal))).toBe("wifi.no_radio");
      const blocked = create();
      blocked.block();
      expect(await blocked.port.facts(signal)).toMatchObject({ radio: "blocked", canServe: false });
    });
  });
}
