import { describe, expect, it } from "vitest";
import { toHex, unixMs } from "../../src/base/index.ts";
import { type DeliverPdu, decodePdu, encodeDeliver, encodeStatusReport } from "../../src/sms/index.ts";
import type { MessageStatus, SimModem } from "./modem/index.ts";
import { type ModemRig, quietRig, splitLines } from "./modem-rig.ts";

const SENT_AT = { unixMs: Date.UTC(2026, 0, 1), offsetMinutes: 0 };

function pduOf(body: string, messageClass?: 0 | 1 | 2 | 3): Uint8Array {
  const [pdu] = encodeDeliver({ from: "+15550111", body, sentAt: SENT_AT, class: messageClass ?? null });
  if (pdu === undefined) throw new Error("no PDU");
  return pdu;
}

function decoded(pdu: Uint8Array): DeliverPdu {
  const result = decodePdu(pdu);
  if (!result.ok || result.pdu.type !== "deliver") throw new Error("not a deliver");
  return result.pdu;
}

const hex = (pdu: Uint8Array): string => toHex(pdu).toUpperCase();
const report = encodeStatusReport({ to: "+15550111", reference: 7, sentAt: SENT_AT, dischargedAt: SENT_AT, status: 0 });

function fill(modem: SimModem, count: number, status: MessageStatus = 0): void {
  for (let i = 0; i < count; i++) modem.card?.store.add({ id: `old-${i}`, part: 1, pdu: pduOf(`old ${i}`), status });
}

/** What happened to messages, without the ones that were there before. */
function story(rig: ModemRig): string[] {
  return rig.modem.journal
    .entries()
    .map(({ event, id, index }) => [event, id, index].filter((x) => x != null).join(" "));
}

describe("storing and reading", () => {
  it("stores a message at the lowest free place and shows it with its length and PDU", async () => {
    const rig = await quietRig();
    const pdu = pduOf("hello");
    expect(rig.modem.deliver(pdu)).toBe("sms-1-1");
    expect(rig.output).toBe("");
    expect(await rig.send("AT+CMGL=0\r")).toBe(`\r\n+CMGL: 1,0,,${pdu.length - 1}\r\n${hex(pdu)}\r\n\r\nOK\r\n`);
    expect(await rig.lines("AT+CMGL=0\r")).toEqual(["OK"]);
    expect(await rig.lines("AT+CMGL=1\r")).toEqual([`+CMGL: 1,1,,${pdu.length - 1}`, hex(pdu), "OK"]);
    expect(await rig.lines("AT+CMGR=1\r")).toEqual([`+CMGR: 1,,${pdu.length - 1}`, hex(pdu), "OK"]);
  });

  it("counts the length without the service centre address", async () => {
    const rig = await quietRig();
    rig.modem.sendSms({ from: "+15550111", body: "hello" });
    const [head = "", pdu = ""] = await rig.lines("AT+CMGR=1\r");
    const smscOctets = Number.parseInt(pdu.slice(0, 2), 16);
    expect(smscOctets).toBeGreaterThan(0);
    expect(head).toBe(`+CMGR: 0,,${pdu.length / 2 - 1 - smscOctets}`);
  });

  it("lists by status", async () => {
    const rig = await quietRig();
    for (const status of [0, 1, 2, 3] as const) fill(rig.modem, 1, status);
    const listed = async (status: number) =>
      (await rig.lines(`AT+CMGL=${status}\r`)).flatMap((line) => /^\+CMGL: (\d+)/.exec(line)?.[1] ?? []);
    expect(await listed(1)).toEqual(["2"]);
    expect(await listed(2)).toEqual(["3"]);
    expect(await listed(3)).toEqual(["4"]);
    expect(await listed(4)).toEqual(["1", "2", "3", "4"]);
  });

  it.each([
    ["AT+CMGD=2", [1, 3, 4]],
    ["AT+CMGD=1,0", [2, 3, 4]],
    ["AT+CMGD=1,1", [1, 3, 4]],
    ["AT+CMGD=1,2", [1, 3]],
    ["AT+CMGD=1,3", [1]],
    ["AT+CMGD=0,4", []],
  ])("%s of the states unread, read, unsent, sent leaves places %j", async (command, left) => {
    const rig = await quietRig();
    for (const status of [0, 1, 2, 3] as const) fill(rig.modem, 1, status);
    expect(await rig.lines(`${command}\r`)).toEqual(["OK"]);
    expect(rig.modem.card?.store.entries().map(([index]) => index)).toEqual(left);
    expect(await rig.lines("AT+CMGD=?\r")).toEqual([`+CMGD: (${left.join(",")}),(0-4)`, "OK"]);
  });

  it("fills the lowest place that was freed", async () => {
    const rig = await quietRig();
    fill(rig.modem, 3);
    await rig.send("AT+CMGD=2\r");
    await rig.send("AT+CNMI=2,1\r");
    rig.modem.deliver(pduOf("new"));
    expect(splitLines(await rig.during(0))).toEqual(['+CMTI: "SM",2']);
  });

  it("numbers the places of MT as those of SM followed by those of ME", async () => {
    const rig = await quietRig();
    await rig.send('AT+CNMI=2,1;+CPMS="MT","MT","MT"\r');
    fill(rig.modem, 30);
    rig.modem.deliver(pduOf("in the modem"));
    expect(splitLines(await rig.during(0))).toEqual(['+CMTI: "MT",31']);
    expect(await rig.lines('AT+CPMS="ME","ME","ME"\r')).toEqual(["+CPMS: 1,50,1,50,1,50", "OK"]);
    expect((await rig.lines("AT+CMGR=1\r"))[1]).toBe(hex(pduOf("in the modem")));
    expect(await rig.lines('AT+CPMS="MT";+CMGD=31;+CPMS?\r')).toContain('+CPMS: "MT",30,80,"ME",0,50,"ME",0,50');
  });

  it("sends a long text as parts with one id, which decode to the text", async () => {
    const rig = await quietRig();
    const body = "Ünïcode 🦊 ".repeat(20);
    const sentAt = unixMs(Date.UTC(2026, 6, 1, 12, 30, 15));
    expect(rig.modem.sendSms({ from: "Testbank", body, sentAt })).toEqual({ id: "sms-1-1", parts: 4 });
    const pdus = (await rig.lines("AT+CMGL=4\r")).filter((line) => /^[0-9A-F]+$/.test(line));
    const parts = pdus.map((pdu) => decoded(Buffer.from(pdu, "hex")));
    expect(parts.map((part) => part.body).join("")).toBe(body);
    expect(parts[0]).toMatchObject({
      from: "Testbank",
      smsc: "+15550100900",
      sentAt: { iso: "2026-07-01T12:30:15+00:00" },
    });
    expect(
      rig.modem.journal
        .entries()
        .filter((e) => e.event === "stored")
        .map((e) => e.part),
    ).toEqual([1, 2, 3, 4]);
  });

  it("stamps messages with the clock's second, or a second apart where that is asked for", async () => {
    const stamps = async (uniqueTimestamps: boolean) => {
      const rig = await quietRig({ uniqueTimestamps });
      for (let i = 0; i < 3; i++) rig.modem.sendSms({ from: "1", body: "x" });
      return rig.modem.card?.store.entries().map(([, { pdu }]) => (decoded(pdu).sentAt?.unixMs ?? 0) - SENT_AT.unixMs);
    };
    expect(await stamps(false)).toEqual([0, 0, 0]);
    expect(await stamps(true)).toEqual([0, 1000, 2000]);
  });
});

