// `renter backup` and `renter restore` as a user runs them, on two machines.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { Secret } from "../../src/base/index.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import { parseKeyfile, publicKeysToText, serialiseG2 } from "../../src/envelope/index.ts";
import { type AccountData, backupText, rentalKey, sealVault } from "../../src/renter/index.ts";
import { openDiskFolder, readLogin, rememberLogin } from "../../src/renter-node/index.ts";
import { answerOf, requestOf } from "../relay/market-fixtures.ts";
import { tempFolder } from "../sqlite/temp-folder.ts";
import { CommandRun } from "./command-run.ts";
import { provider, renter, stranger, suite } from "./fixtures.ts";

const RELAY = "https://relay.example";
const ID = "a".repeat(32);
const PASSPHRASE = "lotu pira vesa";

describe("the renter's backup on the command line", () => {
  let root: string;
  let secret: string;
  let file: string;
  beforeEach(() => {
    root = tempFolder();
    secret = join(root, "passphrase");
    file = join(root, "backup.json");
    writeFileSync(secret, `${PASSPHRASE}\n`);
  });

  const home = (machine: string): string => {
    const path = join(root, machine);
    mkdirSync(path, { recursive: true });
    return path;
  };
  const stateOf = (machine: string): string => join(home(machine), ".local/state/numberbox/renter");
  const ordersOf = (machine: string): string => join(stateOf(machine), "orders");
  async function run(machine: string, ...argv: readonly string[]) {
    const done = new CommandRun(home(machine), argv);
    return { exit: await done.done, done };
  }
  const restore = (machine: string, ...more: readonly string[]) =>
    run(machine, "restore", file, "--passphrase-file", secret, "--json", ...more);
  const orderFile = (keyfile: string) => ({
    ...{ v: 1, relay: RELAY, keyfile, request: { ...requestOf(), order_id: ID }, ticket: null },
    ...{ provider: publicKeysToText(provider).verify, rental: 50_000, per_sms: 0 },
  });

  /** A machine that is signed in and has an order with a key of its own and an escrow. */
  async function machine(): Promise<void> {
    const keyfile = join(home("one"), "me.key.json");
    writeFileSync(keyfile, serialiseG2([renter], renter.name));
    const login = { keyfile, user: null, passwordFile: null, relays: [RELAY], mirrors: [], socks5: null, pins: {} };
    await rememberLogin(await openDiskFolder(stateOf("one")), login);
    mkdirSync(ordersOf("one"), { recursive: true });
    const own = join(ordersOf("one"), `${ID}.key.json`);
    writeFileSync(own, serialiseG2([stranger], stranger.name));
    writeFileSync(join(ordersOf("one"), `${ID}.json`), JSON.stringify(orderFile(own)));
    writeFileSync(join(ordersOf("one"), `${ID}.escrow.json`), '{"v":1}');
  }

  it("that has no passphrase names the option that takes one", async () => {
    await machine();
    await run("one", "backup", file, "--passphrase-file", secret);
    const { exit, done } = await run("two", "restore", file);
    expect(exit).toBe(1);
    expect(done.stderr).toContain("name a file with it by --passphrase-file.");
  });

  it("brings key, order, the order's key and its escrow to another machine, and tells nothing without the passphrase", async () => {
    await machine();
    const { exit, done } = await run("one", "backup", file, "--passphrase-file", secret, "--json");
    expect([exit, done.stderr]).toEqual([0, ""]);
    expect(done.lines).toEqual([{ type: "backup", file, orders: 1, escrows: 1 }]);
    for (const clear of [ID, RELAY, renter.name]) expect(readFileSync(file, "utf8")).not.toContain(clear);
    const told = await run("one", "backup", join(root, "told.json"), "--passphrase-file", secret);
    expect(told.done.stdout).toContain("Wrote your key, 1 order and 1 escrow to ");
    const back = await restore("two");
    expect(back.done.lines).toEqual([
      { type: "restored", keyfile: join(stateOf("two"), "renter.key.json"), orders: 1, escrows: 1 },
    ]);
    const text = readFileSync(join(stateOf("two"), "renter.key.json"), "utf8");
    expect(publicKeysToText(parseKeyfile({ suite, text }).current)).toEqual(publicKeysToText(renter));
    const order = JSON.parse(readFileSync(join(ordersOf("two"), `${ID}.json`), "utf8"));
    expect(order).toEqual(orderFile(join(ordersOf("two"), `${ID}.key.json`)));
    const own = parseKeyfile({ suite, text: readFileSync(order.keyfile, "utf8") }).current;
    expect(publicKeysToText(own)).toEqual(publicKeysToText(stranger));
    expect(readFileSync(join(ordersOf("two"), `${ID}.escrow.json`), "utf8")).toBe('{"v":1}');
    expect((await readLogin(await openDiskFolder(stateOf("two"))))?.relays).toEqual([RELAY]);
  });

  it("writes over nothing that is there", async () => {
    await machine();
    await run("one", "backup", file, "--passphrase-file", secret);
    expect((await run("one", "backup", file, "--passphrase-file", secret)).done.stderr).toContain("exists already");
    writeFileSync(join(ordersOf("one"), `${ID}.escrow.json`), '{"v":1,"newer":true}');
    const again = await restore("one", "--create", join(root, "again.key.json"));
    expect(again.done.lines).toMatchObject([{ orders: 0 }]);
    expect(readFileSync(join(ordersOf("one"), `${ID}.escrow.json`), "utf8")).toContain("newer");
    await restore("two");
    const twice = await restore("two");
    expect([twice.exit, twice.done.stderr]).toEqual([1, expect.stringContaining("exists already")]);
  });

  it("takes a backup of the pages, with each order's key, when it is told the relay", async () => {
    const request = { ...requestOf(), order_id: ID };
    const { rental_id: rental } = answerOf(request);
    const account: AccountData = {
      ...{ v: 1, keys: 1, escrows: [{ rental: rental ?? "", document: '{"v":1}' }] },
      orders: [
        {
          ...{ request, key: 1, provider: publicKeysToText(provider).verify, rental: 50_000, per_sms: 0, made_at: 1 },
          ...{ ticket: null, answer: answerOf(request), ended: null },
        },
      ],
    };
    const ports = { suite, random: systemRandom };
    const vault = await sealVault({ ...ports, passphrase: new Secret(PASSPHRASE), master: renter });
    writeFileSync(file, backupText(ports, { vault, master: renter, account }));
    const blind = await restore("two");
    expect([blind.exit, blind.done.stderr]).toEqual([1, expect.stringMatching(/^market\.no_relay: /)]);
    expect(existsSync(join(stateOf("two"), "renter.key.json"))).toBe(false);
    const back = await restore("two", "--relay", RELAY);
    expect(back.done.lines).toMatchObject([{ orders: 1, escrows: 1 }]);
    const text = readFileSync(join(ordersOf("two"), `${ID}.key.json`), "utf8");
    const own = publicKeysToText(parseKeyfile({ suite, text }).current);
    expect(own).toEqual(publicKeysToText(rentalKey(suite, renter, 1)));
    expect(readFileSync(join(ordersOf("two"), `${ID}.escrow.json`), "utf8")).toBe('{"v":1}');
  });

  it("of before, with an identity alone, brings that back; with a wrong passphrase nothing comes", async () => {
    const ports = { suite, random: systemRandom };
    writeFileSync(file, await sealVault({ ...ports, passphrase: new Secret(PASSPHRASE), master: renter }));
    writeFileSync(secret, "another one");
    expect((await restore("two")).done.stderr).toContain("keystore.wrong_unlock");
    writeFileSync(secret, PASSPHRASE);
    expect((await restore("two")).done.lines).toMatchObject([{ type: "restored", orders: 0, escrows: 0 }]);
  });
});
