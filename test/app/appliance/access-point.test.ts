import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  ACCESS_POINT_ADDRESS,
  accessPointLines,
  openAccessPoint,
  wifiCode,
} from "../../../src/app/appliance/access-point.ts";
import { openClaim } from "../../../src/app/appliance/claim.ts";
import { rulesetOfFiles } from "../../../src/app/appliance/firewall.ts";
import { type ApplianceNetwork, openNetwork } from "../../../src/app/appliance/network-services.ts";
import { isOwnName } from "../../../src/app/backup/backup-files.ts";
import { seconds, silentLogger } from "../../../src/base/index.ts";
import { parseBoxConfig } from "../../../src/config/index.ts";
import type { SystemAction } from "../../../src/core/index.ts";
import { FakeNetwork } from "../../sim/fake-network.ts";
import { MemorySettings } from "../../sim/memory-settings.ts";
import { SeededRandom } from "../../sim/seeded-random.ts";
import { VirtualClock } from "../../sim/virtual-clock.ts";
import { HOME } from "../../sim/wifi-air.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "numberbox-point-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("the box's own Wi-Fi", () => {
  it("has a name and a password that stay, for nobody else to read and in no backup", async () => {
    const first = await openAccessPoint(folder, new SeededRandom("one"));
    expect(first.ssid).toMatch(/^Numberbox-[A-HJKMNP-Z2-9]{4}$/);
    expect(first.key.reveal()).toMatch(/^[a-hjkmnp-z2-9]{4}(-[a-hjkmnp-z2-9]{4}){2}$/);
    const again = await openAccessPoint(folder, new SeededRandom("two"));
    expect([again.ssid, again.key.reveal()]).toEqual([first.ssid, first.key.reveal()]);
    expect(statSync(join(folder, "access-point")).mode & 0o777).toBe(0o600);
    expect(isOwnName("access-point")).toBe(true);
    writeFileSync(join(folder, "access-point"), "Numberbox-AB23 short\n");
    expect((await openAccessPoint(folder, new SeededRandom("two"))).key.reveal()).not.toBe("short");
  });

  it("is told as a phone's camera and root's script read it", async () => {
    const point = await openAccessPoint(folder, new SeededRandom("one"));
    expect(wifiCode(point)).toBe(`WIFI:T:WPA;S:${point.ssid};P:${point.key.reveal()};;`);
    const [line, ...code] = accessPointLines(point);
    expect(line).toBe(`wifi ${point.ssid} ${point.key.reveal()} http://10.42.0.1/`);
    expect(code.every((each) => /^[ █▀▄]{20,60}$/.test(each))).toBe(true);
    expect(code.length).toBeGreaterThan(10);
  });

  it("has the address that dnsmasq gives for every name", () => {
    const file = fileURLToPath(new URL("../../../systemd/conf/dnsmasq-access-point.conf", import.meta.url));
    const settings = readFileSync(file, "utf8").split("\n");
    expect(settings).toContain(`address=/#/${ACCESS_POINT_ADDRESS}`);
    expect(settings).toContain(`dhcp-option=114,http://${ACCESS_POINT_ADDRESS}/`);
  });
});

/** Files are written in real time, which the virtual clock does not know. */
async function until(clock: VirtualClock, isSo: () => boolean | Promise<boolean>): Promise<void> {
  // Files are written meanwhile, in the machine's own time.
  const end = performance.now() + 30_000;
  while (performance.now() < end && !(await isSo())) await clock.flush(1);
  expect(await isSo()).toBe(true);
}

const stateOf = async (network: ApplianceNetwork) => (await network.console.view()).access_point.state;

