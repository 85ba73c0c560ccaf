// Real sockets on loopback: what opens, what does not, and what is said about it.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { createServer as createTlsServer, getCACertificates, setDefaultCACertificates } from "node:tls";
import { describe, expect, it, onTestFinished } from "vitest";
import { isAppError, seconds } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { type GatewayLink, openInTime, openSocket } from "../../src/smpp/gateway-link.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";
import { tempFolder } from "../sqlite/temp-folder.ts";

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => new Promise<void>((resolve) => void server.close(() => resolve())));
  return (server.address() as AddressInfo).port;
}

const never = new AbortController().signal;
const open = (url: string): Promise<GatewayLink> => openInTime(openSocket, url, { clock: systemClock, signal: never });

async function failure(opening: Promise<unknown>): Promise<{ code: string; hint: string }> {
  const error: unknown = await opening.then(
    () => null,
    (reason: unknown) => reason,
  );
  return isAppError(error) ? { code: error.code, hint: error.hint ?? "" } : { code: String(error), hint: "" };
}

/** A connection to a server that sends back what it gets. */
async function echo(link: GatewayLink): Promise<string> {
  const closed = Promise.withResolvers<void>();
  let got = "";
  link.listen({
    data: (chunk) => {
      got += Buffer.from(chunk).toString();
      if (got === "hello") link.end();
    },
    closed: closed.resolve,
  });
  link.write(Buffer.from("hello"));
  await closed.promise;
  link.write(Buffer.from("too late"));
  return got;
}

const echoing = (socket: Socket): void => void socket.pipe(socket).on("error", () => {});

describe("smpp://", () => {
  it("carries bytes both ways, and tells the end once, also when it is gone already", async () => {
    const port = await listen(createServer(echoing));
    const link = await open(`smpp://127.0.0.1:${port}`);
    expect(await echo(link)).toBe("hello");
    await new Promise<void>((resolve) => link.listen({ data: () => {}, closed: resolve }));
  });

  it("reads nothing while it is paused", async () => {
    const port = await listen(createServer((socket) => void socket.end("late")));
    const link = await open(`smpp://127.0.0.1:${port}`);
    const chunks: string[] = [];
    const closed = new Promise<void>((resolve) =>
      link.listen({ data: (chunk) => chunks.push(Buffer.from(chunk).toString()), closed: resolve }),
    );
    link.pause();
    await new VirtualClock().flush(20);
    expect(chunks).toEqual([]);
    link.resume();
    await closed;
    expect(chunks).toEqual(["late"]);
  });

  it("refused is a coded error with a hint", async () => {
    const server = createServer();
    const port = await listen(server);
    await new Promise<void>((resolve) => void server.close(() => resolve()));
    expect(await failure(open(`smpp://127.0.0.1:${port}`))).toMatchObject({ code: "smpp.cannot_connect" });
  });

  it("given up by its owner is stopped", async () => {
    const owner = new AbortController();
    const opening = openInTime(() => new Promise(() => {}), "smpp://x:1", { clock: systemClock, signal: owner.signal });
    owner.abort();
    expect((await failure(opening)).code).toBe("base.stopped");
    expect((await failure(openSocket("smpp://127.0.0.1:1", AbortSignal.abort()))).code).toBe("base.stopped");
  });

  it("that opens too late is closed again", async () => {
    const clock = new VirtualClock();
    const late = Promise.withResolvers<GatewayLink>();
    const opening = failure(openInTime(() => late.promise, "smpp://x:1", { clock, signal: never }));
    await clock.advance(seconds(10));
    expect((await opening).code).toBe("smpp.cannot_connect");
    let destroyed = false;
    const unused = { listen: () => {}, write: () => {}, pause: () => {}, resume: () => {}, end: () => {} };
    late.resolve({
      ...unused,
      destroy: () => {
        destroyed = true;
      },
    });
    await clock.flush();
    expect(destroyed).toBe(true);
  });
});

const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;

describe.skipIf(!hasOpenssl)(`smpps://${hasOpenssl ? "" : " (skipped: needs openssl)"}`, () => {
  function selfSigned(): { readonly key: string; readonly cert: string } {
    const folder = tempFolder();
    const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
    const subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"];
    const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"];
    spawnSync("openssl", ["req", "-x509", ...kind, ...subject, "-keyout", key, "-out", cert], { stdio: "ignore" });
    return { key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8") };
  }

  it("works with a certificate that is trusted, and with no other", async () => {
    const made = selfSigned();
    const port = await listen(createTlsServer(made, echoing));
    const refusal = await failure(open(`smpps://127.0.0.1:${port}`));
    expect(refusal.code).toBe("smpp.tls");
    expect(refusal.hint).toContain("NODE_EXTRA_CA_CERTS");
    const before = getCACertificates("default");
    onTestFinished(() => setDefaultCACertificates(before));
    setDefaultCACertificates([...before, made.cert]);
    expect(await echo(await open(`smpps://127.0.0.1:${port}`))).toBe("hello");
  });

  it("with a gateway that speaks plain SMPP says so", async () => {
    const port = await listen(
      createServer((socket) =>
        socket
          .on("error", () => {})
          .resume()
          .end("no TLS here at all"),
      ),
    );
    expect((await failure(open(`smpps://127.0.0.1:${port}`))).code).toBe("smpp.tls");
  });
});
