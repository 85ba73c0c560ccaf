import { afterEach, describe, expect, it } from "vitest";
import { AppError, minutes, Secret, seconds, silentLogger } from "../../../src/base/index.ts";
import { type AccessPointMode, NetworkKeeper, noNetwork } from "../../../src/core/index.ts";
import { wifiJoinRequest } from "../../../src/protocol/index.ts";
import { codeOf } from "../../contract/box-store.ts";
import { FakeNetwork } from "../../sim/fake-network.ts";
import { MemorySettings } from "../../sim/memory-settings.ts";
import { VirtualClock } from "../../sim/virtual-clock.ts";
import { HOME } from "../../sim/wifi-air.ts";

const PASSWORD = HOME.password ?? "";
const request = (ssid: string, password?: string, more: object = {}) =>
  wifiJoinRequest.parse({ ssid, ...(password === undefined ? {} : { password }), ...more });

let stop: () => void = () => {};
afterEach(() => stop());

function rig(
  change: { mode?: AccessPointMode; claimed?: boolean; settings?: MemorySettings; port?: FakeNetwork } = {},
) {
  const clock = new VirtualClock();
  const { settings = new MemorySettings(), port = new FakeNetwork() } = change;
  const told = { serving: [] as (string | null)[], events: [] as string[], countries: [] as string[], changes: 0 };
  const world = { claimed: change.claimed ?? false, mode: change.mode ?? ("set_up" as AccessPointMode) };
  const keeper = new NetworkKeeper({
    ...{ port, settings, clock, log: silentLogger },
    point: { ssid: "Numberbox-AB23", key: new Secret("abcd-efgh-jkmn"), address: "10.42.0.1" },
    mode: () => world.mode,
    claimed: () => world.claimed,
    onServing: async (name) => void told.serving.push(name),
    onChange: () => {
      told.changes += 1;
    },
    setCountry: async (country) => void told.countries.push(country),
    events: { record: ({ code, details }) => void told.events.push([code, ...Object.values(details ?? {})].join(" ")) },
  });
  stop = () => keeper.stop();
  return { keeper, clock, settings, port, told, world };
}

