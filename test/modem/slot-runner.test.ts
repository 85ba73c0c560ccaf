import { describe, expect, it } from "vitest";
import { AppError, lineId, type Millis, millis, minutes, seconds } from "../../src/base/index.ts";
import { REOPEN_BACKOFF, START_STEPS } from "../../src/core/index.ts";
import type { ByteLink } from "../../src/modem/index.ts";
import { CLOSE_LIMIT, OPEN_LIMIT } from "../../src/modem/timeouts.ts";
import { SimCard } from "../sim/modem/index.ts";
import { SeededRandom } from "../sim/seeded-random.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";
import { FakeIntake } from "./fake-intake.ts";
import { ScriptLink } from "./script-link.ts";
import { SlotRig } from "./slot-rig.ts";

async function readyRig(options: ConstructorParameters<typeof SlotRig>[0] = {}): Promise<SlotRig> {
  const rig = new SlotRig(options);
  await rig.start();
  rig.commands.length = 0;
  return rig;
}

/** A command of each step of the start-up; none for the first, whose AT has no name. */
const COMMAND_OF_STEP = {
  probe: null,
  configure: "E",
  identify: "+CGMM",
  sim: "+CPIN",
  network: "+CREG",
  storage: "+CPMS",
  notify: "+CNMI",
  drain: "+CMGL",
} as const;

