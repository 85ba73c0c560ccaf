import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type BoxHandle, publishLocalAccess } from "../../../src/app/index.ts";
import { systemRandom } from "../../../src/base/system-random.ts";
import { openBox, ready } from "../../app/box-rig.ts";
import { numberbox, type Outcome, type RunOptions } from "../run-rig.ts";

let box: BoxHandle;
let data: string;
let remove: () => Promise<void>;

const ussd = (args: readonly string[], options?: RunOptions): Promise<Outcome> =>
  numberbox(["ussd", ...args, "--data", data], options);

beforeEach(async () => {
  ({ box, folder: data } = await openBox());
  ({ remove } = await publishLocalAccess(data, box.consoleUrl, { settings: box.store, random: systemRandom }));
  await ready(box);
});
afterEach(async () => {
  await remove();
  await box.stop();
});

describe("numberbox ussd", () => {
  it("prints what the network says", async () => {
    expect(await ussd(["1", "*100#"])).toEqual({ code: 0, out: "Balance: 5.00 USD\n", err: "" });
  });

  it("walks a menu by what is typed, and by --reply", async () => {
    const typed = await ussd(["1", "*123#"], { lines: ["2"] });
    expect(typed).toMatchObject({ code: 0, out: "1 Balance, 2 Data\nData left: 1000 MB\n" });
    const given = await ussd(["1", "*123#", "--reply", "1", "--json"]);
    expect(given).toMatchObject({ code: 0, err: "" });
    expect(
      given.out
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { text: "1 Balance, 2 Data", more: true },
      { text: "Balance: 5.00 USD", more: false },
    ]);
  });

  it.each([[[]], [[""]]])("ends a menu that gets no reply (%j), so that the next code gets in", async (lines) => {
    expect(await ussd(["1", "*123#"], { lines })).toMatchObject({ code: 0, out: "1 Balance, 2 Data\n" });
    const next = await ussd(["1", "*100#"]);
    expect(next.code === 0 || next.err.startsWith("ussd.busy")).toBe(true);
  });

  it.each([
    ["1", "**21*5550100#", /^ussd\.refused: /],
    ["1", "hello", /^ussd\.bad_code: /],
    ["1", "*999#", /^ussd\.unknown_code: /],
    ["9", "*100#", /^slot\.unknown: /],
  ])("for slot %s and code %s tells what is wrong", async (slot, code, said) => {
    const outcome = await ussd([slot, code]);
    expect([outcome.code, outcome.out]).toEqual([1, ""]);
    expect(outcome.err).toMatch(said);
  });
});
