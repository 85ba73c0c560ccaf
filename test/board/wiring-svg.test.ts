import { describe, expect, it } from "vitest";
import { type Board, parseBoard, wiringSvg } from "../../src/board/index.ts";
import { changedBoard } from "./board-fixture.ts";
import { shippedBoards } from "./shipped-boards.ts";
import { balanced, cardBoxes, overlapping, type Segment, textBoxes, wireSegments } from "./svg-geometry.ts";

const small = parseBoard(changedBoard());
/** A wire that passes a column, and one that names several positions. */
const railed = parseBoard(
  changedBoard((board) => {
    board.wiring.push({ from: "psu.12V", to: "p1-4.VIN", kind: "power", colour: "red", awg: 18 });
    board.wiring.push({ from: "pi.USB 1", to: "p4.USB", kind: "usb" });
  }),
);
const boards: readonly (readonly [string, Board])[] = [
  ...shippedBoards.map((board) => [board.id, board] as const),
  ["small", small],
  ["railed", railed],
];

/** Whether two stretches of different nets lie on each other, so that a reader could not tell them apart. */
function hides(one: Segment, other: Segment): boolean {
  if (one.net === other.net) return false;
  const along = (low1: number, high1: number, low2: number, high2: number): boolean =>
    Math.min(high1, high2) - Math.max(low1, low2) > 1;
  if (one.x1 === one.x2 && other.x1 === other.x2)
    return Math.abs(one.x1 - other.x1) < 4 && along(one.y1, one.y2, other.y1, other.y2);
  if (one.y1 === one.y2 && other.y1 === other.y2)
    return Math.abs(one.y1 - other.y1) < 4 && along(one.x1, one.x2, other.x1, other.x2);
  return false;
}

describe.each(boards)("the wiring diagram of %s", (_name, board) => {
  const svg = wiringSvg(board);

  it("is well-formed, the same each time, and tells its title and content to those who cannot see it", () => {
    expect(balanced(svg)).toBe(true);
    expect(wiringSvg(structuredClone(board))).toBe(svg);
    expect(svg).toContain(`<title id="title">${board.name}: wiring diagram</title>`);
    expect(svg).toMatch(/aria-labelledby="title desc"/);
    expect(svg).toContain("prefers-color-scheme:dark");
  });

  it("has no text on another one, nor outside the page", () => {
    const texts = textBoxes(svg);
    expect(overlapping(texts)).toEqual([]);
    const [, width, height] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg) ?? [];
    expect(texts.filter((box) => box.left < 0 || box.right > Number(width) || box.bottom > Number(height))).toEqual([]);
  });

  it("has a card for every part, hub and position, none on another", () => {
    const cards = cardBoxes(svg);
    expect(cards).toHaveLength(board.parts.length + board.hubs.length + board.positions.length);
    expect(overlapping(cards)).toEqual([]);
  });

  it("leads no wire through a card or along another wire", () => {
    const segments = wireSegments(svg);
    const cards = cardBoxes(svg);
    const through = segments.filter((line) =>
      cards.some((card) => line.x1 < card.right && line.x2 > card.left && line.y1 < card.bottom && line.y2 > card.top),
    );
    expect(through).toEqual([]);
    expect(segments.flatMap((one, at) => segments.slice(at + 1).filter((other) => hides(one, other)))).toEqual([]);
  });

  it("lists every wire of the file", () => {
    const texts = new Set(textBoxes(svg).map((box) => box.what));
    expect(board.wiring.flatMap((_, at) => (texts.has(`${at + 1}`) ? [] : [at + 1]))).toEqual([]);
  });
});

describe("the wiring diagram", () => {
  it("ends every port of the USB tree at what hangs on it", () => {
    const segments = wireSegments(wiringSvg(small));
    const cards = cardBoxes(wiringSvg(small));
    // Nets in order: low on top, positions 1 to 3; then the wires of the file.
    for (const net of [0, 1, 2, 3]) {
      const mine = segments.filter((line) => line.net === net);
      const [start, end] = [Math.min(...mine.map((line) => line.x1)), Math.max(...mine.map((line) => line.x2))];
      expect(cards.some((card) => card.right === start)).toBe(true);
      expect(cards.some((card) => card.left === end)).toBe(true);
    }
  });

  it("takes a wire over the cards that stand between its ends", () => {
    const svg = wiringSvg(railed);
    const top = Math.min(...cardBoxes(svg).map((card) => card.top));
    expect(wireSegments(svg).some((line) => line.y1 === line.y2 && line.y1 < top)).toBe(true);
  });

  it("shows names as text, whatever they hold", () => {
    const svg = wiringSvg({ ...small, name: 'A <b> & "c"' });
    expect(balanced(svg)).toBe(true);
    expect(svg).toContain("A &lt;b&gt; &amp; &quot;c&quot;: wiring diagram");
  });

  it("ends where wires run in a circle", () => {
    const circle = {
      ...small,
      wiring: [
        { from: "pi.A", to: "psu.B", kind: "gpio" as const },
        { from: "psu.C", to: "pi.D", kind: "gpio" as const },
      ],
    };
    expect(balanced(wiringSvg(circle))).toBe(true);
  });
});
