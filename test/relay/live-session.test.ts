// The moments of a session that no real socket hits reliably: what is stored between a read and its answer, and what comes after the
// end.

import { EventEmitter } from "node:events";
import { describe, expect, it } from "vitest";
import type { WebSocket } from "ws";
import { AppError, type Deferred, deferred, minutes, silentLogger } from "../../src/base/index.ts";
import { type MailboxMessage, type MailboxPage, type WsServerFrame, wsServerFrame } from "../../src/protocol/index.ts";
import { LiveSession } from "../../src/relay/server/live-session.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";
import { messageOf, NOW, NOW_S, provider, renter, verifyOf } from "./fixtures.ts";

class FakeSocket extends EventEmitter {
  readonly frames: WsServerFrame[] = [];
  closedWith: number | null = null;
  bufferedAmount = 0;

  send(text: string, done: () => void): void {
    this.frames.push(wsServerFrame.parse(JSON.parse(text)));
    done();
  }
  pause(): void {}
  resume(): void {}
  ping(): void {}
  close(code: number): void {
    this.closedWith = code;
  }
  terminate(): void {
    this.closedWith = 1006;
  }
}

const stored = (cursor: number): MailboxMessage => ({
  ...messageOf({ seq: cursor }),
  cursor,
  signature_scope: "message",
  provider: verifyOf(provider),
});
const pageOf = (...cursors: readonly number[]): MailboxPage => ({
  messages: cursors.map(stored),
  next: cursors.at(-1) ?? 0,
  more: false,
});

interface Scene {
  readonly socket: FakeSocket;
  readonly session: LiveSession;
  readonly clock: VirtualClock;
  /** Reads that wait for their page, with the cursor they read behind. */
  readonly reads: { readonly after: number; readonly page: Deferred<MailboxPage> }[];
  readonly joined: () => boolean;
  /** From now on asking whose the token is fails like this. */
  readonly tokenFails: (code: "relay.unauthorized" | "store.away") => void;
}

async function authenticated(after = 0): Promise<Scene> {
  const socket = new FakeSocket();
  const clock = new VirtualClock(NOW);
  const reads: { after: number; page: Deferred<MailboxPage> }[] = [];
  let joined = false;
  let fault: AppError | null = null;
  const session = new LiveSession(socket as unknown as WebSocket, {
    clock,
    log: silentLogger,
    callerOfToken: async () => {
      if (fault !== null) throw fault;
      return { pubkey: verifyOf(renter), expires: NOW_S + 3_600 };
    },
    join: () => {
      joined = true;
      return () => {
        joined = false;
      };
    },
    readMailbox: (_renter, after) => {
      const page = deferred<MailboxPage>();
      reads.push({ after, page });
      return page.promise;
    },
    resume: async ({ after }) => ({ after, epoch: "run" }),
    refused: () => {},
    acknowledge: async () => ({ accepted: [], refused: [] }),
  });
  session.start();
  socket.emit("message", JSON.stringify({ type: "auth", token: "t", after }), false);
  await clock.flush();
  const tokenFails: Scene["tokenFails"] = (code) => {
    fault = new AppError(code, "no");
  };
  return { socket, session, clock, reads, joined: () => joined, tokenFails };
}

const cursorsOf = ({ socket }: Scene): readonly number[] =>
  socket.frames.flatMap((frame) => (frame.type === "sms" ? [frame.cursor] : []));

describe("LiveSession", () => {
  it("closes within minutes when its token was revoked at another process, not when the store is away", async () => {
    const scene = await authenticated();
    const minutesPass = async (): Promise<void> => {
      for (let beat = 0; beat < 12; beat++) {
        await scene.clock.advance(minutes(0.5));
        scene.socket.emit("pong");
      }
    };
    scene.tokenFails("store.away");
    await minutesPass();
    expect(scene.socket.closedWith).toBe(null);
    scene.tokenFails("relay.unauthorized");
    await minutesPass();
    expect([scene.socket.closedWith, scene.joined()]).toEqual([4401, false]);
  });

  it("reads again when a message is stored while an empty page is on its way", async () => {
    const scene = await authenticated();
    const [first] = scene.reads;
    expect(scene.session.push(stored(1))).toBe(false);
    first?.page.resolve(pageOf());
    await scene.clock.flush();
    scene.reads[1]?.page.resolve(pageOf(1));
    await scene.clock.flush();
    scene.reads[2]?.page.resolve(pageOf());
    await scene.clock.flush();
    expect(cursorsOf(scene)).toEqual([1]);
    expect(scene.reads.map((read) => read.after)).toEqual([0, 0, 1]);
    expect(scene.session.push(stored(2))).toBe(true);
    expect(cursorsOf(scene)).toEqual([1, 2]);
  });

  it("says of no message that it was delivered which it did not send", async () => {
    const scene = await authenticated(7);
    scene.reads[0]?.page.resolve(pageOf());
    await scene.clock.flush();
    expect([scene.session.push(stored(7)), scene.session.push(stored(8)), scene.session.push(stored(8))]).toEqual([
      ...[false, true, true],
    ]);
    expect(cursorsOf(scene)).toEqual([8]);
  });

  it("sends nothing after the connection has closed, and leaves no timer", async () => {
    const scene = await authenticated();
    scene.socket.emit("close", 1006);
    scene.reads[0]?.page.resolve(pageOf(1));
    await scene.clock.flush();
    expect(scene.session.push(stored(2))).toBe(false);
    scene.socket.emit("message", '{"type":"ping"}', false);
    await scene.clock.flush();
    expect(scene.socket.frames.map((frame) => frame.type)).toEqual(["ready"]);
    expect([scene.joined(), scene.clock.pending]).toEqual([false, []]);
  });

  it("ends with 1011 when the mailbox cannot be read, so that the client comes again", async () => {
    const scene = await authenticated();
    scene.reads[0]?.page.reject(new Error("secret path"));
    await scene.clock.flush();
    expect(scene.socket.frames.at(-1)).toMatchObject({ type: "error", code: "relay.internal" });
    expect(JSON.stringify(scene.socket.frames)).not.toContain("secret path");
    expect(scene.socket.closedWith).toBe(1011);
    expect(scene.joined()).toBe(false);
  });

  it("reads from the database again once a buffer that was full has drained", async () => {
    const scene = await authenticated();
    scene.reads[0]?.page.resolve(pageOf());
    await scene.clock.flush();
    scene.socket.bufferedAmount = 2_000_000;
    expect(scene.session.push(stored(1))).toBe(false);
    scene.socket.bufferedAmount = 0;
    await scene.clock.flush();
    scene.reads[1]?.page.resolve(pageOf(1));
    await scene.clock.flush();
    expect(cursorsOf(scene)).toEqual([1]);
  });

  it("cuts off a client that asks on and reads nothing", async () => {
    const scene = await authenticated();
    scene.socket.emit("message", '{"type":"ping"}', false);
    await scene.clock.flush();
    expect(scene.socket.frames.at(-1)).toEqual({ type: "pong" });
    scene.socket.bufferedAmount = 2_000_000;
    scene.socket.emit("message", '{"type":"ping"}', false);
    await scene.clock.flush();
    expect(scene.socket.closedWith).toBe(1006);
  });
});