describe("the keeper of the network", () => {
  it("looks around, then opens the access point, and tells firewall and screen", async () => {
    const { keeper, clock, port, told } = rig();
    await keeper.start();
    await clock.advance(seconds(59));
    expect(port.asked).toEqual([]);
    expect(keeper.offered).toBe(true);
    expect(told.changes).toBe(1);
    await clock.advance(seconds(10));
    expect(port.asked).toEqual(["scan", "open"]);
    expect(told.serving).toEqual(["wlan0"]);
    expect(told.events).toEqual(["network.access_point_opened"]);
    expect(await keeper.view()).toMatchObject({
      ...{ available: true, radio: "ready", joining: null, saved: null, problem: null },
      access_point: { state: "open", ssid: "Numberbox-AB23", address: "10.42.0.1" },
    });
    expect(keeper.wifi().networks[0]?.ssid).toBe(HOME.ssid);
    expect(await codeOf(keeper.scan())).toBe("wifi.serving");
  });

  it("lets the phone have its answer, joins what was chosen, and is done once the box has an owner", async () => {
    const { keeper, clock, port, told, world, settings } = rig();
    await keeper.start();
    await clock.advance(seconds(70));
    expect(await keeper.join(request(HOME.ssid, PASSWORD, { country: "DE" }))).toEqual({
      ...{ joining: HOME.ssid, leaves_access_point: true },
    });
    expect((await keeper.view()).access_point.state).toBe("open");
    expect(await codeOf(keeper.join(request(HOME.ssid, PASSWORD)))).toBe("wifi.busy");
    await clock.advance(seconds(2));
    expect(port.asked).toEqual(["scan", "open"]);
    await clock.advance(seconds(10));
    expect(port.asked).toEqual(["scan", "open", "close", `join ${HOME.ssid}`]);
    expect(told.countries).toEqual(["DE"]);
    expect(told.serving).toEqual(["wlan0", null]);
    expect(await keeper.view()).toMatchObject({ saved: HOME.ssid, joining: null, problem: null });
    expect(settings.values.get("network.set_up")).toBe("open");
    world.claimed = true;
    await clock.advance(seconds(5));
    expect(settings.values.get("network.set_up")).toBe("done");
    expect(told.events).toEqual(["network.access_point_opened", "network.wifi_joined"]);
    expect(keeper.offered).toBe(false);
  });

  it("opens the access point again with the reason where the password is wrong", async () => {
    const { keeper, clock, port, told } = rig();
    await keeper.start();
    await clock.advance(seconds(70));
    await keeper.join(request(HOME.ssid, "wrong horses"));
    await clock.advance(seconds(10));
    expect(port.asked).toEqual(["scan", "open", "close", `join ${HOME.ssid}`, "open"]);
    const view = await keeper.view();
    expect(view.problem?.code).toBe("wifi.wrong_password");
    expect(view.access_point.state).toBe("open");
    expect(told.events.at(-2)).toBe("network.wifi_failed wifi.wrong_password");
    expect(JSON.stringify([view, told])).not.toContain("wrong horses");
    await keeper.join(request(HOME.ssid, PASSWORD));
    await clock.advance(seconds(10));
    expect(await keeper.view()).toMatchObject({ problem: null, saved: HOME.ssid });
  });

  it("never opens it on a box that was set up, over restarts and failing routers", async () => {
    const settings = new MemorySettings();
    const port = new FakeNetwork();
    port.cable = true;
    const first = rig({ claimed: true, settings, port });
    await first.keeper.start();
    await first.clock.advance(seconds(5));
    first.keeper.stop();
    port.cable = false;
    const second = rig({ claimed: true, settings, port });
    await second.keeper.start();
    await second.clock.advance(minutes(120));
    expect(port.asked).toEqual([]);
    expect(second.told.serving).toEqual([]);
  });

  it("never opens it on a box that had its owner before this was there, and does on one that was left amid it", async () => {
    const old = rig({ claimed: true });
    await old.keeper.start();
    await old.clock.advance(minutes(60));
    expect(old.port.asked).toEqual([]);
    old.keeper.stop();
    const settings = new MemorySettings();
    settings.values.set("network.set_up", "open");
    const amid = rig({ claimed: true, settings });
    await amid.keeper.start();
    await amid.clock.advance(seconds(70));
    expect(amid.port.asked).toEqual(["scan", "open"]);
  });

  it("opens it again for an owner who forgets the Wi-Fi or asks for it, and not where the settings say never", async () => {
    const { keeper, clock, port, world } = rig({ claimed: true });
    port.cable = true;
    await keeper.start();
    await clock.advance(seconds(10));
    await keeper.join(request(HOME.ssid, PASSWORD));
    await clock.advance(seconds(10));
    port.cable = false;
    expect((await keeper.forget()).saved).toBeNull();
    await clock.advance(seconds(70));
    expect((await keeper.view()).access_point.state).toBe("open");
    port.cable = true;
    await keeper.openAccessPoint(false);
    await clock.advance(seconds(10));
    expect((await keeper.view()).access_point.state).toBe("closed");
    world.mode = "never";
    expect(await codeOf(keeper.openAccessPoint(true))).toBe("wifi.access_point_off");
    world.mode = "set_up";
    await keeper.openAccessPoint(true);
    await clock.advance(seconds(10));
    expect((await keeper.view()).access_point.state).toBe("open");
  });

  it("takes over an access point that outlived a restart", async () => {
    const port = new FakeNetwork();
    const point = { ssid: "Numberbox-AB23", key: new Secret("x"), address: "10.42.0.1" };
    await port.open(point);
    const { keeper, clock, told } = rig({ port });
    await keeper.start();
    await clock.advance(seconds(120));
    expect(port.asked).toEqual(["open"]);
    expect(told.serving).toEqual(["wlan0"]);
    expect(keeper.servingOn).toBe("wlan0");
  });

  it("refuses what cannot be joined before anything is closed", async () => {
    const { keeper, clock, port } = rig();
    await keeper.start();
    await clock.advance(seconds(70));
    expect(await codeOf(keeper.join(request(HOME.ssid)))).toBe("wifi.password_needed");
    expect(await codeOf(keeper.join(request("Office", "some password")))).toBe("wifi.unsupported");
    expect((await keeper.view()).joining).toBeNull();
    port.radio = "blocked";
    expect(await codeOf(keeper.join(request(HOME.ssid, PASSWORD)))).toBe("wifi.blocked");
    port.radio = "none";
    expect(await codeOf(keeper.join(request(HOME.ssid, PASSWORD)))).toBe("wifi.no_radio");
    expect(port.asked).toEqual(["scan", "open"]);
  });

  it("goes on where nothing looks after the network, and says so", async () => {
    const { keeper, clock, port, told } = rig();
    port.failure = new AppError("host.no_program", "env cannot be run");
    await keeper.start();
    await clock.advance(minutes(10));
    expect(await keeper.view()).toMatchObject({ available: false, radio: "none", access_point: { ssid: null } });
    expect(told).toMatchObject({ serving: [], events: [] });
    expect((await noNetwork.view()).available).toBe(false);
    expect(await codeOf(noNetwork.scan())).toBe("host.not_appliance");
  });

  it("tries again later where the access point cannot be opened", async () => {
    const { keeper, clock, port, told } = rig();
    port.open = () => Promise.reject(new AppError("host.program_failed", "no"));
    await keeper.start();
    await clock.advance(seconds(70));
    expect(told.serving).toEqual(["wlan0", null]);
    expect((await keeper.view()).access_point.state).toBe("closed");
    await clock.advance(seconds(20));
    expect(told.serving).toEqual(["wlan0", null, "wlan0", null]);
  });
});
