// The wiring diagram as SVG text: cards, wires, legend, and the table of wires. Follows the reader's light or dark scheme.

import type { Board } from "./board-schema.ts";
import { escapeXml, KINDS, label, type SvgBlock, styleSheet } from "./svg-text.ts";
import { type WireKind, wrap } from "./wiring.ts";
import { type Card, CHAR, PAD, ROW } from "./wiring-card.ts";
import { layOut } from "./wiring-layout.ts";
import { type Route, routeWires } from "./wiring-routes.ts";
import { wiringTable } from "./wiring-table.ts";

const MARGIN = 28;
const MIN_WIDTH = 920;
const LEGEND_STEP = 104;

function drawCard(card: Card): string {
  const row = (at: number): number => card.y + PAD + at * ROW + 12;
  return [
    `<rect x="${card.x}" y="${card.y}" width="${card.width}" height="${card.height}" rx="6" class="card ${card.kind}"/>`,
    label(card.x + card.textX, row(0), "t", card.title),
    ...card.details.map((line, at) => label(card.x + card.textX, row(at + 1), "d", line)),
    ...card.inputs.map((pin, at) => label(card.x + PAD, row(at), "n", pin)),
    ...card.outputs.map((pin, at) => label(card.x + card.width - PAD, row(at), "n", pin, ' text-anchor="end"')),
  ].join("\n");
}

/** A wire with a halo in the background's colour, so that it reads as a bridge over those that it crosses. */
function drawRoute(route: Route): string {
  const way = route.lines.map(([from, to]) => `M${from.x} ${from.y}L${to.x} ${to.y}`).join("");
  return [
    `<path d="${way}" class="halo"/>`,
    `<path d="${way}" class="wire ${route.kind}"/>`,
    ...route.dots.map((dot) => `<circle cx="${dot.x}" cy="${dot.y}" r="2.6" class="dot ${route.kind}"/>`),
    label(route.labelAt.x, route.labelAt.y, "w", route.label),
  ]
    .filter((line) => line !== "")
    .join("\n");
}

function header(board: Board, width: number): SvgBlock {
  const chars = Math.floor(width / CHAR.text);
  const ports = board.upstreams.map((item) => `${item.name}: ${item.usual} on the reference build`).join("; ");
  const lines = [...wrap(board.description, chars), ...wrap(ports, chars)];
  const used = (Object.keys(KINDS) as WireKind[]).filter(
    (kind) => (kind === "usb" && board.hubs.length > 0) || board.wiring.some((wire) => wire.kind === kind),
  );
  const y = 42 + lines.length * ROW + 10;
  return {
    text: [
      label(0, 20, "h", board.name),
      ...lines.map((line, at) => label(0, 42 + at * ROW, "d", line)),
      ...used.flatMap((kind, at) => [
        `<path d="M${at * LEGEND_STEP} ${y - 4}h26" class="wire ${kind}"/>`,
        label(at * LEGEND_STEP + 32, y, "d", KINDS[kind].name),
      ]),
    ].join("\n"),
    height: y + 26,
  };
}

const moved = (x: number, y: number, text: string): string => `<g transform="translate(${x} ${y})">\n${text}\n</g>`;

/** The diagram of a board, a complete SVG document; the same board always gives the same text. */
export function wiringSvg(board: Board): string {
  const layout = layOut(board);
  const inner = Math.max(layout.width, MIN_WIDTH);
  const top = header(board, inner);
  const table = wiringTable(board, inner);
  const drawingY = MARGIN + top.height + layout.above;
  const tableY = drawingY + layout.height + 36;
  const [width, height] = [inner + 2 * MARGIN, Math.ceil(tableY + table.height + MARGIN)];
  const about = `${board.positions.length} position(s), ${board.hubs.length} hub(s); ${board.wiring.length} wire(s) in the table below the drawing.`;
  const lines = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title desc">`,
    `<title id="title">${escapeXml(board.name)}: wiring diagram</title>`,
    `<desc id="desc">${escapeXml(`${board.description} ${about}`)}</desc>`,
    `<style>${styleSheet()}</style>`,
    `<rect width="${width}" height="${height}" class="bg"/>`,
    moved(MARGIN, MARGIN, top.text),
    moved(MARGIN, drawingY, [...routeWires(layout).map(drawRoute), ...layout.cards.map(drawCard)].join("\n")),
    moved(MARGIN, tableY, table.text),
    "</svg>",
  ];
  return `${lines.join("\n")}\n`;
}