describe("a full memory", () => {
  it("makes messages wait in the network, in order, until places are freed", async () => {
    const rig = await quietRig();
    await rig.send("AT+CNMI=2,1\r");
    fill(rig.modem, 29);
    for (const body of ["a", "b", "c"]) rig.modem.deliver(pduOf(body));
    expect(splitLines(await rig.during(0))).toEqual(['+CMTI: "SM",30']);
    expect(rig.modem.sms.queue.map((sms) => sms.id)).toEqual(["sms-1-2", "sms-1-3"]);
    expect(splitLines(await rig.send("AT+CMGD=5\r"))).toEqual(["OK", '+CMTI: "SM",5']);
    expect(splitLines(await rig.send("AT+CMGD=1,4\r"))).toEqual(["OK", '+CMTI: "SM",1']);
    expect(rig.modem.sms.queue).toEqual([]);
    expect(story(rig).filter((line) => line.startsWith("stored"))).toEqual([
      "stored sms-1-1 30",
      "stored sms-1-2 5",
      "stored sms-1-3 1",
    ]);
  });

  it("lets messages in when another memory is chosen for them", async () => {
    const rig = await quietRig();
    fill(rig.modem, 30);
    rig.modem.deliver(pduOf("a"));
    expect(rig.modem.sms.queue).toHaveLength(1);
    await rig.send('AT+CPMS="SM","SM","ME"\r');
    expect(rig.modem.sms.queue).toEqual([]);
    expect(rig.modem.memories.modemStore.used).toBe(1);
  });

  it("loses none of a thousand messages that come at once", async () => {
    const rig = await quietRig();
    for (let i = 0; i < 1000; i++) rig.modem.deliver(pduOf(`n ${i}`));
    const seen: string[] = [];
    while (seen.length < 1000) {
      const lines = await rig.lines("AT+CMGL=4\r");
      seen.push(...lines.filter((line) => /^[0-9A-F]+$/.test(line)));
      await rig.send("AT+CMGD=1,4\r");
    }
    expect(seen).toEqual(Array.from({ length: 1000 }, (_, i) => hex(pduOf(`n ${i}`))));
  });
});

