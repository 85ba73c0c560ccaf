import { describe, expect, it } from "vitest";
import { toBase64url } from "../../src/base/index.ts";
import { publicKeysToText } from "../../src/envelope/index.ts";
import type { RentalGrant } from "../../src/protocol/index.ts";
import { checkGrant } from "../../src/renter/accept-grant.ts";
import { grantOf, provider, renter, stranger, suite } from "./fixtures.ts";

function check(grant: RentalGrant, before: { pin?: string; known?: RentalGrant } = {}): void {
  checkGrant({ suite, grant, renter: publicKeysToText(renter), pin: before.pin, known: before.known });
}

const code = (name: string) => expect.objectContaining({ code: name });

describe("checkGrant", () => {
  it("believes a first grant for this key, and a later revision of it", () => {
    check(grantOf());
    check(grantOf({ rev: 2 }), { pin: toBase64url(provider.verify), known: grantOf() });
  });

  it.each<[string, Partial<RentalGrant>]>([
    ["expires_at", { expires_at: 253_402_300_799 }],
    ["rev", { rev: 9 }],
    ["credit", { credit: 5 }],
    ["envelope_version", { envelope_version: 2 }],
    ["provider", { provider: toBase64url(stranger.verify) }],
    ["sealed", { sealed: grantOf({ to: stranger }).sealed }],
  ])("does not believe a grant whose %s was changed", (_name, change) => {
    expect(() => check({ ...grantOf(), ...change })).toThrow(code("renter.bad_grant"));
  });

  it("refuses a grant for other keys", () => {
    expect(() => check(grantOf({ to: stranger }))).toThrow(code("renter.foreign_grant"));
  });

  it("raises the alarm when a listing has another provider than before", () => {
    expect(() => check(grantOf({ by: stranger }), { pin: toBase64url(provider.verify) })).toThrow(
      code("renter.provider_changed"),
    );
  });

  it("raises the alarm when a rental has another provider than before", () => {
    const known = grantOf();
    expect(() => check(grantOf({ by: stranger, listingId: "b".repeat(16) }), { known })).toThrow(
      code("renter.provider_changed"),
    );
  });

  it("refuses a revision before the one it knows", () => {
    expect(() => check(grantOf(), { known: grantOf({ rev: 2 }) })).toThrow(code("renter.old_grant"));
  });
});