describe("start-up", () => {
  it("finds out what there is, and tells it", async () => {
    const rig = await readyRig();
    expect(rig.status).toMatchObject({
      state: "ready",
      step: "ready",
      lineId: "line-1",
      problem: null,
      modem: { manufacturer: "Numberbox", model: "Simulated 3GPP modem", imei: "001001000000015" },
      iccid: rig.modem.card?.identity.iccid,
      imsi: rig.modem.card?.identity.imsi,
      operator: "Testnet",
      registration: "home",
      storage: { used: 0, total: 30 },
    });
    expect(rig.modem.settings).toMatchObject({ echo: false, cmee: 1, cnmi: { mode: 2, mt: 1 } });
    expect(rig.changes).toBeGreaterThan(START_STEPS.length);
    await rig.stop();
  });

  it("waits for a modem that is mute for a while", async () => {
    const rig = new SlotRig();
    rig.fault({ kind: "stall", ms: 12_000, times: 1 });
    await rig.start();
    expect(rig.codes).toEqual(["slot.ready"]);
    await rig.stop();
  });

  it("waits for a modem that boots, and does not mind its boot lines", async () => {
    const rig = new SlotRig();
    rig.modem.reset();
    await rig.start();
    expect(rig.codes).toEqual(["slot.ready"]);
    await rig.stop();
  });

  it("of a modem that never answers fails with modem.timeout, and is tried again and again", async () => {
    const rig = new SlotRig();
    rig.fault({ kind: "stall" });
    rig.runner.start();
    await rig.pass(minutes(5));
    expect(rig.status).toMatchObject({ state: "down", problem: { code: "modem.timeout" } });
    expect(rig.openings.length).toBeGreaterThan(5);
    expect(rig.codes).toEqual(["slot.down"]);
    rig.modem.faults.clear();
    await rig.ready();
    await rig.stop();
  });

  it("goes on with a modem that was left inside of a command that sends a message", async () => {
    const rig = new SlotRig();
    const before = rig.link();
    await before.write(Buffer.from("AT+CMGS=20\r"));
    await before.close();
    await rig.start();
    expect(rig.modem.journal.count("sent")).toBe(0);
    await rig.stop();
  });

  it("ends a half-typed line of an earlier program", async () => {
    const rig = new SlotRig();
    const before = rig.link();
    await before.write(Buffer.from("AT+CM"));
    await before.close();
    await rig.start();
    await rig.stop();
  });

  it.each(["+CME ERROR: 14", "+CME ERROR: 515"])("asks again when the modem is busy (%s)", async (reply) => {
    const rig = new SlotRig();
    for (const match of ["+CPIN", "+CCID", "+CNMI", "+CPMS"]) rig.fault({ kind: "error", match, reply, times: 1 });
    await rig.start();
    // "Busy" is not "has none": the SIM is known, and messages are announced.
    expect(rig.status.iccid).toBe(rig.modem.card?.identity.iccid);
    expect(rig.modem.settings.cnmi.mt).toBe(1);
    await rig.stop();
  });

  it("gives up a modem that stays busy, and starts over", async () => {
    const rig = new SlotRig();
    rig.fault({ kind: "error", match: "+CCID", reply: "+CME ERROR: 14", times: 4 });
    rig.runner.start();
    await rig.until(() => rig.status.state === "down");
    expect(rig.status.problem?.code).toBe("modem.error");
    await rig.ready();
    await rig.stop();
  });

  it("does without what a modem does not know", async () => {
    const rig = new SlotRig();
    const unknown = /^(\+CMEE|\+CG[MS].|\+CIMI|.*CCID|\+CE?REG|\+COPS|\+CNMI)$/;
    rig.modem.behaviours.unshift({
      name: "knows little",
      onCommand: (context, command) => {
        if (!unknown.test(command.name)) return false;
        context.fail("ERROR");
        return true;
      },
    });
    rig.send("hello");
    await rig.start();
    expect(rig.status).toMatchObject({ modem: null, iccid: null, imsi: null, operator: null, registration: null });
    rig.send("no announcement");
    await rig.pass(seconds(60));
    rig.expectAllOnce();
    expect(rig.codes).toEqual(["slot.ready"]);
    await rig.stop();
  });

  it("takes replies that make no sense for no answer, where it can do without", async () => {
    const rig = new SlotRig();
    rig.modem.behaviours.unshift({
      name: "says nonsense",
      onCommand: (context, command) => {
        const nonsense = /^(\+CSQ|\+COPS|.*CCID)$/.test(command.name);
        if (nonsense) context.info(`${command.name}: ?,?`);
        return nonsense;
      },
    });
    await rig.start();
    expect(rig.status).toMatchObject({ iccid: null, signalDbm: null, storage: { used: 0, total: 30 } });
    await rig.pass(minutes(2));
    expect(rig.codes).toEqual(["slot.ready"]);
    await rig.stop();
  });

  it("receives into the modem's memory when the SIM's is refused or not taken, and reads both", async () => {
    for (const refused of [true, false]) {
      const rig = new SlotRig();
      rig.modem.behaviours.unshift({
        name: "does not receive into SM",
        onCommand: (context, command) => {
          const intoSm = command.name === "+CPMS" && command.values.length === 3 && command.values[2] === "SM";
          if (intoSm && refused) context.fail({ cms: 302 });
          else if (intoSm) context.info("+CPMS: 0,50,0,50,0,50");
          if (intoSm) rig.modem.settings.memories = ["ME", "ME", "ME"];
          return intoSm;
        },
      });
      rig.place("SM", "on the SIM");
      await rig.start();
      rig.send("into the modem");
      await rig.pass(seconds(1));
      expect(rig.modem.settings.memories[2]).toBe("ME");
      expect(rig.intake.taken.map(({ location }) => location)).toEqual(["SM:1", "ME:1"]);
      rig.expectAllOnce();
      await rig.stop();
    }
  });

  it("fails with a coded problem when the modem takes no storage", async () => {
    const rig = new SlotRig();
    rig.fault({ kind: "error", match: "+CPMS", reply: "+CMS ERROR: 302" });
    rig.runner.start();
    await rig.pass(seconds(10));
    expect(rig.status.problem).toMatchObject({ code: "modem.no_storage", hint: expect.any(String) });
    await rig.stop();
  });
});

