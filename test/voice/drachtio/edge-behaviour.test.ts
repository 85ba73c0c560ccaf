// What the drachtio edge does with phones that are gone, slow or odd, and with requests beside calls: over the in-process server with
// short timers always, over the real drachtio-server where NUMBERBOX_TEST_DRACHTIO says where it is.

import { afterEach, describe, expect, it } from "vitest";
import { type Millis, millis } from "../../../src/base/index.ts";
import { sdpOf } from "../../sim/sip/phone-call.ts";
import { type DrachtioRig, type DrachtioRigOptions, type RealServer, realServer } from "../drachtio-rig.ts";
import { eventually, PASSWORD } from "../edge-contract.ts";
import { OTHER, openRig, quiet, registered, talking, USER } from "./edge-fixture.ts";

const real = realServer();
describe("drachtio, in-process server", () => behaviour(null));
if (real === null) {
  describe.skip("drachtio, real server (NUMBERBOX_TEST_DRACHTIO=host:port:secret is not set)", () => {
    it("behaves the same", () => {});
  });
} else describe("drachtio, real server", () => behaviour(real));

function behaviour(real: RealServer | null): void {
  let rig: DrachtioRig;
  /** A real server has the timers that it was started with. */
  const start = async (options: DrachtioRigOptions & { readonly giveUp?: Millis } = {}): Promise<void> => {
    rig = await openRig(
      real === null ? options : { ...options, real, giveUp: millis(Math.max(2000, options.giveUp ?? 0)) },
    );
  };
  afterEach(() => rig.close());

  describe("phones that are not there", () => {
    it("are forgotten when nothing at all comes back, and the caller hears that nobody is there", async () => {
      await start({ giveUp: millis(600) });
      const phone = await registered(rig);
      phone.stack.sockets.deaf = true;
      const call = rig.ring(rig.edge.targets(USER), "+15550111");
      expect(await call.ended).toBe("refused 408");
      expect(rig.edge.targets(USER)).toEqual([]);
      await quiet(rig);
    });

    it("ring for so long and no longer, and stay registered", async () => {
      await start({ ringLimit: millis(2000) });
      const phone = await registered(rig);
      const call = rig.ring(rig.edge.targets(USER), "+15550111");
      const taken = await phone.nextCall();
      taken.ring();
      expect(await call.ended).toBe("refused 408");
      expect(await taken.ended).toBe("cancelled");
      expect(rig.edge.targets(USER)).toHaveLength(1);
      await quiet(rig);
    });

    it("whose connection is gone are forgotten when they are rung", async () => {
      await start();
      const phone = await registered(rig, "tcp");
      await phone.close();
      const call = rig.ring(rig.edge.targets(USER), "+15550111");
      expect(await call.ended).toMatch(/refused (503|408)/);
      expect(rig.edge.bindings()).toEqual([]);
      await quiet(rig);
    });

    it("that never acknowledge the call they dialled lose it, on both sides", async () => {
      await start({ giveUp: millis(600) });
      const next = rig.nextDial();
      const phone = await registered(rig);
      const call = phone.dial("+15550100", sdpOf(40_000));
      call.acks = false;
      const far = await next;
      void far.answer();
      await far.ended;
      expect((await call.next("BYE")).get("Reason")).toContain("ACK timeout");
      await quiet(rig);
    });

    it("are none: the caller hears 480", async () => {
      await start();
      const phone = await registered(rig);
      const targets = rig.edge.targets(USER);
      await phone.register(0);
      expect(await rig.ring(targets, "+15550111").ended).toBe("refused 480");
      await quiet(rig);
    });
  });

  describe("forking", () => {
    it("tells the phones that lost that the call was taken elsewhere", async () => {
      await start();
      const [one, two] = [await registered(rig), await registered(rig)];
      const call = rig.ring(rig.edge.targets(USER), "+15550111");
      const [first, second] = [await one.nextCall(), await two.nextCall()];
      first.ring();
      second.ring();
      await first.answer(sdpOf(40_000));
      expect((await second.next("CANCEL")).get("Reason")).toBe('SIP;cause=200;text="Call completed elsewhere"');
      await call.answered;
      await first.bye();
      await call.ended;
      await quiet(rig);
    });

    it("goes on with the others when one is busy, and stops for all when one declines", async () => {
      await start();
      const [one, two] = [await registered(rig), await registered(rig)];
      const call = rig.ring(rig.edge.targets(USER), "+15550111");
      const [first, second] = [await one.nextCall(), await two.nextCall()];
      first.reject(486);
      second.ring();
      await eventually(() => rig.edge.dialogs() < 3);
      second.reject(603, "Decline");
      expect(await call.ended).toBe("refused 603");
      const again = rig.ring(rig.edge.targets(USER), "+15550111");
      const [third, fourth] = [await one.nextCall(), await two.nextCall()];
      fourth.ring();
      third.reject(603, "Decline");
      expect(await again.ended).toBe("refused 603");
      expect(await fourth.ended).toBe("cancelled");
      await quiet(rig);
    });

    it("ends the dialog of a phone that answered at the same moment", async () => {
      await start();
      const [one, two] = [await registered(rig), await registered(rig)];
      rig.server?.slow(millis(20));
      const call = rig.ring(rig.edge.targets(USER), "+15550111");
      const [first, second] = [await one.nextCall(), await two.nextCall()];
      void first.answer(sdpOf(40_000));
      void second.answer(sdpOf(40_000));
      await call.answered;
      await Promise.race([first.ended, second.ended]);
      await call.hangUp();
      expect(await Promise.all([first.ended, second.ended])).toEqual(["BYE", "BYE"]);
      await quiet(rig);
    });
  });

  describe("a phone's call", () => {
    it.each([
      ["plain", "none"],
      ["sdes", "sdes"],
      ["dtls", "dtls"],
    ] as const)("with %s sound comes to Asterisk as %s, without any header of its own", async (media, encryption) => {
      await start();
      const phone = await registered(rig);
      const next = rig.nextDial();
      phone.dial("+15550100", sdpOf(40_000, media), [
        ["X-Media", "forged"],
        ["X-Account", "forged"],
        ["X-Evil", "1"],
        ["Diversion", "<sip:1@2>"],
        ["P-Asserted-Identity", "<sip:1@2>"],
      ]);
      const far = await next;
      expect(far.channel.name).toContain(`edge-${encryption}`);
      const [request] = rig.anchor.incoming.map((call) => call.request);
      expect(request?.get("X-Account")).toBe(USER);
      expect(request?.all("X-Media")).toEqual([encryption]);
      expect(
        ["X-Evil", "Diversion", "P-Asserted-Identity", "User-Agent", "Proxy-Authorization"].filter((name) =>
          request?.has(name),
        ),
      ).toEqual([]);
      expect(request?.body).toBe(sdpOf(40_000, media));
      far.refuse(486);
      await quiet(rig);
    });

    it("without sound, or to what is no number, is refused here", async () => {
      await start();
      const phone = await registered(rig);
      expect(await phone.dial("+15550100", "").ended).toBe("refused 488");
      expect(await phone.dial("+15550100", sdpOf(4000).replace("m=audio", "m=video")).ended).toBe("refused 488");
      expect(await phone.dial("1%0d%0aX", sdpOf(4000)).ended).toBe("refused 484");
      expect(rig.dials()).toBe(0);
      await quiet(rig);
    });

    it("carries early media of the far side, is not transferred, and answers what comes beside it", async () => {
      await start();
      const phone = await registered(rig);
      const next = rig.nextDial();
      const call = phone.dial("+15550100", sdpOf(40_000));
      const far = await next;
      rig.anchor.incoming[0]?.invite?.answer(183, "Session Progress", (answer) => {
        answer.set("Content-Type", "application/sdp").set("Contact", rig.anchor.contact);
        answer.body = sdpOf(30_000);
      });
      await call.status(183);
      await far.answer();
      await call.answered;
      expect(
        (
          await call.ask("REFER", "", [
            ["Refer-To", "<sip:+19005550100@x>"],
            ["Contact", phone.contact],
          ])
        ).status,
      ).toBe(403);
      expect((await call.ask("MESSAGE", "hi", [["Content-Type", "text/plain"]])).status).toBe(405);
      expect((await call.ask("OPTIONS")).status).toBe(200);
      expect((await call.ask("INFO", "<x/>", [["Content-Type", "application/media_control+xml"]])).status).toBe(415);
      expect((await call.ask("INVITE", "", [["Contact", phone.contact]])).status).toBe(200);
      await call.bye();
      await far.ended;
      await quiet(rig);
    });

    it("goes on when the far side refuses to change it, and again later", async () => {
      await start();
      const { call, far } = await talking(rig, await registered(rig));
      const anchored = rig.anchor.incoming[0];
      if (anchored === undefined) throw new Error("no call");
      anchored.answers = false;
      const refused = call.hold(40_000);
      await far.held();
      anchored.invite?.answer(488, "Not Acceptable Here");
      expect((await refused).status).toBe(488);
      anchored.answers = true;
      expect((await call.hold(40_000)).status).toBe(200);
      expect((await call.resume(40_000)).status).toBe(200);
      await call.bye();
      await quiet(rig);
    });

    it("to another account rings its phones directly, video and all", async () => {
      await start();
      const [one, two] = [await registered(rig), await registered(rig, "udp", OTHER)];
      const video = `${sdpOf(40_000)}m=video 40002 RTP/AVPF 96\r\na=rtpmap:96 VP8/90000\r\na=rtcp-fb:96 nack pli\r\n`;
      const call = one.dial(OTHER, video);
      const taken = await two.nextCall();
      expect(taken.request.body).toBe(video);
      expect(taken.request.get("From")).toContain(USER);
      await taken.answer(video);
      await call.answered;
      expect(call.remoteSdp).toBe(video);
      await taken.bye();
      expect(await call.ended).toBe("BYE");
      expect(rig.dials()).toBe(0);
      await quiet(rig);
    });
  });

  describe("requests beside calls", () => {
    it("are answered for phones that are registered, and not at all for strangers", async () => {
      await start({ giveUp: millis(500) });
      const stranger = await rig.phone({ user: USER, password: "guess" });
      expect((await stranger.ask(stranger.make("OPTIONS", `sip:${rig.realm}`))).status).toBe(408);
      const phone = await registered(rig);
      const ask = async (method: string, more: readonly (readonly [string, string])[] = []): Promise<number> =>
        (await phone.ask(phone.make(method, `sip:${rig.realm}`, more))).status;
      expect([
        await ask("OPTIONS"),
        await ask("MESSAGE"),
        await ask("SUBSCRIBE", [
          ["Event", "presence"],
          ["Contact", phone.contact],
        ]),
      ]).toEqual([200, 405, 489]);
      expect(await ask("INFO")).toBe(408);
    });

    it("of scanners and of names that no account has get nothing but the server's 100", async () => {
      await start({ giveUp: millis(500) });
      const scanner = await rig.phone({ user: USER, password: "guess", agent: "friendly-scanner" });
      expect((await scanner.register()).status).toBe(408);
      const guessing = await rig.phone({ user: "100", password: "100" });
      expect((await guessing.register()).status).toBe(408);
      const call = guessing.dial("+15550100", sdpOf(40_000));
      await call.status(100);
      expect(rig.edge.dialogs()).toBe(0);
      expect(rig.entries()).toBe(0);
    });

    it("of strangers behind the same address cost a registered phone no call", async () => {
      await start({ t1: millis(500), giveUp: millis(8000) });
      const phone = await registered(rig);
      const stranger = await rig.phone({ user: USER, password: "guess" });
      const flood = (): void => {
        const invite = stranger.make("INVITE", `sip:+15550199@${rig.realm}`, [["Contact", stranger.contact]]);
        stranger.stack.addVia(invite, stranger.options.server);
        stranger.stack.send(invite, stranger.options.server);
      };
      const turn = async (): Promise<void> => await new Promise((resolve) => setImmediate(resolve));
      while (rig.edge.throttled() === 0) {
        for (let count = 0; count < 20; count++) flood();
        await turn();
      }
      const next = rig.nextDial();
      const call = phone.dial("+15550100", sdpOf(40_000));
      let isOver = false;
      const far = Promise.race([next, call.ended.then((reason) => Promise.reject(new Error(reason)))]).finally(() => {
        isOver = true;
      });
      // It goes on as long as the phone waits, so that no pause lets it in.
      while (!isOver) {
        flood();
        await turn();
      }
      (await far).refuse(486);
      expect(await call.ended).toContain("486");
      await quiet(rig);
    });

    it("with an account of its own cannot register in the name of another", async () => {
      await start();
      const phone = await rig.phone({ user: OTHER, password: PASSWORD });
      const request = phone.make("REGISTER", `sip:${rig.realm}`, [
        ["Contact", phone.contact],
        ["Expires", "300"],
      ]);
      request.set("To", `<sip:${USER}@${rig.realm}>`);
      const again = phone.again(request, await phone.ask(request));
      if (again === null) throw new Error("no challenge");
      expect((await phone.ask(again)).status).toBe(401);
      expect(rig.edge.bindings()).toEqual([]);
    });

    it("get 423 for a registration that is too short, and its own contact back otherwise", async () => {
      await start();
      const phone = await rig.phone({ user: USER, password: PASSWORD });
      const short = await phone.register(30);
      expect([short.status, short.get("Min-Expires")]).toEqual([423, "60"]);
      const good = await phone.register(300);
      expect(good.get("Contact")).toBe(`${phone.contact};expires=300`);
    });
  });

  describe("a hundred calls in a row", () => {
    it("leave no dialog and no entry behind", async () => {
      await start();
      const phone = await registered(rig);
      for (let at = 0; at < 50; at++) {
        const { call, far } = await talking(rig, phone);
        await (at % 2 === 0 ? call.bye() : far.hangUp());
        await Promise.all([call.ended, far.ended]);
        const ring = rig.ring(rig.edge.targets(USER), "+15550111");
        const taken = await phone.nextCall();
        if (at % 3 === 0) taken.reject(486);
        else await taken.answer(sdpOf(40_000));
        if (at % 3 !== 0) await ring.answered;
        if (at % 3 !== 0) await taken.bye();
        await ring.ended;
      }
      await quiet(rig);
      await eventually(() => rig.edge.sizes().calls === 0);
      expect(rig.edge.bindings()).toHaveLength(1);
    });
  });
}
