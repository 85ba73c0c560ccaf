// The files in `hardware` are what the boards' descriptions say. To write them anew, run what hardware/README.md says at its end.

import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { boardPositions, boardSheet, powerBudget, udevFiles, wiringSvg } from "../../src/board/index.ts";
import { hardware, shippedBoards } from "./shipped-boards.ts";

const read = (name: string): string => readFileSync(`${hardware}${name}`, "utf8");

describe("the boards that come with the program", () => {
  it("are the stick, the HAT, the mini-PCIe board and the pools", () => {
    expect(shippedBoards.map((board) => [board.id, board.positions.length])).toEqual([
      ["mpcie-8", 8],
      ["pi-hat-sim7600", 1],
      ["usb-pool-2x16", 32],
      ["usb-stick", 1],
    ]);
  });

  it.each(shippedBoards.map((board) => [board.id, board] as const))(
    "%s is found by its file's name, and drawn as committed",
    (id, board) => {
      expect(read(`boards/${id}.yaml`)).toContain(`\nid: ${id}\n`);
      expect(read(`boards/${id}.svg`)).toBe(wiringSvg(board));
    },
  );

  it.each(shippedBoards.map((board) => [board.id, board] as const))(
    "%s shares neither a USB path nor a power switch between positions",
    (_id, board) => {
      const placed = boardPositions(
        board,
        board.upstreams.map((item) => item.usual),
      );
      expect(new Set(placed.map((item) => item.usbPath)).size).toBe(placed.length);
      const switches = placed.flatMap(({ power }) => (power.kind === "none" ? [] : [JSON.stringify(power)]));
      expect(new Set(switches).size).toBe(switches.length);
    },
  );

  it.each(shippedBoards.map((board) => [board.id, board] as const))(
    "%s has power to spare with every modem receiving",
    (_id, board) => {
      expect(powerBudget(board).verdict).toBe("good");
    },
  );

  it.each(shippedBoards.map((board) => [board.id, board] as const))(
    "%s has parts for all of its positions",
    (_id, board) => {
      const modems = board.bom.filter((item) => item.part === "Modem");
      expect(modems.map((item) => item.quantity)).toEqual([board.positions.length]);
    },
  );

  it("has udev rules as committed, and no others", () => {
    const files = udevFiles(shippedBoards);
    expect(readdirSync(`${hardware}udev`).sort()).toEqual(files.map((file) => file.name).sort());
    for (const file of files) expect(read(`udev/${file.name}`)).toBe(file.text);
  });
});

describe("hardware/README.md", () => {
  const readme = read("README.md");

  it.each(shippedBoards.map((board) => [board.id, board] as const))(
    "has the sheet of %s as its description says",
    (id, board) => {
      const [, sheet] = new RegExp(`<!-- sheet ${id} -->\n([\\s\\S]*?)<!-- end -->`).exec(readme) ?? [];
      expect(sheet).toBe(boardSheet(board));
    },
  );

  it("names files that exist", () => {
    const links = [...readme.matchAll(/\]\(([^)#:]+)\)/g)].map(([, link = ""]) => link);
    expect(links.length).toBeGreaterThan(3);
    for (const link of links) expect(() => read(link)).not.toThrow();
  });
});
