// What fails on the way leaves an update where it can go on: nothing stays busy, is forgotten, or fills the card.

import { describe, expect, it } from "vitest";
import { AppError, hours, millis, minutes } from "../../../src/base/index.ts";
import { CHANNEL_LIMIT, RESTART_LIMIT, TRIAL_LIMIT } from "../../../src/core/index.ts";
import { rejectionOf } from "../../envelope/error-code.ts";
import { handedIn, installed, offered, world } from "./update-world.ts";

describe("what lies ready in the other half", () => {
  it("can be started again when the machine refuses to", async () => {
    const at = await installed();
    at.card.startFailure = new AppError("host.not_allowed", "no such right");
    expect(await rejectionOf(at.updates.restart("ada"))).toBe("host.not_allowed");
    expect(await at.updates.view()).toMatchObject({ phase: "installed", target: "1.1.0", problem: "host.not_allowed" });
    at.card.startFailure = null;
    await at.updates.restart("ada");
    expect(await at.updates.view()).toMatchObject({ phase: "restarting", problem: null });
    expect(at.card.done.at(-1)).toBe("start new");
    await at.updates.stop();
  });

  it("can be started again when the machine said yes, and never restarted", async () => {
    const at = await installed();
    await at.updates.restart("ada");
    await at.clock.advance(millis(RESTART_LIMIT - 1));
    expect(await at.updates.view()).toMatchObject({ phase: "restarting" });
    await at.clock.advance(millis(2));
    const told = { phase: "installed", target: "1.1.0", problem: "update.not_restarted", history: [] };
    expect(await at.updates.view()).toMatchObject(told);
    expect(at.codes().slice(-2)).toEqual(["update.restarting", "update.failed"]);
    // Nothing is busy any more.
    await handedIn(at);
    await at.updates.restart("ada");
    expect(at.card.done.filter((each) => each === "start new")).toHaveLength(2);
    // Nor is it taken for gone back when it is this program alone that starts anew.
    await at.updates.stop();
    const next = world({ card: at.card, store: at.store });
    await next.updates.start();
    expect(await next.updates.view()).toMatchObject(told);
    await next.updates.stop();
  });

  it("is not forgotten by a restart of the box's program, or of the machine", async () => {
    const at = await installed();
    await at.updates.stop();
    const next = world({ card: at.card, store: at.store });
    await next.updates.start();
    expect(await next.updates.view()).toMatchObject({ phase: "installed", target: "1.1.0" });
    await next.updates.stop();
    at.card.restarted("A");
    const later = world({ card: at.card, store: at.store });
    await later.updates.start();
    await later.updates.restart("ada");
    expect(later.card.done).toEqual(["install /handed-in", "start new"]);
    await later.updates.stop();
  });

  it("is forgotten once it runs, was given back, or is written over", async () => {
    const at = await installed();
    await at.updates.stop();
    at.card.restarted("B");
    at.card.primary = "B";
    const kept = world({ version: "1.1.0", card: at.card, store: at.store });
    await kept.updates.start();
    expect(await kept.updates.view()).toMatchObject({ phase: "idle", target: null });
    await kept.updates.stop();

    const other = await installed();
    await other.updates.restart("ada");
    await other.updates.stop();
    other.card.restarted("A");
    const back = world({ card: other.card, store: other.store });
    await back.updates.start();
    expect(await back.updates.view()).toMatchObject({ phase: "idle", history: [{ result: "rolled_back" }] });
    await back.updates.stop();

    const third = await installed();
    third.card.hold = Promise.reject(new AppError("update.not_installed", "the card broke"));
    third.card.hold.catch(() => {});
    await handedIn(third);
    await third.updates.install({ source: "upload" }, "ada");
    await third.clock.flush();
    expect(await third.updates.view()).toMatchObject({ phase: "idle", problem: "update.not_installed" });
    await third.updates.stop();
  });

  it("is remembered behind a trial that was kept in the same life, too", async () => {
    const at = await installed();
    await at.updates.restart("ada");
    await at.updates.stop();
    at.card.restarted("B");
    const next = world({ version: "1.1.0", card: at.card, store: at.store });
    await next.updates.start();
    await next.clock.advance(minutes(2));
    at.card.bundle = { version: "1.2.0", compatible: "numberbox-arm64" };
    const install = async () => {
      await handedIn(next);
      await next.updates.install({ source: "upload" }, "ada");
      await next.clock.flush();
    };
    await install();
    expect(await next.updates.view()).toMatchObject({ phase: "installed", target: "1.2.0" });
    at.card.failure = new AppError("update.bad_signature", "changed");
    await install();
    expect(await next.updates.view()).toMatchObject({ phase: "installed", problem: "update.bad_signature" });
    await next.updates.stop();
  });

  it("stays ready when another bundle is refused before it was written", async () => {
    const at = await installed();
    at.card.failure = new AppError("update.bad_signature", "changed");
    await handedIn(at);
    await at.updates.install({ source: "upload" }, "ada");
    await at.clock.flush();
    expect(await at.updates.view()).toMatchObject({ phase: "installed", problem: "update.bad_signature" });
    await at.updates.stop();
  });
});

