import { describe, expect, it } from "vitest";
import { classifyUrc, UssdLines } from "../../src/at/index.ts";

/** The lines that come out, `|` standing for LF inside of one. */
function joined(...lines: readonly string[]): readonly string[] {
  const held = new UssdLines();
  return [...lines.flatMap((line) => held.push(line)), ...held.flush()].map((line) => line.replaceAll("\n", "|"));
}

describe("a USSD text over several lines", () => {
  it.each<[string, readonly string[], readonly string[]]>([
    ["is joined", ['+CUSD: 1,"Menu', "1 Saldo", '2 Tarife",15'], ['+CUSD: 1,"Menu|1 Saldo|2 Tarife",15']],
    ["is joined without a scheme", ['+CUSD: 1,"Menu', '1 Saldo"'], ['+CUSD: 1,"Menu|1 Saldo"']],
    ["that begins with a line end is joined", ['+CUSD: 1,"', '1 Saldo",15'], ['+CUSD: 1,"|1 Saldo",15']],
    ["with quotes inside is joined", ['+CUSD: 1,"Say "yes" or', '"no",15'], ['+CUSD: 1,"Say "yes" or|"no",15']],
    ["with a starred line is joined", ['+CUSD: 0,"Bonus:', '* Extra: 5",15'], ['+CUSD: 0,"Bonus:|* Extra: 5",15']],
    ["of one line passes", ['+CUSD: 0,"Saldo 5",15', "OK"], ['+CUSD: 0,"Saldo 5",15', "OK"]],
    ["that is none passes", ["+CUSD: 4", "+CUSD: 2,", "OK"], ["+CUSD: 4", "+CUSD: 2,", "OK"]],
    ["that is cut ends before a final result", ['+CUSD: 0,"cut', "OK"], ['+CUSD: 0,"cut', "OK"]],
    ["that is cut ends before an error", ['+CUSD: 0,"cut', "+CME ERROR: 30"], ['+CUSD: 0,"cut', "+CME ERROR: 30"]],
    [
      "that is cut ends before a message's announcement",
      ['+CUSD: 0,"cut', '+CMTI: "SM",3'],
      ['+CUSD: 0,"cut', '+CMTI: "SM",3'],
    ],
    [
      "that is cut ends before a listed message",
      ['+CUSD: 0,"cut', "+CMGL: 1,1,,30"],
      ['+CUSD: 0,"cut', "+CMGL: 1,1,,30"],
    ],
    ["that is cut ends before a PDU", ['+CUSD: 0,"cut', "07911326040000F0"], ['+CUSD: 0,"cut', "07911326040000F0"]],
    [
      "that is cut ends before the next text",
      ['+CUSD: 0,"cut', '+CUSD: 0,"new",15'],
      ['+CUSD: 0,"cut', '+CUSD: 0,"new",15'],
    ],
    [
      "that is cut ends before the next long text",
      ['+CUSD: 0,"cut', '+CUSD: 0,"a', 'b",15'],
      ['+CUSD: 0,"cut', '+CUSD: 0,"a|b",15'],
    ],
    ["that is cut comes out at the deadline", ['+CUSD: 0,"cut', "more"], ['+CUSD: 0,"cut|more']],
  ])("%s", (_, lines, expected) => {
    expect(joined(...lines)).toEqual(expected);
  });

  it("never ends beyond what a network can send", () => {
    const lines = ['+CUSD: 0,"', ...Array.from({ length: 100 }, (_, i) => `line ${i}`)];
    expect(joined(...lines).length).toBeGreaterThan(70);
  });

  it("is read as one URC", () => {
    const [line = ""] = joined('+CUSD: 1,"Menu', '1 Saldo",15');
    expect(classifyUrc(line.replaceAll("|", "\n"))).toEqual({
      kind: "cusd",
      status: 1,
      text: "Menu\n1 Saldo",
      dcs: 15,
    });
  });
});
