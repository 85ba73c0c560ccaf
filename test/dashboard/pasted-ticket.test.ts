import { describe, expect, it } from "vitest";
import { microEmc, unixMs } from "../../src/base/index.ts";
import { PastedTickets, readPasted } from "../../src/dashboard/pages/pasted-ticket.ts";
import { buildTicket, chapText, PLAIN_VERSION, transactionHex, unsignedInput } from "../../src/emercoin/index.ts";

const NOW = unixMs(1_000);
const CHAP = { amount: microEmc(1_000_000), risk: 20, window: 7n };
const TEXT = chapText(CHAP);
const COIN = { txid: "ab".repeat(32), vout: 2, amount: microEmc(5_000_000) };

function ticket(chap = CHAP): string {
  return transactionHex(buildTicket({ chap, offset: 3, coins: [COIN], changeScript: Uint8Array.of(0x51), time: 1 }));
}

function code(work: () => unknown): string {
  try {
    work();
    return "nothing";
  } catch (error) {
    return (error as { code: string }).code;
  }
}

describe("readPasted", () => {
  it("takes a ticket as wallets print it: in quotes, in lines, in capitals", () => {
    const hex = ticket();
    const messy = `"${hex.toUpperCase().replace(/(.{60})/g, "$1\n ")}"\n`;
    expect(readPasted(messy, TEXT, NOW)).toMatchObject({ hex, amount: 1_000_000, builtAt: NOW, coins: [{ vout: 2 }] });
    expect(readPasted(hex, TEXT, NOW).id).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each([
    ["nothing", ""],
    ["words", "my ticket"],
    ["half a byte", "abc"],
    ["bytes that are no transaction", "00ff"],
    ["a ticket that was cut", ticket().slice(0, -8)],
    [
      "a payment that is no ticket",
      transactionHex({ version: PLAIN_VERSION, time: 1, inputs: [unsignedInput(COIN)], outputs: [], lockTime: 0 }),
    ],
    ["a ticket of another amount", ticket({ ...CHAP, amount: microEmc(2_000_000) })],
  ])("refuses %s", (_what, text) => {
    expect(code(() => readPasted(text, TEXT, NOW))).toBe("payment.bad_ticket");
  });
});

describe("PastedTickets", () => {
  it("shows the challenge, and settles with what is pasted for it, once", async () => {
    const asked: string[] = [];
    const tickets = new PastedTickets({
      now: () => NOW,
      ask: (chap) => asked.push(chap),
      signal: new AbortController().signal,
    });
    expect(code(() => tickets.paste(ticket()))).toBe("payment.bad_ticket");
    const waiting = tickets.ticket(TEXT);
    expect(asked).toEqual([TEXT]);
    expect(code(() => tickets.paste("00"))).toBe("payment.bad_ticket");
    tickets.paste(ticket());
    expect((await waiting).hex).toBe(ticket());
    expect(code(() => tickets.paste(ticket()))).toBe("payment.bad_ticket");
  });

  it("leaves nobody waiting when the order is left", async () => {
    const abort = new AbortController();
    const tickets = new PastedTickets({ now: () => NOW, ask: () => {}, signal: abort.signal });
    const waiting = tickets.ticket(TEXT);
    abort.abort();
    await expect(waiting).rejects.toMatchObject({ code: "base.stopped" });
    await expect(tickets.ticket(TEXT)).rejects.toMatchObject({ code: "base.stopped" });
  });
});
