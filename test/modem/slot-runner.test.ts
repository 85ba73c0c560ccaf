import { describe, expect, it } from "vitest";
import { AppError, millis, minutes, seconds } from "../../src/base/index.ts";
import { REOPEN_BACKOFF, START_STEPS } from "../../src/core/index.ts";
import type { ByteLink } from "../../src/modem/index.ts";
import { OPEN_LIMIT } from "../../src/modem/timeouts.ts";
import { ScriptLink } from "./script-link.ts";
import { readyRig, SlotRig } from "./slot-rig.ts";

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
