// Calls in Chromium over a box that has none: shown and ended, credentials renewed, history page by page, and a box without voice.

import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, inject, it, onTestFinished } from "vitest";
import { silentLogger } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import type { CallRecordView, SoundCheckView } from "../../src/protocol/index.ts";
import { callOperations, setPassword, startWeb, wizardOperations } from "../../src/web/index.ts";
import { FakeBoxConsole } from "../sim/fake-box-console.ts";
import { ACCOUNT, CALL, CALLS_REPLY, FakeCalls, RECORD } from "../sim/fake-calls.ts";
import { FakePhones } from "../sim/fake-phones.ts";
import { fakeWizard } from "../sim/fake-wizard.ts";
import { MemorySettings } from "../sim/memory-settings.ts";
import { goTo, hasChromium, launchChromium, letIn, openPage, type WatchedPage } from "./browser.ts";
import { pageFaults } from "./page-faults.ts";

const PASSWORD = "seven quiet otters";
const NAME = hasChromium ? "calls in the console" : "calls in the console (skipped: no /usr/bin/chromium)";
const DESKTOP = { viewport: { width: 1440, height: 900 } };
const PHONE = { viewport: { width: 360, height: 800 } };
let browser: Browser;

type Look = NonNullable<Parameters<typeof openPage>[1]>;

async function openCalls(
  calls: FakeCalls,
  look: Look,
): Promise<WatchedPage & { readonly number: string; readonly box: FakeBoxConsole }> {
  const box = new FakeBoxConsole({ clock: systemClock, slots: 4 });
  const settings = new MemorySettings();
  await setPassword({ settings, random: systemRandom, password: PASSWORD });
  const wizard = wizardOperations(fakeWizard({ finished: true }));
  const web = await startWeb({
    listen: { host: "127.0.0.1", port: 0 },
    operations: [...wizard, ...callOperations(calls)],
    ...{ box, phones: new FakePhones({ clock: systemClock }), settings, pages: inject("pages") },
    ...{ clock: systemClock, random: systemRandom, log: silentLogger },
  });
  onTestFinished(() => web.stop());
  const watched = await openPage(browser, { reducedMotion: "reduce", ...look });
  await letIn(watched.page, web.url, PASSWORD, "/calls");
  const number = (await box.lines()).find(({ id }) => id === CALL.line)?.number ?? "";
  return { ...watched, number, box };
}

/** A call that talks for a minute now, and one that rings and has no sound yet. */
function busyCalls(): FakeCalls {
  const calls = new FakeCalls();
  const now = systemClock.now();
  const talking = { ...CALL, started_at: now - 70_000, talking_at: now - 61_000 };
  const ringing = { ...CALL, id: "12".repeat(16), phase: "ringing" as const, started_at: now - 3000, talking_at: null };
  calls.reply = { ...CALLS_REPLY, calls: [talking, { ...ringing, sound: null, quality: null }] };
  return calls;
}

/** Of a box behind a router, whose relay cannot be reached at the moment. */
function relayCalls(): FakeCalls {
  const calls = new FakeCalls();
  const problem = { code: "voice.relay_unreachable", message: "phones cannot be reached now" };
  const relay = { host: "gateway.example", media: "direct", caller: "hidden" } as const;
  calls.reply = { ...CALLS_REPLY, problem, edge: null, relay, calls: [] };
  return calls;
}

/** As many calls that are over, the newest with the highest cursor. */
const records = (count: number): readonly CallRecordView[] =>
  Array.from({ length: count }, (_, index) => ({
    ...RECORD,
    ...{ cursor: count - index, id: String(count - index).padStart(32, "0"), duration: count - index },
    ...(index % 2 === 0 ? {} : { answered_at: null, duration: 0, cause: "no_answer", receipt: false }),
  }));

/** Twelve tones, each back after 42 ms, over a little noise. */
const SOUND: SoundCheckView = {
  ...{ state: "done", kind: "loop", slot: null, step: null, at: Date.UTC(2026, 0, 1), problem: null },
  report: {
    ...{ good: true, tones: 12, found: 12, roundTrip: { median: 42, longest: 61 }, level: -12.2 },
    ...{ frames: { sent: 265, heard: 264 }, longestGap: 41 },
    heard: Array.from({ length: 132 }, (_, step) => {
      const inTone = step % 10 > 0 && step % 10 < 4;
      return { at: step * 40, all: inTone ? -11.8 : -52 + (step % 3) * 4, tone: inTone ? -12.2 : -80 };
    }),
    sentAt: Array.from({ length: 12 }, (_, tone) => tone * 400),
  },
};
const NOT_ANSWERED = { code: "call.check_not_answered", message: "it did not", hint: "See whether its SIM is ready." };

const table = (page: Page, name: string) => page.getByRole("region", { name }).locator("tbody tr");