describe("two who begin at once", () => {
  it("are one after the other", async () => {
    const at = world();
    await at.updates.start();
    await handedIn(at);
    const both = [at.updates.install({ source: "upload" }, "ada"), at.updates.install({ source: "upload" }, "eve")];
    const ends = await Promise.allSettled(both);
    expect(ends.map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
    await at.clock.flush();
    expect(at.card.done).toEqual(["install /handed-in"]);
    await at.updates.stop();
  });
});

describe("a bundle that is refused", () => {
  const refuse = async (at: ReturnType<typeof world>, failure: AppError, source: "upload" | "stick" = "upload") => {
    at.card.failure = failure;
    await handedIn(at);
    at.shelf.stick = [{ id: "0".repeat(16), name: "b.raucb", size: 5, stick: "STICK", path: "/media/b.raucb" }];
    await at.updates.install(source === "upload" ? { source } : { source, id: "0".repeat(16) }, "ada");
    await at.clock.flush();
    return await at.updates.view();
  };

  it("does not stay on the card", async () => {
    const at = world();
    await at.updates.start();
    const view = await refuse(at, new AppError("update.bad_signature", "changed"));
    expect(view).toMatchObject({ problem: "update.bad_signature", handed_in: 0 });
    await at.updates.stop();
  });

  it("stays where it may be tried again, and where it lies on a stick", async () => {
    const at = world();
    await at.updates.start();
    expect(await refuse(at, new AppError("update.not_installed", "the card was busy"))).toMatchObject({
      handed_in: 100,
    });
    const view = await refuse(at, new AppError("update.bad_signature", "changed"), "stick");
    expect(view).toMatchObject({ problem: "update.bad_signature", handed_in: 100 });
    await at.updates.stop();
  });
});

describe("a channel that fails", () => {
  it("that never comes to an end is given up, told, and asked again", async () => {
    const asked: AbortSignal[] = [];
    // Not even the abort moves it.
    const ask = (signal: AbortSignal) => {
      asked.push(signal);
      return new Promise<Uint8Array>(() => {});
    };
    const at = world({ channel: offered("1.1.0"), ask });
    await at.updates.start();
    await at.clock.advance(minutes(6));
    expect(asked).toHaveLength(1);
    await at.clock.advance(CHANNEL_LIMIT);
    expect(asked[0]?.aborted).toBe(true);
    expect(await at.updates.view()).toMatchObject({ channel: { problem: "update.unreachable" } });
    await at.clock.advance(minutes(30));
    expect(asked.length).toBeGreaterThan(2);
    await at.updates.stop();
  });

  it("is asked again after a trial that was kept", async () => {
    const asked: number[] = [];
    const at = await installed();
    await at.updates.restart("ada");
    await at.updates.stop();
    at.card.restarted("B");
    const ask = async () => {
      asked.push(next.clock.now());
      return new Uint8Array();
    };
    const next = world({ version: "1.1.0", card: at.card, store: at.store, channel: offered("1.2.0"), ask });
    await next.updates.start();
    await next.clock.advance(minutes(20));
    expect(next.card.done.at(-1)).toBe("keep");
    expect(asked).toHaveLength(1);
    expect(await next.updates.view()).toMatchObject({ channel: { offer: { version: "1.2.0" } } });
    await next.updates.stop();
  });

  it("whose release broke off in the owner's hours is tried again an hour later, and started without the channel", async () => {
    let isOut = true;
    const fail = async () => {
      if (isOut) throw new AppError("update.unreachable", "gone", { retryable: true });
    };
    const at = world({
      ...{ channel: offered("1.1.0"), window: { from: 0, to: 1439 }, fetch: fail },
      ask: async () => {
        if (at.fetched.length > 0) throw new AppError("update.unreachable", "gone", { retryable: true });
        return new Uint8Array();
      },
    });
    await at.updates.start();
    await at.clock.advance(minutes(30));
    expect(at.codes().filter((code) => code === "update.failed")).toHaveLength(1);
    isOut = false;
    await at.clock.advance(hours(1));
    expect(at.card.done).toEqual(["install /release-1.1.0", "start new"]);
    await at.updates.stop();
  });
});

describe("a release that cannot be taken", () => {
  const broken = new AppError("update.bad_download", "another file");
  const always = { from: 0, to: 1439 };

  it("is not tried again by itself, but the next one is: a publisher mends it so", async () => {
    const faulty = { now: true };
    const fetch = async () => {
      if (faulty.now) throw broken;
    };
    const at = world({ channel: offered("1.1.0"), window: always, fetch });
    await at.updates.start();
    await at.clock.advance(hours(9));
    expect(at.codes().filter((code) => code === "update.failed")).toHaveLength(1);
    faulty.now = false;
    at.published.now = offered("1.1.1");
    at.card.bundle = { ...at.card.bundle, version: "1.1.1" };
    await at.clock.advance(hours(9));
    expect(at.card.done).toEqual(["install /release-1.1.1", "start new"]);
    await at.updates.stop();
  });

  it("is none of the channel's when somebody handed it in", async () => {
    const at = world({ channel: offered("1.1.0"), window: always });
    at.card.failure = new AppError("update.bad_bundle", "no bundle");
    await at.updates.start();
    await handedIn(at);
    await at.updates.install({ source: "upload" }, "ada");
    await at.clock.flush();
    expect((await at.updates.view()).problem).toBe("update.bad_bundle");
    at.card.failure = null;
    await at.clock.advance(minutes(15));
    expect(at.card.done).toEqual(["install /release-1.1.0", "start new"]);
    await at.updates.stop();
  });
});

describe("the serial of a channel", () => {
  it("is known over restarts, and counts for the publisher alone who gave it", async () => {
    const asked: number[] = [];
    const onSerial = (serial: number): void => void asked.push(serial);
    const first = world({ channel: offered("1.1.0"), onSerial });
    for (const trust of ["theirs", "theirs", "another's", "another's"]) {
      const at = world({ channel: offered("1.1.0"), store: first.store, trust, onSerial });
      await at.updates.start();
      await at.updates.check();
      await at.updates.stop();
    }
    expect(asked).toEqual([0, 3, 0, 3]);
  });

  it("of before publishers were told apart still counts", async () => {
    const asked: number[] = [];
    const at = world({ channel: offered("1.1.0"), onSerial: (serial) => asked.push(serial) });
    await at.store.setSetting("update.records", '{"serial":2,"checked_at":null,"pending":null,"history":[]}');
    await at.updates.start();
    await at.updates.check();
    expect(asked).toEqual([2]);
    await at.updates.stop();
  });
});

describe("a trial that ends badly", () => {
  const trying = async (prepare: (at: ReturnType<typeof world>) => void) => {
    const at = await installed();
    await at.updates.restart("ada");
    await at.updates.stop();
    at.card.restarted("B");
    const next = world({ version: "1.1.0", card: at.card, store: at.store });
    prepare(next);
    await next.updates.start();
    return next;
  };

  it("is one of a box that does not answer at all, too", async () => {
    const at = await trying(({ facts }) => {
      facts.hang = true;
    });
    await at.clock.advance(TRIAL_LIMIT);
    await at.clock.advance(minutes(1));
    expect(at.card.done.at(-1)).toBe("give up: not up again: store relay network 1 2");
    expect(await at.updates.view()).toMatchObject({ phase: "restarting", history: [{ problem: "update.not_well" }] });
    await at.updates.stop();
  });

  it("is told once, however often the machine has to be asked; the half that works is not written meanwhile", async () => {
    const at = await trying(({ facts, card }) => {
      facts.now = { ...facts.now, store: false };
      card.giveUpFailure = new AppError("host.io", "the disk is full");
    });
    await at.clock.advance(TRIAL_LIMIT);
    await at.clock.advance(minutes(2));
    at.card.giveUpFailure = null;
    await at.clock.advance(minutes(1));
    expect(at.card.done.at(-1)).toBe("give up: not up again: store");
    await at.clock.advance(RESTART_LIMIT);
    const view = await at.updates.view();
    expect(view).toMatchObject({ phase: "restarting", problem: "update.not_restarted" });
    expect(view.history).toHaveLength(1);
    expect(await rejectionOf(handedIn(at))).toBe("update.busy");
    await at.updates.stop();
  });
});
