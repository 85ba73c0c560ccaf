import { describe, expect, it } from "vitest";
import { parseBoard, powerBudget } from "../../src/board/index.ts";
import { changedBoard, type SmallBoard } from "./board-fixture.ts";

const budgetOf = (change?: (board: SmallBoard) => void, active?: number) =>
  powerBudget(parseBoard(changedBoard(change)), active);

describe("the power budget", () => {
  it("turns the modems' currents into the supply's, through the converter", () => {
    // 3.8 V x 300 mA / 12 V / 0.9 = 105.6 mA for each of four, and 100 mA for the hubs.
    expect(budgetOf()).toMatchObject({
      modems: 4,
      active: 4,
      volts: 12,
      idle_ma: 143,
      receive_ma: 523,
      // Two more at 3.8 V x 1700 mA / 12 V / 0.9 = 598.1 mA.
      peak_ma: 1719,
      worst_ma: 2915,
      supply_ma: 2000,
      usable_ma: 1600,
    });
  });

  it("counts a position with the hungriest modem that fits it", () => {
    const small = budgetOf((board) => {
      for (const position of board.positions) position.models = ["ec21"];
    });
    expect(small.receive_ma).toBeLessThan(budgetOf().receive_ma);
    expect(budgetOf().receive_ma).toBe(
      budgetOf((board) => {
        for (const position of board.positions) position.models = ["ec25"];
      }).receive_ma,
    );
  });

  it("is tight when a burst takes the supply's margin", () => {
    const budget = budgetOf();
    expect(budget.verdict).toBe("tight");
    expect(budget.warnings).toEqual([
      "A burst of 2 modem(s) draws 1719 mA of 1600 mA without the margin.",
      "All active modems in one burst would draw 2915 mA: start them one after another, and keep the capacitors at each modem.",
    ]);
  });

  it("is good, and silent, with a larger supply", () => {
    const budget = budgetOf((board) => {
      board.supply.milliamps = 5000;
    });
    expect([budget.verdict, budget.warnings]).toEqual(["good", []]);
  });

  it("is overloaded when the average takes the margin, or the burst exceeds the rating", () => {
    const average = budgetOf((board) => {
      board.supply.milliamps = 600;
      board.supply.bursts_at_once = 1;
    });
    expect(average.verdict).toBe("overloaded");
    expect(average.warnings[0]).toBe("The average of 523 mA takes the margin of the supply: it is rated 600 mA.");
    const burst = budgetOf((board) => {
      board.supply.milliamps = 1700;
    });
    expect([burst.receive_ma < burst.usable_ma, burst.verdict]).toEqual([true, "overloaded"]);
  });

  it("grows with every modem that receives, from idle to all", () => {
    const currents = [0, 1, 2, 3, 4].map((active) => budgetOf(undefined, active).receive_ma);
    expect(currents[0]).toBe(budgetOf().idle_ma);
    expect(currents[4]).toBe(budgetOf().receive_ma);
    expect([...currents].sort((one, other) => one - other)).toEqual(currents);
    expect(new Set(currents).size).toBe(5);
  });

  it("is tight when the capacitors at a modem do not carry it over a burst that its port cannot", () => {
    const budget = budgetOf((board) => {
      board.supply.milliamps = 5000;
      board.supply.bulk_uf = 470;
    });
    // Port: 900 mA x 5 V x 0.9 / 3.8 V = 1066 mA of 2000; 934 mA for 577 us at a dip of 0.3 V.
    expect([budget.verdict, budget.warnings]).toEqual([
      "tight",
      ["Positions 2-3 need 1797 uF at the modem to bear a GSM burst; 470 uF are fitted."],
    ]);
  });

  it("is overloaded when a port does not carry the average of its modem", () => {
    const budget = budgetOf((board) => {
      board.supply.milliamps = 5000;
      for (const hub of board.hubs) if (hub.port_ma !== undefined) hub.port_ma = 200;
    });
    expect(budget.verdict).toBe("overloaded");
    expect(budget.warnings[0]).toBe("The hub ports of positions 2-3 cannot carry the average of their modems.");
  });

  it.each([-1, 5, 1.5, Number.NaN])("refuses %j active modems of four", (active) => {
    expect(() => budgetOf(undefined, active)).toThrow(expect.objectContaining({ code: "board.bad_count" }));
  });
});
