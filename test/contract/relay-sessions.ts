// What every storage of a relay must do about sign-in: tokens, challenges, revocation.

import { expect, it } from "vitest";
import type { RelayStore } from "../../src/core/index.ts";
import { NOW_S } from "../relay/fixtures.ts";
import { nextNumber } from "./relay-scene.ts";

export function sessionContract(stage: () => { readonly store: RelayStore }): void {
  it("keeps tokens, and gives a nonce to the first who claims it", async () => {
    const { store } = stage();
    const owner = { pubkey: "somebody", expires: NOW_S + 100 };
    const hash = `${nextNumber()}`.padStart(64, "0");
    expect(await store.sessions.token(hash)).toBe(null);
    await store.sessions.saveToken(hash, owner);
    expect(await store.sessions.token(hash)).toEqual(owner);
    const nonce = `nonce${nextNumber()}`;
    const claims = await Promise.all([1, 2, 3].map(() => store.sessions.claimNonce(nonce, NOW_S + 100)));
    expect(claims.filter(Boolean)).toHaveLength(1);
    expect(store.sessions.markKey).toHaveLength(32);
  });

  it("forgets a token that is revoked, by its owner alone, or all of a key's, and no other key's", async () => {
    const { store } = stage();
    const mine = { pubkey: `revoker ${nextNumber()}`, expires: NOW_S + 100 };
    const other = { pubkey: `bystander ${nextNumber()}`, expires: NOW_S + 100 };
    const hashes = [1, 2, 3, 4].map(() => `${nextNumber()}`.padStart(64, "0"));
    const [first = "", second = "", third = "", theirs = ""] = hashes;
    for (const hash of [first, second, third]) await store.sessions.saveToken(hash, mine);
    await store.sessions.saveToken(theirs, other);
    const left = async () => (await Promise.all(hashes.map((hash) => store.sessions.token(hash)))).map(Boolean);
    await store.sessions.revoke(mine.pubkey, theirs);
    expect(await left()).toEqual([true, true, true, true]);
    await store.sessions.revoke(mine.pubkey, second);
    expect(await left()).toEqual([true, false, true, true]);
    await store.sessions.revoke(mine.pubkey, null);
    expect(await left()).toEqual([false, false, false, true]);
    await store.sessions.revoke(mine.pubkey, null);
    await store.sessions.saveToken(second, mine);
    expect(await left()).toEqual([false, true, false, true]);
  });

  it("remembers the last four challenges of an address, newest first, until they end", async () => {
    const { store } = stage();
    const address = `an address.of > somebody * ${nextNumber()}`;
    // The system's clock may be far behind the tests' own.
    const base = 4_000_000_000;
    for (const n of [1, 2, 3, 4, 5]) await store.sessions.addChallenge(address, `text ${n}`, base + n);
    expect(await store.sessions.challenges(address, base + 3)).toEqual(["text 5", "text 4"]);
    expect(await store.sessions.challenges(address, base)).toHaveLength(4);
    expect(await store.sessions.challenges("another", base)).toEqual([]);
  });
}
