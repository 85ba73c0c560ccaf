import { describe, expect, it } from "vitest";
import { fromBase64url, toBase64 } from "../../../src/base/index.ts";
import { keyFingerprint, readRenterKeys } from "../../../src/web/pages/renter-keys.ts";

const VERIFY = "z7upZ_9E7tUDGxy50u_LwGv0UuEKtkBr_yGy7HHwGbw";
const ENCRYPT = "1tTbo_X-m2NvdUxgEcDj3ljSY9yP-n_dM0vMzpipeQ4";
const good = { kind: "good", keys: { verify: VERIFY, encrypt: ENCRYPT } };
const padded = (key: string): string => toBase64(fromBase64url(key));

function verdict(value: unknown): ReturnType<typeof readRenterKeys> {
  return readRenterKeys(typeof value === "string" ? value : JSON.stringify(value, null, 2));
}

describe("readRenterKeys", () => {
  it.each([
    ["a pair as the command line takes it", `${VERIFY}:${ENCRYPT}`],
    ["a pair in padded base64 between spaces", `  ${padded(VERIFY)}:${padded(ENCRYPT)}\n`],
    ["our JSON", { verify: VERIFY, encrypt: ENCRYPT }],
    ["a Privateness public record", { verify: padded(VERIFY), public: padded(ENCRYPT) }],
    ["keys one level down", { username: "renter", keys: { verify: VERIFY, encrypt: ENCRYPT } }],
    ["the only user of a file", { users: { renter: { verify: VERIFY, public: ENCRYPT, nonce: "x" } } }],
    ["the current user of a file", { current: "b", users: { a: {}, b: { verify: VERIFY, public: ENCRYPT } } }],
  ])("reads %s", (_what, value) => {
    expect(verdict(value)).toEqual(good);
  });

  it("says nothing about an empty field", () => {
    expect(verdict("  \n")).toEqual({ kind: "empty" });
  });

  it.each([
    ["a Privateness user file", { current: "a", users: { a: { private: VERIFY, public: ENCRYPT, verify: VERIFY } } }],
    ["a G1 file", { keys: { private: [VERIFY], public: [ENCRYPT], verify: [VERIFY], current: 0 } }],
    ["a seed beside the keys", { verify: VERIFY, encrypt: ENCRYPT, seed: VERIFY }],
    ["a private member deep inside", { verify: VERIFY, encrypt: ENCRYPT, a: [{ b: { privateKey: "x" } }] }],
    ["an encrypted key file", '{"filedata":{"vendor":"Privateness","type":"encrypted-keys"},"x":1}'],
    ["our sealed keystore", { v: 1, sealed: "abc" }],
    ["PEM", "-----BEGIN PRIVATE KEY-----\nMC4CAQ\n-----END PRIVATE KEY-----"],
    ["half a key file", `{"users":{"a":{"private":"${VERIFY}",`],
    ["something nested too deep to look through", JSON.parse(`${'{"a":'.repeat(20)}1${"}".repeat(20)}`)],
  ])("refuses %s as private", (_what, value) => {
    expect(verdict(value)).toEqual({ kind: "refused", reason: "private" });
  });

  it.each([
    ["words", "hello", "unreadable"],
    ["half a public file", '{"verify":', "unreadable"],
    ["a number", 7, "missing"],
    ["a list", [VERIFY, ENCRYPT], "missing"],
    ["one key only", { verify: VERIFY }, "missing"],
    ["several users, none current", { users: { a: { verify: VERIFY, public: ENCRYPT }, b: {} } }, "missing"],
    ["a key too short", { verify: VERIFY, encrypt: "AAAA" }, "malformed"],
    ["a key that is no text", { verify: VERIFY, encrypt: 5 }, "malformed"],
    ["a key in hex", { verify: VERIFY, encrypt: "ab".repeat(32) }, "malformed"],
    ["a pair with a key too short", `${VERIFY}:AAAA`, "malformed"],
    ["a pair with a private key of 64 bytes", `${"A".repeat(86)}:${ENCRYPT}`, "malformed"],
    ["a pair of the same key", `${VERIFY}:${VERIFY}`, "same"],
    ["half a pair", `${VERIFY}:`, "unreadable"],
    ["three keys", `${VERIFY}:${ENCRYPT}:${VERIFY}`, "unreadable"],
    ["the same key twice", { verify: VERIFY, encrypt: VERIFY }, "same"],
  ])("refuses %s", (_what, value, reason) => {
    expect(verdict(value)).toEqual({ kind: "refused", reason });
  });

  it("shows of a key what two people can compare", () => {
    expect(keyFingerprint(VERIFY)).toBe("z7up Z_9E … wGbw".replace("wGbw", VERIFY.slice(-4)));
  });
});
