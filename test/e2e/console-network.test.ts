// The network panel in Chromium, over a fake radio: the Wi-Fi is chosen, refused, joined and forgotten; the wizard begins with it in the own Wi-Fi.

import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from "vitest";
import { Secret, seconds, silentLogger } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import { type HostConsole, NetworkKeeper } from "../../src/core/index.ts";
import {
  hostOperations,
  networkOperations,
  setPassword,
  startWeb,
  type WebHandle,
  wizardOperations,
} from "../../src/web/index.ts";
import { FakeBoxConsole } from "../sim/fake-box-console.ts";
import { FakeFleet } from "../sim/fake-fleet.ts";
import { FakeNetwork } from "../sim/fake-network.ts";
import { FakePhones } from "../sim/fake-phones.ts";
import { fakeWizard } from "../sim/fake-wizard.ts";
import { MemorySettings } from "../sim/memory-settings.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";
import { HOME } from "../sim/wifi-air.ts";
import { hasChromium, launchChromium, letIn, openPage, type WatchedPage } from "./browser.ts";
import { pageFaults } from "./page-faults.ts";

const PASSWORD = "seven quiet otters";
const LOOKS = [
  { colorScheme: "light", viewport: { width: 1280, height: 900 } },
  { colorScheme: "dark", viewport: { width: 360, height: 740 } },
] as const;
const pages = inject("pages");
let browser: Browser;
const open: (() => Promise<void> | void)[] = [];

const moved: (readonly string[])[] = [];
const REVISION = "0".repeat(32);
let sshOpen: "shut" | "local" = "local";
const host: HostConsole = {
  view: async () => ({
    ...{
      appliance: true,
      name: "numberbox",
      addresses: ["https://numberbox.local"],
      uptime_s: 90,
      temperature_c: 41,
      fan: null,
    },
    ...{ memory_free_mb: 500, disk_free_mb: 9000, clock_kept: true },
    ssh: { open: sshOpen, keys: [{ user: "anna", type: "ssh-ed25519", comment: "me@höst" }] },
  }),
  restart: async () => ({ asked: "reboot" }),
  powerOff: async () => ({ asked: "power_off" }),
  factoryReset: async () => ({ asked: "factory_reset" }),
  storage: async () => ({
    data: { on: "card", model: null, last: { result: "failed", reason: "not_kept", at: 1_790_000_000_000 } },
    disks: [
      { id: "T7-1", model: "Samsung PSSD T7", bus: "usb", size_mb: 1_000_204, holds: ["FILMS", "ext4"] },
      { id: "WD-1", model: "WD Blue SN580", bus: "nvme", size_mb: 500_107, holds: [] },
    ],
  }),
  moveData: async (disk, confirm) => {
    moved.push([disk, confirm]);
    return { asked: "move_data" };
  },
};

interface World {
  readonly web: WebHandle;
  readonly port: FakeNetwork;
  /** Of the radio: the browser's time is its own. */
  readonly clock: VirtualClock;
}

/** `address` is where the box is in its own Wi-Fi. */
async function world({ cable = true, address = "10.42.0.1" } = {}): Promise<World> {
  const [clock, port, settings] = [new VirtualClock(), new FakeNetwork(), new MemorySettings()];
  port.cable = cable;
  await setPassword({ settings, random: systemRandom, password: PASSWORD });
  const keeper = new NetworkKeeper({
    ...{ port, clock, settings: new MemorySettings(), log: silentLogger },
    point: { ssid: "Numberbox-AB23", key: new Secret("abcd-efgh-jkmn"), address },
    ...{ mode: () => "set_up", claimed: () => cable, onChange: () => {}, events: { record: () => {} } },
    ...{ onServing: async () => {}, setCountry: async () => {} },
  });
  await keeper.start();
  await clock.advance(seconds(1));
  const box = new FakeBoxConsole({ clock: systemClock, slots: 2 });
  const web = await startWeb({
    listen: { host: "127.0.0.1", port: 0 },
    fleet: new FakeFleet({ box, clock: systemClock }),
    phones: new FakePhones({ clock: systemClock }),
    operations: [
      ...wizardOperations(fakeWizard({ finished: false })),
      ...hostOperations(host),
      ...networkOperations(keeper),
    ],
    ...{ box, settings, pages, clock: systemClock, random: systemRandom, log: silentLogger },
  });
  open.push(
    () => web.stop(),
    () => keeper.stop(),
  );
  return { web, port, clock };
}

