import { describe, expect, it } from "vitest";
import { hasCode } from "../../src/base/index.ts";
import { createApiToken } from "../../src/web/index.ts";
import { readUsers, setPassword } from "../../src/web/server/accounts/user-records.ts";
import { findToken } from "../../src/web/server/api-tokens.ts";
import { verifyPassword } from "../../src/web/server/passwords.ts";
import { MemorySettings } from "../sim/memory-settings.ts";
import { SeededRandom } from "../sim/seeded-random.ts";

const random = new SeededRandom("passwords");

async function codeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => "none",
    (error) => error.code,
  );
}

describe("setPassword", () => {
  it("stores an Argon2id record that verifies the password and no other, and not the password", async () => {
    const settings = new MemorySettings();
    await setPassword({ settings, random, password: "seven quiet otters" });
    const record = (await readUsers(settings))[0]?.password ?? null;
    if (record === null) throw new Error("no record");
    expect(record.algorithm).toBe("argon2id");
    expect(await verifyPassword(record, "seven quiet otters")).toBe(true);
    expect(await verifyPassword(record, "seven quiet otter")).toBe(false);
    expect([...settings.values.values()].join()).not.toContain("otters");
  });

  it("takes the same letters composed otherwise for the same password", async () => {
    const settings = new MemorySettings();
    await setPassword({ settings, random, password: "Gr\u00fcne M\u00f6we fliegt" });
    const record = (await readUsers(settings))[0]?.password ?? null;
    if (record === null) throw new Error("no record");
    expect(await verifyPassword(record, "Gru\u0308ne Mo\u0308we fliegt")).toBe(true);
  });

  it("refuses a weak password with web.weak_password and stores nothing", async () => {
    const settings = new MemorySettings();
    expect(await codeOf(setPassword({ settings, random, password: "password123" }))).toBe("web.weak_password");
    expect(settings.values.size).toBe(0);
  });

  it("reports an unreadable record with web.password_record instead of letting everybody claim the box", async () => {
    const settings = new MemorySettings();
    await settings.setSetting("web.password", '{"v":9}');
    await expect(readUsers(settings)).rejects.toSatisfy((error) => hasCode(error, "web.password_record"));
  });
});

describe("createApiToken", () => {
  it("returns a token that is found with its scopes, and stores only its hash", async () => {
    const settings = new MemorySettings();
    const token = await createApiToken({ settings, random, name: "demo", scopes: ["read"] });
    expect(await findToken(settings, token)).toMatchObject({ name: "demo", scopes: ["read"] });
    expect([...settings.values.values()].join()).not.toContain(token.slice(4));
  });

  it("replaces the token of the same name and leaves the others", async () => {
    const settings = new MemorySettings();
    const old = await createApiToken({ settings, random, name: "demo", scopes: ["read"] });
    const other = await createApiToken({ settings, random, name: "other", scopes: ["read"] });
    const fresh = await createApiToken({ settings, random, name: "demo", scopes: ["read", "manage"] });
    expect(await findToken(settings, old)).toBeNull();
    expect(await findToken(settings, other)).toMatchObject({ name: "other" });
    expect(await findToken(settings, fresh)).toMatchObject({ scopes: ["read", "manage"] });
  });

  it.each(["", "nbx_", "nbx_short", "Bearer x", `nbx_${"A".repeat(43)}`, "x".repeat(5000)])(
    "finds nothing for %j",
    async (token) => {
      const settings = new MemorySettings();
      await createApiToken({ settings, random, name: "demo", scopes: ["read"] });
      expect(await findToken(settings, token)).toBeNull();
    },
  );

  it("refuses a name outside its alphabet with web.bad_token_name", async () => {
    const settings = new MemorySettings();
    expect(await codeOf(createApiToken({ settings, random, name: "Demo!", scopes: [] }))).toBe("web.bad_token_name");
  });
});
