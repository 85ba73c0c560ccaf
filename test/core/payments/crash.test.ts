// Processes that end between any two steps, answers that get lost, nodes that restart: no credit is made or lost, nobody is paid twice.

import { describe, expect, it } from "vitest";
import { AppError, microEmc } from "../../../src/base/index.ts";
import type { PaymentNode, Payments } from "../../../src/core/index.ts";
import { SeededRandom } from "../../sim/seeded-random.ts";
import { makePayer, noAnswer, payRig, type Rig, request } from "./pay-rig.ts";

const TERMS = { amount: microEmc(600_000), risk: 3 };
const VALUE = 200_000;

/** Lets one call in `n` lose its request, its answer, or end the process; the store does likewise. */
class Trouble {
  readonly #random: SeededRandom;
  #dead = false;
  on = false;
  /** Tickets that the node decided, whether or not anybody heard of it. */
  readonly decided = new Set<string>();

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  revive(): void {
    this.#dead = false;
  }

  /** Throws if the process has ended; may end it. */
  step(): void {
    if (!this.#dead && this.on && this.#random.chance(0.06)) this.#dead = true;
    if (this.#dead) throw new AppError("base.stopped", "the process ended");
  }

  wrap = (node: PaymentNode): PaymentNode =>
    new Proxy(node, {
      get: (target, name: keyof PaymentNode) => {
        const method = target[name] as (...args: unknown[]) => Promise<unknown>;
        return async (...args: unknown[]) => {
          this.step();
          if (this.on && this.#random.chance(0.03)) throw noAnswer();
          const result = await method.apply(target, args);
          if (name === "acceptTicket") this.decided.add(String(args[0]));
          if (this.on && this.#random.chance(0.05)) throw noAnswer();
          this.step();
          return result;
        };
      },
    });
}

async function quietly(work: Promise<unknown>): Promise<void> {
  await work.catch(() => {});
}

interface Outcome {
  readonly rig: Rig;
  readonly payments: Payments;
  readonly handedIn: number;
  readonly orderId: string;
  readonly decided: ReadonlySet<string>;
}

async function runScript(seed: string): Promise<Outcome> {
  const rig = await payRig(seed);
  const random = new SeededRandom(`script ${seed}`);
  const trouble = new Trouble(random);
  rig.store.onStep = () => trouble.step();
  let payments = await rig.start(trouble.wrap);
  const payer = makePayer(rig.payer, rig.clock, rig.random);
  const order = await payments.quote(request({ sms: 1_000_000 }));
  const hexes: string[] = [];
  trouble.on = true;
  const again = async (): Promise<void> => {
    trouble.revive();
    trouble.on = false;
    payments = await rig.start(trouble.wrap);
    trouble.on = true;
  };
  for (let i = 0; i < 14; i++) {
    const chap = await payments.chap(order.id, TERMS).catch(() => null);
    if (chap !== null) {
      const { hex } = await payer.ticket(chap.text);
      hexes.push(hex);
      await quietly(payments.pay(order.id, hex));
    }
    // Replays, of the newest and of any.
    if (random.chance(0.4) && hexes.length > 0) await quietly(payments.pay(order.id, random.pick(hexes)));
    if (random.chance(0.15)) await rig.sim.nodes[0]?.crash();
    if (random.chance(0.4)) rig.sim.mine(2);
    if (random.chance(0.5)) await quietly(payments.tick());
    await again();
  }
  trouble.on = false;
  for (let i = 0; i < 8; i++) {
    rig.sim.mine(3);
    await payments.tick();
  }
  return { rig, payments, handedIn: hexes.length, orderId: order.id, decided: trouble.decided };
}

async function check(seed: string): Promise<void> {
  const { rig, payments, handedIn, orderId, decided } = await runScript(seed);
  const all = await rig.store.tickets({ from: 0, to: Number.MAX_SAFE_INTEGER, limit: 1000 });
  const { balances } = payments.book;
  const credited = all.filter(({ state }) => state === "lost" || state === "won" || state === "settled");
  // Nothing is left in doubt, and what is decided is credited once.
  expect(all.filter(({ state }) => state === "deciding" || state === "won")).toEqual([]);
  expect(balances.total()).toBe(0);
  expect(balances.credit(payments.order(orderId).rentalId)).toBe(credited.length * VALUE);
  expect(payments.order(orderId).received).toBe(credited.length * VALUE);
  expect(credited.length).toBeLessThanOrEqual(handedIn);
  for (const hex of decided) expect(credited.map((ticket) => ticket.hex)).toContain(hex);
  expect(new Set(rig.store.entries.map(({ key }) => key)).size).toBe(rig.store.entries.length);
  // The chain: every ticket whose address is in the wallet, and no other, was won, booked and is deep in the chain.
  let won = 0;
  for (const ticket of all) {
    if (!(await rig.payee.node.owns(ticket.address))) continue;
    expect(ticket.state).toBe("settled");
    expect(ticket.winTxid).not.toBeNull();
    won++;
  }
  const inLedger = balances.of("randpay:received") + balances.of("payout:swept") + balances.of("chain:fees");
  expect(inLedger).toBe(won * TERMS.amount);
  for (const { code } of payments.doubts()) expect(["payment.chaps_void", "payment.wins_unswept"]).toContain(code);
}

describe("payments whose process ends between any two steps", () => {
  it.each(Array.from({ length: 12 }, (_, i) => i))(
    "make and lose no credit (run %i)",
    (run) => check(`crash ${run}`),
    60_000,
  );
});
