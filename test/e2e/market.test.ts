// The whole loop of the network over the demo, by its command line: a provider's identity and listing are on the chain, a renter finds
// and verifies the listing, pays by RANDPAY, gets the number, reads an SMS and acknowledges it; the day's proof is anchored, and a third
// party verifies it from a file and a node.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { ANY_PORTS, type DemoFacts, type DemoHandle, startDemo } from "../../src/app/index.ts";
import { type Clock, days, millis, seconds, silentLogger, toBase64url, unixMs, utf8 } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { systemCrypto } from "../../src/base/system-crypto.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import { loadSimulator, startDemoNode } from "../../src/bin/commands/simulator.ts";
import { parseKeyfile } from "../../src/envelope/index.ts";
import { numberbox } from "./processes.ts";

const folder = mkdtempSync(join(tmpdir(), "numberbox-market-"));
const data = join(folder, "data");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The real clock, some days on. */
function clockIn(count: number): Clock {
  const ahead = days(count);
  return {
    now: () => unixMs(systemClock.now() + ahead),
    monotonic: () => systemClock.monotonic(),
    after: (delay, name, task) => systemClock.after(delay, name, task),
    sleep: (delay, what, signal) => systemClock.sleep(delay, what, signal),
  };
}

async function demoIn(count: number): Promise<DemoHandle> {
  const { startDemoBoard: startBoard } = await loadSimulator();
  const ports = {
    ports: ANY_PORTS,
    random: systemRandom,
    suite: systemCrypto,
    log: silentLogger,
    version: "test",
    pages: folder,
  };
  return await startDemo({ ...ports, clock: clockIn(count), dataFolder: data, startBoard, startNode: startDemoNode });
}

type Line = Readonly<Record<string, unknown>>;

async function command(
  args: readonly string[],
): Promise<{ readonly code: number | null; readonly lines: readonly Line[]; readonly err: string }> {
  const { code, out, err } = await numberbox([...args, "--json"], { XDG_STATE_HOME: join(folder, "state") });
  return {
    code,
    err,
    lines: out.split("\n").flatMap((line) => (line.startsWith("{") ? [JSON.parse(line) as Line] : [])),
  };
}

async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  const deadline = systemClock.monotonic() + seconds(90);
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (systemClock.monotonic() > deadline) throw new Error(`${what} did not come`);
    await systemClock.sleep(millis(500), what);
  }
}

const nodeArgs = (facts: DemoFacts): readonly string[] => [
  ...["--node", facts.node_url ?? "", "--node-password-file", facts.node_password_file ?? ""],
];
const relayArgs = (facts: DemoFacts): readonly string[] => ["--relay", facts.relay_url, ...nodeArgs(facts)];

async function boxApi(facts: DemoFacts, path: string): Promise<Line> {
  const headers = { authorization: `Bearer ${facts.api_token}` };
  return (await (await fetch(`${facts.console_url}/api/v1/${path}`, { headers })).json()) as Line;
}

async function rentAndRead(facts: DemoFacts): Promise<void> {
  const listing = facts.free?.listing_id ?? "";
  const offer = await until(
    "the listing",
    async () => (await command(["renter", "listings", ...relayArgs(facts)])).lines[0],
  );
  const ok = { kind: "ok" };
  expect(offer).toMatchObject({
    ...{ listing_id: listing, rentable: true, source: "node", provider: facts.provider_verify },
    verdicts: { commitment: ok, signature: ok, worm: ok, binding: ok },
  });
  const plan = ["renter", "rent", listing, "--tier", "sms_only", "--duration", "daily", ...relayArgs(facts)];
  const dry = await command([...plan, "--dry-run"]);
  expect(dry.lines).toEqual([
    {
      ...{ type: "cost", price: "0.05", per_sms: "0", due: "0.05" },
      ticket: { amount: "1", risk: 20, win_probability: 0.05, expected: "0.05" },
    },
  ]);
  expect((await command([...plan, "--budget", "0.5"])).err).toMatch(/^payment\.over_budget: /);
  const rented = await command(plan);
  expect(rented.err).not.toContain("renter.");
  const rental = rented.lines.at(-1);
  expect(rental).toMatchObject({ type: "rental", number: "+12025550109", paid: "0.05" });
  expect((await command(["renter", "listings", ...relayArgs(facts)])).lines).toEqual([]);
  const body = JSON.stringify({ from: "+15550100", body: "Your code is 271828" });
  const headers = { "content-type": "application/json" };
  await fetch(`${facts.simulator_url}/slots/${facts.free?.slot}/sms`, { method: "POST", headers, body });
  const inbox = ["renter", "inbox", "--keyfile", String(rental?.keyfile), "--relay", facts.relay_url];
  const sms = await until("the SMS", async () => (await command(inbox)).lines.find(({ type }) => type === "sms"));
  expect(sms).toMatchObject({ body: "Your code is 271828", to: "+12025550109", verified: true });
  await until("the acknowledgement", async () => {
    const { rentals } = (await boxApi(facts, "rentals")) as { rentals: readonly Line[] };
    return rentals.find(({ id, acknowledged }) => id === rental?.rental_id && acknowledged === 1);
  });
  await renew(facts, String(rental?.rental_id));
  await cancel(facts, String(rental?.rental_id), String(rental?.keyfile));
}