describe("a SIM that cannot be used", () => {
  it.each([
    ["asks for its PIN", "+CPIN: SIM PIN", "sim.pin_required"],
    ["asks for its PUK", "+CPIN: SIM PUK", "sim.puk_required"],
    ["is of another operator", "+CPIN: PH-NET PIN", "sim.locked_to_operator"],
    ["is locked otherwise", "+CPIN: PH-SIM PIN", "sim.failure"],
    ["is missing", "+CME ERROR: 10", "sim.missing"],
    ["asks for its PIN by error", "+CME ERROR: 11", "sim.pin_required"],
    ["asks for its PUK by error", "+CME ERROR: 12", "sim.puk_required"],
    ["is broken", "+CME ERROR: 13", "sim.failure"],
    ["is refused without a reason", "ERROR", "sim.failure"],
  ])("because it %s is a problem with a hint, looked at patiently", async (_, answer, code) => {
    const rig = new SlotRig();
    rig.modem.behaviours.unshift({
      name: "locked",
      onCommand: (context, command) => {
        if (command.name !== "+CPIN") return false;
        const cme = /CME ERROR: (\d+)/.exec(answer)?.[1];
        if (answer.startsWith("+CPIN")) context.info(answer);
        else context.fail(cme === undefined ? "ERROR" : { cme: Number(cme) });
        return true;
      },
    });
    rig.runner.start();
    await rig.pass(minutes(10));
    expect(rig.status).toMatchObject({ state: "down", problem: { code, hint: expect.any(String) } });
    expect(rig.openings.length).toBeGreaterThan(15);
    expect(rig.openings.length).toBeLessThan(45);
    expect(rig.codes).toEqual(["slot.down"]);
    // Nothing is ever typed into a SIM.
    expect(rig.commands.filter((text) => /^AT\+CPIN/.test(text)).every((text) => text === "AT+CPIN?")).toBe(true);
    rig.modem.behaviours.shift();
    await rig.ready();
    expect(rig.status.problem).toBeNull();
    await rig.stop();
  });

  it("because it has a PIN keeps all its tries", async () => {
    const card = new SimCard({ number: "+15550100777", pin: "1234" });
    const rig = new SlotRig({ modem: { card } });
    rig.runner.start();
    await rig.pass(minutes(30));
    expect(rig.status.problem?.code).toBe("sim.pin_required");
    expect(card.pinTries).toBe(3);
    await rig.stop();
  });

  it("because PIN2 is asked for is used all the same", async () => {
    const rig = new SlotRig();
    rig.modem.behaviours.unshift({
      name: "PIN2",
      onCommand: (context, command) => {
        if (command.name === "+CPIN") context.info("+CPIN: SIM PIN2");
        return command.name === "+CPIN";
      },
    });
    await rig.start();
    await rig.stop();
  });

  it("for some seconds after power-up is waited for", async () => {
    const rig = new SlotRig();
    rig.fault({ kind: "error", match: "+CPIN", reply: "+CME ERROR: 14", times: 10 });
    await rig.start();
    expect(rig.codes).toEqual(["slot.ready"]);
    await rig.stop();
  });

  it("for ever, because it never gets ready, is a failure", async () => {
    const rig = new SlotRig();
    rig.fault({ kind: "error", match: "+CPIN", reply: "+CME ERROR: 14" });
    rig.runner.start();
    await rig.until(() => rig.status.problem?.code === "sim.failure");
    await rig.stop();
  });

  it("because it was taken out takes the slot down at once, and the next one in is found", async () => {
    const lines = (iccid: string | null) => lineId(iccid === first.identity.iccid ? "line-1" : "line-2");
    const first = new SimCard({ number: "+15550100701" });
    const rig = await readyRig({ modem: { card: first }, lineFor: lines });
    rig.modem.insertCard(undefined);
    rig.modem.urc("+CPIN: NOT INSERTED");
    await rig.clock.flush();
    expect(rig.status.problem?.code).toBe("sim.missing");
    await rig.pass(minutes(1));
    expect(rig.status.problem?.code).toBe("sim.missing");
    rig.modem.insertCard(new SimCard({ number: "+15550100702" }));
    await rig.ready();
    rig.send("for the new line");
    await rig.pass(seconds(1));
    expect(rig.intake.taken.map(({ line }) => line)).toEqual(["line-2"]);
    await rig.stop();
  });

  it("because another took its place in silence is noticed before its messages reach the wrong line", async () => {
    const first = new SimCard({ number: "+15550100701" });
    const rig = await readyRig({
      modem: { card: first },
      lineFor: (iccid) => lineId(iccid === first.identity.iccid ? "line-1" : "line-2"),
    });
    rig.modem.insertCard(new SimCard({ number: "+15550100702" }));
    // The radio loses and finds the network, which is all the modem says about it.
    rig.modem.radio.grant(2);
    await rig.pass(millis(200));
    rig.modem.radio.grant(1);
    rig.send("for the new line");
    await rig.pass(seconds(20));
    expect(rig.codes).toEqual(["slot.ready", "slot.down", "slot.ready"]);
    expect(rig.intake.taken.map(({ line }) => line)).toEqual(["line-2"]);
    await rig.stop();
  });
});

