// RANDPAY: challenges as the node prints them, the window's arithmetic, tickets and what makes one worthless.
import { describe, expect, it } from "vitest";
import { type MicroEmc, microEmc, parseEmc, toHex } from "../../src/base/index.ts";
import {
  buildTicket,
  type Chap,
  candidateAddress,
  candidateHash,
  chapText,
  decodeTransaction,
  isInWindow,
  MAX_RISK,
  parseChap,
  RANDPAY_TXID,
  randpayInput,
  readTicket,
  scriptOfAddress,
  type Transaction,
  ticketAmount,
  unsignedInput,
  windowOf,
} from "../../src/emercoin/index.ts";
import { nobleCoin as crypto } from "../../src/envelope/index.ts";
import { codeOf } from "../envelope/error-code.ts";
import { missing, stringsIn, transcript } from "./transcript.ts";

const WINDOW = "21547c7e73008f12b7c1347c7d1e47cd498b5003";
const chap = parseChap(`0.50:6:${WINDOW}`);

describe("a challenge", () => {
  it("is read as the node prints it and printed alike", () => {
    expect(chap).toEqual({ amount: 500_000, risk: 6, window: BigInt(`0x${WINDOW}`) });
    for (const text of ["0.50:6:", "1.00:1:", "0.000001:2:", "0.123:3:", "12.00:7:"]) {
      expect(chapText(parseChap(text + WINDOW))).toBe(text + WINDOW);
    }
  });

  it.skipIf(missing)("of the transcript is read where it is sound", () => {
    const all = [...stringsIn()].filter((text) => /^[0-9.]+:[0-9]+:[0-9a-f]{40}$/.test(text));
    const sound = all.filter((text) => !/:(0|4294967291):/.test(text) && !/^0?\.?0*[5]:[0-9]+:0{40}$/.test(text));
    expect(sound.length).toBeGreaterThan(10);
    for (const text of sound) expect(Number(parseChap(text).risk)).toBe(Number(text.split(":")[1]));
    for (const text of all.filter((text) => text.includes(":4294967291:"))) {
      expect(codeOf(() => parseChap(text))).toBe("emercoin.bad_chap");
    }
  });

  it.each([
    ["nothing", ""],
    ["an amount of 0", `0.00:6:${WINDOW}`],
    ["a risk of 0", `1.00:0:${WINDOW}`],
    ["a risk of 2^31", `1.00:2147483648:${WINDOW}`],
    ["a negative risk", `1.00:-5:${WINDOW}`],
    ["seven decimals", `0.0000001:6:${WINDOW}`],
    ["too large an amount", `9999999999.999999:6:${WINDOW}`],
    ["a window of 39 digits", `1.00:6:${WINDOW.slice(1)}`],
    ["a window of capitals", `1.00:6:${WINDOW.toUpperCase()}`],
    ["a window beyond all hashes", `1.00:6:${"f".repeat(40)}`],
    ["something behind", `1.00:6:${WINDOW}\n`],
    ["something before", ` 1.00:6:${WINDOW}`],
  ])("is refused with %s", (_, text) => {
    expect(codeOf(() => parseChap(text))).toBe("emercoin.bad_chap");
  });

  it("is not printed with values that could not be read", () => {
    const wrong: readonly Chap[] = [
      { ...chap, amount: microEmc(0) },
      { ...chap, risk: 1.5 },
      { ...chap, risk: MAX_RISK + 1 },
      { ...chap, window: -1n },
    ];
    for (const value of wrong) expect(codeOf(() => chapText(value))).toBe("emercoin.bad_chap");
  });
});

describe("the window", () => {
  it("holds exactly `risk` key hashes, low digits first", () => {
    const hashes = Array.from({ length: 6 }, (_, offset) => candidateHash(chap, offset));
    expect(new Set(hashes.map(toHex)).size).toBe(6);
    for (const hash of hashes) expect(isInWindow(hash, chap)).toBe(true);
    const first = chap.window * 6n;
    expect(toHex(hashes[0]?.toReversed() ?? new Uint8Array(0))).toBe(first.toString(16).padStart(40, "0"));
    for (const beside of [chap.window - 1n, chap.window + 1n]) {
      expect(isInWindow(candidateHash({ ...chap, window: beside }, beside < chap.window ? 5 : 0), chap)).toBe(false);
    }
    expect(isInWindow(new Uint8Array(19), { ...chap, window: 0n })).toBe(false);
  });

  it("of a hash at a risk holds that hash", () => {
    const hash = candidateHash(chap, 3);
    expect(windowOf(hash, 6)).toBe(chap.window);
    expect(isInWindow(hash, { ...chap, risk: 1, window: windowOf(hash, 1) })).toBe(true);
    expect(candidateHash({ ...chap, risk: 1, window: windowOf(hash, 1) }, 0)).toEqual(hash);
  });

  it.each([-1, 6, 0.5, Number.NaN])("has no candidate %d at risk 6", (offset) => {
    expect(codeOf(() => candidateHash(chap, offset))).toBe("emercoin.bad_chap");
  });

  it.skipIf(missing)("gives the address that the node paid to (recorded with flags 2 and risk 1)", () => {
    const call = transcript.find(
      ({ method, params }) => method === "randpay_mktx" && Array.isArray(params) && params[2] === 2,
    );
    const [text] = Array.isArray(call?.params) ? call.params : [];
    const recorded = parseChap(String(text));
    const ticket = readTicket(decodeTransaction(String(call?.result)));
    expect(isInWindow(ticket.hash, recorded)).toBe(true);
    expect(ticket.amount).toBe(recorded.amount);
    expect(ticket.hash).toEqual(candidateHash(recorded, 0));
    expect(candidateAddress(crypto, recorded, 0, "regtest")).toBe("mgZPuXy5GK1XGsDVe3jqbRwktsvUormNiC");
  });
});

