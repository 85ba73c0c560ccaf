// The sound of calls in its own thread: over a real worker, a modem's sound at a TCP port and a connection as Asterisk makes it.

import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { Worker } from "node:worker_threads";
import { afterEach, describe, expect, it } from "vitest";
import { SoundThread } from "../../src/app/sound/sound-thread.ts";
import { startThread, type ThreadFacts } from "../../src/app/sound/sound-wire.ts";
import { concatBytes, millis } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { type ModemAudio, PCM_FRAME_BYTES } from "../../src/core/index.ts";
import type { SoundPort } from "../../src/modem/index.ts";
import type { AudioLink, SoundServer } from "../../src/voice/index.ts";
import { encodeFrame, FrameDecoder, KIND, uuidOf } from "../../src/voice/media/audiosocket-codec.ts";
import { RecordingLogger } from "../core/core-rig.ts";
import { until } from "../sim/asterisk/until.ts";

const frameOf = (value: number): Uint8Array => new Uint8Array(PCM_FRAME_BYTES).fill(value);
let nextId = 0;

/** A TCP port with a modem's sound behind it. */
class ModemEnd {
  readonly #server: Server;
  readonly heard: number[] = [];
  socket: Socket | null = null;
  connections = 0;

  private constructor(server: Server) {
    this.#server = server;
    server.on("connection", (socket) => {
      this.connections++;
      this.socket = socket;
      let rest: Uint8Array = new Uint8Array();
      socket.on("error", () => {});
      socket.on("data", (chunk: Uint8Array) => {
        rest = concatBytes(rest, chunk);
        for (; rest.length >= PCM_FRAME_BYTES; rest = rest.slice(PCM_FRAME_BYTES)) this.heard.push(rest[0] ?? -1);
      });
    });
  }

  static async open(): Promise<ModemEnd> {
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new ModemEnd(server);
  }

