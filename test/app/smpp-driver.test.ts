import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readPassword } from "../../src/app/smpp-driver.ts";
import { codeOf } from "../contract/box-store.ts";
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
