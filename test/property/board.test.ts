// Any board that is taken: no two positions share a path, a power switch or a name under /dev, and all that is made of it holds.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isAppError } from "../../src/base/index.ts";
import { boardPositions, boardUdevFile, parseBoard, powerBudget, wiringSvg } from "../../src/board/index.ts";
import { smallBoard } from "../board/board-fixture.ts";
import { balanced, cardBoxes, overlapping } from "../board/svg-geometry.ts";
import { readRules } from "../board/udev-grammar.ts";

interface Node {
  readonly path: string;
  readonly depth: number;
}

/** Splits ports of hubs, from the top one down, into further hubs and positions; `choices` says which. */
function grow(
  choices: readonly number[],
  ports: number,
): { readonly hubs: readonly Node[]; readonly modems: readonly string[] } {
  const hubs: Node[] = [{ path: ".", depth: 0 }];
  const modems: string[] = [];
  let next = 0;
  for (let at = 0; at < hubs.length && modems.length < 40; at++) {
    const hub = hubs[at] ?? { path: ".", depth: 0 };
    for (let port = 1; port <= ports; port++) {
      const path = hub.path === "." ? `${port}` : `${hub.path}.${port}`;
      const choice = choices[next++ % choices.length] ?? 0;
      if (choice === 0 && hub.depth < 3 && hubs.length < 12) hubs.push({ path, depth: hub.depth + 1 });
      else if (choice !== 1 || modems.length === 0) modems.push(path);
    }
  }
  return { hubs, modems };
}

function describeBoard(choices: readonly number[], ports: number): unknown {
  const { hubs, modems } = grow(choices, ports);
  return {
    ...smallBoard,
    upstreams: [{ id: "up", name: "Port", usual: "1-1" }],
    hubs: hubs.map(({ path }, at) => ({
      id: `hub-${at}`,
      name: `Hub ${at}`,
      path,
      usb: "0424:2514",
      ports,
      switching: "port",
    })),
    positions: modems.map((path, at) => ({
      position: at + 1,
      path,
      models: ["ec25"],
      sim: `SIM ${at + 1}`,
      antenna: `ANT ${at + 1}`,
      power: {
        kind: "uhubctl",
        location: path.includes(".") ? path.slice(0, path.lastIndexOf(".")) : ".",
        port: Number(path.slice(path.lastIndexOf(".") + 1)),
      },
    })),
    wiring: [],
  };
}

const anyBoard = fc
  .tuple(fc.array(fc.nat(3), { minLength: 1, maxLength: 30 }), fc.integer({ min: 1, max: 12 }))
  .map(([choices, ports]) => describeBoard(choices, ports));

describe("any board", () => {
  it("keeps its positions apart: paths, switches, links", () => {
    fc.assert(
      fc.property(anyBoard, (description) => {
        const board = parseBoard(description);
        const placed = boardPositions(board, "3-2.1");
        expect(new Set(placed.map((item) => item.usbPath)).size).toBe(board.positions.length);
        expect(new Set(placed.map((item) => JSON.stringify(item.power))).size).toBe(board.positions.length);
        for (const { usbPath, power } of placed) {
          expect(usbPath.startsWith("3-2.1")).toBe(true);
          if (power.kind === "uhubctl") expect(`${power.location}.${power.port}`).toBe(usbPath);
        }
        const { text } = boardUdevFile(board, "3-2.1");
        expect(readRules(text).problems).toEqual([]);
        expect(new Set(text.match(/numberbox\/small\/\d+-if/g)).size).toBe(board.positions.length);
      }),
      { numRuns: 150 },
    );
  });

  it("can be drawn, with no card on another, and has a budget", () => {
    fc.assert(
      fc.property(anyBoard, (description) => {
        const board = parseBoard(description);
        const svg = wiringSvg(board);
        expect(balanced(svg)).toBe(true);
        expect(overlapping(cardBoxes(svg))).toEqual([]);
        const budget = powerBudget(board);
        expect(budget.idle_ma <= budget.receive_ma && budget.receive_ma <= budget.peak_ma).toBe(true);
        expect(budget.peak_ma <= budget.worst_ma).toBe(true);
      }),
      { numRuns: 40 },
    );
  });
});

describe("anything else", () => {
  it("is refused with a coded error and never with another", () => {
    fc.assert(
      fc.property(fc.anything(), fc.constantFrom(...Object.keys(smallBoard)), (value, member) => {
        for (const description of [value, { ...smallBoard, [member]: value }]) {
          try {
            parseBoard(description);
          } catch (error) {
            if (!isAppError(error) || error.code !== "board.bad_description") throw error;
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});
