// `numberbox pay …`: the provider's side asks the running box; `pay ticket` is the payer's and needs only his Emercoin node.

import { type Command, Option } from "commander";
import { AppError, days, parseEmc, seconds, shortEmc } from "../../base/index.ts";
import { Payer, type TicketOffer } from "../../core/index.ts";
import { nobleCoin } from "../../envelope/index.ts";
import {
  addressReply,
  type ChapView,
  chapView,
  type OrderView,
  ordersReply,
  orderView,
  statementView,
  ticketReply,
} from "../../protocol/index.ts";
import type { CliIo, ExitCode } from "../cli-io.ts";
import { type BoxApi, openBoxApi } from "./box-api.ts";
import { dataFolder } from "./data-option.ts";
import { type NodeOptions, nodeOption, openNode } from "./node-option.ts";
import { readRenterKeys } from "./renter-keys.ts";
import { wholeNumber } from "./whole-number.ts";

interface Common {
  readonly data?: string;
  readonly json?: boolean;
}

interface OrderOptions extends Common {
  readonly days: number;
  readonly renter: string;
  readonly tier: string;
  readonly sms: number;
  readonly method: "randpay" | "emc";
  readonly dryRun?: boolean;
}

interface ChapOptions extends Common {
  readonly amount?: string;
  readonly risk?: number;
  readonly dryRun?: boolean;
}

interface TicketOptions extends NodeOptions {
  readonly json?: boolean;
  readonly dryRun?: boolean;
  readonly max: string;
}

const common = (command: Command): Command =>
  command
    .option("--data <folder>", "data folder of the running box or demo (default: NUMBERBOX_DATA)")
    .option("--json", "one JSON object per line");

const api = (io: CliIo, options: Common): Promise<BoxApi> => openBoxApi(io, dataFolder(io, options.data));

function print(io: CliIo, json: boolean | undefined, value: object, words: readonly string[]): void {
  io.out(json ? `${JSON.stringify(value)}\n` : `${words.join("\n")}\n`);
}

const plain = (amount: string): string => shortEmc(parseEmc(amount));

function orderWords(order: OrderView): readonly string[] {
  const paid = order.state === "granted" ? "" : `, ${plain(order.received)} of ${plain(order.due)} EMC paid`;
  return [`${order.id}  ${order.kind}  ${order.line.padEnd(12)} ${order.state}${paid}`];
}

function chapWords(chap: ChapView): readonly string[] {
  const worth = `worth ${plain(chap.value)} EMC, win or lose`;
  return [
    chap.chap ?? "dry run: no challenge was made",
    `  pays ${plain(chap.amount)} EMC if it wins, 1 chance in ${chap.risk}; ${worth}`,
  ];
}

function offerWords(offer: TicketOffer): readonly string[] {
  const chance = offer.risk === 1 ? "always" : `1 chance in ${offer.risk} (${(offer.probability * 100).toFixed(2)} %)`;
  return [
    `  pays ${shortEmc(offer.amount)} EMC if it wins: ${chance}`,
    `  costs ${shortEmc(offer.expected)} EMC on average; the fee of ${shortEmc(offer.fee)} EMC falls due only with a win`,
    `  keeps ${offer.coins.length} coin(s) back until the outcome is known`,
  ];
}

export function registerPay(program: Command, io: CliIo, _setExit: (code: ExitCode) => void): void {
  const pay = program.command("pay").description("orders, RANDPAY tickets and what they brought");
  registerOrders(pay, io);
  registerTakings(pay, io);
  registerPayer(pay, io);
}

function registerOrders(pay: Command, io: CliIo): void {
  common(pay.command("orders").description("all orders")).action(async (options: Common) => {
    const { orders } = await (await api(io, options)).call({
      method: "GET",
      path: "payments/orders",
      reply: ordersReply,
    });
    for (const order of orders) print(io, options.json, order, orderWords(order));
  });
  common(pay.command("order").description("a quote for a rental"))
    .argument("<line>", "line id or number")
    .requiredOption("--days <n>", "how long", wholeNumber(1, 366))
    .requiredOption("--renter <keys>", "the renter's public keys, VERIFY:ENCRYPT, or a file with them")
    .option("--tier <name>", "what is rented", "sms_only")
    .option("--sms <n>", "SMS paid for at once", wholeNumber(0, 10_000_000), 0)
    .addOption(new Option("--method <how>", "how it is paid").choices(["randpay", "emc"]).default("randpay"))
    .option("--dry-run", "tell the price, keep nothing")
    .action(async (line: string, options: OrderOptions) => {
      const renter = await readRenterKeys(options.renter, false);
      const { tier, sms, method, dryRun: dry_run = false } = options;
      const body = { line, tier, days: options.days, sms, method, renter, dry_run };
      const box = await api(io, options);
      const order = await box.call({ method: "POST", path: "payments/orders", body, reply: orderView });
      const sum = `  ${plain(order.due)} EMC: ${plain(order.price)} for the rental, ${plain(order.per_sms)} for each SMS`;
      print(io, options.json, order, [...orderWords(order), sum, ...(dry_run ? ["  dry run: not kept"] : [])]);
    });
  common(pay.command("address").description("the address of an order that is paid in plain EMC"))
    .argument("<order>", "order id")
    .action(async (order_id: string, options: Common) => {
      const call = { method: "POST", path: "payments/addresses", body: { order_id }, reply: addressReply } as const;
      const told = await (await api(io, options)).call(call);
      print(io, options.json, told, [told.address, `  ${plain(told.due)} EMC are due`]);
    });
}

