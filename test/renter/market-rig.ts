// The market with all its sides but the modems: a real relay, the desk of a box with its payments at a simulated node, and a renter.

import { onTestFinished } from "vitest";
import { e164, hours, lineId, type Millis, microEmc, seconds, silentLogger } from "../../src/base/index.ts";
import {
  ChapPool,
  type Line,
  OrderDesk,
  type OrderEscrowSource,
  type Payer,
  type PaymentNode,
  type Payments,
} from "../../src/core/index.ts";
import { createRelayClient } from "../../src/relay/index.ts";
import { MarketClient, RenterState, Renting, type RentingDeps, type RentingStep } from "../../src/renter/index.ts";
import { makePayer, payRig, type Rig, startPayee } from "../core/payments/pay-rig.ts";
import { LISTING, provider, renter, signWith, suite, verifyOf } from "../relay/fixtures.ts";
import { ID, recordOf } from "../relay/market-fixtures.ts";
import { RelayRig } from "../relay/relay-rig.ts";
import { SeededRandom } from "../sim/seeded-random.ts";
import { MemoryFolder } from "./memory-folder.ts";

const line: Line = {
  id: lineId("line-1"),
  number: e164("+15550100"),
  slot: null,
  iccid: null,
  imsi: null,
  listingId: ID,
};

export interface Box {
  readonly desk: OrderDesk;
  readonly pool: ChapPool;
  readonly payments: Payments;
  stop(): Promise<void>;
}

export class MarketRig {
  readonly relay: RelayRig;
  readonly pay: Rig;
  readonly payer: Payer;
  readonly steps: RentingStep[] = [];
  readonly kept: string[] = [];
  free = true;
  /** Challenges of each price that boxes leave with the relay. */
  perPrice = 0;
  /** Whether boxes answer renters. */
  answers = true;
  /** With it orders can be paid by escrow. */
  escrows: OrderEscrowSource | null = null;

  private constructor(relay: RelayRig, pay: Rig) {
    this.relay = relay;
    this.pay = pay;
    this.payer = makePayer(pay.payer, pay.clock, pay.random);
    pay.prices.price = microEmc(10_000);
  }

  static async start(seed: string): Promise<MarketRig> {
    const relay = await RelayRig.start({ random: new SeededRandom(`market ${seed}`) });
    onTestFinished(() => relay.stop());
    await relay.call("PUT", `/listings/${LISTING}/offchain`, { raw: recordOf().text });
    return new MarketRig(relay, await payRig(seed));
  }

  /** One process of the box: desk and payments over what the disk holds. */
  async box(wrap?: (node: PaymentNode) => PaymentNode): Promise<Box> {
    const { pay, relay } = this;
    const { escrows } = this;
    const payments = await (escrows === null ? pay.start(wrap) : startPayee({ ...pay, side: pay.payee, escrows }));
    const { clock, random } = pay;
    const log = silentLogger;
    const client = createRelayClient({
      url: relay.url,
      identity: { verify: verifyOf(provider), sign: signWith(provider) },
      clock,
      random,
      log,
    });
    const desk = new OrderDesk({
      ...{ relay: client, payments, identity: provider, suite, clock, random, log },
      lines: () => [line],
      isFree: () => this.free,
      now: () => clock.now(),
    });
    const pool = new ChapPool({
      ...{ relay: client, payments, identity: provider, suite, clock, random, log, perPrice: this.perPrice },
      ...{ prices: () => [pay.prices.price], life: hours(6), now: () => clock.now() },
    });
    if (this.answers) desk.start();
    if (this.perPrice > 0) pool.start();
    let stopping: Promise<void> | null = null;
    const stop = (): Promise<void> => {
      stopping ??= Promise.all([desk.stop(), pool.stop()]).then(() => client.stop());
      return stopping;
    };
    onTestFinished(stop);
    return { desk, pool, payments, stop };
  }

  async client(): Promise<MarketClient> {
    const { random, clock } = this.pay;
    const folder = new MemoryFolder();
    const state = await RenterState.open({
      ...{ folder, seed: renter.seed, suite, random, log: silentLogger, mode: "readWrite" as const },
    });
    onTestFinished(() => state.close());
    return new MarketClient({ relayUrl: this.relay.url, identity: renter, crypto: suite, state, clock });
  }

  async renting(
    order: ConstructorParameters<typeof Renting>[1],
    parts: Partial<RentingDeps> & { readonly patience?: Millis } = {},
  ): Promise<Renting> {
    const { clock } = this.pay;
    const deps: RentingDeps = {
      market: await this.client(),
      suite,
      clock,
      payer: this.payer,
      tell: (step) => this.steps.push(step),
      keepTicket: async (_chap, tx) => {
        this.kept.push(tx);
      },
      keepEscrow: async () => {
        throw new Error("no escrow was ordered");
      },
      patience: seconds(60),
      ...parts,
    };
    return new Renting(deps, order);
  }
}
