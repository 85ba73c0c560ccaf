import { describe, expect, it } from "vitest";
import { Secret, silentLogger } from "../../src/base/index.ts";
import { publicKeysToText } from "../../src/envelope/index.ts";
import {
  type AccountData,
  backupParts,
  backupText,
  importIdentity,
  newMaster,
  openBackupAccount,
  openVault,
  RenterAccount,
  type StoredOrder,
  sealVault,
} from "../../src/renter/index.ts";
import { requestOf } from "../relay/market-fixtures.ts";
import { SeededRandom } from "../sim/seeded-random.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";
import { provider, RENTAL, renter, suite } from "./fixtures.ts";
import { MemoryFolder } from "./memory-folder.ts";

const random = new SeededRandom("backup");
const deps = { suite, random };
const argon2 = { memory_kib: 8192, iterations: 1, parallelism: 1 };
const PASSPHRASE = new Secret("lotu pira vesa");
const vaultOf = () => sealVault({ suite, random, passphrase: PASSPHRASE, master: renter, argon2 });

const order = (id: string, madeAt: number): StoredOrder => ({
  request: { ...requestOf(), order_id: id.repeat(32) },
  ...{ key: 1, provider: publicKeysToText(provider).verify, rental: 50_000, per_sms: 0, made_at: madeAt },
  ...{ ticket: null, answer: null, ended: null },
});
const data = (parts: Partial<AccountData>): AccountData => ({ v: 1, keys: 1, orders: [], escrows: [], ...parts });
const kept = data({ keys: 2, orders: [order("a", 2)], escrows: [{ rental: RENTAL, document: '{"v":1}' }] });

describe("a backup", () => {
  it("gives back the identity, and orders and escrows as they were", async () => {
    const text = backupText(deps, { vault: await vaultOf(), master: renter, account: kept });
    const { identity, account } = backupParts(`\n${text}\n`);
    const master = await importIdentity(suite, identity, PASSPHRASE);
    expect(publicKeysToText(master)).toEqual(publicKeysToText(renter));
    expect(openBackupAccount(deps, master, account ?? "")).toEqual(kept);
  });

  it("of before, without orders, is read; and one of now by whoever knows of the identity alone", async () => {
    const vault = await vaultOf();
    const { identity, account } = backupParts(vault);
    expect(account).toBeNull();
    expect(publicKeysToText(await openVault(suite, identity, PASSPHRASE))).toEqual(publicKeysToText(renter));
    const text = backupText(deps, { vault, master: renter, account: kept });
    expect(publicKeysToText(await openVault(suite, text, PASSPHRASE))).toEqual(publicKeysToText(renter));
  });

  it("tells nothing of orders and escrows without its passphrase, and refuses what was changed or is another's", async () => {
    const text = backupText(deps, { vault: await vaultOf(), master: renter, account: kept });
    expect(text).not.toContain(RENTAL);
    const { account } = backupParts(text);
    const changed = `${account?.slice(0, -4) ?? ""}AAAA`;
    const refused = expect.objectContaining({ code: "renter.bad_backup" });
    expect(() => openBackupAccount(deps, renter, changed)).toThrow(refused);
    expect(() => openBackupAccount(deps, renter, "!")).toThrow(refused);
    expect(() => openBackupAccount(deps, newMaster(suite, random), account ?? "")).toThrow(refused);
  });

  it("takes a text that is no backup for an identity, whole", () => {
    for (const text of ["", "{", "[1]", '{"user":"x"}'])
      expect(backupParts(text)).toEqual({ identity: text, account: null, machine: null });
  });
});

describe("an account into which a backup is brought", () => {
  it("has what both have; of the same order or escrow it keeps its own", async () => {
    const disks = new Map<string, MemoryFolder>();
    const clock = new VirtualClock();
    const openFolder = async (path: string) => {
      const folder = disks.get(path) ?? new MemoryFolder();
      disks.set(path, folder);
      return folder;
    };
    const open = () =>
      RenterAccount.open(
        { suite, clock, random, log: silentLogger, relayUrl: "http://127.0.0.1:9", openFolder },
        renter,
        "readWrite",
      );
    let account = await open();
    await account.bringBack(kept);
    expect(account.data).toEqual(kept);
    expect(account.keys.map(({ index }) => index)).toEqual([0, 1, 2]);
    const older = { ...order("a", 2), ended: "market.order_over" };
    const other = { rental: "f".repeat(32), document: "{}" };
    await account.bringBack(
      data({ orders: [older, order("b", 3)], escrows: [{ rental: RENTAL, document: "older" }, other] }),
    );
    await account.close();
    account = await open();
    expect(account.data).toEqual({
      ...kept,
      orders: [order("b", 3), order("a", 2)],
      escrows: [...kept.escrows, other],
    });
    await account.close();
  });
});
