import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createSipAccounts, sipReachOf } from "../../src/app/sip-services.ts";
import { lineId, rentalId, Secret, silentLogger } from "../../src/base/index.ts";
import { parseBoxConfig } from "../../src/config/index.ts";
import { openGrant, publicKeysToText } from "../../src/envelope/index.ts";
import { sipTerms } from "../../src/protocol/index.ts";
import { MemorySettings } from "../core/calls/sip-rig.ts";
import { renter, suite } from "../core/core-rig.ts";
import { sampleRental } from "../sim/store-samples.ts";
import { tempFolder } from "../sqlite/temp-folder.ts";
import { openBox } from "./box-rig.ts";

const LINE = lineId("line-1");

function configOf(voice: object | undefined, line: object = {}) {
  const config = {
    slots: [{ id: "1", port: "sim://slot/1" }],
    lines: [{ id: LINE, number: "+15550101", slot: "1", ...line }],
    relay: { url: "http://127.0.0.1:9" },
    ...(voice === undefined ? {} : { voice: { asterisk: { password_file: "ari" }, ...voice } }),
  };
  return parseBoxConfig(JSON.stringify(config), "the test's configuration");
}

describe("the way to the box", () => {
  const host = "sip.example.org";
  const certificate = { sha256: "ab".repeat(32) };

  it("is TLS where there is TLS, with the certificate's hash", () => {
    const config = configOf({ host, transports: { tcp: 5060, udp: 5060 } });
    const tls = { realm: host, host, encryption: "sdes", transport: "tls", port: 5061 };
    expect(sipReachOf(config, LINE, certificate)).toEqual({ ...tls, certSha256: certificate.sha256 });
    expect(sipReachOf(config, LINE, { sha256: null })).toEqual({ ...tls, certSha256: null });
  });

  it("is none while the certificate is not known", () => {
    expect(sipReachOf(configOf({ host }), LINE, null)).toBeNull();
  });

  it.each([
    [
      { tls: false, tcp: 5062, udp: 5060 },
      { transport: "tcp", port: 5062 },
    ],
    [
      { tls: false, udp: 5060 },
      { transport: "udp", port: 5060 },
    ],
  ])("of %j is %j, without a certificate", (transports, way) => {
    const config = configOf({ host, realm: "phones", encryption: "dtls", transports });
    const expected = { realm: "phones", host, encryption: "dtls", certSha256: null, ...way };
    expect(sipReachOf(config, LINE, null)).toEqual(expected);
  });

  it("is none for a line without calls, one that is not known, and a box without voice", () => {
    expect(sipReachOf(configOf({ host }, { voice: false }), LINE, certificate)).toBeNull();
    expect(sipReachOf(configOf({ host }), lineId("line-9"), certificate)).toBeNull();
    expect(sipReachOf(configOf(undefined), LINE, certificate)).toBeNull();
  });
});

describe("a box with calls", () => {
  it("gives a renter an account with the grant, and takes it back at the end, over a restart too", async () => {
    const folder = tempFolder();
    writeFileSync(join(folder, "ari"), "a secret of the test".replaceAll(" ", "-"));
    const asterisk = { password_file: "ari", audiosocket: "127.0.0.1:0" };
    const voice = { host: "127.0.0.1", transports: { tls: false, tcp: 5060 }, asterisk };
    const start = () => openBox({ folder, slots: 1, sections: { voice } });
    const first = await start();
    const request = { line: "line-1", renter: publicKeysToText(renter), days: 1, credit: null };
    const id = rentalId((await first.box.console.grant({ ...request, envelope_version: 1 })).id);
    const told = async ({ box }: typeof first) => {
      const pending = await box.store.grantOf(id);
      if (pending === null) throw new Error("no grant");
      return { rev: pending.grant.rev, sip: openGrant(suite, renter.seed, pending.grant).terms.sip };
    };
    const before = await told(first);
    const account = sipTerms.parse(before.sip);
    expect([before.rev, account.host, account.port, account.transport]).toEqual([1, "127.0.0.1", 5060, "tcp"]);
    await first.box.stop();
    const second = await start();
    expect(await told(second)).toEqual(before);
    expect(await second.box.store.getSetting("sip.accounts")).toContain(id);
    await second.box.console.endRental(id);
    expect(await told(second)).toEqual({ rev: 2, sip: undefined });
    for (const { log } of [first, second]) expect(log.lines.join()).not.toContain(account.password);
  });
});

describe("the accounts of a box", () => {
  it.each([
    ["sms_only", 0],
    ["sms_voice_video", 1],
    // Granted by hand: what the line has.
    [null, 1],
  ])("follow what was paid for: a rental of the tier %s has %i", (tier, count) => {
    const rental = { ...sampleRental(1), lineId: LINE, state: "active" as const, endedAt: null };
    const rentals = {
      all: () => [rental],
      get: () => rental,
      active: () => rental,
      reissue: async () => rental,
    };
    const accounts = createSipAccounts(
      {
        ...{ config: configOf({ host: "sip.example.org" }), suite, log: silentLogger, store: new MemorySettings() },
        ...{ storageKey: new Secret(new Uint8Array(32)), sipCertificate: () => ({ sha256: null }) },
        tierOf: () => tier,
      },
      rentals,
    );
    accounts.refresh();
    expect(accounts.accounts()).toHaveLength(count);
  });
});