describe("indications (+CNMI)", () => {
  it.each([
    [0, ""],
    [1, '+CMTI: "SM",1'],
    [2, "+CMT: ,"],
    [3, '+CMTI: "SM",1'],
  ])("mt=%i announces a message without a class by %j", async (mt, expected) => {
    const rig = await quietRig();
    await rig.send(`AT+CNMI=2,${mt}\r`);
    rig.modem.deliver(pduOf("hello"));
    const [first = "", second] = splitLines(await rig.during(0));
    expect(first.startsWith(expected)).toBe(true);
    expect(first === "").toBe(expected === "");
    expect(rig.modem.card?.store.used).toBe(mt === 2 ? 0 : 1);
    if (mt === 2) expect([first, second]).toEqual([`+CMT: ,${pduOf("hello").length - 1}`, hex(pduOf("hello"))]);
  });

  it("mt=3 routes class 3 directly and stores the others; class 2 always goes to the card", async () => {
    const rig = await quietRig();
    await rig.send('AT+CPMS="SM","SM","ME";+CNMI=2,3\r');
    rig.modem.deliver(pduOf("for the terminal", 3));
    rig.modem.deliver(pduOf("for the modem", 1));
    rig.modem.deliver(pduOf("for the card", 2));
    const lines = splitLines(await rig.during(0));
    expect(lines.map((line) => line.slice(0, 5))).toEqual(["+CMT:", lines[1]?.slice(0, 5), "+CMTI", "+CMTI"]);
    expect(lines.slice(2)).toEqual(['+CMTI: "ME",1', '+CMTI: "SM",1']);
    await rig.send("AT+CNMI=2,2\r");
    rig.modem.deliver(pduOf("for the card", 2));
    expect(splitLines(await rig.during(0))).toEqual(['+CMTI: "SM",2']);
  });

  it("mode 0 keeps indications, which a later mode sends with bfr 0 and drops with bfr 1", async () => {
    for (const bfr of [0, 1]) {
      const rig = await quietRig();
      await rig.send("AT+CNMI=0,1\r");
      rig.modem.deliver(pduOf("a"));
      rig.modem.deliver(pduOf("b"));
      expect(await rig.during(1_000)).toBe("");
      const lines = await rig.lines(`AT+CNMI=2,1,0,0,${bfr}\r`);
      expect(lines).toEqual(bfr === 0 ? ["OK", '+CMTI: "SM",1', '+CMTI: "SM",2'] : ["OK"]);
    }
  });

  it.each([
    [0, [], ["queued sms-1-1", "discarded sms-1-1"]],
    [1, [`+CDS: ${report.length - 1}`, hex(report)], ["queued sms-1-1", "routed sms-1-1"]],
    [2, ['+CDSI: "SM",1'], ["queued sms-1-1", "stored sms-1-1 1"]],
  ])("ds=%i handles a status report", async (ds, lines, journal) => {
    const rig = await quietRig();
    await rig.send(`AT+CNMI=2,1,0,${ds}\r`);
    rig.modem.deliver(report);
    expect(splitLines(await rig.during(0))).toEqual(lines);
    expect(story(rig)).toEqual(journal);
  });

  it("takes any bytes the network brings, however absurd", async () => {
    const rig = await quietRig();
    await rig.send("AT+CNMI=2,1\r");
    for (const text of ["00", "ff", "0004", "07910000", "ffffffffff", "00".repeat(255)]) {
      rig.modem.deliver(new Uint8Array(Buffer.from(text, "hex")));
    }
    expect(splitLines(await rig.during(0))).toHaveLength(6);
    expect((await rig.lines("AT+CMGR=2\r")).slice(0, 2)).toEqual(["+CMGR: 0,,0", "FF"]);
  });
});

