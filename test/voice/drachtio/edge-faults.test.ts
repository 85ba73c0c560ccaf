// What the drachtio edge does when something goes wrong with the server or on the way to it. Over the in-process server, with its
// timers made short.

import { afterEach, describe, expect, it } from "vitest";
import { millis } from "../../../src/base/index.ts";
import { systemClock } from "../../../src/base/system-clock.ts";
import { sdpOf } from "../../sim/sip/phone-call.ts";
import type { DrachtioRig, DrachtioRigOptions } from "../drachtio-rig.ts";
import { eventually } from "../edge-contract.ts";
import { openRig, quiet, registered, talking, USER } from "./edge-fixture.ts";

let rig: DrachtioRig;
const start = async (options: DrachtioRigOptions = {}): Promise<void> => {
  rig = await openRig(options);
};
afterEach(() => rig.close());

describe("the server dies in mid-call and comes back", () => {
  it("and the edge lets go of the call, rings nobody meanwhile, knows UDP phones still, and TCP phones no more", async () => {
    await start();
    const [udp, tcp] = [await registered(rig, "udp"), await registered(rig, "tcp")];
    await talking(rig, udp);
    const ups: string[] = [];
    rig.edge.onUp(() => ups.push("up"));
    await rig.server?.stop();
    await eventually(() => !rig.edge.up().up);
    expect(rig.edge.up()).toMatchObject({ up: false, code: "voice.edge_down" });
    await quiet(rig);
    expect(rig.edge.targets(USER)).toEqual([]);
    expect(rig.edge.bindings().map(({ transport }) => transport)).toEqual(["udp"]);
    await rig.server?.start();
    await eventually(() => ups.length === 1);
    const call = rig.ring(rig.edge.targets(USER), "+15550111");
    const taken = await udp.nextCall();
    await taken.answer(sdpOf(40_000));
    await call.answered;
    expect(tcp.incoming).toEqual([]);
    await call.hangUp();
    await quiet(rig);
  });

  it.each(["deaf", "halfway"] as const)(
    "and is %s at first, as the real one is: it gets no request then",
    async (phase) => {
      await start();
      const phone = await registered(rig);
      await talking(rig, phone);
      const { server } = rig;
      await server?.stop();
      await quiet(rig);
      const before = server?.greeted ?? 0;
      await server?.start(phase);
      await eventually(() => (server?.greeted ?? 0) > before + (phase === "deaf" ? 1 : 0));
      if (phase === "deaf") expect(rig.edge.up()).toMatchObject({ up: false, code: "voice.edge_down" });
      else await eventually(() => rig.edge.up().up);
      await systemClock.sleep(millis(300), "a start of drachtio-server");
      server?.become("ready");
      await eventually(() => rig.edge.up().up);
      const again = await talking(rig, phone);
      await again.call.bye();
      await again.far.ended;
      expect(server?.deaths).toBe(0);
      await quiet(rig);
    },
  );

  it("while phones ring, which is over then", async () => {
    await start();
    const phone = await registered(rig);
    rig.ring(rig.edge.targets(USER), "+15550111");
    (await phone.nextCall()).ring();
    await rig.server?.stop();
    await quiet(rig);
    await rig.server?.start();
  });
});

describe("the connection to the server breaks in mid-call", () => {
  it("and both sides hear that the call is over as soon as it is back", async () => {
    await start();
    const { call, far } = await talking(rig, await registered(rig));
    expect(rig.server?.dialogs).toBe(2);
    rig.server?.dropApps();
    await quiet(rig);
    expect(await call.ended).toBe("BYE");
    expect(await far.ended).toBe("BYE");
    expect(rig.server?.dialogs).toBe(0);
    const again = await talking(rig, await registered(rig));
    await again.call.bye();
    await again.far.ended;
    await quiet(rig);
  });

  it("and stays away for a while: phones hear 503, nothing throws", async () => {
    await start();
    const phone = await registered(rig);
    rig.server?.refuseApps(true);
    rig.server?.dropApps();
    await eventually(() => !rig.edge.up().up);
    expect(await phone.dial("+15550100", sdpOf(40_000)).ended).toBe("refused 503");
    expect((await phone.register()).status).toBe(503);
    rig.server?.refuseApps(false);
    await eventually(() => rig.edge.up().up);
    expect((await phone.register()).status).toBe(200);
  });

  it("and a stop in that time settles", async () => {
    await start();
    rig.server?.refuseApps(true);
    rig.server?.dropApps();
    await eventually(() => !rig.edge.up().up);
    await rig.edge.stop();
    expect(rig.edge.up()).toMatchObject({ code: "voice.edge_stopped" });
  });
});

describe("a slow server", () => {
  it("still connects calls, and a phone that gives up while its call is on its way leaves nothing behind", async () => {
    await start();
    const phone = await registered(rig);
    rig.server?.slow(millis(30));
    const { call, far } = await talking(rig, phone);
    await call.bye();
    await far.ended;
    const quick = phone.dial("+15550100", sdpOf(40_000));
    await quick.status(407);
    await quick.status(100);
    quick.cancel();
    expect(await quick.ended).toMatch(/refused 4(07|87)/);
    await quiet(rig);
  });
});
