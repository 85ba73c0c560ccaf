import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readRenterKeys } from "../../../src/bin/commands/renter-keys.ts";
import { publicKeysToText, serialiseG2, wormXml } from "../../../src/envelope/index.ts";
import { codeOf } from "../../contract/box-store.ts";
import { identity, renter } from "../../core/core-rig.ts";
import { tempFolder } from "../../sqlite/temp-folder.ts";

const keys = publicKeysToText(renter);

function file(text: string): string {
  const path = join(tempFolder(), "keys");
  writeFileSync(path, text);
  return path;
}

describe("the renter's keys", () => {
  it("are a pair joined by a colon, in base64url or padded base64", async () => {
    expect(await readRenterKeys(`${keys.verify}:${keys.encrypt}`, false)).toEqual(keys);
    const padded = [renter.verify, renter.encrypt].map((key) => Buffer.from(key).toString("base64")).join(":");
    expect(await readRenterKeys(padded, false)).toEqual(keys);
  });

  it.each([
    ["our public file", JSON.stringify(keys)],
    ["an ecosystem public file", JSON.stringify({ verify: keys.verify, public: keys.encrypt, nonce: "x" })],
    ["a WORM record", wormXml(renter)],
    ["a WORM record with blanks around", `\n  ${wormXml(renter)}\n`],
  ])("are read from %s", async (_name, text) => {
    expect(await readRenterKeys(file(text), false)).toEqual(keys);
  });

  it("are not taken from a file with the private key, but the way to go on is told", async () => {
    const path = file(serialiseG2([renter], renter.name));
    const error: unknown = await readRenterKeys(path, false).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: "rental.private_key",
      hint: expect.stringContaining(`--renter ${keys.verify}:${keys.encrypt}`),
    });
    const seed = Buffer.from(renter.seed.reveal());
    for (const form of [seed.toString("base64"), seed.toString("base64url"), seed.toString("hex")])
      expect(`${error} ${JSON.stringify(error)}`).not.toContain(form.replace(/=+$/, ""));
    expect(await readRenterKeys(path, true)).toEqual(keys);
  });

  it.each([
    ["a file that is not there", () => "/nowhere/at/all", "rental.no_key_file"],
    ["half a pair", () => `${keys.verify}:`, "rental.no_key_file"],
    ["a file of garbage", () => file("hello"), "rental.bad_keys"],
    ["a file with one key", () => file(JSON.stringify({ verify: keys.verify })), "rental.bad_keys"],
    ["a WORM record without keys", () => file("<worm></worm>"), "worm.malformed"],
    [
      "keys of a wrong length",
      () => file(JSON.stringify({ verify: "AAAA", encrypt: keys.encrypt })),
      "identity.bad_key",
    ],
    [
      "an encrypt key that anybody could open",
      () => `${keys.verify}:${Buffer.alloc(32).toString("base64url")}`,
      "identity.bad_key",
    ],
  ])("are not %s", async (_name, text, code) => {
    expect(await codeOf(readRenterKeys(text(), false))).toBe(code);
  });

  it("belong together by the order in which they are given", async () => {
    const other = publicKeysToText(identity("other"));
    expect(await readRenterKeys(`${keys.verify}:${other.encrypt}`, false)).toEqual({
      verify: keys.verify,
      encrypt: other.encrypt,
    });
  });
});
