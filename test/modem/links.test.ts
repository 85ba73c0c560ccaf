import { execFileSync } from "node:child_process";
import { createServer, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { millis, utf8 } from "../../src/base/index.ts";
import { type ByteLink, createOpenLink, LinkEmitter, type OpenLink } from "../../src/modem/index.ts";
import { openInTime } from "../../src/modem/open-link.ts";
import { OPEN_LIMIT } from "../../src/modem/timeouts.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";
import { Pty } from "./pty.ts";
import { ScriptLink } from "./script-link.ts";

const never = new AbortController().signal;
const open = createOpenLink({});

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => "no error",
    (error) => error,
  );

const closed = (link: ByteLink): Promise<void> => new Promise((resolve) => link.onClose(resolve));

/** Resolves when `wanted` has come. */
function heard(link: ByteLink, wanted: string): Promise<void> {
  let text = "";
  return new Promise((resolve) =>
    link.onData((chunk) => {
      text += Buffer.from(chunk).toString("latin1");
      if (text.includes(wanted)) resolve();
    }),
  );
}

describe("the form of a port", () => {
  it.each(["ttyUSB0", "http://192.0.2.7:1", "sim://slot/1", ""])("%j is of no known kind", async (port) => {
    expect(await failure(open(port, never))).toMatchObject({ code: "modem.bad_port", hint: expect.any(String) });
  });

  it.each(["tcp://192.0.2.7", "tcp://", "tcp://[::1"])("%j lacks what a TCP port needs", async (port) => {
    expect(await failure(open(port, never))).toMatchObject({ code: "modem.bad_port", context: { port } });
  });

  it("sim:// is opened by the simulator that runs in the same process", async () => {
    const link = new ScriptLink();
    const withSim = createOpenLink({ sim: async () => link });
    expect(await withSim("sim://slot/1", never)).toBe(link);
  });
});

/** A serial server on loopback; resolves with its port and what connects to it. */
async function serve(
  onSocket: (socket: Socket) => void = () => {},
): Promise<{ port: string; server: Server; sockets: Socket[] }> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => {});
    onSocket(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  cleanups.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  const number = typeof address === "object" && address !== null ? address.port : 0;
  return { port: `tcp://127.0.0.1:${number}`, server, sockets };
}

async function opened(port: string): Promise<ByteLink> {
  const link = await open(port, never);
  cleanups.push(() => link.close());
  return link;
}

describe("tcp://", () => {
  it("carries bytes in both directions", async () => {
    const { port } = await serve((socket) => socket.on("data", (data) => socket.write(`echo ${data}`)));
    const link = await opened(port);
    const answer = heard(link, "echo AT");
    await link.write(utf8("AT\r"));
    await answer;
  });

  it("refused by the other side is a problem with a hint", async () => {
    const { port, server } = await serve();
    await new Promise((resolve) => server.close(resolve));
    const error = await failure(open(port, never));
    expect(error).toMatchObject({
      code: "modem.cannot_open",
      retryable: true,
      context: { port },
      hint: expect.any(String),
    });
  });

  it("given up by its owner rejects at once and leaves no connection", async () => {
    const abort = new AbortController();
    // TEST-NET-1 answers nobody (RFC 5737); whether it refuses or swallows the SYN, the abort comes first.
    const opening = failure(open("tcp://192.0.2.1:9", abort.signal));
    abort.abort();
    expect(await opening).toMatchObject({ code: "base.stopped" });
    expect(await failure(open("tcp://192.0.2.1:9", abort.signal))).toMatchObject({ code: "base.stopped" });
  });

  it("closed by the other side is told once, and writes are refused then", async () => {
    const { port } = await serve((socket) => socket.end("bye"));
    const link = await opened(port);
    let closes = 0;
    link.onClose(() => closes++);
    await closed(link);
    expect(await failure(link.write(utf8("AT\r")))).toMatchObject({ code: "modem.closed", context: { port } });
    await link.close();
    expect(closes).toBe(1);
  });

  it("reset by the other side ends with a close, not with an error that nobody hears", async () => {
    const { port, sockets } = await serve((socket) => socket.write("x"));
    const link = await opened(port);
    await heard(link, "x");
    const gone = closed(link);
    sockets[0]?.resetAndDestroy();
    await gone;
  });

  it("closed by its owner is closed when the promise says so, and again without harm", async () => {
    const { port, sockets } = await serve();
    const link = await opened(port);
    await link.close();
    await link.close();
    expect(await failure(link.write(utf8("AT\r")))).toMatchObject({ code: "modem.closed" });
    expect(sockets.length).toBeLessThanOrEqual(1);
  });

  it("whose other side reads nothing does not end its writes, which fail when the link is closed", async () => {
    const { port } = await serve((socket) => socket.pause());
    const link = await opened(port);
    // More than the buffers of both ends hold.
    const writes = Array.from({ length: 64 }, () => failure(link.write(new Uint8Array(1_048_576))));
    await link.close();
    expect((await Promise.all(writes)).at(-1)).toMatchObject({ code: "modem.io", retryable: true });
  });

  it("gives a listener that comes after the close its call", async () => {
    const { port } = await serve((socket) => socket.destroy());
    const link = await opened(port);
    await closed(link);
    await closed(link);
  });
});

