import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { slotLines } from "../../src/app/line-chooser.ts";
import { readPassword } from "../../src/app/smpp-driver.ts";
import { slotId } from "../../src/base/index.ts";
import { codeOf } from "../contract/box-store.ts";
import { lineOf } from "../core/core-rig.ts";
import { tempFolder } from "../sqlite/temp-folder.ts";

describe("the password of an account", () => {
  it("is the text of its file without the last newline", async () => {
    const file = join(tempFolder(), "password");
    for (const [text, password] of [
      ["hush\n", "hush"],
      ["hush\r\n", "hush"],
      [" hush ", " hush "],
      ["", ""],
    ] as const) {
      writeFileSync(file, text);
      expect((await readPassword(file)).reveal()).toBe(password);
    }
  });

  it("that cannot be read is a coded error, which does not show what is in the file", async () => {
    const file = join(tempFolder(), "password");
    expect(await codeOf(readPassword(file))).toBe("smpp.no_password");
    writeFileSync(file, Uint8Array.of(0x68, 0xff));
    expect(await codeOf(readPassword(file))).toBe("smpp.bad_password");
  });
});

it("the lines of a slot are those that name it, be they many", () => {
  const lines = [lineOf(1), { ...lineOf(2), slot: slotId("1") }, { ...lineOf(3), slot: null }];
  expect(slotLines(() => lines)(slotId("1")).map(({ id }) => id)).toEqual(["line-1", "line-2"]);
});
