// The relay's HTTP manners: what it refuses before it reads, what every answer carries, how it ends.

import { once } from "node:events";
import { request } from "node:http";
import { connect, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type LogFields, type Logger, silentLogger } from "../../src/base/index.ts";
import { relayProblem } from "../../src/protocol/index.ts";
import { relaySchema } from "../../src/relay/server/schema.ts";
import { openSqlite } from "../../src/sqlite/index.ts";
import { grantOf, messageOf, provider, receiptOf, renter, stranger, verifyOf } from "./fixtures.ts";
import { RelayRig, verdictOf } from "./relay-rig.ts";

/** Sends bytes on a plain connection and returns everything that comes back until it is closed. */
async function rawExchange(url: string, bytes: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  socket.write(bytes);
  let text = "";
  socket.on("data", (chunk) => {
    text += String(chunk);
  });
  socket.on("error", () => {});
  await closeOf(socket);
  return text;
}

/** Unlike `once`, an error before the close is no failure. */
function closeOf(socket: Socket): Promise<unknown> {
  return new Promise((resolve) => socket.once("close", resolve));
}

async function untilConnected(socket: Socket): Promise<void> {
  if (socket.connecting) await once(socket, "connect");
}

describe("the relay's HTTP interface", () => {
  let rig: RelayRig;
  beforeEach(async () => {
    rig = await RelayRig.start({ version: "1.2.3" });
  });
  afterEach(() => rig.stop());

  it("says who it is and what time it has", async () => {
    const info = await rig.call("GET", "/info");
    expect(info.body).toMatchObject({
      name: "numberbox-relay",
      version: "1.2.3",
      protocol: 1,
      time: rig.clock.now() / 1000,
    });
    expect(Object.keys(Object(info.body))).not.toContain("operator");
    expect(Date.parse(info.headers.get("date") ?? "")).toBe(rig.clock.now());
    expect((await rig.call("GET", "/health")).body).toEqual({ status: "ok" });
  });

  it("tells who runs it, whom to tell of abuse, where it stands, and that it takes nothing of payments", async () => {
    const imprint = { operator: "Example Ltd", abuse_contact: "abuse@relay.example", region: "eu-west" };
    const other = await RelayRig.start({ imprint });
    expect((await other.call("GET", "/info")).body).toMatchObject({ ...imprint, fee: "0" });
    await other.stop();
  });

  it("answers 404 to unknown routes and methods, also malformed ones", async () => {
    const routes = [
      ["GET", "/"],
      ["GET", "/forward"],
      ["DELETE", "/rentals/0123456789abcdef0123456789abcdef"],
      ["POST", "/sms"],
      ["GET", "/rentals/%zz"],
      ["GET", "/%2e%2e/etc/passwd"],
    ] as const;
    for (const [method, path] of routes) {
      expect(verdictOf(await rig.call(method, path)), `${method} ${path}`).toBe("404 relay.unknown_route");
    }
  });

  it("answers 400 to what is not JSON in UTF-8, on every route that takes a body", async () => {
    const token = await rig.login(renter);
    const routes = [
      ["POST", "/forward"],
      ["POST", "/auth"],
      ["POST", "/auth/challenge"],
      ["POST", "/sms/ack"],
      ["PUT", `/rentals/${grantOf().rental_id}`],
    ] as const;
    for (const [method, path] of routes) {
      for (const raw of ["", "{", "{} {}", new Uint8Array([0x22, 0xff, 0x22])]) {
        expect(verdictOf(await rig.call(method, path, { raw, token })), path).toBe("400 relay.bad_json");
      }
      for (const raw of ["null", "[]", "5", '"text"', '{"__proto__":{"v":1}}']) {
        expect(verdictOf(await rig.call(method, path, { raw, token })), `${path} ${raw}`).toBe("400 relay.bad_body");
      }
    }
  });

  it("answers 415 to other content types and to compressed bodies", async () => {
    const body = JSON.stringify(messageOf());
    for (const headers of [{ "content-type": "text/plain" }, { "content-type": "application/jsonx" }]) {
      expect(verdictOf(await rig.call("POST", "/forward", { raw: body, headers }))).toBe("415 relay.bad_type");
    }
    const headers = { "content-encoding": "gzip" };
    expect(verdictOf(await rig.call("POST", "/forward", { raw: body, headers }))).toBe("415 relay.bad_type");
    const charset = { "content-type": "application/json; charset=utf-8" };
    expect(verdictOf(await rig.call("POST", "/forward", { raw: body, headers: charset }))).toBe(
      "404 relay.unknown_rental",
    );
  });

  it("answers 413 to bodies that are too large, declared or not, and reads on the connection after", async () => {
    const large = "x".repeat(400_000);
    expect(verdictOf(await rig.call("POST", "/forward", { raw: large }))).toBe("413 relay.too_large");
    expect(verdictOf(await rig.call("POST", "/auth", { raw: "x".repeat(5_000) }))).toBe("413 relay.too_large");
    const chunk = `${(100_000).toString(16)}\r\n${"x".repeat(100_000)}\r\n`;
    const head =
      "POST /forward HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
    const next = "GET /info HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    const answers = await rawExchange(rig.url, `${head}${chunk.repeat(4)}0\r\n\r\n${next}`);
    expect(answers).toContain("413");
    expect(answers).toContain("numberbox-relay");
  });

  it("cuts off a client that sends without end", async () => {
    const head =
      "POST /forward HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99999999\r\n\r\n";
    await rawExchange(rig.url, head + "x".repeat(9_000_000));
    expect((await rig.call("GET", "/info")).status).toBe(200);
  });

  it("answers 400 to bytes that are no HTTP, without a word of them", async () => {
    const answer = await rawExchange(rig.url, "secret-words\r\n\r\n");
    expect(answer).toContain("400");
    expect(answer).not.toContain("secret-words");
  });

  it("carries security headers, is open to browsers with a bearer token, and is never cached", async () => {
    for (const answer of [await rig.call("GET", "/info"), await rig.call("GET", "/nowhere"), await rig.forward({})]) {
      expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
      expect(answer.headers.get("content-security-policy")).toContain("default-src 'none'");
      expect(answer.headers.get("cache-control")).toBe("no-store");
      expect(answer.headers.get("access-control-allow-origin")).toBe("*");
      expect(answer.headers.get("access-control-allow-credentials")).toBeNull();
      expect(answer.headers.get("x-powered-by")).toBeNull();
    }
    const preflight = await rig.call("OPTIONS", "/sms/ack", { headers: { origin: "https://renter.example" } });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get("access-control-allow-headers")).toContain("Authorization, Content-Type");
    expect(preflight.headers.get("access-control-allow-methods")).toBe("GET, POST, PUT");
  });

  it("gives every refusal an error, a code and a hint", async () => {
    for (const answer of [await rig.forward(messageOf()), await rig.call("GET", "/sms"), await rig.call("GET", "/x")]) {
      const problem = relayProblem.parse(answer.body);
      expect([problem.error.length > 0, problem.hint !== undefined]).toEqual([true, true]);
    }
  });

  it("answers a failing database with 500 and a code, and nothing of its insides", async () => {
    await rig.register(grantOf());
    await rig.halt();
    const file = `${rig.folder}/relay.sqlite`;
    const database = await openSqlite({ file, clock: rig.clock, log: silentLogger, ...relaySchema });
    await database.write((tx) => tx.run("DROP TABLE mailboxes"));
    await database.close();
    await rig.open();
    const answer = await rig.forward(messageOf());
    expect(verdictOf(answer)).toBe("500 relay.internal");
    expect(answer.text).not.toMatch(/sqlite|mailboxes|at /i);
  });
});

