// What the drachtio edge does when something goes wrong, and with requests that phones send beside calls. Over the in-process server,
// with its timers made short.

import { afterEach, describe, expect, it } from "vitest";
import { millis } from "../../../src/base/index.ts";
import { type PhoneCall, sdpOf } from "../../sim/sip/phone-call.ts";
import type { SipPhone } from "../../sim/sip/sip-phone.ts";
import { DrachtioRig, type DrachtioRigOptions } from "../drachtio-rig.ts";
import { accountFor, type DialledCall, eventually, PASSWORD } from "../edge-contract.ts";

const USER = "renter0001";
let rig: DrachtioRig;

async function start(options: DrachtioRigOptions = {}): Promise<void> {
  rig = await DrachtioRig.open(options);
  await rig.edge.setAccounts([accountFor(USER, rig.realm), accountFor("renter0002", rig.realm)]);
}
async function registered(transport: "udp" | "tcp" = "udp", user = USER): Promise<SipPhone> {
  const phone = await rig.phone({ user, password: PASSWORD, transport });
  expect((await phone.register()).status).toBe(200);
  return phone;
}
async function talking(phone: SipPhone): Promise<{ readonly call: PhoneCall; readonly far: DialledCall }> {
  const next = rig.nextDial();
  const call = phone.dial("+15550100", sdpOf(40_000));
  const far = await next;
  await far.answer();
  await call.answered;
  return { call, far };
}
const quiet = (): Promise<void> => eventually(() => rig.edge.dialogs() === 0);

afterEach(() => rig.close());

describe("the server dies in mid-call and comes back", () => {
  it("and the edge lets go of the call, rings nobody meanwhile, knows UDP phones still, and TCP phones no more", async () => {
    await start();
    const [udp, tcp] = [await registered("udp"), await registered("tcp")];
    await talking(udp);
    const ups: string[] = [];
    rig.edge.onUp(() => ups.push("up"));
    await rig.server?.stop();
    await eventually(() => !rig.edge.up().up);
    expect(rig.edge.up()).toMatchObject({ up: false, code: "voice.edge_down" });
    await quiet();
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
    await quiet();
  });

  it("while phones ring, which is over then", async () => {
    await start();
    const phone = await registered();
    rig.ring(rig.edge.targets(USER), "+15550111");
    (await phone.nextCall()).ring();
    await rig.server?.stop();
    await quiet();
    await rig.server?.start();
  });
});

describe("the connection to the server breaks in mid-call", () => {
  it("and both sides hear that the call is over as soon as it is back", async () => {
    await start();
    const { call, far } = await talking(await registered());
    expect(rig.server?.dialogs).toBe(2);
    rig.server?.dropApps();
    await quiet();
    expect(await call.ended).toBe("BYE");
    expect(await far.ended).toBe("BYE");
    expect(rig.server?.dialogs).toBe(0);
    const again = await talking(await registered());
    await again.call.bye();
    await again.far.ended;
    await quiet();
  });

  it("and stays away for a while: phones hear 503, nothing throws", async () => {
    await start();
    const phone = await registered();
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
    const phone = await registered();
    rig.server?.slow(millis(30));
    const { call, far } = await talking(phone);
    await call.bye();
    await far.ended;
    const quick = phone.dial("+15550100", sdpOf(40_000));
    await quick.status(407);
    await quick.status(100);
    quick.cancel();
    expect(await quick.ended).toMatch(/refused 4(07|87)/);
    await quiet();
    await eventually(() => rig.server?.dialogs === 0);
  });
});

describe("phones that are not there", () => {
  it("are forgotten when nothing at all comes back, and the caller hears that nobody is there", async () => {
    await start({ giveUp: millis(600) });
    const phone = await registered();
    phone.stack.sockets.deaf = true;
    const call = rig.ring(rig.edge.targets(USER), "+15550111");
    expect(await call.ended).toBe("refused 408");
    expect(rig.edge.targets(USER)).toEqual([]);
    await quiet();
  });

  it("ring for so long and no longer, and stay registered", async () => {
    await start({ ringLimit: millis(300) });
    const phone = await registered();
    const call = rig.ring(rig.edge.targets(USER), "+15550111");
    const taken = await phone.nextCall();
    taken.ring();
    expect(await call.ended).toBe("refused 408");
    expect(await taken.ended).toBe("cancelled");
    expect(rig.edge.targets(USER)).toHaveLength(1);
    await quiet();
  });

  it("whose connection is gone are forgotten when they are rung", async () => {
    await start();
    const phone = await registered("tcp");
    await phone.close();
    const call = rig.ring(rig.edge.targets(USER), "+15550111");
    expect(await call.ended).toMatch(/refused (503|408)/);
    expect(rig.edge.bindings()).toEqual([]);
    await quiet();
  });

  it("that never acknowledge the call they dialled lose it, on both sides", async () => {
    await start({ giveUp: millis(600) });
    const next = rig.nextDial();
    const phone = await registered();
    const call = phone.dial("+15550100", sdpOf(40_000));
    call.acks = false;
    const far = await next;
    void far.answer();
    await far.ended;
    expect((await call.next("BYE")).get("Reason")).toContain("ACK timeout");
    await quiet();
  });

  it("are none: the caller hears 480", async () => {
    await start();
    const phone = await registered();
    const targets = rig.edge.targets(USER);
    await phone.register(0);
    expect(await rig.ring(targets, "+15550111").ended).toBe("refused 480");
    await quiet();
  });
});

