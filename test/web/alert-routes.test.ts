import { afterEach, describe, expect, it } from "vitest";
import { createDeliveryConsole } from "../../src/app/delivery-console.ts";
import { hours, minutes, seconds, silentLogger } from "../../src/base/index.ts";
import { alertsSection, webhooksSection } from "../../src/config/alerts-schema.ts";
import {
  type AlertRule,
  Alerts,
  createAlertConsole,
  EventArchive,
  EventLog,
  type Notice,
  NoticeDesk,
  type SendOutcome,
} from "../../src/core/index.ts";
import { alertOperations, deliveryOperations, eventOperations } from "../../src/web/index.ts";
import { MemoryAlerts } from "../sim/memory-alerts.ts";
import { MemoryEvents } from "../sim/memory-events.ts";
import { MemoryNotices } from "../sim/memory-notices.ts";
import { MemorySettings } from "../sim/memory-settings.ts";
import { SeededRandom } from "../sim/seeded-random.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";
import { startFixture, type WebFixture } from "./web-fixture.ts";

let f: WebFixture;
afterEach(() => f.stop());

const rule: AlertRule = {
  ...{
    id: "slot_down",
    severity: "warning",
    raiseAfter: seconds(30),
    clearAfter: seconds(30),
    repeat: null,
    limit: null,
  },
  ignore: new Set(["s9"]),
};
const sections = {
  locale: { language: "en" as const, time_zone: "UTC" },
  alerts: alertsSection.parse({
    channels: [
      { id: "mail", email: { host: "mail.example", from: "a@example.org", to: ["b@example.org"] } },
      { id: "hook", webhook: { url: "https://user-secret.example/path-secret" } },
    ],
    routes: [{ severity: "critical", to: ["mail"] }],
  }),
  webhooks: webhooksSection.parse([
    { id: "erp", url: "https://erp.example:8443/path-secret?key=hidden", events: ["sms.received"], secret_file: "s" },
  ]),
};
const policy = { backoff: { first: seconds(5), max: hours(1) }, giveUpAfter: hours(24), disableAfter: null };

async function open() {
  const clock = new VirtualClock();
  const now = () => clock.now();
  const deps = { clock, now, log: silentLogger, random: new SeededRandom("alert routes") };
  const events = new EventLog(clock, silentLogger);
  const down = new Set(["s1"]);
  const state = { outcome: { kind: "sent", status: 204 } as SendOutcome };
  const sent: Notice[] = [];
  const desk = new NoticeDesk({ ...deps, store: new MemoryNotices() });
  await desk.load();
  const sender = {
    send: async (notice: Notice) => {
      sent.push(notice);
      return state.outcome;
    },
  };
  for (const target of ["channel:mail", "channel:hook", "webhook:erp"]) desk.addTarget(target, { sender, policy });
  desk.start();
  const archive = new EventArchive({ ...deps, events, store: new MemoryEvents(), keep: 1000, keepFor: hours(24) });
  await archive.load();
  const alerts = new Alerts({
    ...{ ...deps, events, store: new MemoryAlerts(), settings: new MemorySettings(), rules: [rule] },
    flapping: { raises: 4, within: hours(1), calm: hours(1) },
    sources: [
      {
        rules: ["slot_down"],
        observe: async () => [...down].map((subject) => ({ rule: "slot_down", subject, value: true })),
      },
    ],
    quiet: () => false,
    sink: async () => {},
  });
  await alerts.load();
  alerts.start();
  const console = createAlertConsole({ alerts, rules: [rule], language: "de", quiet: () => true, now });
  const deliveries = createDeliveryConsole({ editable: true, config: sections, desk, random: deps.random, now });
  f = await startFixture({
    operations: [...alertOperations(console), ...deliveryOperations(deliveries), ...eventOperations(archive)],
  });
  await clock.advance(minutes(2));
  return { alerts, clock, desk, down, events, sent, state };
}

const get = async (path: string) => await f.call("GET", `/api/v1${path}`, { headers: await f.token("read") });
const act = async (method: "POST" | "PUT", path: string, body?: object) =>
  await f.call(method, `/api/v1${path}`, {
    headers: await f.token("operate"),
    ...(body === undefined ? {} : { body }),
  });

