// The Bot API of Telegram at the HTTP level, as far as bots use it here: sendMessage, and getUpdates that waits and forgets what was seen.

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

interface Failure {
  readonly error_code: number;
  readonly description: string;
  readonly parameters?: { readonly retry_after: number };
}

interface Update {
  readonly update_id: number;
  readonly message: object;
}

/** A poll is held open no longer than this, whatever was asked for: tests run on a clock of their own. */
const HELD_MS = 100;

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

export async function startFakeBotApi(token: string) {
  const sent: { readonly chat: string; readonly text: string }[] = [];
  const raw: string[] = [];
  let updates: Update[] = [];
  let next = 1;
  let failures: Failure[] = [];
  let revoked = false;
  let refused = 0;
  const waiting = new Set<() => void>();

  function answer(response: ServerResponse, result: unknown): void {
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ ok: true, result }));
  }
  function refuse(response: ServerResponse, failure: Failure): void {
    refused++;
    response
      .writeHead(failure.error_code, { "content-type": "application/json" })
      .end(JSON.stringify({ ok: false, ...failure }));
  }
  async function poll(response: ServerResponse, offset: number): Promise<void> {
    updates = updates.filter(({ update_id }) => update_id >= offset);
    if (updates.length === 0) {
      await new Promise<void>((resolve) => {
        const done = (): void => {
          clearTimeout(timer);
          waiting.delete(done);
          resolve();
        };
        const timer = setTimeout(done, HELD_MS);
        waiting.add(done);
      });
    }
    answer(response, updates);
  }
  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = await bodyOf(request);
    const [, called = "", method = ""] = /^\/bot([^/]+)\/(\w+)$/.exec(request.url ?? "") ?? [];
    if (revoked || called !== token) return refuse(response, { error_code: 401, description: "Unauthorized" });
    const body = (text === "" ? {} : JSON.parse(text)) as { chat_id?: unknown; text?: unknown; offset?: number };
    if (method === "getUpdates") return await poll(response, body.offset ?? 0);
    if (method !== "sendMessage") return refuse(response, { error_code: 404, description: "Not Found" });
    const failure = failures.shift();
    if (failure !== undefined) return refuse(response, failure);
    raw.push(text);
    sent.push({ chat: String(body.chat_id), text: String(body.text) });
    answer(response, { message_id: sent.length, date: 1, chat: { id: Number(body.chat_id), type: "private" } });
  }

  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`,
    sent: () => [...sent],
    texts: () => sent.map(({ text }) => text),
    /** Everything that came, as it came. */
    everything: () => raw.join("\n"),
    refused: () => refused,
    /** The next `times` messages are refused. */
    fail: (failure: Failure, times: number) => {
      failures = Array.from({ length: times }, () => failure);
    },
    revoke: () => {
      revoked = true;
    },
    /** Somebody writes to the bot. */
    write: (chat: number, text: string) => {
      updates.push({
        update_id: next++,
        message: { message_id: next, date: 1, chat: { id: chat, type: "private" }, text },
      });
      for (const done of [...waiting]) done();
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
