import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Server, Socket } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { Secret } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import {
  createEmercoinNode,
  type EmercoinNode,
  type HttpTransportOptions,
  httpTransport,
} from "../../src/chain/index.ts";
import { SocksProxy, type SocksSettings } from "../sim/socks-proxy.ts";
import { tempFolder } from "../sqlite/temp-folder.ts";
import { codeOf } from "./fake-rpc.ts";

const OK = '{"result":77,"error":null,"id":1}\n';

async function listen(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket.on("close", () => sockets.delete(socket)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

const serve = (listener: RequestListener): Promise<number> => listen(createServer(listener));

function nodeAt(port: number, over: Partial<HttpTransportOptions> = {}): EmercoinNode {
  const credentials = async (): Promise<Secret<string>> => new Secret("emc:p@ss wörd");
  const transport = httpTransport({ url: `http://127.0.0.1:${port}`, credentials, ...over });
  const node = createEmercoinNode({ transport: transport.send, clock: systemClock });
  onTestFinished(() => {
    node.stop();
    transport.close();
  });
  return node;
}

const answering =
  (body: string | Uint8Array, status = 200): RequestListener =>
  (request, response) => {
    request.resume().on("end", () => response.writeHead(status, { "content-type": "application/json" }).end(body));
  };

describe("a call over HTTP", () => {
  it("is a POST with user and password over a kept connection", async () => {
    const seen: string[] = [];
    const sockets = new Set<unknown>();
    const port = await serve((request, response) => {
      sockets.add(request.socket);
      seen.push(
        `${request.method} ${request.url} ${Buffer.from(request.headers.authorization?.slice(6) ?? "", "base64")}`,
      );
      answering(OK)(request, response);
    });
    const node = nodeAt(port);
    for (let i = 0; i < 3; i++) expect(await node.height()).toBe(77);
    expect(new Set(seen)).toEqual(new Set(["POST / emc:p@ss wörd"]));
    expect(sockets.size).toBe(1);
  });

  it("asks for the credentials each time: the node makes a new cookie at each start", async () => {
    let cookie = "__cookie__:old";
    const port = await serve((request, response) => {
      const given = Buffer.from(request.headers.authorization?.slice(6) ?? "", "base64").toString();
      answering(given === "__cookie__:new" ? OK : "", given === "__cookie__:new" ? 200 : 401)(request, response);
    });
    const node = nodeAt(port, { credentials: async () => new Secret(cookie) });
    expect(await codeOf(node.height())).toBe("emercoin.bad_credentials");
    cookie = "__cookie__:new";
    expect(await node.height()).toBe(77);
  });

  it("reads a body that is not UTF-8", async () => {
    const bytes = Buffer.concat([
      Buffer.from('{"result":"'),
      Buffer.from([0xff, 0xc3]),
      Buffer.from('","error":null,"id":1}'),
    ]);
    expect(await nodeAt(await serve(answering(bytes))).blockHash(1)).toBe("\ufffd\ufffd");
  });

  it("that meets nobody has not been sent", async () => {
    const port = await serve(answering(OK));
    const gone = createServer();
    const free = await listen(gone);
    await new Promise((resolve) => gone.close(resolve));
    expect(await codeOf(nodeAt(free).newAddress(""))).toBe("emercoin.unreachable");
    expect(await codeOf(nodeAt(port, { url: `https://127.0.0.1:${port}` }).newAddress(""))).not.toBe("resolved");
  });

  it.each([
    ["before an answer", (_: unknown, socket: Socket) => socket.destroy()],
    [
      "within an answer",
      (response: { write(text: string): void }, socket: Socket) => {
        response.write('{"result":');
        setImmediate(() => socket.destroy());
      },
    ],
  ])("whose connection is cut %s is a lost answer", async (_name, cut) => {
    const port = await serve((request, response) => {
      request.resume().on("end", () => cut(response, request.socket));
    });
    expect(await codeOf(nodeAt(port).newAddress(""))).toBe("emercoin.no_answer");
  });

  it("larger than the node takes is not sent", async () => {
    const port = await serve(answering(OK));
    expect(await codeOf(nodeAt(port).verifyMessage("a", "b", "x".repeat(33 * 1024 * 1024)))).toBe("emercoin.too_large");
  });

  it("shows neither user nor password when it fails", async () => {
    const node = nodeAt(await serve(answering("", 401)));
    const error: unknown = await node.height().catch((thrown: unknown) => thrown);
    for (const secret of ["p@ss", Buffer.from("emc:p@ss").toString("base64").slice(0, 8)]) {
      expect(JSON.stringify(error) + String(error) + String((error as Error).stack)).not.toContain(secret);
    }
  });
});

const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;

describe.skipIf(!hasOpenssl)(`https://${hasOpenssl ? "" : " (skipped: needs openssl)"}`, () => {
  function selfSigned(): { readonly key: string; readonly cert: string } {
    const folder = tempFolder();
    const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
    const subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"];
    const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"];
    spawnSync("openssl", ["req", "-x509", ...kind, ...subject, "-keyout", key, "-out", cert], { stdio: "ignore" });
    return { key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8") };
  }

  it("works with the certificate that is given, and with no other; also through a proxy", async () => {
    const made = selfSigned();
    const port = await listen(createTlsServer(made, answering(OK)));
    const url = `https://127.0.0.1:${port}`;
    expect(await nodeAt(port, { url, ca: made.cert }).height()).toBe(77);
    const error: unknown = await nodeAt(port, { url })
      .height()
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "emercoin.unreachable", hint: expect.stringContaining("emercoin.ca_file") });
    const proxy = await socksProxy({});
    expect(await nodeAt(port, { url, ca: made.cert, socks5: { host: "127.0.0.1", port: proxy.port } }).height()).toBe(
      77,
    );
  });
});

async function socksProxy(settings: SocksSettings): Promise<SocksProxy> {
  const proxy = await SocksProxy.start(settings);
  onTestFinished(() => proxy.stop());
  return proxy;
}

describe("a call through SOCKS5", () => {
  it("has the proxy resolve the name", async () => {
    const port = await serve(answering(OK));
    const proxy = await socksProxy({});
    const node = nodeAt(port, { url: `http://node.example:${port}`, socks5: { host: "127.0.0.1", port: proxy.port } });
    expect([await node.height(), await node.height()]).toEqual([77, 77]);
    // And keeps the connection.
    expect(proxy.targets).toEqual([`node.example:${port}`]);
  });

  it("signs in where the proxy asks for it", async () => {
    const port = await serve(answering(OK));
    const account = { user: "u", password: "pä" };
    const proxy = await socksProxy({ account });
    const through = (over: object) => nodeAt(port, { socks5: { host: "127.0.0.1", port: proxy.port, ...over } });
    expect(await through(account).height()).toBe(77);
    expect(await codeOf(through({ ...account, password: "no" }).height())).toBe("emercoin.unreachable");
    expect(await codeOf(through({}).height())).toBe("emercoin.unreachable");
  });

  it.each([
    ["refuses", { status: 5 }],
    ["is something else", { garbage: "HTTP/1.1 400 Bad Request\r\n\r\n" }],
    ["hangs up", { garbage: "" }],
  ])("has sent nothing when the proxy %s", async (_name, settings: SocksSettings) => {
    const proxy = await socksProxy(settings);
    const node = nodeAt(9, { socks5: { host: "127.0.0.1", port: proxy.port } });
    expect(await codeOf(node.newAddress(""))).toBe("emercoin.unreachable");
  });

  it("has sent nothing when there is no proxy", async () => {
    const gone = createServer();
    const port = await listen(gone);
    await new Promise((resolve) => gone.close(resolve));
    expect(await codeOf(nodeAt(9, { socks5: { host: "127.0.0.1", port } }).newAddress(""))).toBe(
      "emercoin.unreachable",
    );
  });
});
