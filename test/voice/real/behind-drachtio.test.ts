// Real Asterisk behind the drachtio edge, with drachtio-server's wire protocol spoken by the simulator (or by the real server where
// NUMBERBOX_TEST_DRACHTIO says where it is, in its own tests), and real phones.

import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { millis, silentLogger } from "../../../src/base/index.ts";
import { systemClock } from "../../../src/base/system-clock.ts";
import { systemRandom } from "../../../src/base/system-random.ts";
import { DrachtioEdge, SrfConnection } from "../../../src/voice/drachtio/index.ts";
import { AriClient, AsteriskGateway, AudioSocketServer, STASIS_APP } from "../../../src/voice/index.ts";
import { AsteriskProcess, asteriskTree } from "../../sim/asterisk/asterisk-process.ts";
import { hasBaresip } from "../../sim/asterisk/baresip.ts";
import { CallStage, PASSWORD } from "../../sim/asterisk/call-stage.ts";
import { freePort } from "../../sim/asterisk/free-ports.ts";
import { until } from "../../sim/asterisk/until.ts";
import { account, event, REALM } from "../../sim/asterisk/voice-rig.ts";
import { DrachtioServer } from "../../sim/drachtio/index.ts";

const able = asteriskTree !== null && hasBaresip;
const why = able ? "" : " (needs Asterisk 22 and baresip: skipped)";
const SECRET = "admin secret";

async function startRig() {
  const common = { clock: systemClock, random: systemRandom, log: silentLogger };
  const server = new DrachtioServer({ clock: systemClock, secret: SECRET, t1: millis(200), giveUp: millis(5000) });
  await server.start();
  const sip = { host: "127.0.0.1", port: server.sipPort };
  const anchor = { host: "127.0.0.1", port: await freePort() };
  const asterisk = await AsteriskProcess.start({
    rtp: 23_300,
    edge: () => ({ kind: "drachtio", port: anchor.port, edgePort: sip.port }),
  });
  const admin = { host: "127.0.0.1", port: server.adminPort, secret: SECRET, clock: systemClock };
  const connect = (signal: AbortSignal) => SrfConnection.open(admin, signal);
  const edge = new DrachtioEdge({ ...common, connect, realm: REALM, domain: REALM, anchor, sip });
  const { user, password } = asterisk.setup.ari;
  const ari = new AriClient({ ...common, url: asterisk.url, user, password, app: STASIS_APP });
  const audio = new AudioSocketServer({ ...common, host: "127.0.0.1", port: 0 });
  const gateway = new AsteriskGateway({ ...common, wire: ari, edge, audio, audioHost: "127.0.0.1:0" });
  await gateway.start();
  await until("the gateway", () => gateway.state().kind === "up");
  const quiet = (): Promise<unknown> =>
    until("the end of all calls", async () => {
      const lists = [
        await ari.request({ method: "GET", path: "channels" }),
        await ari.request({ method: "GET", path: "bridges" }),
      ];
      const left = lists.reduce<number>((sum, list) => sum + (Array.isArray(list) ? list.length : 1), 0);
      return left + gateway.legs() + audio.open + edge.dialogs() === 0;
    });
  return {
    ...{ box: { gateway }, sipPort: sip.port, tlsPort: 0, asterisk, server },
    quiet: () => quiet().then(() => {}),
    stop: async () => {
      await gateway.stop();
      await server.stop();
      await asterisk.stop();
    },
  };
}

describe.skipIf(!able)(`calls over Asterisk behind drachtio${why}`, () => {
  let rig: Awaited<ReturnType<typeof startRig>>;
  let stage: CallStage;

  beforeAll(async () => {
    rig = await startRig();
    stage = new CallStage(rig);
    await rig.box.gateway.setAccounts([account("plain-one", PASSWORD), account("sealed-one", PASSWORD, "sdes")]);
  }, 60_000);

  afterEach(async () => {
    await stage.clear();
  }, 30_000);

  afterAll(async () => {
    await rig?.stop();
  });

  it.each([
    ["in clear", "plain-one", {}, "none"],
    ["with SDES", "sealed-one", { mediaEncryption: "srtp-mand" }, "sdes"],
  ] as const)("work in and out %s", async (_name, user, options, encryption) => {
    const phone = await stage.phone(user, options);
    const modem = stage.modem();
    const incoming = stage.ring(user);
    await event(incoming.events, "answered");
    await incoming.leg.connect(modem);
    await stage.hearEachOther(phone, modem);
    expect(await incoming.leg.quality()).toMatchObject({ encryption });
    phone.hangUp();
    expect(await event(incoming.events, "ended")).toEqual({ type: "ended", cause: "hung_up" });
    modem.forget();
    const outgoing = await stage.dials(phone, "0401234");
    expect([outgoing.leg.user, outgoing.dialled]).toEqual([user, "0401234"]);
    await outgoing.leg.ringing();
    await outgoing.leg.answer();
    await event(outgoing.events, "answered");
    await outgoing.leg.connect(modem);
    await stage.hearEachOther(phone, modem);
    await outgoing.leg.hangUp("hung_up");
    await until("the end at the phone", () => phone.count("CALL_CLOSED") === 2);
  });

  it("give each digit once, and are held and resumed", async () => {
    const phone = await stage.phone("plain-one");
    const modem = stage.modem();
    const { leg, events } = stage.ring("plain-one");
    await event(events, "answered");
    await leg.connect(modem);
    for (const digit of "19#") {
      const before = events.length;
      phone.digits(digit);
      await until(`digit ${digit}`, () => events.length > before);
    }
    expect(events.flatMap((each) => (each.type === "digit" ? [each.digit] : [])).join("")).toBe("19#");
    phone.hold();
    await event(events, "held");
    phone.resume();
    await event(events, "resumed");
    await stage.hearEachOther(phone, modem);
  });

  it("leave nothing behind, 20 in a row", async () => {
    const phone = await stage.phone("plain-one");
    const modem = stage.modem();
    for (let n = 0; n < 20; n++) {
      const { leg, events } = n % 2 === 0 ? stage.ring("plain-one") : await stage.dials(phone, "0401234");
      if (n % 2 === 1) await leg.answer();
      await event(events, "answered");
      await leg.connect(modem);
      if (n % 3 === 0) {
        phone.hangUp();
        await event(events, "ended");
      } else await leg.hangUp("hung_up");
      await rig.quiet();
      await until("the end at the phone", () => phone.count("CALL_CLOSED") === n + 1);
    }
    expect(rig.server.dialogs).toBe(0);
  });

  it("end when Asterisk is killed, at the phone too; the next call works when it is back", async () => {
    const phone = await stage.phone("plain-one");
    const modem = stage.modem();
    const { leg, events } = stage.ring("plain-one");
    await event(events, "answered");
    await leg.connect(modem);
    await rig.asterisk.goDown();
    expect(await event(events, "ended")).toEqual({ type: "ended", cause: "gateway_lost" });
    await rig.asterisk.comeBack();
    await until("the gateway", () => rig.box.gateway.state().kind === "up");
    phone.hangUp();
    await until("the end at the phone", () => phone.heard("CALL_CLOSED"));
    const next = stage.ring("plain-one");
    await event(next.events, "answered");
    await next.leg.connect(modem);
    await stage.hearEachOther(phone, modem);
  });
});
