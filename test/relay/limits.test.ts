// What the relay bears with: each limit tells how long to wait, and is counted.

import { connect } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { days, Secret, toBase64url, utf8 } from "../../src/base/index.ts";
import { challengeReply, relayProblem, searchWork, type WorkDemand } from "../../src/protocol/index.ts";
import { grantOf, LISTING, messageOf, provider, renter, signWith, stranger, suite, verifyOf } from "./fixtures.ts";
import { recordOf } from "./market-fixtures.ts";
import { type CallResult, RelayRig, type RigOptions, verdictOf } from "./relay-rig.ts";
import { SocketClient } from "./socket-client.ts";

let rig: RelayRig;
afterEach(() => rig.stop());

const start = async (limits: RigOptions["limits"] = {}, more: RigOptions = {}): Promise<void> => {
  rig = await RelayRig.start({ ...more, limits });
};

const metrics = async (): Promise<string> => await (await fetch(`${rig.url}/metrics`)).text();
const limit = async (name: string): Promise<number> =>
  Number(new RegExp(`limits_total\\{limit="${name}"\\} (\\d+)`).exec(await metrics())?.[1] ?? 0);
const isLimited = (result: CallResult): boolean =>
  result.status === 429 && Number(result.headers.get("retry-after")) >= 1;

async function signIn(who = renter, wrong = false, headers: Record<string, string> = {}): Promise<CallResult> {
  const pubkey = verifyOf(who);
  const { challenge } = challengeReply.parse((await rig.call("POST", "/auth/challenge", { body: { pubkey } })).body);
  const signature = toBase64url(signWith(wrong ? stranger : who)(utf8(challenge)));
  return await rig.call("POST", "/auth", { body: { pubkey, challenge, signature }, headers });
}