describe("a modem that restarts", () => {
  it("and says so is set up anew without closing the port, and nothing is lost", async () => {
    const rig = await readyRig();
    rig.modem.reset();
    rig.send("while it boots");
    await rig.until(() => rig.codes.includes("slot.restarted"), seconds(10));
    await rig.ready();
    expect(rig.openings.length).toBe(1);
    expect(rig.modem.settings).toMatchObject({ echo: false, cnmi: { mt: 1 } });
    await rig.pass(seconds(10));
    rig.send("after");
    await rig.pass(seconds(1));
    rig.expectAllOnce();
    expect(rig.codes).toEqual(["slot.ready", "slot.restarted", "slot.ready"]);
    await rig.stop();
  });

  it("in silence is found out by the next poll", async () => {
    const rig = await readyRig();
    rig.fault({ kind: "urc-lost" });
    rig.modem.reset();
    await rig.pass(seconds(30));
    expect(rig.modem.settings.cnmi.mt).toBe(1);
    expect(rig.codes).toEqual(["slot.ready", "slot.restarted", "slot.ready"]);
    await rig.stop();
  });

  it.each(START_STEPS.filter((step) => step !== "probe"))(
    "during %s of the start-up is started over from the first step",
    async (step) => {
      const rig = new SlotRig();
      rig.send("hello");
      rig.fault({ kind: "reset", match: COMMAND_OF_STEP[step], executed: false, times: 1 });
      await rig.start();
      expect(rig.openings.length).toBe(1);
      expect(rig.codes).toEqual(["slot.restarted", "slot.ready"]);
      expect(rig.modem.settings).toMatchObject({ echo: false, cmee: 1, cnmi: { mt: 1 } });
      rig.expectAllOnce();
      await rig.stop();
    },
  );

  it("between the listing and the deletions loses no message: only what was read since is deleted, and once", async () => {
    const rig = new SlotRig();
    rig.send("one", "two");
    await rig.start();
    rig.intake.hold();
    rig.send("three", "four", "five");
    await rig.pass(seconds(1));
    rig.modem.reset();
    await rig.pass(seconds(3));
    expect(rig.intake.offers).toBe(2 + 3 + 3);
    rig.commands.length = 0;
    rig.intake.release();
    await rig.clock.flush();
    expect(rig.commands.filter((text) => text.startsWith("AT+CMGD"))).toEqual(["AT+CMGD=1", "AT+CMGD=2", "AT+CMGD=3"]);
    await rig.ready();
    await rig.pass(seconds(5));
    rig.expectAllOnce();
    await rig.stop();
  });
});

describe("a modem that is unplugged", () => {
  it.each(START_STEPS)(
    "during %s of the start-up comes back into service, with nothing lost or doubled",
    async (step) => {
      const rig = new SlotRig();
      rig.send("hello", "world");
      const match = COMMAND_OF_STEP[step];
      rig.fault({ kind: "unplug", ms: 5000, times: 1, ...(match === null ? {} : { match }) });
      rig.runner.start();
      await rig.until(() => rig.status.state === "down");
      expect(rig.status.problem?.code).toMatch(/^modem\.(unplugged|cannot_open)$/);
      await rig.ready();
      await rig.pass(seconds(1));
      rig.expectAllOnce();
      await rig.stop();
    },
  );

  it.each(["+CMGL", "+CMGD", "+CPMS", "+CSQ"])("in the middle of %s of the daily work comes back", async (match) => {
    const rig = await readyRig();
    rig.fault({ kind: "unplug", match, ms: 3000, times: 1 });
    rig.send("one");
    await rig.pass(millis(50));
    rig.send("two", "three", "four");
    await rig.until(() => rig.codes.includes("slot.down"), seconds(60));
    await rig.ready();
    await rig.pass(seconds(40));
    rig.expectAllOnce();
    await rig.stop();
  });

  it.each([1, 30, 600])("for %i s is back in service within ten seconds of being plugged in", async (away) => {
    const rig = await readyRig();
    rig.modem.unplug();
    await rig.clock.flush();
    expect(rig.status).toMatchObject({ state: "down", problem: { code: "modem.unplugged" } });
    await rig.pass(seconds(away));
    rig.modem.plug();
    await rig.ready(seconds(10));
    await rig.stop();
  });

  it("reads what it has at the moment of the pull, once, although the commit was under way", async () => {
    const rig = await readyRig();
    rig.intake.hold();
    rig.send("hello");
    await rig.pass(seconds(1));
    rig.modem.unplug(seconds(2));
    await rig.pass(seconds(1));
    rig.intake.release();
    await rig.ready();
    await rig.pass(seconds(1));
    expect(rig.intake.duplicates).toBe(1);
    rig.expectAllOnce();
    await rig.stop();
  });
});

