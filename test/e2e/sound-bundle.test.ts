// The thread of the sound as an image has it: a file of the bundled program, started by the bundled program's box.

import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { dirname, join } from "node:path";
import { Worker } from "node:worker_threads";
import { expect, it } from "vitest";
import { SoundThread } from "../../src/app/sound/sound-thread.ts";
import { silentLogger } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { until } from "../sim/asterisk/until.ts";
import { PROGRAM } from "./processes.ts";

const file = join(dirname(PROGRAM), "sound-worker.js");

it("listens for Asterisk, and opens the port of a modem's sound", async () => {
  const start = (workerData: object): Worker => new Worker(file, { workerData });
  const machine = { sys: "/sys", dev: "/dev" };
  const thread = new SoundThread({ machine, start, clock: systemClock, log: silentLogger });
  const modem = createServer();
  const sockets: Socket[] = [];
  modem.on("connection", (socket) => sockets.push(socket));
  modem.listen(0, "127.0.0.1");
  await once(modem, "listening");
  try {
    const server = thread.server("127.0.0.1", 0);
    await server.start();
    expect(server.port).toBeGreaterThan(0);
    const address = modem.address();
    const where = `tcp://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
    const port = thread.portFor(where, { log: silentLogger, onChange: () => {} });
    port?.keep(where);
    await until("the port", () => port?.open === true);
    const sound = port?.pump.open();
    sockets[0]?.write(new Uint8Array(3200));
    await until("ten frames", () => sound?.audio.counts().heard === 10);
  } finally {
    await thread.stop();
    modem.close();
  }
});

it("is a small file, as it has a memory of its own, and the program starts it", () => {
  expect(readFileSync(file).length).toBeLessThan(200_000);
  const parts = readdirSync(dirname(file)).map((name) => readFileSync(join(dirname(file), name), "utf8"));
  expect(parts.filter((text) => text.includes('new URL("./sound-worker.js", import.meta.url)'))).toHaveLength(1);
});
