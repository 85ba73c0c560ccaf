import { describe, expect, it } from "vitest";
import { microEmc, rentalId, unixMs } from "../../../src/base/index.ts";
import { rentalCharged, type StoredTicket, statementOf, swept, ticketDecided } from "../../../src/core/index.ts";

const rental = rentalId("ab".repeat(16));
const about = (id: string) => ({ id, at: unixMs(5), rental });
const SPAN = { from: unixMs(0), to: unixMs(10) };

function decided(id: string, won: boolean) {
  const entry = ticketDecided(about(id), { value: microEmc(166_666), won: microEmc(won ? 1_000_000 : 0) });
  const ticket = { amount: microEmc(1_000_000), risk: 6, state: won ? "settled" : "lost" } as StoredTicket;
  return { entry, ticket };
}

function statement(count: number, wins: number) {
  const all = Array.from({ length: count }, (_, i) => decided(`t${i}`, i < wins));
  const more = [
    rentalCharged(about("o"), microEmc(150_000)),
    swept({ id: "s", at: unixMs(6) }, { amount: microEmc(wins * 1_000_000), fee: microEmc(100) }),
  ];
  const entries = [...all.map(({ entry }) => entry), ...more];
  return statementOf(
    SPAN,
    entries,
    all.map(({ ticket }) => ticket),
  );
}

describe("a provider's statement", () => {
  it("tells attempts, wins, what was expected and received, fees, for all and for each rental", () => {
    const told = statement(60, 9);
    expect(told).toMatchObject({ attempts: 60, wins: 9, expected: 9_999_960, received: 9_000_000, fees: 100 });
    expect(told.expectedWins).toBeCloseTo(10);
    // Root of 60 · 1 EMC² · 1/6 · 5/6.
    expect(told.deviation).toBe(2_886_751);
    expect(told.rentals).toEqual([
      { rental, attempts: 60, wins: 9, expected: 9_999_960, received: 9_000_000, charged: 150_000 },
    ]);
  });

  it.each([
    [9, "this is luck."],
    [2, "bad luck"],
    [17, "good luck"],
    [0, "bad luck"],
    [40, "too far off to be luck"],
  ])("says of %i wins in 60 tickets: %s", (wins, words) => {
    expect(statement(60, wins).words.join(" ")).toContain(words);
  });

  it("says so when nothing came in", () => {
    expect(statementOf(SPAN, [], []).words[0]).toBe("No tickets came in.");
  });
});
