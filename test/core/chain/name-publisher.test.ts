import { beforeEach, describe, expect, it } from "vitest";
import { AppError, minutes } from "../../../src/base/index.ts";
import type { NamePublication, RunningPublisher } from "../../../src/core/index.ts";
import { bytes } from "./fake-chain.ts";
import { openGate, PublisherRig, wishOf } from "./publisher-rig.ts";

const NAME = "ness:test:a";
const forever = new AbortController().signal;

async function codeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => "no error",
    (error) => (error instanceof AppError ? error.code : String(error)),
  );
}

describe("name publisher", () => {
  let rig: PublisherRig;
  let publisher: RunningPublisher;
  let latest: () => NamePublication;
  beforeEach(async () => {
    rig = new PublisherRig();
    publisher = await rig.open();
    latest = () => {
      const found = publisher.latest(NAME);
      if (found === null) throw new Error("nothing published");
      return found;
    };
  });

  it("publishes a new name and is done at the third confirmation, not before", async () => {
    const { id } = await publisher.submit(wishOf());
    const settled = publisher.settled(id, forever);
    await rig.tick();
    expect(latest()).toMatchObject({ state: "sent", confirmations: 0, needed: 3 });
    await rig.mine(2);
    expect(latest()).toMatchObject({ state: "confirming", confirmations: 2 });
    await rig.mine(1);
    expect(await settled).toMatchObject({ state: "done", confirmations: 3, problem: null });
    expect(latest().expiresAt).toBe(101 + 30 * 175);
    expect(rig.chain.paid).toHaveLength(1);
  });

  it("asks the node nothing while nothing is open", async () => {
    const before = rig.chain.calls;
    await rig.tick(50);
    expect(rig.chain.calls).toBe(before);
    expect(rig.clock.pending).toEqual([]);
  });

  it("stores the owner of a new name before the node hears of it", async () => {
    const seen: (string | null | undefined)[] = [];
    const asked = rig.chain.newName.bind(rig.chain);
    rig.chain.newName = (write) => {
      const [row] = rig.disk.rows.values();
      seen.push(row?.address, write.address, String(row?.inDoubt));
      return asked(write);
    };
    await publisher.submit(wishOf());
    await rig.tick();
    expect(seen[0]).toBe(seen[1]);
    expect(seen[2]).toBe("true");
  });

  it("keeps the owner of a name that it updates", async () => {
    await rig.chain.register(NAME, "v1");
    const owner = rig.chain.effective(NAME)[0]?.address;
    await publisher.submit(wishOf({ operation: "update", value: bytes("v2"), days: 0 }));
    await rig.tick();
    await rig.mine(3);
    expect(latest().state).toBe("done");
    expect(rig.chain.effective(NAME).map((each) => each.address)).toEqual([owner, owner]);
  });

  it("deletes a name", async () => {
    await rig.chain.register(NAME, "v1");
    await publisher.submit(wishOf({ operation: "delete", value: bytes(""), days: 0 }));
    await rig.tick();
    await rig.mine(3);
    expect(latest()).toMatchObject({ state: "done", expiresAt: null });
    expect(await rig.chain.name(NAME)).toMatchObject({ state: "deleted" });
  });

  it.each([
    ["a name that is taken", "new", "emercoin.name_exists"],
    ["an update of a name of somebody else", "update", "emercoin.name_foreign"],
    ["the deletion of a name of somebody else", "delete", "emercoin.name_foreign"],
  ] as const)("gives up %s", async (_case, operation, code) => {
    rig.chain.mineForeign("new", { name: NAME, value: "theirs", days: 30 });
    await publisher.submit(wishOf({ operation }));
    await rig.tick();
    expect(latest()).toMatchObject({ state: "failed", problem: { code } });
    expect(rig.chain.paid).toEqual([]);
  });

  it("does not update a name that expires within the margin, whose update could be confirmed without effect", async () => {
    await rig.chain.register(NAME, "v1", 1);
    rig.chain.mine(156);
    await publisher.submit(wishOf({ operation: "update", value: bytes("v2") }));
    await rig.tick();
    expect(latest()).toMatchObject({ state: "failed", problem: { code: "publication.too_late_to_renew" } });
    expect(rig.chain.paid).toHaveLength(1);
  });

  it("still updates at the edge of the margin", async () => {
    await rig.chain.register(NAME, "v1", 1);
    rig.chain.mine(155);
    await publisher.submit(wishOf({ operation: "update", value: bytes("v2") }));
    await rig.tick();
    expect(latest().state).toBe("sent");
  });

  it("waits over the last block of an expiring name, then takes it", async () => {
    rig.chain.mineForeign("new", { name: NAME, value: "theirs", days: 1 });
    rig.chain.mine(175);
    await publisher.submit(wishOf());
    await rig.tick();
    expect(latest()).toMatchObject({ state: "waiting", problem: { code: "publication.expiring" } });
    rig.chain.mine();
    await rig.tick();
    expect(latest().state).toBe("sent");
  });

  it.each([
    "emercoin.unreachable",
    "emercoin.busy",
    "emercoin.warming_up",
    "emercoin.syncing",
    "emercoin.locked",
    "emercoin.no_funds",
  ] as const)("waits visibly through %s and loses nothing", async (code) => {
    rig.chain.fail("newName", code, { times: 3 });
    const { id } = await publisher.submit(wishOf());
    await rig.clock.flush();
    expect(publisher.get(id)).toMatchObject({ state: "waiting", problem: { code } });
    await rig.clock.advance(minutes(2));
    expect(publisher.get(id)).toMatchObject({ state: "sent", problem: null });
    expect(rig.chain.paid).toHaveLength(1);
  });

  it("waits through a node that is away before it can be asked anything", async () => {
    rig.chain.fail("height", "emercoin.unreachable", { times: 4 });
    const { id } = await publisher.submit(wishOf());
    await rig.clock.flush();
    expect(publisher.get(id)?.problem?.code).toBe("emercoin.unreachable");
    await rig.clock.advance(minutes(5));
    expect(publisher.get(id)?.state).toBe("sent");
  });

  it.each(["new", "update", "delete"] as const)(
    "finds the %s whose answer was lost and does not pay twice",
    async (operation) => {
      if (operation !== "new") await rig.chain.register(NAME, "v1");
      const before = rig.chain.paid.length;
      const call = ({ new: "newName", update: "updateName", delete: "deleteName" } as const)[operation];
      rig.chain.fail(call, "emercoin.no_answer", { acts: true });
      await publisher.submit(wishOf({ operation, value: bytes(operation === "delete" ? "" : "v2") }));
      await rig.clock.advance(minutes(1));
      await rig.mine(3);
      expect(latest().state).toBe("done");
      expect(rig.chain.paid).toHaveLength(before + 1);
    },
  );

  it("finds the operation also when it was confirmed before anybody looked", async () => {
    await rig.chain.register(NAME, "v1");
    rig.chain.fail("updateName", "emercoin.no_answer", { acts: true });
    await publisher.submit(wishOf({ operation: "update", value: bytes("v2"), days: 5 }));
    await rig.clock.flush();
    rig.chain.mine(2);
    await rig.clock.advance(minutes(1));
    expect(latest()).toMatchObject({ state: "confirming", confirmations: 2 });
    expect(rig.chain.paid).toHaveLength(2);
  });

  it("does not take an earlier renewal with the same value for its own", async () => {
    await rig.chain.register(NAME, "v1");
    for (const round of [1, 2]) {
      rig.chain.fail("updateName", "emercoin.no_answer", { acts: round === 1 });
      await publisher.submit(wishOf({ operation: "update", value: bytes("v1"), days: 365 }));
      await rig.clock.advance(minutes(1));
      await rig.mine(3);
      expect(latest().state).toBe("done");
    }
    expect(rig.chain.effective(NAME)).toHaveLength(3);
  });

  it("loses a race that confirms silently, and says so", async () => {
    const { id } = await publisher.submit(wishOf());
    await rig.clock.flush();
    rig.chain.mineForeign("new", { name: NAME, value: "theirs", days: 30 });
    await rig.mine(1);
    expect(latest()).toMatchObject({ state: "confirming", problem: { code: "publication.overtaken" } });
    await rig.mine(2);
    expect(latest()).toMatchObject({ state: "lost", problem: { code: "publication.overtaken" } });
    expect(await codeOf(publisher.settled(id, forever))).toBe("publication.lost");
  });

  it("counts as done although a later operation is the name's last one", async () => {
    await publisher.submit(wishOf());
    await rig.clock.flush();
    rig.chain.mine();
    await rig.chain.updateName({ name: NAME, value: bytes("by hand"), days: 0, address: "own-elsewhere" });
    await rig.mine(3);
    expect(latest().state).toBe("done");
  });

  it("goes back to `sent` when a reorganisation takes the block away, and on when it returns", async () => {
    await publisher.submit(wishOf());
    await rig.tick();
    await rig.mine(2);
    rig.chain.reorganise(2);
    await rig.tick();
    expect(latest()).toMatchObject({ state: "sent", confirmations: 0 });
    await rig.mine(3);
    expect(latest().state).toBe("done");
    expect(rig.chain.paid).toHaveLength(1);
  });

  it("sends the very same transaction again when the node has forgotten it", async () => {
    await publisher.submit(wishOf());
    await rig.tick();
    const { txid } = latest();
    rig.chain.forgetMempool();
    await rig.tick();
    expect(latest()).toMatchObject({ state: "sent", txid, problem: { code: "publication.vanished" } });
    await rig.mine(3);
    expect(latest()).toMatchObject({ state: "done", txid, problem: null });
    expect(rig.chain.paid).toHaveLength(1);
  });

  it("gives up a transaction whose coins are spent in a chain that stays", async () => {
    await publisher.submit(wishOf());
    await rig.tick();
    rig.chain.spendInputs(latest().txid ?? "");
    rig.chain.forgetMempool();
    await rig.tick();
    expect(latest()).toMatchObject({ state: "sent", problem: { code: "publication.displaced" } });
    await rig.mine(3);
    expect(latest()).toMatchObject({ state: "lost", problem: { code: "publication.displaced" } });
  });

  it("names the node's stuck pending mark and its remedy, and goes on after the restart", async () => {
    rig.chain.stuck.add(NAME);
    await publisher.submit(wishOf());
    await rig.clock.advance(minutes(10));
    expect(latest()).toMatchObject({ state: "waiting", problem: { code: "publication.stuck_pending" } });
    expect(latest().problem?.hint).toContain("Restart the Emercoin node");
    rig.chain.stuck.clear();
    await rig.clock.advance(minutes(6));
    expect(latest().state).toBe("sent");
  });

  it("waits for another operation on the name that is in the mempool", async () => {
    rig.chain.pendForeign(NAME);
    await publisher.submit(wishOf());
    await rig.tick();
    expect(latest()).toMatchObject({ state: "waiting", problem: { code: "publication.name_busy" } });
  });

  it("tells of an operation that no block takes for hours", async () => {
    await publisher.submit(wishOf());
    await rig.clock.advance(minutes(200));
    expect(latest()).toMatchObject({ state: "sent", problem: { code: "publication.unconfirmed" } });
  });

  it("refuses a second operation on a name and what the linter forbids", async () => {
    await publisher.submit(wishOf());
    expect(await codeOf(publisher.submit(wishOf({ operation: "delete" })))).toBe("publication.running");
    expect(await codeOf(publisher.submit(wishOf({ name: "ness:test:b", value: bytes("private") })))).toBe(
      "lint.private_key",
    );
    expect(publisher.list()).toHaveLength(1);
  });

  it("cancels what waits, and nothing that the node may have", async () => {
    rig.chain.fail("height", "emercoin.unreachable");
    const { id } = await publisher.submit(wishOf());
    await rig.clock.flush();
    expect(await publisher.cancel(id)).toMatchObject({ state: "cancelled" });
    expect(await codeOf(publisher.settled(id, forever))).toBe("publication.cancelled");
    rig.chain.fail("newName", "emercoin.no_answer", { acts: true });
    const second = await publisher.submit(wishOf());
    await rig.clock.flush();
    expect(await codeOf(publisher.cancel(second.id))).toBe("publication.too_late");
    expect(await codeOf(publisher.cancel("0".repeat(32)))).toBe("publication.unknown");
    await rig.clock.advance(minutes(1));
    await rig.mine(3);
    expect(latest().state).toBe("done");
  });

  it("keeps a txid that a full disk could not take: the operation is found again", async () => {
    const { id } = await publisher.submit(wishOf());
    const asked = rig.chain.newName.bind(rig.chain);
    rig.chain.newName = (write) => {
      rig.disk.fault = "store.full";
      return asked(write);
    };
    await rig.clock.flush();
    rig.disk.fault = null;
    expect(rig.stored(id)).toMatchObject({ state: "waiting", inDoubt: true });
    await rig.clock.advance(minutes(1));
    expect(publisher.get(id)?.state).toBe("sent");
    expect(rig.chain.paid).toHaveLength(1);
  });

  it("leaves nobody waiting when it stops", async () => {
    const { id } = await publisher.submit(wishOf());
    const waiting = codeOf(publisher.settled(id, forever));
    await publisher.stop();
    expect(await waiting).toBe("base.stopped");
    expect(rig.clock.pending).toEqual([]);
  });

  it("plans without writing: cost, and what stands in the way", async () => {
    expect(await publisher.plan(wishOf())).toMatchObject({ cost: 4500, problem: null });
    rig.chain.lock = "locked";
    const closed = await rig.open({ gate: { ...openGate, ready: false } });
    expect((await closed.plan(wishOf())).problem?.code).toBe("emercoin.locked");
    rig.chain.lock = "unencrypted";
    await rig.chain.register(NAME, "v1");
    expect((await publisher.plan(wishOf())).problem?.code).toBe("emercoin.name_exists");
    expect((await publisher.plan(wishOf({ operation: "update" }))).problem).toBeNull();
    await publisher.submit(wishOf({ operation: "update" }));
    expect((await publisher.plan(wishOf({ operation: "update" }))).problem?.code).toBe("publication.running");
  });
});