describe.skipIf(!hasChromium)(NAME, () => {
  beforeAll(async () => {
    browser = await launchChromium();
  }, 60_000);
  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()));
  });
  afterAll(async () => {
    await browser?.close();
  });

  it.each([DESKTOP, PHONE])("through a relay say what it sees, and what it cannot do", async (look) => {
    const { page, complaints } = await openCalls(relayCalls(), look);
    await page.getByText("The relay cannot be reached for calls").waitFor();
    await page.getByText("the relay gateway.example, where phones register").waitFor();
    await page.getByText("Phones do not show who calls").waitFor();
    await page.getByText("The relay carries no sound").waitFor();
    expect(await page.locator(".figures").textContent()).toContain("The relay gateway.example");
    const shot = process.env.NUMBERBOX_SCREENSHOTS;
    if (shot !== undefined) await page.screenshot({ path: `${shot}/relay-calls-${look.viewport.width}.png` });
    expect(await pageFaults(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it("are shown while they are on, with how their sound fares, and ended when somebody says so", async () => {
    const calls = busyCalls();
    const { page, complaints, number, sent, box } = await openCalls(calls, DESKTOP);
    expect(number).toMatch(/^\+/);
    await page.getByText("Calls can be taken").waitFor();
    const talking = page.locator(`[data-call="${CALL.id}"]`);
    const told = (await talking.textContent()) ?? "";
    for (const text of [`Incoming, ${number}`, "Talking", "0.4 %", "opus", "SDES", "3.5 ms", "41 ms"])
      expect(told).toContain(text);
    const clock = talking.locator(".call-clock");
    const first = (await clock.textContent()) ?? "";
    expect(first).toMatch(/^1:\d\d$/);
    await page.waitForFunction((old) => document.querySelector(".call-clock")?.textContent !== old, first);
    expect(await page.locator(`[data-call="${"12".repeat(16)}"]`).textContent()).toContain("The renter's phones ring");
    await talking.getByRole("button", { name: `Hang up: Incoming, ${number}` }).click();
    await page.getByRole("dialog").getByText("Both sides are cut off at once.").waitFor();
    expect(calls.ended).toEqual([]);
    await page.getByRole("dialog").getByRole("button", { name: "Hang up" }).click();
    await talking.waitFor({ state: "detached" });
    expect(calls.ended).toEqual([CALL.id]);
    // What ends by itself goes as well: the page asks again.
    calls.reply = { ...calls.reply, calls: [] };
    await page.getByText("Nobody is calling.").waitFor();
    // And what begins is told by the box: nobody waits for the page to ask.
    calls.reply = { ...calls.reply, calls: [{ ...CALL, id: "34".repeat(16) }] };
    const asked = sent.length;
    box.tellCall({
      ...{ id: "34".repeat(16), at: systemClock.now(), slot: "1", line: CALL.line, held: false, cause: null },
      ...{ direction: "in", phase: "ringing", started_at: systemClock.now(), talking_at: null },
    });
    // Shorter than the ten seconds after which an idle page asks by itself.
    await page.locator(`[data-call="${"34".repeat(16)}"]`).waitFor({ timeout: 8000 });
    expect(sent.slice(asked).filter((request) => request.includes("/api/v1/calls")).length).toBeGreaterThan(0);
    expect(complaints).toEqual([]);
  });

  it("say in words why none can be taken, and what an unencrypted one is", async () => {
    const calls = busyCalls();
    const [first] = calls.reply.calls;
    if (first === undefined || first.quality === null) throw new Error("the fake has no call with a quality");
    const bare = { ...first, held: true, quality: { ...first.quality, encryption: "none" as const, jitter_ms: null } };
    const problem = { code: "voice.edge_down", message: "phones cannot be reached now", hint: "See whether it runs." };
    calls.reply = { ...calls.reply, problem, edge: null, phones: 0, voice_slots: 0, calls: [bare] };
    const { page, complaints } = await openCalls(calls, PHONE);
    await page.getByText("Calls cannot be taken").waitFor();
    await page.getByText("The SIP server does not answer").waitFor();
    await page.getByText("See whether it runs.").waitFor();
    await page.getByText("No slot carries sound now").waitFor();
    await page.getByText("on hold").waitFor();
    expect(await page.locator(".call-open").textContent()).toBe("none");
    expect(complaints).toEqual([]);
  });

  it("give a rental another credential after telling what that does", async () => {
    const calls = busyCalls();
    const { page, complaints, number } = await openCalls(calls, DESKTOP);
    await page.getByText("Linphone/5.1").waitFor();
    await page.getByRole("button", { name: `New credential: ${number}` }).click();
    await page.getByRole("dialog").getByText("phones are signed out").waitFor();
    expect(await pageFaults(page)).toEqual([]);
    expect(calls.rotated).toEqual([]);
    await page.getByRole("dialog").getByRole("button", { name: "New credential" }).click();
    await page.getByText(`${number} has a new credential`).waitFor();
    await page.getByText("none registered").waitFor();
    expect(calls.rotated).toEqual([ACCOUNT.rental]);
    expect(complaints).toEqual([]);
  });

  it("are listed once they are over, page by page", async () => {
    const calls = busyCalls();
    calls.records = records(60);
    const { page, complaints } = await openCalls(calls, DESKTOP);
    const rows = table(page, "Calls that are over");
    await rows.first().waitFor();
    expect(await rows.count()).toBe(25);
    expect(await rows.first().textContent()).toMatch(/Outgoing.*1:00.*hung up.*signed/);
    expect(await rows.nth(1).textContent()).toMatch(/–.*no answer.*none/);
    await page.getByRole("button", { name: "Older" }).click();
    await page.getByRole("cell", { name: "0:34", exact: true }).waitFor();
    await page.getByRole("button", { name: "Older" }).click();
    await page.getByRole("cell", { name: "0:10", exact: true }).waitFor();
    expect(await rows.count()).toBe(10);
    expect(await page.getByRole("button", { name: "Older" }).count()).toBe(0);
    await page.getByRole("button", { name: "Newest" }).click();
    await page.getByRole("cell", { name: "1:00", exact: true }).waitFor();
    expect(complaints).toEqual([]);
  });

  it("can be looked at: tones through Asterisk, and a test call to an own number that was typed whole", async () => {
    const calls = new FakeCalls();
    const { page, complaints, box } = await openCalls(calls, DESKTOP);
    const panel = page.getByRole("region", { name: "Sound check" });
    await panel.getByRole("button", { name: "Check through Asterisk" }).click();
    await panel.getByText("Tones are being sent").waitFor();
    expect(calls.checked).toEqual([{ kind: "loop" }]);
    calls.sound = SOUND;
    await panel.getByText("The way through Asterisk works").waitFor();
    for (const text of ["12 of 12", "42 ms", /^[-−]12.2 dBFS$/, "0.4 %"]) await panel.getByText(text).first().waitFor();
    await panel.getByRole("img", { name: "What was heard: 12 of 12 tones came back" }).waitFor();
    await panel.getByRole("button", { name: "Test call…" }).click();
    const dialog = page.getByRole("dialog");
    const submit = dialog.getByRole("button", { name: "Call", exact: true });
    const slots = box.slots().filter(({ line, state }) => line !== null && state === "ready");
    const from = slots[0];
    const other = (await box.lines()).find(({ number }) => number !== from?.line?.number)?.number ?? "";
    for (const wrong of ["+15550100", from?.line?.number ?? "", other.slice(0, -1)]) {
      await dialog.getByLabel("Number to call").fill(wrong);
      expect(await submit.isDisabled(), wrong).toBe(true);
    }
    await dialog.getByLabel("Number to call").fill(other);
    expect(await pageFaults(page)).toEqual([]);
    await submit.click();
    await panel.getByText("The other number is being called.").waitFor();
    expect(calls.checked.at(-1)).toEqual({ kind: "call", slot: from?.id, number: other });
    calls.sound = { ...SOUND, state: "failed", report: null, problem: NOT_ANSWERED };
    await panel.getByText("The number did not take the test call").waitFor();
    expect(complaints).toEqual([]);
  });

  it("are told to be off on a box without voice, which is asked once", async () => {
    const off = new FakeCalls();
    off.reply = { ...CALLS_REPLY, configured: false, edge: null, calls: [] };
    const { page, complaints, sent } = await openCalls(off, DESKTOP);
    await page.getByText("This box has no calls yet").waitFor();
    expect(await page.getByRole("link", { name: "Open the settings" }).getAttribute("href")).toBe("/settings");
    expect(await page.locator(".fault").count()).toBe(0);
    expect(await pageFaults(page)).toEqual([]);
    await goTo(page, "Overview");
    await page.locator(".stations").waitFor();
    await goTo(page, "Calls");
    await page.getByText("This box has no calls yet").waitFor();
    // Once for each time that the page is opened.
    expect(sent.filter((request) => request.includes("/api/v1/calls"))).toHaveLength(2);
    // Of other views, whose parts this web server does not have.
    expect(complaints.filter((text) => !/status of 404/.test(text))).toEqual([]);
  });

  it.each([
    ["a desktop in the light", { ...DESKTOP, colorScheme: "light" }],
    ["a desktop in the dark", { ...DESKTOP, colorScheme: "dark" }],
    ["a phone in the light", { ...PHONE, colorScheme: "light" }],
    ["a phone in the dark", { ...PHONE, colorScheme: "dark" }],
  ] as const)("can be used by anybody on %s", async (_name, look) => {
    const calls = busyCalls();
    calls.records = records(30);
    calls.sound = SOUND;
    const { page } = await openCalls(calls, look);
    await page.locator(".check-picture").waitFor();
    await table(page, "Calls that are over").first().waitFor();
    await page.getByText("Linphone/5.1").waitFor();
    expect(await pageFaults(page)).toEqual([]);
    await page
      .getByRole("button", { name: /^Hang up: / })
      .first()
      .click();
    expect(await pageFaults(page)).toEqual([]);
  });
});
