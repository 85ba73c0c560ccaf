import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import { millis, Secret, silentLogger } from "../../../src/base/index.ts";
import { AriClient } from "../../../src/voice/asterisk/ari-client.ts";
import { AriCommands, eventOf } from "../../../src/voice/asterisk/ari-commands.ts";
import { SeededRandom } from "../../sim/seeded-random.ts";
import { VirtualClock } from "../../sim/virtual-clock.ts";

describe("the client of ARI", () => {
  let clock: VirtualClock;
  let server: Server;
  let sockets: WebSocketServer;
  let client: AriClient;
  let answer: (request: IncomingMessage, response: ServerResponse) => void;

  beforeEach(async () => {
    clock = new VirtualClock();
    answer = (_request, response) => response.end("[]");
    server = createServer((request, response) => answer(request, response));
    sockets = new WebSocketServer({ server });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    client = new AriClient({
      url: `http://127.0.0.1:${port}`,
      user: "numberbox",
      password: new Secret("hidden"),
      app: "numberbox",
      clock,
      random: new SeededRandom(1),
      log: silentLogger,
    });
  });

  afterEach(async () => {
    client.stop();
    for (const socket of sockets.clients) socket.terminate();
    sockets.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  async function connect(): Promise<WebSocket> {
    const connected = new Promise<void>((resolve) => client.onConnected(resolve));
    const taken = once(sockets, "connection");
    client.start();
    const [socket] = (await taken) as [WebSocket];
    await connected;
    return socket;
  }

  it.each([
    [401, "voice.ari_refused", false],
    [403, "voice.ari_refused", false],
    [404, "voice.ari_gone", false],
    [409, "voice.ari_conflict", false],
    [422, "voice.ari_failed", false],
    [500, "voice.ari_failed", true],
  ])("says %s as %s", async (status, code, retryable) => {
    answer = (_request, response) => response.writeHead(status).end('{"message":"x"}');
    const failed = client.request({ method: "POST", path: "channels/secret-user/answer" });
    await expect(failed).rejects.toMatchObject({ code, retryable });
    await expect(failed).rejects.not.toThrow(/secret-user/);
  });

  it("changes an object that changed by itself at the same time, and tells of one that it may not change", async () => {
    const statuses = [403, 404, 403, 200, 403, 403];
    const asked: string[] = [];
    answer = ({ method }, response) => {
      asked.push(String(method));
      response.writeHead(statuses.shift() ?? 500).end("[]");
    };
    const ari = new AriCommands(client);
    await ari.removeObject("contact", "gone;@1");
    await ari.putObject("aor", "renter0001", [["max_contacts", "4"]]);
    await expect(ari.removeObject("auth", "renter0001")).rejects.toMatchObject({ code: "voice.ari_refused" });
    expect(asked).toEqual(["DELETE", "DELETE", "PUT", "PUT", "DELETE", "DELETE"]);
  });

  it("waits five seconds for an answer, and no longer", async () => {
    answer = () => {};
    const asked = once(server, "request");
    const request = client.request({ method: "GET", path: "channels" });
    await asked;
    await expect(clock.settle(request, millis(5000))).rejects.toMatchObject({
      code: "voice.ari_timeout",
      retryable: true,
    });
    expect(clock.pending).toEqual([]);
  });

  it("refuses what is no JSON, what is endless, and what is not what ARI promises", async () => {
    answer = (_request, response) => response.end("<html>");
    await expect(client.request({ method: "GET", path: "channels" })).rejects.toMatchObject({
      code: "voice.ari_bad_answer",
    });
    answer = (_request, response) => response.end("x".repeat(5_000_000));
    await expect(client.request({ method: "GET", path: "channels" })).rejects.toMatchObject({
      code: "voice.ari_bad_answer",
    });
    answer = (_request, response) => response.end('[{"id":7}]');
    await expect(new AriCommands(client).channels()).rejects.toMatchObject({ code: "voice.ari_bad_answer" });
  });

  it("signs in, sends JSON, and takes a channel that is gone already for hung up", async () => {
    const seen: string[] = [];
    answer = (request, response) => {
      seen.push(`${request.method} ${request.url} ${request.headers.authorization}`);
      response.writeHead(404).end();
    };
    await new AriCommands(client).hangUp("a/b", 16);
    expect(seen).toEqual([
      `DELETE /ari/channels/a%2Fb?reason_code=16 Basic ${Buffer.from("numberbox:hidden").toString("base64")}`,
    ]);
  });

  it("hears events, and says so when Asterisk goes and comes back", async () => {
    const changes: string[] = [];
    client.onConnected(() => changes.push("connected"));
    client.onLost(() => changes.push("lost"));
    const socket = await connect();
    const heard = new Promise<unknown>((resolve) => client.onEvent(resolve));
    socket.send("no JSON");
    socket.send('{"type":"ChannelDtmfReceived"}');
    expect(await heard).toEqual({ type: "ChannelDtmfReceived" });
    expect(eventOf(await heard)).toBeNull();
    const lost = new Promise<void>((resolve) => client.onLost(resolve));
    socket.terminate();
    await lost;
    expect(client.connected()).toBe(false);
    const back = new Promise<void>((resolve) => client.onConnected(resolve));
    await clock.advance(millis(250));
    await back;
    expect(changes).toEqual(["connected", "lost", "connected"]);
  });

  it("notices an Asterisk that does not answer any more without having closed", async () => {
    const socket = await connect();
    socket.pause();
    const lost = new Promise<void>((resolve) => client.onLost(resolve));
    await clock.advance(millis(10_000));
    await lost;
  });

  it("connects anew when another program took its place, and waits longer each time", async () => {
    const lost = (): Promise<void> => new Promise((resolve) => client.onLost(resolve));
    const back = (): Promise<void> => new Promise((resolve) => client.onConnected(resolve));
    const heard: unknown[] = [];
    client.onEvent((event) => heard.push(event));
    let socket = await connect();
    for (const wait of [250, 500, 1000]) {
      const gone = lost();
      socket.send('{"type":"ApplicationReplaced","application":"another"}');
      socket.send('{"type":"ApplicationReplaced","application":"numberbox"}');
      await gone;
      expect(client.lastError).toMatchObject({ code: "voice.ari_replaced" });
      const taken = once(sockets, "connection");
      const again = back();
      while (clock.pending.length === 0) await clock.flush(1);
      await clock.advance(millis(wait));
      [socket] = (await taken) as [WebSocket];
      await again;
    }
    expect(heard).toHaveLength(3);
  });

  it("connects anew when Asterisk does not know the application any more", async () => {
    const socket = await connect();
    const paths: (string | undefined)[] = [];
    answer = (request, response) => {
      paths.push(request.url);
      response.writeHead(404).end("{}");
    };
    const lost = new Promise<void>((resolve) => client.onLost(resolve));
    for (let pings = 0; pings < 6; pings++) {
      const ponged = once(socket, "ping");
      await clock.advance(millis(5000));
      await ponged;
      await clock.flush(20);
    }
    await lost;
    expect(paths).toEqual(["/ari/applications/numberbox"]);
  });

  it("keeps why it could not connect, and stops trying when it is stopped", async () => {
    sockets.close();
    server.removeAllListeners("upgrade");
    server.on("upgrade", (_request, socket) => socket.end("HTTP/1.1 401 Unauthorized\r\n\r\n"));
    const refused = once(server, "upgrade");
    client.start();
    await refused;
    while (client.lastError === null) await clock.flush(1);
    expect(client.lastError).toMatchObject({ code: "voice.ari_refused" });
    while (clock.pending.length === 0) await clock.flush(1);
    expect(clock.pending).toEqual(["connecting to ARI again"]);
    client.stop();
    expect(clock.pending).toEqual([]);
  });
});
