import { createHash } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import { days } from "../../../src/base/index.ts";
import { systemMd5 } from "../../../src/base/system-crypto.ts";
import { SipAccounts, sipCredentials } from "../../../src/core/index.ts";
import { codeOf } from "../../contract/box-store.ts";
import { lineOf } from "../core-rig.ts";
import { hash, LINE, REACH, SipRig, UNKNOWN } from "./sip-rig.ts";

let rig: SipRig;

beforeEach(async () => {
  rig = new SipRig();
  await rig.start();
});

const hex = (algorithm: string, text: string): string => createHash(algorithm).update(text).digest("hex");

describe("an account", () => {
  it("is there as soon as the rental is, and its renter has what it takes to sign in", async () => {
    const { id, rev } = await rig.grant(1);
    const told = await rig.told(id);
    expect(told).toMatchObject({
      ...{ v: 1, realm: REACH.realm, host: REACH.host, port: 5061, transport: "tls", encryption: "sdes" },
      cert_sha256: REACH.certSha256,
    });
    const text = `${told?.user}:${REACH.realm}:${told?.password}`;
    expect(rig.now.accounts.accounts()).toEqual([
      { user: told?.user, ha1: { md5: hex("md5", text), sha256: hex("sha256", text) }, encryption: "sdes" },
    ]);
    expect(told?.uri).toBe(`sip:${told?.user}@sip.example.org`);
    expect(rig.now.changes).toEqual([[told?.user]]);
    await rig.now.accounts.settle();
    expect(rig.now.rentals.get(id)?.rev).toBe(rev);
  });

  it("is found by its rental and by its user, and nothing else is", async () => {
    const { accounts } = rig.now;
    const [first, second] = [await rig.grant(1), await rig.grant(2)];
    for (const { id } of [first, second]) expect(accounts.rentalOf(accounts.userOf(id) ?? "")).toBe(id);
    expect(accounts.userOf(first.id)).not.toBe(accounts.userOf(second.id));
    for (const user of ["", "constructor", `${accounts.userOf(first.id)}a`]) expect(accounts.rentalOf(user)).toBeNull();
    expect(accounts.userOf(UNKNOWN)).toBeNull();
  });

  it("is the same after a restart, and the renter is told nothing anew", async () => {
    const { id } = await rig.grant(1);
    const before = rig.now.accounts.accounts();
    await rig.start();
    expect(rig.now.accounts.accounts()).toEqual(before);
    await rig.now.accounts.settle();
    expect(rig.now.rentals.get(id)?.rev).toBe(1);
  });

  it("is not there on a line without calls, and the grant says nothing of it", async () => {
    rig.reach.delete(LINE);
    const { id } = await rig.grant(1);
    expect(rig.now.accounts.accounts()).toEqual([]);
    expect(await rig.told(id)).toBeNull();
    expect(rig.settings.writes).toBe(0);
    expect(await codeOf(rig.now.accounts.rotate(id))).toBe("call.no_account");
    expect(await codeOf(rig.now.accounts.rotate(UNKNOWN))).toBe("rental.unknown");
  });

  it("dies with the rental when it is ended", async () => {
    const { id } = await rig.grant(1);
    const user = rig.now.accounts.userOf(id) ?? "";
    await rig.now.rentals.end(id);
    expect(rig.now.accounts.accounts()).toEqual([]);
    expect([rig.now.accounts.userOf(id), rig.now.accounts.rentalOf(user)]).toEqual([null, null]);
    expect(rig.now.changes).toEqual([[user], []]);
    expect(await rig.told(id)).toBeNull();
    expect(await codeOf(rig.now.accounts.rotate(id))).toBe("rental.not_active");
  });

  it("is dead at the second at which the rental runs out, before any tick; the tick tells of it", async () => {
    const { id } = await rig.grant(1, 1);
    const user = rig.now.accounts.userOf(id) ?? "";
    rig.core.time.evidence(rig.core.time.now());
    await rig.core.clock.advance(days(1));
    expect(rig.now.accounts.rentalOf(user)).toBeNull();
    expect(rig.now.accounts.accounts()).toEqual([]);
    await rig.now.rentals.tick();
    expect(rig.now.changes).toEqual([[user], []]);
  });

  it("of the next renter of a line is another one", async () => {
    const first = await rig.grant(1);
    const user = rig.now.accounts.userOf(first.id) ?? "";
    await rig.now.rentals.end(first.id);
    const second = await rig.grant(1);
    expect(rig.now.accounts.userOf(second.id)).not.toBe(user);
    expect(rig.now.accounts.rentalOf(user)).toBeNull();
  });

  it("leaves no secret on the disk, and what is remembered goes with the rental", async () => {
    const { id } = await rig.grant(1);
    const told = await rig.told(id);
    const stored = [...rig.settings.values.values()].join();
    const [account] = rig.now.accounts.accounts();
    for (const secret of [told?.user, told?.password, account?.ha1.md5, account?.ha1.sha256])
      expect(stored).not.toContain(secret);
    expect(rig.core.log.lines.join()).not.toContain(told?.password);
    await rig.now.rentals.end(id);
    await rig.grant(2);
    expect([...rig.settings.values.values()].join()).not.toContain(id);
  });

  it("tells nobody when nothing changed", async () => {
    const { id } = await rig.grant(1);
    await rig.now.rentals.setCredit(id, 7);
    rig.now.accounts.refresh();
    expect(rig.now.changes).toHaveLength(1);
  });
});

