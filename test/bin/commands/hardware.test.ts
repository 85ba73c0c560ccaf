// `numberbox hardware`: what comes with the program, and what is made of a board's file.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { changedBoard } from "../../board/board-fixture.ts";
import { numberbox } from "../run-rig.ts";

let folder = "";
let small = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "numberbox-hardware-"));
  small = join(folder, "small.yaml");
  writeFileSync(small, JSON.stringify(changedBoard()));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const hardware = (...args: readonly string[]) => numberbox(["hardware", ...args]);

describe("numberbox hardware", () => {
  it("lists the boards that come with the program", async () => {
    const { code, out } = await hardware("list");
    expect([code, out.split("\n").length]).toEqual([0, 5]);
    expect(out).toContain("mpcie-8           8 position(s)  Eight-slot mini-PCIe board\n");
    const rows = (await hardware("list", "--json")).out.trim().split("\n");
    expect(rows.map((row) => JSON.parse(row).id)).toEqual(["mpcie-8", "pi-hat-sim7600", "usb-pool-2x16", "usb-stick"]);
  });

  it("checks a file, and names each problem of a bad one", async () => {
    expect(await hardware("check", small)).toEqual({ code: 0, out: `${small} is good: 4 position(s).\n`, err: "" });
    expect(JSON.parse((await hardware("check", small, "--json")).out)).toEqual({
      file: small,
      id: "small",
      positions: 4,
    });
    const bad = join(folder, "bad.yaml");
    writeFileSync(bad, JSON.stringify({ ...changedBoard(), hubs: [], name: 5 }));
    const { code, out, err } = await hardware("check", bad);
    expect([code, out]).toEqual([1, ""]);
    expect(err).toMatch(/^board\.bad_description: .*bad\.yaml has 1 problem\(s\):\n {2}name: text\n/);
  });

  it.each([
    ["a file that is not there", "nowhere.yaml", "hardware.cannot_read"],
    ["a board of no known name", "nowhere", "hardware.cannot_read"],
  ])("tells of %s", async (_what, name, code) => {
    for (const command of ["check", "show", "wiring", "budget"]) {
      const outcome = await hardware(command, name);
      expect([outcome.code, outcome.err.split(":")[0]]).toEqual([1, code]);
    }
  });

  it("tells of a file that is no YAML", async () => {
    const file = join(folder, "broken.yaml");
    writeFileSync(file, "id: [");
    expect((await hardware("check", file)).err).toMatch(/^config\.syntax: /);
  });

  it("prints a data sheet, or the whole description as JSON", async () => {
    expect((await hardware("show", "usb-stick")).out).toContain("| 1 | upstream port |");
    expect(JSON.parse((await hardware("show", small, "--json")).out)).toEqual(changedBoard());
  });

  it("prints a wiring diagram, or writes it", async () => {
    const printed = await hardware("wiring", small);
    expect(printed.out).toMatch(/^<svg [\s\S]*<\/svg>\n$/);
    const file = join(folder, "small.svg");
    expect(await hardware("wiring", small, "--out", file)).toEqual({ code: 0, out: `${file}\n`, err: "" });
    expect(readFileSync(file, "utf8")).toBe(printed.out);
    expect(JSON.parse((await hardware("wiring", small, "--json")).out)).toEqual({ svg: printed.out });
    const { code, err } = await hardware("wiring", small, "--out", join(folder, "no", "such.svg"));
    expect([code, err.split(":")[0]]).toEqual([1, "hardware.cannot_write"]);
  });

  it("prints a budget, and fails when the board is overloaded", async () => {
    const good = await hardware("budget", "mpcie-8", "--active", "3", "--json");
    expect([good.code, JSON.parse(good.out)]).toEqual([
      0,
      expect.objectContaining({ board: "mpcie-8", active: 3, verdict: "good" }),
    ]);
    const weak = join(folder, "weak.yaml");
    writeFileSync(weak, JSON.stringify(changedBoard((board) => Object.assign(board.supply, { milliamps: 300 }))));
    const { code, out } = await hardware("budget", weak);
    expect(code).toBe(1);
    expect(out).toMatch(/receiving +523 mA +6\.3 W\n[\s\S]*\noverloaded\n {2}The average of 523 mA/);
  });

  it("writes all rules, or those of one board at a place of its own", async () => {
    const all = join(folder, "rules");
    const { code, out } = await hardware("udev", "--out", all);
    expect([code, out.trim().split("\n")]).toEqual([0, readdirSync(all).map((name) => join(all, name))]);
    const one = await hardware("udev", "--board", "mpcie-8", "--upstream", "3-2.1", "--json");
    const files: readonly { readonly name: string; readonly text: string }[] = JSON.parse(one.out);
    expect(files.map((file) => file.name)).toEqual([
      "70-numberbox-mpcie-8.rules",
      "71-numberbox-modems.rules",
      "71-numberbox-switches.rules",
      "99-numberbox-brltty.rules",
    ]);
    expect(files[0]?.text).toContain('KERNEL=="3-2.1.2.4"');
    expect((await hardware("udev", "--board", "usb-stick")).out).toContain("# --- 70-numberbox-usb-stick.rules\n");
    const wrong = await hardware("udev", "--board", "mpcie-8", "--upstream", "/dev/ttyUSB0");
    expect([wrong.code, wrong.err.split(":")[0]]).toEqual([1, "board.bad_upstream"]);
  });

  it.each([
    [["udev", "--upstream", "1-1"]],
    [["budget"]],
    [["budget", "mpcie-8", "--active", "two"]],
    [["wiring", "mpcie-8", "extra"]],
    [["paint"]],
  ])("answers wrong usage with 2: %j", async (args) => {
    expect((await hardware(...args)).code).toBe(2);
  });
});
