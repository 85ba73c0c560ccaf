import { describe, expect, it } from "vitest";
import { type AppError, isAppError } from "../../src/base/index.ts";
import { boardPosition, parseBoard } from "../../src/board/index.ts";
import { changedBoard, type SmallBoard } from "./board-fixture.ts";

/** What is wrong with the board after `change`, one line each. */
function problems(change: (board: SmallBoard) => void): readonly string[] {
  try {
    parseBoard(changedBoard(change), "small.yaml");
  } catch (error) {
    const { code, message } = error as AppError;
    expect(code).toBe("board.bad_description");
    const [head, ...lines] = message.split("\n  ");
    expect(head).toBe(`small.yaml has ${lines.length} problem(s):`);
    return lines;
  }
  return [];
}

/** Sets a member to what its type forbids, as a hand-written file may. */
function put(target: object, key: string, value: unknown): void {
  Object.assign(target, { [key]: value });
}

describe("a board's description", () => {
  it("is taken when all of it fits", () => {
    expect(parseBoard(changedBoard()).positions).toHaveLength(4);
  });

  it.each<readonly [string, (board: SmallBoard) => void, readonly string[]]>([
    [
      "a member that nobody knows",
      (board) => put(board.positions[0] ?? {}, "sym", "x"),
      ["positions.0.sym: unknown key"],
    ],
    [
      "a path that YAML read as a number",
      (board) => put(board.positions[2] ?? {}, "path", 4.1),
      ["positions.2.path: text in quotes: as a number, 1.10 would be 1.1"],
    ],
    [
      "an absolute path",
      (board) => put(board.positions[0] ?? {}, "path", "1-1.4"),
      ['positions.0.path: port numbers below the upstream port such as "1.4", or "." for the port itself'],
    ],
    [
      "a power control of no known kind",
      (board) => put(board.positions[1] ?? {}, "power", { kind: "hammer" }),
      ["positions.1.power.kind: Invalid discriminator value. Expected 'uhubctl' | 'gpio' | 'relay' | 'none'"],
    ],
    [
      "two positions on one port",
      (board) => put(board.positions[2] ?? {}, "path", "1"),
      ["positions.2.path: the USB path is taken already"],
    ],
    [
      "a position on a hub's port",
      (board) => put(board.positions[0] ?? {}, "path", "4"),
      ["positions.0.path: the USB path is taken already"],
    ],
    [
      "a position behind a hub that is not there",
      (board) => put(board.positions[0] ?? {}, "path", "3.1"),
      ['positions.0.path: there is no hub at "3"'],
    ],
    [
      "a port that its hub does not have",
      (board) => put(board.hubs[1] ?? {}, "ports", 4),
      ["positions.2.path: hub low has 4 ports"],
    ],
    [
      "two positions switched by one line",
      (board) => {
        put(board.positions[2] ?? {}, "power", board.positions[0]?.power);
      },
      ["positions.2.power: the power control is taken already"],
    ],
    [
      "a hub port that feeds another position",
      (board) => put(board.positions[1]?.power ?? {}, "port", 3),
      ["positions.1.power: does not feed 4.2: that hangs on port 2 of 4"],
    ],
    [
      "a hub that cannot switch ports",
      (board) => put(board.hubs[1] ?? {}, "switching", "none"),
      ["positions.1.power: hub low cannot switch a single port (switching: none)"],
    ],
    [
      "a gap in the numbers",
      (board) => put(board.positions[3] ?? {}, "position", 5),
      ["positions.3.position: must be 4: positions count from 1"],
    ],
    [
      "a model and an upstream port that are not described",
      (board) => {
        put(board.positions[0] ?? {}, "models", ["ec25", "ec20"]);
        put(board.positions[3] ?? {}, "upstream", "up-c");
      },
      ['positions.3.upstream: there is no upstream port "up-c"', 'positions.0.models.1: there is no model "ec20"'],
    ],
    [
      "wires to nowhere",
      (board) => {
        put(board.wiring[0] ?? {}, "to", "hub9.UP");
        put(board.wiring[1] ?? {}, "from", "psu");
        put(board.wiring[1] ?? {}, "to", "p3-9.VIN");
      },
      [
        'wiring.0.to: there is no part or hub "hub9"',
        "wiring.1.from: part.pin, for instance psu.5V or p1-8.VBUS",
        "wiring.1.to: positions are 1 to 4",
      ],
    ],
    [
      "an id that stands for a position",
      (board) => put(board.parts[0] ?? {}, "id", "p1"),
      ["parts.0.id: p and a number stand for a position"],
    ],
    [
      "one id for two things",
      (board) => put(board.parts[1] ?? {}, "id", "top"),
      ["parts.1.id: the id is taken already", 'wiring.1.from: there is no part or hub "psu"'],
    ],
  ])("is refused with the place of %s", (_what, change, expected) => {
    expect(problems(change)).toEqual(expected);
  });

  it("names all problems at once", () => {
    const found = problems((board) => {
      put(board, "name", "");
      put(board.supply, "volts", -5);
      put(board.bom[0] ?? {}, "quantity", 1.5);
    });
    expect(found.map((line) => line.split(":")[0])).toEqual(["name", "supply.volts", "bom.0.quantity"]);
  });

  it.each([null, [], "text", 7])("is refused when it is %j", (value) => {
    expect(() => parseBoard(value)).toThrow(expect.objectContaining({ code: "board.bad_description" }));
  });
});

describe("a position", () => {
  const board = parseBoard(changedBoard());
  const codeOf = (position: number, upstream: string | readonly string[]): string | undefined => {
    try {
      boardPosition(board, position, upstream);
      return undefined;
    } catch (error) {
      return isAppError(error) ? error.code : "not an AppError";
    }
  };

  it("is found below the port that the board is plugged into, and so is what switches it", () => {
    expect(boardPosition(board, 2, "1-1.3, 3-2")).toEqual({
      position: 2,
      usbPath: "1-1.3.4.2",
      power: { kind: "uhubctl", location: "1-1.3.4", port: 2 },
      uart: undefined,
    });
    expect(boardPosition(board, 3, ["5-1", "3-2"])).toMatchObject({ usbPath: "5-1.4.10", power: { path: "5-1.2" } });
    expect(boardPosition(board, 4, ["5-1", "3-2"]).usbPath).toBe("3-2");
    expect(boardPosition(board, 1, ["5-1", "3-2"]).power).toEqual(board.positions[0]?.power);
  });

  it("that the board does not have is refused", () => {
    expect(codeOf(5, "1-1,3-1")).toBe("board.no_position");
    expect(codeOf(0, "1-1,3-1")).toBe("board.no_position");
  });

  it.each([
    ["1-1"],
    ["1-1,3-1,4-1"],
    ["1-1,1-1"],
    ["1-1,1-1.4"],
    ["usb1,3-1"],
    ["1-1.,3-1"],
    ["1-0,3-1"],
    ["../../etc,3-1"],
    ["1-1.2.3.4.5,3-1"],
    [""],
  ])("is not looked for below %j", (upstream) => {
    expect(codeOf(1, upstream)).toBe("board.bad_upstream");
  });

  it("is not confused by a port whose number only begins like another's", () => {
    expect(codeOf(1, "1-1,1-10")).toBeUndefined();
  });
});
