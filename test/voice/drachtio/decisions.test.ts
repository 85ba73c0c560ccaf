// The edge's small decisions, as tables.

import { describe, expect, it } from "vitest";
import { millis, Secret, seconds } from "../../../src/base/index.ts";
import { callerOf, isDialable, planToAnchor, planToPhone } from "../../../src/voice/drachtio/call-headers.ts";
import { type DrachtioSetup, drachtioConf } from "../../../src/voice/drachtio/drachtio-conf.ts";
import { bestRefusal, safeReason } from "../../../src/voice/drachtio/fork-outcome.ts";
import { offeredEncryption } from "../../../src/voice/drachtio/offer-media.ts";
import { type ScreenInput, type ScreenRules, screen } from "../../../src/voice/drachtio/screen.ts";
import { sourceOf, Throttle } from "../../../src/voice/drachtio/throttle.ts";
import { sdpOf } from "../../sim/sip/phone-call.ts";
import { VirtualClock } from "../../sim/virtual-clock.ts";

describe("the first look at a request", () => {
  const rules: ScreenRules = {
    isAnchor: ({ address, port }) => address === "127.0.0.1" && port === 5070,
    accountShape: /^[a-z0-9]{8,}$/,
    knows: (address: string) => address === "198.51.100.7",
  };
  const ask = (more: Partial<ScreenInput>): string => {
    const source = { transport: "udp", address: "198.51.100.7", port: 5060 } as const;
    const verdict = screen(
      {
        method: "INVITE",
        uri: "sip:1@box",
        from: "<sip:renter0001@box>;tag=1",
        to: "<sip:renter0001@box>",
        agent: "Linphone",
        source,
        ...more,
      },
      rules,
    );
    return verdict.kind === "answer" ? String(verdict.status) : verdict.kind;
  };
  const elsewhere = { transport: "udp", address: "203.0.113.5", port: 5060 } as const;
  const anchor = { transport: "udp", address: "127.0.0.1", port: 5070 } as const;

  it.each<[string, Partial<ScreenInput>, string]>([
    ["a renter's REGISTER", { method: "REGISTER" }, "register"],
    ["a renter's INVITE", {}, "invite"],
    ["of a name that no account has", { from: "<sip:100@box>;tag=1" }, "drop"],
    ["REGISTER of such a name", { method: "REGISTER", to: "<sip:admin@box>" }, "drop"],
    ["without a From", { from: undefined }, "drop"],
    ["with a From that is none", { from: "<sip:a\r\nb@c>" }, "drop"],
    ["of friendly-scanner", { agent: "friendly-scanner" }, "drop"],
    ["of sipvicious, in other letters", { agent: "SIPVicious 0.3" }, "drop"],
    ["OPTIONS of a phone that is registered", { method: "OPTIONS" }, "200"],
    ["OPTIONS of a stranger", { method: "OPTIONS", source: elsewhere }, "drop"],
    ["SUBSCRIBE of a phone", { method: "SUBSCRIBE" }, "489"],
    ["SUBSCRIBE of a stranger", { method: "SUBSCRIBE", source: elsewhere }, "drop"],
    ["MESSAGE of a phone", { method: "MESSAGE" }, "405"],
    ["PUBLISH of a phone", { method: "PUBLISH" }, "405"],
    ["NOTIFY without a dialog", { method: "NOTIFY" }, "drop"],
    ["INFO without a dialog", { method: "INFO" }, "drop"],
    ["REFER without a dialog", { method: "REFER" }, "drop"],
    ["Asterisk's INVITE", { source: anchor, from: '"x" <sip:gsm@127.0.0.1>', agent: "anchor" }, "anchor"],
    ["Asterisk's OPTIONS", { source: anchor, method: "OPTIONS" }, "200"],
    ["Asterisk's REGISTER, which it never sends", { source: anchor, method: "REGISTER" }, "drop"],
    ["of Asterisk's address over TCP", { source: { ...anchor, transport: "tcp" } }, "invite"],
    ["of Asterisk's host at another port", { source: { ...anchor, port: 5071 } }, "invite"],
  ])("%s: %j is %s", (_name, more, expected) => {
    expect(ask(more)).toBe(expected);
  });
});

