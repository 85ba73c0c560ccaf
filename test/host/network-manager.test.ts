import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createContext, runInContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { AppError, silentLogger } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { NetworkManager, type ProgramRunner, programRunner } from "../../src/host/index.ts";
import {
  devicesOf,
  joinFailureOf,
  radioIsOn,
  splitListing,
  splitRow,
  stationsOf,
  wifiNetworksOf,
} from "../../src/host/nmcli-text.ts";
import { codeOf } from "../contract/box-store.ts";
import { choice, POINT } from "../contract/network-port.ts";
import { FakeNmcli } from "../sim/fake-nmcli.ts";
import { HOME } from "../sim/wifi-air.ts";

describe("what nmcli writes", () => {
  it.each([
    ["a:b:c", ["a", "b", "c"]],
    ["", [""]],
    ["a\\:b\\\\c:802-11-wireless:", ["a:b\\c", "802-11-wireless", ""]],
    ["\\\\:x", ["\\", "x"]],
    ["\\\\\\:x", ["\\:x"]],
    ["end\\", ["end\\"]],
    ["::", ["", "", ""]],
  ])("as the row %j is %j", (line, values) => expect(splitRow(line)).toEqual(values));

  it("as a listing is a value a line, unescaped, with lists under one name", () => {
    const [first, second, ...more] = splitListing(
      "\nA:1\nIP6.ADDRESS[1]:::1/128\nIP6.ADDRESS[2]:2001:db8::1/64\n\nA:2\nB:\n",
    );
    expect(first?.get("IP6.ADDRESS")).toEqual(["::1/128", "2001:db8::1/64"]);
    expect(second).toEqual(
      new Map([
        ["A", ["2"]],
        ["B", []],
      ]),
    );
    expect(more).toEqual([]);
    expect(splitListing("")).toEqual([]);
  });

  it("names cables and radios that NetworkManager looks after", () => {
    const device = (type: string, state: string) =>
      `GENERAL.DEVICE:x0\nGENERAL.TYPE:${type}\nGENERAL.STATE:${state}\nGENERAL.CONNECTION:p\nIP4.ADDRESS[1]:192.0.2.7/24\n`;
    expect(devicesOf(device("ethernet", "100 (connected)"))).toEqual([
      { kind: "ethernet", name: "x0", state: "connected", addresses: ["192.0.2.7"], profile: "p", canServe: false },
    ]);
    expect(devicesOf(device("wifi", "70 (connecting (getting IP configuration))"))[0]?.state).toBe("connecting");
    expect(devicesOf(device("wifi", "30 (disconnected)"))[0]?.state).toBe("off");
    expect(devicesOf(device("ethernet", "10 (unmanaged)"))).toEqual([]);
    expect(devicesOf(device("loopback", "100 (connected)"))).toEqual([]);
    expect(devicesOf("nonsense")).toEqual([]);
  });

  it.each([
    ["enabled:enabled\n", true],
    ["enabled:disabled\n", false],
    ["disabled:enabled", false],
    ["missing:enabled", false],
    ["", false],
  ])("as a radio %j is on: %s", (text, isOn) => expect(radioIsOn(text)).toBe(isOn));

  it.each([
    ["", "open"],
    ["--", "open"],
    ["OWE", "open"],
    ["WEP", "old"],
    ["WPA1", "wpa"],
    ["WPA1 WPA2", "wpa"],
    ["WPA2 WPA3", "wpa"],
    ["WPA3", "wpa3"],
    ["WPA2 802.1X", "enterprise"],
    ["WPA3 802.1X", "enterprise"],
    ["SOMETHING", "old"],
  ])("as security %j is %s", (security, kind) => {
    expect(wifiNetworksOf(`x:50:${security}`)).toEqual([{ ssid: "x", signal: 50, security: kind }]);
  });

  it("as signals is a percentage, whatever it is", () => {
    expect(wifiNetworksOf("a:200:\nb:-3:\nc:x:\n:90:\n")).toEqual([
      { ssid: "a", signal: 100, security: "open" },
      { ssid: "b", signal: 0, security: "open" },
      { ssid: "c", signal: 0, security: "open" },
    ]);
  });

  it.each([
    ["Error: Connection activation failed: Secrets were required, but not provided", "wifi.wrong_password"],
    ["Error: Connection activation failed: (7) Secrets were required, but not provided.", "wifi.wrong_password"],
    ["Error: Connection activation failed: (10) 802.1X supplicant failed.", "wifi.wrong_password"],
    ["Error: Connection activation failed: (53) The Wi-Fi network could not be found.", "wifi.not_found"],
    ["Error: Connection activation failed: The Wi-Fi network could not be found", "wifi.not_found"],
    ["Error: Connection activation failed: (5) IP configuration could not be reserved.", "wifi.no_address"],
    ["Error: Connection activation failed: DHCP client failed", "wifi.no_address"],
    ["Error: Connection activation failed: (1) Unknown error.", "wifi.failed"],
    ["", "wifi.failed"],
  ])("as a failure %j is %s", (said, code) => expect(joinFailureOf(said)).toBe(code));

  it("iw tells how many are in the access point", () => {
    expect(stationsOf("")).toBe(0);
    expect(stationsOf("Station 02:00 (on wlan0)\n\tinactive time:\t3 ms\nStation 02:01 (on wlan0)\n")).toBe(2);
  });
});

