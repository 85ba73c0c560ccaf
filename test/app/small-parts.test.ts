import { existsSync, statSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { type DemoFacts, readDemoFacts, writeDemoFacts } from "../../src/app/demo-facts.ts";
import { choosePorts } from "../../src/app/demo-ports.ts";
import { publishLocalAccess, readLocalAccess } from "../../src/app/index.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import { codeOf } from "../contract/box-store.ts";
import { MemorySettings } from "../sim/memory-settings.ts";
import { tempFolder } from "../sqlite/temp-folder.ts";

describe("local access", () => {
  it("is a file for its owner alone, with address and a fresh token, gone after the end", async () => {
    const folder = tempFolder();
    const deps = { settings: new MemorySettings(), random: systemRandom };
    const { access, remove } = await publishLocalAccess(folder, "http://127.0.0.1:8080", deps);
    const file = join(folder, "local-access.json");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(await readLocalAccess(folder)).toEqual(access);
    expect([...deps.settings.values.values()].join()).not.toContain(access.token);
    const second = await publishLocalAccess(folder, "http://127.0.0.1:8080", deps);
    expect(second.access.token).not.toBe(access.token);
    await remove();
    await remove();
    expect(existsSync(file)).toBe(false);
    expect(await codeOf(readLocalAccess(folder))).toBe("app.not_running");
  });

  it.each(["", "{}", '{"url":"nonsense","token":"aaaaaaaaaaaaaaaaaaaaaaaa"}'])("refuses a file of %j", async (text) => {
    const folder = tempFolder();
    writeFileSync(join(folder, "local-access.json"), text);
    expect(await codeOf(readLocalAccess(folder))).toBe("app.bad_access_file");
  });
});

function listening(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve(server));
    onTestFinished(() => void server.close());
  });
}

const portOf = (server: Server): number => {
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
};

function factsOf(ports: readonly [number, number, number]): DemoFacts {
  const [console, relay, simulator] = ports.map((port) => `http://127.0.0.1:${port}`);
  return {
    console_url: console ?? "",
    admin_password: "p",
    api_token: "t",
    relay_url: relay ?? "",
    simulator_url: simulator ?? "",
    renter_keyfile: "r",
    provider_verify: "v",
    slots: [{ id: "1", line: "+12025550101", line_id: "line-1" }],
  };
}

describe("the demo's ports", () => {
  it("are those of the last run while they are free, else others that are", async () => {
    const [a, b, taken] = [await listening(0), await listening(0), await listening(0)];
    const [first, second, third] = [portOf(a), portOf(b), portOf(taken)];
    await Promise.all([a, b].map((server) => new Promise((done) => server.close(done))));
    const ports = await choosePorts(factsOf([first, second, third]));
    expect(ports.console).toBe(first);
    expect(ports.relay).toBe(second);
    expect(ports.simulator).not.toBe(third);
    await listening(ports.simulator);
  });

  it("are chosen also before the first run", async () => {
    const ports = await choosePorts(null);
    expect(new Set(Object.values(ports)).size).toBe(Object.keys(ports).length);
    for (const port of Object.values(ports)) expect(port).toBeGreaterThan(0);
  });
});

describe("demo.json", () => {
  it("comes back as it was written, for its owner alone", async () => {
    const folder = tempFolder();
    expect(await readDemoFacts(folder)).toBeNull();
    const facts = factsOf([1, 2, 3]);
    await writeDemoFacts(folder, facts);
    expect(await readDemoFacts(folder)).toEqual(facts);
    expect(statSync(join(folder, "demo.json")).mode & 0o777).toBe(0o600);
  });

  it("that is damaged is refused by name", async () => {
    const folder = tempFolder();
    writeFileSync(join(folder, "demo.json"), "{}");
    const error: unknown = await readDemoFacts(folder).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "demo.bad_facts" });
    expect(String(error)).toContain("demo.json");
  });
});
