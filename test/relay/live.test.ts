// The WebSocket: token first, everything that waits, then live push; slow, silent and hostile clients.

import { connect } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { hours, seconds } from "../../src/base/index.ts";
import { grantOf, hashOf, messageOf, OTHER_RENTAL, otherRenter, receiptOf, renter, stranger } from "./fixtures.ts";
import { RelayRig, verdictOf } from "./relay-rig.ts";
import { SocketClient } from "./socket-client.ts";

describe("/ws", () => {
  let rig: RelayRig;
  let token: string;
  beforeEach(async () => {
    rig = await RelayRig.start();
    await rig.register(grantOf());
    token = await rig.login(renter);
  });
  afterEach(() => rig.stop());

  const forward = async (seq: number): Promise<string> => verdictOf(await rig.forward(messageOf({ seq })));

  it("says ready, sends what waits, then pushes what comes, and forward says delivered", async () => {
    await forward(1);
    await forward(2);
    const client = await SocketClient.ready(rig.url, { token });
    expect(client.frames[0]).toMatchObject({ type: "ready", protocol: 1, after: 0 });
    expect(await client.seqs(2)).toEqual([1, 2]);
    await rig.clock.flush();
    expect(await forward(3)).toBe("200 delivered");
    expect(await client.seqs(1)).toEqual([3]);
  });

  it("repeats the envelope under the seed's name", async () => {
    await forward(1);
    const client = await SocketClient.ready(rig.url, { token });
    const frame = await client.next();
    expect(frame).toMatchObject({
      type: "sms",
      envelope: messageOf().envelope,
      encrypted_message: messageOf().envelope,
    });
  });

  it("resumes behind the given cursor", async () => {
    for (const seq of [1, 2, 3]) await forward(seq);
    const first = await SocketClient.ready(rig.url, { token });
    await first.seqs(2);
    const last = first.frames.findLast((frame) => frame.type === "sms" && frame.seq === 2);
    const after = last?.type === "sms" ? last.cursor : 0;
    const second = await SocketClient.ready(rig.url, { token, after });
    expect(await second.seqs(1)).toEqual([3]);
  });

  it("loses and doubles nothing that is stored while it catches up", async () => {
    for (let seq = 1; seq <= 130; seq++) await forward(seq);
    const client = await SocketClient.ready(rig.url, { token });
    await Promise.all(Array.from({ length: 40 }, (_, index) => forward(131 + index)));
    const seqs = await client.seqs(170);
    expect(seqs.toSorted((a, b) => Number(a) - Number(b))).toEqual(
      Array.from({ length: 170 }, (_, index) => index + 1),
    );
    const cursors = client.frames.flatMap((frame) => (frame.type === "sms" ? [frame.cursor] : []));
    expect(cursors).toEqual(cursors.toSorted((a, b) => a - b));
  });

  it("gives a message to every socket of its renter and to no other renter", async () => {
    await rig.register(grantOf({ rentalId: OTHER_RENTAL, to: otherRenter }));
    const theirs = await SocketClient.ready(rig.url, { token: await rig.login(otherRenter) });
    const strange = await SocketClient.ready(rig.url, { token: await rig.login(stranger) });
    const mine = await Promise.all([1, 2].map(() => SocketClient.ready(rig.url, { token })));
    await rig.clock.flush();
    await forward(1);
    for (const client of mine) expect(await client.seqs(1)).toEqual([1]);
    await rig.forward(messageOf({ rentalId: OTHER_RENTAL }));
    expect(await theirs.next()).toMatchObject({ rental_id: OTHER_RENTAL });
    expect([theirs, strange].map((client) => client.frames.length)).toEqual([2, 1]);
  });

  it("takes receipts and answers them", async () => {
    await forward(1);
    const client = await SocketClient.ready(rig.url, { token });
    await client.seqs(1);
    const receipt = receiptOf(messageOf().envelope);
    client.send({ type: "ack", receipts: [receipt, receiptOf(messageOf({ seq: 2 }).envelope)] });
    expect(await client.next()).toEqual({
      type: "ack",
      accepted: [hashOf(messageOf().envelope)],
      refused: [{ msg_hash: hashOf(messageOf({ seq: 2 }).envelope), code: "relay.unknown_message" }],
    });
    expect((await rig.mailbox(token)).messages).toEqual([]);
  });

  it("answers ping, also when auth and ping come in one packet", async () => {
    const client = await new SocketClient(rig.url).opened();
    client.send({ type: "auth", token });
    client.send({ type: "ping" });
    expect([(await client.next()).type, (await client.next()).type]).toEqual(["ready", "pong"]);
  });

  it("closes with 4401 when its token is revoked; a socket with another token of the key stays", async () => {
    const other = await rig.login(renter);
    const [gone, stays] = [
      await SocketClient.ready(rig.url, { token }),
      await SocketClient.ready(rig.url, { token: other }),
    ];
    expect((await rig.call("POST", "/auth/revoke", { token, body: {} })).status).toBe(200);
    expect(await gone.next()).toMatchObject({ type: "error", code: "relay.unauthorized" });
    expect(await gone.closed).toBe(4401);
    stays.send({ type: "ping" });
    expect((await stays.next()).type).toBe("pong");
  });

  it("closes with 4401 when no token comes within ten seconds", async () => {
    const client = await new SocketClient(rig.url).opened();
    await rig.clock.advance(seconds(10));
    expect(await client.next()).toMatchObject({ type: "error", code: "relay.unauthorized" });
    expect(await client.closed).toBe(4401);
  });

  it("closes with 4401 on a wrong token, on any other first frame, and when the token expires", async () => {
    for (const first of [{ type: "auth", token: "x".repeat(43) }, { type: "ping" }]) {
      const client = await new SocketClient(rig.url).opened();
      client.send(first);
      expect(await client.next()).toMatchObject({ type: "error", code: "relay.unauthorized" });
      expect(await client.closed).toBe(4401);
    }
    const client = await SocketClient.ready(rig.url, { token });
    await rig.clock.advance(hours(24));
    expect(await client.closed).toBe(4401);
  });

  it("closes with 1008 on frames that are none, and tells nothing of their content", async () => {
    for (const frame of ["{", "secret-words", '{"type":"secret-words"}', '{"type":"auth","token":5}']) {
      const client = await SocketClient.ready(rig.url, { token });
      client.send(frame);
      const answer = await client.next();
      expect(answer).toMatchObject({ type: "error", code: "relay.bad_body" });
      expect(JSON.stringify(answer)).not.toContain("secret-words");
      expect(await client.closed).toBe(1008);
    }
  });

  it("closes with 1008 on binary frames and with 1009 on frames that are too large", async () => {
    const binary = await SocketClient.ready(rig.url, { token });
    binary.socket.send(new Uint8Array(3));
    expect(await binary.closed).toBe(1008);
    const large = await SocketClient.ready(rig.url, { token });
    large.send("x".repeat(600_000));
    expect(await large.closed).toBe(1009);
  });

  it("lets go of a half-open client after the second heartbeat, and queues again", async () => {
    const deaf = await SocketClient.ready(rig.url, { token }, { autoPong: false });
    await rig.clock.flush();
    expect(await forward(1)).toBe("200 delivered");
    // A frame of the client proves it alive; from then on it is silent.
    await rig.clock.advance(seconds(30));
    await rig.clock.advance(seconds(30));
    expect(await deaf.closed).toBe(1006);
    expect(await forward(2)).toBe("200 queued");
  });

  it("keeps a client that answers heartbeats", async () => {
    const client = await SocketClient.ready(rig.url, { token });
    for (let beat = 0; beat < 10; beat++) {
      const ping = new Promise((resolve) => client.socket.once("ping", resolve));
      await rig.clock.advance(seconds(30));
      await ping;
      // The pong travels back before the next beat.
      client.send({ type: "ping" });
      expect((await client.next()).type).toBe("pong");
    }
    expect(await forward(1)).toBe("200 delivered");
  });

  it("stops pushing to a client that does not read, and feeds it in order once it does", async () => {
    const client = await SocketClient.ready(rig.url, { token });
    await rig.clock.flush();
    client.socket.pause();
    const statuses: string[] = [];
    for (let seq = 1; seq <= 60; seq++) {
      statuses.push(verdictOf(await rig.forward(messageOf({ seq, length: 150_000 }))));
    }
    expect(statuses[0]).toBe("200 delivered");
    expect(statuses.at(-1)).toBe("200 queued");
    client.socket.resume();
    expect(await client.seqs(60)).toEqual(Array.from({ length: 60 }, (_, index) => index + 1));
  });

  it("gives up a client that reads nothing for half a minute", async () => {
    const client = await SocketClient.ready(rig.url, { token });
    await rig.clock.flush();
    client.socket.pause();
    for (let seq = 1; seq <= 60; seq++) await rig.forward(messageOf({ seq, length: 150_000 }));
    await rig.clock.advance(seconds(61));
    expect(verdictOf(await rig.forward(messageOf({ seq: 61 })))).toBe("200 queued");
    expect(rig.clock.pending.filter((name) => name.startsWith("relay socket"))).toEqual([]);
    client.socket.terminate();
  });

  it("refuses more sockets of one key than it serves", async () => {
    const few = await RelayRig.start({ limits: { socketsPerKey: 2 } });
    const mine = await few.login(renter);
    const kept = await Promise.all([1, 2].map(() => SocketClient.ready(few.url, { token: mine })));
    const third = await new SocketClient(few.url).opened();
    third.send({ type: "auth", token: mine });
    expect(await third.next()).toMatchObject({ type: "error", code: "relay.rate_limited" });
    expect(await third.closed).toBe(1008);
    kept[0]?.socket.close();
    await kept[0]?.closed;
    await SocketClient.ready(few.url, { token: mine });
    await few.stop();
  });

  it("answers receipts that come too fast with an error and stays open", async () => {
    const strict = await RelayRig.start({ limits: { receiptsPerMinute: 1 } });
    const client = await SocketClient.ready(strict.url, { token: await strict.login(renter) });
    const receipts = [receiptOf(messageOf().envelope)];
    client.send({ type: "ack", receipts });
    client.send({ type: "ack", receipts });
    client.send({ type: "ping" });
    const answers = [await client.next(), await client.next(), await client.next()];
    expect(answers.map((frame) => (frame.type === "error" ? frame.code : frame.type))).toEqual([
      "ack",
      "relay.rate_limited",
      "pong",
    ]);
    await strict.stop();
  });

  it("serves WebSockets on no other path", async () => {
    const { port } = new URL(rig.url);
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(Number(port), "127.0.0.1");
      let text = "";
      socket.on("data", (chunk) => {
        text += String(chunk);
      });
      socket.on("close", () => resolve(text));
      socket.write(
        "GET /other HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
      );
    });
    expect(answer).toContain("404");
    expect(answer).toContain("relay.unknown_route");
  });

  it("closes every socket with 1001 when the relay stops", async () => {
    const client = await SocketClient.ready(rig.url, { token });
    const silent = await new SocketClient(rig.url).opened();
    await rig.halt();
    expect([await client.closed, await silent.closed]).toEqual([1001, 1001]);
    await rig.open();
  });
});

describe("/ws of a renter who asks to be told of rentals", () => {
  let rig: RelayRig;
  beforeEach(async () => {
    rig = await RelayRig.start();
  });
  afterEach(() => rig.stop());

  it("names each grant as it comes, and each change of it; others hear nothing", async () => {
    const token = await rig.login(renter);
    const told = await SocketClient.ready(rig.url, { token, rentals: true });
    const untold = await SocketClient.ready(rig.url, { token });
    const other = await SocketClient.ready(rig.url, { token: await rig.login(otherRenter), rentals: true });
    await rig.register(grantOf());
    expect(await told.next()).toEqual({ type: "rental", rental_id: grantOf().rental_id });
    await rig.register(grantOf());
    await rig.register(grantOf({ rev: 2 }));
    expect(await told.next()).toEqual({ type: "rental", rental_id: grantOf().rental_id });
    for (const client of [told, untold, other]) client.send({ type: "ping" });
    for (const client of [told, untold, other]) expect(await client.next()).toEqual({ type: "pong" });
  });
});
