// The escrows of a box: whom it deals with, what it keeps, what it sends again, and what the doctor says.

import { beforeEach, describe, expect, it } from "vitest";
import { days, fromUtf8, parseEmc, seconds } from "../../../src/base/index.ts";
import { escrowBody, escrowCheck } from "../../../src/core/index.ts";
import { escrowView } from "../../../src/protocol/index.ts";
import { verifyEscrowRecord } from "../../../src/registry/index.ts";
import { BoxEscrows, earned } from "./box-escrows.ts";
import { AMOUNT, passed, rules } from "./escrow-rig.ts";

const coded = (code: string) => expect.objectContaining({ code });
let box: BoxEscrows;

beforeEach(async () => {
  box = await BoxEscrows.open();
});

const findings = async () => {
  const check = escrowCheck({ escrows: box.escrows, publisher: box.publisher, now: box.rig.now });
  return (await check.run()).map(({ verdict, code }) => `${verdict} ${code}`);
};
const release = { step: "release", earned } as const;

describe("the box's escrows", () => {
  it("go from a proposal to the payout, and tell each change once", async () => {
    const id = await box.funded();
    expect(await box.escrows.view(id)).toMatchObject({ phase: "funded", role: "provider" });
    const plan = await box.escrows.plan(id, release);
    expect(plan.pays.map(({ role, amount }) => [role, amount])).toEqual([
      ["provider", 2_000_000],
      ["renter", AMOUNT - 100 - 2_000_000],
    ]);
    expect(box.escrows.get(id).file.settlement).toBeNull();
    const { file } = await box.escrows.act(id, release);
    await box.escrows.take(await box.rig.desk("renter").sign(passed(file), "renter"));
    await box.escrows.act(id, { step: "send" });
    box.rig.ledger.mine();
    const view = await box.escrows.view(id);
    expect(view.phase).toBe("settled");
    expect(box.rig.shares(view.file)).toEqual([2_000_000, AMOUNT - 100 - 2_000_000, 0]);
    const shown = escrowView.parse(escrowBody(view));
    expect(shown).toMatchObject({ phase: "settled", steps: [], signed: ["renter", "provider"], missing: [] });
    await box.escrows.view(id);
    const told = box.events.list({ after: 0, limit: 50 }).map(({ code }) => code);
    expect(told).toEqual(["escrow.funded", "escrow.settled"]);
  });

  it("deal only with arbiters that the configuration trusts, and only as a party", async () => {
    const terms = { amount: AMOUNT, feesBps: 50, disputeS: 60, refundAfter: box.rig.ledger.timeS + 60 };
    const renter = await box.rig.part("renter");
    await expect(box.escrows.propose({ renter, arbiter: "friend", terms })).rejects.toThrow(
      coded("escrow.unknown_arbiter"),
    );
    const shifty = await box.rig.proposed();
    const friend = { ...shifty.policy.roles.arbiter, verify: "B".repeat(43) };
    const bent = { ...shifty, policy: { ...shifty.policy, roles: { ...shifty.policy.roles, arbiter: friend } } };
    await expect(box.escrows.take(bent)).rejects.toThrow(coded("escrow.unknown_arbiter"));
    const others = { ...shifty.policy.roles, provider: { ...shifty.policy.roles.provider, verify: "C".repeat(43) } };
    const elsewhere = { ...shifty, policy: { ...shifty.policy, roles: others } };
    await expect(box.escrows.take(elsewhere)).rejects.toThrow(coded("escrow.not_a_party"));
    expect(() => box.escrows.get("0123456789abcdef")).toThrow(coded("escrow.unknown"));
  });

  it("send again what a crash or a reorganisation took out of the chain, and go on after a restart", async () => {
    const id = await box.funded();
    const { file } = await box.escrows.act(id, release);
    await box.escrows.take(await box.rig.desk("renter").sign(passed(file), "renter"));
    // The process dies between storing the second signature and sending.
    await box.restart();
    const { funding } = box.escrows.get(id).file;
    box.rig.ledger.forget(funding?.txid ?? "");
    box.escrows.start();
    await box.clock.advance(seconds(2));
    const first = await box.escrows.view(id);
    expect(first).toMatchObject({ phase: "paying", status: { fundingConfirmations: 0, payoutConfirmations: 0 } });
    box.rig.ledger.mine();
    await box.clock.advance(seconds(60));
    expect(box.store.rows.get(id)?.phase).toBe("settled");
    box.rig.ledger.forget(first.status.payout ?? "");
    await box.clock.advance(seconds(60));
    expect(box.store.rows.get(id)?.phase).toBe("paying");
    box.rig.ledger.mine();
    await box.clock.advance(seconds(60));
    expect(box.store.rows.get(id)?.phase).toBe("settled");
    expect(box.rig.ledger.receivedBy(first.file.policy.address)).toEqual([AMOUNT]);
    box.rig.ledger.timeS += days(1) / 1000 + 1;
    box.rig.ledger.forget(first.status.payout ?? "");
    await box.clock.advance(seconds(60));
    expect(box.store.rows.get(id)?.phase).toBe("settled");
    await box.escrows.stop();
    expect(box.clock.pending).toEqual([]);
  });

  it("put their record into the chain as a commitment, or as a descriptor where one asks for it", async () => {
    const id = await box.agreed();
    const { wish } = await box.escrows.planRecord(id, "commitment");
    expect(box.publisher.all).toEqual([]);
    expect(wish).toMatchObject({ purpose: "escrow", operation: "new", name: `ness:escrow:${id}`, days: 31 });
    const { policy } = box.escrows.get(id).file;
    expect(fromUtf8(wish.value)).toMatch(/^\{"escrow_commitment":"[0-9a-f]{64}"\}$/);
    expect(verifyEscrowRecord(rules, wish, policy)).toEqual({ kind: "ok" });
    const open = await box.escrows.planRecord(id, "descriptor");
    expect(fromUtf8(open.wish.value)).toContain(policy.descriptor);
    expect(verifyEscrowRecord(rules, open.wish, policy)).toEqual({ kind: "ok" });
    await box.escrows.publish(id, "commitment");
    expect(await box.escrows.view(id)).toMatchObject({ record: { state: "waiting" } });
    const bare = await box.escrows.take(await box.rig.proposed({ refundAfter: box.rig.ledger.timeS + 100 }));
    const unsigned = box.escrows.planRecord(bare.file.policy.escrowId, "commitment");
    await expect(unsigned).rejects.toThrow(coded("escrow.not_agreed"));
  });
});