describe("a port that cannot be opened", () => {
  it("is tried with growing pauses up to a bound, with jitter", async () => {
    const busy = new AppError("modem.cannot_open", "port is busy", { retryable: true, hint: "Stop ModemManager." });
    const rigs = ["a", "b"].map((seed) => new SlotRig({ seed, openLink: () => () => Promise.reject(busy) }));
    for (const rig of rigs) {
      rig.runner.start();
      await rig.pass(minutes(10));
      const pauses = rig.openings.slice(1).map((at, i) => at - (rig.openings[i] ?? 0));
      expect(pauses[0]).toBeLessThanOrEqual(REOPEN_BACKOFF.first);
      expect(Math.max(...pauses)).toBeLessThanOrEqual(REOPEN_BACKOFF.max);
      expect(Math.min(...pauses.slice(5))).toBeGreaterThanOrEqual(REOPEN_BACKOFF.max / 2);
      expect(rig.status.problem).toMatchObject({ code: "modem.cannot_open", hint: "Stop ModemManager." });
      await rig.stop();
    }
    expect(rigs[0]?.openings).not.toEqual(rigs[1]?.openings);
  });

  it("because the opener throws somebody else's error is a problem too", async () => {
    const rig = new SlotRig({
      openLink: () => () => Promise.reject(Object.assign(new Error("no"), { code: "EPERM" })),
    });
    rig.runner.start();
    await rig.clock.flush();
    expect(rig.status.problem).toEqual({ code: "modem.failed", message: "no" });
    await rig.stop();
  });

  it("because it never answers is given up in time, and closed again should it open later", async () => {
    const late: ((link: ByteLink) => void)[] = [];
    const signals: AbortSignal[] = [];
    const rig = new SlotRig({
      openLink: () => (_, signal) => {
        signals.push(signal);
        return new Promise((resolve) => late.push(resolve));
      },
    });
    rig.runner.start();
    await rig.pass(OPEN_LIMIT);
    expect(rig.status.problem).toMatchObject({ code: "modem.cannot_open", hint: expect.any(String) });
    expect(signals[0]?.aborted).toBe(true);
    const link = new ScriptLink();
    late[0]?.(link);
    await rig.clock.flush();
    expect(link.closed).toBe(true);
    await rig.stop();
  });
});

describe("a bad line", () => {
  it("with garbage between and inside of answers still lets every message through", async () => {
    const rig = new SlotRig();
    rig.fault(
      { kind: "garbage", probability: 0.15 },
      { kind: "garbage", where: "inside", probability: 0.15 },
      { kind: "nul", probability: 0.2 },
    );
    rig.runner.start();
    for (let i = 0; i < 20; i++) {
      rig.send(`message ${i}`);
      await rig.pass(seconds(20));
    }
    rig.modem.faults.clear();
    await rig.ready();
    await rig.pass(minutes(3));
    rig.expectAllOnce();
    await rig.stop();
  });

  it.each(["late", "stall"] as const)(
    "whose answers come %s leaves no message behind and doubles none",
    async (kind) => {
      const rig = await readyRig();
      rig.fault({ kind, probability: 0.15, ms: 8000 });
      for (let i = 0; i < 20; i++) {
        rig.send(`message ${i}`);
        await rig.pass(seconds(20));
      }
      rig.modem.faults.clear();
      await rig.ready(minutes(5));
      await rig.pass(minutes(3));
      rig.expectAllOnce();
      await rig.stop();
    },
  );
});