/** With the key that was made for the rental, which nobody has to name. */
async function renew(facts: DemoFacts, id: string): Promise<void> {
  const rentals = async () => (await command(["renter", "rentals", "--relay", facts.relay_url])).lines;
  const [before, ...others] = await rentals();
  expect(others).toEqual([]);
  expect(before).toMatchObject({ type: "rental", rental_id: id, number: "+12025550109", state: "active" });
  const plan = ["renter", "renew", id, "--duration", "daily", ...relayArgs(facts)];
  expect((await command([...plan, "--dry-run"])).lines[0]).toMatchObject({ type: "cost", price: "0.05", due: "0.05" });
  const renewed = await command(plan);
  const later = Number(before?.expires_at) + 86_400;
  expect(renewed.lines.at(-1), renewed.err).toMatchObject({ type: "rental", rental_id: id, expires_at: later });
  expect(await rentals()).toMatchObject([{ rental_id: id, expires_at: later }]);
  await renewByItself(facts, id, later);
  const upgrade = ["renter", "upgrade", id, "--tier", "sms_voice_video", ...relayArgs(facts)];
  expect((await command(upgrade)).err).toMatch(/^market\.not_offered: /);
  const unknown = await command(["renter", "renew", "f".repeat(32), ...relayArgs(facts)]);
  expect([unknown.code, unknown.err]).toEqual([1, expect.stringMatching(/^market\.unknown_rental: /)]);
}

/** Once, as it was allowed, and no more. */
async function renewByItself(facts: DemoFacts, id: string, until: number): Promise<void> {
  const pass = ["renter", "autorenew", "--once", ...relayArgs(facts)];
  const plan = ["renter", "autorenew", id, "--relay", facts.relay_url];
  expect((await command(plan)).err).toMatch(/^market\.no_cap: /);
  expect((await command([...plan, "--times", "1", "--budget", "0.5", "--hours-before", "72"])).code).toBe(0);
  expect((await command(pass)).err).toContain("payment.over_budget");
  expect((await command([...plan, "--times", "1", "--budget", "1", "--hours-before", "72"])).code).toBe(0);
  const done = await command(pass);
  expect(done.lines.at(-1), done.err).toEqual({ type: "renewal", rental_id: id, kind: "renewed", left: 0 });
  const spent = await command(pass);
  expect(spent.lines.at(-1), spent.err).toEqual({ type: "renewal", rental_id: id, kind: "spent" });
  const [rental] = (await command(["renter", "rentals", "--relay", facts.relay_url])).lines;
  expect(rental).toMatchObject({ rental_id: id, expires_at: until + 86_400 });
  expect((await command([...plan, "--off"])).code).toBe(0);
  expect((await command(["renter", "autorenew"])).lines).toEqual([]);
}

/** The box ends the rental for its renter's signature; what the relay has of it stays to be seen. */
async function cancel(facts: DemoFacts, rental: string, keyfile: string): Promise<void> {
  const end = ["renter", "cancel", rental, "--relay", facts.relay_url];
  expect((await command(end)).err).toMatch(/^market\.unconfirmed: /);
  const cancelled = await command([...end, "--yes"]);
  expect(cancelled.lines.at(-1), cancelled.err).toEqual({ type: "cancelled", rental_id: rental });
  const { current } = parseKeyfile({ suite: systemCrypto, text: readFileSync(keyfile, "utf8") });
  const call = async (method: string, path: string, body?: unknown, token = ""): Promise<Line> => {
    const headers = {
      "content-type": "application/json",
      ...(token === "" ? {} : { authorization: `Bearer ${token}` }),
    };
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    return (await (await fetch(`${facts.relay_url}/v1/${path}`, { method, headers, ...sent })).json()) as Line;
  };
  const pubkey = toBase64url(current.verify);
  const { challenge } = await call("POST", "auth/challenge", { pubkey });
  const signature = toBase64url(systemCrypto.ed25519Sign(current.seed.reveal(), utf8(String(challenge))));
  const token = String((await call("POST", "auth", { pubkey, challenge, signature })).token);
  await until("the rental's end", async () => {
    const { state } = await call("GET", `rentals/${rental}`, undefined, token);
    return state === "ended" ? true : undefined;
  });
  expect(await call("GET", `rentals/${rental}/history`, undefined, token)).toMatchObject({
    messages: [{ seq: 1, state: "acknowledged" }],
  });
  expect((await command(["renter", "rentals"])).lines).toMatchObject([{ rental_id: rental, state: "ended" }]);
}

it("publishes, finds, verifies, rents, pays, reads, acknowledges, anchors and verifies", async () => {
  const today = await demoIn(0);
  const date = new Date(systemClock.now()).toISOString().slice(0, 10).replaceAll("-", "");
  await rentAndRead(today.facts);
  await today.stop();

  const tomorrow = await demoIn(1);
  try {
    const { facts } = tomorrow;
    await until("the day's tree", async () => {
      const { days: closed } = (await boxApi(facts, "proofs")) as { days: readonly Line[] };
      return closed.find((day) => day.date === date && day.state === "built");
    });
    await until("the identity", async () => {
      const { state } = await boxApi(facts, "identity");
      return state === "current" ? true : undefined;
    });
    // The box looks at it every five minutes; asked again, at once.
    const day = await until("the anchor", async () => {
      const { lines, err } = await command(["proofs", "anchor", "--day", date, "--data", data]);
      expect(err).toBe("");
      const { day: told } = lines[0] as { day: Line };
      return told.state === "anchored" ? told : undefined;
    });
    // What box, relay and renter each said of the one SMS.
    expect(day.count).toBe(3);
    const file = join(folder, "receipts.json");
    expect((await command(["receipts", "export", "--day", date, "--data", data, "--out", file])).code).toBe(0);
    const verified = await command(["receipts", "verify", file, ...nodeArgs(facts), "--confirmations", "2"]);
    expect(verified.err).toBe("");
    expect(verified.code).toBe(0);
    expect(verified.lines.every(({ ok }) => ok === true)).toBe(true);
    expect(verified.lines).toHaveLength(4);
  } finally {
    await tomorrow.stop();
  }
}, 240_000);