describe("acknowledged routing (+CSMS=1, +CNMA)", () => {
  const routed = async () => {
    const rig = await quietRig();
    await rig.send("AT+CSMS=1;+CNMI=2,2\r");
    rig.modem.deliver(pduOf("a"));
    rig.modem.deliver(pduOf("b"));
    return rig;
  };

  it("routes the next message only after the acknowledgement", async () => {
    const rig = await routed();
    expect(splitLines(rig.output).slice(-2)).toEqual([expect.stringMatching(/^\+CMT: /), hex(pduOf("a"))]);
    expect(splitLines(await rig.send("AT+CNMA\r"))).toEqual(["OK", expect.stringMatching(/^\+CMT: /), hex(pduOf("b"))]);
    expect(await rig.lines("AT+CNMA=1\r")).toEqual(["OK"]);
    expect(await rig.lines("AT+CNMA\r")).toEqual(["+CMS ERROR: 340"]);
    expect(rig.modem.sms.queue).toEqual([]);
    expect(rig.modem.journal.count("acknowledged")).toBe(2);
  });

  it("stops routing by itself when no acknowledgement comes in 15 s, and stores the messages", async () => {
    const rig = await routed();
    await rig.during(15_000);
    expect(await rig.lines("AT+CNMI?\r")).toEqual(["+CNMI: 2,0,0,0,0", "OK"]);
    expect(rig.modem.card?.store.entries().map(([, sms]) => sms.id)).toEqual(["sms-1-1", "sms-1-2"]);
  });

  it("gets a refused message again, before the others", async () => {
    const rig = await routed();
    await rig.during(0);
    expect(await rig.lines("AT+CNMA=2\r")).toEqual(["OK"]);
    expect(splitLines(await rig.during(30_000))[1]).toBe(hex(pduOf("a")));
    expect(rig.modem.journal.count("refused")).toBe(1);
  });

  it("gets an unacknowledged message again after a restart", async () => {
    const rig = await routed();
    rig.modem.reset();
    await rig.during(10_000);
    expect(rig.modem.card?.store.entries().map(([, sms]) => sms.id)).toEqual(["sms-1-1", "sms-1-2"]);
  });
});

describe("sending", () => {
  const SUBMIT = "0001000B815550100011F00000054974747D06";

  it("prompts for the PDU, takes it up to Ctrl-Z and hands it out with a reference", async () => {
    const rig = await quietRig();
    const sent: string[] = [];
    rig.modem.events.on("submitted", ({ pdu, reference }) => sent.push(`${reference} ${hex(pdu)}`));
    const length = SUBMIT.length / 2 - 1;
    expect(await rig.send(`AT+CMGS=${length}\r`)).toBe("\r\n> ");
    expect(await rig.send(SUBMIT)).toBe("");
    expect(await rig.send("\x1a")).toBe("\r\n+CMGS: 1\r\n\r\nOK\r\n");
    expect(await rig.send(`AT+CMGS=${length}\r${SUBMIT}\x1a`)).toBe("\r\n> \r\n+CMGS: 2\r\n\r\nOK\r\n");
    expect(sent).toEqual([`1 ${SUBMIT}`, `2 ${SUBMIT}`]);
  });

  it("gives the message up at ESC and reads commands again", async () => {
    const rig = await quietRig();
    expect(await rig.send(`AT+CMGS=18\r${SUBMIT}\x1b`)).toBe("\r\n> \r\nOK\r\n");
    expect(await rig.send("AT\r")).toBe("\r\nOK\r\n");
    expect(rig.modem.journal.count("sent")).toBe(0);
  });

  it.each([
    ["a wrong length", `AT+CMGS=17\r${SUBMIT}\x1a`, "+CMS ERROR: 304"],
    ["text that is not hex", "AT+CMGS=5\rhello\x1a", "+CMS ERROR: 304"],
  ])("refuses %s", async (_, text, error) => {
    const rig = await quietRig();
    expect((await rig.lines(text)).at(-1)).toBe(error);
  });

  it("cannot send without a network", async () => {
    const rig = await quietRig();
    await rig.send("AT+CFUN=4\r");
    expect((await rig.lines(`AT+CMGS=18\r${SUBMIT}\x1a`)).at(-1)).toBe("+CMS ERROR: 331");
  });
});

describe("the journal", () => {
  it("shows a watcher each step while it happens: a deletion before its OK", async () => {
    const rig = await quietRig();
    const seen: string[] = [];
    rig.modem.journal.watch(({ event, id }) => seen.push(`${event} ${id} ${rig.output.includes("OK")}`));
    rig.modem.deliver(pduOf("a"));
    const written = rig.write("AT+CMGR=1;+CMGD=1\r");
    expect(seen).toEqual(["queued", "stored", "read", "deleted"].map((event) => `${event} sms-1-1 false`));
    await written;
    await rig.during(0);
    expect(rig.output).toContain("OK");
  });

  it("gives the entries after a sequence number", async () => {
    const rig = await quietRig();
    rig.modem.deliver(pduOf("a"));
    const [first, second] = rig.modem.journal.entries();
    expect([first?.seq, second?.seq]).toEqual([1, 2]);
    expect(rig.modem.journal.entries(1)).toEqual([second]);
  });
});
