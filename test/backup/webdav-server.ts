// A WebDAV server (RFC 4918) of this process that keeps files in memory, with the faults that real ones have.

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { onTestFinished } from "vitest";

export type Fault = "full" | "closes" | "flips a bit" | "hangs" | "error 500";

export interface WebdavServer {
  readonly url: string;
  readonly files: Map<string, Buffer>;
  fault: Fault | null;
}

const PASSWORD = `Basic ${Buffer.from("box:secret words").toString("base64")}`;

const entry = (href: string, size: number | null): string =>
  `<D:response><D:href>${href}</D:href><D:propstat><D:prop>${
    size === null
      ? "<D:resourcetype><D:collection/></D:resourcetype>"
      : `<D:resourcetype/><D:getcontentlength>${size}</D:getcontentlength>`
  }<D:getlastmodified>Thu, 01 Jan 2026 00:00:00 GMT</D:getlastmodified></D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response>`;

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(Buffer.from(part as Uint8Array));
  return Buffer.concat(parts);
}

async function handle(server: WebdavServer, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { files } = server;
  const end = (status: number, body: string | Buffer = "", headers = {}): void =>
    void response.writeHead(status, headers).end(body);
  if (request.headers.authorization !== PASSWORD) return end(401, "", { "WWW-Authenticate": 'Basic realm="dav"' });
  const name = decodeURIComponent((request.url ?? "").replace(/^\/dav\/?/, ""));
  if (server.fault === "hangs") return;
  if (server.fault === "error 500") return end(500);
  if (request.method === "PUT") {
    if (server.fault === "closes") return void request.once("data", () => request.socket.destroy());
    if (server.fault === "full") {
      request.resume();
      return end(507);
    }
    const body = await bodyOf(request);
    if (server.fault === "flips a bit") body[body.length >> 1] = (body[body.length >> 1] ?? 0) ^ 1;
    files.set(name, body);
    return end(201);
  }
  if (request.method === "PROPFIND") {
    const list = [...files].map(([file, { length }]) => entry(`/dav/${file}`, length)).join("");
    const xml = `<?xml version="1.0"?><D:multistatus xmlns:D="DAV:">${entry("/dav/", null)}${list}</D:multistatus>`;
    return end(207, xml, { "Content-Type": "application/xml" });
  }
  const file = files.get(name);
  if (file === undefined) return end(404);
  if (request.method === "GET") return end(200, file, { "Content-Length": file.length });
  if (request.method === "DELETE" || request.method === "MOVE") files.delete(name);
  if (request.method === "MOVE") {
    const target = new URL(String(request.headers.destination)).pathname.replace(/^\/dav\//, "");
    files.set(decodeURIComponent(target), file);
  }
  return end(204);
}

export async function startWebdav(): Promise<WebdavServer> {
  const http = createServer();
  await new Promise<void>((done) => http.listen(0, "127.0.0.1", done));
  const address = http.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const server: WebdavServer = { url: `http://127.0.0.1:${port}/dav`, files: new Map(), fault: null };
  http.on("request", (request, response) => void handle(server, request, response).catch(() => response.destroy()));
  onTestFinished(() => {
    http.closeAllConnections();
    http.close();
  });
  return server;
}
