import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import { request } from "node:https";
import type { AddressInfo } from "node:net";
import { connect } from "node:tls";
import express from "express";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { silentLogger } from "../../src/base/index.ts";
import { BoxCertificates, type CertificateFile, type CertificateFiles } from "../../src/tls/index.ts";
import { isLocalPeer, secureOnly, type TlsSource } from "../../src/web/server/https.ts";
import { problemHandler } from "../../src/web/server/problems.ts";
import { SeededRandom } from "../sim/seeded-random.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";
import { PASSWORD, startFixture, type WebFixture } from "./web-fixture.ts";

class MemoryFiles implements CertificateFiles {
  readonly #files = new Map<string, string>();
  read = async (file: CertificateFile) => this.#files.get(file) ?? null;
  write = async (file: CertificateFile, text: string) => void this.#files.set(file, text);
  readKey = (file: CertificateFile) => this.read(file);
  writeKey = (file: CertificateFile, text: string) => this.write(file, text);
}

interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

const addresses = ["192.168.1.7"];
let source: BoxCertificates;
let f: WebFixture;
beforeEach(async () => {
  const random = new SeededRandom("https");
  const deps = { files: new MemoryFiles(), random, log: silentLogger, hostName: "box", names: [] };
  source = new BoxCertificates({ ...deps, clock: new VirtualClock(), addresses: () => addresses });
  await source.start();
  f = await startFixture({ tls: { listen: { host: "127.0.0.1", port: 0 }, source } });
});
afterEach(async () => {
  await f.stop();
  source.stop();
});

function secure(method: string, path: string, body?: unknown, more: Record<string, string> = {}): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const port = f.web.httpsPort;
    const headers = { "x-numberbox": "1", "content-type": "application/json", ...more };
    // The certificate of the box counts, under the box's own authority alone, at the time of the virtual clock.
    const checks = { ca: source.authority() ?? "", checkServerIdentity: () => undefined, rejectUnauthorized: false };
    const sent = request({ host: "127.0.0.1", port, method, path, headers, agent: false, ...checks }, (response) => {
      let text = "";
      response.on("data", (chunk) => (text += String(chunk)));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
    });
    sent.on("error", reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

describe("the console over https", () => {
  it("signs in under a cookie that no plain page can set or read, and says nothing of HSTS for its own authority", async () => {
    const answer = await secure("POST", "/api/v1/session", { password: PASSWORD });
    expect(answer.status).toBe(201);
    expect(answer.headers["set-cookie"]?.[0]).toMatch(/^__Host-numberbox_session=[\w-]{43};.*; Secure$/);
    expect(answer.headers["strict-transport-security"]).toBeUndefined();
    const cookie = answer.headers["set-cookie"]?.[0]?.split(";")[0] ?? "";
    expect((await secure("GET", "/api/v1/slots", undefined, { cookie })).status).toBe(200);
  });

  it("asks browsers to stay on https where the certificate is one that they know", async () => {
    await f.stop();
    const foreign: TlsSource = {
      current: () => source.current(),
      facts: () => source.facts(),
      authority: () => null,
      onChange: (listener) => source.onChange(listener),
    };
    f = await startFixture({ tls: { listen: { host: "127.0.0.1", port: 0 }, source: foreign } });
    expect((await secure("GET", "/health")).headers["strict-transport-security"]).toBe("max-age=31536000");
    expect((await secure("GET", "/ca.crt")).status).toBe(404);
  });

  it("gives its authority to whoever wants to trust it, and says what to compare", async () => {
    const file = await f.call("GET", "/ca.crt");
    expect([file.status, file.headers["content-type"]]).toEqual([200, "application/x-x509-ca-cert"]);
    expect(file.text).toBe(source.authority());
    const said = await f.call("GET", "/api/v1/certificate");
    expect(said.json?.authority).toMatch(/^(?:[0-9A-F]{2}:){31}[0-9A-F]{2}$/);
    expect(said.json?.names).toContain("box.local");
  });

  it("serves the next certificate to the next connection", async () => {
    const peer = () =>
      new Promise<string>((resolve, reject) => {
        const options = { host: "127.0.0.1", port: f.web.httpsPort ?? 0, rejectUnauthorized: false };
        const socket = connect(options, () => {
          resolve(socket.getPeerX509Certificate()?.fingerprint256 ?? "");
          socket.destroy();
        });
        socket.on("error", reject);
      });
    const before = await peer();
    expect(before).toBe(source.facts().fingerprint);
    addresses.push("10.0.0.9");
    expect(await source.renew()).toBe(true);
    addresses.pop();
    const after = await peer();
    expect(after).not.toBe(before);
    expect(after).toBe(source.facts().fingerprint);
  });

  it.each(["TLSv1", "TLSv1.1"] as const)("does not speak %s", async (version) => {
    const refused = new Promise((resolve) => {
      const options = { minVersion: version, maxVersion: version, ciphers: "DEFAULT@SECLEVEL=0" } as const;
      const socket = connect({ host: "127.0.0.1", port: f.web.httpsPort ?? 0, rejectUnauthorized: false, ...options });
      socket.on("secureConnect", () => resolve("connected"));
      socket.on("error", () => resolve("refused"));
    });
    expect(await refused).toBe("refused");
  });
});

/** The guard of plain http for a peer that is not this machine, which no test on one machine is. */
async function fromNetwork(method: string, path: string): Promise<{ status: number; location: string | undefined }> {
  const app = express();
  app.use((asked, _response, next) => {
    Object.defineProperty(asked, "socket", { value: { remoteAddress: "192.168.1.8", localAddress: "192.168.1.7" } });
    next();
  });
  app.use(secureOnly(() => 8443));
  app.use((_asked, response) => void response.status(204).end());
  app.use(problemHandler(silentLogger));
  const server = createServer(app).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { method, redirect: "manual" });
  server.close();
  return { status: response.status, location: response.headers.get("location") ?? undefined };
}

