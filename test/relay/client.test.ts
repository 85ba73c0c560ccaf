// The box's client against everything that may stand where a relay should: it never gives a message up by mistake, and always ends.

import { describe, expect, it } from "vitest";
import { type Millis, seconds, silentLogger, type UnixMs, unixMs } from "../../src/base/index.ts";
import { formatChallenge } from "../../src/protocol/index.ts";
import { createRelayClient, type RelayClient } from "../../src/relay/index.ts";
import { SeededRandom } from "../sim/seeded-random.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";
import { grantOf, messageOf, NOW, NOW_S, provider, signWith, verifyOf } from "./fixtures.ts";
import { pooledOf } from "./market-fixtures.ts";
import { json, type OddAnswer, OddServer, page, problem } from "./odd-server.ts";

const { signal } = new AbortController();
const message = messageOf();
const identity = { verify: verifyOf(provider), sign: signWith(provider) };

interface Scene {
  readonly client: RelayClient;
  readonly server: OddServer;
  readonly clock: VirtualClock;
  readonly times: UnixMs[];
}

async function withServer<T>(answers: readonly OddAnswer[], play: (scene: Scene) => Promise<T>): Promise<T> {
  const server = await OddServer.start(...answers);
  const clock = new VirtualClock(NOW);
  const times: UnixMs[] = [];
  const onTime = (at: UnixMs): void => void times.push(at);
  const client = createRelayClient({
    url: server.url,
    identity,
    clock,
    random: new SeededRandom("doors"),
    log: silentLogger,
    onTime,
  });
  try {
    return await play({ client, server, clock, times });
  } finally {
    client.stop();
    await server.stop();
  }
}

const forwarded = (...answers: readonly OddAnswer[]): Promise<string> =>
  withServer(answers, async ({ client }) => {
    const outcome = await client.forward(message, signal);
    return `${outcome.kind} ${outcome.kind === "accepted" ? outcome.status : outcome.code}`;
  });

const registered = (...answers: readonly OddAnswer[]): Promise<string> =>
  withServer(answers, async ({ client }) => {
    const outcome = await client.register(grantOf(), signal);
    return outcome.kind === "registered" ? outcome.kind : `${outcome.kind} ${outcome.code}`;
  });

describe("RelayClient.forward", () => {
  it.each([
    [200, "delivered"],
    [200, "queued"],
    [200, "duplicate"],
  ])("takes %i %s as accepted", async (status, word) => {
    expect(await forwarded(json(status, { status: word, id: message.id }))).toBe(`accepted ${word}`);
  });

  it.each([
    [402, "relay.unpaid", "held"],
    [429, "relay.mailbox_full", "held"],
    [400, "relay.ts_ahead", "held"],
    [404, "relay.unknown_rental", "unregistered"],
    [404, "relay.unknown_listing", "unregistered"],
    [403, "relay.unknown_provider", "unregistered"],
    [400, "relay.bad_body", "refused"],
    [403, "relay.bad_signature", "refused"],
    [404, "relay.wrong_listing", "refused"],
    [409, "relay.conflict", "refused"],
    [410, "relay.rental_over", "refused"],
    [413, "relay.too_large", "refused"],
    [404, "relay.unknown_route", "refused"],
    [429, "relay.rate_limited", "retry"],
    [401, "relay.unauthorized", "retry"],
    [500, "relay.internal", "retry"],
    [503, "relay.stopping", "retry"],
  ])("takes the relay's %i %s as %s", async (status, code, kind) => {
    expect(await forwarded(problem(status, code))).toBe(`${kind} ${code}`);
  });

  it.each([400, 401, 402, 403, 404, 409, 410, 413, 429, 500, 502, 503, 301, 204])(
    "tries again later when something else than a relay answers %i",
    async (status) => {
      expect(await forwarded(page(status))).toBe(`retry relay.http_${status}`);
      expect(await forwarded(json(status, { error: "x", code: "portal.login" }))).toBe(`retry relay.http_${status}`);
    },
  );

  it("does not believe a 200 that is not a relay's", async () => {
    expect(await forwarded(page(200))).toBe("retry relay.bad_reply");
    expect(await forwarded(json(200, { status: "ok" }))).toBe("retry relay.bad_reply");
    expect(await forwarded(json(200, { status: "queued", id: "0".repeat(32) }))).toBe("retry relay.bad_reply");
  });

  it("accepts a duplicate that lies there under another id", async () => {
    expect(await forwarded(json(200, { status: "duplicate", id: "0".repeat(32) }))).toBe("accepted duplicate");
  });

  it("passes on how long the relay wishes to be left alone", async () => {
    const wished = (header: string): Promise<Millis | null> =>
      withServer([problem(429, "relay.rate_limited", { "retry-after": header })], async ({ client }) => {
        const outcome = await client.forward(message, signal);
        return outcome.kind === "retry" ? outcome.after : seconds(-1);
      });
    expect(await wished("17")).toBe(17_000);
    expect(await wished("tomorrow")).toBeNull();
    expect(await wished("-5")).toBeNull();
  });

  it("tries again later when the connection breaks before, in or instead of the answer", async () => {
    const breaks: readonly OddAnswer[] = [
      (response) => response.destroy(),
      (response) => {
        response.writeHead(200, { "content-length": "100" });
        response.write("{");
        response.socket?.end();
      },
      (response) => response.socket?.end("this is no HTTP\r\n\r\n"),
    ];
    for (const answer of breaks) expect(await forwarded(answer)).toBe("retry relay.unreachable");
  });

  it("gives up an answer that never ends, and one that never comes", async () => {
    const endless: OddAnswer = (response) => {
      response.writeHead(200);
      const more = (): void => {
        if (response.write("x".repeat(65_536))) setImmediate(more);
        else response.once("drain", more);
      };
      more();
    };
    expect(await forwarded(endless)).toBe("retry relay.bad_reply");
    await withServer([() => {}], async ({ client, clock, server }) => {
      const outcome = client.forward(message, signal);
      while (server.requests.length === 0) await clock.flush(1);
      await clock.advance(seconds(20));
      expect(await outcome).toEqual({ kind: "retry", code: "relay.timeout", after: null });
    });
  });

  it("tries again later when nobody listens, and when the name does not exist", async () => {
    const server = await OddServer.start(page(200));
    const { url } = server;
    await server.stop();
    for (const address of [url, "http://relay.invalid"]) {
      const client = createRelayClient({
        url: address,
        random: new SeededRandom("doors"),
        identity,
        clock: new VirtualClock(NOW),
        log: silentLogger,
      });
      expect(await client.forward(message, signal)).toEqual({ kind: "retry", code: "relay.unreachable", after: null });
      client.stop();
    }
  });

  it("keeps its connection and uses it again", async () => {
    const ports = new Set<number | undefined>();
    const answer: OddAnswer = (response, request) => {
      ports.add(request.socket.remotePort);
      json(200, { status: "queued", id: message.id })(response, request);
    };
    await withServer([answer], async ({ client }) => {
      for (let i = 0; i < 5; i++) await client.forward(message, signal);
    });
    expect(ports.size).toBe(1);
  });

  it("rejects with base.stopped when it is stopped in the middle, and leaves no timer", async () => {
    await withServer([() => {}], async ({ client, clock, server }) => {
      const outcome = client.forward(message, signal);
      while (server.requests.length === 0) await clock.flush(1);
      client.stop();
      await expect(outcome).rejects.toMatchObject({ code: "base.stopped" });
      expect(clock.pending).toEqual([]);
    });
  });
});

