import { describe, expect, it } from "vitest";
import { AppError, type ErrorCode, hours, microEmc, rentalId, unixMs } from "../../../src/base/index.ts";
import { type StoredTicket, stepTicket, type TicketInput, type TicketState } from "../../../src/core/index.ts";

const NOW = unixMs(5000);
const ticket: StoredTicket = {
  ...{ id: "t", chap: "c", orderId: "o", rentalId: rentalId("ab".repeat(16)), payer: "p", hex: "00", risk: 6 },
  ...{ amount: microEmc(1_000_000), value: microEmc(166_666), address: "a", coins: [], state: "deciding" },
  ...{ receivedAt: unixMs(1), changedAt: unixMs(1), winTxid: null, winHex: null, sweepId: null, problem: null },
};

const verdict = (changes: object = {}): TicketInput => ({
  type: "verdict",
  expected: 1_000_000,
  verdict: {
    ...{ txid: "x", amount: microEmc(1_000_000), expected: microEmc(1_000_000), risk: 6, won: true, sent: true },
    ...changes,
  },
});
const fault = (code: ErrorCode, asked: boolean): TicketInput => ({
  type: "fault",
  error: new AppError(code, "text"),
  asked,
});

const step = (input: TicketInput, state: TicketState = "deciding") => stepTicket({ ...ticket, state }, input, NOW);

describe("a ticket that is being decided", () => {
  it.each([
    ["a win as it was issued", verdict(), "won", "spent", 1],
    ["a win that was not sent: the key is ours", verdict({ sent: false }), "won", "spent", 1],
    ["a loss as it was issued", verdict({ won: false, sent: false }), "lost", "spent", 1],
    ["won and sent without a challenge (risk 0)", verdict({ risk: 0, expected: 0 }), "refused", "void", 0],
    ["another risk", verdict({ risk: 7 }), "refused", "void", 0],
    ["another amount expected", verdict({ expected: 1 }), "refused", "void", 0],
    ["a key that is in the wallet", { type: "owned" }, "won", "spent", 1],
    ["an unknown challenge, asked for the first time", fault("emercoin.unknown_chap", false), "refused", "void", 0],
    ["an unknown challenge after an earlier question", fault("emercoin.unknown_chap", true), "lost", "spent", 1],
    ["coins that are spent, the first time", fault("emercoin.inputs_spent", false), "refused", "offered", 0],
    ["coins that are spent after an earlier question", fault("emercoin.inputs_spent", true), "refused", "void", 0],
    ["a lost answer", fault("emercoin.no_answer", false), "deciding", null, 0],
    ["a locked wallet: it is a win", fault("emercoin.locked", false), "deciding", null, 0],
    ["a node that is away, never asked", fault("emercoin.unreachable", false), "refused", "offered", 0],
    ["a node that is away, asked before", fault("emercoin.unreachable", true), "deciding", null, 0],
    ["an answer that makes no sense", fault("emercoin.rpc_error", false), "deciding", null, 0],
  ] as const)("%s", (_what, input, state, chap, entries) => {
    const result = step(input);
    expect([result.ticket.state, result.chap, result.entries.length]).toEqual([state, chap, entries]);
  });

  it("is worth the same, won or lost; the rest is luck", () => {
    const [won] = step(verdict()).entries;
    const [lost] = step(verdict({ won: false })).entries;
    expect(won?.postings).toEqual([
      { account: "randpay:received", amount: 1_000_000 },
      { account: "randpay:variance", amount: -833_334 },
      { account: `rental:${ticket.rentalId}`, amount: -166_666 },
    ]);
    expect(lost?.postings).toEqual([
      { account: "randpay:variance", amount: 166_666 },
      { account: `rental:${ticket.rentalId}`, amount: -166_666 },
    ]);
  });
});

describe("a ticket that is decided", () => {
  const inputs: readonly TicketInput[] = [
    verdict(),
    fault("emercoin.unknown_chap", true),
    { type: "owned" },
    { type: "win_known", txid: "x", hex: "00" },
    { type: "win_deep" },
    { type: "win_seen" },
    { type: "win_gone" },
  ];

  it.each(["lost", "settled", "displaced", "refused"] as const)("stays %s whatever comes", (state) => {
    for (const input of inputs) {
      const result = step(input, state);
      expect(result).toEqual({ ticket: { ...ticket, state }, chap: null, entries: [] });
    }
  });

  it("that has won is not decided a second time", () => {
    for (const input of inputs.slice(0, 3)) expect(step(input, "won").entries).toEqual([]);
    expect(step({ type: "win_deep" }, "won").ticket.state).toBe("settled");
  });

  it("that has won and is gone is given up after an hour, not if it comes back meanwhile", () => {
    const gone = step({ type: "win_gone" }, "won").ticket;
    expect(gone).toMatchObject({ state: "won", problem: { code: "payment.win_gone" } });
    const later = (after: number) => stepTicket(gone, { type: "win_gone" }, unixMs(NOW + after));
    expect(later(hours(1) - 1).ticket.state).toBe("won");
    expect(later(hours(1))).toMatchObject({ ticket: { state: "displaced" }, entries: [{ kind: "win_displaced" }] });
    expect(stepTicket(gone, { type: "win_seen" }, NOW).ticket.problem).toBeNull();
  });
});
