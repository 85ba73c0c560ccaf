// The parameter tokenizer on well-formed lines and on what real modems make of them.
import { describe, expect, it } from "vitest";
import { type AtParameter, parseParameters } from "../../src/at/index.ts";

const word = (value: string): AtParameter => ({ kind: "word", value });
const text = (value: string): AtParameter => ({ kind: "text", value });
const list = (...items: AtParameter[]): AtParameter => ({ kind: "list", items });
const range = (low: number, high: number): AtParameter => ({ kind: "range", low, high });
const empty: AtParameter = { kind: "empty" };

describe("parseParameters", () => {
  it.each<[string, string, AtParameter[]]>([
    ["nothing", "", []],
    ["spaces", " \t ", []],
    ["words and strings", ' 1, "SM" ,5 ', [word("1"), text("SM"), word("5")]],
    ["empty members", ',,"",', [empty, empty, text(""), empty]],
    ["words with spaces inside", "SIM PIN, 3", [word("SIM PIN"), word("3")]],
    ["commas and brackets inside a string", '"a,(b)",1', [text("a,(b)"), word("1")]],
    ["quotes inside a string", '"say "hi" now",1', [text('say "hi" now'), word("1")]],
    ["a string that nothing closes", '2,"5E25', [word("2"), text("5E25")]],
    ["a string closed by the next separator", '"SM,3', [text("SM"), word("3")]],
    ["a string that swallows an unclosed one", '1,"0B,"0100701",7', [word("1"), text('0B,"0100701'), word("7")]],
    ["lists and ranges", "(0-3, 5),(2),()", [list(range(0, 3), word("5")), list(word("2")), list()]],
    ["a blank list and a missing one", "(),,(  )", [list(), empty, list()]],
    ["lists in a list", '(("SM","ME"),("SM"))', [list(list(text("SM"), text("ME")), list(text("SM")))]],
    ["an empty member in a list", "(1,)", [list(word("1"), empty)]],
    ["a range outside a list as a word", "0-3", [word("0-3")]],
    ["a list that nothing closes", "(1,(2", [list(word("1"), list(word("2")))]],
    ["a stray closing bracket", "1),2", [word("1"), word("2")]],
    ["members without a comma between them", '(1)(2) 3 "4"', [list(word("1")), list(word("2")), word('3 "4"')]],
    ["brackets inside a word", "T(1", [word("T(1")]],
  ])("reads %s", (_, line, expected) => {
    expect(parseParameters(line)).toEqual(expected);
  });

  it("ignores brackets nested deeper than four levels", () => {
    const depthOf = (parameter: AtParameter | undefined): number =>
      parameter?.kind === "list" ? 1 + depthOf(parameter.items[0]) : 0;
    expect(depthOf(parseParameters(`${"(".repeat(4000)}1`)[0])).toBe(4);
  });
});