describe("RelayClient.register", () => {
  it("knows what a relay says", async () => {
    const reply = (status: string): OddAnswer => json(200, { status, rental_id: grantOf().rental_id });
    for (const status of ["created", "updated", "unchanged"])
      expect(await registered(reply(status))).toBe("registered");
    expect(await registered(problem(409, "relay.stale_rev"))).toBe("refused relay.stale_rev");
    expect(await registered(problem(403, "relay.unknown_provider"))).toBe("refused relay.unknown_provider");
    expect(await registered(problem(503, "relay.busy"))).toBe("retry relay.busy");
    expect(await registered(page(403))).toBe("retry relay.http_403");
    expect(await registered(json(200, {}))).toBe("retry relay.bad_reply");
  });
});

describe("RelayClient.receipts", () => {
  const challengeFor = (host: string, pubkey = identity.verify): OddAnswer =>
    json(200, {
      challenge: formatChallenge({ host, pubkey, nonce: "n".repeat(22), expires: NOW_S + 300 }),
      expires: NOW_S + 300,
    });
  const challenge: OddAnswer = (response, request) => challengeFor(request.headers.host ?? "")(response, request);
  const tokenFor = (lifeSeconds: number): OddAnswer =>
    json(200, { token: "t".repeat(43), token_type: "Bearer", expires: NOW_S + lifeSeconds });
  const empty = json(200, { receipts: [], next: 7, more: false });

  it("logs in once and uses the token until shortly before it expires", async () => {
    await withServer([challenge, tokenFor(3_600), empty, empty, challenge, tokenFor(99_999), empty], async (scene) => {
      expect(await scene.client.receipts({ after: 7, epoch: null }, signal)).toEqual({
        receipts: [],
        next: 7,
        more: false,
      });
      await scene.client.receipts({ after: 7, epoch: null }, signal);
      await scene.clock.advance(seconds(3_550));
      await scene.client.receipts({ after: 7, epoch: null }, signal);
      const login = ["POST /auth/challenge", "POST /auth"];
      const read = "GET /provider/receipts";
      expect(scene.server.requests).toEqual([...login, read, read, ...login, read]);
    });
  });

  it("logs in again when the relay has forgotten the token, but only once", async () => {
    const forgotten = problem(401, "relay.unauthorized");
    await withServer([challenge, tokenFor(3_600), forgotten, challenge, tokenFor(3_600), empty], async ({ client }) => {
      expect(await client.receipts({ after: 0, epoch: null }, signal)).not.toBeNull();
    });
    await withServer([challenge, tokenFor(3_600), forgotten, challenge, tokenFor(3_600), forgotten], async (scene) => {
      expect(await scene.client.receipts({ after: 0, epoch: null }, signal)).toBeNull();
      expect(scene.server.requests).toHaveLength(6);
    });
  });

  it("signs no challenge of another host, another key or another kind", async () => {
    const hostile: readonly OddAnswer[] = [
      challengeFor("relay.example"),
      (response, request) => challengeFor(request.headers.host ?? "", "A".repeat(43))(response, request),
      json(200, { challenge: '{"msg_hash":"AAAA","ts":"2026"}', expires: NOW_S + 300 }),
    ];
    for (const answer of hostile) {
      await withServer([answer], async ({ client, server }) => {
        expect(await client.receipts({ after: 0, epoch: null }, signal)).toBeNull();
        expect(server.requests).toEqual(["POST /auth/challenge"]);
      });
    }
  });

  it("gives null for whatever else comes", async () => {
    expect(
      await withServer([page(200)], ({ client }) => client.receipts({ after: 0, epoch: null }, signal)),
    ).toBeNull();
    expect(
      await withServer([challenge, page(200)], ({ client }) => client.receipts({ after: 0, epoch: null }, signal)),
    ).toBeNull();
    expect(
      await withServer([challenge, tokenFor(99), page(200)], ({ client }) =>
        client.receipts({ after: 0, epoch: null }, signal),
      ),
    ).toBeNull();
    expect(
      await withServer([challenge, tokenFor(99), problem(403, "relay.unknown_provider")], ({ client }) =>
        client.receipts({ after: 0, epoch: null }, signal),
      ),
    ).toBeNull();
  });
});