describe("offers of another protocol", () => {
  it("are no reason to refuse a request: some clients offer HTTP/2 with each", async () => {
    const rig = await RelayRig.start();
    const offered = { connection: "Upgrade, HTTP2-Settings", upgrade: "h2c", "http2-settings": "AAMAAABkAAQAAP__" };
    const status = await new Promise((resolve, reject) => {
      const asked = request(`${rig.url}/health`, { headers: offered }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      asked.once("error", reject);
      asked.end();
    });
    expect(status).toBe(200);
    await rig.stop();
  });
});

describe("stopping the relay", () => {
  it("settles what is under way: every answer of 200 is durable, everything else is told to come again", async () => {
    const rig = await RelayRig.start();
    await rig.register(grantOf());
    const url = rig.url;
    const sent = Array.from({ length: 40 }, (_, index) => rig.forward(messageOf({ seq: index + 1 })).catch(() => null));
    await rig.clock.flush(2);
    await rig.halt();
    const taken = (await Promise.all(sent)).flatMap((answer, index) => (answer?.status === 200 ? [index + 1] : []));
    await expect(fetch(`${url}/info`)).rejects.toThrow();
    await rig.open();
    const { messages } = await rig.mailbox(await rig.login(renter), "?limit=500");
    expect(messages.map((one) => one.seq)).toEqual(expect.arrayContaining(taken));
    await rig.stop();
  });

  it("does not wait for a client that never finishes its request", async () => {
    const rig = await RelayRig.start();
    const socket = connect(Number(new URL(rig.url).port), "127.0.0.1");
    await untilConnected(socket);
    socket.on("error", () => {});
    socket.write("POST /forward HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{");
    await rig.call("GET", "/info");
    const closed = closeOf(socket);
    await rig.halt();
    await closed;
    await rig.open();
    await rig.stop();
  });

  it("may be asked twice", async () => {
    const rig = await RelayRig.start();
    await Promise.all([rig.halt(), rig.halt()]);
    await rig.open();
    await rig.stop();
  });

  it("says plainly when its port is taken", async () => {
    const rig = await RelayRig.start();
    const other = await RelayRig.start();
    await other.halt();
    await expect(other.open(Number(new URL(rig.url).port))).rejects.toMatchObject({ code: "relay.cannot_listen" });
    await other.open();
    await Promise.all([rig.stop(), other.stop()]);
  });
});

describe("the relay's log", () => {
  it("holds no key, token, envelope, signature or sender", async () => {
    const lines: string[] = [];
    const line = (event: string, fields?: LogFields): void => void lines.push(JSON.stringify({ event, ...fields }));
    const log: Logger = { debug: line, info: line, warn: line, error: line, child: () => log };
    const rig = await RelayRig.start({ log });
    await rig.register(grantOf());
    const message = messageOf();
    await rig.forward(message);
    await rig.forward({ ...message, from: "+15550199" });
    await rig.forward(messageOf({ by: stranger }));
    const token = await rig.login(renter);
    await rig.call("POST", "/sms/ack", { token, body: { receipts: [receiptOf(message.envelope)] } });
    await rig.stop();
    const text = lines.join("\n");
    expect(lines.length).toBeGreaterThan(1);
    const secrets = [verifyOf(provider), verifyOf(renter), token, message.envelope, message.signature, "+15550199"];
    for (const secret of secrets) expect(text).not.toContain(secret.slice(0, 20));
  });
});

describe("limits", () => {
  const flood = async (count: number, call: () => Promise<{ status: number }>): Promise<readonly number[]> => {
    const statuses: number[] = [];
    for (let i = 0; i < count; i++) statuses.push((await call()).status);
    return statuses;
  };

  it("counts forwards per provider, and only those it verified", async () => {
    const rig = await RelayRig.start({ limits: { forwardsPerMinute: 3 } });
    await rig.register(grantOf());
    for (let i = 0; i < 5; i++) await rig.forward(messageOf({ by: stranger }));
    let seq = 0;
    const next = () => rig.forward(messageOf({ seq: ++seq }));
    expect(await flood(3, next)).toEqual([200, 200, 429]);
    const refused = await next();
    expect(verdictOf(refused)).toBe("429 relay.rate_limited");
    const wait = Number(refused.headers.get("retry-after"));
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThanOrEqual(60);
    await rig.stop();
  });

  it("counts attempts to log in per address", async () => {
    const rig = await RelayRig.start({ limits: { authPerMinute: 2 } });
    const body = { pubkey: verifyOf(renter) };
    expect(await flood(3, () => rig.call("POST", "/auth", { body }))).toEqual([401, 401, 429]);
    await rig.stop();
  });

  it("counts reads per key, so that one renter never uses up another's", async () => {
    const rig = await RelayRig.start({ limits: { readsPerMinute: 2 } });
    const mine = await rig.login(renter);
    expect(await flood(3, () => rig.call("GET", "/sms", { token: mine }))).toEqual([200, 200, 429]);
    const theirs = await rig.login(stranger);
    expect(await flood(1, () => rig.call("GET", "/sms", { token: theirs }))).toEqual([200]);
    await rig.stop();
  });

  it("counts every request of an address before it reads the body", async () => {
    const rig = await RelayRig.start({ limits: { requestsPerMinute: 2 } });
    expect(await flood(3, () => rig.call("POST", "/forward", { raw: "x".repeat(1_000_000) }))).toEqual([413, 413, 429]);
    await rig.stop();
  });

  it("takes the address from a local proxy only when told so", async () => {
    const by = (rig: RelayRig, client: string) => () =>
      rig.call("GET", "/info", { headers: { "x-forwarded-for": `10.9.9.9, ${client}` } });
    const proxied = await RelayRig.start({ limits: { requestsPerMinute: 1 }, trustLocalProxy: true });
    expect(await flood(2, by(proxied, "192.0.2.1"))).toEqual([200, 429]);
    expect(await flood(1, by(proxied, "192.0.2.2"))).toEqual([200]);
    const direct = await RelayRig.start({ limits: { requestsPerMinute: 1 } });
    expect(await flood(1, by(direct, "192.0.2.1"))).toEqual([200]);
    expect(await flood(1, by(direct, "192.0.2.2"))).toEqual([429]);
    await Promise.all([proxied.stop(), direct.stop()]);
  });
});
