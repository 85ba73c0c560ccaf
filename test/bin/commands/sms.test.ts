// `numberbox sms decode` and `sms encode`: a JSON line for each input line, in order.
import { Command, CommanderError } from "commander";
import { describe, expect, it } from "vitest";
import { silentLogger, unixMs } from "../../../src/base/index.ts";
import type { CliIo } from "../../../src/bin/cli-io.ts";
import { registerSms } from "../../../src/bin/commands/sms.ts";
import { SeededRandom } from "../../sim/seeded-random.ts";
import { VirtualClock } from "../../sim/virtual-clock.ts";
import { deliverTpdu } from "../../sms/pdu-text.ts";

interface Run {
  readonly exit: number;
  readonly lines: readonly Record<string, unknown>[];
  readonly writes: number;
}

interface Given {
  readonly input?: string;
  readonly signal?: AbortSignal;
}

/** Runs `sms …` as the main program does. */
async function sms(args: readonly string[], given: Given = {}): Promise<Run> {
  let exit = -1;
  const writes: string[] = [];
  const io: CliIo = {
    out: (text) => writes.push(text),
    err: () => {},
    readInput: () => Promise.resolve(new TextEncoder().encode(given.input ?? "")),
    env: {},
    clock: new VirtualClock(unixMs(Date.UTC(2026, 2, 4, 5, 6, 7))),
    random: new SeededRandom(1),
    log: silentLogger,
    signal: given.signal ?? new AbortController().signal,
  };
  const program = new Command("numberbox").exitOverride().configureOutput({ writeErr: () => {} });
  registerSms(program, io, (code) => {
    exit = code;
  });
  try {
    await program.parseAsync(["sms", ...args], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    exit = 2;
  }
  const lines = writes
    .join("")
    .split("\n")
    .filter((line) => line !== "");
  return { exit, lines: lines.map((line) => JSON.parse(line)), writes: writes.length };
}

const WHOLE = `059151551099${deliverTpdu()}`;

describe("sms decode", () => {
  it("prints a JSON line for each argument", async () => {
    const { exit, lines } = await sms(["decode", WHOLE, `00${deliverTpdu({ dcs: "04", ud: "0201FF" })}`]);
    expect(exit).toBe(0);
    expect(lines).toMatchObject([
      { ok: true, type: "deliver", from: "+15550100", body: "hello", smsc: "+15550199" },
      { ok: true, body: null, body_hex: "01FF", smsc: null },
    ]);
  });

  it.each([[["decode", "-"]], [["decode"]]])("reads lines of standard input with %j", async (args) => {
    const input = `${WHOLE}\r\n\n  ${WHOLE.toLowerCase()}  \n+CMT: ,24\nOK\n${deliverTpdu()}`;
    const { exit, lines } = await sms(args, { input });
    expect(exit).toBe(0);
    expect(lines).toMatchObject([
      { ok: true, body: "hello" },
      { ok: true, body: "hello" },
      { ok: false, code: "pdu.not_hex", raw: "+CMT: ,24" },
      { ok: false, code: "pdu.not_hex", raw: "OK" },
      { ok: true, body: "hello", smsc: null },
    ]);
  });

  it("takes arguments and standard input in the order given", async () => {
    const { lines } = await sms(["decode", "00", "-", "0001"], { input: "0002\n" });
    expect(lines.map(({ raw }) => raw)).toEqual(["00", "0002", "0001"]);
  });

  it("reads the service centre address and the direction as told", async () => {
    expect((await sms(["decode", "--smsc", "no", WHOLE])).lines).toMatchObject([{ ok: false }]);
    expect((await sms(["decode", "--smsc", "yes", WHOLE])).lines).toMatchObject([{ ok: true }]);
    const mo = await sms(["decode", "--direction", "mo", WHOLE]);
    expect(mo).toMatchObject({ exit: 0, lines: [{ ok: false, code: "pdu.unsupported_type" }] });
  });

  it("refuses an unknown mode as wrong usage", async () => {
    expect((await sms(["decode", "--smsc", "maybe", WHOLE])).exit).toBe(2);
    expect((await sms(["decode", "--direction", "up", WHOLE])).exit).toBe(2);
    expect((await sms(["decode", "--nonsense"])).exit).toBe(2);
  });

  it("keeps order and count over many lines, with few writes", async () => {
    const count = 5000;
    const hex = (index: number): string => deliverTpdu({ dcs: "04", ud: `02${index.toString(16).padStart(4, "0")}` });
    const input = Array.from({ length: count }, (_, index) => hex(index)).join("\n");
    const { lines, writes } = await sms(["decode", "-"], { input });
    expect(lines.map((line) => Number.parseInt(String(line.body_hex), 16))).toEqual([...Array(count).keys()]);
    expect(writes).toBeLessThan(10);
  });

  it("stops between two pieces of input when it is told to", async () => {
    const abort = new AbortController();
    abort.abort();
    const input = `${WHOLE}\n`.repeat(20_000);
    const { exit, lines } = await sms(["decode", "-"], { input, signal: abort.signal });
    expect(exit).toBe(1);
    expect(lines.length).toBeLessThan(20_000);
  });

  it("writes nothing for empty input", async () => {
    expect(await sms(["decode", "-"])).toMatchObject({ exit: 0, lines: [] });
  });
});

describe("sms encode", () => {
  const encode = async (...messages: unknown[]): Promise<Run> =>
    sms(["encode", "-"], { input: messages.map((message) => JSON.stringify(message)).join("\n") });
  /** The first message, encoded and decoded again. */
  const again = async (message: unknown): Promise<unknown> => {
    const [line] = (await encode(message)).lines;
    const pdus = Array.isArray(line?.pdus) ? line.pdus : [];
    return (await sms(["decode", "--smsc", "yes", String(pdus[0])])).lines[0];
  };

  it("prints the PDUs of a deliver as upper-case hex", async () => {
    const message = { type: "deliver", smsc: "+15550199", from: "+15550100", body: "hello" };
    const { exit, lines } = await encode({ ...message, sent_at: "2026-03-04T05:06:07+02:00" });
    expect({ exit, lines }).toEqual({ exit: 0, lines: [{ ok: true, pdus: [WHOLE] }] });
  });

  it("prints one PDU for each part", async () => {
    const { lines } = await encode({ type: "submit", to: "+15550100", body: "a".repeat(161), concat_ref: 7 });
    expect(lines).toMatchObject([{ ok: true, pdus: [expect.any(String), expect.any(String)] }]);
  });

  it("takes all members of a deliver", async () => {
    const message = {
      type: "deliver",
      from: "Bank",
      body_hex: "01ff",
      encoding: "8bit",
      class: 1,
      pid: 0x41,
      ports: { dst: 2948, src: 9200 },
      sent_at: "2026-03-04T05:06:07-03:30",
    };
    expect(await again(message)).toMatchObject({
      from: "Bank",
      body_hex: "01FF",
      class: 1,
      replace_type: 1,
      ports: { dst: 2948, src: 9200 },
      sent_at: "2026-03-04T05:06:07-03:30",
    });
    expect(await again({ type: "deliver", from: "1", body: "ğ", national: { locking: "turkish" } })).toMatchObject({
      body: "ğ",
      encoding: "gsm7",
    });
  });

  it("takes the time of day where none is given, in UTC", async () => {
    expect(await again({ type: "deliver", from: "1", body: "a" })).toMatchObject({
      sent_at: "2026-03-04T05:06:07+00:00",
    });
    expect(await again({ type: "deliver", from: "1", body: "a", sent_at: "2026-01-02T03:04:05Z" })).toMatchObject({
      sent_at: "2026-01-02T03:04:05+00:00",
    });
  });

  it("takes all members of a submit and of a status report", async () => {
    const submit = {
      type: "submit",
      to: "1234",
      body: "a",
      reference: 9,
      validity_seconds: 600,
      status_report_requested: true,
      concat_bits: 16,
      ports: null,
      smsc: null,
      class: null,
    };
    expect(await again(submit)).toMatchObject({
      to: "1234",
      reference: 9,
      validity: { seconds: 600 },
      status_report_requested: true,
    });
    const report = { type: "status-report", to: "1234", reference: 9, sent_at: "2026-03-04T05:06:07+02:00" };
    expect(await again(report)).toMatchObject({ reference: 9, status: 0, discharged_at: "2026-03-04T05:06:07+02:00" });
    expect(await again({ ...report, status: 70, discharged_at: "2026-03-05T05:06:07+02:00" })).toMatchObject({
      status: 70,
      discharged_at: "2026-03-05T05:06:07+02:00",
    });
  });

  it.each<[unknown, string]>([
    [{ type: "deliver", from: "1" }, "pdu.bad_content"],
    [{ type: "deliver", from: "1", body: "a", colour: "red" }, "sms.bad_request"],
    [{ type: "command", to: "1" }, "sms.bad_request"],
    [{ type: "deliver", from: "1", body: "a", sent_at: "yesterday" }, "sms.bad_request"],
    [{ type: "deliver", from: "1", body_hex: "0" }, "base.bad_hex"],
    ["text", "sms.bad_request"],
  ])("%j is %s, and exit code 1", async (message, code) => {
    const run = await encode(message, { type: "deliver", from: "1", body: "a" });
    expect(run).toMatchObject({ exit: 1, lines: [{ ok: false, code }, { ok: true }] });
  });

  it("names the member that is wrong, without its value", async () => {
    const [line] = (await encode({ type: "deliver", from: "1", body: "a", pid: "SECRET" })).lines;
    expect(line?.message).toMatch(/^pid: /);
    expect(line?.message).not.toMatch(/SECRET/);
  });

  it("takes a line that is no JSON as a failure", async () => {
    const run = await sms(["encode", "{", `{"type":"deliver","from":"1","body":"a"}`]);
    expect(run).toMatchObject({ exit: 1, lines: [{ ok: false, code: "sms.bad_json" }, { ok: true }] });
  });
});
