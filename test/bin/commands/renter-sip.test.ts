// `renter sip` at the real relay: the account comes sealed in the grant, and is shown where it is asked for and nowhere else.

import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { serialiseG2 } from "../../../src/envelope/index.ts";
import { antisipConfig, linphoneXml, type SipTerms } from "../../../src/protocol/index.ts";
import { TERMS } from "../../protocol/sip-samples.ts";
import { CommandRun } from "../../renter/command-run.ts";
import { type GrantParts, grantOf, NOW, NOW_S, NUMBER, RENTAL, renter } from "../../renter/fixtures.ts";
import { type RealRelay, startRealRelay } from "../../renter/real-relay.ts";
import { VirtualClock } from "../../sim/virtual-clock.ts";

let root: string;
let keyfile: string;
let relay: RealRelay;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), "renter-sip-"));
  keyfile = join(root, "users.key.json");
  writeFileSync(keyfile, serialiseG2([renter], renter.name));
  relay = await startRealRelay(new VirtualClock(NOW));
});
afterEach(async () => {
  await relay.stop();
  rmSync(root, { recursive: true, force: true });
});

const granted = (sip: unknown = { ...TERMS }, parts: GrantParts = {}) =>
  relay.grant(grantOf({ terms: { envelope_version: 1, ...Object(sip === null ? {} : { sip }) }, ...parts }));

async function run(...argv: readonly string[]) {
  const command = new CommandRun(root, [...argv, "--keyfile", keyfile, "--relay", relay.url]);
  return Object.assign(command, { exit: await command.done });
}

const EXPIRES = NOW_S + 30 * 86_400;
const profile = { sip: TERMS, number: NUMBER, expiresAt: EXPIRES };
const secrets = [TERMS.user, TERMS.password];

