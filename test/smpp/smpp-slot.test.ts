import { describe, expect, it } from "vitest";
import { AppError, e164, lineId, millis, Secret, seconds } from "../../src/base/index.ts";
import { textMessage } from "../sim/smsc/index.ts";
import { LINE, noPassword, SmppRig } from "./smpp-rig.ts";

const TRY_AGAIN = 0x64;

const texts = (count: number): string[] => Array.from({ length: count }, (_, at) => `message ${at + 1}`);

describe("an account that works", () => {
  it("binds as receiver and names the gateway", async () => {
    const rig = new SmppRig();
    await rig.start();
    expect(rig.smsc.binds).toEqual(["receiver"]);
    expect(rig.status).toMatchObject({
      kind: "smpp",
      state: "ready",
      step: "bound",
      lineId: "line-1",
      problem: null,
      modem: { manufacturer: "SMPP", model: "sim-smsc", revision: "3.4" },
    });
    expect(rig.codes).toEqual(["slot.ready"]);
    await rig.stop();
    expect(rig.smsc.unbinds).toBe(1);
  });

  it("takes messages in their order, each once, and confirms each when the gateway has its answer for certain", async () => {
    const rig = new SmppRig();
    rig.smsc.send(...texts(50).map((text) => textMessage(text)));
    await rig.start();
    await rig.drained();
    expect(rig.bodies).toEqual(texts(50));
    expect(rig.smsc.acknowledged.length).toBe(50);
    await rig.clock.advance(seconds(1));
    expect(rig.intake.confirmed.length).toBe(50);
    expect(rig.smsc.enquiries).toBeLessThan(5);
    await rig.stop();
  });

  it("says nothing of text and sender in logs, events and status", async () => {
    const rig = new SmppRig();
    rig.smsc.send(textMessage("secret words", { from: "15550177" }), textMessage("secret words", { from: "15550177" }));
    await rig.start();
    await rig.drained();
    await rig.stop();
    const said = JSON.stringify([rig.log.lines, rig.events.list({ after: 0, limit: 500 }), rig.status]);
    expect(said).toContain("slot.ready");
    for (const secret of ["secret words", "15550177", "12025550101", "hush"]) expect(said).not.toContain(secret);
  });

  it("takes two equal texts as two messages", async () => {
    const rig = new SmppRig();
    rig.smsc.send(textMessage("same"), textMessage("same"), textMessage("same"));
    await rig.start();
    await rig.drained();
    expect(rig.bodies).toEqual(["same", "same", "same"]);
    await rig.stop();
  });

  it("answers nothing before it is durable", async () => {
    const rig = new SmppRig();
    await rig.start();
    rig.intake.hold();
    rig.smsc.send(textMessage("held"));
    await rig.clock.advance(seconds(5));
    expect(rig.smsc.acknowledged).toEqual([]);
    rig.intake.release();
    await rig.drained();
    expect(rig.smsc.acknowledged.length).toBe(1);
    await rig.stop();
  });

  it("asks the gateway to try again while the intake refuses, and loses nothing", async () => {
    const rig = new SmppRig({ smsc: { retryAfter: seconds(5) } });
    await rig.start();
    rig.intake.refusal = new AppError("store.full", "the disk is full", { retryable: true });
    rig.smsc.send(textMessage("one"), textMessage("two"));
    await rig.clock.advance(seconds(2));
    expect(rig.smsc.refused.map(({ status }) => status)).toEqual([TRY_AGAIN, TRY_AGAIN]);
    rig.intake.refusal = null;
    await rig.until(() => rig.smsc.acknowledged.length === 2);
    expect(rig.bodies).toEqual(["one", "two"]);
    await rig.stop();
  });

  it("acknowledges a delivery receipt and keeps it from the renter", async () => {
    const rig = new SmppRig();
    await rig.start();
    rig.smsc.send(textMessage("id:1 sub:001 dlvrd:001 stat:DELIVRD", { esmClass: 0x04 }), textMessage("real"));
    await rig.drained();
    expect(rig.bodies).toEqual(["real"]);
    expect(rig.smsc.acknowledged.length).toBe(2);
    await rig.stop();
    expect(rig.log.lines).toContainEqual(
      expect.objectContaining({ event: "delivery_receipts_ignored", fields: expect.objectContaining({ receipts: 1 }) }),
    );
  });

  it("takes data_sm as well, and bytes that come in pieces", async () => {
    const rig = new SmppRig({ smsc: { pieces: 7 } });
    rig.smsc.send(textMessage("by data", { command: "data" }), textMessage("by deliver"));
    await rig.start();
    await rig.drained();
    expect(rig.bodies).toEqual(["by data", "by deliver"]);
    await rig.stop();
  });

  it("stays bound while nothing comes, on an enquire_link every 30 seconds", async () => {
    const rig = new SmppRig();
    await rig.start();
    await rig.clock.advance(seconds(305));
    expect(rig.smsc.enquiries).toBe(10);
    expect(rig.smsc.binds.length).toBe(1);
    await rig.stop();
  });

  it("reads no further while a megabyte waits for the disk, and goes on afterwards", async () => {
    const rig = new SmppRig({ smsc: { window: 1000 } });
    await rig.start();
    rig.intake.hold();
    const long = Buffer.alloc(30_000, 0x61);
    const messages = Array.from({ length: 60 }, () => textMessage("", { tlvs: [[0x0424, long]] }));
    rig.smsc.send(...messages);
    await rig.clock.advance(seconds(1));
    expect(rig.intake.offers).toBeLessThan(40);
    rig.intake.release();
    await rig.drained();
    expect(rig.smsc.acknowledged.length).toBe(60);
    await rig.stop();
  });
});