describe("amount and risk of a price", () => {
  it.each([
    ["0.001", "1", 1000],
    ["0.01", "1", 100],
    ["0.05", "1", 20],
    ["0.15", "1.05", 7],
    ["0.8", "0.8", 1],
    ["1", "1", 1],
    ["25", "25", 1],
    ["0.000001", "1", 1_000_000],
  ])("%s EMC is %s EMC at 1/%d", (price, amount, risk) => {
    expect(ticketAmount(parseEmc(price))).toEqual({ amount: parseEmc(amount), risk });
  });

  it("is exact: amount is price times risk", () => {
    const { amount, risk } = ticketAmount(microEmc(333_333), microEmc(10_000_000));
    expect(amount).toBe(333_333 * risk);
    expect(risk).toBe(30);
  });

  it("is refused where no ticket can carry it", () => {
    const tries: readonly (readonly [number, number])[] = [
      [0, 1],
      [-1, 1],
      [1, 0],
      [1, 50],
    ];
    for (const [price, target] of tries) {
      expect(codeOf(() => ticketAmount(microEmc(price), microEmc(target)))).toBe("emercoin.bad_amount");
    }
  });
});

describe("a ticket", () => {
  const coin = { txid: "11".repeat(32), vout: 2, amount: parseEmc("1") };
  const changeScript = scriptOfAddress({ kind: "p2wpkh", hash: new Uint8Array(20) });
  const plan = { chap, offset: 4, coins: [coin], changeScript, time: 1_795_412_549 };

  it("pays the candidate first, then the change, less the flat fee", () => {
    const tx = buildTicket(plan);
    expect(tx.inputs.map(({ txid, vout }) => [txid, vout])).toEqual([
      [RANDPAY_TXID, 0],
      [coin.txid, 2],
    ]);
    expect(tx.outputs).toEqual([
      { amount: 500_000, script: scriptOfAddress({ kind: "p2pkh", hash: candidateHash(chap, 4) }) },
      { amount: 499_900, script: changeScript },
    ]);
    expect(readTicket(tx)).toEqual({
      hash: candidateHash(chap, 4),
      amount: 500_000,
      coins: [{ txid: coin.txid, vout: 2 }],
    });
  });

  it.each([
    [500_199, 1],
    [500_200, 2],
  ])("of a coin of %d micro-EMC has %d outputs: no change below the least output", (amount, outputs) => {
    expect(buildTicket({ ...plan, coins: [{ ...coin, amount: microEmc(amount) }] }).outputs).toHaveLength(outputs);
  });

  it("pays for its size once it is signed", () => {
    const coins = Array.from({ length: 80 }, (_, vout) => ({ ...coin, vout, amount: microEmc(10_000) }));
    const paid = buildTicket({ ...plan, coins }).outputs.reduce((sum, { amount }) => sum + amount, 0);
    expect(800_000 - paid).toBe(200);
  });

  it("is not built of coins that do not suffice", () => {
    const short = (amount: number) => () => buildTicket({ ...plan, coins: [{ ...coin, amount: microEmc(amount) }] });
    expect(codeOf(short(500_099))).toBe("emercoin.no_funds");
    expect(codeOf(short(500_100))).toBe("nothing");
    expect(codeOf(() => buildTicket({ ...plan, coins: [] }))).toBe("emercoin.no_funds");
  });

  const sound = buildTicket(plan);
  const pay = (script: Uint8Array): Transaction => ({ ...sound, outputs: [{ amount: 1 as MicroEmc, script }] });
  it.each<[string, Transaction]>([
    ["without the RANDPAY input", { ...sound, inputs: sound.inputs.slice(1) }],
    ["with the RANDPAY input behind", { ...sound, inputs: sound.inputs.toReversed() }],
    [
      "with another output of it",
      { ...sound, inputs: [unsignedInput({ txid: RANDPAY_TXID, vout: 1 }), ...sound.inputs] },
    ],
    ["with it twice", { ...sound, inputs: [randpayInput(), ...sound.inputs] }],
    ["without a coin", { ...sound, inputs: [randpayInput()] }],
    ["without an output", { ...sound, outputs: [] }],
    ["that pays p2wpkh, whose win the network refuses", pay(changeScript)],
    ["that pays to no address", pay(Uint8Array.of(0x51))],
  ])("is refused %s", (_, tx) => {
    expect(codeOf(() => readTicket(tx))).toBe("emercoin.bad_ticket");
  });

  it.skipIf(missing)("of the node's default flags is refused: it pays p2wpkh", () => {
    const call = transcript.find(
      ({ method, params }) => method === "randpay_mktx" && Array.isArray(params) && params.length === 2,
    );
    expect(codeOf(() => readTicket(decodeTransaction(String(call?.result))))).toBe("emercoin.bad_ticket");
  });
});
