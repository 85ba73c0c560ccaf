import { describe, expect, it } from "vitest";
import type { FaultInput } from "./modem/index.ts";
import { type ModemRig, quietRig, splitLines } from "./modem-rig.ts";

const CREG = "\r\n+CREG: 0,1\r\n\r\nOK\r\n";
const NEVER = 86_400_000;

function deliver(rig: ModemRig, body = "hello"): void {
  rig.modem.sendSms({ from: "+15550111", body });
}

async function faulty(...faults: readonly FaultInput[]): Promise<ModemRig> {
  const rig = await quietRig();
  for (const fault of faults) rig.modem.faults.add(fault);
  return rig;
}

describe("faults of the bytes", () => {
  it("split: the same bytes in odd pieces", async () => {
    const rig = await faulty({ kind: "split", max: 3 });
    expect(await rig.send("AT+CREG?\r")).toBe(CREG);
    expect(rig.chunks.length).toBeGreaterThan(7);
    expect(rig.chunks.every((chunk) => chunk.length >= 1 && chunk.length <= 3)).toBe(true);
    expect(new Set(rig.chunks.map((chunk) => chunk.length)).size).toBeGreaterThan(1);
  });

  it("split: pieces come with time between them", async () => {
    const rig = await faulty({ kind: "split", max: 1, ms: 10 });
    expect(await rig.send("AT\r")).toBe("\r");
    expect(await rig.during(10)).toBe("\n");
    expect(await rig.during(40)).toBe("OK\r\n");
  });

  it("merge: answers and unsolicited lines come in one piece after a while", async () => {
    const rig = await faulty({ kind: "merge", ms: 100 });
    await rig.send("AT+CNMI=2,1\r");
    deliver(rig);
    await rig.send("AT\r");
    expect(rig.chunks).toEqual([]);
    await rig.during(100);
    expect(rig.chunks).toEqual(['\r\nOK\r\n\r\n+CMTI: "SM",1\r\n\r\nOK\r\n']);
  });

  it("slow: bytes leave at the rate of the line", async () => {
    const rig = await faulty({ kind: "slow", rate: 1000 });
    const answer = "\r\n001001000000015\r\n\r\nOK\r\n";
    await rig.send("AT+CGSN\r");
    expect(rig.output).toBe(answer.slice(0, 10));
    await rig.during(9);
    expect(rig.output).toBe(answer.slice(0, 10));
    await rig.during(1);
    expect(rig.output).toBe(answer.slice(0, 20));
    await rig.during(10);
    expect(rig.output).toBe(answer);
    await rig.send("AT\r");
    expect(rig.output).toBe(answer);
    await rig.during(10);
    expect(rig.output).toBe(`${answer}\r\nOK\r\n`);
  });

  it("garbage between: noise before a piece, without line ends of its own", async () => {
    const rig = await faulty({ kind: "garbage", bytes: 20 });
    const out = await rig.send("AT+CREG?\r");
    expect(out).toHaveLength(CREG.length + 20);
    expect(out.endsWith(CREG)).toBe(true);
    expect(out.slice(0, 20)).not.toMatch(/[\r\n]/);
  });

  it("garbage inside: noise in the middle of a piece", async () => {
    const rig = await faulty({ kind: "garbage", where: "inside", bytes: 5 });
    const out = await rig.send("AT+CREG?\r");
    const at = [...out].findIndex((char, i) => char !== CREG[i]);
    expect(at).toBeGreaterThan(0);
    expect(out.slice(0, at) + out.slice(at + 5)).toBe(CREG);
  });

  it("nul: NUL bytes that are not part of the answer", async () => {
    const rig = await faulty({ kind: "nul", bytes: 3 });
    const out = await rig.send("AT+CREG?\r");
    expect([...out].filter((char) => char === "\0")).toHaveLength(3);
    expect(out.replaceAll("\0", "")).toBe(CREG);
  });

  it("overlong: a line of a megabyte before the answer", async () => {
    const rig = await faulty({ kind: "overlong", bytes: 1_000_000, match: "+CREG" });
    expect(await rig.send("AT\r")).toBe("\r\nOK\r\n");
    expect(await rig.send("AT+CREG?\r")).toBe(`\r\n${"#".repeat(1_000_000)}\r\n${CREG}`);
  });

  it("echo: stays on whatever ATE0 said", async () => {
    const rig = await faulty({ kind: "echo" });
    expect(await rig.send("ATE0\r")).toBe("ATE0\r\r\nOK\r\n");
    rig.modem.faults.clear();
    expect(await rig.send("AT\r")).toBe("\r\nOK\r\n");
  });
});

