// The data sheet of a board as Markdown: how it is fed, its positions, antennas, cooling and parts. Stands in `hardware/README.md`.

import type { Board } from "./board-schema.ts";
import { powerBudget } from "./power-budget.ts";
import { pathLabel, powerLabel } from "./wiring.ts";

function table(heads: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(heads), `|${heads.map(() => "---").join("|")}|`, ...rows.map(line)];
}

function feeding(board: Board): readonly string[] {
  const { supply } = board;
  const budget = powerBudget(board);
  return [
    `**Power.** ${supply.name}. At ${supply.volts} V, with ${budget.modems} modem(s):`,
    "",
    ...table(
      [
        "idle",
        "all receiving",
        `${Math.min(supply.bursts_at_once, budget.modems)} in a burst`,
        "supply",
        "less margin",
        "verdict",
      ],
      [
        [
          `${budget.idle_ma} mA`,
          `${budget.receive_ma} mA`,
          `${budget.peak_ma} mA`,
          `${budget.supply_ma} mA`,
          `${budget.usable_ma} mA`,
          budget.verdict,
        ],
      ],
    ),
    ...budget.warnings.flatMap((warning) => ["", warning]),
  ];
}

/** The sheet, without a heading. */
export function boardSheet(board: Board): string {
  const positions = board.positions.map((item) => [
    `${item.position}`,
    pathLabel(board, item),
    item.sim,
    item.antenna,
    powerLabel(item.power),
  ]);
  const bom = board.bom.map((item) => [
    `${item.quantity}`,
    item.part,
    item.manufacturer,
    item.number,
    item.notes ?? "",
  ]);
  const lines = [
    board.description,
    "",
    `![Wiring of ${board.name}](boards/${board.id}.svg)`,
    "",
    ...feeding(board),
    "",
    ...table(["position", "USB", "SIM", "antenna", "power switch"], positions),
    "",
    ...board.antennas.map((note) => `- ${note}`),
    ...board.cooling.map((note) => `- ${note}`),
    "",
    ...table(["qty", "part", "maker", "number or standard", "notes"], bom),
  ];
  return `${lines.join("\n")}\n`;
}
