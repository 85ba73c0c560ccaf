import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { publishLocalAccess } from "../../../src/app/index.ts";
import { systemClock } from "../../../src/base/system-clock.ts";
import { systemRandom } from "../../../src/base/system-random.ts";
import { doctorView, SUPPORT_PARTS, supportView } from "../../../src/protocol/index.ts";
import { openBox } from "../../app/box-rig.ts";
import { startSimEmercoin } from "../../sim/emercoin/index.ts";
import { tempFolder } from "../../sqlite/temp-folder.ts";
import { numberbox } from "../run-rig.ts";

async function examine(folder: string, ...args: readonly string[]) {
  const { code, out, err } = await numberbox(["doctor", "--data", folder, "--json", ...args]);
  if (out === "") throw new Error(err);
  const view = doctorView.parse(JSON.parse(out));
  // What is around the box is another on each machine that runs the tests.
  const own = view.findings.filter(({ area }) => area === "box" || area === "chain");
  const text = ({ check, verdict, code: each }: (typeof own)[number]): string => `${verdict} ${check}: ${each}`;
  return { code, view, found: own.map(text), all: view.findings.map(text) };
}

/** A relay as far as the doctor asks it. */
async function someRelay(): Promise<string> {
  const server = createServer((request, response) => response.writeHead(request.url === "/health" ? 200 : 404).end());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("no port");
  return `http://127.0.0.1:${address.port}`;
}

async function configFile(over: object = {}): Promise<string> {
  const file = join(tempFolder(), "box.yaml");
  writeFileSync(file, JSON.stringify({ relay: { url: await someRelay() }, ...over }));
  return file;
}

/** A folder that a box used. */
async function usedFolder(): Promise<string> {
  const { box, folder } = await openBox();
  await box.stop();
  return folder;
}

describe("numberbox doctor --bundle", () => {
  const bundleOf = (file: string) => supportView.parse(JSON.parse(readFileSync(file, "utf8")));

  it("writes what the running box tells support, for its owner alone, and nothing that names anybody", async () => {
    const { box, folder } = await openBox({ relayUrl: await someRelay() });
    const local = await publishLocalAccess(folder, box.consoleUrl, { settings: box.store, random: systemRandom });
    onTestFinished(() => local.remove());
    const file = join(tempFolder(), "support.json");
    const { code, out } = await numberbox(["doctor", "--data", folder, "--bundle", file]);
    expect(code).toBe(0);
    expect(out).toContain("Read it before you give it away.");
    // This machine is not the box's own.
    const parts = SUPPORT_PARTS.filter((id) => id !== "machine_log");
    expect(bundleOf(file).parts.map(({ id }) => id)).toEqual(parts);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const text = readFileSync(file, "utf8");
    for (const { number } of await box.console.lines()) expect(text).not.toContain(number.slice(1));
    const token = JSON.parse(readFileSync(join(folder, "local-access.json"), "utf8")).token;
    expect(text).not.toContain(token);
  });

  it("tells of a box that does not run what can be told", async () => {
    const folder = await usedFolder();
    const config = await configFile({ lines: [{ id: "a", number: "+15550123" }] });
    const file = join(tempFolder(), "support.json");
    const { code, out } = await numberbox([
      ...["doctor", "--data", folder, "--config", config, "--bundle", file, "--json"],
    ]);
    expect(JSON.parse(out)).toMatchObject({ file, parts: ["versions", "doctor", "configuration"] });
    expect(code).toBe(JSON.parse(out).verdict === "fail" ? 1 : 0);
    const text = readFileSync(file, "utf8");
    expect(text).toContain("store.sound");
    expect(text).not.toContain("15550123");
  });

  it("says what is wrong with the configuration instead of what is in it, and overwrites nothing", async () => {
    const folder = await usedFolder();
    const file = join(tempFolder(), "support.json");
    const config = await configFile({ colour: "green" });
    const first = await numberbox(["doctor", "--data", folder, "--config", config, "--bundle", file]);
    expect(first.code).toBe(1);
    const part = bundleOf(file).parts.find(({ id }) => id === "configuration");
    expect(part?.content).toEqual({ not_available: "config.invalid" });
    const before = readFileSync(file, "utf8");
    const again = await numberbox(["doctor", "--data", folder, "--config", config, "--bundle", file]);
    expect([again.code, again.err]).toEqual([1, expect.stringContaining("doctor.cannot_write")]);
    expect(readFileSync(file, "utf8")).toBe(before);
  });
});

