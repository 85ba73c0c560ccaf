import { describe, expect, it } from "vitest";
import { AppError, hours, minutes, seconds } from "../../src/base/index.ts";
import { RESET_BUDGET, type SlotHardware } from "../../src/core/index.ts";
import { genericProfile } from "../../src/modem/profiles/index.ts";
import { readyRig, SlotRig } from "./slot-rig.ts";

/** Hardware that is watched, and does what a test says. */
function hardware(act: (rung: string) => Promise<void> | void): {
  readonly done: string[];
  readonly hardware: SlotHardware;
} {
  const done: string[] = [];
  return {
    done,
    hardware: {
      rungs: ["usb_reset", "power"],
      reset: async (rung) => {
        done.push(rung);
        await act(rung);
      },
    },
  };
}

describe("a modem that hangs", () => {
  it.each(["a", "b", "c", "d"])("is found within 30 s, whenever it happens (%s)", async (seed) => {
    const rig = await readyRig({ seed });
    await rig.pass(seconds(7 + ((5 * seed.charCodeAt(0)) % 13)));
    rig.fault({ kind: "stall", until: "reset" });
    const before = rig.clock.monotonic();
    await rig.until(() => rig.status.state === "down", seconds(31));
    expect(rig.clock.monotonic() - before).toBeLessThanOrEqual(seconds(30));
    await rig.stop();
  });

  it("is brought back by the first rung that helps, and the console sees each", async () => {
    let helps = "";
    const spy = hardware((rung) => {
      if (rung === helps) rig.modem.reset();
    });
    const rig: SlotRig = await readyRig({ hardware: spy.hardware });
    for (const rung of ["usb_reset", "power"]) {
      helps = rung;
      rig.fault({ kind: "stall", executed: false, until: "reset" });
      rig.send(`while it hangs, before ${rung}`);
      await rig.until(() => rig.status.state === "down");
      const seen = new Set<string>();
      await rig.until(() => {
        seen.add(rig.status.recovery.rung ?? "none");
        return rig.status.state === "ready";
      }, minutes(10));
      expect([...seen]).toContain(rung);
      await rig.pass(minutes(11));
    }
    rig.expectAllOnce();
    expect(spy.done.at(0)).toBe("usb_reset");
    expect(spy.done.at(-1)).toBe("power");
    expect(rig.codes).not.toContain("slot.gave_up");
    await rig.stop();
  });

  it("that nothing helps is given up, alerted once, looked at now and then, and within its budget", async () => {
    const spy = hardware(() => {});
    const rig = await readyRig({ hardware: spy.hardware });
    rig.fault({ kind: "stall" });
    await rig.until(() => rig.status.recovery.rung === "give_up", minutes(10));
    const openings = rig.openings.length;
    await rig.pass(hours(3));
    expect(rig.openings.length - openings).toBeLessThan(200);
    expect(rig.openings.length - openings).toBeGreaterThan(10);
    expect(rig.codes.filter((code) => code === "slot.gave_up")).toHaveLength(1);
    expect(spy.done.length).toBeLessThanOrEqual(RESET_BUDGET);
    await rig.stop();
  });

  it("whose reset fails is told, and the ladder goes on", async () => {
    const spy = hardware((rung) => {
      if (rung === "usb_reset") throw new AppError("host.not_allowed", "not allowed");
      rig.modem.reset();
    });
    const rig: SlotRig = await readyRig({ hardware: spy.hardware });
    rig.fault({ kind: "stall", executed: false, until: "reset" });
    await rig.until(() => rig.status.state === "down");
    await rig.ready(minutes(10));
    expect(rig.codes).toContain("slot.reset_failed");
    await rig.stop();
  });

  it("is restarted by its vendor's command when it still listens", async () => {
    const rig = await readyRig();
    rig.modem.behaviours.unshift({
      name: "its messages hang",
      onCommand: (context, command) => {
        if (command.name !== "+CPMS") return false;
        context.fail({ cms: 500 });
        return true;
      },
    });
    await rig.until(() => rig.commands.includes(`AT${genericProfile.restart}`), minutes(5));
    rig.modem.behaviours.shift();
    await rig.ready(minutes(5));
    await rig.stop();
  });

  it("that is stopped in the middle of a reset leaves nothing behind", async () => {
    const rig = await readyRig({
      hardware: {
        rungs: ["power"],
        reset: (_, signal) =>
          new Promise((_resolve, reject) => {
            signal.addEventListener("abort", () => reject(new Error("aborted")));
          }),
      },
    });
    rig.runner.retry("power");
    await rig.pass(seconds(1));
    expect(rig.status).toMatchObject({ state: "down", step: "resetting" });
    await rig.stop();
  });
});

describe("messages without storage", () => {
  it("are acknowledged when they are durable, and come again when they were not", async () => {
    const rig = new SlotRig();
    rig.modem.behaviours.unshift({
      name: "takes no storage",
      onCommand: (context, command) => {
        if (command.name === "+CPMS") context.fail({ cms: 303 });
        else if (command.name === "+CGMM") context.info("Handing over");
        else return false;
        return true;
      },
    });
    rig.runner.start();
    await rig.until(() => rig.status.problem?.code === "modem.no_storage");
    await rig.stop();
  });
});

describe("an expert's command", () => {
  it("is sent and answered between the box's own, and refused where it could do harm", async () => {
    const rig = await readyRig();
    const asking = rig.runner.terminal("AT+CSQ");
    expect(await rig.clock.settle(asking, seconds(5))).toMatchObject({
      ok: true,
      result: "OK",
      lines: [expect.stringMatching(/^\+CSQ/)],
    });
    const failing = rig.runner.terminal("AT+NOSUCH?");
    expect(await rig.clock.settle(failing, seconds(5))).toEqual({ ok: false, result: expect.any(String), lines: [] });
    for (const line of [
      'AT+EGMR=1,7,"123456789012347"',
      "at + e g m r = 1 , 7",
      "AT+CMGD=1",
      "AT+CSQ;+SIMEI=1",
      "AT+CMGL=4",
    ])
      await expect(rig.runner.terminal(line)).rejects.toMatchObject({ code: expect.stringMatching(/^terminal\./) });
    expect(rig.commands.join()).not.toMatch(/EGMR|SIMEI|CMGD/i);
    await rig.stop();
    await expect(rig.runner.terminal("AT")).rejects.toMatchObject({ code: "slot.no_terminal" });
  });
});