describe("an opening", () => {
  const port = "/dev/ttyTEST";

  it("that swallows the first packet is given up in time, aborted, and closed should it still succeed", async () => {
    const clock = new VirtualClock();
    let signal: AbortSignal | undefined;
    let succeed: (link: ByteLink) => void = () => {};
    const openLink: OpenLink = (_, given) => {
      signal = given;
      return new Promise((resolve) => {
        succeed = resolve;
      });
    };
    const opening = failure(openInTime({ openLink, port, clock, signal: never }));
    await clock.advance(millis(OPEN_LIMIT - 1));
    expect(signal?.aborted).toBe(false);
    await clock.advance(millis(1));
    expect(await opening).toMatchObject({ code: "modem.cannot_open", retryable: true, hint: expect.any(String) });
    expect(signal?.aborted).toBe(true);
    const link = new ScriptLink();
    succeed(link);
    await clock.flush();
    expect(link.closed).toBe(true);
  });

  it("that fails fails with its own error", async () => {
    const clock = new VirtualClock();
    const openLink: OpenLink = () => Promise.reject(new Error("no"));
    expect(await failure(openInTime({ openLink, port, clock, signal: never }))).toMatchObject({ message: "no" });
    expect(clock.pending).toEqual([]);
  });

  it("that its owner ends rejects with base.stopped", async () => {
    const clock = new VirtualClock();
    const abort = new AbortController();
    const opening = failure(openInTime({ openLink: () => new Promise(() => {}), port, clock, signal: abort.signal }));
    abort.abort();
    expect(await opening).toMatchObject({ code: "base.stopped" });
    expect(clock.pending).toEqual([]);
  });
});

const socatMissing = ((): string | null => {
  try {
    execFileSync("socat", ["-V"], { stdio: "ignore" });
    return null;
  } catch {
    return "skipped: the program socat is missing";
  }
})();

describe.skipIf(socatMissing !== null)(`a serial port ${socatMissing ?? "on a pseudo terminal"}`, () => {
  async function pty(): Promise<Pty> {
    const made = await Pty.make();
    cleanups.push(() => made.remove());
    return made;
  }

  it("carries every byte value in both directions", async () => {
    const { path, modem } = await pty();
    const link = await opened(path);
    const all = Buffer.from(Array.from({ length: 256 }, (_, value) => value));
    const sent = new Promise<Buffer>((resolve) => {
      let got = Buffer.alloc(0);
      modem.onData((chunk) => {
        got = Buffer.concat([got, chunk]);
        if (got.length === all.length) resolve(got);
      });
    });
    await link.write(all);
    expect((await sent).equals(all)).toBe(true);
    const received = heard(link, all.toString("latin1"));
    modem.write(all);
    await received;
  });

  it("that is not there is a problem that says so", async () => {
    expect(await failure(open("/nonexistent/ttyUSB7", never))).toMatchObject({
      code: "modem.no_such_port",
      message: "there is no port /nonexistent/ttyUSB7",
      retryable: true,
      hint: expect.stringContaining("Plug the modem in"),
    });
  });

  it("that is no serial port cannot be opened, with a hint at who may hold it", async () => {
    expect(await failure(open("/dev/null", never))).toMatchObject({
      code: "modem.cannot_open",
      retryable: true,
      hint: expect.stringContaining("ModemManager"),
    });
  });

  it("that is unplugged is told once, and writes are refused then", async () => {
    const made = await pty();
    const link = await opened(made.path);
    let closes = 0;
    link.onClose(() => closes++);
    const gone = closed(link);
    await made.unplug();
    await gone;
    expect(await failure(link.write(utf8("AT\r")))).toMatchObject({
      code: "modem.closed",
      context: { port: made.path },
    });
    await link.close();
    expect(closes).toBe(1);
  });

  it("that is unplugged in the middle of what it says is told as well, without a write to find out", async () => {
    for (let i = 0; i < 5; i++) {
      const made = await pty();
      const link = await opened(made.path);
      const gone = closed(link);
      const saying = heard(link, "A");
      made.modem.write(Buffer.alloc(200_000, "A"));
      await saying;
      await made.unplug();
      await gone;
    }
  });

  it("can be opened again as soon as its close has ended", async () => {
    const { path } = await pty();
    for (let i = 0; i < 5; i++) {
      const link = await open(path, never);
      await Promise.all([link.close(), link.close()]);
      await link.close();
    }
  });

  it("whose other side reads nothing does not end its write, which fails when the link is closed", async () => {
    const made = await pty();
    const link = await opened(made.path);
    made.stall();
    const writes = Array.from({ length: 64 }, () => failure(link.write(new Uint8Array(65_536).fill(0x41))));
    await link.close();
    expect((await Promise.all(writes)).at(-1)).toMatchObject({ code: expect.stringMatching(/^modem\.(io|closed)$/) });
  });
});

it("a close that is asked for while the end is being told resolves at once", async () => {
  const events = new LinkEmitter();
  let ended: Promise<void> | null = null;
  events.onClose(() => {
    ended = events.whenClosed();
  });
  events.emitClose();
  await ended;
  expect(ended).not.toBeNull();
});