describe("numberbox doctor", () => {
  it("asks the box that runs", async () => {
    const sections = { mqtt: { brokers: [{ id: "home", url: "mqtt://127.0.0.1:9" }] } };
    const { box, folder } = await openBox({ relayUrl: await someRelay(), sections });
    const local = await publishLocalAccess(folder, box.consoleUrl, { settings: box.store, random: systemRandom });
    onTestFinished(() => local.remove());
    const { code, found, all } = await examine(folder);
    expect(all).toContain("ok relay: relay.answers");
    expect(all).toContainEqual(expect.stringMatching(/ MQTT: mqtt\./));
    expect([code, ...found]).toEqual([
      0,
      "ok data folder: app.folder",
      expect.stringMatching(/data folder: store\.(space|low_space)$/),
      "ok database: store.sound",
      "ok proofs: proofs.whole",
    ]);
  });

  it("opens a stopped box itself, also one that was killed, and leaves it free", async () => {
    const folder = await usedFolder();
    writeFileSync(
      join(folder, "local-access.json"),
      JSON.stringify({ url: "http://127.0.0.1:9", token: "x".repeat(40) }),
    );
    const { code, found } = await examine(folder, "--config", await configFile());
    expect(code).toBe(0);
    expect(found).toEqual([
      "ok data folder: app.folder",
      expect.stringMatching(/data folder: store\.(space|low_space)$/),
      "ok database: store.sound",
      "ok configuration: config.sound",
      "ok keys: keystore.open",
    ]);
    expect(existsSync(join(folder, "box.lock"))).toBe(false);
  });

  it("makes nothing in an empty folder, and says that there is none", async () => {
    const folder = tempFolder();
    const { code, found } = await examine(folder);
    expect(code).toBe(0);
    expect(found).toContain("warn database: store.none");
    expect(found).toContain("warn configuration: doctor.no_config");
    expect((await examine(folder, "--config", await configFile())).found).toContain("warn keys: keystore.none");
    expect(readdirSync(folder)).toEqual([]);
    const missing = await examine(join(folder, "nowhere"));
    expect([missing.code, missing.found[0]]).toEqual([1, "fail data folder: app.no_folder"]);
  });

  it("names a folder in use, a broken database, keys that do not open, and a wrong configuration", async () => {
    const running = await openBox();
    expect((await examine(running.folder)).found[0]).toBe("fail data folder: app.folder_in_use");
    const folder = await usedFolder();
    writeFileSync(join(folder, "box.db"), "no database at all".repeat(1000));
    writeFileSync(join(folder, "unlock.key"), Buffer.alloc(32));
    const { code, found } = await examine(folder, "--config", await configFile());
    expect(code).toBe(1);
    expect(found).toContainEqual(expect.stringMatching(/^fail database: store\.(corrupt|foreign_file|cannot_open)$/));
    expect(found).toContainEqual(expect.stringMatching(/^fail keys: keystore\./));
    const wrong = await examine(folder, "--config", await configFile({ colour: "green" }));
    expect(wrong.found).toContain("fail configuration: config.invalid");
  });

  it("looks at the Emercoin node", async () => {
    const sim = await startSimEmercoin({ clock: systemClock, random: systemRandom });
    onTestFinished(() => sim.stop());
    const folder = await usedFolder();
    writeFileSync(join(folder, "rpc"), "emc\n");
    const emercoin = { url: sim.url, user: "emc", password_file: "rpc" };
    const { found } = await examine(folder, "--config", await configFile({ emercoin }));
    expect(found.filter((line) => line.includes("Emercoin"))).toEqual([
      "ok Emercoin node: emercoin.version",
      "warn Emercoin node: emercoin.not_main",
      "warn Emercoin node: emercoin.no_peers",
      "ok Emercoin node: emercoin.names",
      "ok Emercoin node: emercoin.wallet_open",
      "ok Emercoin node: emercoin.funds",
    ]);
    const guess = await examine(folder, "--config", await configFile({ emercoin: { ...emercoin, user: "else" } }));
    expect(guess.found).toContain("fail Emercoin node: emercoin.bad_credentials");
    await sim.stop();
    const gone = await examine(folder, "--config", await configFile({ emercoin }));
    expect(gone.found).toContain("fail Emercoin node: emercoin.unreachable");
  });

  it("asks relay, ports and services of a box that does not run", async () => {
    const folder = await usedFolder();
    const good = await examine(folder, "--config", await configFile());
    expect(good.all).toContain("ok relay: relay.answers");
    const services = [
      { name: "Asterisk", url: await someRelay() },
      ...[{ name: "drachtio", url: "tcp://127.0.0.1:9" }],
    ];
    const slots = [
      { id: "one", port: "/dev/no-such-modem" },
      { id: "two", port: "usb:9-9.9" },
      { id: "three", port: "tcp://127.0.0.1:9" },
    ];
    const brokers = [{ id: "home", url: "mqtt://127.0.0.1:9" }];
    const over = { relay: { url: "http://127.0.0.1:9" }, doctor: { services }, slots, mqtt: { brokers } };
    const { code, all, view } = await examine(folder, "--config", await configFile(over));
    expect(code).toBe(1);
    expect(all).toContain("fail relay: relay.unreachable");
    expect(all).toContain("ok Asterisk: service.answers");
    expect(all).toContain("fail drachtio: service.unreachable");
    expect(all).toContain("fail slot three: service.unreachable");
    expect(all).toContain("fail MQTT broker home: service.unreachable");
    expect(all.filter((line) => line === "fail ports: port.absent")).toHaveLength(2);
    for (const { verdict, hint } of view.findings) if (verdict !== "ok") expect(hint).toMatch(/^[A-Z].*[.]$/);
  });

  it("says it in words, with what to do", async () => {
    const { out } = await numberbox(["doctor", "--data", tempFolder()]);
    expect(out).toContain("warn  database: there is no database yet (store.none)\n      Start the box once.\n");
    expect(out).toMatch(/It works; see the warnings\.\n$/);
  });
});
