// The renter's commands at a relay whose host only EmerDNS knows: asked of an Emercoin node, and of nobody else.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { systemClock } from "../../src/base/system-clock.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import { serialiseG2 } from "../../src/envelope/index.ts";
import { numberbox } from "../bin/run-rig.ts";
import { type SimEmercoin, startSimEmercoin } from "../sim/emercoin/index.ts";
import { RelayDoor } from "../sim/relay-door.ts";
import { SocksProxy } from "../sim/socks-proxy.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";
import { tempFolder } from "../sqlite/temp-folder.ts";
import { CommandRun } from "./command-run.ts";
import { grantOf, LISTING, messageOf, NOW, renter } from "./fixtures.ts";
import { startRealRelay } from "./real-relay.ts";

const HOST = "gateway.private.ness";

let root: string;
let sim: SimEmercoin;
let door: RelayDoor;
let at: string;
let keyfile: string;

beforeEach(async () => {
  root = tempFolder();
  keyfile = join(root, "me.key.json");
  writeFileSync(keyfile, serialiseG2([renter], renter.name));
  sim = await startSimEmercoin({ clock: systemClock, random: systemRandom });
  const relay = await startRealRelay(new VirtualClock(NOW));
  door = await RelayDoor.start(relay.url);
  const [chain, through] = [sim, door];
  onTestFinished(async () => {
    for (const each of [through, relay, chain]) await each.stop();
  });
  await relay.grant(grantOf());
  await relay.forward(await messageOf({ seq: 1, body: "Hello" }));
  at = `http://${HOST}:${door.port}`;
  writeFileSync(join(root, "rpc"), sim.password);
  sim.plant([
    { name: "dns:private.ness", value: "A=127.0.0.9|SD=gateway", days: 30 },
    { name: `dns:${HOST}`, value: "A=127.0.0.1|TTL=60", days: 30 },
  ]);
});

const nodeArgs = (host = new URL(sim.url).host): readonly string[] => [
  ...["--node", `http://${sim.user}@${host}`, "--node-password-file", join(root, "rpc")],
];

async function run(...argv: readonly string[]) {
  const done = new CommandRun(root, argv);
  return { exit: await done.done, done };
}

describe("a relay that only EmerDNS knows", () => {
  it("is found by the renter's commands through the node that is named, and found again while it is away", async () => {
    const signedIn = await run("login", "--keyfile", keyfile, "--relay", at, ...nodeArgs());
    expect([signedIn.exit, signedIn.done.stderr]).toEqual([0, ""]);
    const inbox = await run("inbox", "--json", ...nodeArgs());
    expect(inbox.done.lines.map(({ body }) => body)).toEqual(["Hello"]);
    const memory = readFileSync(join(root, ".local/state/numberbox/renter/emerdns.json"), "utf8");
    expect(memory).toContain(HOST);
    await sim.stop();
    expect((await run("inbox", "--json", ...nodeArgs())).done.lines).toHaveLength(1);
  });

  it("is not asked of the machine's name service: without a record nothing is reached", async () => {
    const other = at.replace("gateway", "elsewhere");
    const { exit, done } = await run("login", "--keyfile", keyfile, "--relay", other, ...nodeArgs());
    expect([exit, done.stderr]).toEqual([1, expect.stringContaining("renter.relay_unreachable")]);
    expect(door.callers).toEqual([]);
  });

  it("behind a proxy is asked of a node on this machine alone", async () => {
    const proxy = await SocksProxy.start();
    onTestFinished(() => proxy.stop());
    const args = ["login", "--keyfile", keyfile, "--relay", at, "--socks5", proxy.url];
    const far = await run(...args, ...nodeArgs("node.example:6662"));
    expect(far.exit).toBe(1);
    expect(far.done.stderr).toContain("beside the relay's proxy");
    expect(door.callers).toEqual([]);
    expect((await run(...args, ...nodeArgs())).exit).toBe(0);
    expect(door.callers.every((port) => proxy.ports.has(port))).toBe(true);
  });

  it("is asked for a listing's record, by the proxy that is named", async () => {
    const proxy = await SocksProxy.start();
    onTestFinished(() => proxy.stop());
    const verify = ["listing", "verify", LISTING, "--relay", at, "--socks5", proxy.url, ...nodeArgs()];
    // The chain has no such listing: that is what node and relay are asked for.
    expect((await numberbox(verify, { env: { HOME: root } })).err).toContain("listing.unknown");
    const word = ["listing", "verify", LISTING, "--relay", door.url, "--socks5", proxy.url];
    const { code } = await numberbox(word, { env: { HOME: root } });
    expect(code).toBe(1);
    expect(door.callers.length).toBeGreaterThan(0);
    expect(door.callers.every((port) => proxy.ports.has(port))).toBe(true);
  });
});
