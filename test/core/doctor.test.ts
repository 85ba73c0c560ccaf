import { describe, expect, it } from "vitest";
import { AppError, minutes } from "../../src/base/index.ts";
import { bad, createDoctor, type DoctorCheck, good } from "../../src/core/index.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";

const check = (name: string, run: DoctorCheck["run"]): DoctorCheck => ({ name, run });
const fine = check("a", async () => [good("a.fine", "it is fine")]);
const warned = check("b", async () => [bad("warn", { code: "b.low", message: "it is low", hint: "Fill it." })]);

describe("the doctor", () => {
  it("finds nothing wrong where every check is fine, and with no check", async () => {
    const clock = new VirtualClock();
    expect(await createDoctor({ clock, checks: [] }).examine()).toEqual({ verdict: "ok", findings: [] });
    expect(await createDoctor({ clock, checks: [fine] }).examine()).toEqual({
      verdict: "ok",
      findings: [{ area: "box", check: "a", verdict: "ok", code: "a.fine", message: "it is fine" }],
    });
  });

  it("judges by the worst finding and goes on after a failure", async () => {
    const failing = check("c", async () => {
      throw new AppError("c.broken", "it is broken", { hint: "Mend it." });
    });
    const view = await createDoctor({ clock: new VirtualClock(), checks: [failing, warned, fine] }).examine();
    expect(view.verdict).toBe("fail");
    expect(view.findings.map(({ check: name, verdict, code, hint }) => [name, verdict, code, hint])).toEqual([
      ["c", "fail", "c.broken", "Mend it."],
      ["b", "warn", "b.low", "Fill it."],
      ["a", "ok", "a.fine", undefined],
    ]);
    expect((await createDoctor({ clock: new VirtualClock(), checks: [fine, warned] }).examine()).verdict).toBe("warn");
  });

  it("shows nothing of what third-party errors say", async () => {
    const odd = check("d", async () => {
      throw new TypeError("secret of somebody");
    });
    const view = await createDoctor({ clock: new VirtualClock(), checks: [odd] }).examine();
    expect(view.findings).toMatchObject([{ check: "d", verdict: "fail", code: "doctor.check_failed" }]);
    expect(JSON.stringify(view)).not.toContain("secret");
  });

  it("waits for no check for ever", async () => {
    const clock = new VirtualClock();
    const view = createDoctor({ clock, checks: [check("e", () => new Promise(() => {})), fine] }).examine();
    await clock.advance(minutes(10));
    expect((await view).findings.map(({ code }) => code)).toEqual(["base.timeout", "a.fine"]);
  });
});