describe("lines of an account", () => {
  const rack = [LINE, { id: lineId("line-2"), number: e164("+12025550102") }];

  it("are chosen by the destination of each message", async () => {
    const rig = new SmppRig({ lines: rack });
    rig.smsc.send(textMessage("to two", { to: "+12025550102" }), textMessage("to one", { to: "2025550101" }));
    await rig.start();
    await rig.drained();
    expect(rig.intake.taken.map(({ line }) => line)).toEqual(["line-2", "line-1"]);
    expect(rig.status.lineId).toBeNull();
    await rig.stop();
  });

  it("leave a message for an unknown number in the gateway, tell it once, and name no number", async () => {
    const rig = new SmppRig({ lines: rack });
    await rig.start();
    rig.smsc.send(textMessage("?", { to: "4930123456" }), textMessage("?", { to: "4930123457" }));
    await rig.clock.advance(seconds(3));
    expect(rig.intake.taken).toEqual([]);
    expect(rig.smsc.refused.every(({ status }) => status === TRY_AGAIN)).toBe(true);
    expect(rig.codes).toEqual(["slot.ready", "smpp.unknown_number"]);
    expect(JSON.stringify(rig.log.lines)).not.toContain("4930");
    rig.lines = [
      ...rack,
      { id: lineId("line-3"), number: e164("+4930123456") },
      { id: lineId("line-4"), number: e164("+4930123457") },
    ];
    await rig.until(() => rig.smsc.acknowledged.length === 2);
    await rig.stop();
  });

  it("that are missing leave messages in the gateway, with a warning", async () => {
    const rig = new SmppRig({ lines: [] });
    await rig.start();
    rig.smsc.send(textMessage("nobody's"));
    await rig.clock.advance(seconds(3));
    expect(rig.smsc.refused.length).toBeGreaterThan(0);
    expect(rig.status.warnings).toMatchObject([{ code: "slot.no_line" }]);
    await rig.stop();
  });
});

