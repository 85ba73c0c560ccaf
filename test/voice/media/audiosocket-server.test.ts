import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { concatBytes, millis, silentLogger } from "../../../src/base/index.ts";
import { encodeFrame, KIND, uuidOf, uuidText } from "../../../src/voice/media/audiosocket-codec.ts";
import { AudioSocketServer } from "../../../src/voice/media/audiosocket-server.ts";
import { VirtualClock } from "../../sim/virtual-clock.ts";
import { frameOf } from "./media-rig.ts";

const ID = uuidOf(new Uint8Array(16).fill(0xab));

describe("the AudioSocket server", () => {
  let clock: VirtualClock;
  let server: AudioSocketServer;
  const sockets: Socket[] = [];

  beforeEach(async () => {
    clock = new VirtualClock();
    server = new AudioSocketServer({ host: "127.0.0.1", port: 0, clock, log: silentLogger });
    await server.start();
  });

  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await server.stop();
  });

  async function dial(): Promise<Socket> {
    const socket = connect(server.port, "127.0.0.1");
    sockets.push(socket);
    socket.on("error", () => {});
    await once(socket, "connect");
    return socket;
  }

  it("gives a call's sound to who waits for its id, both ways", async () => {
    const { link } = server.expect(ID);
    const socket = await dial();
    socket.write(concatBytes(encodeFrame(KIND.id, ID), encodeFrame(KIND.digit, new Uint8Array([0x31]))));
    const open = await link;
    const heard = new Promise<Uint8Array>((resolve) => open.onAudio(resolve));
    socket.write(encodeFrame(KIND.audio, frameOf(4)));
    expect(await heard).toEqual(frameOf(4));
    expect(open.send(frameOf(5))).toBe(true);
    const [sent] = await once(socket, "data");
    expect(new Uint8Array(sent)).toEqual(encodeFrame(KIND.audio, frameOf(5)));
    expect(server.waiting).toBe(0);
  });

  it("refuses an id that nobody waits for, and one that was used", async () => {
    const stranger = await dial();
    stranger.resume().write(encodeFrame(KIND.id, ID));
    await once(stranger, "close");
    const { link } = server.expect(ID);
    const first = await dial();
    first.write(encodeFrame(KIND.id, ID));
    await link;
    const second = await dial();
    second.resume().write(encodeFrame(KIND.id, ID));
    await once(second, "close");
    expect(server.refused).toBe(2);
  });

  it.each([
    ["sound before an id", encodeFrame(KIND.audio, frameOf(1))],
    ["an id that is too short", encodeFrame(KIND.id, ID.slice(0, 15))],
    ["a length that Asterisk never sends", new Uint8Array([KIND.audio, 0xff, 0xff])],
  ])("refuses a connection that begins with %s", async (_name, bytes) => {
    const { link } = server.expect(ID);
    const socket = await dial();
    socket.resume().write(bytes);
    await once(socket, "close");
    expect(server.waiting).toBe(1);
    await expect(clock.settle(link)).rejects.toMatchObject({ code: "base.timeout" });
    expect(server.waiting).toBe(0);
  });

  it("does not wait long for an id, and takes only so many that have none", async () => {
    const quiet = await Promise.all(Array.from({ length: 16 }, dial));
    for (const socket of quiet) socket.resume();
    const more = await dial();
    more.resume();
    await once(more, "close");
    const gone = Promise.all(quiet.map((socket) => once(socket, "close")));
    await clock.advance(millis(3000));
    await gone;
    expect(server.open).toBe(0);
  });

  it("tells when Asterisk hangs up, dies, or is closed on", async () => {
    for (const end of ["frame", "reset", "close"] as const) {
      const { link } = server.expect(ID);
      const socket = await dial();
      socket.resume().write(encodeFrame(KIND.id, ID));
      const open = await link;
      const closed = new Promise<void>((resolve) => open.onClose(resolve));
      if (end === "frame") socket.write(encodeFrame(KIND.hangUp, new Uint8Array()));
      if (end === "reset") socket.resetAndDestroy();
      if (end === "close") open.close();
      await closed;
      expect(open.send(frameOf(1))).toBe(false);
      // Told at once to who asks later.
      await new Promise<void>((resolve) => open.onClose(resolve));
    }
  });

  it("closes what comes after its call was given up", async () => {
    const expected = server.expect(ID);
    expected.cancel();
    await expect(expected.link).rejects.toMatchObject({ code: "base.stopped" });
    const socket = await dial();
    socket.resume().write(encodeFrame(KIND.id, ID));
    await once(socket, "close");
  });

  it("drops frames when Asterisk does not read, and keeps no more than a little", async () => {
    const { link } = server.expect(ID);
    const socket = await dial();
    socket.pause();
    socket.write(encodeFrame(KIND.id, ID));
    const open = await link;
    let refused = 0;
    for (let i = 0; i < 50_000 && refused === 0; i++) if (!open.send(frameOf(1))) refused++;
    expect(refused).toBe(1);
  });

  it("leaves nobody waiting when it stops", async () => {
    const { link } = server.expect(ID);
    await server.stop();
    await expect(link).rejects.toMatchObject({ code: "base.stopped" });
  });

  it("says which port is taken", async () => {
    const other = new AudioSocketServer({ host: "127.0.0.1", port: server.port, clock, log: silentLogger });
    await expect(other.start()).rejects.toMatchObject({ code: "voice.audiosocket_port" });
    await other.stop();
  });

  it("writes ids as Asterisk reads them", () => {
    expect(uuidText(ID)).toBe("abababab-abab-4bab-abab-abababababab");
  });
});
