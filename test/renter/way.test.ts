// The renter's commands by way of mirrors, a SOCKS5 proxy and pinned certificates, at a real relay.

import { createHash, X509Certificate } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { createServer } from "node:https";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { toBase64url } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import type { ExitCode } from "../../src/bin/cli-io.ts";
import { publicKeysToText, serialiseG2 } from "../../src/envelope/index.ts";
import type { OrderFile } from "../../src/renter/index.ts";
import { makeServerCertificate } from "../../src/tls/index.ts";
import { RelayDoor } from "../sim/relay-door.ts";
import { SocksProxy } from "../sim/socks-proxy.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";
import { CommandRun } from "./command-run.ts";
import { grantOf, LISTING, messageOf, NOW, provider, renter } from "./fixtures.ts";
import { type RealRelay, startRealRelay } from "./real-relay.ts";

let root: string;
let keyfile: string;
let relay: RealRelay;
let door: RelayDoor;
let mirror: RelayDoor;
let proxy: SocksProxy;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), "renter-way-"));
  keyfile = join(root, "users.key.json");
  writeFileSync(keyfile, serialiseG2([renter], renter.name));
  relay = await startRealRelay(new VirtualClock(NOW));
  [door, mirror, proxy] = [
    await RelayDoor.start(relay.url),
    await RelayDoor.start(relay.url),
    await SocksProxy.start(),
  ];
  const [first, second, through, home] = [door, mirror, proxy, root];
  onTestFinished(async () => {
    for (const each of [through, first, second, relay]) await each.stop();
    rmSync(home, { recursive: true, force: true });
  });
  await relay.grant(grantOf());
  await relay.forward(await messageOf({ seq: 1 }));
});

async function run(...argv: readonly string[]): Promise<CommandRun & { readonly exit: ExitCode }> {
  const command = new CommandRun(root, argv);
  return Object.assign(command, { exit: await command.done });
}

const bodies = (command: CommandRun): readonly unknown[] => command.lines.map(({ body }) => body);
const beside = (): readonly number[] => [...door.callers, ...mirror.callers].filter((port) => !proxy.ports.has(port));
const loginFile = (): unknown =>
  JSON.parse(readFileSync(join(root, ".local/state/numberbox/renter/login.json"), "utf8"));

describe("renter with --mirror", () => {
  it("reads at the mirror when the relay's first address is gone, and remembers it", async () => {
    expect((await run("login", "--keyfile", keyfile, "--relay", door.url, "--mirror", mirror.url)).exit).toBe(0);
    expect(loginFile()).toMatchObject({ relays: [door.url], mirrors: [mirror.url] });
    door.shut();
    const inbox = await run("inbox", "--json");
    expect([inbox.exit, bodies(inbox).length, inbox.stderr]).toEqual([0, 1, ""]);
    door.open();
    mirror.shut();
    await relay.forward(await messageOf({ seq: 2 }));
    const again = await run("inbox", "--json", "--new");
    expect([again.exit, bodies(again).length]).toEqual([0, 1]);
  });

  it("refuses mirrors of several relays", async () => {
    const two = ["--relay", door.url, "--relay", "http://127.0.0.1:9"];
    const login = await run("login", "--keyfile", keyfile, ...two, "--mirror", mirror.url);
    expect([login.exit, login.stderr]).toEqual([1, expect.stringContaining("renter.bad_relay_url")]);
  });
});