describe("a modem that stalls in service", () => {
  it("is started over after three rounds without an answer, not before", async () => {
    const rig = await readyRig();
    rig.fault({ kind: "stall" });
    await rig.until(() => rig.status.state === "down", minutes(3));
    expect(rig.status.problem).toMatchObject({ code: "modem.timeout" });
    expect(rig.commands.length).toBeGreaterThanOrEqual(3);
    rig.modem.faults.clear();
    rig.modem.reset();
    await rig.ready(minutes(2));
    expect(rig.codes).toEqual(["slot.ready", "slot.down", "slot.ready"]);
    await rig.stop();
  });

  it("for less than that stays in service", async () => {
    const rig = await readyRig();
    rig.fault({ kind: "stall", ms: 25_000, match: "+COPS", times: 1 });
    rig.send("hello");
    await rig.pass(minutes(2));
    expect(rig.codes).toEqual(["slot.ready"]);
    rig.expectAllOnce();
    await rig.stop();
  });
});

describe("stop", () => {
  const times: readonly Millis[] = [0, 1, 50, 500, 1500, 2500, 4000, 9000, 20_000, 45_000].map(millis);

  it.each(times)("after %i ms of a slot in trouble settles everything and closes the port", async (after) => {
    const rig = new SlotRig({ seed: `stop ${after}` });
    rig.modem.reset();
    rig.fault(
      { kind: "stall", probability: 0.2, ms: 5000 },
      { kind: "late", probability: 0.1 },
      { kind: "split", max: 3, ms: 5, probability: 0.5 },
      { kind: "unplug", probability: 0.02, ms: 3000 },
    );
    rig.send("one", "two", "three");
    rig.runner.start();
    await rig.pass(after);
    await rig.stop();
    const { length } = rig.commands;
    await rig.pass(minutes(2));
    expect(rig.commands.length).toBe(length);
    rig.runner.start();
    await rig.pass(minutes(1));
    expect(rig.commands.length).toBe(length);
  });

  it("before the start, twice, or at once after it does no harm", async () => {
    const never = new SlotRig();
    await never.stop();
    await never.stop();
    const brief = new SlotRig();
    brief.runner.start();
    await brief.stop();
  });

  it("does not wait for a commit that hangs", async () => {
    const rig = await readyRig();
    rig.intake.hold();
    rig.send("hello");
    await rig.pass(seconds(1));
    await rig.stop();
    expect(rig.modem.card?.store.used).toBe(1);
  });

  it("does not wait for an intake that was stopped before it", async () => {
    const rig = await readyRig();
    rig.intake.hold();
    rig.send("hello");
    await rig.pass(seconds(1));
    rig.intake.stop();
    await rig.pass(seconds(1));
    await rig.stop();
  });

  it("during an opening that hangs ends at once, and closes the link should it come", async () => {
    const late: ((link: ByteLink) => void)[] = [];
    const rig = new SlotRig({ openLink: () => () => new Promise((resolve) => late.push(resolve)) });
    rig.runner.start();
    await rig.pass(seconds(1));
    await rig.clock.settle(rig.runner.stop(), millis(0));
    const link = new ScriptLink();
    late[0]?.(link);
    await rig.clock.flush();
    expect(link.closed).toBe(true);
  });

  it("in the very turn in which the link opens closes that link", async () => {
    const link = new ScriptLink();
    const rig: SlotRig = new SlotRig({
      openLink: () => async () => {
        queueMicrotask(() => void rig.runner.stop());
        return link;
      },
    });
    rig.runner.start();
    await rig.clock.flush();
    expect(rig.status.state).toBe("stopped");
    expect(link.closed).toBe(true);
    expect(link.written).toEqual([]);
  });

  it("of a port whose closing hangs ends in time", async () => {
    const link = new ScriptLink();
    link.closeHangs = true;
    const rig = new SlotRig({ openLink: () => async () => link });
    rig.runner.start();
    await rig.pass(seconds(1));
    await rig.clock.settle(rig.runner.stop(), CLOSE_LIMIT);
    expect(rig.status.state).toBe("stopped");
  });

  it("of a port that takes no bytes ends in time", async () => {
    const link = new ScriptLink();
    link.stuck = true;
    const rig = new SlotRig({ openLink: () => async () => link });
    rig.runner.start();
    await rig.pass(seconds(1));
    await rig.clock.settle(rig.runner.stop(), seconds(1));
    expect(rig.status.state).toBe("stopped");
  });
});

