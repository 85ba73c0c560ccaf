// What happened between the recorded exchanges 297 to 394, and 569 to 570: tickets that were built and not recorded. Node 1 is the payee.

import { type MicroEmc, parseEmc } from "../../../src/base/index.ts";
import {
  buildTicket,
  decodeTransaction,
  parseChap,
  type Transaction,
  transactionHex,
} from "../../../src/emercoin/index.ts";
import { Comparison } from "./alike.ts";
import type { Recorded, Replay, Scenario, Step } from "./replay.ts";

interface TicketWish {
  readonly amount?: number;
  readonly risk?: number;
  /** What the payer makes of the challenge. */
  readonly paid?: number;
  readonly claimedRisk?: number;
  readonly flags?: number;
  readonly wins?: boolean;
  /** The payee never made the challenge. */
  readonly unknown?: boolean;
  readonly payer?: string;
  readonly payee?: 0 | 1;
  readonly payeeWallet?: string;
}

/** Makes the payer's draws for this challenge hit or miss. */
function steer(replay: Replay, chap: string, wins: boolean, payee = 1): void {
  const [, risk = "1", window = "0"] = chap.split(":");
  const first = BigInt(`0x${window}`) * BigInt(risk);
  const own = replay.state(payee).chaps.find(first)?.[1].hash ?? first;
  const payer = replay.state();
  const { below } = Object.getPrototypeOf(payer) as typeof payer;
  const hit = Number(own - first);
  payer.below = (limit) => (limit === Number(risk) ? (wins ? hit : (hit + 1) % limit) : below.call(payer, limit));
}

/** A ticket for a fresh challenge, as hex. Its coins stay free for the next. */
async function ticket(replay: Replay, wish: TicketWish): Promise<string> {
  const { amount = 0.5, risk = 1, flags = 2, payee = 1, payer = "" } = wish;
  const made = await replay.ask<string>("randpay_mkchap", [amount, risk, 60], "", payee);
  const chap = wish.unknown === true ? `${amount}:${risk}:${"7".repeat(40)}` : made;
  steer(replay, chap, wish.wins ?? true, payee);
  const [, , hex] = chap.split(":");
  const shown = [wish.paid ?? amount, wish.claimedRisk ?? risk, hex].join(":");
  const built = await replay.ask<string>("randpay_mktx", [shown, 60, flags], payer);
  replay.state().reserved.clear();
  return built;
}

function standFor(replay: Replay, recorded: Recorded, hex: string): void {
  const [own] = recorded.params as readonly string[];
  if (own !== undefined) replay.names.set(own, hex);
}

/** What is built before the exchange stands for its recorded first argument. */
const prepared = (make: (replay: Replay) => Promise<string>, step: Step = {}): Step => ({
  node: 1,
  ...step,
  before: async (replay, recorded) => {
    await step.before?.(replay, recorded);
    standFor(replay, recorded, await make(replay));
  },
});

const withTicket = (wish: TicketWish, step: Step = {}): Step => prepared((replay) => ticket(replay, wish), step);

/** The recorded challenge of an exchange of randpay_mktx is one that the payee makes now. */
const withChap = (
  risk: number,
  options: { readonly wins?: boolean; readonly amount?: number } & TicketWish = {},
): Step => ({
  before: async (replay, recorded) => {
    const payee = options.payee ?? 1;
    const [own = ""] = recorded.params as readonly string[];
    const amount = options.amount ?? 0.5;
    if (!replay.names.has(own))
      replay.names.set(own, await replay.ask<string>("randpay_mkchap", [amount, risk, 60], "", payee));
    steer(replay, replay.names.text(own), options.wins ?? true, payee);
  },
});

const free: Step["before"] = (replay) => {
  replay.state().reserved.clear();
};

function reserveAll(replay: Replay): void {
  const wallet = replay.state().wallet("");
  for (const { outpoint } of wallet.coins()) replay.state().reserved.set(outpoint, replay.state().now() + 1000);
}

