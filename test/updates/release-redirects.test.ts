// Servers that send a box on to another address, as forges do with the files of a release.

import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer, type Server as TlsServer } from "node:https";
import type { AddressInfo } from "node:net";
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

const BUNDLE = Buffer.from(Array.from({ length: 50_000 }, (_, n) => (n * 31 + (n >> 8)) & 255));
const RELEASE: UpdateRelease = {
  ...{ version: "1.1.0", compatible: "numberbox-arm64", published_at: 0, url: "b.raucb", size: BUNDLE.length },
  ...{ sha256: createHash("sha256").update(BUNDLE).digest("hex"), notes: { en: "Better." }, rollout: 1000 },
};

type Answer = (request: IncomingMessage, response: ServerResponse) => void;
const port = (server: Server | TlsServer): number => (server.address() as AddressInfo).port;
const to =
  (location: string, status = 302): Answer =>
  (_request, response) =>
    void response.writeHead(status, { location }).end("over there");

describe("a release that lies elsewhere", () => {
  let folder = "";
  let file = "";
  const closing: (() => unknown)[] = [];
  /** What each server was asked: its name, the path, what came with it. */
  const asked: string[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "numberbox-redirect-"));
    file = join(folder, "bundle");
    asked.length = 0;
  });
  afterEach(async () => {
    for (const close of closing.splice(0)) close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Answers by path; whatever is not named is the bundle, from where it is asked. */
  const answering =
    (name: string, paths: Readonly<Record<string, Answer>>): Answer =>
    (request, response) => {
      const { range, authorization } = request.headers;
      asked.push([name, request.url, range, authorization].filter((each) => each !== undefined).join(" "));
      const answer = paths[request.url ?? ""];
      if (answer !== undefined) return answer(request, response);
      const from = Number(/^bytes=(\d+)-$/.exec(range ?? "")?.[1] ?? 0);
      return void response.writeHead(from > 0 ? 206 : 200).end(BUNDLE.subarray(from));
    };

  async function started<T extends Server | TlsServer>(server: T): Promise<T> {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    closing.push(
      () => server.close(),
      () => server.closeAllConnections(),
    );
    return server;
  }
  const plain = (paths: Readonly<Record<string, Answer>>) => started(createServer(answering("plain", paths)));
  const SIGNAL = new AbortController().signal;
  const fetchFrom = (server: Server) =>
    new HttpReleases({ url: `http://127.0.0.1:${port(server)}/channel.json`, proxy: undefined, ca: undefined }).fetch(
      RELEASE,
      file,
      () => {},
      SIGNAL,
    );

  it.each([301, 302, 303, 307, 308])(
    "is fetched from there after a %d, going on where it broke off",
    async (status) => {
      await writeFile(file, BUNDLE.subarray(0, 1000));
      await fetchFrom(await plain({ "/b.raucb": to("/there/b", status) }));
      expect(BUNDLE.equals(await readFile(file))).toBe(true);
      expect(asked).toEqual(["plain /b.raucb bytes=1000-", "plain /there/b bytes=1000-"]);
    },
  );

  it("is followed five times and no more", async () => {
    const hops = Object.fromEntries(Array.from({ length: 9 }, (_, n) => [`/${n}`, to(`/${n + 1}`)]));
    await fetchFrom(await plain({ ...hops, "/b.raucb": to("/5") }));
    expect(BUNDLE.equals(await readFile(file))).toBe(true);
    await rm(file);
    asked.length = 0;
    expect(await rejectionOf(fetchFrom(await plain({ ...hops, "/b.raucb": to("/0") })))).toBe("update.bad_redirect");
    expect(asked).toHaveLength(6);
    expect(await rejectionOf(fetchFrom(await plain({ "/b.raucb": to("/b.raucb") })))).toBe("update.bad_redirect");
  });

  it.each(["http://192.0.2.1/b", "ftp://127.0.0.1/b", "file:///etc/passwd", "http://", "http://localhost.example/b"])(
    "is not looked for at %s",
    async (location) => {
      expect(await rejectionOf(fetchFrom(await plain({ "/b.raucb": to(location) })))).toBe("update.bad_redirect");
      expect(asked).toHaveLength(1);
    },
  );

  it("takes no user and no password along", async () => {
    const server = await plain({});
    const first = await plain({ "/b.raucb": to(`http://ada:secret@127.0.0.1:${port(server)}/there`) });
    await fetchFrom(first);
    expect(asked).toEqual(["plain /b.raucb", "plain /there"]);
  });

  it("lies behind a link without a target: it cannot be reached", async () => {
    const server = await plain({ "/b.raucb": (_request, response) => void response.writeHead(302).end() });
    expect(await rejectionOf(fetchFrom(server))).toBe("update.unreachable");
  });

  it("stays on https and behind the proxy, wherever it is sent", async () => {
    const now = systemClock.now();
    const names = ["forge.test", "files.test"];
    const authority = await createAuthority({ random: systemRandom, now, name: "test", names });
    const leaf = await issueLeaf({ random: systemRandom, now, authority, hosts: names });
    const bare = await plain({});
    const paths: Record<string, Answer> = {};
    const secure = await started(
      createTlsServer({ cert: leaf.certificate, key: leaf.key }, answering("secure", paths)),
    );
    const proxy = await SocksProxy.start();
    closing.push(() => proxy.stop());
    const fetch = () =>
      new HttpReleases({
        url: `https://forge.test:${port(secure)}/channel.json`,
        ...{ proxy: { host: "127.0.0.1", port: proxy.port }, ca: authority.certificate },
      }).fetch(RELEASE, file, () => {}, SIGNAL);
    paths["/b.raucb"] = to(`https://files.test:${port(secure)}/there`);
    await fetch();
    expect(BUNDLE.equals(await readFile(file))).toBe(true);
    expect(proxy.targets).toEqual([`forge.test:${port(secure)}`, `files.test:${port(secure)}`]);
    await rm(file);
    // Not even to the box itself.
    paths["/b.raucb"] = to(`http://127.0.0.1:${port(bare)}/there`);
    expect(await rejectionOf(fetch())).toBe("update.bad_redirect");
    expect(asked.some((each) => each.startsWith("plain"))).toBe(false);
  });
});
