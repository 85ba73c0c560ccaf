// Box and commands ended by SIGKILL at random moments while they publish, take tickets and pay escrows out, over one chain that lives on:
// nothing is paid twice, no credit is lost, and nothing stays that is neither done nor told.

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { days, EMC, microEmc, millis, parseEmc, type Random, seconds } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import { Payer, parseEscrowFile } from "../../src/core/index.ts";
import { nobleCoin } from "../../src/envelope/index.ts";
import {
  chapView,
  orderView,
  paymentsView,
  publicationsReply,
  publishReply,
  statementView,
  ticketReply,
} from "../../src/protocol/index.ts";
import { type ChainWorld, draw, PARTIES, type Party } from "./chain-kill-world.ts";
import { Numberbox } from "./processes.ts";

/** Longer than a request takes: some kills come after its answer. */
const WITHIN = 80;
/** What a command takes to start and to end, about. */
const COMMAND_WITHIN = 1200;
/** Of a ticket, and of a rental for a day. */
const VALUE = "0.200000";

const history = z.array(z.unknown());

/** Writes one name again and again. What went wrong; empty when all is well. */
export async function killPublishing(world: ChainWorld, rounds: number, random: Random): Promise<readonly string[]> {
  const listed = async () => (await world.told(publicationsReply, "GET", "publications")).publications;
  let name = "";
  for (let round = 0; round < rounds; round++) {
    const path = `listings/line-0/${round === 0 ? "publish" : "renew"}`;
    const before = (await listed()).length;
    await world.killDuring(path, {}, WITHIN, random);
    // As an owner would: asked again only where the box knows nothing of it.
    if ((await listed()).length === before) await world.told(publishReply, "POST", path, {});
    name = (await listed())[0]?.name ?? name;
    await world.until(`publication ${round + 1}`, async () => {
      world.sim.mine(1);
      return (await listed()).every(({ state }) => state === "done") ? true : undefined;
    });
  }
  const written = history.parse(await world.sim.call("name_history", [name, true], "")).length;
  return written === rounds ? [] : [`${name} was written ${written} times, not ${rounds}`];
}

function payerAt(world: ChainWorld): { readonly payer: Payer; readonly stop: () => void } {
  const node = world.client("payer");
  const budget = { window: days(1), maxWins: 10_000, maxSessionWins: 10_000, maxSpent: microEmc(9e12) };
  const deps = {
    node,
    crypto: nobleCoin,
    random: systemRandom,
    network: "regtest",
    lock: seconds(900),
    budget,
  } as const;
  return { payer: new Payer({ ...deps, now: () => systemClock.now() }), stop: () => node.stop() };
}

type Reply = z.infer<typeof ticketReply>;

async function payOnce(world: ChainWorld, payer: Payer, orderId: string, random: Random): Promise<Reply> {
  const terms = { order_id: orderId, amount: "1", risk: 5 };
  const { chap } = await world.told(chapView, "POST", "payments/chaps", terms);
  const ticket = await payer.ticket(chap ?? "");
  const body = { order_id: orderId, ticket: ticket.hex };
  await world.killDuring("payments/tickets", body, WITHIN, random);
  const paid = await world.until("the ticket's outcome", async () => {
    const again = await world.told(ticketReply, "POST", "payments/tickets", body);
    return again.ticket.state === "deciding" ? undefined : again;
  });
  await payer.settled(ticket.id, paid.ticket.state === "lost" ? "lost" : { winHex: paid.win });
  return paid;
}

/** Buys a rental and adds to it, a ticket each time. */
export async function killTickets(world: ChainWorld, rounds: number, random: Random): Promise<readonly string[]> {
  const faults: string[] = [];
  const { payer, stop } = payerAt(world);
  const renter = { verify: "A".repeat(43), encrypt: `${"B".repeat(42)}A` };
  let asked: object = { line: "line-0", days: 1, renter };
  let won = 0;
  let credit = "";
  for (let round = 0; round < rounds; round++) {
    const order = await world.told(orderView, "POST", "payments/orders", asked);
    const { ticket, order: after } = await payOnce(world, payer, order.id, random);
    asked = { rental_id: order.rental_id, amount: VALUE };
    if (ticket.state !== "lost") won++;
    credit = after.credit;
    if (after.received !== VALUE || after.state !== "granted") {
      faults.push(`order ${round + 1} is ${after.state} with ${after.received} EMC`);
    }
    world.sim.mine(4);
    await world.until("the booking of all wins", async () => {
      const { unsettled_wins: open } = await world.told(paymentsView, "GET", "payments");
      return open === 0 ? true : undefined;
    });
  }
  stop();
  const told = await world.told(statementView, "GET", "payments/statement");
  const expected = parseEmc(VALUE) * rounds;
  if (parseEmc(credit) !== expected - parseEmc(VALUE))
    faults.push(`the renter has ${credit} EMC left after ${rounds} tickets`);
  if (told.wins !== won) faults.push(`${told.wins} wins are booked, not ${won}`);
  if (told.attempts !== rounds) faults.push(`${told.attempts} tickets are booked, not ${rounds}`);
  if (parseEmc(told.expected) !== expected)
    faults.push(`tickets are worth ${told.expected} EMC, not ${expected / EMC}`);
  if (parseEmc(told.received) !== won * EMC) faults.push(`${told.received} EMC were received for ${won} wins`);
  return faults;
}

