import { describe, expect, it } from "vitest";
import { AppError, hours, minutes, seconds } from "../../../src/base/index.ts";
import { isWithin, outcomeOf, TRIAL_LIMIT } from "../../../src/core/index.ts";
import { rejectionOf } from "../../envelope/error-code.ts";
import { handedIn, offered, world } from "./update-world.ts";

describe("an update by hand", () => {
  it("is checked, written beside the running system, started on trial, and kept when all works again", async () => {
    const at = world();
    await at.updates.start();
    await handedIn(at);
    await at.updates.install({ source: "upload" }, "ada");
    await at.clock.flush();
    expect(await at.updates.view()).toMatchObject({ phase: "installed", target: "1.1.0", handed_in: 0 });
    await at.updates.restart("ada");
    expect(at.card.done).toEqual(["install /handed-in", "start new"]);
    await at.updates.stop();

    at.card.restarted("B");
    const next = world({ version: "1.1.0", card: at.card, store: at.store });
    next.facts.now = { store: true, slots: ["1"], relay: false, network: "some" };
    await next.updates.start();
    await next.clock.advance(seconds(30));
    expect(await next.updates.view()).toMatchObject({ phase: "trying", waits_for: ["relay", "2"], slot: "B" });
    next.facts.now = { store: true, slots: ["1", "2"], relay: true, network: "some" };
    await next.clock.advance(seconds(90));
    expect(next.card.done.at(-1)).toBe("keep");
    const view = await next.updates.view();
    expect(view).toMatchObject({ phase: "idle", history: [{ version: "1.1.0", from: "1.0.0", result: "confirmed" }] });
    expect(next.codes()).toEqual(["update.confirmed"]);
    await next.updates.stop();
  });

  it("goes back by itself when a modem does not come back", async () => {
    const at = world();
    await at.updates.start();
    await handedIn(at);
    await at.updates.install({ source: "upload" }, "ada");
    await at.clock.flush();
    await at.updates.restart("ada");
    await at.updates.stop();
    at.card.restarted("B");
    const next = world({ version: "1.1.0", card: at.card, store: at.store });
    next.facts.now = { store: true, slots: ["1"], relay: true, network: "some" };
    await next.updates.start();
    await next.clock.advance(TRIAL_LIMIT);
    await next.clock.advance(minutes(1));
    expect(next.card.done.at(-1)).toBe("give up: not up again: 2");
    expect(next.card.primary).toBe("A");
    await next.updates.stop();

    next.card.restarted("A");
    const again = world({ card: next.card, store: at.store });
    await again.updates.start();
    expect(await again.updates.view()).toMatchObject({
      phase: "idle",
      history: [{ version: "1.1.0", result: "rolled_back", problem: "update.not_well" }],
    });
    await again.updates.stop();
  });

  it("is known to have gone back when the new system never came up", async () => {
    const at = world();
    await at.updates.start();
    await handedIn(at);
    await at.updates.install({ source: "upload" }, "ada");
    await at.clock.flush();
    await at.updates.restart("ada");
    await at.updates.stop();
    at.card.restarted("A");
    const again = world({ card: at.card, store: at.store });
    await again.updates.start();
    expect((await again.updates.view()).history).toMatchObject([
      { version: "1.1.0", result: "rolled_back", problem: "update.not_started" },
    ]);
    expect(again.codes()).toEqual(["update.rolled_back"]);
    await again.updates.stop();
  });

  it.each([
    ["update.downgrade", { version: "0.9.0", compatible: "numberbox-arm64" }, null],
    ["update.same_version", { version: "1.0.0", compatible: "numberbox-arm64" }, null],
    ["update.other_hardware", { version: "2.0.0", compatible: "numberbox-amd64" }, null],
    ["update.bad_version", { version: "new", compatible: "numberbox-arm64" }, null],
    ["update.bad_signature", null, new AppError("update.bad_signature", "changed")],
  ])("is refused with %s, and the box serves on", async (code, bundle, failure) => {
    const at = world();
    if (bundle !== null) at.card.bundle = bundle;
    at.card.failure = failure;
    await at.updates.start();
    await handedIn(at);
    await at.updates.install({ source: "upload" }, "ada");
    await at.clock.flush();
    expect(await at.updates.view()).toMatchObject({ phase: "idle", problem: code });
    expect(at.card.done).toEqual([]);
    expect(at.codes()).toEqual(["update.begun", "update.failed"]);
    expect(await rejectionOf(at.updates.restart("ada"))).toBe("update.none_installed");
    await at.updates.stop();
  });

  it("is one at a time; stopping the box amid it ends it", async () => {
    const at = world();
    let release = (): void => {};
    at.card.hold = new Promise((resolve) => {
      release = resolve;
    });
    await at.updates.start();
    await handedIn(at);
    await at.updates.install({ source: "upload" }, "ada");
    await at.clock.flush();
    expect(await at.updates.view()).toMatchObject({ phase: "installing", percent: 40 });
    expect(await rejectionOf(at.updates.install({ source: "upload" }, "eve"))).toBe("update.busy");
    expect(await rejectionOf(handedIn(at))).toBe("update.busy");
    const stopping = at.updates.stop();
    release();
    await stopping;
    expect(at.card.done).toEqual([]);
  });

  it("needs a bundle, and a system of ours", async () => {
    const at = world();
    await at.updates.start();
    expect(await rejectionOf(at.updates.install({ source: "upload" }, "ada"))).toBe("update.none_handed_in");
    expect(await rejectionOf(at.updates.install({ source: "stick", id: "0".repeat(16) }, "ada"))).toBe(
      "update.none_handed_in",
    );
    expect(await rejectionOf(at.updates.check())).toBe("update.no_channel");
    at.shelf.stick = [{ id: "0".repeat(16), name: "b.raucb", size: 5, stick: "STICK", path: "/media/b.raucb" }];
    await at.updates.install({ source: "stick", id: "0".repeat(16) }, "ada");
    await at.clock.flush();
    expect(at.card.done).toEqual(["install /media/b.raucb"]);
    await at.updates.stop();
  });
});

