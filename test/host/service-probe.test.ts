// Knocking at real sockets.

import { once } from "node:events";
import { createServer as createHttp } from "node:http";
import { createServer as createTcp, type Server } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { seconds, unixMs } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { serviceProbe } from "../../src/host/index.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";

const probe = serviceProbe(systemClock);
const coded = (code: string) => expect.objectContaining({ code });

async function listen(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

describe("a probe by TCP", () => {
  it("connects and hangs up", async () => {
    const hungUp: Promise<unknown>[] = [];
    const server = createTcp((socket) => void hungUp.push(once(socket.resume(), "close")));
    const port = await listen(server);
    await probe.tcp({ host: "127.0.0.1", port });
    await expect.poll(() => hungUp.length).toBe(1);
    await hungUp[0];
  });

  it("tells where nobody listens", async () => {
    const server = createTcp();
    const port = await listen(server);
    server.close();
    await once(server, "close");
    await expect(probe.tcp({ host: "127.0.0.1", port })).rejects.toThrow(coded("service.unreachable"));
  });
});

describe("a probe by HTTP", () => {
  it("tells status and date, follows nothing, and reads no endless answer", async () => {
    const server = createHttp((_request, response) => {
      response.writeHead(302, { location: "/elsewhere", date: "Mon, 01 Jun 2026 00:00:00 GMT" });
      response.write("x".repeat(100_000));
    });
    const port = await listen(server);
    onTestFinished(() => server.closeAllConnections());
    expect(await probe.http(`http://127.0.0.1:${port}/a`)).toEqual({ status: 302, date: unixMs(Date.UTC(2026, 5, 1)) });
  });

  it("waits for no answer for ever, and lets go of the connection", async () => {
    const clock = new VirtualClock();
    const server = createHttp(() => {});
    const port = await listen(server);
    const connected = once(server, "request");
    const answer = serviceProbe(clock).http(`http://127.0.0.1:${port}/`);
    const refused = expect(answer).rejects.toThrow(coded("base.timeout"));
    const [request] = await connected;
    const closed = once(request.socket, "close");
    await clock.advance(seconds(8));
    await refused;
    await closed;
  });

  it("tells a name that is not found from a service that is down", async () => {
    await expect(probe.http("http://no-such-host.invalid/")).rejects.toThrow(coded("service.unknown_host"));
    await expect(probe.http("http://127.0.0.1:9/")).rejects.toThrow(coded("service.unreachable"));
  });
});
