import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { alertRoutes, alertRules, quietHoursOf } from "../../src/app/alert-rules.ts";
import { deferred, fromBase64url, fromUtf8, Secret, toBase64url } from "../../src/base/index.ts";
import { alertsSection } from "../../src/config/alerts-schema.ts";
import { openV1 } from "../../src/envelope/index.ts";
import { httpPeer } from "../notify/http-peer.ts";
import { tempFolder } from "../sqlite/temp-folder.ts";
import { newBoard, openBox, parts, ready } from "./box-rig.ts";

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/** A receiver; `next` resolves with the first post, past or future, whose body fits. */
async function receiver() {
  const waiting: { readonly fits: RegExp; readonly found: (body: string) => void }[] = [];
  const peer = await httpPeer((response) => {
    response.writeHead(204).end();
    const body = peer.got.at(-1)?.body ?? "";
    for (const { fits, found } of waiting) if (fits.test(body)) found(body);
  });
  const next = (fits: RegExp): Promise<string> => {
    const past = peer.got.find(({ body }) => fits.test(body));
    if (past !== undefined) return Promise.resolve(past.body);
    const found = deferred<string>();
    waiting.push({ fits, found: found.resolve });
    return found.promise;
  };
  return { ...peer, next };
}

describe("a box with alerts and webhooks", () => {
  it("tells that its relay is down, and that an SMS came, and nothing of what is in it", async () => {
    const folder = tempFolder();
    writeFileSync(join(folder, "hook.secret"), `${SECRET}\n`);
    const [owner, integrator] = [await receiver(), await receiver()];
    const hookKey = new Secret(parts.random.bytes(32));
    const board = newBoard();
    const sections = {
      alerts: {
        rules: { relay_down: { after: "0s" } },
        channels: [{ id: "owner", webhook: { url: owner.url } }],
      },
      webhooks: [
        {
          id: "erp",
          url: integrator.url,
          events: ["sms.received", "alert.*"],
          secret_file: "hook.secret",
          content: { lines: ["line-1"], seal_to: toBase64url(parts.suite.x25519Public(hookKey.reveal())) },
        },
      ],
    };
    const { box, log } = await openBox({ folder, board, sections });
    await ready(box);
    board.modem(1).sendSms({ from: "+15557654321", body: "CANARY-OF-A-TEXT" });
    const sms = JSON.parse(await integrator.next(/sms\.received/));
    expect(sms).toMatchObject({ type: "sms.received", data: { line: "line-1", slot: "1", rental: null } });
    const content = JSON.parse(await integrator.next(/sms\.content/));
    const envelope = fromBase64url(content.data.envelope);
    const opened = fromUtf8(openV1({ suite: parts.suite, secret: hookKey, envelope }));
    expect(JSON.parse(opened)).toMatchObject({ body: "CANARY-OF-A-TEXT", from: "+15557654321" });
    const alert = JSON.parse(await owner.next(/relay_down/));
    expect(alert).toMatchObject({
      what: "raised",
      severity: "critical",
      title: expect.stringContaining("The relay is out of reach"),
    });
    await integrator.next(/alert\.raised/);
    await box.stop();
    const everything = JSON.stringify([owner.got, integrator.got, log.lines]);
    for (const secret of ["CANARY", "15557654321", "1555010", SECRET.slice(6)])
      expect(everything).not.toContain(secret);
    expect(integrator.got[0]?.headers["webhook-signature"]).toMatch(/^v1,/);
  }, 30_000);

  it("sends after a restart what it could not send before", async () => {
    const folder = tempFolder();
    writeFileSync(join(folder, "hook.secret"), SECRET);
    const integrator = await receiver();
    integrator.state.answer = (response) => void response.writeHead(503).end();
    const webhooks = [{ id: "erp", url: integrator.url, events: ["sms.received"], secret_file: "hook.secret" }];
    const board = newBoard();
    const first = await openBox({ folder, board, sections: { webhooks } });
    await ready(first.box);
    board.modem(1).sendSms({ from: "+15557654321", body: "hello" });
    const refused = deferred<void>();
    integrator.state.answer = (response) => {
      response.writeHead(503, { "retry-after": "0" }).end();
      refused.resolve();
    };
    await refused.promise;
    await first.box.stop();
    const before = integrator.got.at(-1)?.headers["webhook-id"];
    const again = deferred<unknown>();
    integrator.state.answer = (response, request) => {
      response.writeHead(200).end();
      again.resolve(request.headers["webhook-id"]);
    };
    await openBox({ folder, board, sections: { webhooks } });
    expect(await again.promise).toBe(before);
  }, 30_000);
});

describe("the owner's wishes", () => {
  it("become rules, without those that are switched off", () => {
    const section = alertsSection.parse({ rules: { slot_down: { enabled: false }, disk_low: { repeat: "6h" } } });
    const rules = alertRules(section);
    expect(rules.some(({ id }) => id === "slot_down")).toBe(false);
    expect(rules.find(({ id }) => id === "disk_low")).toMatchObject({
      limit: { raise: 10, clear: 12 },
      repeat: 21_600_000,
    });
    expect(rules.find(({ id }) => id === "relay_down")).toMatchObject({ limit: null, repeat: null });
  });

  it("become quiet hours and routes", () => {
    expect(quietHoursOf({}, "UTC")).toBeNull();
    expect(quietHoursOf({ quiet_hours: { from: "22:00", to: "07:00" } }, "Asia/Kathmandu")?.zone).toBe(
      "Asia/Kathmandu",
    );
    const { quiet_hours } = alertsSection.parse({ quiet_hours: { from: "22:30", zone: "Europe/Madrid" } });
    expect(quietHoursOf({ quiet_hours }, "UTC")).toEqual({ from: 1350, to: 420, zone: "Europe/Madrid" });
    const channels = [{ id: "w", webhook: { url: "https://a.example" } }];
    expect(alertRoutes({ channels, routes: undefined })).toEqual([{ severity: "warning", to: ["w"] }]);
  });
});
