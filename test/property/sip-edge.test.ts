// Whatever stands in the headers of a SIP request: it is read in bounded time, never throws, and what comes of it cannot end a header.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { minutes, seconds } from "../../src/base/index.ts";
import { callerOf } from "../../src/voice/drachtio/call-headers.ts";
import { readCredentials } from "../../src/voice/drachtio/digest.ts";
import { offeredEncryption } from "../../src/voice/drachtio/offer-media.ts";
import { Registrar } from "../../src/voice/drachtio/registrar.ts";
import { SignIn } from "../../src/voice/drachtio/sign-in.ts";
import { parseAddress, parseContacts, parseSipUri, sameResource } from "../../src/voice/drachtio/sip-uri.ts";
import { frame, takeFrames } from "../sim/drachtio/index.ts";
import { SeededRandom } from "../sim/seeded-random.ts";
import { authorize } from "../sim/sip/sip-phone.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";
import { accountFor } from "../voice/edge-contract.ts";

const REALM = "box.example";
/** Pieces that parsers stumble over, and anything else. */
const pieces = fc.constantFrom(
  "Digest ",
  "Digest",
  "realm=",
  '"',
  "\\",
  ",",
  ", ",
  "<",
  ">",
  "sip:",
  "sips:",
  "@",
  ";",
  "=",
  "\r\n",
  "*",
  "expires=",
  "tag=",
  "nonce=",
  "qop=auth",
  `realm="${REALM}"`,
  "%41",
  "%",
  "[::1]",
  ":5060",
  "\u0000",
  "é",
  " ",
  "a",
  "1",
  "+",
  "?x=y",
);
const hostile = fc.oneof(
  fc.string({ maxLength: 200, unit: "binary" }),
  fc
    .array(fc.oneof({ weight: 5, arbitrary: pieces }, { weight: 1, arbitrary: fc.string({ maxLength: 10 }) }), {
      maxLength: 60,
    })
    .map((all) => all.join("")),
);
const SAFE = /^[\x21-\x7e]*$/;

describe("hostile headers", () => {
  it("never throw, and give no URI that could end a header or a bracket", () => {
    fc.assert(
      fc.property(hostile, hostile, (a, b) => {
        readCredentials(a, REALM);
        offeredEncryption(a);
        sameResource(a, b);
        parseAddress(a);
        parseSipUri(a);
        const contacts = parseContacts(a);
        if (contacts !== null && contacts !== "*")
          for (const { uri } of contacts) expect(SAFE.test(uri) && !/[<>"]/.test(uri)).toBe(true);
        const caller = callerOf(a, b, REALM);
        expect(caller).toMatch(/^"[+0-9A-Za-z*#._-]{1,64}" <sip:[^<>\s]+>$/);
      }),
      { numRuns: 20_000 },
    );
  });

  it("take time that grows with their length, not with its square: a long header of any pattern is read at once", () => {
    const long = fc
      .tuple(pieces, pieces, fc.integer({ min: 1, max: 3000 }))
      .map(([a, b, count]) => `Digest ${(a + b).repeat(count)}`);
    fc.assert(
      fc.property(long, (header) => {
        readCredentials(header, REALM);
        parseContacts(header);
        parseAddress(header);
      }),
      { numRuns: 3000 },
    );
  });

  it("let nobody in", () => {
    const clock = new VirtualClock();
    const options = {
      realm: REALM,
      random: new SeededRandom("property"),
      now: () => clock.monotonic(),
      nonceLife: minutes(5),
      nonceCapacity: 100,
    };
    const signIn = new SignIn(options);
    const accounts = new Map([["alice", accountFor("alice", REALM, "secret")]]);
    const nonce = /nonce="([^"]+)"/.exec(signIn.challenges("a", false, ["MD5"])[0] ?? "")?.[1] ?? "";
    const good = authorize({ realm: REALM, nonce, algorithm: "MD5", stale: false }, "REGISTER", `sip:${REALM}`, {
      user: "alice",
      password: "guess",
    });
    const mutated = fc
      .tuple(fc.nat(good.length), fc.nat(20), hostile)
      .map(([at, cut, put]) => good.slice(0, at) + put + good.slice(at + cut));
    fc.assert(
      fc.property(fc.oneof(hostile, mutated), (authorization) => {
        const verdict = signIn.check({ method: "REGISTER", uri: `sip:${REALM}`, authorization, source: "a" }, accounts);
        expect(verdict.kind).not.toBe("in");
        expect(signIn.size).toBe(0);
      }),
      { numRuns: 10_000 },
    );
  });
});

describe("the registrar", () => {
  it("keeps what was asked for, never more than eight phones, none beyond its time, whatever comes in whatever order", async () => {
    const step = fc.record({
      contact: fc.oneof(
        { weight: 6, arbitrary: fc.integer({ min: 0, max: 12 }).map((at) => `<sip:alice@10.0.0.${at}:5060>`) },
        { weight: 1, arbitrary: fc.constant("*") },
        { weight: 1, arbitrary: hostile },
      ),
      expires: fc.constantFrom("0", "30", "60", "300", "999999", undefined),
      callId: fc.constantFrom("a", "b", "c"),
      cseq: fc.integer({ min: 0, max: 50 }),
      wait: fc.integer({ min: 0, max: 400 }),
      transport: fc.constantFrom("udp" as const, "tls" as const),
      lose: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const clock = new VirtualClock();
        const registrar = new Registrar(() => clock.monotonic());
        for (const { wait, transport, lose, ...more } of steps) {
          clock.after(seconds(0), "step", () => {});
          await clock.advance(seconds(wait));
          const before = registrar.of("alice");
          const source = { transport, address: "192.0.2.1", port: 5060 };
          const { status, bindings } = registrar.register({ user: "alice", agent: undefined, source, ...more });
          const after = registrar.of("alice");
          if (status === 200) expect(after).toEqual(bindings);
          else expect(after).toEqual(before);
          expect(after.length).toBeLessThanOrEqual(8);
          expect(new Set(after.map(({ key }) => key)).size).toBe(after.length);
          for (const { expiresAt } of after) {
            expect(expiresAt).toBeGreaterThan(clock.monotonic());
            expect(expiresAt - clock.monotonic()).toBeLessThanOrEqual(3_600_000);
          }
          if (!lose) continue;
          registrar.dropConnections();
          expect(registrar.of("alice").every((binding) => binding.source.transport === "udp")).toBe(true);
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe("frames of the wire", () => {
  it("come out as they went in, however they are cut", () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ maxLength: 60, unit: "grapheme", minLength: 1 }), { maxLength: 8 }),
        fc.array(fc.nat(400), { maxLength: 10 }),
        (payloads, cuts) => {
          const bytes = Buffer.from(payloads.map(frame).join(""));
          const edges = [...new Set([0, ...cuts.filter((cut) => cut < bytes.length), bytes.length])].sort(
            (a, b) => a - b,
          );
          const out: string[] = [];
          let rest: Buffer = Buffer.alloc(0);
          for (const [at, end] of edges.entries()) {
            const got = takeFrames(Buffer.concat([rest, bytes.subarray(edges[at - 1] ?? 0, end)]));
            out.push(...got.frames);
            rest = got.rest;
          }
          expect(out).toEqual(payloads);
        },
      ),
    );
  });
});
