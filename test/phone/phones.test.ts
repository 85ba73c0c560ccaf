import { describe, expect, it } from "vitest";
import { AppError, minutes, seconds } from "../../src/base/index.ts";
import { addPixel, binding, event, openPhones, type PhonesRig, START, signed, sms } from "./phone-rig.ts";

const full = new AppError("store.full", "no space", { retryable: true });

async function paired(rig: PhonesRig) {
  const { secret, signingKey } = await addPixel(rig);
  const send = (body: string, key = signingKey) => rig.phones.webhook(secret, signed(body, key, rig.clock.now()));
  return { secret, signingKey, send };
}

const view = (rig: PhonesRig) => rig.phones.phones()[0];

describe("registration", () => {
  it("makes keys of its own, waits for the phone, and ends with its first signed word", async () => {
    const rig = await openPhones();
    const { signingKey, secret, phone } = await addPixel(rig);
    expect([signingKey.length, secret.length]).toEqual([32, 22]);
    expect(phone).toMatchObject({ name: "pixel", state: "waiting", paired: false, box_url: "https://box.example" });
    const slot = rig.phones.driver(binding("p1", "pixel", 1));
    expect(slot.status()).toMatchObject({ kind: "phone", state: "starting", problem: null, lineId: "line-1" });
    await rig.phones.webhook(secret, signed(event("system:ping", {}), signingKey));
    expect(view(rig)).toMatchObject({ state: "ready", paired: true, last_seen: START });
    expect(slot.status()).toMatchObject({ state: "ready", step: "ready" });
    expect(rig.codes()).toEqual(["phone.added", "phone.ready", "phone.paired"]);
    expect(rig.changed).toContain("p2");
  });

  it("is kept sealed: nothing of it can be read in the settings, all of it after a restart", async () => {
    const rig = await openPhones();
    const { secret, signingKey, send } = await paired(rig);
    await send(event("system:ping", {}));
    await rig.clock.flush();
    const [stored = ""] = rig.settings.values.values();
    const raw = `${stored}${Buffer.from(stored, "base64url").toString("latin1")}`;
    for (const needle of [secret, signingKey, "pixel"]) expect(raw).not.toContain(needle);
    const next = await openPhones({ settings: rig.settings });
    expect(view(next)).toMatchObject({ name: "pixel", paired: true, state: "waiting" });
    expect(await next.phones.webhook(secret, signed(sms(), signingKey))).toEqual({ status: "stored" });
  });

  it("takes a name once, and no more than 32 phones", async () => {
    const rig = await openPhones();
    for (let n = 1; n <= 32; n++) await rig.phones.add({ name: `p${n}`, box_url: "https://box.example" });
    await expect(rig.phones.add({ name: "p1", box_url: "https://b" })).rejects.toMatchObject({ code: "phone.exists" });
    await expect(addPixel(rig)).rejects.toMatchObject({ code: "phone.too_many" });
  });

  it("that cannot be written down is none", async () => {
    const rig = await openPhones();
    rig.settings.failure = full;
    await expect(addPixel(rig)).rejects.toMatchObject({ code: "store.full" });
    expect(rig.phones.phones()).toEqual([]);
    rig.settings.failure = null;
    await addPixel(rig);
    rig.settings.failure = full;
    await expect(rig.phones.change("pixel", { name: "other" })).rejects.toMatchObject({ code: "store.full" });
    await expect(rig.phones.remove("pixel")).rejects.toMatchObject({ code: "store.full" });
    expect(view(rig)?.name).toBe("pixel");
  });

  it("ends with the phone's removal: what it sends is refused, its slot says so", async () => {
    const rig = await openPhones();
    const { send } = await paired(rig);
    await rig.phones.remove("pixel");
    await expect(send(sms())).rejects.toMatchObject({ code: "phone.unknown" });
    const slot = rig.phones.driver(binding("p1", "pixel", 1));
    expect(slot.status()).toMatchObject({ state: "down", problem: { code: "phone.not_registered" } });
    await expect(rig.phones.remove("pixel")).rejects.toMatchObject({ code: "phone.unknown" });
  });

  it("follows a new name: the slots of that name are served, the phone keeps its address", async () => {
    const rig = await openPhones();
    const { secret, signingKey } = await rig.phones.add({ name: "old", box_url: "https://box.example" });
    await expect(rig.phones.webhook(secret, signed(sms(), signingKey))).rejects.toMatchObject({
      code: "phone.no_line",
    });
    await rig.phones.change("old", { name: "pixel" });
    expect(await rig.phones.webhook(secret, signed(sms(), signingKey))).toEqual({ status: "stored" });
  });

  it("by the phone's browser is closed once the phone is paired, and after an hour", async () => {
    const rig = await openPhones();
    const { secret, send } = await paired(rig);
    const api = { url: "http://127.0.0.1:9", user: "u", password: "p" };
    await send(event("system:ping", {}));
    await expect(rig.phones.join(secret, api)).rejects.toMatchObject({ code: "phone.join_closed" });
    const late = await rig.phones.add({ name: "late", box_url: "https://box.example" });
    await rig.clock.advance(minutes(61));
    await expect(rig.phones.join(late.secret, api)).rejects.toMatchObject({ code: "phone.join_closed" });
    await expect(rig.phones.join("guess", api)).rejects.toMatchObject({ code: "phone.unknown" });
  });
});

