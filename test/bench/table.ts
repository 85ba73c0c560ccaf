// The bench's figures as a text table.

import type { Figure, Row, Spread } from "./measure.ts";

function short(value: number): string {
  if (!Number.isFinite(value)) return "-";
  if (value >= 100) return Math.round(value).toLocaleString("en-US");
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

const range = ({ min, max }: Spread): string => `${short(min)} - ${short(max)}`;

function cells(row: Row, figure: Figure): readonly string[] {
  const { value, floor } = figure;
  return [
    row.name,
    figure.what,
    `${short(value.median)} ${figure.unit}`,
    range(value),
    floor === undefined ? "" : `${short(floor.value.median)} (${floor.name})`,
    floor === undefined ? "" : `${short(floor.ratio.median)} (${range(floor.ratio)})`,
    figure.target ?? "",
  ];
}

const HEAD = ["row", "figure", "median", "min - max", "floor", "ratio", "target"];

export function tableOf(rows: readonly Row[]): string {
  const lines = [HEAD, ...rows.flatMap((row) => row.figures.map((figure) => cells(row, figure)))];
  const widths = HEAD.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const text = lines.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  return [text[0], widths.map((width) => "-".repeat(width)).join("  "), ...text.slice(1)].join("\n");
}