describe("faults of an answer", () => {
  it("stall with a time: nothing is read meanwhile, then everything is answered in order", async () => {
    const rig = await faulty({ kind: "stall", ms: 5_000, times: 1 });
    expect(await rig.send("AT+CREG?\rAT\r")).toBe("");
    expect(await rig.during(4_999)).toBe("");
    expect(await rig.during(1)).toBe(`${CREG}\r\nOK\r\n`);
  });

  it("stall without a time: the command is done and its answer never comes", async () => {
    const rig = await faulty({ kind: "stall", match: "+CMGD", times: 1 });
    deliver(rig);
    expect(await rig.send("AT+CMGD=1\r")).toBe("");
    expect(await rig.during(NEVER)).toBe("");
    expect(rig.modem.card?.store.used).toBe(0);
    expect(await rig.send("AT\r")).toBe("\r\nOK\r\n");
  });

  it("stall of a command that is not done either", async () => {
    const rig = await faulty({ kind: "stall", match: "+CMGD", executed: false });
    deliver(rig);
    expect(await rig.send("AT+CMGD=1\r")).toBe("");
    expect(rig.modem.card?.store.used).toBe(1);
  });

  it("stall: a prompt that never comes", async () => {
    const rig = await faulty({ kind: "stall", match: "+CMGS", executed: false });
    expect(await rig.send("AT+CMGS=18\r")).toBe("");
    expect(await rig.send("AT\r")).toBe("\r\nOK\r\n");
  });

  it("stall until a reset: a hung modem that only a restart cures", async () => {
    const rig = await faulty({ kind: "stall", executed: false, until: "reset" });
    expect(await rig.send("AT\rAT+CFUN=1,1\r")).toBe("");
    expect(await rig.during(NEVER)).toBe("");
    rig.modem.reset();
    await rig.during(2_000);
    expect(await rig.send("ATE0\r")).toContain("OK");
  });

  it("late with a time: the answer of the previous command comes behind the next one", async () => {
    const rig = await faulty({ kind: "late", match: "+CREG", ms: 100 });
    expect(await rig.send("AT+CREG?\rAT+CFUN?\r")).toBe("\r\n+CFUN: 1\r\n\r\nOK\r\n");
    expect(await rig.during(100)).toBe(CREG);
  });

  it("late without a time: the answer comes right before the next one", async () => {
    const rig = await faulty({ kind: "late", match: "+CREG" });
    expect(await rig.send("AT+CREG?\r")).toBe("");
    expect(await rig.send("AT+CFUN?\r")).toBe(`${CREG}\r\n+CFUN: 1\r\n\r\nOK\r\n`);
  });

  it("error: a chosen reply to a chosen command, which is not done", async () => {
    const rig = await faulty({ kind: "error", match: "+CMGD", reply: "+CMS ERROR: 322", times: 2 });
    deliver(rig);
    expect(await rig.lines("AT+CMGL=4\r")).toContain("OK");
    for (let i = 0; i < 2; i++) expect(await rig.lines("AT+CMGD=1\r")).toEqual(["+CMS ERROR: 322"]);
    expect(rig.modem.card?.store.used).toBe(1);
    expect(await rig.lines("AT+CMGD=1\r")).toEqual(["OK"]);
  });

  it("half-pdu: a listing that breaks off in the middle of its first PDU and fails", async () => {
    const rig = await quietRig();
    deliver(rig);
    deliver(rig);
    const [head, pdu = ""] = await rig.lines("AT+CMGL=4\r");
    rig.modem.faults.add({ kind: "half-pdu", times: 1 });
    // What has no PDU does not use it up.
    expect(await rig.lines("AT+CMGL=0\r")).toEqual(["OK"]);
    expect(await rig.lines("AT+CREG?\r")).toEqual(["+CREG: 0,1", "OK"]);
    expect(await rig.lines("AT+CMGL=4\r")).toEqual([
      head?.replace(",0,", ",1,"),
      pdu.slice(0, pdu.length / 2),
      "ERROR",
    ]);
    expect(await rig.lines("AT+CMGL=4\r")).toHaveLength(5);
  });

  it("reset: the modem restarts in the middle of the answer and forgets its settings, not its messages", async () => {
    const rig = await faulty({ kind: "reset", match: "+CMGL", times: 1 });
    deliver(rig);
    const part = await rig.send("AT+CNMI=2,1\rAT+CMGL=4\r");
    expect(part.startsWith("\r\nOK\r\n")).toBe(true);
    expect(part).not.toContain("OK\r\n\r\nOK");
    expect(await rig.send("AT\r")).toBe("");
    expect(splitLines(await rig.during(2_000))).toEqual(["RDY", "+CPIN: READY"]);
    expect(await rig.send("AT+CNMI?\r")).toBe("AT+CNMI?\r\r\n+CNMI: 0,0,0,0,0\r\n\r\nOK\r\n");
    expect(await rig.send("AT+CMGL=4\r")).toContain("+CMGL: 1,1,,");
  });

  it("reset before a deletion was done leaves the message, and after it does not", async () => {
    for (const executed of [true, false]) {
      const rig = await faulty({ kind: "reset", match: "+CMGD", executed });
      deliver(rig);
      await rig.send("AT+CMGD=1\r");
      expect(rig.modem.card?.store.used).toBe(executed ? 0 : 1);
    }
  });

  it("unplug: the line goes in the middle of a read, and the modem comes back after a while", async () => {
    const rig = await faulty({ kind: "unplug", match: "+CMGR", ms: 3_000, times: 1 });
    deliver(rig);
    const part = await rig.send("AT+CMGR=1\r");
    expect(part).not.toContain("OK");
    expect(rig.hangups).toBe(1);
    expect(() => rig.reopen()).toThrowError(expect.objectContaining({ code: "modem.unplugged" }));
    await expect(rig.write("AT\r")).rejects.toMatchObject({ code: "modem.closed" });
    await rig.during(3_000);
    rig.reopen();
    expect(splitLines(await rig.during(2_000))).toEqual(["RDY", "+CPIN: READY"]);
    expect(await rig.send("AT+CMGR=1\r")).toContain("+CMGR: 1,,");
  });

  it("full: no message gets in, the memory says so, and the end of it lets them in", async () => {
    const rig = await faulty({ kind: "full" });
    deliver(rig);
    expect(await rig.lines("AT+CPMS?\r")).toContain('+CPMS: "SM",30,30,"SM",30,30,"SM",30,30');
    expect(rig.modem.sms.queue).toHaveLength(1);
    rig.modem.faults.clear();
    rig.modem.sms.pump();
    expect(rig.modem.card?.store.used).toBe(1);
  });
});