describe("binding", () => {
  it("falls back to transceiver where the gateway has no receivers", async () => {
    const rig = new SmppRig({ smsc: { modes: ["transceiver"] } });
    await rig.start();
    expect(rig.smsc.binds).toEqual(["receiver", "transceiver"]);
    await rig.stop();
  });

  it("keeps to the mode that was configured", async () => {
    const rig = new SmppRig({ smsc: { modes: ["transceiver"] }, slot: { bind: "receiver" } });
    rig.slot.start();
    await rig.clock.advance(seconds(60));
    expect(rig.smsc.binds.length).toBeGreaterThan(2);
    expect(new Set(rig.smsc.binds)).toEqual(new Set(["receiver"]));
    expect(rig.status).toMatchObject({ state: "down", problem: { code: "smpp.bind_refused" } });
    await rig.stop();
  });

  it("does not hammer a gateway that refuses the password, and uses one that was put right", async () => {
    let password = "wrong";
    const rig = new SmppRig({ password: async () => new Secret(password) });
    rig.slot.start();
    await rig.clock.advance(seconds(600));
    expect(rig.smsc.binds.length).toBeLessThanOrEqual(7);
    expect(rig.status).toMatchObject({ state: "down", problem: { code: "smpp.wrong_password" } });
    expect(rig.status.problem?.hint).toContain("password file");
    expect(rig.codes).toEqual(["slot.down smpp.wrong_password"]);
    password = "hush";
    await rig.until(() => rig.status.state === "ready", seconds(700));
    expect(JSON.stringify(rig.log.lines)).not.toContain("hush");
    await rig.stop();
  });

  it("waits for the password's file without a bind", async () => {
    const rig = new SmppRig({ password: noPassword });
    rig.slot.start();
    await rig.clock.advance(seconds(5));
    expect(rig.smsc.binds).toEqual([]);
    expect(rig.status.problem).toMatchObject({ code: "smpp.no_password", hint: "Write it." });
    await rig.stop();
  });

  it.each([
    [0x05, "smpp.already_bound"],
    [0x0d, "smpp.bind_refused"],
    [0x0f, "smpp.unknown_account"],
    [0x53, "smpp.wrong_system_type"],
  ])("tells what a refusal with status %i means", async (status, code) => {
    const rig = new SmppRig();
    rig.smsc.faults.push({ kind: "refuse", status });
    rig.slot.start();
    await rig.clock.advance(millis(100));
    expect(rig.status.problem?.code).toBe(code);
    await rig.until(() => rig.status.state === "ready");
    await rig.stop();
  });

  it("gives up a bind that is not answered, and tries again", async () => {
    const rig = new SmppRig();
    rig.smsc.faults.push({ kind: "no_bind_answer" });
    rig.slot.start();
    await rig.clock.advance(seconds(10));
    expect(rig.status.problem?.code).toBe("smpp.bind_timeout");
    await rig.until(() => rig.status.state === "ready", seconds(5));
    await rig.stop();
  });

  it("tries a gateway that cannot be reached ever more rarely, at most every eight seconds", async () => {
    const refused = new AppError("smpp.cannot_connect", "refused", { retryable: true, hint: "Look." });
    const rig = new SmppRig({ openGateway: () => () => Promise.reject(refused) });
    rig.slot.start();
    await rig.clock.advance(seconds(60));
    const gaps = rig.openings.slice(1).map((at, place) => at - (rig.openings[place] ?? 0));
    expect(gaps.length).toBeGreaterThan(6);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(8000);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(500);
    expect(rig.codes).toEqual(["slot.down smpp.cannot_connect"]);
    await rig.stop();
  });

  it("gives up a connection that never comes, and closes one that comes too late", async () => {
    const rig = new SmppRig({ openGateway: () => () => new Promise(() => {}) });
    rig.slot.start();
    await rig.clock.advance(seconds(10));
    expect(rig.status.problem?.code).toBe("smpp.cannot_connect");
    await rig.stop();
  });
});