class EscrowRun {
  readonly #world: ChainWorld;
  readonly #random: Random;
  readonly #file: string;

  constructor(world: ChainWorld, random: Random, file: string) {
    this.#world = world;
    this.#random = random;
    this.#file = file;
  }

  async #ran(party: Party, args: readonly string[]): Promise<string> {
    const command = Numberbox.start(["escrow", ...args], this.#world.partyEnv(party));
    if ((await command.ended()) === 0) return command.out;
    throw new Error(`escrow ${args.join(" ")}: ${command.err}`);
  }

  /** The command killed, and given again: it works, or says that its work is done. */
  async #killed(party: Party, args: readonly string[], done: RegExp): Promise<void> {
    const command = Numberbox.start(["escrow", ...args], this.#world.partyEnv(party));
    await systemClock.sleep(millis(draw(this.#random, COMMAND_WITHIN)), "a kill");
    await command.kill();
    this.#world.kills++;
    const again = Numberbox.start(["escrow", ...args], this.#world.partyEnv(party));
    if ((await again.ended()) !== 0 && !done.test(again.err)) throw new Error(`escrow ${args.join(" ")}: ${again.err}`);
  }

  async agree(): Promise<void> {
    const named: string[] = [];
    for (const party of PARTIES) {
      const part = join(this.#world.folder, `${party}.part.json`);
      await writeFile(part, await this.#ran(party, ["key", "--keyfile", this.#world.keyfile(party)]));
      named.push(`--${party}`, part);
    }
    await this.#ran("provider", ["propose", "--amount", "5", ...named, "--out", this.#file]);
    for (const party of PARTIES)
      await this.#ran(party, ["accept", this.#file, "--keyfile", this.#world.keyfile(party)]);
  }

  /** Leads to the payout. What was paid wrongly. */
  async settle(): Promise<readonly string[]> {
    const { sim } = this.#world;
    const node = this.#world.client("");
    const read = async () => parseEscrowFile(new Uint8Array(await readFile(this.#file)));
    const paid = async (address: string) => (await node.unspentAt(address)).map(({ amount }) => amount).join(" + ");
    try {
      await this.#killed("renter", ["fund", this.#file], /^escrow\.(already|funded|wrong_phase)/);
      sim.mine(3);
      const { policy } = await read();
      const funding = await paid(policy.address);
      await this.#killed("provider", ["release", this.#file, "--earned", "4.2"], /^escrow\./);
      await this.#killed("renter", ["sign", this.#file], /^escrow\./);
      await this.#killed("arbiter", ["send", this.#file], /^escrow\./);
      sim.mine(1);
      const payout = await paid(policy.roles.provider.address);
      const left = await paid(policy.address);
      return [
        ...(funding === String(5 * EMC) ? [] : [`the escrow was funded with ${funding}`]),
        ...(payout === "4200000" ? [] : [`the provider was paid ${payout}`]),
        ...(left === "" ? [] : [`${left} stayed in the escrow`]),
      ];
    } finally {
      node.stop();
    }
  }
}

/** Four kills a round: of `fund`, `release`, `sign` and `send`. */
export async function killEscrows(world: ChainWorld, rounds: number, random: Random): Promise<readonly string[]> {
  const faults: string[] = [];
  await world.partyKeys();
  for (let round = 0; round < rounds; round++) {
    const run = new EscrowRun(world, random, join(world.folder, `escrow-${round}.json`));
    await run.agree();
    faults.push(...(await run.settle()).map((fault) => `escrow ${round + 1}: ${fault}`));
  }
  return faults;
}
