// Properties of the relay: any bytes get an answer below 500, and a batch is judged as its messages one by one would be.

import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { unixMs } from "../../src/base/index.ts";
import { type Candidate, type ForwardState, type ForwardVerdict, judgeForwards } from "../../src/core/index.ts";
import { grantOf, messageOf, NOW_S, receiptOf, renter, shortOf } from "../relay/fixtures.ts";
import { RelayRig } from "../relay/relay-rig.ts";
import { SocketClient } from "../relay/socket-client.ts";

const seeds: readonly object[] = [
  messageOf(),
  shortOf("a"),
  grantOf(),
  { receipts: [receiptOf(messageOf().envelope)] },
  { pubkey: grantOf().provider, challenge: "x", signature: messageOf().signature },
];

/** One member of one of the real bodies replaced by anything JSON can say. */
const mangled = fc.tuple(fc.constantFrom(...seeds), fc.nat(), fc.jsonValue()).map(([seed, pick, value]): unknown => {
  const names = Object.keys(seed);
  return { ...seed, [names[pick % names.length] ?? "x"]: value };
});

const bodies = fc.oneof(
  mangled.map((value) => JSON.stringify(value)),
  fc.jsonValue().map((value) => JSON.stringify(value)),
  fc.string({ unit: "binary", maxLength: 200 }),
  fc.constant("[".repeat(50_000)),
);

const routes = fc.constantFrom<readonly [string, string]>(
  ["POST", "/forward"],
  ["PUT", `/rentals/${grantOf().rental_id}`],
  ["POST", "/auth"],
  ["POST", "/auth/challenge"],
  ["POST", "/sms/ack"],
);

describe("a relay that is fed anything", () => {
  let rig: RelayRig;
  let token: string;
  beforeAll(async () => {
    rig = await RelayRig.start();
    await rig.register(grantOf());
    await rig.forward(messageOf());
    token = await rig.login(renter);
  });
  afterAll(() => rig.stop());

  it("answers every body with JSON and no 5xx", async () => {
    await fc.assert(
      fc.asyncProperty(routes, bodies, async ([method, path], raw) => {
        const answer = await rig.call(method, path, { raw, token });
        expect(answer.status).toBeGreaterThanOrEqual(200);
        expect(answer.status).toBeLessThan(500);
        expect(answer.headers.get("content-type")).toContain("application/json");
      }),
      { numRuns: 1_500 },
    );
  });

  it("answers every query and path with JSON and no 5xx", async () => {
    const text = fc.string({ unit: "grapheme", maxLength: 40 }).map(encodeURIComponent.bind(null));
    const safe = fc.string({ unit: fc.constantFrom(..."abc/%?&=.~+:@!$'()*,;019"), maxLength: 40 });
    const paths = fc.oneof(
      fc
        .tuple(fc.constantFrom("/sms", "/retrieve", "/rentals", "/provider/receipts"), safe)
        .map(([p, q]) => `${p}?${q}`),
      safe.map((path) => `/${path.replace(/^\/+/, "")}`),
      text.map((path) => `/${path}`),
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom("GET", "POST", "PUT", "DELETE"), paths, async (method, path) => {
        const answer = await rig.call(method, path, { token });
        expect(answer.status, path).toBeLessThan(500);
      }),
      { numRuns: 500 },
    );
  });

  it("survives any first frame of a socket", async () => {
    const frames = fc.oneof(
      fc.string({ unit: "binary", maxLength: 100 }),
      fc.jsonValue().map((value) => JSON.stringify(value)),
      fc.record({ type: fc.constantFrom("auth", "ack", "ping"), token: fc.jsonValue() }).map((f) => JSON.stringify(f)),
    );
    await fc.assert(
      fc.asyncProperty(frames, async (frame) => {
        const client = await new SocketClient(rig.url).opened();
        client.send(frame);
        expect([1008, 4401]).toContain(await client.closed);
      }),
      { numRuns: 100 },
    );
    expect((await rig.mailbox(token)).messages).toHaveLength(1);
  });
});

const hex = (n: number): string => n.toString(16).padStart(32, "0");

const candidates = fc.array(
  fc
    .record({
      id: fc.nat(5),
      rental: fc.nat(2),
      seq: fc.option(fc.integer({ min: 1, max: 5 })),
      ts: fc.constantFrom(NOW_S - 10, NOW_S + 10),
      hash: fc.nat(5),
    })
    .map(
      ({ id, rental, seq, ts, hash }): Candidate => ({
        ...{ id: hex(id), rentalId: hex(rental), seq, v: 1, ts, hash: `h${hash}` },
        ...{ scope: seq === null ? "envelope_text" : "message", envelope: "x".repeat(100), signature: "s" },
      }),
    ),
  { maxLength: 12 },
);

const start: ForwardState = {
  known: [],
  mailboxes: [],
  rentals: [0, 1].map((n) => ({
    ...{ rentalId: hex(n), renter: `renter ${n}`, accepted: 0, lastSeq: 0 },
    ...{ expiresAt: n === 0 ? NOW_S : NOW_S + 1_000, credit: n === 0 ? null : 3 },
  })),
};

const caps = { messages: 4, bytes: 1_000 };
const now = unixMs((NOW_S + 5) * 1_000);

describe("judgeForwards", () => {
  it("judges a batch as it would judge its messages one by one", () => {
    fc.assert(
      fc.property(candidates, (batch) => {
        const together = judgeForwards({ candidates: batch, state: start, now, storedAt: now, caps });
        let state = start;
        const apart: ForwardVerdict[] = [];
        for (const candidate of batch) {
          const { verdicts, rentals, mailboxes } = judgeForwards({
            candidates: [candidate],
            state,
            now,
            storedAt: now,
            caps,
          });
          apart.push(...verdicts);
          const stored = verdicts.some((verdict) => verdict.kind === "store");
          const merge = <T>(all: readonly T[], changed: readonly T[], key: (one: T) => string): readonly T[] => [
            ...all.filter((one) => !changed.some((other) => key(other) === key(one))),
            ...changed,
          ];
          state = {
            known: stored ? [...state.known, { ...candidate, storedAt: now }] : state.known,
            rentals: merge(state.rentals, rentals, (one) => one.rentalId),
            mailboxes: merge(state.mailboxes, mailboxes, (one) => one.renter),
          };
        }
        expect(together.verdicts).toEqual(apart);
      }),
      { numRuns: 2_000 },
    );
  });

  it("never stores two messages under one id, one seq or one envelope of a rental, nor beyond credit and cap", () => {
    fc.assert(
      fc.property(candidates, (batch) => {
        const { verdicts } = judgeForwards({ candidates: batch, state: start, now, storedAt: now, caps });
        const stored = verdicts.flatMap((verdict) => (verdict.kind === "store" ? [verdict.candidate] : []));
        const unique = (names: readonly string[]): boolean => new Set(names).size === names.length;
        expect(unique(stored.map((one) => one.id))).toBe(true);
        expect(unique(stored.map((one) => `${one.rentalId} ${one.hash}`))).toBe(true);
        expect(unique(stored.flatMap((one) => (one.seq === null ? [] : [`${one.rentalId} ${one.seq}`])))).toBe(true);
        expect(stored.filter((one) => one.rentalId === hex(1)).length).toBeLessThanOrEqual(3);
        expect(stored.filter((one) => one.rentalId === hex(0)).length).toBeLessThanOrEqual(4);
        expect(stored.every((one) => one.rentalId !== hex(2))).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });
});
