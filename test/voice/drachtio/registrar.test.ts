import { describe, expect, it } from "vitest";
import { seconds } from "../../../src/base/index.ts";
import { type RegisterRequest, Registrar } from "../../../src/voice/drachtio/registrar.ts";
import { parseContacts, parseSipUri } from "../../../src/voice/drachtio/sip-uri.ts";
import { VirtualClock } from "../../sim/virtual-clock.ts";

const source = { transport: "udp", address: "198.51.100.7", port: 40_001 } as const;
let calls = 0;
const ask = (more: Partial<RegisterRequest> = {}): RegisterRequest => ({
  user: "alice",
  contact: "<sip:alice@192.168.1.5:5060>",
  expires: "300",
  callId: `call-${++calls}`,
  cseq: 1,
  agent: "Linphone Desktop/5.1",
  source,
  ...more,
});

function rig() {
  const clock = new VirtualClock();
  const registrar = new Registrar(() => clock.monotonic());
  const uris = (): string[] => registrar.of("alice").map(({ uri }) => uri);
  return { clock, registrar, uris };
}

describe("a registration", () => {
  it("lasts as long as was asked for, and an hour at most", async () => {
    const { clock, registrar, uris } = rig();
    expect(registrar.register(ask({ expires: "300" })).status).toBe(200);
    await clock.advance(seconds(299));
    expect(uris()).toEqual(["sip:alice@192.168.1.5:5060"]);
    await clock.advance(seconds(1));
    expect(uris()).toEqual([]);
    registrar.register(ask({ expires: "99999999" }));
    await clock.advance(seconds(3600));
    expect(uris()).toEqual([]);
    expect(registrar.all()).toEqual([]);
  });

  it("takes the time of its contact before that of the header, and its own default when there is none", () => {
    const { registrar } = rig();
    const left = (request: RegisterRequest): number | undefined =>
      registrar.register(request).bindings.at(-1)?.expiresAt;
    expect(left(ask({ contact: "<sip:alice@a>;expires=120", expires: "900" }))).toBe(120_000);
    expect(left(ask({ expires: undefined }))).toBe(600_000);
    expect(left(ask({ expires: "soon" }))).toBe(600_000);
  });

  it.each(["1", "59"])("of %s seconds is too short", (expires) => {
    const { registrar, uris } = rig();
    expect(registrar.register(ask({ expires })).status).toBe(423);
    expect(uris()).toEqual([]);
  });

  it("is one for each phone: again from elsewhere it replaces itself, by its instance or by its contact", () => {
    const { registrar, uris } = rig();
    registrar.register(ask());
    registrar.register(ask({ contact: "<sip:alice@192.168.1.5:5060;transport=udp>;expires=200" }));
    expect(uris()).toHaveLength(1);
    const instance = ';+sip.instance="<urn:uuid:1>";reg-id=1';
    registrar.register(ask({ contact: `<sip:alice@10.0.0.1:5060>${instance}` }));
    registrar.register(ask({ contact: `<sip:alice@10.0.0.2:6060>${instance}` }));
    registrar.register(ask({ contact: `<sip:alice@10.0.0.2:7070>${instance.replace("reg-id=1", "reg-id=2")}` }));
    expect(uris()).toEqual([
      "sip:alice@192.168.1.5:5060;transport=udp",
      "sip:alice@10.0.0.2:6060",
      "sip:alice@10.0.0.2:7070",
    ]);
  });

  it("ends with expires=0, and all end with *", () => {
    const { registrar, uris } = rig();
    registrar.register(ask());
    registrar.register(ask({ contact: "<sip:alice@10.0.0.9>" }));
    expect(registrar.register(ask({ expires: "0" })).status).toBe(200);
    expect(uris()).toEqual(["sip:alice@10.0.0.9"]);
    expect(registrar.register(ask({ contact: "*", expires: "300" })).status).toBe(400);
    expect(registrar.register(ask({ contact: "*", expires: undefined })).status).toBe(400);
    expect(uris()).toHaveLength(1);
    expect(registrar.register(ask({ contact: "*", expires: "0" })).status).toBe(200);
    expect(uris()).toEqual([]);
  });

  it("is only asked about when there is no contact", () => {
    const { registrar } = rig();
    registrar.register(ask());
    const { bindings, status } = registrar.register(ask({ contact: undefined }));
    expect([status, bindings.length]).toEqual([200, 1]);
  });

  it("is not undone by an older request that comes late", () => {
    const { registrar, uris } = rig();
    registrar.register(ask({ callId: "one", cseq: 5 }));
    expect(registrar.register(ask({ callId: "one", cseq: 4, expires: "0" })).status).toBe(500);
    expect(registrar.register(ask({ callId: "one", cseq: 5, contact: "*", expires: "0" })).status).toBe(500);
    expect(uris()).toHaveLength(1);
    expect(registrar.register(ask({ callId: "one", cseq: 6, expires: "0" })).status).toBe(200);
    expect(uris()).toEqual([]);
  });

  it("is one of eight at most: the oldest makes room", () => {
    const { registrar, uris } = rig();
    for (let at = 0; at < 20; at++) registrar.register(ask({ contact: `<sip:alice@10.0.0.${at}>` }));
    expect(uris()).toHaveLength(8);
    expect(uris().at(-1)).toBe("sip:alice@10.0.0.19");
    const many = Array.from({ length: 9 }, (_, at) => `<sip:alice@10.1.0.${at}>`).join(",");
    expect(registrar.register(ask({ contact: many })).status).toBe(400);
  });

  it("over a connection ends with the server; over UDP it does not", () => {
    const { registrar, uris } = rig();
    for (const transport of ["udp", "tcp", "tls", "ws", "wss"] as const)
      registrar.register(ask({ contact: `<sip:alice@${transport}.example>`, source: { ...source, transport } }));
    registrar.dropConnections();
    expect(uris()).toEqual(["sip:alice@udp.example"]);
    expect(registrar.knows(source.address)).toBe(true);
    expect(registrar.knows("203.0.113.1")).toBe(false);
  });

  it("shows the phone's name without what is no letter, cut", () => {
    const { registrar } = rig();
    registrar.register(ask({ agent: `Phone\u0000\u001b[31m${"x".repeat(300)}` }));
    expect(registrar.of("alice")[0]?.agent).toBe(`Phone[31m${"x".repeat(91)}`);
  });
});