describe("faults of unsolicited lines", () => {
  it("urc-duplicate: the line comes twice", async () => {
    const rig = await faulty({ kind: "urc-duplicate", match: "+CMTI" });
    await rig.send("AT+CNMI=2,1\r");
    deliver(rig);
    expect(splitLines(await rig.during(0))).toEqual(['+CMTI: "SM",1', '+CMTI: "SM",1']);
  });

  it("urc-lost: the message is there, the line never comes", async () => {
    const rig = await faulty({ kind: "urc-lost", match: "+CMTI", times: 1 });
    await rig.send("AT+CNMI=2,1\r");
    deliver(rig);
    deliver(rig);
    expect(splitLines(await rig.during(NEVER))).toEqual(['+CMTI: "SM",2']);
    expect(rig.modem.card?.store.used).toBe(2);
  });

  it("urc-misplaced: the line comes in the middle of the next answer", async () => {
    const rig = await faulty({ kind: "urc-misplaced" });
    await rig.send("AT+CNMI=2,1\r");
    deliver(rig);
    expect(await rig.during(1_000)).toBe("");
    const urc = '\r\n+CMTI: "SM",1\r\n';
    const out = await rig.send("AT+CMGL=4\r");
    const at = out.indexOf(urc);
    expect(at).toBeGreaterThan(0);
    expect(at + urc.length).toBeLessThan(out.length);
    expect(splitLines(out.replace(urc, "")).map((line) => line.slice(0, 6))).toEqual(["+CMGL:", "079151", "OK"]);
  });

  it("hits only the lines that match", async () => {
    const rig = await faulty({ kind: "urc-lost", match: "+CREG" });
    await rig.send("AT+CNMI=2,1;+CREG=1\r");
    rig.modem.radio.grant(5);
    deliver(rig);
    expect(splitLines(await rig.during(0))).toEqual(['+CMTI: "SM",1']);
  });
});

