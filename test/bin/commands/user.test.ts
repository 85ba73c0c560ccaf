import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type BoxHandle, publishLocalAccess } from "../../../src/app/index.ts";
import { systemRandom } from "../../../src/base/system-random.ts";
import { setPassword } from "../../../src/web/index.ts";
import { openBox } from "../../app/box-rig.ts";
import { numberbox, type Outcome, type RunOptions } from "../run-rig.ts";

let box: BoxHandle;
let data: string;
let remove: () => Promise<void>;

const run = (args: readonly string[], options?: RunOptions): Promise<Outcome> =>
  numberbox([...args, "--data", data], options);

async function signIn(name: string, password: string): Promise<number> {
  const headers = { "content-type": "application/json", "x-numberbox": "1" };
  const body = JSON.stringify({ name, password });
  return (await fetch(`${box.consoleUrl}/api/v1/session`, { method: "POST", headers, body })).status;
}

beforeEach(async () => {
  ({ box, folder: data } = await openBox());
  await setPassword({ settings: box.store, random: systemRandom, password: "seven quiet otters" });
  ({ remove } = await publishLocalAccess(data, box.consoleUrl, { settings: box.store, random: systemRandom }));
});
afterEach(async () => {
  await remove();
  await box.stop();
});

describe("numberbox user", () => {
  it("lists, invites and removes people", async () => {
    expect((await run(["user", "list"])).out).toBe("owner  owner  active\n");
    const added = await run(["user", "add", "anna", "--role", "viewer"]);
    expect(added.out).toMatch(/^Give anna this link.*\n {2}\/invitation#anna\/[\w-]{32}\n$/);
    expect((await run(["user", "list"])).out).toBe("owner  owner  active\nanna  viewer  invited\n");
    expect((await run(["user", "remove", "anna"])).code).toBe(0);
    expect((await run(["user", "list", "--json"])).out).not.toContain("anna");
    expect(await run(["user", "remove", "owner"])).toMatchObject({
      code: 1,
      err: expect.stringContaining("web.last_owner"),
    });
    expect(await run(["user", "remove", "eve"])).toMatchObject({
      code: 1,
      err: expect.stringContaining("web.unknown_user"),
    });
  });

  it("resets a password while the box runs, and while it does not", async () => {
    expect((await run(["user", "reset"], { lines: ["nine loud herons"] })).code).toBe(0);
    expect([await signIn("owner", "seven quiet otters"), await signIn("owner", "nine loud herons")]).toEqual([
      401, 201,
    ]);
    expect(await run(["user", "reset"], { lines: ["short"] })).toMatchObject({
      code: 1,
      err: expect.stringContaining("web.weak_password"),
    });
    await remove();
    await box.stop();
    expect((await run(["user", "reset", "owner", "--second-factor"], { lines: ["five brave walruses"] })).code).toBe(0);
    expect(await run(["user", "reset", "eve"], { lines: ["five brave walruses"] })).toMatchObject({ code: 1 });
  });
});

describe("numberbox token", () => {
  it("makes, lists and revokes tokens, and says which are the box's own", async () => {
    const made = await run(["token", "create", "grafana", "--scope", "read", "--days", "30"]);
    const token = made.out.trim();
    expect(token).toMatch(/^nbx_[\w-]{43}$/);
    const headers = { authorization: `Bearer ${token}` };
    expect((await fetch(`${box.consoleUrl}/api/v1/slots`, { headers })).status).toBe(200);
    const listed = await run(["token", "list"]);
    expect(listed.out).toMatch(/^local {2}read,operate,manage,content {2}last used [\d: -]+ {2}of the box itself$/m);
    expect(listed.out).toMatch(/^grafana {2}read {2}last used [\d: -]+ {2}until [\d: -]+$/m);
    expect(listed.out).not.toContain(token);
    expect((await run(["token", "revoke", "grafana"])).code).toBe(0);
    expect((await fetch(`${box.consoleUrl}/api/v1/slots`, { headers })).status).toBe(401);
    expect((await run(["token", "revoke", "local"])).err).toContain("web.internal_token");
  });
});

describe("numberbox tls", () => {
  it("says so where the box has no certificate of its own", async () => {
    expect(await run(["tls", "show"])).toMatchObject({ code: 1, err: expect.stringContaining("tls.none") });
  });
});
