// Credentials of SIP accounts over random rentals, rotations and keys.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { rentalId, Secret, toHex } from "../../src/base/index.ts";
import { sipCredentials } from "../../src/core/index.ts";
import { suite } from "../core/core-rig.ts";

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const rental = bytes(16).map((id) => rentalId(toHex(id)));
const rotation = fc.oneof(fc.nat({ max: 20 }), fc.nat());
const question = fc.record({ key: bytes(32), rental, rotation });

describe("credentials of SIP accounts", () => {
  it("are shared by no two rentals, rotations or boxes; a user is in no password", () => {
    const same = (a: { rental: string; rotation: number; key: Uint8Array }): string =>
      `${toHex(a.key)} ${a.rental} ${a.rotation}`;
    fc.assert(
      fc.property(fc.uniqueArray(question, { selector: same, minLength: 2, maxLength: 40 }), (questions) => {
        const made = questions.map((each) =>
          sipCredentials({ suite, key: new Secret(each.key) }, each.rental, each.rotation),
        );
        const all = made.flatMap(({ user, password }) => [user, password, password.slice(0, user.length)]);
        expect(new Set(all).size).toBe(3 * made.length);
        for (const { user, password } of made) {
          expect(user).toMatch(/^[a-z0-9]{16,}$/);
          expect(password).toMatch(/^[a-z0-9]{26}$/);
        }
      }),
    );
  });

  it("differ for neighbours: each rotation of each rental of one box", () => {
    fc.assert(
      fc.property(bytes(32), fc.uniqueArray(rental, { minLength: 1, maxLength: 8 }), (key, rentals) => {
        const maker = { suite, key: new Secret(key) };
        const users = rentals.flatMap((id) => Array.from({ length: 24 }, (_, n) => sipCredentials(maker, id, n).user));
        expect(new Set(users).size).toBe(users.length);
      }),
      { numRuns: 30 },
    );
  });
});
