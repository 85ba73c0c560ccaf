// Against the simulated app's server, which keeps the app's rules.

import { describe, expect, it, onTestFinished } from "vitest";
import { days, minutes, seconds } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { type SimPhoneHandle, type StartPhoneOptions, startSimPhone } from "../sim/android/index.ts";
import { SeededRandom } from "../sim/seeded-random.ts";
import { openPhones, type PhonesRig, START } from "./phone-rig.ts";

const BOX = "https://box.example";

async function open(options: Partial<StartPhoneOptions> = {}) {
  const rig = await openPhones();
  const phone = await startSimPhone({ clock: systemClock, random: new SeededRandom("app"), ...options });
  // Nothing listens at the box's address.
  phone.phone.sender.online = false;
  onTestFinished(() => phone.stop());
  return { rig, phone };
}

const view = (rig: PhonesRig) => rig.phones.phones()[0];

/** Lets timers and sockets go on until `done`. */
async function until(rig: PhonesRig, done: () => boolean): Promise<void> {
  for (let turn = 0; turn < 2000 && !done(); turn++) await rig.clock.flush(1);
  expect(done()).toBe(true);
}

async function started(phone: SimPhoneHandle, rig: PhonesRig): Promise<void> {
  await rig.phones.add({ name: "pixel", api: phone.access, box_url: BOX });
  rig.phones.start();
  await until(
    rig,
    () => phone.app.requests.includes("GET /inbox") || phone.app.requests.includes("POST /messages/inbox/export"),
  );
  await rig.clock.flush(200);
}