describe("the relay's limits", () => {
  it("let nobody try signatures on and on, for a minute at most, and never refuse a good one behind the same address", async () => {
    await start({ failuresPerHour: 2 });
    // One of the minute, and the hour's two at once.
    for (const _ of [1, 2, 3]) expect(verdictOf(await signIn(renter, true))).toBe("401 relay.bad_login");
    const wrong = await signIn(renter, true);
    expect([isLimited(wrong), Number(wrong.headers.get("retry-after")) <= 60]).toEqual([true, true]);
    expect((await signIn()).status).toBe(200);
    expect(await limit("bad_login")).toBe(1);
    expect(await metrics()).toContain('refusals_total{code="relay.bad_login"} 3');
  });

  it("let nobody try tokens on and on, by request or by socket, and never refuse a good one behind the same address", async () => {
    await start({ failuresPerHour: 2 });
    const token = await rig.login(renter);
    const ask = (with_: string) => rig.call("GET", "/sms", { token: with_ });
    const bySocket = async (): Promise<readonly [string, number]> => {
      const client = await new SocketClient(rig.url).opened();
      client.send({ type: "auth", token: "z".repeat(43) });
      const frame = await client.next();
      return [frame.type === "error" ? frame.code : frame.type, await client.closed];
    };
    expect(verdictOf(await ask("x".repeat(43)))).toBe("401 relay.unauthorized");
    for (const _ of [1, 2]) expect(await bySocket()).toEqual(["relay.unauthorized", 4401]);
    expect(await bySocket()).toEqual(["relay.rate_limited", 1008]);
    const wrong = await ask("y".repeat(43));
    expect([isLimited(wrong), Number(wrong.headers.get("retry-after")) <= 60]).toEqual([true, true]);
    expect((await ask(token)).status).toBe(200);
    (await SocketClient.ready(rig.url, { token })).socket.close();
    expect(await limit("bad_token")).toBe(2);
  });

  it("answer a head that is too large, and count it", async () => {
    await start();
    const socket = connect(Number(new URL(rig.url).port), "127.0.0.1");
    let answer = "";
    socket.on("data", (chunk) => {
      answer += String(chunk);
    });
    socket.write(`GET /info HTTP/1.1\r\nHost: relay\r\nX: ${"x".repeat(9000)}\r\n\r\n`);
    await new Promise((resolve) => socket.once("close", resolve));
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer).toContain("relay.too_large");
    expect(await metrics()).toContain('refusals_total{code="relay.too_large"} 1');
  });

  it("let nobody use up a provider's allowance with what it has signed before", async () => {
    await start({ forwardsPerMinute: 4, repeatsPerMinute: 5 });
    // Two are new.
    expect(verdictOf(await rig.register(grantOf()))).toBe("200 created");
    expect(verdictOf(await rig.forward(messageOf({ seq: 1 })))).toBe("200 queued");
    // The renter has the grant and the message as well: the message, the same grant, and another one in its place.
    for (const _ of [1, 2]) expect(verdictOf(await rig.forward(messageOf({ seq: 1 })))).toBe("200 duplicate");
    for (const _ of [1, 2]) expect(verdictOf(await rig.register(grantOf()))).toBe("200 unchanged");
    expect(verdictOf(await rig.register(grantOf({ credit: 5 })))).toBe("409 relay.conflict");
    expect(isLimited(await rig.forward(messageOf({ seq: 1 })))).toBe(true);
    expect(isLimited(await rig.register(grantOf()))).toBe(true);
    expect(await limit("repeat")).toBe(2);
    // The provider's own go on to its own limit.
    for (const seq of [2, 3]) expect(verdictOf(await rig.forward(messageOf({ seq })))).toBe("200 queued");
    expect(isLimited(await rig.forward(messageOf({ seq: 4 })))).toBe(true);
    expect(await limit("forward")).toBe(1);
  });

  it("answer a connection too many of one address before a byte of it is read", async () => {
    await start({ connectionsPerAddress: 3 });
    const port = Number(new URL(rig.url).port);
    const held = [1, 2, 3].map(() => connect(port, "127.0.0.1"));
    await Promise.all(held.map((each) => new Promise((resolve) => each.once("connect", resolve))));
    const late = connect(port, "127.0.0.1");
    let answer = "";
    late.on("data", (chunk) => {
      answer += String(chunk);
    });
    await new Promise((resolve) => late.once("close", resolve));
    expect(answer).toMatch(/^HTTP\/1\.1 429 /);
    expect(answer).toContain("Retry-After: 10");
    for (const each of held) each.destroy();
    let page: Response | null = null;
    while (page?.status !== 200) page = await fetch(`${rig.url}/metrics`);
    expect(await page.text()).toMatch(/limits_total\{limit="connections_of_address"\} \d+/);
  });

  it("answer a socket too many of one address with 429", async () => {
    await start({ socketsPerAddress: 2 });
    const open = await Promise.all([1, 2].map(() => new SocketClient(rig.url).opened()));
    const refused = new SocketClient(rig.url);
    const status = new Promise((resolve) =>
      refused.socket.once("unexpected-response", (_request, response) => {
        resolve([response.statusCode, response.headers["retry-after"]]);
        response.destroy();
      }),
    );
    expect(await status).toEqual([429, "30"]);
    expect(await metrics()).toMatch(/numberbox_relay_sockets 2/);
    expect(await limit("sockets_of_address")).toBe(1);
    for (const { socket } of open) socket.terminate();
  });

  it("are counted when a mailbox is full", async () => {
    await start({ mailboxMessages: 1 });
    await rig.register(grantOf());
    expect((await rig.forward(messageOf({ seq: 1 }))).status).toBe(200);
    expect(isLimited(await rig.forward(messageOf({ seq: 2 })))).toBe(true);
    expect(await limit("mailbox_full")).toBe(1);
    expect(await metrics()).toContain('forwards_total{status="queued"} 1');
  });

  it("wipe and count what nobody acknowledged a day after the rental's end", async () => {
    await start();
    await rig.register(grantOf({ expiresAt: rig.clock.now() / 1000 + 3600 }));
    await rig.forward(messageOf({ seq: 1 }));
    await rig.pass(days(1));
    expect(await metrics()).toContain("wiped_total 0");
    await rig.passDays(1);
    expect(await metrics()).toContain("wiped_total 1");
    expect((await rig.mailbox(await rig.login(renter))).messages).toEqual([]);
  });
});

