import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type ErrorCode, millis } from "../../../src/base/index.ts";
import type { DialRequest, PhoneEvent } from "../../../src/core/index.ts";
import { unreachable } from "../../../src/voice/asterisk/ari-errors.ts";
import { contactId } from "../../../src/voice/asterisk/edge-contacts.ts";
import { accountOf, GatewayRig } from "./gateway-rig.ts";

describe("the gateway", () => {
  let rig: GatewayRig;

  beforeEach(async () => {
    rig = await GatewayRig.start();
  });

  afterEach(async () => {
    await rig.stop();
    expect(rig.clock.pending).toEqual([]);
  });

  async function emptied(): Promise<void> {
    for (let turn = 0; turn < 3000 && rig.left() > 0; turn++) await rig.clock.flush(1);
    expect({ ...rig.asterisk.channels, bridges: rig.asterisk.bridges.size, left: rig.left() }).toEqual({
      bridges: 0,
      left: 0,
    });
  }

  it("makes sound when the phone answered, and takes all of it away at the end", async () => {
    const { leg, events, phone } = await rig.talk();
    expect(rig.asterisk.channels.get(phone)?.variables.get("JITTERBUFFER(adaptive)")).toBe("default");
    expect([...(rig.asterisk.bridges.values().next().value ?? [])]).toHaveLength(2);
    expect(rig.modem.attached).toBe(true);
    await leg.hangUp("hung_up");
    expect(events.map(({ type }) => type)).toEqual(["answered", "ended"]);
    expect(rig.modem.attached).toBe(false);
    await emptied();
  });

  it("hides who calls when the number is withheld, and says it otherwise", async () => {
    rig.gateway.ring({ user: "u1", from: null });
    rig.gateway.ring({ user: "u1", from: "+4915550100" });
    rig.gateway.ring({ user: "u1", from: '"> <sip:evil' });
    await rig.flush();
    const said = [...rig.asterisk.channels.values()].map(({ variables }) => variables);
    expect(said.map((variables) => variables.get("callerId"))).toEqual([
      "anonymous",
      '"+4915550100" <+4915550100>',
      '"sipevil" <sipevil>',
    ]);
    expect(said.map((variables) => variables.get("CALLERID(pres)"))).toEqual(["prohib", undefined, undefined]);
  });

  it.each([
    ["the sound cannot be made", /externalMedia/, "voice.media_failed"],
    ["the bridge cannot be made", /POST bridges$/, "voice.media_failed"],
    ["the bridge takes nobody", /addChannel/, "voice.media_failed"],
    ["the jitter buffer is refused", /variable/, "voice.media_failed"],
  ])("says so and leaves no half of it when %s", async (_name, match, code) => {
    const { leg } = rig.ring();
    await rig.flush();
    const [phone = ""] = [...rig.asterisk.channels.keys()];
    rig.asterisk.phoneAnswers(phone);
    rig.asterisk.fail(match, "voice.ari_failed");
    await expect(rig.within(leg.connect(rig.modem))).rejects.toMatchObject({ code });
    expect(rig.modem.attached).toBe(false);
    await leg.hangUp("failed");
    await emptied();
  });

  it.each([/variable/, /externalMedia/, /POST bridges$/, /addChannel/])(
    "finds at each step whether the phone is still there (%s)",
    async (match) => {
      const { leg, events } = rig.ring();
      await rig.flush();
      const [phone = ""] = [...rig.asterisk.channels.keys()];
      rig.asterisk.phoneAnswers(phone);
      rig.asterisk.fail(match, () => rig.asterisk.phoneGoes(phone, 16));
      await expect(rig.within(leg.connect(rig.modem))).rejects.toMatchObject({ code: "voice.leg_gone" });
      expect(events.at(-1)).toEqual({ type: "ended", cause: "hung_up" });
      await emptied();
    },
  );

  it("ends the call when Asterisk closes its sound", async () => {
    const { events } = await rig.talk();
    for (const channel of rig.asterisk.channels.values()) channel.socket?.destroy();
    for (let turn = 0; turn < 3000 && events.length < 2; turn++) await rig.clock.flush(1);
    expect(events.at(-1)).toEqual({ type: "ended", cause: "gateway_lost" });
    await emptied();
  });

  it("hangs up a phone whose ringing was given up before Asterisk had begun it", async () => {
    let begin = (): void => {};
    const wait = new Promise<void>((resolve) => {
      begin = resolve;
    });
    rig.asterisk.fail(/POST channels$/, () => wait);
    const { leg, events } = rig.ring();
    await rig.flush();
    await leg.hangUp("cancelled");
    begin();
    await emptied();
    expect(events).toEqual([{ type: "ended", cause: "cancelled" }]);
  });

  it("is told when Asterisk would not ring, and hangs up what it may have begun all the same", async () => {
    for (const code of ["voice.ari_failed", "voice.ari_timeout"] as const satisfies readonly ErrorCode[]) {
      rig.asterisk.fail(/POST channels$/, code);
      const { events } = rig.ring();
      await rig.flush();
      expect(events).toEqual([{ type: "ended", cause: "congested" }]);
      expect(rig.asterisk.requests.at(-1)).toMatch(/^DELETE channels\/nb-/);
    }
    await emptied();
  });

  it("ends all calls when Asterisk is lost, rings nobody meanwhile, and says when it is back", async () => {
    const states: string[] = [];
    rig.gateway.onState((state) => states.push(state.kind));
    const { events } = await rig.talk();
    rig.asterisk.die();
    expect(events.at(-1)).toEqual({ type: "ended", cause: "gateway_lost" });
    expect(rig.modem.attached).toBe(false);
    const refused = rig.ring();
    await rig.flush();
    expect(refused.events).toEqual([{ type: "ended", cause: "gateway_lost" }]);
    rig.asterisk.come();
    await rig.flush();
    // First Asterisk is away, then the accounts are not there yet.
    expect(states).toEqual(["down", "down", "up"]);
    expect(rig.gateway.legs()).toBe(0);
  });

  it("says that it is down when the edge alone is", async () => {
    const states: string[] = [];
    rig.gateway.onState((state) => states.push(state.kind));
    await rig.edge.stop();
    await rig.clock.advance(millis(1000));
    expect(states).toEqual(["down"]);
    const { events } = rig.ring();
    await rig.flush();
    expect(events).toEqual([{ type: "ended", cause: "gateway_lost" }]);
  });

  it("clears away what an earlier run left before it says that it is up, and goes on trying", async () => {
    rig.asterisk.die();
    rig.asterisk.leave("nb-old-1");
    rig.asterisk.leave("1600000.7");
    rig.asterisk.fail(/GET channels$/, "voice.ari_failed");
    rig.asterisk.come();
    await rig.flush();
    expect(rig.gateway.state()).toMatchObject({ kind: "down", code: "voice.starting" });
    await rig.clock.advance(millis(2000));
    await rig.flush();
    expect(rig.gateway.state().kind).toBe("up");
    expect(rig.asterisk.channels.size).toBe(0);
    // The bridge of a channel with a name of Asterisk's own is not ours.
    expect([...rig.asterisk.bridges.keys()]).toEqual(["1600000.7-b"]);
    rig.asterisk.bridges.clear();
  });

  it("looks every minute, and takes what was an orphan twice; never a call", async () => {
    const { phone } = await rig.talk();
    rig.asterisk.leave("nb-lost-1");
    await rig.clock.advance(millis(60_000));
    expect(rig.asterisk.channels.has("nb-lost-1")).toBe(true);
    await rig.clock.advance(millis(60_000));
    expect(rig.asterisk.channels.has("nb-lost-1")).toBe(false);
    expect(rig.asterisk.channels.has(phone)).toBe(true);
  });

  it("plays nothing when the leg is over, and stops what it plays when it ends", async () => {
    const { leg } = await rig.talk();
    const said = leg.play("warning");
    await rig.flush();
    for (let i = 0; i < 3; i++) rig.modem.say(0);
    await leg.hangUp("no_credit");
    await rig.within(said);
    await leg.play("busy");
    await emptied();
  });

  it("tells quality in our units, and null when the phone is gone", async () => {
    const { leg, phone } = await rig.talk();
    const variables = rig.asterisk.channels.get(phone)?.variables;
    variables?.set("CHANNEL(audionativeformat)", "(opus)").set("CHANNEL(rtp,secure,audio)", "0");
    expect(await leg.quality()).toEqual({
      ...{ codec: "opus", encryption: "none", lost: { received: 1, sent: 2 } },
      ...{ jitter: 4, roundTrip: 50 },
    });
    rig.asterisk.fail(/rtp_statistics/, "voice.ari_gone");
    expect(await leg.quality()).toBeNull();
  });

  describe("a phone that dials", () => {
    let requests: (DialRequest & { readonly events: PhoneEvent[] })[];

    beforeEach(() => {
      requests = [];
      rig.gateway.onDial((request) => {
        const events: PhoneEvent[] = [];
        request.leg.onEvent((event) => events.push(event));
        requests.push({ ...request, events });
      });
    });

    it("is told of with account and number, cut to 64 characters", async () => {
      const phone = rig.asterisk.phoneDials("u1", "5".repeat(100));
      await rig.flush();
      expect(requests.map(({ leg, dialled }) => [leg.user, dialled])).toEqual([["u1", "5".repeat(64)]]);
      await requests[0]?.leg.hangUp("blocked");
      expect(rig.asterisk.dropped.get(phone)).toBe(21);
      await emptied();
    });

    it("is one call, however late Asterisk tells of it again", async () => {
      const phone = rig.asterisk.phoneDials("u1", "123");
      await rig.flush();
      await requests[0]?.leg.hangUp("blocked");
      await emptied();
      const dialplan = { exten: "123", app_name: "Stasis", app_data: "numberbox,dial" };
      const channel = { id: phone, name: "PJSIP/u1-0000000a", state: "Ring", dialplan };
      rig.asterisk.tell({ type: "StasisStart", channel, args: ["dial"] });
      await rig.flush();
      expect(requests).toHaveLength(1);
      // A refused one is not refused twice, either.
      const stranger = rig.asterisk.phoneDials("stranger", "123", "1700000.9");
      await rig.flush();
      const asked = rig.asterisk.requests.length;
      rig.asterisk.emit("StasisStart", stranger, { args: ["dial"] });
      await rig.flush();
      expect(rig.asterisk.requests.slice(asked)).toEqual([]);
    });

    it("and does not speak when it was answered has not got the call: it never counts, and ends as Asterisk says", async () => {
      rig.asterisk.speaking = false;
      const phone = rig.asterisk.phoneDials("u1", "123");
      await rig.flush();
      await requests[0]?.leg.answer();
      await rig.clock.advance(millis(30_000));
      expect(requests[0]?.events).toEqual([]);
      rig.asterisk.phoneGoes(phone, 44);
      expect(requests[0]?.events).toEqual([{ type: "ended", cause: "media_timeout" }]);
      await emptied();
    });

    it("of no account is refused, and so is one that comes while the gateway is not ready", async () => {
      const stranger = rig.asterisk.phoneDials("stranger", "123");
      await rig.flush();
      expect(rig.asterisk.dropped.get(stranger)).toBe(21);
      expect(requests).toEqual([]);
      await emptied();
    });

    it("hears ringing, sound before the answer, the answer; digits and hold come through", async () => {
      const phone = rig.asterisk.phoneDials("u1", "123");
      await rig.flush();
      const [{ leg, events } = { leg: null, events: [] }] = requests;
      await leg?.ringing();
      if (leg !== null) await rig.within(leg.openEarly(rig.modem));
      expect(rig.modem.attached).toBe(true);
      await leg?.answer();
      await leg?.answer();
      expect(events).toEqual([]);
      await rig.clock.advance(millis(100));
      rig.asterisk.emit("ChannelDtmfReceived", phone, { digit: "7", duration_ms: 100 });
      rig.asterisk.emit("ChannelHold", phone);
      rig.asterisk.emit("ChannelUnhold", phone);
      rig.asterisk.phoneGoes(phone, 44);
      expect(events).toEqual([
        { type: "answered" },
        { type: "digit", digit: "7" },
        { type: "held" },
        { type: "resumed" },
        { type: "ended", cause: "media_timeout" },
      ]);
      const wanted = ["ring", "progress", "answer"].map((what) => `POST channels/${phone}/${what}`);
      expect(rig.asterisk.requests.filter((text) => wanted.includes(text))).toEqual(wanted);
      await emptied();
    });

    it("that hangs up while it is answered is gone for whoever answers", async () => {
      const phone = rig.asterisk.phoneDials("u1", "123");
      await rig.flush();
      rig.asterisk.fail(/answer/, () => rig.asterisk.phoneGoes(phone, 16));
      const [{ leg, events } = { leg: null, events: [] }] = requests;
      await expect(leg?.answer()).rejects.toMatchObject({ code: "voice.leg_gone" });
      expect(events).toEqual([{ type: "ended", cause: "cancelled" }]);
      await expect(leg?.openEarly(rig.modem)).rejects.toMatchObject({ code: "voice.leg_gone" });
      await emptied();
    });
  });
});

