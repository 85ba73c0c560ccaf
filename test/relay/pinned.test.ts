// A relay whose name no public authority certifies: the box knows its certificate, and says nothing to any other.

import { createHash, X509Certificate } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { silentLogger } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import { createRelayClient, type RelayWay } from "../../src/relay/index.ts";
import { makeServerCertificate } from "../../src/tls/index.ts";
import { SocksProxy } from "../sim/socks-proxy.ts";
import { messageOf, provider, signWith, verifyOf } from "./fixtures.ts";

const { signal } = new AbortController();

/** Takes every message; `requests` counts what reached it. */
async function secureRelay() {
  const made = await makeServerCertificate({ random: systemRandom, now: systemClock.now(), hosts: ["relay.test"] });
  const requests: string[] = [];
  const server: Server = createServer({ cert: made.certificate, key: made.key }, (request, response) => {
    requests.push(request.url ?? "");
    const reply = { status: "queued", id: messageOf().id };
    request.resume().on("end", () => response.setHeader("content-type", "application/json").end(JSON.stringify(reply)));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const pin = createHash("sha256").update(new X509Certificate(made.certificate).raw).digest("hex");
  return { port: (server.address() as AddressInfo).port, pin, requests };
}

async function forwarded(way: RelayWay): Promise<string> {
  const identity = { verify: verifyOf(provider), sign: signWith(provider) };
  const deps = { clock: systemClock, random: systemRandom, log: silentLogger };
  const client = createRelayClient({ ...deps, ...way, identity });
  onTestFinished(() => client.stop());
  const outcome = await client.forward(messageOf(), signal);
  return `${outcome.kind} ${outcome.kind === "accepted" ? outcome.status : outcome.code}`;
}

const OTHER = "0".repeat(64);

describe("a certificate that is pinned", () => {
  it("is enough, whatever name it is for, and another is refused before a byte of a message leaves", async () => {
    const { port, pin, requests } = await secureRelay();
    const url = `https://127.0.0.1:${port}`;
    expect(await forwarded({ url, pin })).toBe("accepted queued");
    expect(await forwarded({ url, pin: OTHER })).toBe("retry net.certificate");
    expect(await forwarded({ url })).toBe("retry relay.unreachable");
    expect(requests).toEqual(["/forward"]);
  });

  it("counts through a proxy too, which resolves the name", async () => {
    const { port, pin, requests } = await secureRelay();
    const proxy = await SocksProxy.start();
    onTestFinished(() => proxy.stop());
    const url = `https://relay.test:${port}`;
    const through = { url, proxy: { host: "127.0.0.1", port: proxy.port } };
    expect(await forwarded({ ...through, pin })).toBe("accepted queued");
    expect(await forwarded({ ...through, pin: OTHER })).toBe("retry net.certificate");
    expect(await forwarded(through)).toBe("retry relay.unreachable");
    expect(requests).toEqual(["/forward"]);
    expect(proxy.targets).toEqual(Array(3).fill(`relay.test:${port}`));
  });

  it("is of one address: a mirror has its own", async () => {
    const [first, second] = [await secureRelay(), await secureRelay()];
    const [url, mirror] = [first, second].map(({ port }) => `https://127.0.0.1:${port}`);
    const way = { url: url ?? "", pin: OTHER, mirrors: [{ url: mirror ?? "", pin: second.pin }] };
    // The mirror is asked who it is, and that is not what this server answers.
    expect(await forwarded(way)).toBe("retry relay.bad_reply");
    expect([first.requests, second.requests]).toEqual([[], ["/info"]]);
  });
});