describe("the relay's metrics", () => {
  it("are for this machine and for who has the operator's token, and name nobody", async () => {
    await start({}, { metricsToken: new Secret("a token of the operator") });
    await rig.register(grantOf());
    await rig.call("GET", `/listings/${LISTING}`);
    const forwarded = { headers: { "x-forwarded-for": "203.0.113.7" } };
    expect(verdictOf(await rig.call("GET", "/metrics", forwarded))).toBe("401 relay.unauthorized");
    const asked = (token: string) =>
      fetch(`${rig.url}/metrics`, { headers: { ...forwarded.headers, authorization: `Bearer ${token}` } });
    expect((await asked("another")).status).toBe(401);
    expect((await asked("a token of the operator")).status).toBe(200);
    const text = await metrics();
    expect(text).toContain('requests_total{route="/listings/:id",status="4xx"} 1');
    for (const secret of [LISTING, verifyOf(renter), verifyOf(provider), grantOf().rental_id, "127.0.0.1"])
      expect(text).not.toContain(secret);
  });
});

describe("work that a relay asks strangers for", () => {
  const demandOf = (result: CallResult): WorkDemand => {
    const { work } = relayProblem.parse(result.body);
    if (work === undefined) throw new Error("the refusal asks for no work");
    return work;
  };
  const worked = (demand: WorkDemand): Record<string, string> => {
    const answer = searchWork((bytes) => suite.sha256(bytes), demand, { from: 0, count: 1 << 16 });
    return { "proof-of-work": answer ?? "" };
  };

  it("stands before a sign-in, is good once, and is not asked of the relay's own providers", async () => {
    await start({ workBits: 6 });
    const refused = await signIn();
    expect([verdictOf(refused), isLimited(refused)]).toEqual(["429 relay.work_required", true]);
    const headers = worked(demandOf(refused));
    expect((await signIn(renter, false, headers)).status).toBe(200);
    const again = await signIn(renter, false, headers);
    expect([verdictOf(again), relayProblem.parse(again.body).error]).toEqual([
      "429 relay.work_required",
      "the work was used before",
    ]);
    expect((await signIn(provider)).status).toBe(200);
    expect(await limit("work")).toBe(2);
  });

  it("is refused when it is too little, of another challenge, too old, or anything else", async () => {
    await start({ workBits: 12 });
    const demand = demandOf(await signIn());
    const why = async (answer: string) =>
      relayProblem.parse((await signIn(renter, false, { "proof-of-work": answer })).body).error;
    const lazy = [...Array(200).keys()].map((counter) => `${demand.challenge} counter=${counter}`);
    const short = lazy.find(
      (answer) =>
        searchWork((bytes) => suite.sha256(bytes), demand, { from: Number(answer.split("=").at(-1)), count: 1 }) ===
        null,
    );
    expect(await why(short ?? "")).toBe("the work is not enough");
    expect(await why(`${demand.challenge.replace("bits=12", "bits=1")} counter=1`)).toMatch(/not ours/);
    expect(await why("nothing at all")).toMatch(/no known form/);
    const answer = worked(demand)["proof-of-work"] ?? "";
    await rig.clock.advance(days(1));
    expect(await why(answer)).toMatch(/has expired/);
  });

  it("stands before a stranger's record, not before a provider's", async () => {
    await start({ workBits: 6 });
    const put = (text: string, headers: Record<string, string> = {}) =>
      rig.call("PUT", `/listings/${LISTING}/offchain`, { raw: text, headers });
    expect(verdictOf(await put(recordOf().text))).toBe("200 created");
    const refused = await put(recordOf({ by: stranger }).text);
    expect(verdictOf(refused)).toBe("429 relay.work_required");
    const headers = worked(demandOf(refused));
    expect(verdictOf(await put(recordOf({ by: stranger }).text, headers))).toBe("403 relay.unknown_provider");
  });
});
