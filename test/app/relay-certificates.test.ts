// The certificates of a relay that takes calls, over the time of its run: real ones in real servers, and a clock of the test's.

import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:tls";
import { afterEach, describe, expect, it } from "vitest";
import { nearAddress, RelayCertificates, servedCertificate } from "../../src/app/relay-certificates.ts";
import { hours, type Random } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import { makeServerCertificate } from "../../src/tls/index.ts";
import { TrunkServer } from "../../src/voice/trunk/trunk-server.ts";
import { RecordingLogger } from "../core/core-rig.ts";
import { until } from "../sim/asterisk/until.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";

interface Made {
  readonly cert: string;
  readonly key: string;
  readonly sha256: string;
}

async function made(random: Random = systemRandom): Promise<Made> {
  const { certificate: cert, key } = await makeServerCertificate({
    random,
    now: systemClock.now(),
    hosts: ["relay.test"],
  });
  const sha256 = new X509Certificate(cert).fingerprint256.replaceAll(":", "").toLowerCase();
  return { cert, key, sha256 };
}

/** A keeper whose certificate is put there by the test. */
class Keeper {
  now: Made;
  /** Of the owner's: nobody pins it. */
  isOwners = false;
  #before: Made;

  constructor(first: Made) {
    this.now = first;
    this.#before = first;
  }
  get fingerprint(): string {
    return this.now.sha256;
  }
  current(): { readonly sha256: string | null } {
    return { sha256: this.isOwners ? null : this.now.sha256 };
  }
  look(): Promise<boolean> {
    const isNew = this.#before !== this.now;
    this.#before = this.now;
    return Promise.resolve(isNew);
  }
}

describe("the certificates of a relay", () => {
  let server: Server | null = null;
  let certificates: RelayCertificates;

  afterEach(async () => {
    await certificates.stop();
    server?.close();
    server = null;
  });

  /** What drachtio-server does: it reads the certificate when it starts. */
  async function serve({ cert, key }: Made): Promise<number> {
    server?.close();
    server = createServer({ cert, key });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  async function stage(first: Made) {
    const [clock, log] = [new VirtualClock(), new RecordingLogger()];
    const [phones, trunk] = [new Keeper(first), new Keeper(await made())];
    const used: string[] = [];
    let port = await serve(first);
    certificates = new RelayCertificates({
      ...{ phones, trunk, clock, log },
      useTrunk: async () => void used.push(trunk.fingerprint),
      served: () => servedCertificate(nearAddress("0.0.0.0"), port, systemClock),
    });
    certificates.start();
    const restart = async (): Promise<void> => {
      port = await serve(phones.now);
      certificates.serverIsUp();
    };
    return { clock, log, phones, trunk, used, restart };
  }

  it("of the trunks is used at once, and its pin told", async () => {
    const { clock, trunk, used } = await stage(await made());
    expect(certificates.pins().trunk).toBe(trunk.fingerprint);
    trunk.now = await made();
    await clock.advance(hours(1));
    await until("the new pin", () => certificates.pins().trunk === trunk.fingerprint);
    expect(used).toEqual([trunk.fingerprint]);
  });

  it("of the phones is told as they find it: the old one, until the server was started anew", async () => {
    const first = await made();
    const { clock, log, phones, restart } = await stage(first);
    certificates.serverIsUp();
    phones.now = await made();
    await clock.advance(hours(1));
    await until("the hint", () => log.lines.join("\n").includes("sip_certificate_waits"));
    expect(certificates.pins().phones).toBe(first.sha256);
    await restart();
    await until("the new pin", () => certificates.pins().phones === phones.fingerprint);
  });

  it("is told as it is found by a relay that starts beside a server with an older one", async () => {
    const { phones } = await stage(await made());
    const older = phones.fingerprint;
    phones.now = await made();
    certificates.serverIsUp();
    await until("the pin of what is served", () => certificates.pins().phones === older);
  });

  it("of an owner is pinned by nobody, whatever is served", async () => {
    const { phones, clock, log } = await stage(await made());
    phones.isOwners = true;
    phones.now = await made();
    await clock.advance(hours(1));
    await until("the hint", () => log.lines.join("\n").includes("sip_certificate_waits"));
    expect(certificates.pins().phones).toBeNull();
  });

  it("stays as it is while nobody answers at the SIP port", async () => {
    const { phones } = await stage(await made());
    server?.close();
    const before = certificates.pins();
    phones.now = await made();
    certificates.serverIsUp();
    await certificates.stop();
    expect(certificates.pins()).toEqual(before);
  });
});

describe("a trunk's server", () => {
  it("shows boxes that connect later the certificate that it was given meanwhile", async () => {
    const [first, second] = [await made(), await made()];
    const trunks = new TrunkServer({
      ...{ host: "127.0.0.1", port: 0, certificate: first, sip: { host: "127.0.0.1", port: 9 } },
      ...{ admits: () => false, verifies: () => false, onAccounts: () => [], onGone: () => {} },
      ...{ clock: systemClock, random: systemRandom, log: new RecordingLogger() },
    });
    await trunks.start();
    expect(await servedCertificate("127.0.0.1", trunks.port, systemClock)).toBe(first.sha256);
    trunks.setCertificate(second);
    expect(await servedCertificate("127.0.0.1", trunks.port, systemClock)).toBe(second.sha256);
    await trunks.stop();
  });
});
