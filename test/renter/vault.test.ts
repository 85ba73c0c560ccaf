import { describe, expect, it } from "vitest";
import { Secret } from "../../src/base/index.ts";
import { nobleSuite, publicKeysToText, serialiseG2 } from "../../src/envelope/index.ts";
import { importIdentity, isVault, newMaster, openVault, rentalKey, sealVault } from "../../src/renter/index.ts";
import { SeededRandom } from "../sim/seeded-random.ts";
import { renter, suite } from "./fixtures.ts";

const random = new SeededRandom("vault");
const argon2 = { memory_kib: 8192, iterations: 1, parallelism: 1 };
const PASSPHRASE = new Secret("lotu pira vesa");
const sealed = () => sealVault({ suite, random, passphrase: PASSPHRASE, master: renter, argon2 });

describe("the vault", () => {
  it("opens with its passphrase alone, in Node and in a browser's cryptography alike", async () => {
    const text = await sealed();
    for (const each of [suite, nobleSuite]) {
      const opened = await openVault(each, `\n${text} `, PASSPHRASE);
      expect(publicKeysToText(opened)).toEqual(publicKeysToText(renter));
      expect(opened.seed.reveal()).toEqual(renter.seed.reveal());
    }
    await expect(openVault(suite, text, new Secret("lotu pira vesA"))).rejects.toMatchObject({
      code: "keystore.wrong_unlock",
    });
    expect(isVault(text)).toBe(true);
  });

  it("holds nothing of the key in clear, and every copy differs", async () => {
    const [one, other] = [await sealed(), await sealed()];
    expect(one).not.toBe(other);
    expect(one).not.toContain(publicKeysToText(renter).verify);
    expect(one).not.toContain("renter456");
  });

  it("refuses one that was cut or changed", async () => {
    const text = await sealed();
    await expect(openVault(suite, text.slice(0, -20), PASSPHRASE)).rejects.toMatchObject({ code: "keystore.bad_file" });
    const changed = text.replace('"iterations":1', '"iterations":2');
    await expect(openVault(suite, changed, PASSPHRASE)).rejects.toMatchObject({ code: "keystore.wrong_unlock" });
  });

  it("is not sealed with an empty passphrase", async () => {
    const empty = { suite, random, passphrase: new Secret(""), master: renter, argon2 };
    await expect(sealVault(empty)).rejects.toMatchObject({ code: "keystore.empty_passphrase" });
  });
});

describe("importIdentity", () => {
  it("takes a backup, and a Privateness key file", async () => {
    const none = new Secret("");
    expect((await importIdentity(suite, await sealed(), PASSPHRASE)).verify).toEqual(renter.verify);
    expect((await importIdentity(suite, serialiseG2([renter], renter.name), none)).verify).toEqual(renter.verify);
  });

  it.each(["", "hello", "{}", "[]", '{"v":1}'])("refuses %j in words of its own", async (text) => {
    await expect(importIdentity(suite, text, new Secret("x"))).rejects.toMatchObject({
      code: expect.stringMatching(/^(renter\.bad_backup|keyfile\.)/),
    });
  });
});

describe("rentalKey", () => {
  it("is the master for 0, and for each other index another key that always comes out the same", () => {
    const master = newMaster(suite, random);
    expect(rentalKey(suite, master, 0)).toBe(master);
    const keys = [1, 2, 3].map((index) => publicKeysToText(rentalKey(suite, master, index)).verify);
    expect(new Set([...keys, publicKeysToText(master).verify]).size).toBe(4);
    expect(publicKeysToText(rentalKey(nobleSuite, master, 2)).verify).toBe(keys[1]);
  });

  it("stays what it was: a backup of today has to bring its numbers back in years", () => {
    expect(publicKeysToText(rentalKey(suite, renter, 1))).toMatchInlineSnapshot(`
      {
        "encrypt": "QK8n50AkH6Cuc8xdIGQIg-oFLtwAuCxLmOtOvLp-QyA",
        "verify": "ivE-wykfGVIm0_cxxUDE53lXLj6pmeMthvqTs3JpSnw",
      }
    `);
  });
});