describe("a webhook", () => {
  it("is answered only when its message is durable, and fails when it is not, so that the phone tries again", async () => {
    const rig = await openPhones();
    const { send } = await paired(rig);
    rig.intake.failure = full;
    await expect(send(sms())).rejects.toMatchObject({ code: "store.full", retryable: true });
    expect(rig.intake.accepted).toEqual([]);
    // Not the phone's fault: nothing is held against it, and the very same request may come again.
    expect(view(rig)).toMatchObject({ refused: 0, state: "ready", problem: null });
    rig.intake.failure = null;
    expect(await send(sms())).toEqual({ status: "stored" });
  });

  it("that failed is no replay: the same bytes and signature are taken up again", async () => {
    const rig = await openPhones();
    const { secret, signingKey } = await addPixel(rig);
    const request = signed(sms(), signingKey);
    rig.intake.failure = full;
    await expect(rig.phones.webhook(secret, request)).rejects.toMatchObject({ code: "store.full" });
    rig.intake.failure = null;
    expect(await rig.phones.webhook(secret, request)).toEqual({ status: "stored" });
    expect(await rig.phones.webhook(secret, request)).toEqual({ status: "duplicate" });
    expect(rig.intake.accepted).toHaveLength(1);
  });

  it("replayed while the first is being stored waits for it and shares its end", async () => {
    const rig = await openPhones();
    const { secret, signingKey } = await addPixel(rig);
    const request = signed(sms(), signingKey);
    const both = await Promise.all([rig.phones.webhook(secret, request), rig.phones.webhook(secret, request)]);
    expect(both).toEqual([{ status: "stored" }, { status: "duplicate" }]);
    rig.intake.failure = full;
    const next = signed(sms({ message: "next" }), signingKey);
    const ends = await Promise.allSettled([rig.phones.webhook(secret, next), rig.phones.webhook(secret, next)]);
    expect(ends.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  });

  it("with the same SMS under another id stores it once, with an equal text a second later twice", async () => {
    const rig = await openPhones();
    const { send } = await paired(rig);
    expect(await send(sms({}, "a"))).toEqual({ status: "stored" });
    expect(await send(sms({}, "b"))).toEqual({ status: "duplicate" });
    expect(await send(sms({ receivedAt: "2026-06-01T14:00:01.000+02:00" }))).toEqual({ status: "stored" });
    expect(await send(sms({ simNumber: 2 }))).toEqual({ status: "stored" });
    expect(rig.intake.accepted.map(({ lineId }) => lineId)).toEqual(["line-1", "line-1", "line-2"]);
    expect(view(rig)).toMatchObject({ received: 3, duplicates: 1 });
  });

  it("with a wrong signature is refused, counted, and told to the owner once in ten minutes", async () => {
    const rig = await openPhones();
    const { send } = await paired(rig);
    for (let n = 0; n < 3; n++)
      await expect(send(sms(), "wrong")).rejects.toMatchObject({ code: "phone.bad_signature" });
    expect(view(rig)).toMatchObject({ refused: 3, state: "waiting", problem: { code: "phone.bad_signature" } });
    expect(rig.codes().filter((code) => code === "phone.refused")).toHaveLength(1);
    await rig.clock.advance(minutes(11));
    await expect(send(sms(), "wrong")).rejects.toMatchObject({ code: "phone.bad_signature" });
    expect(rig.codes().filter((code) => code === "phone.refused")).toHaveLength(2);
    await send(sms());
    expect(view(rig)).toMatchObject({ refused: 4, problem: null, warnings: [] });
  });

  it("of a phone whose clock is wrong says by how much, until the clock is right", async () => {
    const rig = await openPhones();
    const { secret, signingKey, send } = await paired(rig);
    await expect(rig.phones.webhook(secret, signed(sms(), signingKey, START - minutes(30)))).rejects.toMatchObject({
      code: "phone.stale",
    });
    expect(view(rig)?.problem).toMatchObject({ code: "phone.stale", context: { skew_s: -1800 } });
    expect(await send(sms())).toEqual({ status: "stored" });
  });

  it("is taken whatever its time while the box doubts its own clock", async () => {
    const rig = await openPhones();
    const { secret, signingKey } = await addPixel(rig);
    rig.time.confidence = "suspect";
    expect(await rig.phones.webhook(secret, signed(sms(), signingKey, START + 9e9))).toEqual({ status: "stored" });
  });

  it("after a silence of five minutes brings the phone back", async () => {
    const rig = await openPhones();
    const { send } = await paired(rig);
    rig.phones.start();
    await send(event("system:ping", {}));
    await rig.clock.advance(minutes(5.5));
    expect(view(rig)).toMatchObject({ state: "down", problem: { code: "phone.silent" } });
    expect(rig.phones.driver(binding("p1", "pixel", 1)).status()).toMatchObject({ state: "down", step: "silent" });
    await send(sms());
    expect(view(rig)).toMatchObject({ state: "ready" });
    expect(rig.codes()).toEqual(["phone.added", "phone.ready", "phone.paired", "phone.down", "phone.ready"]);
  });

  it("tells battery, version and SIMs, which the slots show", async () => {
    const rig = await openPhones();
    const { send } = await paired(rig);
    const checks = { "battery:level": { observedValue: 55 }, "battery:charging": { observedValue: 0 } };
    await send(event("system:ping", { health: { version: "1.68.0", checks } }));
    const iccid = "8900101000000000002";
    await send(event("app:started", { simCards: [{ simNumber: 2, phoneNumber: "+1", carrierName: "T", iccid }] }));
    expect(rig.phones.driver(binding("p2", "pixel", 2)).status()).toMatchObject({
      modem: { revision: "1.68.0" },
      ...{ battery: { percent: 55, charging: false }, iccid, operator: "T", ownNumber: "+1", signalDbm: null },
    });
  });

  it("leaves no text and no sender in log and events", async () => {
    const rig = await openPhones({ lines: {} });
    const { send } = await paired(rig);
    const secretive = { message: "zebra-quagmire", sender: "+15550173942" };
    await expect(send(sms(secretive))).rejects.toMatchObject({ code: "phone.no_line" });
    await expect(send(sms({ ...secretive, simNumber: "x" }))).rejects.toMatchObject({ code: "phone.bad_payload" });
    await rig.clock.advance(seconds(1));
    const said = JSON.stringify([rig.log.lines, rig.events.list({ after: 0, limit: 500 }), rig.phones.phones()]);
    expect(rig.codes()).toContain("phone.refused");
    expect(said).not.toMatch(/zebra|quagmire|173942/);
  });
});