describe("the network of an appliance", () => {
  async function rig() {
    const asked: SystemAction[] = [];
    const [clock, port, settings] = [new VirtualClock(), new FakeNetwork(), new MemorySettings()];
    const config = parseBoxConfig('web: { listen: "0.0.0.0:80", claim: code }\nhost: { appliance: true }', "test");
    const random = new SeededRandom("network");
    const actions = { perform: async (action: SystemAction) => void asked.push(action) };
    const common = { dataFolder: folder, runtimeFolder: folder, settings, actions, random, log: silentLogger };
    const dataFolder = mkdtempSync(join(folder, "data-"));
    const claim = await openClaim({
      ...common,
      dataFolder,
      web: config.web,
      events: { record: () => {} },
      addresses: () => ["https://numberbox.local"],
    });
    const network = await openNetwork({
      ...{ ...common, dataFolder, claim, clock, port, config: () => config, events: { record: () => {} } },
      claimed: () => false,
    });
    network.start();
    await clock.advance(seconds(1));
    await until(clock, () => existsSync(join(folder, "claim-code")));
    const file = (name: string): string => readFileSync(join(folder, name), "utf8");
    return { asked, clock, port, network, file, claim, dataFolder };
  }

  it("is needed again once the image's recovery has forgotten every network", async () => {
    const settings = new MemorySettings();
    await settings.setSetting("network.set_up", "done");
    const dataFolder = mkdtempSync(join(folder, "lost-"));
    writeFileSync(join(dataFolder, "network-lost"), "");
    const config = parseBoxConfig("host: { appliance: true }", "test");
    const network = await openNetwork({
      ...{ settings, dataFolder, runtimeFolder: folder, random: new SeededRandom("lost"), log: silentLogger },
      ...{ clock: new VirtualClock(), port: new FakeNetwork(), config: () => config, claimed: () => true },
      ...{ actions: { perform: async () => {} }, claim: { show: async () => {} }, events: { record: () => {} } },
    });
    network.stop();
    expect([await settings.getSetting("network.set_up"), existsSync(join(dataFolder, "network-lost"))]).toEqual([
      "open",
      false,
    ]);
  });

  it("shows the Wi-Fi with the claim code from the start, and has the firewall follow while it is open", async () => {
    const { asked, clock, network, file, claim } = await rig();
    expect(file("claim-code")).toMatch(/^[A-Z2-9-]{9}\nhttps:\/\/numberbox\.local\nwifi Numberbox-\w{4} \S{14} http:/);
    expect(network.address()).toBeNull();
    await clock.advance(seconds(70));
    await until(clock, async () => (await stateOf(network)) === "open");
    expect(network.address()).toBe("10.42.0.1");
    expect(asked).toContain("apply_firewall");
    const { text } = await rulesetOfFiles(folder, join(folder, "none.yaml"), {
      runtimeFolder: folder,
      sshKeys: folder,
    });
    expect(text).toContain('iifname "wlan0" udp dport 67 accept');
    expect(text).toContain('iifname "wlan0" drop');
    expect(file("claim-code")).toContain(claim.code ?? "?");
    network.stop();
  });

  it("closes it all for a Wi-Fi that is chosen, and tells the country", async () => {
    const { asked, clock, network, port, dataFolder } = await rig();
    await clock.advance(seconds(70));
    await until(clock, async () => (await stateOf(network)) === "open");
    await network.console.join({ ssid: HOME.ssid, password: HOME.password ?? "", hidden: false, country: "DE" });
    await clock.advance(seconds(10));
    await until(clock, () => port.asked.at(-1) === `join ${HOME.ssid}`);
    expect(port.asked.at(-1)).toBe(`join ${HOME.ssid}`);
    expect(network.address()).toBeNull();
    expect(
      (await rulesetOfFiles(folder, join(folder, "none.yaml"), { runtimeFolder: folder, sshKeys: folder })).text,
    ).not.toContain("wlan0");
    expect(asked).toContain("set_wifi_country");
    expect(readFileSync(join(dataFolder, "wifi-country"), "utf8")).toBe("COUNTRY=DE\n");
    network.stop();
  });

  it.each(['wlan0"; accept', "../../etc", ""])("makes no rule of a file with %j", async (text) => {
    writeFileSync(join(folder, "access-point"), text);
    expect(
      (await rulesetOfFiles(folder, join(folder, "none.yaml"), { runtimeFolder: folder, sshKeys: folder })).text,
    ).not.toContain("own access point");
  });
});