describe("NetworkManager", () => {
  const { signal } = new AbortController();
  const rig = () => {
    const nmcli = new FakeNmcli();
    return { nmcli, port: new NetworkManager({ run: nmcli.run, log: silentLogger }) };
  };

  it("gets no password as an argument, nor tells it in an error", async () => {
    const { nmcli, port } = rig();
    await port.open(POINT, signal);
    await port.join(choice(HOME.ssid, HOME.password), signal);
    await port.join(choice("Newest", "three three three", { security: "wpa3" }), signal);
    const caught = await port.join(choice(HOME.ssid, "wrong horses"), signal).catch((error: unknown) => error);
    const seen = JSON.stringify([nmcli.calls, caught, caught instanceof AppError ? caught.message : ""]);
    for (const secret of [POINT.key.reveal(), HOME.password ?? "", "three three", "wrong horses"])
      expect(seen).not.toContain(secret);
    expect(nmcli.calls.length).toBeGreaterThan(20);
  });

  it("keeps for WPA2 what is made of the password, and takes that as well", async () => {
    const { nmcli, port } = rig();
    await port.join(choice(HOME.ssid, HOME.password), signal);
    const kept = [...nmcli.profiles.values()].map(({ psk }) => psk)[0] ?? "";
    expect(kept).toMatch(/^[0-9a-f]{64}$/);
    await port.join(choice(HOME.ssid, kept), signal);
    expect(await port.facts(signal)).toMatchObject({ saved: HOME.ssid });
    // IEEE 802.11-2020, J.4.2, test case 1.
    await codeOf(port.join(choice("IEEE", "password"), signal));
    const { keyOf } = await import("../../src/host/network-manager.ts");
    expect(await keyOf(choice("IEEE", "password"))).toBe(
      "f42c6fc52df0ebef9ebb4b90b38a5f902e83fe1b135a70e23aed762e9710a12e",
    );
  });

  it.each(["a".repeat(64), " begins with a space", "ends with one "])(
    "refuses %j where WPA3 is all there is",
    async (password) => {
      const { port } = rig();
      expect(await codeOf(port.join(choice("Newest", password, { security: "wpa3" }), signal))).toBe(
        "wifi.unsupported",
      );
    },
  );

  it("tells a network of Imager's, and leaves it behind for one that is chosen", async () => {
    const { nmcli, port } = rig();
    nmcli.profiles.set("imager", { values: new Map([["ssid", "Imager: mine"]]), psk: "x" });
    expect(await port.facts(signal)).toMatchObject({ saved: "Imager: mine" });
    await port.join(choice(HOME.ssid, HOME.password), signal);
    expect(await port.facts(signal)).toMatchObject({ saved: HOME.ssid });
    expect([...nmcli.profiles.keys()].sort()).toEqual(["imager", "numberbox-wifi-a"]);
    await port.forget(signal);
    expect([...nmcli.profiles.keys()]).toEqual([]);
  });

  it("leaves the access point's profile while a network is forgotten", async () => {
    const { nmcli, port } = rig();
    await port.open(POINT, signal);
    await port.forget(signal);
    expect(await port.facts(signal)).toMatchObject({ serving: true });
    const values = nmcli.profiles.get("numberbox-setup")?.values;
    expect(values?.get("ipv4.method")).toBe("shared");
    expect(values?.get("ipv4.addresses")).toBe("10.42.0.1/24");
    expect(values?.get("autoconnect")).toBe("no");
  });

  it("waits for a change three times as long as for an answer, and for a Wi-Fi longer than nmcli itself", async () => {
    const { nmcli } = rig();
    const limits = new Map<string, number>();
    const run: ProgramRunner = (each, end) => {
      const words = each.args.filter((word) => /^(?:show|list|add|edit|delete|up|modify)$/.test(word));
      limits.set(words[0] ?? "", each.timeout);
      return nmcli.run(each, end);
    };
    const port = new NetworkManager({ run, log: silentLogger });
    await port.open(POINT, signal);
    await port.facts(signal);
    expect(Object.fromEntries(limits)).toMatchObject({ show: 10_000, delete: 30_000, add: 30_000, edit: 30_000 });
    expect(limits.get("up")).toBe(45_000);
    const up = nmcli.calls.find((args) => args.includes("up")) ?? [];
    expect(up.slice(up.indexOf("--wait"), up.indexOf("--wait") + 2)).toEqual(["--wait", "40"]);
  });

  it("says what is missing where it is not allowed, or does not answer", async () => {
    const { nmcli, port } = rig();
    nmcli.refusal = "Error: Failed to add 'x' connection: Insufficient privileges";
    expect(await codeOf(port.facts(signal))).toBe("host.not_allowed");
    nmcli.refusal = "Error: NetworkManager is not running.";
    expect(await codeOf(port.scan(signal))).toBe("host.program_failed");
  });
});