describe("a channel", () => {
  it("is asked by itself, and what it offers is shown but not taken", async () => {
    const at = world({ channel: offered("1.1.0") });
    await at.updates.start();
    await at.clock.advance(hours(1));
    expect(await at.updates.view()).toMatchObject({ phase: "idle", channel: { offer: { version: "1.1.0" } } });
    expect(at.fetched).toEqual([]);
    expect(await rejectionOf(at.updates.install({ source: "channel", version: "9.0.0" }, "ada"))).toBe(
      "update.not_offered",
    );
    await at.updates.stop();
  });

  it("is asked again soon after a restart of the box, which does not know any more what was offered", async () => {
    const at = world({ channel: offered("1.1.0") });
    await at.updates.start();
    await at.updates.check();
    await at.updates.stop();
    const again = world({ channel: offered("1.1.0"), store: at.store });
    await again.updates.start();
    // Not "nothing newer", as the page says of a channel that was asked.
    expect(await again.updates.view()).toMatchObject({ channel: { offer: null, checked_at: null } });
    await again.clock.advance(minutes(6));
    expect(await again.updates.view()).toMatchObject({
      channel: { offer: { version: "1.1.0" }, checked_at: expect.any(Number) },
    });
    await again.updates.stop();
  });

  it("is followed in the owner's hours: fetched, written, started; and not again when it failed", async () => {
    const at = world({ channel: offered("1.1.0"), window: { from: 180, to: 300 } });
    await at.updates.start();
    at.minute.of = 179;
    await at.clock.advance(minutes(10));
    expect(at.fetched).toEqual([]);
    at.minute.of = 180;
    await at.clock.advance(minutes(11));
    expect(at.fetched).toEqual(["1.1.0"]);
    expect(at.card.done).toEqual(["install /release-1.1.0", "start new"]);
    await at.updates.stop();
    const again = world({ channel: offered("1.1.0"), window: { from: 180, to: 300 }, store: at.store });
    await again.updates.start();
    again.minute.of = 200;
    await again.clock.advance(hours(1));
    expect(again.fetched).toEqual([]);
    await again.updates.stop();
  });
});

describe("the rules around an update", () => {
  it("know by version and half what a start means", () => {
    const record = { version: "2.0.0", from: "1.0.0", at: 0, slots: [], relay: false, network: false, boot: "" };
    expect(outcomeOf(null, { version: "1.0.0", trying: false })).toBe("none");
    expect(outcomeOf(record, { version: "2.0.0", trying: true })).toBe("trying");
    expect(outcomeOf(record, { version: "2.0.0", trying: false })).toBe("confirmed");
    expect(outcomeOf(record, { version: "1.0.0", trying: false })).toBe("rolled_back");
    // Told by what runs, not by what it calls itself: unwatched, the trial would end in going back.
    expect(outcomeOf(record, { version: "1.0.0", trying: true })).toBe("trying");
  });

  it("take hours over midnight", () => {
    const night = { from: 23 * 60, to: 2 * 60 };
    expect([0, 60, 119, 120, 22 * 60, 23 * 60].map((minute) => isWithin(night, minute))).toEqual([
      ...[true, true, true],
      ...[false, false, true],
    ]);
  });
});