const paying = (tx: Transaction, more: number): Transaction => ({
  ...tx,
  outputs: tx.outputs.map((output, at) =>
    at === 0 ? { ...output, amount: (output.amount + more) as MicroEmc } : output,
  ),
});

/** The payer spends the coin of a ticket elsewhere: to himself. */
async function spentElsewhere(replay: Replay): Promise<string> {
  const lost = await ticket(replay, { risk: 1 });
  const coin = decodeTransaction(lost).inputs[1];
  const to = await replay.ask<string>("getnewaddress");
  const value = replay.state().chain.utxo.get(`${coin?.txid}:${coin?.vout}`)?.amount ?? 0;
  const raw = await replay.ask<string>("createrawtransaction", [
    [{ txid: coin?.txid, vout: coin?.vout }],
    [{ [to]: (value - 100) / 1e6 }],
  ]);
  const signed = await replay.ask<{ hex: string }>("signrawtransactionwithwallet", [raw]);
  await replay.ask("sendrawtransaction", [signed.hex]);
  return lost;
}

const second = new WeakMap<Replay, string>();

/** Two tickets for one challenge; the second one is kept. */
async function twoTickets(replay: Replay): Promise<string> {
  const chap = await replay.ask<string>("randpay_mkchap", [0.5, 1_000_000, 60], "", 1);
  steer(replay, chap, false);
  const first = await replay.ask<string>("randpay_mktx", [chap, 60, 2]);
  second.set(replay, await replay.ask<string>("randpay_mktx", [chap, 60, 2]));
  replay.state().reserved.clear();
  return first;
}

/** A coin that only the payer's node knows of. */
async function unseenCoin(replay: Replay): Promise<string> {
  replay.mine();
  replay.sim.network.partitioned = true;
  const balance = await replay.ask<number>("getbalance");
  await replay.ask("sendtoaddress", [await replay.ask<string>("getnewaddress"), balance - 1, "", "", true]);
  const built = await ticket(replay, { amount: 5, risk: 1 });
  return built;
}

async function join(replay: Replay): Promise<void> {
  replay.sim.network.partitioned = false;
  const addresses = await Promise.all(Array.from({ length: 60 }, () => replay.ask<string>("getnewaddress")));
  await replay.ask("sendmany", ["", Object.fromEntries(addresses.map((address) => [address, 15]))]);
  replay.mine();
}

async function lockedWallets(replay: Replay): Promise<void> {
  await replay.ask("createwallet", ["lr"], "", 1);
  await replay.ask("createwallet", ["lp"]);
  const own = await Promise.all(Array.from({ length: 12 }, () => replay.ask<string>("getnewaddress", [], "lp")));
  await replay.ask("sendmany", ["", Object.fromEntries(own.map((address) => [address, 5]))]);
  replay.mine();
  await replay.ask("encryptwallet", ["pw"], "lr", 1);
  await replay.ask("encryptwallet", ["pw"], "lp");
}

const unlock =
  (wallet: string, node: number, mintOnly = false) =>
  async (replay: Replay): Promise<void> => {
    await replay.ask("walletpassphrase", ["pw", 1000, mintOnly], wallet, node);
  };

/** The road without randpay_mktx: the client builds the ticket, the wallet signs its coin. */
async function clientBuilt(replay: Replay): Promise<string> {
  const chap = parseChap(await replay.ask<string>("randpay_mkchap", ["0.5", 1, 60], "", 1));
  const coin = replay
    .state()
    .wallet("")
    .coins()
    .find(({ amount }) => amount > 1_000_000);
  if (coin === undefined) throw new Error("no coin");
  const plan = { chap, offset: 0, coins: [{ ...coin, amount: coin.amount as MicroEmc }], time: replay.state().now() };
  return transactionHex(buildTicket({ ...plan, changeScript: replay.state().wallet("").changeScript() }));
}

