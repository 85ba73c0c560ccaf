// The whole of an escrow between three wallets of one node: agreed, funded, and paid out in every way; and what nobody can get signed.

import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import {
  fromHex,
  type MicroEmc,
  microEmc,
  parseEmc,
  silentLogger,
  toBase64url,
  toHex,
  unixMs,
} from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { systemCrypto } from "../../src/base/system-crypto.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import { createWalletGate, type EmercoinNode } from "../../src/chain/index.ts";
import {
  EscrowDesk,
  type EscrowFile,
  escrowFileText,
  forgedEvidence,
  mergeEscrowFiles,
  newEscrowFile,
  parseEscrowFile,
  proposeSettlement,
} from "../../src/core/index.ts";
import { decodePsbt, encodePsbt, multisigDescriptor, multisigOutput } from "../../src/emercoin/index.ts";
import { createIdentity, type Identity, nobleCoin } from "../../src/envelope/index.ts";
import { ESCROW_ROLES, type EscrowRole, newEscrowId } from "../../src/registry/index.ts";
import type { NodeUnderTest } from "./emercoin-node.ts";

const coded = (code: string) => expect.objectContaining({ code });
const AMOUNT = parseEmc("2");
const rules = { suite: systemCrypto, coin: nobleCoin, network: "regtest" } as const;

interface Party {
  readonly identity: Identity;
  readonly node: EmercoinNode;
  readonly desk: EscrowDesk;
}

