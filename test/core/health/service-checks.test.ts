// Relay, units and other services: what is well, what is not, and what is not missed.

import { describe, expect, it } from "vitest";
import { AppError, millis, unixMs } from "../../../src/base/index.ts";
import {
  type DoctorFinding,
  type HttpAnswer,
  linkStart,
  type NamedService,
  type ServiceProbe,
  serviceChecks,
  type UnitFacts,
} from "../../../src/core/index.ts";
import { calmExam } from "./calm-exam.ts";

const NOW = unixMs(Date.UTC(2026, 5, 1));
const down = (): Promise<never> =>
  Promise.reject(new AppError("service.unreachable", "relay.example cannot be reached (ECONNREFUSED)"));
const answer = (status: number, date: number | null = NOW): ServiceProbe["http"] => {
  const said: HttpAnswer = { status, date: date === null ? null : unixMs(date) };
  return async () => said;
};

const RELAY = "https://relay.example/";

interface Rig {
  readonly http?: ServiceProbe["http"];
  readonly tcp?: ServiceProbe["tcp"];
  readonly services?: readonly NamedService[];
  readonly units?: readonly UnitFacts[];
  readonly link?: typeof linkStart;
  readonly urls?: readonly string[];
  readonly appliance?: boolean;
}

async function look({
  http = answer(200),
  tcp = down,
  services = [],
  units = [],
  link,
  urls = [RELAY],
  appliance = true,
}: Rig) {
  const checks = serviceChecks({
    ...{ clock: { now: () => NOW }, probe: { http, tcp }, services, appliance, units: ["a.service"] },
    exam: calmExam({ units: async (names) => (names.includes("a.service") ? units : []) }),
    relay: { urls, http, link: link === undefined ? null : () => link },
  });
  return (await Promise.all(checks.map(({ run }) => run()))).flat();
}
const told = (findings: readonly DoctorFinding[]) => findings.map(({ verdict, code }) => `${verdict} ${code}`);

describe("the relay", () => {
  it.each<[string, Rig, readonly string[]]>([
    ["is well", {}, ["ok relay.answers"]],
    ["is well and tells no time", { http: answer(200, null) }, ["ok relay.answers"]],
    ["has trouble", { http: answer(503) }, ["fail relay.unwell"]],
    ["is something else", { http: answer(404) }, ["fail relay.no_relay"]],
    ["is not reached", { http: down }, ["fail relay.unreachable"]],
    ["has a clock two minutes off", { http: answer(200, NOW - 120_000) }, ["ok relay.answers"]],
    ["has another clock", { http: answer(200, NOW + 121_000) }, ["ok relay.answers", "fail clock.differs"]],
    [
      "is asked in vain by the box",
      { link: { ...linkStart, kind: "down", failures: 3, notBefore: millis(9), code: "relay.refused" } },
      ["ok relay.answers", "warn relay.link_down"],
    ],
    ["answers the box", { link: { ...linkStart, kind: "up" } }, ["ok relay.answers"]],
  ])("%s", async (_, rig, expected) => expect(told(await look(rig))).toEqual(expected));

  it("has another clock, and the owner is told what to do where he is: in the console, or in a shell", async () => {
    const http = answer(200, NOW + 121_000);
    const hintOn = async (appliance: boolean) => (await look({ http, appliance }))[1]?.hint ?? "";
    expect(await hintOn(true)).toMatch(/page Machine/);
    expect(await hintOn(true)).not.toMatch(/sudo|timedatectl/);
    expect(await hintOn(false)).toContain("timedatectl");
  });

  it("is asked for its health, wherever its address ends", async () => {
    const asked: string[] = [];
    await look({
      http: async (url) => {
        asked.push(url);
        return { status: 200, date: null };
      },
    });
    expect(asked).toEqual(["https://relay.example/health"]);
  });
});

describe("a relay with several addresses", () => {
  const urls = ["https://a.example", "https://b.example"];
  const only =
    (host: string, said: HttpAnswer): ServiceProbe["http"] =>
    (url) =>
      new URL(url).host === host ? Promise.resolve(said) : down();

  it("is well with one of them; that the other does not answer is a warning that names it", async () => {
    const findings = await look({ urls, http: only("b.example", { status: 200, date: null }) });
    expect(told(findings)).toEqual(["warn relay.unreachable", "ok relay.answers"]);
    expect(findings.map(({ message }) => message.split(":")[0])).toEqual(["a.example", "b.example"]);
  });

  it("fails where none is well, and a wrong clock stays a fault", async () => {
    const ill = await look({ urls, http: only("b.example", { status: 503, date: null }) });
    expect(told(ill)).toEqual(["fail relay.unreachable", "fail relay.unwell"]);
    const late = await look({ urls, http: only("b.example", { status: 200, date: unixMs(NOW + 121_000) }) });
    expect(told(late)).toEqual(["warn relay.unreachable", "ok relay.answers", "fail clock.differs"]);
  });
});

describe("a service", () => {
  const ari: NamedService = { name: "Asterisk", url: "http://127.0.0.1:8088/ari" };
  const drachtio: NamedService = { name: "drachtio", url: "tcp://[::1]:9022", remedy: "Start drachtio." };

  it("lives if it answers at all, also with a wish for a password", async () => {
    const asked: unknown[] = [];
    const rig = {
      http: answer(401, null),
      tcp: async (address: { readonly host: string; readonly port: number }) => void asked.push(address),
      services: [ari, drachtio],
    };
    expect(told(await look(rig)).slice(1)).toEqual(["ok service.answers", "ok service.answers"]);
    expect(asked).toEqual([{ host: "::1", port: 9022 }]);
  });

  it("is named when it does not, with what to do", async () => {
    const found = await look({ http: answer(502, null), services: [ari, drachtio] });
    expect(told(found).slice(1)).toEqual(["fail service.unwell", "fail service.unreachable"]);
    expect(found[2]?.hint).toBe("Start drachtio.");
  });

  it("keeps the remedy that the probe knows better", async () => {
    const tcp = () => Promise.reject(new AppError("service.unknown_host", "no such name", { hint: "Check the name." }));
    expect((await look({ tcp, services: [drachtio] }))[1]).toMatchObject({ hint: "Check the name." });
  });
});

describe("a unit of systemd", () => {
  const unit = (over: Partial<UnitFacts>): UnitFacts => ({
    ...{ name: "a.service", wanted: true, state: "active", restarts: 0 },
    ...over,
  });
  it.each<[string, UnitFacts, readonly string[]]>([
    ["runs", unit({}), ["ok unit.runs"]],
    ["is starting", unit({ state: "changing" }), ["ok unit.runs"]],
    ["has failed", unit({ state: "failed", wanted: false }), ["fail unit.failed"]],
    ["should run", unit({ state: "inactive" }), ["warn unit.inactive"]],
    ["need not run", unit({ state: "inactive", wanted: false }), []],
    ["was started twice again", unit({ restarts: 2 }), ["ok unit.runs"]],
    ["was started again and again", unit({ restarts: 3 }), ["warn unit.restarts"]],
  ])("that %s", async (_, facts, expected) => expect(told(await look({ units: [facts] })).slice(1)).toEqual(expected));
});