describe("what an offer says of encryption", () => {
  it.each([
    [sdpOf(4000), "none"],
    [sdpOf(4000, "sdes"), "sdes"],
    [sdpOf(4000, "dtls"), "dtls"],
    [sdpOf(4000, "dtls").replace("UDP/TLS/RTP/SAVPF", "UDP/TLS/RTP/SAVP"), "dtls"],
    [sdpOf(4000, "dtls").replace("UDP/TLS/RTP/SAVPF", "RTP/SAVPF"), "dtls"],
    [sdpOf(4000, "sdes").replace("RTP/SAVP", "RTP/AVP"), "sdes"],
    [sdpOf(4000).replace("m=audio", "m=video"), null],
    [sdpOf(4000).replace("RTP/AVP", "udptl"), null],
    ["", null],
    ["m=audio", null],
  ])("%j", (sdp, expected) => {
    expect(offeredEncryption(sdp)).toBe(expected);
  });
});

describe("a call that no phone took", () => {
  it.each([
    [[], 480],
    [[408, 486], 486],
    [[486, 603], 603],
    [[408, 408], 408],
    [[480, 404], 480],
    [[500, 408], 408],
    [[401], 480],
    [[302], 480],
    [[503], 503],
  ])("%j is told as %s", (statuses, expected) => {
    expect(bestRefusal(statuses)).toBe(expected);
  });

  it.each([
    ["Q.850;cause=16", "Q.850;cause=16"],
    ['SIP ;cause=200;text="x"', 'SIP ;cause=200;text="x"'],
    ["Q.850;cause=16\r\nX-Account: a", undefined],
    ["anything", undefined],
    [`SIP;${"a".repeat(300)}`, undefined],
    [undefined, undefined],
  ])("the reason %j goes on as %j", (reason, expected) => {
    expect(safeReason(reason)).toBe(expected);
  });
});

describe("INVITEs of the edge", () => {
  it("go to Asterisk with account and encryption", () => {
    const plan = planToAnchor({ host: "127.0.0.1", port: 5070 }, "box.example", {
      user: "renter0001",
      dialled: "*100#",
      encryption: "sdes",
      sdp: "v=0",
    });
    expect(plan).toMatchObject({
      uri: "sip:*100%23@127.0.0.1:5070;transport=udp",
      headers: { From: "<sip:renter0001@box.example>", "X-Account": "renter0001", "X-Media": "sdes" },
    });
  });

  it("go to a phone the way that its REGISTER came", () => {
    const binding = {
      user: "renter0001",
      key: "k",
      uri: "sip:renter0001@192.168.1.5:5060;transport=tls",
      source: { transport: "tls", address: "2001:db8::7", port: 50_123 },
      agent: null,
      expiresAt: seconds(1),
      callId: "c",
      cseq: 1,
    } as const;
    expect(planToPhone(binding, "<sip:x@y>", "box.example", "v=0")).toMatchObject({
      uri: binding.uri,
      proxy: "sip:[2001:db8::7]:50123;transport=tls;lr",
      headers: { From: "<sip:x@y>", To: "<sip:renter0001@box.example>" },
    });
  });

  it.each([
    ['"+15550111" <sip:+15550111@127.0.0.1>', undefined, '"+15550111" <sip:+15550111@box.example>'],
    [undefined, "<sip:+15550111@127.0.0.1>;tag=1", '"+15550111" <sip:+15550111@box.example>'],
    [undefined, '"Anonymous" <sip:anonymous@anonymous.invalid>;tag=1', '"Anonymous" <sip:anonymous@anonymous.invalid>'],
    ["<sip:evil%22%3E@x>", undefined, '"Anonymous" <sip:anonymous@anonymous.invalid>'],
    [undefined, undefined, '"Anonymous" <sip:anonymous@anonymous.invalid>'],
  ])("name the caller %j %j as %j", (identity, from, expected) => {
    expect(callerOf(identity, from, "box.example")).toBe(expected);
  });

  it.each([
    ["+15550100", true],
    ["112", true],
    ["*21#", true],
    ["", false],
    ["a b", false],
    ["1@2", false],
    ["1;x=2", false],
    ["1".repeat(65), false],
  ])("may dial %j: %s", (dialled, expected) => {
    expect(isDialable(dialled)).toBe(expected);
  });
});