export function escrowContract(name: string, open: () => Promise<NodeUnderTest>): void {
  describe(name, () => {
    let under: NodeUnderTest;
    let parties: Readonly<Record<EscrowRole, Party>>;
    let stored: EscrowFile[] = [];

    /** Ahead of the world, for what only time brings. */
    let aheadMs = 0;
    const clock = { now: () => unixMs(systemClock.now() + aheadMs) };
    const makeParty = async (role: EscrowRole): Promise<Party> => {
      const main = under.client();
      const wallet = `escrow-${role}-${toHex(systemRandom.bytes(5))}`;
      await main.session.write("createwallet", [wallet], { reply: z.unknown() });
      const node = under.client(wallet);
      const funded = await main.fund([{ address: await node.newAddress("coins"), amount: parseEmc("40") }]);
      await main.broadcast(funded.hex);
      const gate = createWalletGate({ session: node.session, clock: systemClock, log: silentLogger });
      const store = async (file: EscrowFile): Promise<void> => {
        stored.push(file);
      };
      const desk = new EscrowDesk({ ...rules, node, gate, clock, confirmations: 1, store });
      return { identity: createIdentity(systemRandom, systemCrypto, role), node, desk };
    };
    beforeAll(async () => {
      under = await open();
      parties = {
        renter: await makeParty("renter"),
        provider: await makeParty("provider"),
        arbiter: await makeParty("arbiter"),
      };
      await under.mine(1);
    });
    afterEach(() => {
      aheadMs = 0;
    });
    afterAll(() => under?.stop());

    const soon = () => Math.floor(systemClock.now() / 1000) + 1800;
    const proposed = async (feesBps = 50, refundAfter = soon()): Promise<EscrowFile> => {
      const part = async (role: EscrowRole) => ({
        verify: toBase64url(parties[role].identity.verify),
        key: await parties[role].node.publicKeyOf(await parties[role].node.newAddress("key")),
        address: await parties[role].node.newAddress("payout"),
      });
      const roles = { renter: await part("renter"), provider: await part("provider"), arbiter: await part("arbiter") };
      const keys = ESCROW_ROLES.map((role) => fromHex(roles[role].key));
      const descriptor = multisigDescriptor(nobleCoin, { required: 2, keys });
      const { addressText: address } = multisigOutput(nobleCoin, descriptor, "regtest");
      const terms = { v: 1 as const, escrowId: newEscrowId(systemRandom), descriptor, address, amount: AMOUNT, roles };
      return newEscrowFile({
        ...terms,
        feesBps,
        disputeS: 600,
        refundAfter,
        nonce: toBase64url(systemRandom.bytes(32)),
      });
    };
    /** As it travels between the parties. */
    const passed = (file: EscrowFile): EscrowFile => parseEscrowFile(new TextEncoder().encode(escrowFileText(file)));
    const agreed = async (file: EscrowFile): Promise<EscrowFile> => {
      let next = file;
      for (const role of ESCROW_ROLES) {
        const { desk, identity } = parties[role];
        next = passed(await desk.accept(next, { role, seed: identity.seed }));
      }
      return next;
    };
    const funded = async (feesBps = 50, refundAfter = soon()): Promise<EscrowFile> => {
      const file = await parties.renter.desk.fund(await agreed(await proposed(feesBps, refundAfter)));
      await under.mine(1);
      return passed(file);
    };
    const got = async (role: EscrowRole, file: EscrowFile): Promise<number> => {
      const coins = await under.client().unspentAt(file.policy.roles[role].address);
      return coins.reduce((sum, { amount }) => sum + amount, 0);
    };
    const shares = async (file: EscrowFile): Promise<readonly number[]> => [
      await got("provider", file),
      await got("renter", file),
      await got("arbiter", file),
    ];
    const pay = async (file: EscrowFile, by: EscrowRole): Promise<void> => {
      await parties[by].desk.send(file);
      await parties[by].desk.send(file);
      await under.mine(1);
      expect((await parties[by].desk.status(file)).phase).toBe("settled");
      await parties[by].desk.send(file);
    };

    it("goes through its phases, and a release pays provider and renter to the unit, the arbiter nothing", async () => {
      const bare = await proposed();
      expect((await parties.renter.desk.status(bare)).phase).toBe("proposed");
      await expect(parties.renter.desk.fund(bare)).rejects.toThrow(coded("escrow.not_agreed"));
      const ready = await agreed(bare);
      expect((await parties.renter.desk.status(ready)).phase).toBe("agreed");
      const paidIn = await parties.renter.desk.fund(ready);
      expect((await parties.renter.desk.status(paidIn)).phase).toBe("funding");
      expect(await parties.renter.desk.fund(paidIn)).toBe(paidIn);
      await expect(
        parties.renter.desk.settle(paidIn, { role: "renter", kind: "refund", earned: microEmc(0) }),
      ).rejects.toThrow(coded("escrow.not_funded"));
      await under.mine(1);
      expect((await parties.provider.desk.status(paidIn)).phase).toBe("funded");
      const earned = parseEmc("0.7");
      const one = passed(await parties.provider.desk.settle(paidIn, { role: "provider", kind: "release", earned }));
      expect((await parties.provider.desk.status(one)).signed).toEqual(["provider"]);
      await expect(parties.provider.desk.send(one)).rejects.toThrow(coded("escrow.incomplete"));
      const two = passed(await parties.renter.desk.sign(one, "renter"));
      await pay(two, "renter");
      expect(await shares(two)).toEqual([700_000, AMOUNT - 100 - 700_000, 0]);
    });

    it("gives all back to the renter in a refund by both", async () => {
      const file = await funded();
      const one = passed(
        await parties.renter.desk.settle(file, { role: "renter", kind: "refund", earned: microEmc(0) }),
      );
      const two = passed(await parties.provider.desk.sign(one, "provider"));
      await pay(two, "provider");
      expect(await shares(two)).toEqual([0, AMOUNT - 100, 0]);
    });

    it("is refunded by renter and arbiter only after the agreed time", async () => {
      const file = await funded();
      const unfunded = await agreed(await proposed());
      const wish = { role: "renter", kind: "refund", earned: microEmc(0) } as const;
      const one = passed(await parties.renter.desk.settle(file, wish));
      await expect(parties.arbiter.desk.sign(one, "arbiter")).rejects.toThrow(coded("escrow.not_yet"));
      aheadMs = 3_600_000;
      const two = passed(await parties.arbiter.desk.sign(one, "arbiter"));
      expect((await parties.arbiter.desk.status(unfunded)).phase).toBe("expired");
      await expect(parties.renter.desk.fund(unfunded)).rejects.toThrow(coded("escrow.expired"));
      aheadMs = 0;
      await pay(two, "arbiter");
      expect(await shares(two)).toEqual([0, AMOUNT - 100, 0]);
    });

    it.each([
      ["provider", "1.5"],
      ["renter", "0"],
    ] as const)("is divided by the arbiter's decision for the %s, his fee included", async (winner, earnedText) => {
      const earned: MicroEmc = parseEmc(earnedText);
      const file = await funded(50);
      const said = { role: winner, statement: "no SMS came", files: [], at: 1 };
      const heard = passed(await parties[winner].desk.addEvidence(file, said, parties[winner].identity.seed));
      expect(forgedEvidence(rules, heard)).toEqual([]);
      const forged = { ...heard, evidence: heard.evidence.map((each) => ({ ...each, statement: "all SMS came" })) };
      expect(forgedEvidence(rules, forged)).toHaveLength(1);
      const ruling = { earned, reason: "receipts" };
      const one = passed(await parties.arbiter.desk.decide(heard, ruling, parties.arbiter.identity.seed));
      const two = passed(await parties[winner].desk.sign(one, winner));
      await pay(two, winner);
      const shared = AMOUNT - 100;
      const fee = Math.floor((shared * 50) / 10_000);
      const ofProvider = Math.floor((earned * 50) / 10_000);
      expect(await shares(two)).toEqual([earned - ofProvider, shared - earned - (fee - ofProvider), fee]);
    });

    it("has nothing signed that the document does not say, and nobody signs for another", async () => {
      const file = await funded();
      const honest = await parties.provider.desk.settle(file, {
        role: "provider",
        kind: "release",
        earned: parseEmc("0.5"),
      });
      const greedy = proposeSettlement(rules, file, { kind: "release", earned: parseEmc("1.9"), strays: [], time: 1 });
      const swapped = { ...honest, settlement: { ...greedy, earned: parseEmc("0.5") } };
      await expect(parties.renter.desk.sign(swapped, "renter")).rejects.toThrow(coded("escrow.wrong_payout"));
      const psbt = decodePsbt(honest.settlement?.psbt ?? "");
      const outputs = psbt.tx.outputs.map((output, at) =>
        at === 0 ? { ...output, amount: microEmc(output.amount + 1) } : output,
      );
      const bent = {
        ...honest,
        settlement: { ...greedy, earned: parseEmc("0.5"), psbt: encodePsbt({ ...psbt, tx: { ...psbt.tx, outputs } }) },
      };
      await expect(parties.renter.desk.sign(bent, "renter")).rejects.toThrow(coded("escrow.wrong_payout"));
      await expect(parties.renter.desk.sign(honest, "provider")).rejects.toThrow(coded("escrow.other_wallet"));
      const invented = { ...honest, settlement: { ...greedy, kind: "decision" as const } };
      await expect(parties.renter.desk.sign(invented, "renter")).rejects.toThrow();
      await expect(
        parties.arbiter.desk.accept(await proposed(), { role: "arbiter", seed: parties.renter.identity.seed }),
      ).rejects.toThrow(coded("escrow.not_a_party"));
      const elsewhere = await proposed();
      const foreign = { ...elsewhere, policy: { ...elsewhere.policy, address: (await proposed()).policy.address } };
      await expect(
        parties.renter.desk.accept(foreign, { role: "renter", seed: parties.renter.identity.seed }),
      ).rejects.toThrow(coded("escrow.bad_policy"));
    });

    it("stores every document before anything is sent, so that a crash repeats and never pays twice", async () => {
      const ready = await agreed(await proposed());
      stored = [];
      const file = await parties.renter.desk.fund(ready);
      expect(stored).toEqual([file]);
      // The crash was between storing and sending: what is stored is sent again.
      const again = passed(stored[0] ?? ready);
      expect((await parties.renter.desk.fund(again)).funding?.txid).toBe(file.funding?.txid);
      await under.mine(1);
      const found = await under.client().unspentAt(file.policy.address);
      expect(found.map(({ txid }) => txid)).toEqual([file.funding?.txid]);
      expect(await parties.renter.desk.strayAmount(file)).toBe(0);
    });

    it("finds the funding that a copy of the document does not tell of, in the mempool and in a block", async () => {
      const ready = await agreed(await proposed());
      const file = await parties.renter.desk.fund(ready);
      expect((await parties.renter.desk.fund(ready)).funding).toEqual(file.funding);
      await under.mine(1);
      expect((await parties.renter.desk.fund(ready)).funding).toEqual(file.funding);
      expect(await under.client().unspentAt(file.policy.address)).toHaveLength(1);
    });

    it("gives coins that were paid in by mistake back to the renter with the payout", async () => {
      const ready = await agreed(await proposed());
      const { node } = parties.renter;
      const wrong = await node.fund([{ address: ready.policy.address, amount: parseEmc("0.25") }]);
      await node.broadcast(wrong.hex);
      await under.mine(1);
      const file = await parties.renter.desk.fund(ready);
      await under.mine(1);
      expect(await parties.provider.desk.strayAmount(file)).toBe(250_000);
      const wish = { role: "provider", kind: "release", earned: parseEmc("1") } as const;
      const one = passed(await parties.provider.desk.settle(file, wish));
      expect(one.settlement?.strays).toHaveLength(1);
      const two = passed(await parties.renter.desk.sign(one, "renter"));
      await pay(two, "provider");
      expect(await shares(two)).toEqual([1_000_000, AMOUNT - 100 - 1_000_000 + 250_000, 0]);
      expect(await under.client().unspentAt(file.policy.address)).toEqual([]);
    });

    it("leaves a release to renter and provider, and a decision to a dispute in which both were heard", async () => {
      const file = await funded();
      const wish = { kind: "release", earned: AMOUNT - 100 } as const;
      const greedy = { ...wish, earned: microEmc(wish.earned) };
      const one = passed(await parties.provider.desk.settle(file, { ...greedy, role: "provider" }));
      await expect(parties.arbiter.desk.sign(one, "arbiter")).rejects.toThrow(coded("escrow.not_for_arbiter"));
      const ruling = { earned: parseEmc("1"), reason: "halves" };
      const { arbiter, provider, renter } = parties;
      const decide = (on: EscrowFile) => arbiter.desk.decide(on, ruling, arbiter.identity.seed);
      await expect(decide(one)).rejects.toThrow(coded("escrow.no_dispute"));
      const at = Math.floor(systemClock.now() / 1000);
      const said = { role: "renter", statement: "it was late", files: [], at } as const;
      const heard = passed(await renter.desk.addEvidence(one, said, renter.identity.seed));
      expect((await renter.desk.status(heard)).phase).toBe("disputed");
      await expect(decide(heard)).rejects.toThrow(coded("escrow.not_heard"));
      const reply = { role: "provider", statement: "it was not", files: [], at } as const;
      const both = passed(await provider.desk.addEvidence(heard, reply, provider.identity.seed));
      const decided = passed(await decide(both));
      expect((await renter.desk.status(decided)).phase).toBe("decided");
    });

    it("puts together what parties signed at the same time, and says when another payout was faster", async () => {
      const bare = await proposed();
      const { renter, provider, arbiter } = parties;
      const apart = await Promise.all(
        ESCROW_ROLES.map((role) => parties[role].desk.accept(bare, { role, seed: parties[role].identity.seed })),
      );
      const now = Math.floor(systemClock.now() / 1000);
      const ready = apart.reduce((merged, each) => mergeEscrowFiles(rules, merged, passed(each), now), bare);
      const file = await renter.desk.fund(ready);
      await under.mine(1);
      const earned = parseEmc("0.4");
      const one = passed(await provider.desk.settle(file, { role: "provider", kind: "release", earned }));
      const two = passed(await renter.desk.sign(one, "renter"));
      expect(mergeEscrowFiles(rules, one, two, now)).toEqual(two);
      expect(mergeEscrowFiles(rules, ready, two, now)).toEqual(two);
      await renter.desk.send(two);
      expect((await renter.desk.status(two)).phase).toBe("paying");
      await under.mine(1);
      expect((await arbiter.desk.status(passed(file))).phase).toBe("spent");
    });
  });
}