describe("renter sip", () => {
  it("shows the settings with the password, and how far encryption goes", async () => {
    await granted();
    const sip = await run("sip");
    expect(sip.exit).toBe(0);
    for (const text of [NUMBER, ...secrets, "sip.example.org:5061", "TLS", TERMS.cert_sha256])
      expect(sip.stdout).toContain(text);
    expect(sip.stderr).toContain("the telephone network behind him, can listen");
  });

  it("says what a relay in between sees", async () => {
    await granted({ ...TERMS, via_relay: true });
    const sip = await run("sip");
    expect(sip.stderr).toContain("it sees your account and the number that you dial");
    expect(sip.stderr).toContain("it could listen");
    await relay.grant(
      grantOf({ terms: { envelope_version: 1, sip: { ...TERMS, via_relay: true, encryption: "dtls" } }, rev: 2 }),
    );
    expect((await run("sip")).stderr).not.toContain("it could listen");
  });

  it("prints one JSON object", async () => {
    await granted();
    const { lines } = await run("sip", "--json");
    expect(lines).toEqual([{ type: "sip", rental_id: RENTAL, number: NUMBER, expires_at: EXPIRES, sip: TERMS }]);
  });

  it("writes files for Linphone and Antisip, for their owner alone, and prints no password", async () => {
    await granted();
    const [xml, json] = [join(root, "linphone.xml"), join(root, "antisip.json")];
    const sip = await run("sip", "--linphone", xml, "--antisip", json);
    expect(sip.exit).toBe(0);
    expect(readFileSync(xml, "utf8")).toBe(linphoneXml(profile));
    expect(JSON.parse(readFileSync(json, "utf8"))).toEqual(antisipConfig(profile));
    for (const file of [xml, json]) expect(statSync(file).mode & 0o777).toBe(0o600);
    for (const secret of secrets) expect(sip.stdout + sip.stderr).not.toContain(secret);
    expect(sip.stderr).toContain("Linphone cannot pin it and refuses it");
    const again = await run("sip", "--linphone", xml);
    expect([again.exit, again.stderr]).toEqual([1, expect.stringMatching(/^renter\.cannot_write: .*exists already/m)]);
  });

  it("takes any certificate only where it is told to, and says what that means", async () => {
    await granted();
    const xml = join(root, "linphone.xml");
    const sip = await run("sip", "--linphone", xml, "--any-certificate", "--json");
    expect(readFileSync(xml, "utf8")).toBe(linphoneXml(profile, { certificates: "accept_any" }));
    expect(sip.stderr).toContain("can listen and take your calls");
    expect(sip.lines).toEqual([{ type: "sip_files", rental_id: RENTAL, number: NUMBER, files: [xml] }]);
  });

  it("draws the address of a provisioning file, or the account's name with a word on what that is not", async () => {
    await granted();
    const name = await run("sip", "--qr");
    expect(name.stdout).toMatch(/[█▀▄]/);
    expect(name.stdout).toContain(TERMS.uri);
    expect(name.stderr).toContain("it sets no phone up");
    const address = await run("sip", "--qr", "https://box.example.org/p/1");
    expect(address.stdout).toContain("https://box.example.org/p/1");
    expect(address.stderr).toContain("Linphone's assistant scans it");
    for (const { stdout, stderr } of [name, address]) expect(stdout + stderr).not.toContain(TERMS.password);
    expect((await run("sip", "--qr", "http://box.example.org/p/1")).exit).toBe(2);
  });

  it("draws an address that the relay makes, good once, where phones register at it", async () => {
    await relay.stop();
    const at = { host: TERMS.host, realm: TERMS.realm, port: 5061, transport: "tls", cert_sha256: null } as const;
    const trunk = { ...at, cert_sha256: "0".repeat(64) };
    relay = await startRealRelay(new VirtualClock(NOW), {}, { ...at, trunk, media: "direct" });
    const sip: SipTerms = { ...TERMS, cert_sha256: null, via_relay: true };
    await granted(sip);
    const { stdout, stderr } = await run("sip", "--qr");
    const [address = ""] = /http:\S+\/provisioning\/\S+/.exec(stdout) ?? [];
    expect(stderr).toContain("Linphone's assistant scans it");
    expect(stdout + stderr).not.toContain(TERMS.password);
    expect(await (await fetch(address)).text()).toBe(linphoneXml({ sip }));
    expect((await fetch(address)).status).toBe(404);
  });

  it("of a relay that takes no calls is the account's name", async () => {
    await granted({ ...TERMS, cert_sha256: null, via_relay: true });
    const { stdout, stderr } = await run("sip", "--qr");
    expect(stdout).toContain(TERMS.uri);
    expect(stderr).toContain("it sets no phone up");
  });

  it("follows a rotation: the newest grant counts", async () => {
    await granted();
    await run("sip");
    const user = "zyxwvutsrqponmlk7654";
    const next: SipTerms = { ...TERMS, user, uri: `sip:${user}@${TERMS.host}`, password: "76543276543276543276543276" };
    await granted({ ...next }, { rev: 2 });
    const sip = await run("sip");
    expect(sip.stdout).toContain(next.password);
    expect(sip.stdout).not.toContain(TERMS.password);
  });

  it("shows what is known when the relay cannot be reached, and says so", async () => {
    await granted();
    await run("login");
    await relay.stop();
    const sip = await run("sip");
    expect(sip.exit).toBe(0);
    expect(sip.stdout).toContain(TERMS.password);
    expect(sip.stderr).toMatch(/^renter\.\w+: [\s\S]*said before/);
    relay = await startRealRelay(new VirtualClock(NOW));
  });

  it("asks which, where several rentals take calls", async () => {
    await granted();
    await granted(
      { ...TERMS, port: 5099 },
      { rentalId: "e".repeat(32), listingId: "b".repeat(16), number: "+15550101" },
    );
    const both = await run("sip");
    expect([both.exit, both.stdout]).toEqual([1, ""]);
    expect(both.stderr).toContain(`+15550100 is ${RENTAL}, +15550101 is ${"e".repeat(32)}`);
    expect((await run("sip", "--rental", "e".repeat(32))).stdout).toContain("sip.example.org:5099");
  });

  it.each<[string, unknown, string]>([
    ["no account", null, "renter.no_sip"],
    ["an account of another version", { ...TERMS, v: 2 }, "renter.bad_sip"],
  ])("with %s in the grant says so and shows nothing", async (_name, sip, code) => {
    await granted(sip);
    const file = join(root, "linphone.xml");
    const shown = await run("sip", "--linphone", file);
    expect([shown.exit, shown.stdout, existsSync(file)]).toEqual([1, "", false]);
    expect(shown.stderr).toMatch(new RegExp(`^${code.replace(".", "\\.")}: `));
    expect(shown.stderr).not.toContain(TERMS.password);
  });
});

describe("other renter commands", () => {
  it.each(["login", "login --json", "inbox", "receipts", "export", "export --json", "keys"])(
    "do not show the account: %s",
    async (line) => {
      await granted();
      await run("sip");
      const { stdout, stderr, exit } = await (line === "keys" ? keys() : run(...line.split(" ")));
      expect(exit).toBe(0);
      for (const secret of secrets) expect(stdout + stderr).not.toContain(secret);
    },
  );

  it("say that there is one", async () => {
    await granted();
    expect((await run("login")).stdout).toContain("numberbox renter sip");
    expect((await run("login", "--json")).lines).toMatchObject([{ rentals: [{ calls: true, terms: {} }] }]);
  });
});

async function keys() {
  const command = new CommandRun(root, ["keys", "--keyfile", keyfile]);
  return Object.assign(command, { exit: await command.done });
}