describe("the app's server", () => {
  it("is told where to report, with which key, and how often to ping", async () => {
    const { rig, phone } = await open();
    const made = await rig.phones.add({ name: "pixel", api: phone.access, box_url: BOX });
    expect(phone.phone.signingKey).toBe(made.signingKey);
    expect(phone.phone.pingEvery).toBe(minutes(1));
    const urls = new Set(phone.phone.webhooks.map(({ url }) => url));
    expect([...urls]).toEqual([`${BOX}/api/v1/phone-webhook/${made.secret}`]);
    expect(phone.phone.webhooks.map(({ event }) => event).sort()).toEqual([
      "app:started",
      "mms:downloaded",
      "mms:received",
      "sms:data-received",
      "sms:received",
      "system:ping",
    ]);
    expect(view(rig)).toMatchObject({
      ...{ state: "ready", paired: false, model: "Google oriole", app_version: "1.68.0", transport: "wifi" },
      battery: { percent: 87, charging: true },
      sims: [
        { sim: 1, slot: "p1", operator: "Testnet", number: "+15550101" },
        { sim: 2, slot: "p2", operator: "Testnet", number: "+15550102" },
      ],
      warnings: [{ code: "phone.no_webhook_yet" }],
    });
    expect(JSON.stringify(view(rig))).not.toContain(phone.access.password);
  });

  it("gets back what somebody took away, and keeps what others registered", async () => {
    const { rig, phone } = await open();
    const other = { id: "other", url: "https://other.example/", event: "sms:received" };
    phone.phone.webhooks = [other];
    await started(phone, rig);
    expect(phone.phone.webhooks).toHaveLength(7);
    phone.phone.webhooks = [other];
    phone.phone.signingKey = "changed";
    for (let round = 0; round < 10; round++) {
      const before = phone.app.requests.filter((each) => each === "GET /health").length;
      await rig.clock.advance(minutes(1));
      await until(rig, () => phone.app.requests.filter((each) => each === "GET /health").length > before);
      await rig.clock.flush(100);
    }
    expect(phone.phone.webhooks).toHaveLength(7);
    expect(phone.phone.signingKey).not.toBe("changed");
    await rig.phones.remove("pixel");
    expect(phone.phone.webhooks).toEqual([other]);
  });

  it("is asked for the SMS that no webhook brought, each of which arrives once", async () => {
    const { rig, phone } = await open();
    const before = phone.phone.receive(1, { from: "+1", body: "the owner's own", sentAt: START - days(3) });
    await started(phone, rig);
    for (let n = 1; n <= 450; n++)
      phone.phone.receive((n % 2) + 1, { from: "+1", body: `#${n}`, sentAt: START + n * 1000 });
    rig.phones.driver({ slot: "p1" as never, phone: "pixel", sim: 1 }).nudge();
    await until(rig, () => rig.intake.accepted.length === 450);
    expect(rig.intake.texts.map(({ body }) => body)).toEqual(Array.from({ length: 450 }, (_, at) => `#${at + 1}`));
    expect(rig.intake.texts.map(({ body }) => body)).not.toContain(before.body);
    rig.phones.driver({ slot: "p1" as never, phone: "pixel", sim: 1 }).nudge();
    await until(rig, () => phone.app.requests.filter((each) => each === "GET /inbox").length >= 7);
    await rig.clock.flush(200);
    expect(rig.intake.accepted).toHaveLength(450);
    expect(view(rig)).toMatchObject({ received: 450, duplicates: 0 });
  });

  it("of an older version does without events and SIMs it does not know, and exports the inbox by its webhooks", async () => {
    const { rig, phone } = await open({ version: "1.52.1" });
    await started(phone, rig);
    expect(phone.phone.webhooks.map(({ event }) => event)).not.toContain("app:started");
    expect(phone.phone.webhooks.map(({ event }) => event)).toContain("sms:received");
    expect(phone.app.requests).toContain("POST /messages/inbox/export");
    expect(view(rig)).toMatchObject({ app_version: "1.52.1", sims: [{ operator: null }, { operator: null }] });
  });

  it("that refuses the password says so; the phone is alive all the same, and is tried again", async () => {
    const { rig, phone } = await open();
    const { phone: first } = await rig.phones.add({
      name: "pixel",
      api: { ...phone.access, password: "no" },
      box_url: BOX,
    });
    expect(first).toMatchObject({ state: "waiting", problem: { code: "phone.bad_credentials" } });
    await expect(rig.phones.change("pixel", { api: { ...phone.access, user: "no" } })).rejects.toMatchObject({
      code: "phone.bad_credentials",
    });
    expect(await rig.phones.change("pixel", { api: phone.access })).toMatchObject({ state: "ready", problem: null });
  });

  it("that does not take the box's address says that it wants https; its inbox is read every minute instead", async () => {
    const { rig, phone } = await open();
    const made = await rig.phones.add({ name: "pixel", api: phone.access, box_url: "http://192.168.1.5:8080" });
    expect(made.phone).toMatchObject({ state: "ready", problem: null });
    expect(made.phone.warnings[0]).toMatchObject({ code: "phone.url_refused", hint: expect.stringContaining("https") });
    rig.phones.start();
    for (let n = 1; n <= 3; n++) {
      await rig.clock.flush(100);
      phone.phone.receive(2, { from: "+1", body: `#${n}`, sentAt: rig.clock.now() });
      await rig.clock.advance(minutes(1));
      await until(rig, () => rig.intake.accepted.length === n);
    }
    expect(view(rig)).toMatchObject({ received: 3, duplicates: 0, paired: false });
    expect(view(rig)?.warnings.map(({ code }) => code)).toEqual(["phone.url_refused"]);
  });

  it("of a phone with an empty battery answers 500, and is read", async () => {
    const { rig, phone } = await open();
    phone.phone.battery = { percent: 4, charging: false };
    await started(phone, rig);
    expect(view(rig)).toMatchObject({ state: "ready", battery: { percent: 4 } });
    expect(view(rig)?.warnings.map(({ code }) => code)).toContain("phone.battery_low");
  });

  it("that is gone does not keep the box from stopping, and is named with what to do", async () => {
    const { rig, phone } = await open();
    await phone.stop();
    const { phone: made } = await rig.phones.add({ name: "pixel", api: phone.access, box_url: BOX });
    expect(made.problem).toMatchObject({ code: "phone.unreachable", hint: expect.stringContaining("Local Server") });
    rig.phones.start();
    await rig.clock.advance(seconds(1));
    await rig.phones.stop();
    expect(rig.clock.pending.filter((name) => /phone/.test(name))).toEqual([]);
  });

  it("is set up by the phone's own browser with a code", async () => {
    const { rig, phone } = await open();
    const { secret } = await rig.phones.add({ name: "pixel", box_url: BOX });
    await expect(rig.phones.join(secret, { ...phone.access, password: "no" })).rejects.toMatchObject({
      code: "phone.bad_credentials",
    });
    expect(view(rig)?.api).toBeNull();
    expect(await rig.phones.join(secret, phone.access)).toMatchObject({ api: phone.access.url, state: "ready" });
  });
});