describe("the port", () => {
  it("is opened again only when the last link is closed", async () => {
    const links: ScriptLink[] = [];
    const rig = new SlotRig({
      openLink: () => async () => {
        const link = new ScriptLink();
        link.closeHangs = true;
        link.stuck = true;
        links.push(link);
        return link;
      },
    });
    rig.runner.start();
    await rig.pass(seconds(5));
    expect(rig.status.problem?.code).toBe("modem.write_stuck");
    expect(links.length).toBe(1);
    // The pause has passed, the close has not.
    await rig.pass(millis(1500));
    expect(links.map(({ closes }) => closes)).toEqual([1]);
    await rig.pass(seconds(1));
    expect(links.length).toBe(2);
    await rig.clock.settle(rig.runner.stop(), seconds(5));
  });

  it("that says things between two conversations disturbs neither", async () => {
    const rig = await readyRig();
    rig.modem.urc("RING");
    rig.modem.radio.grant(5);
    await rig.clock.flush();
    expect(rig.status.registration).toBe("roaming");
    rig.modem.urc("+CPIN: NOT READY");
    rig.modem.urc("+CMGL: 1,1,,20");
    await rig.pass(seconds(1));
    expect(rig.codes).toEqual(["slot.ready"]);
    await rig.stop();
  });
});

describe("two slots", () => {
  it("do not disturb each other: one with every fault there is, one that must not notice", async () => {
    const clock = new VirtualClock();
    const intake = new FakeIntake();
    const well = new SlotRig({ slot: 1, clock, intake });
    const ill = new SlotRig({ slot: 2, clock, intake, lineFor: () => lineId("line-2") });
    const random = new SeededRandom("two slots");
    await well.start();
    ill.fault(
      { kind: "split", max: 5, probability: 0.3 },
      { kind: "merge", probability: 0.2 },
      { kind: "slow", rate: 2000, probability: 0.2 },
      { kind: "overlong", probability: 0.05 },
      { kind: "stall", ms: 20_000, probability: 0.03 },
      { kind: "late", probability: 0.03 },
      { kind: "reset", probability: 0.01 },
      { kind: "unplug", ms: 4000, probability: 0.01 },
      { kind: "error", probability: 0.05 },
      { kind: "half-pdu", probability: 0.1 },
      { kind: "urc-lost", probability: 0.2 },
      { kind: "urc-duplicate", probability: 0.2 },
      { kind: "urc-misplaced", probability: 0.2 },
    );
    ill.runner.start();
    let slowest = 0;
    for (let i = 0; i < 60; i++) {
      ill.send(`ill ${i}`);
      well.send(`well ${i}`);
      const before = clock.monotonic();
      await well.until(() => well.modem.card?.store.used === 0, seconds(5));
      slowest = Math.max(slowest, clock.monotonic() - before);
      await clock.advance(seconds(random.int(1, 15)));
    }
    expect(well.codes).toEqual(["slot.ready"]);
    expect(slowest).toBe(0);
    ill.modem.faults.clear();
    ill.modem.plug();
    await ill.ready(minutes(5));
    await clock.advance(minutes(2));
    const of = (slot: string): number => intake.taken.filter((message) => message.slot === slot).length;
    expect([of("slot-1"), of("slot-2")]).toEqual([60, 60]);
    expect(new Set(intake.taken.map(({ pdu }) => pdu)).size).toBe(120);
    const stopping = Promise.all([well.runner.stop(), ill.runner.stop()]);
    await clock.settle(stopping, seconds(5));
    await well.stop();
    await ill.stop();
  });
});
