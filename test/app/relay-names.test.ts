// A relay whose name only EmerDNS knows: a real TLS server on the loopback, a real node's RPC, and the client as the box wires it.

import { createHash, X509Certificate } from "node:crypto";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { describe, expect, it, onTestFinished } from "vitest";
import { examineStoppedBox } from "../../src/app/doctor.ts";
import { currentIdentity, openOrCreateKeystore } from "../../src/app/keystore-file.ts";
import { openRelayGateway } from "../../src/app/relay-gateway.ts";
import { finderOf, openRelayNames } from "../../src/app/relay-names.ts";
import { relayWay } from "../../src/app/relay-services.ts";
import { examineRelay } from "../../src/app/wizard-checks.ts";
import { Secret, utf8 } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { systemCrypto } from "../../src/base/system-crypto.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import { createEmercoinNode, httpTransport } from "../../src/chain/index.ts";
import { parseBoxConfig } from "../../src/config/index.ts";
import { publicKeysToText } from "../../src/envelope/index.ts";
import { createRelayClient } from "../../src/relay/index.ts";
import { makeServerCertificate } from "../../src/tls/index.ts";
import { RecordingLogger, renter } from "../core/core-rig.ts";
import { messageOf, provider, signWith, verifyOf } from "../relay/fixtures.ts";
import { startSimEmercoin } from "../sim/emercoin/index.ts";
import { MemorySettings } from "../sim/memory-settings.ts";
import { SocksProxy } from "../sim/socks-proxy.ts";
import { tempFolder } from "../sqlite/temp-folder.ts";
import { frameOf, newBoard, openBox, openRelay, parts, ready } from "./box-rig.ts";

const { signal } = new AbortController();
const HOST = "gateway.private.ness";
const OTHER = "0".repeat(64);

/** Takes every message; tells what it was asked by which name. */
async function secureRelay(address: string, port = 0) {
  const made = await makeServerCertificate({ random: systemRandom, now: systemClock.now(), hosts: ["relay.test"] });
  const seen: string[] = [];
  const server = createServer({ cert: made.certificate, key: made.key }, (request, response) => {
    const { servername } = request.socket as TLSSocket & { readonly servername?: string };
    seen.push(`${request.url} ${servername} ${request.headers.host}`);
    const reply = { status: "queued", id: messageOf().id };
    request.resume().on("end", () => response.setHeader("content-type", "application/json").end(JSON.stringify(reply)));
  });
  server.listen(port, address);
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const pin = createHash("sha256").update(new X509Certificate(made.certificate).raw).digest("hex");
  return { port: (server.address() as AddressInfo).port, pin, seen, server };
}

async function scene(value: string) {
  const sim = await startSimEmercoin({ clock: systemClock, random: systemRandom });
  const transport = httpTransport({ url: sim.url, credentials: async () => new Secret("emc:emc") });
  const node = createEmercoinNode({ transport: transport.send, clock: systemClock });
  onTestFinished(async () => {
    node.stop();
    transport.close();
    await sim.stop();
  });
  sim.plant([
    { name: "dns:private.ness", value: "A=127.0.0.9|SD=gateway", days: 30 },
    { name: `dns:${HOST}`, value, days: 30 },
  ]);
  const [log, store] = [new RecordingLogger(), new MemorySettings()];
  const emercoin = { url: sim.url, user: "emc", password_file: "rpc" };
  const named = async (relay: object, over: object = {}) => {
    const voice = { host: "gateway.example", sip_edge: "relay", asterisk: { password_file: "ari" } };
    const config = parseBoxConfig(JSON.stringify({ relay, voice, emercoin: { ...emercoin, ...over } }), "test");
    const names = await openRelayNames({ config, node, store, clock: systemClock, log });
    return { config, names };
  };
  const open = async (relay: object, over: object = {}) => {
    const { config, names } = await named(relay, over);
    if (config.relay === undefined) throw new Error("no relay");
    const identity = { verify: verifyOf(provider), sign: signWith(provider) };
    const way = relayWay(config.relay, names);
    const client = createRelayClient({ ...way, identity, clock: systemClock, random: systemRandom, log });
    onTestFinished(() => client.stop());
    return async (): Promise<string> => {
      const outcome = await client.forward(messageOf(), signal);
      return `${outcome.kind} ${outcome.kind === "accepted" ? outcome.status : outcome.code}`;
    };
  };
  const update = async (text: string) => {
    await sim.call("name_update", [`dns:${HOST}`, Buffer.from(utf8(text)).toString("base64"), 0, "", "base64"]);
    sim.mine(1);
  };
  return { sim, open, named, update, log, store };
}

const record = (address: string, pin: string) => `A=${address}|TXT=numberbox-cert=${pin}|TTL=600`;