describe("renter with --socks5", () => {
  it("goes through the proxy with everything, and goes on to do so", async () => {
    const named = ["--keyfile", keyfile, "--relay", door.url, "--mirror", mirror.url];
    expect((await run("login", ...named, "--socks5", proxy.url)).exit).toBe(0);
    expect(bodies(await run("inbox", "--json"))).toHaveLength(1);
    const follow = new CommandRun(root, ["inbox", "--follow", "--json", "--new"]);
    await relay.forward(await messageOf({ seq: 2 }));
    await follow.until(() => follow.stdout.split("\n").length > 1);
    follow.abort.abort();
    expect(await follow.done).toBe(0);
    expect((await run("listings", "--json")).exit).toBe(0);
    expect((await run("rentals", "--json")).exit).toBe(0);
    // Another relay is not told who asks either.
    expect((await run("listings", "--json", "--relay", mirror.url)).exit).toBe(0);
    expect(door.callers.length).toBeGreaterThan(0);
    expect(beside()).toEqual([]);
  });

  it("says nothing to the relay while the proxy is gone", async () => {
    await run("login", "--keyfile", keyfile, "--relay", door.url, "--socks5", proxy.url);
    await proxy.stop();
    const before = door.callers.length;
    for (const command of ["inbox", "listings", "rentals", "login"]) {
      const done = await run(command);
      expect([command, done.exit]).toEqual([command, 1]);
      expect(done.stderr).toContain("renter.relay_unreachable");
      expect(done.stderr).toContain("SOCKS5");
    }
    expect(door.callers.length).toBe(before);
    expect((await run("login", "--socks5", "none")).exit).toBe(0);
    expect(loginFile()).not.toHaveProperty("socks5");
  });

  it("goes on with an order by the way that it was made by, also where nobody has signed in", async () => {
    const folder = join(root, ".local/state/numberbox/renter/orders");
    const id = "c".repeat(32);
    const order: OrderFile = {
      ...{ v: 1, relay: door.url, keyfile, way: { mirrors: [mirror.url], socks5: proxy.url, pins: {} }, ticket: null },
      ...{ provider: toBase64url(provider.verify), rental: 50_000, per_sms: 0 },
      request: {
        ...{ order_id: id, listing_id: LISTING, tier: "sms_only", duration: "daily", sms: 0 },
        ...{ renter: publicKeysToText(renter), payment: { method: "emc" }, envelope_version: 1 },
      },
    };
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${id}.json`), JSON.stringify(order));
    const rentals = await run("rentals", "--json");
    expect([rentals.exit, rentals.lines.length]).toEqual([0, 1]);
    door.shut();
    expect((await run("rentals", "--json")).exit).toBe(0);
    // The relay has no such listing; the question went there, and by the proxy.
    expect((await run("rent", "--resume", id)).exit).toBe(1);
    expect(mirror.callers.length).toBeGreaterThan(1);
    expect(beside()).toEqual([]);
  });

  it("refuses what is no proxy", async () => {
    expect((await run("login", "--socks5", "127.0.0.1:1080")).exit).toBe(2);
    expect(existsSync(join(root, ".local/state/numberbox/renter/login.json"))).toBe(false);
  });
});

describe("renter with --pin", () => {
  /** TLS before the relay, WebSocket and all, with a certificate that nobody has signed. */
  async function secureFront(): Promise<{ readonly url: string; readonly pin: string }> {
    const made = await makeServerCertificate({ random: systemRandom, now: systemClock.now(), hosts: ["relay.test"] });
    const port = Number(new URL(relay.url).port);
    const server = createServer({ cert: made.certificate, key: made.key }, (request, response) => {
      const { method, headers, url: path } = request;
      const on = httpRequest({ host: "127.0.0.1", port, method, headers, path }, (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
      });
      on.on("error", () => response.destroy());
      request.pipe(on);
    });
    server.on("upgrade", (request, socket) => {
      const far = connect(port, "127.0.0.1", () => {
        const lines = Object.entries(request.headers).map(([name, value]) => `${name}: ${String(value)}`);
        far.write(`GET ${request.url} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`);
        socket.pipe(far).pipe(socket);
      });
      for (const [one, other] of [[socket, far] as const, [far, socket] as const]) {
        one.on("error", () => {});
        one.on("close", () => other.destroy());
      }
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    const pin = createHash("sha256").update(new X509Certificate(made.certificate).raw).digest("hex");
    return { url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`, pin };
  }

  it("knows the relay by its certificate, requests and WebSocket, and no other", async () => {
    const { url, pin } = await secureFront();
    const named = ["--keyfile", keyfile, "--relay", url];
    const unsigned = await run("login", ...named);
    expect([unsigned.exit, unsigned.stderr]).toEqual([1, expect.stringContaining("renter.relay_unreachable")]);
    const wrong = await run("login", ...named, "--pin", "0".repeat(64));
    expect([wrong.exit, wrong.stderr]).toEqual([1, expect.stringContaining("another certificate")]);
    expect((await run("login", ...named, "--pin", pin, "--socks5", proxy.url)).exit).toBe(0);
    expect(loginFile()).toMatchObject({ pins: { [new URL(url).host]: pin }, socks5: proxy.url });
    const follow = new CommandRun(root, ["inbox", "--follow", "--json"]);
    await follow.until(() => follow.stdout.split("\n").length > 1);
    await relay.forward(await messageOf({ seq: 2 }));
    await follow.until(() => follow.stdout.split("\n").length > 2);
    follow.abort.abort();
    expect([await follow.done, bodies(follow).length]).toEqual([0, 2]);
  });
});
