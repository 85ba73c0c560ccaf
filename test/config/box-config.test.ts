import { describe, expect, it } from "vitest";
import { type AppError, days, hours, minutes, seconds } from "../../src/base/index.ts";
import { parseBoxConfig } from "../../src/config/index.ts";

const RELAY = { relay: { url: "https://relay.example" } };

function parse(change: Readonly<Record<string, unknown>> = {}) {
  return parseBoxConfig(JSON.stringify({ ...RELAY, ...change }), "box.yaml");
}

/** What is wrong with the configuration, one line each. */
function problems(change: Readonly<Record<string, unknown>> | string): readonly string[] {
  try {
    if (typeof change === "string") parseBoxConfig(change, "box.yaml");
    else parse(change);
  } catch (error) {
    const { code, message } = error as AppError;
    expect(code).toBe("config.invalid");
    const [head, ...lines] = message.split("\n  ");
    expect(head).toBe(`box.yaml has ${lines.length} problem(s):`);
    return lines;
  }
  return [];
}

describe("the box's configuration", () => {
  it("needs nothing: the rest has defaults", () => {
    expect(parse()).toEqual({
      backup: { passphrase_file: "backup.pass", keep: { daily: 7, weekly: 4, monthly: 6 }, destinations: [] },
      version: 1,
      log: { level: "info" },
      ussd: { per_hour: 20 },
      unlock: { key_file: "unlock.key" },
      updates: { keys: [] },
      slots: [],
      boards: [],
      join: { rules: [] },
      lines: [],
      relay: { url: "https://relay.example", mirrors: [] },
      intake: {
        sweep_every: seconds(30),
        part_timeout: minutes(10),
        late_parts: days(7),
        unrented: "keep",
        sender_policy: { allow: [], deny: [] },
        max_batch: 64,
      },
      modem: { roaming: "allow" },
      identity: { days: 365, renew_before: 30 },
      enum: { enabled: false, ttl: 86_400, days: 365 },
      alerts: expect.objectContaining({ enabled: true, channels: [] }),
      webhooks: [],
      host: {
        ...{ appliance: false, access_point: "set_up" },
        firewall: { mdns: true, mqtt: false, open: [] },
      },
      locale: { language: "en", time_zone: "UTC" },
      node_red: expect.objectContaining({ enabled: false }),
      events: { keep: 20_000, keep_for: 7_776_000_000 },
      doctor: { services: [], units: expect.arrayContaining(["numberbox.service"]) },
      mqtt: { brokers: [], own_broker: { enabled: false, discovery: true, allow: [] } },
      escrow: { arbiters: [], fees_bps: 50, dispute_days: 7, refund_days: 60, confirmations: 3 },
      payments: {
        randpay: {
          ...{ enabled: true, target: "1", chap_timeout: hours(6), batch: 2, confirmations: 3, relay_pool: 2 },
          ...{ max_open_chaps: 8, max_per_hour: 240, max_unpaid_tickets: 8 },
        },
        emc: { enabled: true, confirmations: 3 },
        escrow: { enabled: true, order_timeout: days(7) },
        order_timeout: hours(24),
        sweep: { enabled: true, at_least: "1", max_coins: 50 },
      },
      proofs: { publish: "manual", suffix: "auto", empty_days: "skip", close_after: 600_000, keep_days: 3650 },
      rental: { rest_after_day: hours(24), rest_after_longer: hours(720) },
      web: {
        claim: "auto",
        ...{ listen: { host: "127.0.0.1", port: 8080 }, names: [], behind_proxy: false },
        tls: { mode: "off", listen: { host: "0.0.0.0", port: 8443 } },
      },
    });
  });

  it("is read from YAML as people write it", () => {
    const text = `
# my box
relay: { url: http://127.0.0.1:8090 }
unlock: { passphrase_file: /media/stick/passphrase }
slots:
  - { id: "1", port: /dev/serial/by-path/pci-0000-port0 }
  - { id: left, port: tcp://ser2net.local:3001 }
  - { id: sim, port: sim://slot/3 }
lines:
  - { id: blue, number: "+4915112345678", slot: "1" }
  - { id: red, number: "+4915112345679", iccid: "8949000000000000017", sender_policy: { presets: [], deny: [spam*] } }
intake: { sweep_every: 5s, part_timeout: 24h, late_parts: 0s, unrented: drop, max_batch: 200 }
rental: { rest_after_day: 0s, rest_after_longer: 366d }
web: { listen: "[::1]:0", names: [box.example] }
log: { level: debug }
`;
    expect(parseBoxConfig(text, "box.yaml")).toMatchObject({
      unlock: { passphrase_file: "/media/stick/passphrase" },
      slots: [{ id: "1" }, { id: "left", port: "tcp://ser2net.local:3001" }, { id: "sim" }],
      lines: [
        { slot: "1" },
        { iccid: "8949000000000000017", sender_policy: { presets: [], allow: [], deny: ["spam*"] } },
      ],
      intake: { sweep_every: 5000, part_timeout: hours(24), late_parts: 0, unrented: "drop", max_batch: 200 },
      web: { listen: { host: "::1", port: 0 } },
    });
  });

  it("reports every problem at once, each with its path", () => {
    const found = problems({
      relay: { url: "ftp://relay.example" },
      log: { level: "loud" },
      slots: [{ id: "Upper", port: "COM1" }],
      lines: [{ id: "a", number: "0151", slot: "none", iccid: "12" }],
      intake: { sweep_every: "1s", max_batch: 0 },
      web: { listen: "8080" },
    });
    expect(found.map((line) => line.split(":")[0])).toEqual([
      "log.level",
      "slots.0.id",
      "slots.0.port",
      "lines.0.number",
      "lines.0.iccid",
      "relay.url",
      "intake.sweep_every",
      "intake.max_batch",
      "web.listen",
    ]);
  });

  it("names unknown keys wherever they stand", () => {
    expect(problems("{ colour: blue, relay: { url: 'http://a', port: 1 }, web: { ssl: true } }")).toEqual([
      "relay.port: unknown key",
      "web.ssl: unknown key",
      "colour: unknown key",
    ]);
    expect(problems("{ slots: [{ id: a, port: /dev/a, baud: 9600, parity: none }] }")).toEqual([
      "slots.0.baud: unknown key; slots.0.parity: unknown key",
    ]);
    expect(problems("")).toEqual([]);
    expect(problems("just text")).toEqual([expect.stringMatching(/^\(top level\): /)]);
    expect(problems("- 1")).toEqual([expect.stringMatching(/^\(top level\): /)]);
  });

  it.each<[string, Readonly<Record<string, unknown>>]>([
    ["intake.sweep_every", { intake: { sweep_every: "1999ms" } }],
    ["intake.sweep_every", { intake: { sweep_every: "61m" } }],
    ["intake.part_timeout", { intake: { part_timeout: "9s" } }],
    ["intake.part_timeout", { intake: { part_timeout: "8d" } }],
    ["intake.sender_policy.presets.0", { intake: { sender_policy: { presets: ["all"] } } }],
    ["intake.sender_policy.deny.0", { intake: { sender_policy: { deny: ["a*b"] } } }],
    ["intake.sender_policy.allow.0", { intake: { sender_policy: { allow: [""] } } }],
    ["intake.late_parts", { intake: { late_parts: "31d" } }],
    ["intake.part_timeout", { intake: { part_timeout: "-5s" } }],
    ["intake.part_timeout", { intake: { part_timeout: "1w" } }],
    ["intake.part_timeout", { intake: { part_timeout: 600 } }],
    ["intake.unrented", { intake: { unrented: "forward" } }],
    ["intake.max_batch", { intake: { max_batch: 1001 } }],
    ["intake.max_batch", { intake: { max_batch: 1.5 } }],
    ["rental.rest_after_day", { rental: { rest_after_day: "367d" } }],
    ["version", { version: 2 }],
    ["unlock", { unlock: {} }],
    ["unlock", { unlock: { key_file: "a", passphrase_file: "b" } }],
    ["unlock.key_file", { unlock: { key_file: "" } }],
    ["web.names.0", { web: { names: [""] } }],
    ["web.names", { web: { names: Array.from({ length: 17 }, () => "a") } }],
    ["slots", { slots: Array.from({ length: 33 }, (_, i) => ({ id: `s${i}`, port: `/dev/tty${i}` })) }],
    ["slots.0.port", { slots: [{ id: "a", port: "tcp://host:65536" }] }],
    ["slots.0.port", { slots: [{ id: "a", port: "tcp://host" }] }],
    ["slots.0.port", { slots: [{ id: "a", port: `/${"x".repeat(200)}` }] }],
    ["relay.url", { relay: { url: "relay.example" } }],
    ["host.fan", { host: { fan: { chip: "header", line: "18", on_at: 60, off_at: 58 } } }],
    ["host.fan.on_at", { host: { fan: { chip: "header", line: "18", on_at: 99 } } }],
    ["host.light.chip", { host: { light: { chip: "../x", line: "18" } } }],
    ["relay.url", { relay: { url: "https://user:password@relay.example" } }],
  ])("refuses what is out of range: %s of %j", (path, change) => {
    expect(problems(change).map((line) => line.split(":")[0])).toEqual([path]);
  });

  it.each(["8080", "127.0.0.1", "127.0.0.1:65536", "::1:80", "[::1]", ":80", "a:b:80", ""])(
    "refuses %j as an address to listen on",
    (listen) => {
      expect(problems({ web: { listen } })).toEqual(["web.listen: host:port, for instance 127.0.0.1:8080"]);
    },
  );

  it("takes nothing twice that must be there once", () => {
    const found = problems({
      slots: [
        { id: "1", port: "/dev/a" },
        { id: "1", port: "/dev/b" },
        { id: "2", port: "/dev/a" },
      ],
      lines: [
        { id: "a", number: "+15550100", slot: "1" },
        { id: "a", number: "+15550101" },
        { id: "b", number: "+15550100", iccid: "8901000000000000017" },
        { id: "c", number: "+15550102", iccid: "8901000000000000017" },
      ],
    });
    expect(found).toEqual([
      "slots.1.id: the same as that of item 0",
      "slots.2.port: the same as that of item 0",
      "lines.1.id: the same as that of item 0",
      "lines.2.number: the same as that of item 0",
      "lines.3.iccid: the same as that of item 2",
    ]);
  });

  it("takes accounts of SMPP gateways, with as many lines as they serve", () => {
    const smpp = { url: "smpp://gateway.local:2775", system_id: "box", password_file: "smpp.password" };
    const slots = [
      { id: "rack", smpp },
      { id: "rack-2", smpp: { ...smpp, url: "smpps://[::1]:3550", bind: "transceiver" } },
    ];
    const lines = ["+15550100", "+15550101"].map((number) => ({ id: `l${number.slice(1)}`, number, slot: "rack" }));
    expect(problems({ slots, lines })).toEqual([]);
    for (const url of ["http://a:1", "smpp://a", "smpp://a:70000", "smpp://user:secret@a:1"]) {
      expect(problems({ slots: [{ id: "rack", smpp: { ...smpp, url } }] })).toHaveLength(1);
    }
  });

  it("takes a port for the sound of calls, which nothing else has", () => {
    const slots = [
      { id: "1", port: "tcp://ser2net:3001", audio: "tcp://ser2net:3101" },
      { id: "2", port: "/dev/ttyUSB2", audio: "/dev/ttyUSB1" },
      { id: "3", port: "usb:1-1.4", audio: "none" },
      { id: "4", port: "usb:1-1.5", audio: "none" },
    ];
    expect(problems({ slots })).toEqual([]);
    const [one] = slots;
    expect(problems({ slots: [{ ...one, audio: "tcp://ser2net:3001" }] })).toHaveLength(2);
    expect(problems({ slots: [one, { ...slots[1], audio: one?.audio }] })).toEqual([
      "slots.1.audio: another slot has this port",
    ]);
    expect(problems({ slots: [one, { ...slots[1], audio: one?.port }] })).toEqual([
      "slots.1.audio: another slot has this port",
    ]);
    expect(problems({ slots: [{ ...one, audio: "hw:1" }] })).toHaveLength(1);
  });

  it("lets no two lines claim one slot, unless their SIMs are told apart, and no line a slot that does not exist", () => {
    const slots = [{ id: "1", port: "/dev/a" }];
    const lines = [
      { id: "a", number: "+15550100", slot: "1" },
      { id: "c", number: "+15550102", iccid: "8901000000000000017", slot: "1" },
      { id: "d", number: "+15550103", slot: "1" },
      { id: "e", number: "+15550104", slot: "9" },
      { id: "f", number: "+15550105" },
    ];
    expect(problems({ slots, lines })).toEqual([
      "lines.2.slot: serves line 0 already; tell SIMs of one slot apart by iccid",
      'lines.3.slot: there is no slot "9"',
    ]);
  });

  it("tells owners to quote numbers", () => {
    expect(problems("{ relay: { url: 'http://a' }, lines: [{ id: 7, number: +15550100 }] }")).toEqual([
      "lines.0.id: text; a number must stand in quotes",
      "lines.0.number: text in quotes: a number would lose its +",
    ]);
  });

  it("never repeats a value in a problem that could be a secret", () => {
    const secret = "hunter2-secret";
    const found = problems({
      relay: { url: `http://user:${secret}@relay` },
      unlock: { key_file: secret, passphrase_file: secret },
      web: { listen: secret },
    });
    expect(found).toHaveLength(3);
    expect(found.join()).not.toContain(secret);
  });
});