describe("a rotation", () => {
  it("makes another account, kills the one before, and reaches the renter in a new revision", async () => {
    const { id } = await rig.grant(1);
    const before = await rig.told(id);
    await rig.now.accounts.rotate(id);
    const after = await rig.told(id);
    expect(rig.now.rentals.get(id)?.rev).toBe(2);
    expect(after?.user).toBe(rig.now.accounts.userOf(id));
    expect(after?.user).not.toBe(before?.user);
    expect(after?.password).not.toBe(before?.password);
    expect(rig.now.accounts.rentalOf(before?.user ?? "")).toBeNull();
    expect(rig.now.changes).toEqual([[before?.user], [after?.user]]);
  });

  it("lasts over a restart", async () => {
    const { id } = await rig.grant(1);
    for (let n = 0; n < 3; n++) await rig.now.accounts.rotate(id);
    const before = rig.now.accounts.accounts();
    await rig.start();
    expect(rig.now.accounts.accounts()).toEqual(before);
    await rig.now.accounts.settle();
    expect(rig.now.rentals.get(id)?.rev).toBe(4);
  });

  it("that could not be remembered has not happened", async () => {
    const { id } = await rig.grant(1);
    const before = rig.now.accounts.userOf(id);
    rig.settings.fails = true;
    expect(await codeOf(rig.now.accounts.rotate(id))).toBe("store.full");
    expect(rig.now.accounts.userOf(id)).toBe(before);
  });

  it("whose grant could not be written has happened, and is told later", async () => {
    const { id } = await rig.grant(1);
    const before = rig.now.accounts.userOf(id);
    rig.core.store.failWrites("store.full");
    expect(await codeOf(rig.now.accounts.rotate(id))).toBe("store.full");
    await rig.now.accounts.settle();
    expect(rig.now.accounts.userOf(id)).not.toBe(before);
    expect((await rig.told(id))?.user).toBe(before);
    rig.core.store.failWrites(null);
    // Also by the next process.
    await rig.start();
    await rig.now.accounts.settle();
    expect((await rig.told(id))?.user).toBe(rig.now.accounts.userOf(id));
    expect(rig.now.accounts.userOf(id)).not.toBe(before);
  });

  it("is not undone by a grant that was being signed meanwhile", async () => {
    const { id } = await rig.grant(1);
    const before = rig.now.accounts.userOf(id);
    const release = rig.core.store.stallWrites();
    const credit = rig.now.rentals.setCredit(id, 7);
    const rotated = rig.now.accounts.rotate(id);
    await rig.core.clock.flush();
    release();
    await Promise.all([credit, rotated]);
    await rig.now.accounts.settle();
    expect(rig.now.accounts.userOf(id)).not.toBe(before);
    expect((await rig.told(id))?.user).toBe(rig.now.accounts.userOf(id));
  });
});

