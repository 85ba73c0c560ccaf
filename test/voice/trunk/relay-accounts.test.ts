import { describe, expect, it } from "vitest";
import { RelayAccounts } from "../../../src/voice/trunk/relay-accounts.ts";
import type { TrunkAccount } from "../../../src/voice/trunk/wire.ts";

const account = (user: string, until = 1000, sha256 = "a".repeat(64)): TrunkAccount => {
  return { user, md5: "b".repeat(32), sha256, encryption: "sdes", until };
};

describe("a relay's accounts", () => {
  it("belong to the box that had them first, until it lets them go", () => {
    const accounts = new RelayAccounts(() => 0);
    expect(accounts.replace("one", [account("renter01"), account("renter02")])).toEqual([]);
    expect(accounts.replace("two", [account("renter02"), account("renter03")])).toEqual(["renter02"]);
    expect(["renter01", "renter02", "renter03"].map((user) => accounts.ownerOf(user))).toEqual(["one", "one", "two"]);
    accounts.replace("one", [account("renter01")]);
    expect(accounts.replace("two", [account("renter02")])).toEqual([]);
    expect([...accounts.usersOf("two")]).toEqual(["renter02"]);
  });

  it("end with their rentals, whether the box says so or not", () => {
    let now = 0;
    const accounts = new RelayAccounts(() => now);
    accounts.replace("one", [account("renter01", 500), account("renter02", 1500), account("renter03", 0)]);
    expect(accounts.all().map(({ user }) => user)).toEqual(["renter01", "renter02"]);
    expect(accounts.sweep()).toBe(false);
    now = 500;
    expect(accounts.sweep()).toBe(true);
    expect(accounts.all().map(({ user }) => user)).toEqual(["renter02"]);
    expect(accounts.ownerOf("renter01")).toBeNull();
  });

  it("are another when their password is", () => {
    const accounts = new RelayAccounts(() => 0);
    accounts.replace("one", [account("renter01")]);
    const [before] = accounts.all();
    accounts.replace("one", [account("renter01", 2000)]);
    expect(accounts.all()[0]).toBe(before);
    accounts.replace("one", [account("renter01", 2000, "c".repeat(64))]);
    expect(accounts.all()[0]).not.toBe(before);
  });
});
