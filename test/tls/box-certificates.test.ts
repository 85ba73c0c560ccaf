import { execFileSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { days, seconds, silentLogger, unixMs } from "../../src/base/index.ts";
import { createAuthority, issueLeaf } from "../../src/tls/box-authority.ts";
import {
  BoxCertificates,
  type CertificateFile,
  type CertificateFiles,
  factsOf,
  OwnCertificates,
} from "../../src/tls/index.ts";
import { SeededRandom } from "../sim/seeded-random.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";

class MemoryFiles implements CertificateFiles {
  readonly files = new Map<string, string>();
  read = async (file: CertificateFile) => this.files.get(file) ?? null;
  write = async (file: CertificateFile, text: string) => void this.files.set(file, text);
  readKey = async (file: CertificateFile) => this.files.get(`sealed ${file}`) ?? null;
  writeKey = async (file: CertificateFile, text: string) => void this.files.set(`sealed ${file}`, text);
}

function setup(files = new MemoryFiles(), clock = new VirtualClock(), addresses = ["192.168.1.7"]) {
  const random = new SeededRandom("certificates");
  const hosts = { hostName: "pi-4", names: ["box.example"], addresses: () => addresses };
  const certificates = new BoxCertificates({ files, clock, random, log: silentLogger, ...hosts });
  return { files, clock, certificates, addresses };
}

describe("BoxCertificates", () => {
  it("makes an authority once and a leaf for the box's names and addresses", async () => {
    const { files, certificates } = setup();
    await certificates.start();
    expect(certificates.facts().hosts).toEqual(
      expect.arrayContaining(["pi-4.local", "box.example", "192.168.1.7", "localhost", "127.0.0.1", "::1"]),
    );
    const ca = new X509Certificate(files.files.get("ca.crt") ?? "");
    const leaf = new X509Certificate(certificates.current().certificate);
    expect([ca.ca, leaf.ca, leaf.verify(ca.publicKey)]).toEqual([true, false, true]);
    expect(leaf.checkHost("pi-4.local")).toBe("pi-4.local");
    expect(leaf.checkIP("192.168.1.7")).toBe("192.168.1.7");
    certificates.stop();
    const again = setup(files).certificates;
    await again.start();
    expect(again.current()).toEqual(certificates.current());
    expect(again.authority()).toBe(files.files.get("ca.crt"));
    again.stop();
  });

  it("makes the next leaf 30 days before the end, by itself, under the same authority", async () => {
    const { clock, certificates } = setup();
    await certificates.start();
    const [first, authority] = [certificates.current().certificate, certificates.authority()];
    let changes = 0;
    certificates.onChange(() => changes++);
    await clock.advance(days(59));
    expect(certificates.current().certificate).toBe(first);
    await clock.advance(days(2));
    await expect.poll(() => changes).toBe(1);
    expect(certificates.current().certificate).not.toBe(first);
    expect(certificates.facts().notAfter - clock.now()).toBeGreaterThan(days(80));
    expect(certificates.authority()).toBe(authority);
    certificates.stop();
  });

  it("makes a leaf for an address that is new, and none for one that went", async () => {
    const { certificates, addresses } = setup();
    await certificates.start();
    addresses.push("10.0.0.9");
    expect(await certificates.renew()).toBe(true);
    expect(certificates.facts().hosts).toContain("10.0.0.9");
    addresses.splice(0, 1);
    expect(await certificates.renew()).toBe(false);
    certificates.stop();
  });

  it("replaces a leaf that is not of its authority", async () => {
    const { files, certificates } = setup();
    await certificates.start();
    certificates.stop();
    files.files.delete("ca.crt");
    const again = setup(files).certificates;
    await again.start();
    const ca = new X509Certificate(again.authority() ?? "");
    expect(new X509Certificate(again.current().certificate).verify(ca.publicKey)).toBe(true);
    again.stop();
  });
});

describe("the box's authority before OpenSSL", () => {
  const now = unixMs(Date.UTC(2026, 0, 15));
  const random = new SeededRandom("authority");

  function verdict(ca: string, leaf: string, ...how: string[]): string {
    const folder = mkdtempSync(join(tmpdir(), "nb-tls-"));
    try {
      writeFileSync(join(folder, "ca.crt"), ca);
      writeFileSync(join(folder, "leaf.crt"), leaf);
      const args = ["verify", "-x509_strict", "-attime", String(now / 1000), ...how, "-CAfile", "ca.crt", "leaf.crt"];
      return execFileSync("openssl", args, { cwd: folder, encoding: "utf8", stdio: "pipe" });
    } catch (error) {
      return String((error as { stderr: string }).stderr);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  it("vouches for the box", async () => {
    const ca = await createAuthority({ random, now, name: "Numberbox pi-4", names: [] });
    const hosts = ["pi-4.local", "192.168.1.7", "::1", "localhost"];
    const leaf = await issueLeaf({ random, now, authority: ca, hosts });
    for (const how of [
      ["-verify_hostname", "pi-4.local"],
      ["-verify_ip", "192.168.1.7"],
      ["-purpose", "sslserver"],
    ]) {
      expect(verdict(ca.certificate, leaf.certificate, ...how)).toContain("leaf.crt: OK");
    }
  });

  it.each(["bank.example", "8.8.8.8"])("cannot vouch for %s, even with its key", async (host) => {
    const ca = await createAuthority({ random, now, name: "Numberbox pi-4", names: [] });
    const leaf = await issueLeaf({ random, now, authority: ca, hosts: [host] });
    expect(verdict(ca.certificate, leaf.certificate)).toMatch(/permitted subtree violation/);
  });
});

describe("OwnCertificates", () => {
  const random = new SeededRandom("own");

  async function pair(clock: VirtualClock) {
    const ca = await createAuthority({ random, now: clock.now(), name: "x", names: [] });
    return issueLeaf({ random, now: clock.now(), authority: ca, hosts: ["a.local"] });
  }

  it("takes new files within a minute, and goes on with the old ones while they are half written", async () => {
    const clock = new VirtualClock();
    const [first, second] = [await pair(clock), await pair(clock)];
    let files = first;
    const own = new OwnCertificates({ read: async () => files, clock, log: silentLogger });
    await own.start();
    let changes = 0;
    own.onChange(() => changes++);
    files = { certificate: second.certificate, key: first.key };
    await expect(own.reload()).rejects.toMatchObject({ code: "tls.key_mismatch" });
    files = { certificate: "-----BEGIN", key: first.key };
    await expect(own.reload()).rejects.toMatchObject({ code: "tls.bad_certificate" });
    expect(own.current()).toEqual(first);
    files = second;
    await clock.advance(seconds(61));
    await expect.poll(() => changes).toBe(1);
    expect(own.current()).toEqual(second);
    expect(own.facts()).toEqual(await factsOf(second.certificate));
    expect(own.authority()).toBeNull();
    own.stop();
  });
});