async function signedByClient(replay: Replay, recorded: Recorded): Promise<readonly string[]> {
  replay.state().reserved.clear();
  const comparison = new Comparison(replay.names, { lengths: true });
  const signed = await replay.ask<{ readonly hex: string }>("signrawtransactionwithwallet", [
    await clientBuilt(replay),
  ]);
  comparison.compare(recorded.result, signed);
  return comparison.differences;
}

/** The payee's node restarts before it sees the ticket. */
const restarted =
  (replay: Replay) =>
  async (hex: string): Promise<string> => {
    await replay.sim.nodes[1]?.crash();
    return hex;
  };

const payee: Step = { node: 1 };
const won = (risk: number, step: Step = {}): Step => withTicket({ risk }, step);

export const randpayScenario: Scenario = new Map<number, Step>([
  ...Array.from({ length: 16 }, (_, at) => [297 + at, payee] as const),
  [313, withChap(6, { wins: false })],
  [314, {}],
  [325, payee],
  [326, payee],
  [327, payee],
  [328, payee],
  [329, payee],
  [330, withTicket({ risk: 1, flags: 0 })],
  [331, payee],
  [332, payee],
  [333, withChap(1)],
  [335, payee],
  [336, payee],
  [337, payee],
  [338, payee],
  [339, payee],
  [340, { node: 1, before: (replay) => replay.mine() }],
  [342, payee],
  [343, payee],
  [344, won(6)],
  [345, won(6)],
  [346, won(100)],
  [347, { before: reserveAll }],
  [350, { before: free }],
  [353, withTicket({ unknown: true })],
  [354, won(1)],
  [355, withTicket({ paid: 0.1 })],
  [356, withTicket({ paid: 0.1 })],
  [357, withTicket({ paid: 0.1 })],
  [358, withTicket({ paid: 0.6 })],
  [359, withTicket({ paid: 0.6 })],
  [360, won(1)],
  [361, won(1)],
  [362, withTicket({ risk: 6, claimedRisk: 1 })],
  [363, withTicket({ risk: 1_000_000, paid: 0.1, wins: false })],
  [364, withTicket({ flags: 3 })],
  [365, withTicket({ flags: 3, risk: 1_000_000, wins: false })],
  [366, withTicket({ flags: 3, unknown: true })],
  [367, withTicket({ flags: 6 })],
  [
    368,
    prepared(async (replay) => transactionHex(paying(decodeTransaction(await ticket(replay, {})), parseEmc("0.0001")))),
  ],
  [369, withTicket({ amount: 0.0001, paid: 0.00005 })],
  [370, withTicket({ amount: 0.0001 })],
  [371, prepared(twoTickets)],
  [372, prepared(async (replay) => second.get(replay) ?? "")],
  [373, prepared(spentElsewhere)],
  [374, { node: 1, before: (replay) => replay.mine() }],
  [375, won(1)],
  [376, prepared(unseenCoin)],
  [377, prepared((replay) => ticket(replay, {}).then(restarted(replay)), { before: join })],
  [378, { node: 1, before: lockedWallets }],
  [379, payee],
  [382, withTicket({ risk: 1, payer: "" })],
  [383, payee],
  [384, { node: 1, before: unlock("lr", 1) }],
  [385, withTicket({ risk: 1_000_000, wins: false })],
  [386, { before: unlock("lp", 0, true) }],
  [
    387,
    {
      before: async (replay, recorded) => {
        await unlock("lp", 0)(replay);
        await withChap(1).before?.(replay, recorded);
      },
    },
  ],
  [388, payee],
  [392, withTicket({ amount: 0.25, payee: 0 }, { node: 0 })],
  [394, withTicket({ risk: 1 })],
  [569, { instead: signedByClient }],
  [
    570,
    prepared(
      async (replay) =>
        (await replay.ask<{ hex: string }>("signrawtransactionwithwallet", [await clientBuilt(replay)])).hex,
    ),
  ],
]);