  get port(): string {
    const address = this.#server.address();
    return `tcp://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
  }

  say(value: number): void {
    this.socket?.write(frameOf(value));
  }

  close(): void {
    this.socket?.destroy();
    this.#server.close();
  }
}

/** Asterisk's end of one call's sound. */
class AsteriskEnd {
  readonly heard: number[] = [];
  readonly socket: Socket;
  closed = false;

  private constructor(socket: Socket, id: Uint8Array) {
    this.socket = socket;
    const decoder = new FrameDecoder();
    socket.on("error", () => {});
    socket.on("close", () => {
      this.closed = true;
    });
    socket.on("data", (chunk: Uint8Array) => {
      for (const { kind, payload } of decoder.push(chunk)) if (kind === KIND.audio) this.heard.push(payload[0] ?? -1);
    });
    socket.write(encodeFrame(KIND.id, id));
  }

  static async dial(port: number, id: Uint8Array): Promise<AsteriskEnd> {
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    return new AsteriskEnd(socket, id);
  }

  say(value: number): void {
    this.socket.write(encodeFrame(KIND.audio, frameOf(value)));
  }
}

describe("the thread of the sound", () => {
  const ends: (() => unknown)[] = [];
  let log: RecordingLogger;
  let worker: Worker | null = null;
  /** Threads that die before they do anything. */
  let dying = 0;

  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
    dying = 0;
  });

  function threadOf(): SoundThread {
    log = new RecordingLogger();
    const start = (facts: ThreadFacts): Worker => {
      worker = dying-- > 0 ? new Worker("process.exit(1)", { eval: true }) : startThread(facts);
      return worker;
    };
    const thread = new SoundThread({ machine: { sys: "/sys", dev: "/dev" }, start, clock: systemClock, log });
    ends.push(() => thread.stop());
    return thread;
  }

  async function serverOf(thread: SoundThread): Promise<SoundServer> {
    const server = thread.server("127.0.0.1", 0);
    await server.start();
    return server;
  }

  async function modemOf(thread: SoundThread): Promise<{ readonly modem: ModemEnd; readonly port: SoundPort }> {
    const modem = await ModemEnd.open();
    ends.push(() => modem.close());
    const port = thread.portFor(modem.port, { log, onChange: () => {} });
    if (port === null) throw new Error("no port");
    port.keep(modem.port);
    await until("the modem's port", () => port.open);
    return { modem, port };
  }

  async function linkOf(server: SoundServer): Promise<{ readonly asterisk: AsteriskEnd; readonly link: AudioLink }> {
    const id = uuidOf(new Uint8Array(16).fill(++nextId));
    const { link } = server.expect(id);
    const asterisk = await AsteriskEnd.dial(server.port, id);
    ends.push(() => asterisk.socket.destroy());
    return { asterisk, link: await link };
  }

  /** The modem says frames until `done`; what it hears comes in exchange for them. */
  async function during(modem: ModemEnd, value: number, done: () => boolean): Promise<void> {
    await until("what the modem's frames bring", async () => {
      modem.say(value);
      await systemClock.sleep(millis(10), "a frame");
      return done();
    });
  }

  it("carries frames between a modem and Asterisk, counts them, and leaves silence behind", async () => {
    const thread = threadOf();
    const server = await serverOf(thread);
    const { modem, port } = await modemOf(thread);
    const { asterisk, link } = await linkOf(server);
    const session = server.session(link);
    const { audio, close } = port.pump.open();
    session.attach(audio);
    await during(modem, 7, () => {
      asterisk.say(9);
      return asterisk.heard.length > 5 && modem.heard.includes(9);
    });
    expect(new Set(asterisk.heard)).toEqual(new Set([7]));
    expect(audio.counts().heard).toBeGreaterThan(5);
    expect(audio.counts().said).toBeGreaterThan(0);

    session.hold(true);
    await during(modem, 7, () => modem.heard.slice(-3).every((value) => value === 0));
    session.close();
    await until("the end at Asterisk", () => asterisk.closed);
    close();
    const { heard } = audio.counts();
    modem.say(7);
    await systemClock.sleep(millis(50), "a frame that nobody wants");
    expect(audio.counts().heard).toBe(heard);
    expect(session.counts().lostUp).toBe(0);
  });

  it("says announcements to a phone without a modem, echoes, and ends both with the call", async () => {
    const server = await serverOf(threadOf());
    const { asterisk, link } = await linkOf(server);
    const session = server.session(link);
    const frames = [1, 2, 3].map(frameOf);
    await session.say(frames.values() as Iterator<Uint8Array, undefined>, millis(60));
    await until("all of it", () => asterisk.heard.length === 3);
    expect(asterisk.heard).toEqual([1, 2, 3]);
    const echoed = session.echo();
    await until("an echo", () => {
      asterisk.say(5);
      return asterisk.heard.includes(5);
    });
    asterisk.socket.destroy();
    await echoed;
    await new Promise<void>((resolve) => link.onClose(resolve));
  });

  it("lets the box hear and answer a modem's frames itself, and speak over a link itself", async () => {
    const thread = threadOf();
    const server = await serverOf(thread);
    const { modem, port } = await modemOf(thread);
    const { audio } = port.pump.open();
    const heard: number[] = [];
    const end = audio.exchange((frame) => {
      heard.push(frame[0] ?? -1);
      return frameOf(4);
    });
    await during(modem, 3, () => heard.length > 3 && modem.heard.includes(4));
    expect(new Set(heard)).toEqual(new Set([3]));
    end();
    const before = heard.length;
    await during(modem, 3, () => modem.heard.slice(-2).every((value) => value === 0));
    expect(heard.length).toBeLessThanOrEqual(before + 3);

    const { asterisk, link } = await linkOf(server);
    const phone: number[] = [];
    link.onAudio((pcm) => phone.push(pcm[0] ?? -1));
    await until("sound both ways", () => {
      expect(link.send(frameOf(8))).toBe(true);
      asterisk.say(6);
      return phone.includes(6) && asterisk.heard.includes(8);
    });
    link.close();
    await until("the end", () => asterisk.closed);
  });

  it("takes a modem whose sound is in the box's own thread", async () => {
    const server = await serverOf(threadOf());
    const { asterisk, link } = await linkOf(server);
    const session = server.session(link);
    let exchange: ((heard: Uint8Array) => Uint8Array | null) | null = null;
    const own: ModemAudio = {
      exchange: (with_) => {
        exchange = with_;
        return () => {
          exchange = null;
        };
      },
      counts: () => ({ heard: 0, said: 0, silence: 0, stalls: 0 }),
    };
    session.attach(own);
    const told: number[] = [];
    await until("sound both ways", () => {
      asterisk.say(2);
      const answer = exchange?.(frameOf(1));
      if (answer != null) told.push(answer[0] ?? -1);
      return asterisk.heard.includes(1) && told.includes(2);
    });
    session.close();
    expect(exchange).toBeNull();
  });

  it("opens a port again that was lost, and says so", async () => {
    const thread = threadOf();
    const { modem, port } = await modemOf(thread);
    modem.socket?.destroy();
    await until("the port lost", () => !port.open);
    await until("the port back", () => port.open && modem.connections === 2);
    await port.close();
    expect(port.open).toBe(false);
  });

  it("says when the port for Asterisk is taken, and cancels who waits", async () => {
    const thread = threadOf();
    const server = await serverOf(thread);
    const second = threadOf().server("127.0.0.1", server.port);
    await expect(second.start()).rejects.toMatchObject({ code: "voice.audiosocket_port" });
    const expected = server.expect(uuidOf(new Uint8Array(16).fill(200)));
    expected.cancel();
    await expect(expected.link).rejects.toMatchObject({ code: "base.stopped" });
    const other = server.expect(uuidOf(new Uint8Array(16).fill(201)));
    await server.stop();
    await expect(other.link).rejects.toMatchObject({ code: "base.stopped" });
  });

  it("that dies at its start keeps nobody waiting: a later one listens", async () => {
    dying = 2;
    const server = await serverOf(threadOf());
    await until("the server", () => server.port > 0);
    const { asterisk, link } = await linkOf(server);
    await server.session(link).say([frameOf(1)].values() as never, millis(20));
    await until("a frame", () => asterisk.heard.length === 1);
  });

  it("is replaced when it dies: its calls end, ports and server are back, and later calls have sound", async () => {
    const thread = threadOf();
    const server = await serverOf(thread);
    const { modem, port } = await modemOf(thread);
    const first = await linkOf(server);
    const closed = new Promise<void>((resolve) => first.link.onClose(resolve));
    const session = server.session(first.link);
    const speaking = session.say(Array.from({ length: 200 }, () => frameOf(1)).values() as never, millis(4000));
    await worker?.terminate();
    await Promise.all([closed, speaking]);
    expect(port.open).toBe(false);
    expect(log.lines.join("\n")).toContain("sound_thread_ended");
    await until("the port back", () => port.open && modem.connections === 2);
    const { asterisk, link } = await until("the server back", () => linkOf(server).catch(() => null));
    const { audio } = port.pump.open();
    server.session(link).attach(audio);
    await during(modem, 7, () => asterisk.heard.includes(7));
  });
});