describe("RelayClient's evidence of time", () => {
  const date = { date: "Thu, 01 Jan 2026 12:00:00 GMT" };
  const noon = unixMs(Date.UTC(2026, 0, 1, 12));

  it("is the Date of what a relay answers, also of its refusals", async () => {
    const answers = [
      json(200, { status: "queued", id: message.id }, date),
      problem(409, "relay.conflict", date),
      json(200, { status: "created", rental_id: grantOf().rental_id }, date),
    ];
    await withServer(answers, async ({ client, times }) => {
      await client.forward(message, signal);
      await client.forward(message, signal);
      await client.register(grantOf(), signal);
      expect(times).toEqual([noon, noon, noon]);
    });
  });

  it("is nothing that a portal says", async () => {
    await withServer([page(200), page(403), json(500, { code: "x", error: "y" }, date)], async ({ client, times }) => {
      for (let i = 0; i < 3; i++) await client.forward(message, signal);
      expect(times).toEqual([]);
    });
  });
});

describe("RelayClient and the relay's pool of challenges", () => {
  /** A relay that signs in, and then gives this answer. */
  const signedIn = (last: OddAnswer): readonly OddAnswer[] => [
    (response, request) => {
      const host = request.headers.host ?? "";
      const { verify: pubkey } = identity;
      const challenge = formatChallenge({ host, pubkey, nonce: "n".repeat(22), expires: NOW_S + 300 });
      json(200, { challenge, expires: NOW_S + 300 })(response, request);
    },
    json(200, { token: "t".repeat(43), token_type: "Bearer", expires: NOW_S + 3600 }),
    last,
  ];
  const asked = (last: OddAnswer): Promise<unknown> =>
    withServer(signedIn(last), async ({ client }) => await client.leftChaps(signal));
  const put = (last: OddAnswer): Promise<unknown> =>
    withServer(signedIn(last), async ({ client }) => await client.putChaps([pooledOf(1)], signal));

  it("asks what is left, and knows a relay that is older than the pool from a page with the same status", async () => {
    expect(await asked(json(200, { chaps: ["1.00:100:00"] }))).toEqual({ chaps: ["1.00:100:00"] });
    expect(await asked(problem(404, "relay.unknown_route"))).toEqual({ kind: "unknown", code: "relay.unknown_route" });
    expect(await asked(page(404))).toMatchObject({ kind: "retry", code: "relay.http_404" });
    expect(await asked(problem(403, "relay.unknown_provider"))).toMatchObject({ kind: "retry" });
    expect(await asked(json(200, { chaps: [1] }))).toMatchObject({ kind: "retry" });
  });

  it("leaves challenges there, gives up for the relay's own word alone, and tries again after anything else", async () => {
    expect(await put(json(200, { status: "taken", held: 1 }))).toEqual({ kind: "taken" });
    expect(await put(problem(403, "relay.bad_signature"))).toEqual({ kind: "refused", code: "relay.bad_signature" });
    expect(await put(problem(410, "relay.chap_expired"))).toEqual({ kind: "refused", code: "relay.chap_expired" });
    expect(await put(page(403))).toMatchObject({ kind: "retry" });
    expect(await put(problem(503, "relay.overloaded"))).toMatchObject({ kind: "retry", code: "relay.overloaded" });
    await withServer([(response) => response.destroy()], async ({ client }) => {
      expect(await client.putChaps([], signal)).toMatchObject({ kind: "retry" });
      expect(await client.leftChaps(AbortSignal.abort()).catch((error: { code: string }) => error.code)).toBe(
        "base.stopped",
      );
    });
  });
});
