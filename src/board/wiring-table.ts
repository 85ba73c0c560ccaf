// The table of wires below the drawing.

import type { Board } from "./board-schema.ts";
import { KINDS, label, type SvgBlock } from "./svg-text.ts";
import { wrap } from "./wiring.ts";
import { CHAR, ROW } from "./wiring-card.ts";

const HEADS = ["", "From", "To", "Kind", "Colour", "AWG", "Notes"] as const;

/** The cells, by what the diagram calls things. */
function tableRows(board: Board): readonly (readonly string[])[] {
  const names = new Map([...board.parts, ...board.hubs].map((item) => [item.id, item.name]));
  const named = (end: string): string => {
    const cut = end.indexOf(".");
    const node = end.slice(0, cut);
    return `${names.get(node) ?? `Position ${node.slice(1)}`}: ${end.slice(cut + 1)}`;
  };
  return board.wiring.map((wire, at) => [
    `${at + 1}`,
    named(wire.from),
    named(wire.to),
    KINDS[wire.kind].name,
    wire.colour ?? "",
    wire.awg === undefined ? "" : `${wire.awg}`,
    wire.notes ?? "",
  ]);
}

/** The table, `width` pixels wide; notes wrap, the other columns are as wide as their texts. */
export function wiringTable(board: Board, width: number): SvgBlock {
  const rows = tableRows(board);
  const widths = HEADS.map(
    (head, at) => Math.max(head.length, ...rows.map((row) => row[at]?.length ?? 0)) * CHAR.text + 18,
  );
  const starts = widths.map((_, at) => Math.round(widths.slice(0, at).reduce((total, one) => total + one, 0)));
  const noteChars = Math.max(30, Math.floor((width - (starts.at(-1) ?? 0)) / CHAR.text));
  const parts = [label(0, 14, "t", "Wires"), ...HEADS.map((head, at) => label(starts[at] ?? 0, 38, "n", head))];
  let y = 44;
  rows.forEach((row, at) => {
    const cells = row.map((cell, column) => (column === row.length - 1 ? wrap(cell, noteChars) : [cell]));
    parts.push(`<path d="M0 ${y}H${width}" class="rule"/>`);
    parts.push(
      ...cells.flatMap((lines, column) =>
        lines.map((line, below) => label(starts[column] ?? 0, y + 15 + below * ROW, "c", line)),
      ),
    );
    parts.push(`<path d="M${(starts[1] ?? 0) - 10} ${y + 5}v12" class="wire ${board.wiring[at]?.kind ?? "usb"}"/>`);
    y += Math.max(...cells.map((lines) => lines.length)) * ROW + 6;
  });
  return { text: parts.filter((part) => part !== "").join("\n"), height: y };
}