function registerTakings(pay: Command, io: CliIo): void {
  common(pay.command("chap").description("a RANDPAY challenge for an order"))
    .argument("<order>", "order id")
    .option("--amount <emc>", "what a win pays; 1 where only --risk is given (default: worth what is due)")
    .option("--risk <n>", "one ticket in so many wins; 6 where only --amount is given", wholeNumber(1, 0x7fffffff))
    .option("--dry-run", "tell what it would ask for, make none")
    .action(async (order_id: string, { amount, risk, dryRun: dry_run = false, ...options }: ChapOptions) => {
      const body = { order_id, amount, risk, dry_run };
      const chap = await (await api(io, options)).call({
        method: "POST",
        path: "payments/chaps",
        body,
        reply: chapView,
      });
      print(io, options.json, chap, chapWords(chap));
    });
  common(pay.command("accept").description("take a ticket for an order"))
    .argument("<order>", "order id")
    .argument("<ticket>", "the ticket's hex")
    .action(async (order_id: string, ticket: string, options: Common) => {
      const body = { order_id, ticket: ticket.trim() };
      const box = await api(io, options);
      const paid = await box.call({ method: "POST", path: "payments/tickets", body, reply: ticketReply });
      const { state, value } = paid.ticket;
      const words = [`${state}: ${plain(value)} EMC credited`, ...orderWords(paid.order)];
      print(io, options.json, paid, words);
    });
  common(pay.command("statement").description("what came in, and how much of it is luck"))
    .option("--from <day>", "first day, YYYY-MM-DD in UTC (default: 30 days back)")
    .option("--to <day>", "day behind the last, YYYY-MM-DD in UTC (default: now)")
    .action(async (options: Common & { readonly from?: string; readonly to?: string }) => {
      const query = Object.entries({ from: options.from, to: options.to })
        .filter((pair): pair is [string, string] => pair[1] !== undefined)
        .map(([name, day]) => `${name}=${dayStart(day)}`)
        .join("&");
      const path = `payments/statement${query === "" ? "" : `?${query}`}`;
      const told = await (await api(io, options)).call({ method: "GET", path, reply: statementView });
      print(io, options.json, told, told.words);
    });
}

function dayStart(text: string): number {
  const at = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  if (Number.isFinite(at)) return at;
  throw new AppError("bin.bad_day", "that is no day", { hint: "Write it as YYYY-MM-DD." });
}

function registerPayer(pay: Command, io: CliIo): void {
  nodeOption(
    pay.command("ticket").description("the payer's ticket for a challenge, signed by the wallet of your own node"),
  )
    .argument("<chap>", "the challenge, amount:risk:window")
    .option("--max <emc>", "refuse a ticket that would pay more", "10")
    .option("--dry-run", "tell what it would cost, build and reserve nothing")
    .option("--json", "one JSON object")
    .action(async (chap: string, options: TicketOptions) => ticket(io, chap, options));
  nodeOption(pay.command("release").description("free all coins of the wallet that are kept back for tickets"))
    .option("--json", "one JSON object")
    .action(async (options: NodeOptions & { readonly json?: boolean }) => {
      const open = await openNode(io, options);
      try {
        const coins = await open.node.reserved();
        await open.node.release(coins);
        print(io, options.json, { released: coins.length }, [`${coins.length} coin(s) are free`]);
      } finally {
        open.close();
      }
    });
}

async function ticket(io: CliIo, chap: string, options: TicketOptions): Promise<void> {
  const open = await openNode(io, options);
  try {
    const { network } = await open.node.status();
    const budget = { window: days(1), maxWins: 1, maxSessionWins: 1, maxSpent: parseEmc(options.max) };
    const now = () => io.clock.now();
    const payer = new Payer({
      ...open,
      crypto: nobleCoin,
      random: io.random,
      network,
      now,
      budget,
      lock: seconds(900),
    });
    const offer = await payer.offer(chap);
    if (options.dryRun) {
      const { amount, risk, probability, expected } = offer;
      return print(io, options.json, { amount: shortEmc(amount), risk, probability, expected: shortEmc(expected) }, [
        "dry run: nothing was built",
        ...offerWords(offer),
      ]);
    }
    const built = await open.gate.unlocked("signing a ticket", () => payer.ticket(chap));
    print(io, options.json, { ticket: built.hex, txid: built.id }, [
      built.hex,
      ...offerWords(offer),
      "  hand it to the payee; after a loss free the coins with `numberbox pay release`",
    ]);
  } finally {
    open.close();
  }
}