describe("the fault box", () => {
  it("repeats a run exactly from the same seed, and not from another", async () => {
    const run = async (seed: string) => {
      const rig = await quietRig({ seed });
      rig.modem.faults.add({ kind: "split", max: 5, probability: 0.5 });
      rig.modem.faults.add({ kind: "garbage", where: "inside", probability: 0.3 });
      rig.modem.faults.add({ kind: "urc-lost", probability: 0.5 });
      rig.modem.faults.add({ kind: "error", match: "+CSQ", probability: 0.2 });
      rig.modem.faults.add({ kind: "reset", match: "+CREG", probability: 0.1 });
      await rig.send("AT+CNMI=2,1\r");
      for (let i = 0; i < 30; i++) {
        deliver(rig, `n ${i}`);
        await rig.send("AT+CSQ\rAT+CREG?\r");
        await rig.during(1_000);
      }
      return rig.chunks;
    };
    const first = await run("a");
    expect(await run("a")).toEqual(first);
    expect(await run("b")).not.toEqual(first);
  });

  it("strikes with its probability", async () => {
    const rig = await faulty({ kind: "error", probability: 0.25 });
    let struck = 0;
    for (let i = 0; i < 400; i++) if ((await rig.send("AT\r")).includes("ERROR")) struck++;
    expect(struck).toBeGreaterThan(60);
    expect(struck).toBeLessThan(140);
  });

  it("takes one fault away without the others", async () => {
    const rig = await quietRig();
    const remove = rig.modem.faults.add({ kind: "error", reply: "+CME ERROR: 14" });
    rig.modem.faults.add({ kind: "echo" });
    expect(await rig.send("AT\r")).toBe("AT\r\r\n+CME ERROR: 14\r\n");
    remove();
    expect(await rig.send("AT\r")).toBe("AT\r\r\nOK\r\n");
  });

  it("refuses a fault that is not in the schema", async () => {
    const rig = await quietRig();
    for (const fault of [{ kind: "split", max: 0 } as const, { kind: "error", reply: "OK\r\n" } as const]) {
      expect(() => rig.modem.faults.add(fault)).toThrowError(expect.objectContaining({ code: "sim.bad_request" }));
    }
    expect(rig.modem.faults.list()).toEqual([]);
  });
});
