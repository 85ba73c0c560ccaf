// The in-process drachtio-server is held to what was recorded between drachtio-srf and the real one.

import { afterEach, describe, expect, it } from "vitest";
import { systemClock } from "../../../src/base/system-clock.ts";
import { DrachtioServer, takeFrames } from "./index.ts";
import { readRecording } from "./recorded-exchange.ts";
import { WireReplay } from "./wire-replay.ts";

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

describe("the wire protocol of drachtio-server", () => {
  it("is spoken as the real one speaks it: registration, call with hold and DTMF, call that is cancelled", async () => {
    const recording = readRecording();
    const server = new DrachtioServer({ clock: systemClock, secret: "secret" });
    await server.start();
    closers.push(() => server.stop());
    const replay = new WireReplay(server.sipPort);
    await replay.open(server.adminPort, recording);
    closers.push(() => replay.close());
    await replay.play(recording);
    expect(replay.compared.length).toBeGreaterThan(60);
    for (const { recorded, live } of replay.compared) expect(live).toEqual(recorded);
    expect(server.dialogs).toBe(0);
  });

  it("cuts frames by bytes, however they come", () => {
    const bytes = Buffer.from("3#a|b12#é|é|é|xyz4#tail");
    for (let cut = 1; cut < bytes.length; cut++) {
      const first = takeFrames(bytes.subarray(0, cut));
      const second = takeFrames(Buffer.concat([first.rest, bytes.subarray(cut)]));
      expect([...first.frames, ...second.frames]).toEqual(["a|b", "é|é|é|xyz", "tail"]);
    }
    expect(() => takeFrames(Buffer.from("x#abc"))).toThrow("no length");
  });
});