describe("forking", () => {
  it("tells the phones that lost that the call was taken elsewhere", async () => {
    await start();
    const [one, two] = [await registered(), await registered()];
    const call = rig.ring(rig.edge.targets(USER), "+15550111");
    const [first, second] = [await one.nextCall(), await two.nextCall()];
    first.ring();
    second.ring();
    await first.answer(sdpOf(40_000));
    expect((await second.next("CANCEL")).get("Reason")).toBe('SIP;cause=200;text="Call completed elsewhere"');
    await call.answered;
    await first.bye();
    await call.ended;
    await quiet();
  });

  it("goes on with the others when one is busy, and stops for all when one declines", async () => {
    await start();
    const [one, two] = [await registered(), await registered()];
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
    await quiet();
  });

  it("ends the dialog of a phone that answered at the same moment", async () => {
    await start();
    const [one, two] = [await registered(), await registered()];
    rig.server?.slow(millis(20));
    const call = rig.ring(rig.edge.targets(USER), "+15550111");
    const [first, second] = [await one.nextCall(), await two.nextCall()];
    void first.answer(sdpOf(40_000));
    void second.answer(sdpOf(40_000));
    await call.answered;
    await Promise.race([first.ended, second.ended]);
    await call.hangUp();
    expect(await Promise.all([first.ended, second.ended])).toEqual(["BYE", "BYE"]);
    await quiet();
    await eventually(() => rig.server?.dialogs === 0);
  });
});

describe("a phone's call", () => {
  it.each([
    ["plain", "none"],
    ["sdes", "sdes"],
    ["dtls", "dtls"],
  ] as const)("with %s sound comes to Asterisk as %s, without any header of its own", async (media, encryption) => {
    await start();
    const phone = await registered();
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
    await quiet();
  });

  it("without sound, or to what is no number, is refused here", async () => {
    await start();
    const phone = await registered();
    expect(await phone.dial("+15550100", "").ended).toBe("refused 488");
    expect(await phone.dial("+15550100", sdpOf(4000).replace("m=audio", "m=video")).ended).toBe("refused 488");
    expect(await phone.dial("1%0d%0aX", sdpOf(4000)).ended).toBe("refused 484");
    expect(rig.dials()).toBe(0);
    await quiet();
  });

  it("carries early media of the far side, is not transferred, and answers what comes beside it", async () => {
    await start();
    const phone = await registered();
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
    await quiet();
  });

  it("goes on when the far side refuses to change it, and again later", async () => {
    await start();
    const { call, far } = await talking(await registered());
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
    await quiet();
  });

  it("to another account rings its phones directly, video and all", async () => {
    await start();
    const [one, two] = [await registered(), await registered("udp", "renter0002")];
    const video = `${sdpOf(40_000)}m=video 40002 RTP/AVPF 96\r\na=rtpmap:96 VP8/90000\r\na=rtcp-fb:96 nack pli\r\n`;
    const call = one.dial("renter0002", video);
    const taken = await two.nextCall();
    expect(taken.request.body).toBe(video);
    expect(taken.request.get("From")).toContain(USER);
    await taken.answer(video);
    await call.answered;
    expect(call.remoteSdp).toBe(video);
    await taken.bye();
    expect(await call.ended).toBe("BYE");
    expect(rig.dials()).toBe(0);
    await quiet();
  });
});

describe("requests beside calls", () => {
  it("are answered for phones that are registered, and not at all for strangers", async () => {
    await start({ giveUp: millis(500) });
    const stranger = await rig.phone({ user: USER, password: "guess" });
    expect((await stranger.ask(stranger.make("OPTIONS", `sip:${rig.realm}`))).status).toBe(408);
    const phone = await registered();
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

  it("with an account of its own cannot register in the name of another", async () => {
    await start();
    const phone = await rig.phone({ user: "renter0002", password: PASSWORD });
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
    const phone = await registered();
    for (let at = 0; at < 50; at++) {
      const { call, far } = await talking(phone);
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
    await quiet();
    await eventually(() => rig.server?.dialogs === 0);
    await eventually(() => rig.edge.sizes().calls === 0);
    expect(rig.edge.bindings()).toHaveLength(1);
  });
});