describe("contacts", () => {
  it.each([
    [
      '"A, B" <sip:a@b;transport=tcp>;expires=60, sip:c@d:5070;q=0.5;expires=70',
      [
        ["sip:a@b;transport=tcp", 60],
        ["sip:c@d:5070", 70],
      ],
    ],
    ["<sips:a@[2001:db8::1]:5061>", [["sips:a@[2001:db8::1]:5061", null]]],
    ['"\\"<>,;" <sip:a@b>', [["sip:a@b", null]]],
    ["Alice <sip:a%40b@c>;EXPIRES=5", [["sip:a%40b@c", 5]]],
  ])("%s", (header, expected) => {
    const parsed = parseContacts(header);
    expect(parsed === "*" || parsed === null ? parsed : parsed.map(({ uri, expires }) => [uri, expires])).toEqual(
      expected,
    );
  });

  it.each([
    "<tel:+15550100>",
    "<http://a@b>",
    "<sip:a@b\r\nX-Account: c>",
    "<sip:a b@c>",
    "<sip:a@>",
    "<sip:a@b>,",
    "<sip:a@b:99999>",
    `<sip:${"a".repeat(600)}@b>`,
    "sip:",
    "<sip:a%zz@b>",
    '"unfinished <sip:a@b>',
  ])("%j is refused", (header) => {
    expect(parseContacts(header)).toBeNull();
  });

  it("are none without a header, and all with a star", () => {
    expect([parseContacts(undefined), parseContacts("  "), parseContacts(" * ")]).toEqual([[], [], "*"]);
    expect(parseSipUri("sip:%2B15550100@Box.Example;x=1?h=2")).toEqual({
      scheme: "sip",
      user: "+15550100",
      host: "box.example",
      port: null,
    });
  });
});
