import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { SipCertificateKeeper } from "../../src/app/sip-certificate.ts";
import { watchSipCertificate } from "../../src/app/sip-certificate-watch.ts";
import { AppError, days, hours, minutes, silentLogger, unixMs } from "../../src/base/index.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import { parseBoxConfig } from "../../src/config/index.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";
import { tempFolder } from "../sqlite/temp-folder.ts";

function keeperOf(files: object = {}) {
  const dataFolder = tempFolder();
  mkdirSync(join(dataFolder, "voice"));
  return keeperIn(dataFolder, files);
}

function keeperIn(dataFolder: string, files: object) {
  const folder = join(dataFolder, "voice");
  const clock = new VirtualClock();
  const section = parseBoxConfig(
    JSON.stringify({ voice: { host: "sip.example", asterisk: { password_file: "ari" }, ...files } }),
    "test",
  ).voice;
  if (section === undefined) throw new Error("no voice");
  const keeper = new SipCertificateKeeper({
    ...{ section, dataFolder, folder, random: systemRandom, log: silentLogger },
    now: () => unixMs(clock.now()),
  });
  return { keeper, clock, dataFolder };
}

describe("the certificate of SIP", () => {
  it("is made once, and made anew thirty days before its end", async () => {
    const { keeper, clock } = keeperOf();
    expect(keeper.current()).toBeNull();
    expect(await keeper.look()).toBe(false);
    const first = keeper.current();
    expect(first?.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(await keeper.look()).toBe(false);
    let passed = 0;
    while (!(await keeper.look()) && passed++ < 60) await clock.advance(days(30));
    expect(passed).toBeGreaterThan(0);
    expect(keeper.current()?.sha256).not.toBe(first?.sha256);
  }, 30_000);

  it("of the owner is handed to the servers as a copy, has no pin, and is told when it is another", async () => {
    const own = keeperOf();
    await own.keeper.look();
    const other = keeperOf();
    await other.keeper.look();
    const { keeper, dataFolder } = keeperOf({ cert_file: "own.crt", key_file: "own.key" });
    await expect(keeper.look()).rejects.toMatchObject({ code: "voice.no_certificate" });
    const put = (from: SipCertificateKeeper, parts: readonly ("cert" | "key")[] = ["cert", "key"]): void => {
      const names = { cert: "own.crt", key: "own.key" };
      for (const part of parts) writeFileSync(join(dataFolder, names[part]), readFileSync(from.files[part]));
    };
    const handedOver = () => [readFileSync(keeper.files.cert, "utf8"), readFileSync(keeper.files.key, "utf8")];
    const of = ({ files }: SipCertificateKeeper) => [readFileSync(files.cert, "utf8"), readFileSync(files.key, "utf8")];
    put(own.keeper);
    expect(await keeper.look()).toBe(false);
    expect(keeper.current()).toEqual({ sha256: null });
    // The servers read copies, which their units are given.
    expect(keeper.files).toEqual({
      cert: join(dataFolder, "voice", "sip.crt"),
      key: join(dataFolder, "voice", "sip.key"),
    });
    expect(handedOver()).toEqual(of(own.keeper));
    put(other.keeper, ["cert"]);
    await expect(keeper.look()).rejects.toThrow(/own\.key holds no private key in PEM that belongs/);
    expect(handedOver()).toEqual(of(own.keeper));
    put(other.keeper, ["key"]);
    expect(await keeper.look()).toBe(true);
    expect(handedOver()).toEqual(of(other.keeper));
    expect(await keeper.look()).toBe(false);
    // A box that starts while its owner's files are broken has the last good pair.
    writeFileSync(join(dataFolder, "own.crt"), "half a certifica");
    await expect(keeper.look()).rejects.toMatchObject({ code: "voice.no_certificate" });
    const later = keeperIn(dataFolder, { cert_file: "own.crt", key_file: "own.key" }).keeper;
    expect(await later.look()).toBe(false);
    expect(later.current()).toEqual({ sha256: null });
    expect(handedOver()).toEqual(of(other.keeper));
  }, 30_000);
});

describe("the watch over it", () => {
  it("brings a new one to the server, then to the renters, and tries again what failed", async () => {
    const clock = new VirtualClock();
    const did: string[] = [];
    const looks = [false, true, false, false];
    let fails = true;
    const watch = watchSipCertificate({
      ...{ clock, log: silentLogger, keeper: { look: async () => looks.shift() ?? false } },
      gateway: {
        rereadCertificate: async () => {
          if (fails) throw new AppError("voice.ari_unreachable", "not there");
          did.push("server");
          return true;
        },
      },
      calls: () => 0,
      sip: { settle: async () => void did.push("renters") },
      events: { record: ({ code }) => void did.push(code) },
    });
    watch.start();
    await clock.advance(hours(2));
    expect(did).toEqual([]);
    fails = false;
    await clock.advance(hours(2));
    expect(did).toEqual(["server", "voice.certificate_renewed", "renters"]);
    await watch.stop();
    expect(clock.pending).toEqual([]);
  });

  it("waits for the end of the calls that are on, but not longer than a day", async () => {
    const clock = new VirtualClock();
    const did: string[] = [];
    let calls = 1;
    const looks = [true, false, true];
    const watch = watchSipCertificate({
      ...{ clock, log: silentLogger, keeper: { look: async () => looks.shift() ?? false }, calls: () => calls },
      gateway: { rereadCertificate: async () => did.push("server") > 0 },
      sip: { settle: async () => void did.push("renters") },
      events: { record: ({ code }) => void did.push(code) },
    });
    const all = ["server", "voice.certificate_renewed", "renters"];
    watch.start();
    await clock.advance(hours(3));
    expect(did).toEqual([]);
    calls = 0;
    await clock.advance(minutes(1));
    expect(did).toEqual(all);
    calls = 1;
    looks.splice(0, looks.length, true);
    await clock.advance(hours(24));
    expect(did).toEqual(all);
    await clock.advance(hours(2));
    expect(did).toEqual([...all, ...all]);
    await watch.stop();
    expect(clock.pending).toEqual([]);
  });
});