describe("alerts over REST", () => {
  it("are listed with their words, in the language that is asked for or the box's own", async () => {
    await open();
    const german = await get("/alerts");
    expect(german.json).toMatchObject({ quiet: true, maintenance: [], alerts: [{ rule: "slot_down", slot: "s1" }] });
    expect(german.json).toMatchObject({
      alerts: [{ text: "Slot s1 ist ausgefallen", severity: "warning", value: null }],
    });
    expect((await get("/alerts?language=en")).json).toMatchObject({ alerts: [{ text: "Slot s1 is down" }] });
    expect((await get("/alerts?language=xx")).status).toBe(400);
  });

  it("are acknowledged and snoozed by those who may operate", async () => {
    const { alerts } = await open();
    const id = alerts.active()[0]?.id ?? "";
    const reader = await f.token("read");
    expect((await f.call("POST", `/api/v1/alerts/${id}/acknowledge`, { headers: reader })).status).toBe(403);
    const known = await act("POST", `/alerts/${id}/acknowledge`);
    expect([known.status, known.json]).toMatchObject([200, { id, acknowledged_at: expect.any(Number) }]);
    expect((await act("POST", `/alerts/${id}/snooze`, { minutes: 60 })).json).toMatchObject({
      snoozed_until: expect.any(Number),
    });
    expect((await act("POST", `/alerts/${id}/snooze`, { minutes: 0 })).status).toBe(400);
    const unknown = await act("POST", "/alerts/ffff/acknowledge");
    expect([unknown.status, unknown.json]).toMatchObject([404, { code: "alert.unknown" }]);
  });

  it("of the past are paged", async () => {
    const { clock, down } = await open();
    down.clear();
    await clock.advance(minutes(2));
    down.add("s2");
    await clock.advance(minutes(2));
    const first = (await get("/alerts/history?limit=1&language=en")).json as {
      next: number;
      alerts: { text: string }[];
    };
    expect(first.alerts.map(({ text }) => text)).toEqual(["Slot s2 is down"]);
    const second = (await get(`/alerts/history?limit=5&before=${first.next}&language=en`)).json;
    expect(second).toMatchObject({ next: null, alerts: [{ slot: "s1", cleared_at: expect.any(Number) }] });
  });

  it("can be put off for maintenance", async () => {
    await open();
    expect((await act("PUT", "/alerts/maintenance", { subject: "s1", minutes: 30 })).status).toBe(204);
    expect((await get("/alerts")).json).toMatchObject({ maintenance: [{ subject: "s1", until: expect.any(Number) }] });
    expect((await act("PUT", "/alerts/maintenance", { subject: "s1", minutes: 0 })).status).toBe(204);
    expect((await get("/alerts")).json).toMatchObject({ maintenance: [] });
  });

  it("tell their rules", async () => {
    await open();
    expect((await get("/alerts/rules")).json).toEqual({
      rules: [
        {
          ...{ id: "slot_down", of: "slot", severity: "warning", after_ms: 30_000, clear_after_ms: 30_000 },
          ...{ repeat_ms: null, limit: null, ignore: ["s9"] },
        },
      ],
    });
  });
});

describe("channels and webhooks over REST", () => {
  it("are listed without a secret: of an address only the host is told", async () => {
    await open();
    const [channels, hooks] = [await get("/alerts/channels"), await get("/webhooks")];
    expect(channels.json).toMatchObject({
      channels: [
        { id: "mail", kind: "email", from_severity: "critical", state: "ok", waiting: 0, last: null },
        { id: "hook", kind: "webhook", from_severity: null },
      ],
    });
    expect(hooks.json).toMatchObject({ webhooks: [{ id: "erp", host: "erp.example:8443", content: false }] });
    expect(`${channels.text}${hooks.text}`).not.toMatch(/secret|hidden/);
  });

  it("are tried out, and say how it went", async () => {
    const { sent, state } = await open();
    expect((await act("POST", "/alerts/channels/mail/test")).json).toMatchObject({ result: "sent", status: 204 });
    expect(JSON.parse(sent[0]?.body ?? "")).toMatchObject({ title: "Numberbox: a test", what: "test" });
    state.outcome = { kind: "retry", code: "notify.http_status", status: 500, after: null };
    expect((await act("POST", "/webhooks/erp/test")).json).toMatchObject({ result: "notify.http_status", status: 500 });
    expect(JSON.parse(sent[1]?.body ?? "")).toMatchObject({ type: "alert.test", data: {} });
    expect((await get("/webhooks/erp/attempts")).json).toMatchObject({
      attempts: [{ type: "alert.test", result: "notify.http_status" }],
    });
    for (const path of ["/alerts/channels/none/test", "/webhooks/none/test", "/webhooks/mail/enable"])
      expect((await act("POST", path)).json).toMatchObject({ code: "notify.unknown_target" });
    expect((await get("/webhooks/none/attempts")).status).toBe(404);
  });

  it("that were disabled are used again when the owner says so", async () => {
    const { clock, desk, state } = await open();
    state.outcome = { kind: "gone", code: "notify.gone", status: 410 };
    await desk.post([{ id: "1", target: "webhook:erp", type: "sms.received", at: clock.now(), body: "{}" }], true);
    await clock.advance(seconds(2));
    expect((await get("/webhooks")).json).toMatchObject({ webhooks: [{ state: "disabled", waiting: 1 }] });
    state.outcome = { kind: "sent", status: 200 };
    expect((await act("POST", "/webhooks/erp/enable")).status).toBe(204);
    await clock.advance(seconds(2));
    expect((await get("/webhooks")).json).toMatchObject({ webhooks: [{ state: "ok", waiting: 0 }] });
  });
});

describe("events of the past over REST", () => {
  it("are found by level, code and slot, newest first, page by page", async () => {
    const { events } = await open();
    for (let n = 0; n < 5; n++) events.record({ level: "error", code: "intake.paused", details: { n } });
    const page = (await get("/events/history?level=error&code=intake.&limit=2")).json as { next: number };
    expect(page).toMatchObject({ events: [{ details: { n: 4 } }, { details: { n: 3 } }] });
    const rest = await get(`/events/history?level=error&code=intake.&limit=50&before=${page.next}`);
    expect(rest.json).toMatchObject({ next: null, events: [{ details: { n: 2 } }, {}, {}] });
    expect((await get("/events/history?slot=s1")).json).toMatchObject({
      events: [{ code: "alert.raised", slot: "s1" }],
    });
    expect((await get("/events/history?from=0&to=1")).json).toEqual({ events: [], next: null });
  });

  it.each(["limit=501", "limit=x", "level=loud", "code=%25", "slot=../x", "before=-1", "more=1"])(
    "refuse ?%s",
    async (query) => {
      await open();
      expect((await get(`/events/history?${query}`)).status).toBe(400);
    },
  );
});

describe("a stranger", () => {
  it("learns nothing of all that", async () => {
    await open();
    for (const path of [
      "/alerts",
      "/alerts/history",
      "/alerts/rules",
      "/alerts/channels",
      "/webhooks",
      "/events/history",
    ])
      expect([path, (await f.call("GET", `/api/v1${path}`)).status]).toEqual([path, 401]);
  });
});
