import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { publishLocalAccess } from "../../../src/app/index.ts";
import { printQr } from "../../../src/base/index.ts";
import { systemRandom } from "../../../src/base/system-random.ts";
import { phoneInvitation } from "../../../src/protocol/index.ts";
import { openBox } from "../../app/box-rig.ts";
import { numberbox, type Outcome } from "../run-rig.ts";

async function openCommands(): Promise<{ run: (...args: readonly string[]) => Promise<Outcome>; folder: string }> {
  const { box, folder } = await openBox({ slots: 1 });
  const access = await publishLocalAccess(folder, box.consoleUrl, { settings: box.store, random: systemRandom });
  onTestFinished(access.remove);
  return { run: (...args) => numberbox([...args, "--data", folder]), folder };
}

/** A simulated phone by its command, until the test ends. */
async function simulatedPhone(): Promise<{ url: string; user: string; password: string; control: string }> {
  const end = new AbortController();
  const told = Promise.withResolvers<string>();
  const done = numberbox(["simulate", "android", "--json"], { signal: end.signal, onOut: told.resolve });
  onTestFinished(async () => {
    end.abort();
    expect((await done).code).toBe(0);
  });
  const facts = JSON.parse(await told.promise);
  return { ...facts.api, control: facts.simulator_url };
}

describe("numberbox phone", () => {
  it("adds a phone by its app's server, lists, renames and removes it", async () => {
    const { run, folder } = await openCommands();
    const phone = await simulatedPhone();
    const file = join(folder, "password");
    writeFileSync(file, `${phone.password}\n`);
    const access = ["--api", phone.url, "--user", phone.user, "--password-file", file];
    const added = await run("phone", "add", "pixel", ...access);
    expect([added.code, added.err]).toEqual([0, ""]);
    expect(added.out).toMatch(
      /^pixel +ready +87 % \+ +Google oriole {2}SIM 1: -, SIM 2: - {2}0 SMS {2}phone\.no_webhook_yet\n/,
    );
    expect(added.out).toContain("Restart it once");
    expect(added.out).not.toContain(phone.password);
    // No slot of this box belongs to it: the SMS waits on the phone.
    const init = { method: "POST", body: JSON.stringify({ from: "+15550100", body: "hello" }) };
    const state = await (await fetch(`${phone.control}/sims/1/sms`, init)).json();
    expect(state).toMatchObject({ pending: 1, inbox: 1 });
    expect((await run("phone", "rename", "pixel", "shelf")).out).toMatch(/^shelf /);
    expect((await run("phone", "list", "--json")).out.split("\n")).toHaveLength(2);
    expect((await run("phone", "remove", "shelf")).out).toBe("shelf is removed.\n");
    expect((await run("phone", "list")).out).toBe("");
    expect(await (await fetch(phone.control)).json()).toMatchObject({ webhooks: [] });
  });

  it("without an address prints a code for the phone's camera, and what can be done by hand", async () => {
    const { run } = await openCommands();
    const { out } = await run("phone", "add", "pixel", "--box-url", "https://box.example");
    expect(out).toContain("https://box.example/join#");
    expect(out).toContain("https://box.example/api/v1/phone-webhook/");
    expect(out.match(/[█▀▄ ]{30,}/g)?.length).toBeGreaterThan(15);
    const json = await run("phone", "add", "other", "--json");
    expect(phoneInvitation.parse(JSON.parse(json.out)).phone.name).toBe("other");
    const again = await run("phone", "add", "pixel");
    expect([again.code, again.err]).toMatchObject([1, expect.stringMatching(/^phone\.exists: /)]);
  });

  it("asks for user and password with an address, and never takes a password as an argument", async () => {
    const { run } = await openCommands();
    expect((await run("phone", "add", "pixel", "--api", "http://10.0.0.1:8080")).err).toMatch(/^phone\.no_credentials/);
    expect((await run("phone", "add", "pixel", "--password", "x")).code).toBe(2);
  });
});

describe("a QR code in a terminal", () => {
  it("puts two rows into one line, light drawn, and ends an odd one with light", () => {
    expect(printQr(["01", "11", "10"])).toBe("▀ \n▄█");
  });
});
