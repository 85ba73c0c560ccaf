import { describe, expect, it } from "vitest";
import { markWizard, noProgress, viewWizard, Wizard } from "../../src/core/index.ts";
import { wizardStep } from "../../src/protocol/index.ts";
import { codeOf } from "../contract/box-store.ts";
import { MemorySettings } from "../sim/memory-settings.ts";

describe("the wizard's progress", () => {
  it("begins with every step in order, none of them done", () => {
    const view = viewWizard(noProgress);
    expect(view.finished).toBe(false);
    expect(view.steps.map(({ id }) => id)).toEqual(wizardStep.options);
    expect(new Set(view.steps.map(({ state }) => state))).toEqual(new Set(["todo"]));
  });

  it("remembers each step by itself, and the end apart from them", () => {
    const after = markWizard(markWizard(noProgress, { step: "relay", state: "skipped" }), { finished: true });
    expect(after).toEqual({ finished: true, steps: { relay: "skipped" } });
    expect(markWizard(after, { step: "relay", state: "done" }).steps).toEqual({ relay: "done" });
  });

  it("is the same after a restart, also when marks come at once", async () => {
    const settings = new MemorySettings();
    const wizard = new Wizard(settings);
    await Promise.all(wizardStep.options.map((step) => wizard.mark({ step, state: "done" })));
    const view = await new Wizard(settings).view();
    expect(view.steps.every(({ state }) => state === "done")).toBe(true);
  });

  it("that cannot be read is told, not lost", async () => {
    const settings = new MemorySettings();
    await settings.setSetting("wizard.progress", "{");
    expect(await codeOf(new Wizard(settings).view())).toBe("wizard.bad_progress");
  });
});
