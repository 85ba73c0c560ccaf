// The escrows of a box over a ledger, with renter and arbiter outside of it.

import { microEmc, silentLogger, unixMs } from "../../../src/base/index.ts";
import { Escrows, type EscrowsDeps, EventLog, OrderEscrows } from "../../../src/core/index.ts";
import { type Identity, nobleCoin } from "../../../src/envelope/index.ts";
import type { EscrowRole } from "../../../src/registry/index.ts";
import { openGate } from "../../sim/escrow-ledger.ts";
import { FakeChain, FakePublisher } from "../../sim/fake-names.ts";
import { VirtualClock } from "../../sim/virtual-clock.ts";
import { AMOUNT, EscrowRig, rules, START_S } from "./escrow-rig.ts";
import { MemoryEscrows } from "./memory-escrows.ts";

export class BoxEscrows {
  readonly rig = new EscrowRig();
  readonly clock = new VirtualClock(unixMs(START_S * 1000));
  readonly store = new MemoryEscrows();
  readonly publisher = new FakePublisher(new FakeChain());
  readonly events = new EventLog(this.clock, silentLogger);
  readonly deps: EscrowsDeps;
  escrows: Escrows;

  private constructor(role: EscrowRole, arbiter: EscrowsDeps["arbiters"], own?: Identity) {
    const { identity: usual, wallet } = this.rig.parties[role];
    const identity = own ?? usual;
    this.deps = {
      ...{ suite: rules.suite, coin: nobleCoin, gate: openGate, node: wallet.node(), identity, confirmations: 1 },
      ...{ store: this.store, publisher: this.publisher, clock: this.clock, events: this.events, log: silentLogger },
      network: async () => "regtest",
      arbiters: arbiter,
      now: this.rig.now,
      random: this.rig.random,
    };
    this.escrows = new Escrows(this.deps);
  }

  /** `identity`: the box's own, where it is not that of the rig. */
  static async open(role: EscrowRole = "provider", identity?: Identity): Promise<BoxEscrows> {
    const arbiters: EscrowsDeps["arbiters"][number][] = [];
    const box = new BoxEscrows(role, arbiters, identity);
    arbiters.push({ name: "judge", ...(await box.rig.part("arbiter")) });
    return box;
  }

  /** As the payments ask for them, with the terms of a listing. */
  forOrders(): OrderEscrows {
    return new OrderEscrows({
      ...{ escrows: this.escrows, suite: rules.suite, coin: rules.coin, confirmations: 3, now: this.rig.now },
      terms: { feesBps: 50, disputeDays: 7, refundDays: 60 },
      network: async () => "regtest",
    });
  }

  /** As after a power cut: only what was stored is left. */
  async restart(): Promise<void> {
    await this.escrows.stop();
    this.escrows = new Escrows(this.deps);
    await this.escrows.load();
  }

  /** The id of a new escrow that all have signed; the renter has the document. */
  async agreed(): Promise<string> {
    const { rig } = this;
    const terms = { amount: AMOUNT, feesBps: 50, disputeS: 3600, refundAfter: rig.ledger.timeS + 86_400 };
    const made = await this.escrows.propose({ renter: await rig.part("renter"), arbiter: "judge", terms });
    const id = made.file.policy.escrowId;
    await this.escrows.act(id, { step: "accept" });
    for (const role of ["renter", "arbiter"] as const) {
      const { file } = this.escrows.get(id);
      await this.escrows.take(await rig.desk(role).accept(file, { role, seed: rig.parties[role].identity.seed }));
    }
    return id;
  }

  async funded(): Promise<string> {
    const id = await this.agreed();
    await this.escrows.take(await this.rig.desk("renter").fund(this.escrows.get(id).file));
    this.rig.ledger.mine();
    return id;
  }
}

export const earned = microEmc(2_000_000);