describe("the doctor", () => {
  it("finds nothing while all goes its way", async () => {
    expect(await findings()).toEqual(["ok escrow.whole"]);
    await box.funded();
    expect(await findings()).toEqual(["ok escrow.whole"]);
  });

  it("names a payout with one signature, one that was not sent, and coins that went another way", async () => {
    const id = await box.funded();
    const { file } = await box.escrows.act(id, release);
    expect(await findings()).toEqual(["warn escrow.half_signed"]);
    const both = await box.rig.desk("renter").sign(passed(file), "renter");
    await box.escrows.take(both);
    expect(await findings()).toEqual(["warn escrow.unsent"]);
    await box.restart();
    const wish = { role: "renter", kind: "refund", earned: parseEmc("0") } as const;
    const other = await box.rig.desk("renter").settle(passed({ ...file, settlement: null }), wish);
    const arbiters = await box.rig.desk("provider").sign(other, "provider");
    await box.rig.desk("renter").send(arbiters);
    box.rig.ledger.mine();
    expect(await findings()).toEqual(["warn escrow.spent_elsewhere"]);
  });

  it("names escrows whose time is over, funding that vanished, coins too much, and records that stand alone", async () => {
    const id = await box.funded();
    const { file } = box.escrows.get(id);
    const node = box.rig.parties.renter.wallet.node();
    const twice = await node.fund([{ address: file.policy.address, amount: parseEmc("1") }]);
    await node.broadcast(twice.hex);
    box.rig.ledger.mine();
    expect(await findings()).toEqual(["warn escrow.stray_coins"]);
    box.rig.ledger.timeS += 86_401;
    expect(await findings()).toEqual(["warn escrow.overdue", "warn escrow.stray_coins"]);
    box.rig.ledger.forget(file.funding?.txid ?? "");
    expect(await findings()).toEqual(["warn escrow.funding_missing", "warn escrow.stray_coins"]);
    await box.escrows.publish(id, "commitment");
    box.store.rows.clear();
    await box.restart();
    expect(await findings()).toEqual(["warn escrow.record_alone"]);
  });
});