async function owner(at: World, path: string, look: (typeof LOOKS)[number] = LOOKS[0]): Promise<WatchedPage> {
  const watched = await openPage(browser, { ...look, locale: "en-GB" });
  await letIn(watched.page, at.web.url, PASSWORD, path);
  return watched;
}

/** For eyes: into the folder that the environment names, if it names one. */
async function shoot(page: Page, name: string): Promise<void> {
  const shots = process.env.NUMBERBOX_SHOTS;
  if (shots !== undefined) await page.screenshot({ path: join(shots, `network-${name}.png`), fullPage: true });
}

describe.skipIf(!hasChromium)("the network in the console", () => {
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()));
    await Promise.all(open.splice(0).map((stop) => stop()));
  });
  afterAll(async () => {
    await browser?.close();
  });

  it.each(LOOKS)("is chosen, refused, joined and forgotten, at $viewport.width px", async (look) => {
    const at = await world();
    const { page, complaints, sent } = await owner(at, "/machine", look);
    const panel = page.getByRole("region", { name: "Network" });
    await panel.getByText("192.0.2.7").waitFor();
    await panel.getByRole("button", { name: "Search again" }).click();
    await panel.getByRole("button", { name: /Home: 2\.4/ }).waitFor();
    expect(await panel.getByRole("button", { name: /Office/ }).isDisabled()).toBe(true);
    expect(await pageFaults(page)).toEqual([]);
    await shoot(page, `panel-${look.viewport.width}`);

    const choose = async (password: string): Promise<void> => {
      await panel.getByRole("button", { name: /Home: 2\.4/ }).click();
      const dialog = page.getByRole("dialog", { name: "Join Wi-Fi" });
      expect(await dialog.getByLabel("Country").inputValue()).toBe("GB");
      await dialog.getByLabel("Password").fill(password);
      expect(await pageFaults(page)).toEqual([]);
      await shoot(page, `join-${look.viewport.width}`);
      await dialog.getByRole("button", { name: "Join Wi-Fi" }).click();
      await panel.getByText(`The box joins ${HOME.ssid}`).waitFor();
      await at.clock.advance(seconds(10));
    };
    await choose("wrong horses");
    await panel.getByText("The Wi-Fi does not take this password.").waitFor();
    await choose(HOME.password ?? "");
    await panel.getByText("192.0.2.77").waitFor();
    await panel.getByText("The Wi-Fi does not take this password.").waitFor({ state: "detached" });
    expect(sent.filter((line) => line.includes(HOME.password ?? ""))).toHaveLength(1);
    expect(await page.content()).not.toContain(HOME.password);

    await panel.getByRole("button", { name: `Forget ${HOME.ssid}` }).click();
    const dialog = page.getByRole("dialog", { name: "Forget Wi-Fi" });
    expect(await pageFaults(page)).toEqual([]);
    await dialog.getByRole("button", { name: "Forget Wi-Fi" }).click();
    await panel.getByRole("button", { name: "Forget Home" }).waitFor({ state: "detached" });
    expect(at.port.asked.at(-1)).toBe("forget");
    expect(complaints).toEqual([]);
  });

  it.each(LOOKS)("shows whose key opens SSH, and shuts it, at $viewport.width px", async (look) => {
    sshOpen = "local";
    const { page, complaints } = await owner(await world(), "/machine", look);
    const asked: unknown[] = [];
    await page.route("**/api/v1/settings", async (route) => {
      const request = route.request();
      if (request.method() === "PATCH") asked.push(request.postDataJSON());
      if (request.method() === "PATCH") sshOpen = "shut";
      await route.fulfill({ json: { revision: REVISION, pending: [], restarting: false } });
    });
    const panel = page.getByRole("region", { name: "SSH" });
    await panel.getByText("anna · ssh-ed25519 · me@höst").waitFor();
    await panel.getByText("Open in the local network").waitFor();
    expect(await pageFaults(page)).toEqual([]);
    await shoot(page, `ssh-${look.viewport.width}`);
    await panel.getByRole("button", { name: "Turn SSH off" }).click();
    await panel.getByText("these keys open nothing").waitFor();
    await panel.getByRole("button", { name: "Turn SSH on in the local network" }).waitFor();
    const path = ["host", "firewall", "ssh"];
    expect(asked).toEqual([{ revision: REVISION, change: { patch: [{ path, value: false }] } }]);
    expect(complaints).toEqual([]);
  });

  it.each(LOOKS)("shows where the data lies, and moves it to a disk, at $viewport.width px", async (look) => {
    const { page, complaints } = await owner(await world(), "/machine", look);
    const panel = page.getByRole("region", { name: "Where the data lies" });
    await panel.getByText("The disk does not keep what is written to it.").waitFor();
    expect(await pageFaults(page)).toEqual([]);
    await shoot(page, `storage-${look.viewport.width}`);
    await panel.getByRole("listitem").filter({ hasText: "T7" }).getByRole("button").click();
    const dialog = page.getByRole("dialog", { name: "Move the data there" });
    await dialog.getByText("What is on the disk is deleted: FILMS, ext4.").waitFor();
    const button = dialog.getByRole("button", { name: "Move the data there" });
    expect(await button.isDisabled()).toBe(true);
    await dialog.getByLabel("Type numberbox to go on").fill("numberbox");
    expect(await pageFaults(page)).toEqual([]);
    await shoot(page, `storage-ask-${look.viewport.width}`);
    await button.click();
    await panel.getByText("The machine restarts and moves the data.").waitFor();
    expect(moved.splice(0)).toEqual([["T7-1", "numberbox"]]);
    expect(complaints).toEqual([]);
  });

  it("is the first step of the wizard in the box's own Wi-Fi, which the box leaves for what is chosen", async () => {
    const at = await world({ cable: false, address: "127.0.0.1" });
    await at.clock.advance(seconds(90));
    expect(at.port.asked).toEqual(["scan", "open"]);
    at.port.stations = 1;
    const { page, complaints } = await owner(at, "/welcome", LOOKS[1]);
    await page.getByRole("heading", { name: "Is the box online?" }).waitFor();
    const panel = page.getByRole("region", { name: "Network" });
    await panel.getByText("the box's own Wi-Fi, open").waitFor();
    expect(await panel.getByRole("button", { name: "Search again" }).isDisabled()).toBe(true);
    await panel.getByRole("button", { name: "Another Wi-Fi" }).click();
    const dialog = page.getByRole("dialog", { name: "Join Wi-Fi" });
    await dialog.getByLabel("Name of the Wi-Fi").fill("Hidden");
    await dialog.getByLabel("Password").fill("nobody sees");
    await dialog.getByRole("button", { name: "Join Wi-Fi" }).click();
    await panel.getByText(/now leaves this Wi-Fi and joins Hidden.*Numberbox-AB23 is back/).waitFor();
    expect(await pageFaults(page)).toEqual([]);
    await shoot(page, "leaving-360");
    await at.clock.advance(seconds(10));
    expect(at.port.asked).toEqual(["scan", "open", "close", "join Hidden"]);
    expect(complaints).toEqual([]);
  });

  it("is the second step of the wizard everywhere else", async () => {
    const { page } = await owner(await world(), "/welcome");
    await page.getByText("Step 1 of").waitFor();
    await page.getByRole("button", { name: "Network" }).click();
    await page.getByRole("heading", { name: "Is the box online?" }).waitFor();
  });
});
