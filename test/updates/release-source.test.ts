// Against a real server that can send wrong, break off, lie about ranges and fall silent; directly and through a real SOCKS5 proxy.

import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer, type Server as TlsServer } from "node:https";
import { type AddressInfo, connect, createServer as createTcpServer, type Server as TcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../src/base/system-clock.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import type { UpdateRelease } from "../../src/protocol/index.ts";
import { createAuthority, issueLeaf } from "../../src/tls/box-authority.ts";
import { HttpReleases } from "../../src/updates/index.ts";
import { rejectionOf } from "../envelope/error-code.ts";
import { SocksProxy } from "../sim/socks-proxy.ts";

const BUNDLE = Buffer.from(Array.from({ length: 300_000 }, (_, n) => (n * 31 + (n >> 8)) & 255));
const SHA = createHash("sha256").update(BUNDLE).digest("hex");
const RELEASE: UpdateRelease = {
  ...{
    version: "1.1.0",
    compatible: "numberbox-arm64",
    published_at: 0,
    url: "b.raucb",
    size: BUNDLE.length,
    sha256: SHA,
  },
  ...{ notes: { en: "Better." }, rollout: 1000 },
};

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const port = (server: Server | TcpServer | TlsServer): number => (server.address() as AddressInfo).port;

/** As a good server does: whole, or from where it is asked. */
const good: Answer = (request, response) => {
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
  response.writeHead(from > 0 ? 206 : 200).end(BUNDLE.subarray(from));
};

describe("releases over HTTP", () => {
  let folder = "";
  let server: Server;
  let answer: Answer = good;
  const asked: string[] = [];
  const closing: { close(): unknown }[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "numberbox-release-"));
    answer = good;
    asked.length = 0;
    server = createServer((request, response) => {
      asked.push(`${request.url} ${request.headers.range ?? "whole"}`);
      answer(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    closing.push(server);
  });

  afterEach(async () => {
    server.closeAllConnections();
    for (const each of closing.splice(0)) each.close();
    await rm(folder, { recursive: true, force: true });
  });

  const source = (proxy?: { host: string; port: number }) =>
    new HttpReleases({
      url: `http://127.0.0.1:${port(server)}/box/channel.json`,
      ...{ proxy, ca: undefined },
    });
  const fetchTo = (file: string, proxy?: { host: string; port: number }, release = RELEASE) =>
    source(proxy).fetch(release, file, () => {}, new AbortController().signal);

  it("bring the channel, and the bundle beside it, whole", async () => {
    answer = (request, response) => {
      if (request.url === "/box/channel.json") response.end("{}");
      else good(request, response);
    };
    expect(Buffer.from(await source().channel(new AbortController().signal)).toString()).toBe("{}");
    const file = join(folder, "deep", "bundle");
    const shares: number[] = [];
    await source().fetch(RELEASE, file, (share) => shares.push(share), new AbortController().signal);
    expect(BUNDLE.equals(await readFile(file))).toBe(true);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(shares.at(-1)).toBe(1);
    expect(asked).toEqual(["/box/channel.json whole", "/box/b.raucb whole"]);
  });

  it("go on where they broke off, and are not fetched again when they are there", async () => {
    const file = join(folder, "bundle");
    answer = (_request, response) => {
      response.writeHead(200, { "content-length": String(BUNDLE.length) });
      response.write(BUNDLE.subarray(0, 100_000), () => response.destroy());
    };
    expect(await rejectionOf(fetchTo(file))).toBe("update.unreachable");
    const { size } = await stat(file);
    expect(size).toBeGreaterThan(0);
    answer = good;
    await fetchTo(file);
    expect(BUNDLE.equals(await readFile(file))).toBe(true);
    expect(asked.at(-1)).toBe(`/box/b.raucb bytes=${size}-`);
    await fetchTo(file);
    expect(asked).toHaveLength(2);
  });

  it.each<[string, Buffer, Answer]>([
    ["does not fit", Buffer.alloc(5000, 1), good],
    ["has the whole length", Buffer.alloc(BUNDLE.length, 1), good],
    [
      "is longer than the server's file",
      Buffer.alloc(5000, 1),
      (request, response) =>
        request.headers.range === undefined ? good(request, response) : void response.writeHead(416).end(),
    ],
  ])("are fetched anew at once when what an earlier edition left %s", async (_what, left, server) => {
    const file = join(folder, "bundle");
    await writeFile(file, left);
    answer = server;
    await fetchTo(file);
    expect(BUNDLE.equals(await readFile(file))).toBe(true);
    expect(asked.at(-1)).toBe("/box/b.raucb whole");
  });

  it("are fetched anew once only", async () => {
    const file = join(folder, "bundle");
    await writeFile(file, Buffer.alloc(5000, 1));
    answer = (_request, response) => void response.end(Buffer.alloc(BUNDLE.length));
    expect(await rejectionOf(fetchTo(file))).toBe("update.bad_download");
    expect(asked).toHaveLength(2);
    answer = (_request, response) => void response.writeHead(416).end();
    expect(await rejectionOf(fetchTo(file))).toBe("update.unreachable");
  });

  it("begin anew at a server that knows no ranges", async () => {
    const file = join(folder, "bundle");
    await writeFile(file, BUNDLE.subarray(0, 5000));
    answer = (_request, response) => void response.end(BUNDLE);
    await fetchTo(file);
    expect(BUNDLE.equals(await readFile(file))).toBe(true);
  });

  it.each([
    ["another file of the same length", Buffer.from(BUNDLE).fill(1, 9000, 9001)],
    ["less", BUNDLE.subarray(0, 200_000)],
    ["more", Buffer.concat([BUNDLE, Buffer.alloc(1)])],
  ])("are refused and removed when the server sends %s", async (_name, bytes) => {
    const file = join(folder, "bundle");
    answer = (_request, response) => void response.end(bytes);
    expect(await rejectionOf(fetchTo(file))).toBe("update.bad_download");
    answer = good;
    // Whatever is left must not spoil the next attempt for good.
    await fetchTo(file).catch(() => {});
    await fetchTo(file);
    expect(BUNDLE.equals(await readFile(file))).toBe(true);
  });

  it("say what a server answered, and refuse a channel without an end", async () => {
    const signal = new AbortController().signal;
    answer = (_request, response) => void response.writeHead(404).end();
    expect(await rejectionOf(fetchTo(join(folder, "bundle")))).toBe("update.unreachable");
    expect(await rejectionOf(source().channel(signal))).toBe("update.unreachable");
    answer = (_request, response) => void response.end(Buffer.alloc(2_000_000, 32));
    expect(await rejectionOf(source().channel(signal))).toBe("update.bad_channel");
  });

  it("need room, and say so before a byte is fetched", async () => {
    const huge = { ...RELEASE, size: 4 * 1024 ** 5 };
    expect(await rejectionOf(fetchTo(join(folder, "bundle"), undefined, huge))).toBe("update.no_space");
    expect(asked).toEqual([]);
  });

  it("end when the box stops", async () => {
    const stop = new AbortController();
    answer = (_request, response) => {
      response.writeHead(200);
      response.write(BUNDLE.subarray(0, 10), () => stop.abort());
    };
    await expect(source().fetch(RELEASE, join(folder, "bundle"), () => {}, stop.signal)).rejects.toThrow();
  });

  it("end at a word from the box when the channel comes drop by drop, for ever", async () => {
    const stop = new AbortController();
    let drops = 0;
    answer = (_request, response) => {
      const drip = setInterval(() => {
        response.write(" ");
        if (++drops === 5) stop.abort();
      }, 5);
      response.on("close", () => clearInterval(drip));
    };
    await expect(source().channel(stop.signal)).rejects.toThrow();
    expect(drops).toBeGreaterThanOrEqual(5);
  });

  it("come over https through the proxy too", async () => {
    const now = systemClock.now();
    const authority = await createAuthority({ random: systemRandom, now, name: "test", names: ["releases.test"] });
    const leaf = await issueLeaf({ random: systemRandom, now, authority, hosts: ["releases.test"] });
    const secure = createTlsServer({ cert: leaf.certificate, key: leaf.key }, good);
    await new Promise<void>((resolve) => secure.listen(0, "127.0.0.1", resolve));
    const proxy = await SocksProxy.start();
    closing.push(secure, { close: () => proxy.stop() });
    const url = `https://releases.test:${port(secure)}/box/channel.json`;
    const through = { host: "127.0.0.1", port: proxy.port };
    const fetchWith = (ca: string | undefined, file: string) =>
      new HttpReleases({ url, proxy: through, ca }).fetch(RELEASE, file, () => {}, new AbortController().signal);
    await fetchWith(authority.certificate, join(folder, "bundle"));
    expect(BUNDLE.equals(await readFile(join(folder, "bundle")))).toBe(true);
    expect(await rejectionOf(fetchWith(undefined, join(folder, "other")))).toBe("update.unreachable");
    expect(proxy.targets).toEqual(Array(2).fill(`releases.test:${port(secure)}`));
    secure.closeAllConnections();
  });

  it("go through the proxy and never beside it", async () => {
    const targets: string[] = [];
    // RFC 1928 for one connection each: method, request with a name or an IPv4 address, then bytes both ways.
    const proxy = createTcpServer((socket) => {
      socket.once("data", () => {
        socket.write(Uint8Array.of(5, 0));
        socket.once("data", (request: Buffer) => {
          const length = request[4] ?? 0;
          targets.push(`${request.subarray(5, 5 + length).toString()}:${request.readUInt16BE(5 + length)}`);
          socket.write(Uint8Array.of(5, 0, 0, 1, 127, 0, 0, 1, 0, 0));
          const out = connect(port(server), "127.0.0.1");
          out.on("error", () => socket.destroy());
          socket.on("error", () => out.destroy());
          socket.pipe(out).pipe(socket);
        });
      });
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    closing.push(proxy);
    const file = join(folder, "bundle");
    await fetchTo(file, { host: "127.0.0.1", port: port(proxy) });
    expect(BUNDLE.equals(await readFile(file))).toBe(true);
    expect(targets).toEqual([`127.0.0.1:${port(server)}`]);
    proxy.close();
    asked.length = 0;
    await rm(file);
    const gone = { host: "127.0.0.1", port: port(server) };
    answer = (_request, response) => response.destroy();
    expect(await rejectionOf(fetchTo(file, gone))).toBe("update.unreachable");
    expect(asked).toEqual([]);
  });
});