describe("plain http beside https", () => {
  it.each(["/", "/rentals?a=1", "/flows/"])("sends a browser at %s to https", async (path) => {
    expect(await fromNetwork("GET", path)).toEqual({ status: 308, location: `https://127.0.0.1:8443${path}` });
  });

  it.each([
    ["GET", "/api/v1/slots"],
    ["POST", "/api/v1/session"],
    ["GET", "/api/v1/session"],
    ["POST", "/"],
  ])("tells a program that asks %s %s, instead of letting it send its token in clear again", async (method, path) => {
    expect((await fromNetwork(method, path)).status).toBe(403);
  });

  it.each([
    ["GET", "/health"],
    ["GET", "/ca.crt"],
    ["GET", "/trust"],
    ["GET", "/assets/index-abc.js"],
    ["GET", "/api/v1/certificate"],
    ["POST", "/api/v1/phone-webhook/abc"],
  ])("lets %s %s pass: the way to trust the box, and phones that would lose messages", async (method, path) => {
    expect((await fromNetwork(method, path)).status).toBe(204);
  });

  it("goes on for programs on this machine", async () => {
    expect((await f.call("GET", "/api/v1/slots", { headers: await f.token("read") })).status).toBe(200);
  });

  it.each([
    [{ remoteAddress: "127.0.0.1", localAddress: "127.0.0.1" }, true],
    [{ remoteAddress: "::ffff:127.0.0.1", localAddress: "::ffff:127.0.0.1" }, true],
    [{ remoteAddress: "::1", localAddress: "::1" }, true],
    [{ remoteAddress: "192.168.1.7", localAddress: "192.168.1.7" }, true],
    [{ remoteAddress: "192.168.1.8", localAddress: "192.168.1.7" }, false],
    [{ remoteAddress: "1.127.0.0.1", localAddress: "192.168.1.7" }, false],
    [{ remoteAddress: undefined, localAddress: undefined }, false],
  ])("takes %j for this machine: %s", (socket, is) => {
    expect(isLocalPeer(socket as Parameters<typeof isLocalPeer>[0])).toBe(is);
  });
});
