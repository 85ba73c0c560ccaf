import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { concatBytes, toBase64url, utf8 } from "../../../src/base/index.ts";
import { systemCrypto as suite } from "../../../src/base/system-crypto.ts";
import {
  CHANNEL_DOMAIN,
  chooseRelease,
  compareVersions,
  openChannel,
  placeInRollout,
} from "../../../src/core/index.ts";
import type { UpdateChannel, UpdateRelease } from "../../../src/protocol/index.ts";
import { codeOf } from "../../envelope/error-code.ts";

const NOW = Date.UTC(2026, 10, 28);
const SEED = new Uint8Array(32).fill(7);
const KEY = suite.ed25519Public(SEED);

const release = (version: string, over: Partial<UpdateRelease> = {}): UpdateRelease => ({
  ...{ version, compatible: "numberbox-arm64", published_at: NOW, url: `numberbox-${version}.raucb`, size: 100 },
  ...{ sha256: "ab".repeat(32), notes: { en: "Better." }, rollout: 1000 },
  ...over,
});

const channel = (over: Partial<UpdateChannel> = {}): UpdateChannel => ({
  ...{ format: "numberbox-channel-1", serial: 5, issued_at: NOW - 1000, expires_at: NOW + 1000 },
  releases: [release("1.2.0")],
  ...over,
});

function signed(value: unknown, seed = SEED, domain = CHANNEL_DOMAIN): Uint8Array {
  const payload = utf8(JSON.stringify(value));
  const signature = suite.ed25519Sign(seed, concatBytes(utf8(domain), payload));
  return utf8(JSON.stringify({ payload: toBase64url(payload), signature: toBase64url(signature) }));
}

const trust = { suite, keys: [KEY], serial: 5, now: NOW };

describe("a channel of releases", () => {
  it("is read when a trusted key has signed it", () => {
    expect(openChannel(signed(channel()), trust)).toEqual(channel());
    expect(openChannel(signed(channel()), { ...trust, keys: [new Uint8Array(32), KEY] }).serial).toBe(5);
  });

  it.each([
    ["update.channel_unsigned", signed(channel(), new Uint8Array(32).fill(8))],
    ["update.channel_unsigned", signed(channel(), SEED, "another purpose\n")],
    ["update.channel_old", signed(channel({ serial: 4 }))],
    ["update.channel_expired", signed(channel({ expires_at: NOW }))],
    ["update.bad_channel", signed({ ...channel(), more: 1 })],
    ["update.bad_channel", signed(channel({ releases: [release("1.2")] }))],
    ["update.bad_channel", signed(channel({ releases: [release("1.2.3", { notes: { de: "Besser." } })] }))],
    ["update.bad_channel", utf8("{}")],
    ["update.bad_channel", utf8("<html>")],
    ["update.bad_channel", Uint8Array.of(0xff, 0xfe)],
  ])("is refused with %s otherwise", (code, bytes) => {
    expect(codeOf(() => openChannel(bytes, trust))).toBe(code);
  });

  it("is refused whatever byte of it was changed", () => {
    const whole = signed(channel());
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const bytes = Uint8Array.from(whole);
        bytes[at] = (bytes[at] ?? 0) ^ change;
        let opened: UpdateChannel | null = null;
        try {
          opened = openChannel(bytes, trust);
        } catch {
          // As it should be.
        }
        // Only the JSON around the two values may differ, such as a blank.
        if (opened !== null) expect(opened).toEqual(channel());
      }),
    );
  });
});

describe("the release that a box takes", () => {
  const facts = { version: "1.0.0", compatible: "numberbox-arm64", placeOf: () => 500 };
  const chosen = (releases: readonly UpdateRelease[], over: Partial<typeof facts> = {}) =>
    chooseRelease(channel({ releases: [...releases] }), { ...facts, ...over })?.version ?? null;

  it("is the newest for its hardware, and never an older one or its own", () => {
    expect(chosen([release("1.2.0"), release("1.10.0"), release("1.9.9")])).toBe("1.10.0");
    expect(chosen([release("1.0.0"), release("0.9.0")])).toBeNull();
    expect(chosen([release("1.2.0", { compatible: "numberbox-amd64" })])).toBeNull();
  });

  it("goes by way of an older one where the newest asks for it", () => {
    const releases = [release("3.0.0", { from: "2.0.0" }), release("2.0.0", { from: "1.0.0" }), release("1.5.0")];
    expect(chosen(releases)).toBe("2.0.0");
    expect(chosen(releases, { version: "0.9.0" })).toBe("1.5.0");
    expect(chosen(releases, { version: "2.0.0" })).toBe("3.0.0");
  });

  it("waits until its turn comes when a release goes out by and by", () => {
    expect(chosen([release("1.2.0", { rollout: 500 }), release("1.1.0")])).toBe("1.1.0");
    expect(chosen([release("1.2.0", { rollout: 501 }), release("1.1.0")])).toBe("1.2.0");
  });

  it("is none for a system whose version cannot be compared, and never one with such a version itself", () => {
    for (const odd of ["0.7.0-rc.1", "0.07.0", "10000.0.0", "dev", ""]) {
      expect(chosen([release("1.2.0")], { version: odd })).toBeNull();
      expect(chosen([release(odd), release("1.1.0"), release("1.2.0", { from: odd })])).toBe("1.1.0");
    }
  });

  it("has another place for each version, evenly spread and always the same", () => {
    const identities = Array.from({ length: 2000 }, (_, n) => suite.sha256(utf8(`box ${n}`)));
    const places = identities.map((identity) => placeInRollout(suite, identity, "1.2.0"));
    expect(Math.min(...places)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...places)).toBeLessThan(1000);
    const tenth = places.filter((place) => place < 100).length;
    expect(tenth).toBeGreaterThan(140);
    expect(tenth).toBeLessThan(260);
    const [first = new Uint8Array()] = identities;
    expect(placeInRollout(suite, first, "1.2.0")).toBe(places[0]);
    expect(identities.some((identity, n) => placeInRollout(suite, identity, "1.3.0") !== places[n])).toBe(true);
  });

  it("compares versions as numbers, in one order", () => {
    const part = fc.nat(9999);
    const version = fc.tuple(part, part, part);
    fc.assert(
      fc.property(version, version, (a, b) => {
        const sign = Math.sign(compareVersions(a.join("."), b.join(".")));
        expect(sign).toBe(Math.sign(a[0] - b[0] || a[1] - b[1] || a[2] - b[2]));
        expect(Math.sign(compareVersions(b.join("."), a.join(".")))).toBe(sign === 0 ? 0 : -sign);
      }),
    );
    for (const bad of ["", "1.2", "1.2.3-rc1", "v1.2.3", "1.2.3.4", "1.2.99999", "1.02.3"])
      expect(codeOf(() => compareVersions(bad, "1.0.0"))).toBe("update.bad_version");
  });
});