describe("the edge of Asterisk itself", () => {
  let rig: GatewayRig;

  beforeEach(async () => {
    rig = await GatewayRig.start();
  });

  afterEach(async () => {
    await rig.stop();
  });

  const objects = (): string[] => [...rig.asterisk.objects.keys()].filter((key) => !key.startsWith("contact/")).sort();

  it("gives each account three objects, replaces them as a whole, and ends registrations with the credential", async () => {
    expect(objects()).toEqual(["aor/u1", "auth/u1", "endpoint/u1"]);
    expect(rig.gateway.bindings()).toMatchObject([{ user: "u1", agent: "a phone", transport: "udp" }]);
    await rig.gateway.setAccounts([accountOf("u1", "b")]);
    expect(rig.asterisk.objects.get("auth/u1")?.get("password_digest")).toBe(`MD5:${"b".repeat(32)}`);
    expect(rig.gateway.bindings()).toEqual([]);
    await rig.gateway.setAccounts([]);
    expect(rig.asterisk.objects.size).toBe(0);
  });

  it("touches nothing of an account that did not change", async () => {
    const before = rig.asterisk.requests.length;
    await rig.gateway.setAccounts([accountOf("u1")]);
    expect(rig.asterisk.requests.slice(before)).toEqual([]);
  });

  it("does again what failed half-way, without the account staying open meanwhile", async () => {
    rig.asterisk.fail(/PUT .*endpoint/, "voice.ari_failed");
    await expect(rig.gateway.setAccounts([accountOf("u1", "c")])).rejects.toMatchObject({ code: "voice.edge_down" });
    expect(objects()).not.toContain("endpoint/u1");
    await rig.clock.advance(millis(2000));
    await rig.flush();
    expect(rig.asterisk.objects.get("auth/u1")?.get("password_digest")).toBe(`MD5:${"c".repeat(32)}`);
    expect(objects()).toContain("endpoint/u1");
  });

  it("does at once again what only a connection that closed has stopped", async () => {
    const closed = (): never => {
      throw unreachable(new Error("other side closed"));
    };
    rig.asterisk.fail(/PUT .*endpoint/, closed);
    await rig.gateway.setAccounts([accountOf("u1", "c")]);
    expect(objects()).toEqual(["aor/u1", "auth/u1", "endpoint/u1"]);
    rig.asterisk.fail(/PUT .*endpoint/, closed, 2);
    await expect(rig.gateway.setAccounts([accountOf("u1", "d")])).rejects.toThrow(/\(voice\.ari_unreachable\)/);
  });

  it("takes accounts while Asterisk is away, and gives them to it when it is back", async () => {
    rig.asterisk.die();
    await expect(rig.gateway.setAccounts([accountOf("u2")])).rejects.toMatchObject({
      code: "voice.edge_down",
      retryable: true,
    });
    rig.asterisk.come();
    await rig.flush();
    expect(objects()).toEqual(["aor/u2", "auth/u2", "endpoint/u2"]);
  });

  it("ends a registration of nobody's account that comes after the account went", async () => {
    await rig.gateway.setAccounts([]);
    rig.register("u1", "sip:u1@192.0.2.9:5060");
    await rig.flush();
    expect(rig.asterisk.objects.size).toBe(0);
  });

  it("asks at the end of a registration whether it was renewed", async () => {
    const uri = "sip:u1@192.0.2.1:5060";
    const contact = rig.asterisk.objects.get(`contact/${contactId("u1", uri)}`);
    const end = Number(contact?.get("expiration_time"));
    contact?.set("expiration_time", String(end + 300));
    await rig.clock.advance(millis(303_000));
    expect(rig.gateway.bindings()).toHaveLength(1);
    await rig.clock.advance(millis(303_000));
    expect(rig.gateway.bindings()).toEqual([]);
  });

  it("rings each phone by its own address", () => {
    rig.register("u1", "sip:u1@192.0.2.2:40000;transport=tls");
    return rig.flush().then(() => {
      expect(rig.edge.targets("u1").map(({ endpoint }) => endpoint)).toEqual([
        "PJSIP/u1/sip:u1@192.0.2.1:5060",
        "PJSIP/u1/sip:u1@192.0.2.2:40000;transport=tls",
      ]);
      expect(rig.gateway.bindings().map(({ transport }) => transport)).toEqual(["udp", "tls"]);
      expect(rig.edge.targets("u2")).toEqual([]);
    });
  });

  it("settles who waits for it when it is stopped", async () => {
    const waiting = rig.edge.start(new AbortController().signal);
    await rig.edge.stop();
    await rig.edge.stop();
    await Promise.race([waiting.catch(() => {}), rig.flush()]);
    expect(rig.edge.up()).toMatchObject({ up: false });
  });
});