describe("a program", () => {
  it("reads what it is given, and keeps as much of its answer as is wanted", async () => {
    const run = programRunner(systemClock);
    const common = { timeout: 10_000 as never, package: "coreutils" };
    const { signal } = new AbortController();
    expect(await run({ ...common, program: "cat", args: [], input: "secret words\n" }, signal)).toBe("secret words\n");
    expect(await run({ ...common, program: "cat", args: [] }, signal)).toBe("");
    const long = "x".repeat(9000);
    expect((await run({ ...common, program: "cat", args: [], input: long }, signal)).length).toBe(4000);
    expect((await run({ ...common, program: "cat", args: [], input: long, keep: 9000 }, signal)).length).toBe(9000);
  });
});

describe("polkit", () => {
  const rules = readFileSync(
    fileURLToPath(new URL("../../systemd/polkit/50-numberbox.rules", import.meta.url)),
    "utf8",
  );
  const allowed = (user: string, id: string): boolean => {
    type Rule = (action: unknown, subject: unknown) => unknown;
    const all: Rule[] = [];
    const polkit = { Result: { YES: "yes" }, addRule: (rule: Rule) => all.push(rule) };
    runInContext(rules, createContext({ polkit }));
    return all.some((rule) => rule({ id, lookup: () => undefined }, { user }) === "yes");
  };
  const NM = "org.freedesktop.NetworkManager";

  it.each(["network-control", "settings.modify.system", "wifi.scan", "wifi.share.protected"])(
    "lets the box, and nobody else, do %s",
    (action) => {
      expect(allowed("numberbox", `${NM}.${action}`)).toBe(true);
      expect(allowed("numberbox-node-red", `${NM}.${action}`)).toBe(false);
    },
  );

  it.each([
    "settings.modify.hostname",
    "settings.modify.global-dns",
    "wifi.share.open",
    "enable-disable-network",
    "reload",
  ])("does not let it do %s", (action) => expect(allowed("numberbox", `${NM}.${action}`)).toBe(false));
});
