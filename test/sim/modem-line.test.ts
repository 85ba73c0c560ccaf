import { describe, expect, it } from "vitest";
import { ModemRig, quietRig } from "./modem-rig.ts";

describe("command lines of the simulated modem (V.250)", () => {
  it("echoes what it read until ATE0, and frames a verbose answer with CR LF on both sides", async () => {
    const rig = new ModemRig();
    expect(await rig.send("AT+CREG?\r")).toBe("AT+CREG?\r\r\n+CREG: 0,1\r\n\r\nOK\r\n");
    expect(await rig.send("ATE0\r")).toBe("ATE0\r\r\nOK\r\n");
    expect(await rig.send("AT\r")).toBe("\r\nOK\r\n");
  });

  it("answers with numbers and bare lines after ATV0", async () => {
    const rig = await quietRig();
    expect(await rig.send("ATV0\r")).toBe("0\r");
    expect(await rig.send("AT+CREG?\r")).toBe("+CREG: 0,1\r\n0\r");
    expect(await rig.send("AT+NOSUCH\r")).toBe("4\r");
    expect(await rig.send("ATV1\r")).toBe("\r\nOK\r\n");
  });

  it("keeps result codes to itself after ATQ1 but gives the information asked for", async () => {
    const rig = await quietRig();
    expect(await rig.send("ATQ1\r")).toBe("");
    expect(await rig.send("AT+CREG?\r")).toBe("\r\n+CREG: 0,1\r\n");
    expect(await rig.send("ATQ0\r")).toBe("\r\nOK\r\n");
  });

  it("ends lines with the characters in S3 and S4", async () => {
    const rig = await quietRig();
    expect(await rig.send("ATS3=33S4=35\r")).toBe("!#OK!#");
    expect(await rig.send("AT+CREG?!")).toBe("!#+CREG: 0,1!#!#OK!#");
    expect(await rig.send("AT&F!")).toBe("\r\nOK\r\n");
  });

  it("does the commands of a line in order and gives one result", async () => {
    const rig = await quietRig();
    expect(await rig.send("ATE0V1+CMEE=1;+CREG?;+CFUN?;S0?\r")).toBe(
      "\r\n+CREG: 0,1\r\n\r\n+CFUN: 1\r\n\r\n000\r\n\r\nOK\r\n",
    );
  });

  it("stops a line at the first command that fails", async () => {
    const rig = await quietRig();
    expect(await rig.send("AT+CREG?;+NOSUCH;+CMEE=1\r")).toBe("\r\n+CREG: 0,1\r\n\r\nERROR\r\n");
    expect(await rig.send("AT+CMEE?\r")).toBe("\r\n+CMEE: 0\r\n\r\nOK\r\n");
  });

  it("leaves semicolons and spaces inside of quotes alone", async () => {
    const rig = await quietRig();
    expect(await rig.send('AT + CLCK = "S;C",2 ; + CREG ?\r')).toBe("\r\nERROR\r\n");
    expect(await rig.send("A T\r")).toBe("");
    expect(await rig.send("AT + CREG ?\r")).toBe("\r\n+CREG: 0,1\r\n\r\nOK\r\n");
  });

  it("repeats the last line at A/ without waiting for a line end", async () => {
    const rig = await quietRig();
    await rig.send("AT+CREG?\r");
    expect(await rig.send("A/")).toBe("\r\n+CREG: 0,1\r\n\r\nOK\r\n");
    expect(await rig.send("a/A/")).toBe("\r\n+CREG: 0,1\r\n\r\nOK\r\n".repeat(2));
  });

  it("corrects a line at backspace and drops other control characters", async () => {
    const rig = await quietRig();
    expect(await rig.send("AT+CRX\bEG\0?\r")).toBe("\r\n+CREG: 0,1\r\n\r\nOK\r\n");
  });

  it("ignores noise before AT and lines without AT", async () => {
    const rig = await quietRig();
    expect(await rig.send("\n\xff\x00xyAT\r")).toBe("\r\nOK\r\n");
    expect(await rig.send("hello\r\r\n\r\n")).toBe("");
    expect(await rig.send("AT\r\n")).toBe("\r\nOK\r\n");
  });

  it("answers the same whatever pieces the bytes come in", async () => {
    const rig = await quietRig();
    let out = "";
    for (const char of "AT+CREG?\rAT\r") out += await rig.send(char);
    expect(out).toBe("\r\n+CREG: 0,1\r\n\r\nOK\r\n\r\nOK\r\n");
    expect(await rig.send("AT+CREG?\rAT\r")).toBe(out);
  });

  it("refuses a line that no buffer holds and understands the next one", async () => {
    const rig = await quietRig();
    expect(await rig.send(`AT${"x".repeat(10_000)}`)).toBe("");
    expect(await rig.send(`${"x".repeat(10_000)}\r`)).toBe("\r\nERROR\r\n");
    expect(await rig.send("AT\r")).toBe("\r\nOK\r\n");
  });

  it("keeps a half-written line of a host that went away, as a real line does", async () => {
    const rig = await quietRig();
    await rig.send("AT+CR");
    await rig.close();
    rig.reopen();
    expect(await rig.send("AT\r")).toBe("\r\nERROR\r\n");
    expect(await rig.send("AT\r")).toBe("\r\nOK\r\n");
  });

  it("drops output that no host is there to read", async () => {
    const rig = await quietRig();
    await rig.send("AT+CREG=1\r");
    await rig.close();
    rig.chunks.length = 0;
    rig.modem.radio.grant(5);
    await rig.during(1_000);
    rig.reopen();
    expect(await rig.send("AT\r")).toBe("\r\nOK\r\n");
    expect(rig.output).toBe("\r\nOK\r\n");
  });

  it("hands the line to a newer host and hangs up on the older", async () => {
    const rig = await quietRig();
    rig.reopen();
    expect(rig.hangups).toBe(1);
    expect(await rig.send("AT\r")).toBe("\r\nOK\r\n");
  });
});