describe("a throttle", () => {
  it("lets a burst through, then so many, each source for itself, in bounded memory", async () => {
    const clock = new VirtualClock();
    const throttle = new Throttle({
      now: () => clock.monotonic(),
      rate: { burst: 3, every: seconds(10) },
      capacity: 100,
    });
    const takes = (source: string, count: number): number =>
      Array.from({ length: count }, () => throttle.take(source)).filter(Boolean).length;
    expect(takes("a", 10)).toBe(3);
    expect(takes("b", 2)).toBe(2);
    await clock.advance(seconds(25));
    expect(takes("a", 10)).toBe(2);
    await clock.advance(seconds(1000));
    expect(takes("a", 10)).toBe(3);
    for (let at = 0; at < 10_000; at++) throttle.take(`c${at}`);
    expect(throttle.size).toBe(100);
  });

  it.each([
    ["192.0.2.1", "192.0.2.1"],
    ["::ffff:192.0.2.1", "192.0.2.1"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["[2001:DB8:1:2::9]", "2001:db8:1:2::/64"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
  ])("takes %s for %s", (address, expected) => {
    expect(sourceOf(address)).toBe(expected);
  });
});

describe("drachtio-server's configuration", () => {
  const setup: DrachtioSetup = {
    admin: { host: "127.0.0.1", port: 9022, secret: new Secret("a<\"&'>b") },
    listen: "0.0.0.0",
    transports: { tls: 5061, tcp: 5060, udp: 5060 },
    anchorPort: 5080,
    external: { address: "203.0.113.9", localNets: ["192.168.1.0/24", "10.0.0.0/8"] },
    tls: { certFile: "/etc/box/cert.pem", keyFile: "/etc/box/key.pem" },
    t1: millis(500),
  };

  it("names what phones and Asterisk connect to, with a chain file, and nothing that breaks out of it", () => {
    const text = drachtioConf(setup);
    const outside = 'external-ip="203.0.113.9" local-net="192.168.1.0/24"';
    for (const line of [
      '<admin port="9022" secret="a&lt;&quot;&amp;&apos;&gt;b">127.0.0.1</admin>',
      `<contact ${outside}>sip:*:5060;transport=udp</contact>`,
      `<contact ${outside}>sip:*:5060;transport=tcp</contact>`,
      `<contact ${outside}>sips:*:5061;transport=tls</contact>`,
      "<contact>sip:127.0.0.1:5080;transport=udp</contact>",
      "<chain-file>/etc/box/cert.pem</chain-file>",
      "<t1>500</t1>",
      "<t1x64>32000</t1x64>",
      "<sofia-loglevel>0</sofia-loglevel>",
    ])
      expect(text).toContain(line);
    expect(drachtioConf(setup)).toBe(text);
  });

  it("has only the transports that are wanted", () => {
    const text = drachtioConf({
      ...setup,
      listen: "2001:db8::5",
      transports: { tls: false, tcp: false, udp: 5060 },
      external: null,
      tls: null,
    });
    expect(text.match(/<contact[ >].*/g)).toEqual([
      "<contact>sip:[2001:db8::5]:5060;transport=udp</contact>",
      "<contact>sip:127.0.0.1:5080;transport=udp</contact>",
    ]);
    expect(text).not.toContain("<tls>");
  });

  it.each([
    ["TLS without a certificate", { tls: null }],
    ["one port for phones and Asterisk", { anchorPort: 5060 }],
    ["a path with a line break", { tls: { certFile: "/a\n/b", keyFile: "/k" } }],
  ])("is refused with %s", (_name, more) => {
    expect(() => drachtioConf({ ...setup, ...more })).toThrow(expect.objectContaining({ code: "voice.bad_setup" }));
  });
});
