import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { type ChainLink, openChain } from "../../src/app/chain-services.ts";
import { Secret, seconds } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import { parseBoxConfig } from "../../src/config/index.ts";
import { RecordingLogger } from "../core/core-rig.ts";
import { type SimEmercoin, startSimEmercoin } from "../sim/emercoin/index.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";
import { tempFolder } from "../sqlite/temp-folder.ts";

async function startNode(): Promise<SimEmercoin> {
  const sim = await startSimEmercoin({ clock: systemClock, random: systemRandom });
  onTestFinished(() => sim.stop());
  return sim;
}

async function open(sim: SimEmercoin, over: object = {}) {
  const dataFolder = tempFolder();
  writeFileSync(join(dataFolder, "rpc"), "emc\n");
  writeFileSync(join(dataFolder, "cookie"), "emc:emc\n");
  writeFileSync(join(dataFolder, "pass"), "correct horse\n");
  const emercoin = { url: sim.url, user: "emc", password_file: "rpc", ...over };
  const { emercoin: section } = parseBoxConfig(
    JSON.stringify({ relay: { url: "http://127.0.0.1:9" }, emercoin }),
    "test",
  );
  if (section === undefined) throw new Error("no section");
  const [clock, log] = [new VirtualClock(), new RecordingLogger()];
  const link: ChainLink = await openChain({ section, dataFolder, clock, log });
  onTestFinished(() => link.stop());
  return { link, clock, log };
}

describe("the box's way to Emercoin", () => {
  it("signs in with user and password file, or with the cookie", async () => {
    const sim = await startNode();
    const byPassword = (await open(sim)).link;
    expect(await byPassword.console.view()).toMatchObject({ configured: true, ready: true, problem: null });
    const byCookie = (await open(sim, { user: undefined, password_file: undefined, cookie_file: "cookie" })).link;
    expect((await byCookie.console.view()).node).toMatchObject({ network: "regtest", synced: true });
  });

  it("shows what is wrong instead of failing", async () => {
    const sim = await startNode();
    const { link } = await open(sim, { user: "nobody" });
    expect(await link.console.view()).toMatchObject({ node: null, problem: { code: "emercoin.bad_credentials" } });
    const lost = (await open(sim, { password_file: "missing" })).link;
    expect(await lost.console.view()).toMatchObject({ problem: { code: "emercoin.no_credentials" } });
    await expect(link.console.unlock(new Secret("x"), null)).rejects.toMatchObject({
      code: "emercoin.bad_credentials",
    });
  });

  it("opens the wallet by its passphrase file as soon as the node is there", async () => {
    const sim = await startNode();
    await sim.call("encryptwallet", ["correct horse"]);
    await sim.nodes[0]?.down();
    const { link, clock, log } = await open(sim, { passphrase_file: "pass" });
    link.start();
    await expect.poll(() => log.lines.length).toBe(1);
    expect(JSON.stringify(log.lines)).not.toContain("correct horse");
    expect(link.gate.ready).toBe(false);
    await sim.nodes[0]?.up();
    await clock.advance(seconds(30));
    await expect.poll(() => link.gate.ready).toBe(true);
    expect(await link.console.view()).toMatchObject({ ready: true, wallet: { lock: "locked" } });
    link.console.lock();
    expect(await link.console.view()).toMatchObject({ ready: false, wallet: { lock: "locked" } });
  });

  it("does not try a wrong passphrase again", async () => {
    const sim = await startNode();
    await sim.call("encryptwallet", ["another one"]);
    const { link, clock, log } = await open(sim, { passphrase_file: "pass" });
    link.start();
    await expect.poll(() => log.lines.length).toBe(1);
    await clock.advance(seconds(120));
    expect(log.lines.length).toBe(1);
    expect(link.gate.ready).toBe(false);
  });
});