describe("what the renter knows", () => {
  it("follows the way to the box: host, certificate, and whether there are calls at all", async () => {
    const { id } = await rig.grant(1);
    const user = rig.now.accounts.userOf(id);
    for (const change of [{ host: "192.0.2.7" }, { certSha256: null }, { port: 443 }]) {
      rig.reach.set(LINE, { ...REACH, ...change });
      await rig.now.accounts.settle();
    }
    expect(await rig.told(id)).toMatchObject({ user, host: REACH.host, port: 443 });
    expect(rig.now.rentals.get(id)?.rev).toBe(4);
    rig.reach.delete(LINE);
    await rig.now.accounts.settle();
    expect(await rig.told(id)).toBeNull();
    expect(rig.now.accounts.accounts()).toEqual([]);
    await rig.now.accounts.settle();
    expect(rig.now.rentals.get(id)?.rev).toBe(5);
  });

  it("is told to rentals that began before the box had calls", async () => {
    rig.reach.delete(LINE);
    const { id } = await rig.grant(1);
    await rig.now.rentals.setCredit(id, 9);
    rig.reach.set(LINE, REACH);
    await rig.now.accounts.settle();
    expect((await rig.told(id))?.user).toBe(rig.now.accounts.userOf(id));
    const { rev } = rig.now.rentals.get(id) ?? {};
    await rig.now.accounts.settle();
    expect(rig.now.rentals.get(id)?.rev).toBe(rev);
  });

  it("another realm makes other hashes of the same password", async () => {
    const { id } = await rig.grant(1);
    const [before] = rig.now.accounts.accounts();
    rig.reach.set(LINE, { ...REACH, realm: "other.example.org" });
    rig.now.accounts.refresh();
    const [after] = rig.now.accounts.accounts();
    expect(after?.user).toBe(before?.user);
    expect(after?.ha1).not.toEqual(before?.ha1);
    expect(rig.now.changes).toHaveLength(2);
    expect(rig.now.accounts.userOf(id)).toBe(after?.user);
  });

  it("does not come back to life with a backup: a later grant than the backup knows makes another account", async () => {
    const { id } = await rig.grant(1);
    const backup = new Map(rig.settings.values);
    const users = [rig.now.accounts.userOf(id)];
    for (let n = 0; n < 2; n++) {
      await rig.now.accounts.rotate(id);
      users.push(rig.now.accounts.userOf(id));
    }
    // The rental is learnt from the relay with its last revision; what is remembered of accounts is old.
    for (const [key, value] of backup) rig.settings.values.set(key, value);
    await rig.start();
    expect(users).not.toContain(rig.now.accounts.userOf(id));
    await rig.now.accounts.settle();
    expect((await rig.told(id))?.user).toBe(rig.now.accounts.userOf(id));
    expect(users).not.toContain(rig.now.accounts.userOf(id));
  });

  it("is refused as it lies on the disk when it is of no known form", async () => {
    const accounts = new SipAccounts({
      ...{ ...hash, md5: systemMd5, store: rig.settings, log: rig.core.log, rentals: rig.now.rentals },
      reach: () => REACH,
    });
    for (const text of ["{", "{}", '{"v":2,"rentals":{}}', '{"v":1,"rentals":{"x":{}}}']) {
      rig.settings.values.set("sip.accounts", text);
      expect(await codeOf(accounts.load())).toBe("sip.unreadable");
    }
  });
});

describe("sipCredentials", () => {
  it("has a user of 100 bits and a password of 128, letters and digits, the same each time", () => {
    const made = sipCredentials(hash, UNKNOWN, 0);
    expect(made.user).toMatch(/^[a-z2-7]{20}$/);
    expect(made.password).toMatch(/^[a-z2-7]{26}$/);
    expect(sipCredentials(hash, UNKNOWN, 0)).toEqual(made);
    expect(lineOf(1).number).not.toContain(made.user);
  });
});
