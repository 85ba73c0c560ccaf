// The few JSON-RPC calls of an Emercoin node that a reader of anchors makes, over a fake chain of names.

import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import type { FakeChain } from "./fake-names.ts";

async function bodyOf(
  request: IncomingMessage,
): Promise<{ readonly method: string; readonly params: readonly string[] }> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString("utf8"));
}

async function answer(chain: FakeChain, method: string, [first = ""]: readonly string[]): Promise<unknown> {
  if (method === "getrawtransaction")
    return { confirmations: (await chain.transaction(first))?.confirmations, hex: "00" };
  const record = await chain.name(first);
  if (record === null) return null;
  const { name, value, txid, address } = record;
  const flags = record.state === "active" ? {} : { [record.state]: true };
  const position = {
    vout: record.vout,
    expires_in: record.expiresAt - chain.height,
    expires_at: record.expiresAt,
    time: 0,
  };
  return { name, value: Buffer.from(value).toString("base64"), txid, address, ...position, ...flags };
}

/** Serves until the test ends; returns the URL with user and password. */
export async function serveNames(chain: FakeChain): Promise<string> {
  const server = createServer(async (request, response) => {
    const authorized = request.headers.authorization === `Basic ${Buffer.from("emc:p@ss").toString("base64")}`;
    const { method, params } = await bodyOf(request);
    const result = authorized ? await answer(chain, method, params) : null;
    const error = result === null ? { code: -4, message: "failed to read from name DB" } : null;
    response.writeHead(authorized ? (error === null ? 200 : 500) : 401, { "content-type": "application/json" });
    response.end(`${JSON.stringify({ result, error, id: 1 })}\n`);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  onTestFinished(() => void server.close());
  return `http://emc:p%40ss@127.0.0.1:${(server.address() as AddressInfo).port}/`;
}
