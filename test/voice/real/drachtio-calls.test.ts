// Real phones at drachtio with the real Asterisk behind it: heard and counted. Over the in-process drachtio-server always, over the real
// one where NUMBERBOX_TEST_DRACHTIO says where it is.

import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { asteriskTree } from "../../sim/asterisk/asterisk-process.ts";
import { hasBaresip } from "../../sim/asterisk/baresip.ts";
import { CallStage, PASSWORD } from "../../sim/asterisk/call-stage.ts";
import { DrachtioVoiceRig } from "../../sim/asterisk/drachtio-voice-rig.ts";
import { until } from "../../sim/asterisk/until.ts";
import { account, event } from "../../sim/asterisk/voice-rig.ts";
import { type RealServer, realServer } from "../drachtio-rig.ts";

const able = asteriskTree !== null && hasBaresip;
const why = able ? "" : " (needs Asterisk 22 and baresip: skipped)";
const real = realServer();
const servers: readonly (readonly [string, number, RealServer | null])[] = [
  ["in-process server", 24_000, null],
  ...(real === null ? [] : ([["real server", 24_200, real]] as const)),
];

describe.skipIf(!able).each(servers)(`calls over drachtio (%s) and Asterisk${why}`, (_name, rtp, server) => {
  let rig: DrachtioVoiceRig;
  let stage: CallStage;

  beforeAll(async () => {
    rig = await DrachtioVoiceRig.start(rtp, server);
    stage = new CallStage(rig);
    await rig.up();
    await rig.box.gateway.setAccounts([
      account("renter-plain", PASSWORD),
      account("renter-sealed", PASSWORD, "sdes"),
      account("renter-keyed", PASSWORD, "dtls"),
    ]);
  }, 60_000);

  afterEach(async () => {
    await stage.clear();
  }, 30_000);

  afterAll(async () => {
    await rig?.stop();
  });

  it.each([
    ["UDP", "renter-plain", {}, "none"],
    ["TCP", "renter-plain", { transport: "tcp" }, "none"],
    ["TLS and SDES", "renter-sealed", { transport: "tls", mediaEncryption: "srtp-mand" }, "sdes"],
  ] as const)("work in and out over %s, and both sides hear each other", async (_name, user, options, encryption) => {
    const phone = await stage.phone(user, options);
    const modem = stage.modem();
    const incoming = stage.ring(user);
    await event(incoming.events, "answered");
    await incoming.leg.connect(modem);
    await stage.hearEachOther(phone, modem);
    await until("encryption", async () => (await incoming.leg.quality())?.encryption === encryption);
    await incoming.leg.hangUp("hung_up");
    await until("the end at the phone", () => phone.heard("CALL_CLOSED"));
    modem.forget();
    const outgoing = await stage.dials(phone, "+4915550123");
    expect([outgoing.leg.user, outgoing.dialled]).toEqual([user, "+4915550123"]);
    await outgoing.leg.ringing();
    await until("ringing at the phone", () => phone.heard("CALL_RINGING"));
    await outgoing.leg.answer();
    await event(outgoing.events, "answered");
    await outgoing.leg.connect(modem);
    await stage.hearEachOther(phone, modem);
    phone.hangUp();
    expect(await event(outgoing.events, "ended")).toEqual({ type: "ended", cause: "hung_up" });
  });

  it("work in with DTLS", async () => {
    const phone = await stage.phone("renter-keyed", { mediaEncryption: "dtls_srtp" });
    const modem = stage.modem();
    const { leg, events } = stage.ring("renter-keyed");
    await event(events, "answered");
    await leg.connect(modem);
    await stage.hearEachOther(phone, modem);
    await until("encryption", async () => (await leg.quality())?.encryption === "dtls");
  });

  it("give each digit once", async () => {
    const phone = await stage.phone("renter-plain");
    const { leg, events } = stage.ring("renter-plain");
    await event(events, "answered");
    await leg.connect(stage.modem());
    for (const digit of "15*#") {
      const before = events.length;
      phone.digits(digit);
      await until(`digit ${digit}`, () => events.length > before);
      expect(events.slice(before)).toEqual([{ type: "digit", digit }]);
    }
  });

  it("ring two phones, of which one takes it", async () => {
    const [first, second] = [
      await stage.phone("renter-plain", { answers: "manual" }),
      await stage.phone("renter-plain", { transport: "tls" }),
    ];
    const { events } = stage.ring("renter-plain");
    await event(events, "answered");
    await until("the end at the other phone", () => first.heard("CALL_CLOSED"));
    expect(second.heard("CALL_CLOSED")).toBe(false);
  });
});