describe("a relay whose name only EmerDNS knows", () => {
  it("is reached at the record's address, by its name, with the record's certificate and no other", async () => {
    const relay = await secureRelay("127.0.0.1");
    const { open, update } = await scene(record("127.0.0.1", relay.pin));
    const url = `https://${HOST}:${relay.port}`;
    expect(await (await open({ url }))()).toBe("accepted queued");
    expect(relay.seen).toEqual([`/forward ${HOST} ${HOST}:${relay.port}`]);
    expect(await (await open({ url, pin: OTHER }))()).toBe("retry net.certificate");
    await update(record("127.0.0.1", OTHER));
    expect(await (await open({ url }))()).toBe("retry net.certificate");
    expect(await (await open({ url, pin: relay.pin }))()).toBe("accepted queued");
    await update("A=127.0.0.1");
    expect(await (await open({ url }))()).toBe("retry net.no_pin");
    expect(relay.seen.length).toBe(2);
  });

  it("is followed to its new address, once the old one fails, without waiting for the record's time", async () => {
    const old = await secureRelay("127.0.0.1");
    const { open, update } = await scene(record("127.0.0.1", old.pin));
    const forward = await open({ url: `https://${HOST}:${old.port}` });
    expect(await forward()).toBe("accepted queued");
    const moved = await secureRelay("127.0.0.2", old.port);
    await update(record("127.0.0.2", moved.pin));
    old.server.closeAllConnections();
    old.server.close();
    // The kept connection ends, then the address refuses.
    const outcomes = [await forward(), await forward(), await forward()];
    expect(outcomes).toEqual([expect.stringMatching(/^retry /), "retry relay.unreachable", "accepted queued"]);
    expect([old.seen.length, moved.seen.length]).toEqual([1, 1]);
  });

  it("is reached while the node is away, also after a restart, if it was known", async () => {
    const relay = await secureRelay("127.0.0.1");
    const { sim, open, store } = await scene(record("127.0.0.1", relay.pin));
    const url = `https://${HOST}:${relay.port}`;
    expect(await (await open({ url }))()).toBe("accepted queued");
    await sim.nodes[0]?.down();
    expect(await (await open({ url }))()).toBe("accepted queued");
    store.values.clear();
    expect(await (await open({ url }))()).toBe("retry dns.node_away");
    expect(relay.seen.length).toBe(2);
  });

  it("is reached through the proxy alone, which gets the address", async () => {
    const relay = await secureRelay("127.0.0.1");
    const { open } = await scene(record("127.0.0.1", relay.pin));
    const proxy = await SocksProxy.start();
    onTestFinished(() => proxy.stop());
    const section = { url: `https://${HOST}:${relay.port}`, socks5: proxy.url };
    expect(await (await open(section))()).toBe("accepted queued");
    expect(proxy.targets).toEqual([`127.0.0.1:${relay.port}`]);
    // A node elsewhere would be asked beside the proxy.
    const remote = { url: "http://node.example:6662" };
    expect(await (await open(section, remote))()).toBe("retry dns.beside_proxy");
    expect(await (await open(section, { ...remote, socks5: proxy.url }))()).toBe("accepted queued");
    await proxy.stop();
    expect(await (await open(section))()).toBe("retry net.proxy");
    expect(relay.seen.length).toBe(2);
  });

  it("is asked by the wizard, the doctor of a stopped box and the calls in the same way", async () => {
    const relay = await secureRelay("127.0.0.1");
    const { named, log, store } = await scene(record("127.0.0.1", relay.pin));
    const url = `https://${HOST}:${relay.port}`;
    const { config, names } = await named({ url });
    const identity = { verify: verifyOf(provider), sign: signWith(provider) };
    const way = { url, names: finderOf(names, undefined) };
    const { findings } = await examineRelay({ clock: systemClock, identity, signal }, way);
    expect(findings).toMatchObject([{ code: "relay.not_a_relay" }]);
    const gateway = await openRelayGateway({ config, store, names, clock: systemClock, log });
    await expect(gateway?.discover(signal)).rejects.toMatchObject({ code: "voice.relay_unreachable" });
    expect(gateway?.trunkNames?.owns(HOST)).toBe(true);
    const dataFolder = tempFolder();
    writeFileSync(join(dataFolder, "rpc"), "emc\n");
    const deps = { clock: systemClock, random: systemRandom, suite: systemCrypto, log, dataFolder };
    const view = await examineStoppedBox({ ...deps, credentials: undefined, config: async () => config });
    expect(view.findings.filter(({ check }) => check === "relay")).toMatchObject([{ code: "relay.answers" }]);
    expect(relay.seen.length).toBe(3);
  });

  it("takes the SMS of a whole box", async () => {
    const folder = tempFolder();
    const unlock = { key_file: "unlock.key" };
    const keystore = await openOrCreateKeystore({ ...parts, folder, unlock, credentials: undefined }, "provider");
    const relay = await openRelay(currentIdentity(keystore).verify);
    const { sim } = await scene("A=127.0.0.1");
    writeFileSync(join(folder, "rpc"), "emc\n");
    const emercoin = { url: sim.url, user: "emc", password_file: "rpc" };
    const sections = { relay: { url: `http://${HOST}:${new URL(relay.url).port}` }, emercoin };
    const board = newBoard(1);
    const { box } = await openBox({ folder, board, slots: 1, sections });
    await ready(box);
    const keys = publicKeysToText(renter);
    await box.console.grant({ line: "line-1", renter: keys, days: 1, envelope_version: 1, credit: null });
    const forwarded = frameOf(box, (frame) => frame.type === "overview" && frame.overview.counts.forwarded === 1);
    board.modem(1).sendSms({ from: "+15550100", body: "hello" });
    await forwarded;
    expect(await box.store.getSetting("emerdns.known")).toContain(`"${HOST}":{"addresses":["127.0.0.1"]`);
  });

  it("is left to other name services where the configuration says so, and a record that is over counts no more", async () => {
    const relay = await secureRelay("127.0.0.1");
    const { sim, open } = await scene(record("127.0.0.1", relay.pin));
    const url = `https://${HOST}:${relay.port}`;
    expect(await (await open({ url }, { dns_suffixes: [] }))()).toBe("retry relay.unreachable");
    await sim.call("name_delete", [`dns:${HOST}`]);
    sim.mine(1);
    expect(await (await open({ url }))()).toBe("retry dns.unknown");
    expect(relay.seen).toEqual([]);
  });
});
