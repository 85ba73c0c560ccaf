import { describe, expect, it } from "vitest";
import { parseBoxConfig, voiceOfLine } from "../../src/config/index.ts";

const ASTERISK = { password_file: "ari" };
const parsed = (voice?: object, lines: readonly object[] = []) =>
  parseBoxConfig(JSON.stringify({ ...(voice === undefined ? {} : { voice }), lines }), "test");
const voiceOf = (voice: object) => parsed({ host: "sip.example", asterisk: ASTERISK, ...voice }).voice;
const invalid = expect.objectContaining({ code: "config.invalid" });

describe("the section voice", () => {
  it("is off unless given, and safe as it comes", () => {
    expect(parsed().voice).toBeUndefined();
    const voice = voiceOf({});
    expect(voice).toMatchObject({
      ...{ host: "sip.example", sip_edge: "auto", encryption: "sdes", ring_timeout: 25_000 },
      transports: { tls: 5061, tcp: false, udp: false },
      asterisk: { url: "http://127.0.0.1:8088", audiosocket: { host: "127.0.0.1", port: 9092 } },
      policy: {
        countries: ["own"],
        allow: [],
        deny: [],
        premium: "refuse",
        short_codes: "refuse",
        max_call: 7_200_000,
      },
      inbound: { no_rental: "reject", no_answer: "reject" },
      billing: { included_minutes: 0, charge: "dialled" },
    });
    expect(voice?.drachtio).toBeUndefined();
  });

  it("takes what is said, and drachtio with its secret", () => {
    const drachtio = { secret_file: "drachtio" };
    expect(voiceOf({ sip_edge: "drachtio", drachtio })?.drachtio).toEqual({
      ...{ host: "127.0.0.1", port: 9022, secret_file: "drachtio" },
    });
    const policy = { countries: ["DE", "any"], allow: ["+4990012*"], deny: ["+15550100"], max_call: "5m" };
    expect(voiceOf({ policy })?.policy).toMatchObject({ ...policy, max_call: 300_000 });
  });

  it.each([
    ["no way for SIP", { transports: { tls: false } }],
    ["drachtio without its settings", { sip_edge: "drachtio" }],
    ["a password in an address", { asterisk: { ...ASTERISK, url: "http://me:secret@127.0.0.1:8088" } }],
    ["the sound of calls on a network", { asterisk: { ...ASTERISK, audiosocket: "0.0.0.0:9092" } }],
    ["ports the wrong way round", { asterisk: { ...ASTERISK, rtp: { from: 9, to: 8 } } }],
    ["a certificate without its key", { cert_file: "cert.pem" }],
    ["a country by its name", { policy: { countries: ["Germany"] } }],
    ["a number without its +", { policy: { allow: ["15550100"] } }],
    ["any number at all", { policy: { allow: ["+*"] } }],
    ["a name for an address", { public_address: "sip.example" }],
    ["quotes in the realm", { realm: 'a"b' }],
    ["a treatment that there is not", { inbound: { busy: "voicemail" } }],
    ["a price as a number", { billing: { price_per_minute: 0.1 } }],
    ["a secret in the file", { drachtio: { secret: "cymru" } }],
  ])("refuses %s", (_, section) => expect(() => voiceOf(section)).toThrow(invalid));
});

describe("the calls of a line", () => {
  const line = { id: "l1", number: "+15550100" };

  it("follow the box, but for what the line says itself", () => {
    const own = { ring_timeout: "10s", inbound: { busy: "ring_out" }, policy: { countries: ["FR"] } };
    const box = { host: "sip.example", asterisk: ASTERISK, billing: { included_minutes: 60 } };
    const { voice, lines } = parsed(box, [{ ...line, voice: { ...own, billing: { price_per_minute: "0.01" } } }]);
    const settings = voiceOfLine(voice, lines[0]?.voice);
    expect(settings).toMatchObject({
      ringTimeout: 10_000,
      inbound: { busy: "ring_out", declined: "reject" },
      policy: { countries: ["FR"], premium: "refuse", minutes_per_day: 240 },
      billing: { price_per_minute: "0.01", included_minutes: 60, charge: "dialled" },
    });
    expect(voiceOfLine(voice, undefined)).toMatchObject({ ringTimeout: 25_000, policy: { countries: ["own"] } });
  });

  it("are none where the box or the line has none", () => {
    const { voice, lines } = parsed({ host: "sip.example", asterisk: ASTERISK }, [{ ...line, voice: false }]);
    expect(voiceOfLine(voice, lines[0]?.voice)).toBeNull();
    expect(voiceOfLine(undefined, undefined)).toBeNull();
  });
});
