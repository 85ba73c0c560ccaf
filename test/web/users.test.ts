import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { hours } from "../../src/base/index.ts";
import { setPassword } from "../../src/web/index.ts";
import { hashPassword } from "../../src/web/server/passwords.ts";
import { type Answer, PASSWORD, startFixture, type WebFixture } from "./web-fixture.ts";

const MARKER = { "x-numberbox": "1" };
const ANNAS = "three patient badgers";

let f: WebFixture;
let owner: Record<string, string>;
beforeEach(async () => {
  f = await startFixture();
  owner = await f.signIn();
});
afterEach(() => f.stop());

type Json = Record<string, unknown>;

const post = (path: string, headers: Record<string, string>, body?: unknown) =>
  f.call("POST", `/api/v1${path}`, { headers, ...(body === undefined ? {} : { body }) });

function cookieOf(answer: Answer): Record<string, string> {
  const cookie = answer.headers["set-cookie"]?.[0]?.split(";")[0];
  if (cookie === undefined) throw new Error(`no cookie: ${answer.status} ${answer.text}`);
  return { cookie, ...MARKER };
}

async function users(headers = owner): Promise<Json[]> {
  return (await f.call("GET", "/api/v1/users", { headers })).json?.users as Json[];
}

async function invited(name: string, role: string): Promise<{ id: string; code: string }> {
  const answer = await post("/users", owner, { name, role });
  expect(answer.status).toBe(201);
  const { user, code } = answer.json as { user: { id: string }; code: string };
  return { id: user.id, code };
}

async function joined(name: string, role: string): Promise<{ id: string; headers: Record<string, string> }> {
  const { id, code } = await invited(name, role);
  const headers = cookieOf(await post("/invitation", MARKER, { name, code, password: ANNAS }));
  return { id, headers };
}

const codeOf = ({ status, json }: Answer) => [status, json?.code];

describe("the people of a box", () => {
  it("invites somebody, who chooses a password once and signs in by name", async () => {
    const { code } = await invited("anna", "operator");
    expect(await users()).toMatchObject([
      { name: "owner", state: "active", self: true },
      { name: "anna", role: "operator", state: "invited" },
    ]);
    const accepted = await post("/invitation", MARKER, { name: "anna", code, password: ANNAS });
    expect(accepted.json).toEqual({
      state: "signed_in",
      user: { name: "anna", role: "operator", scopes: ["read", "operate"] },
    });
    expect(codeOf(await post("/invitation", MARKER, { name: "anna", code, password: ANNAS }))).toEqual([
      403,
      "web.bad_invitation",
    ]);
    const signIn = await post("/session", MARKER, { name: "anna", password: ANNAS });
    expect(signIn.status).toBe(201);
    expect([...f.settings.values.values()].join()).not.toContain(code);
  });

  it("takes an invitation neither for another name, nor after a day, nor with a weak password", async () => {
    const { code } = await invited("anna", "viewer");
    const accept = (name: string, password = ANNAS) => post("/invitation", MARKER, { name, code, password });
    expect(codeOf(await accept("owner"))).toEqual([403, "web.bad_invitation"]);
    expect(codeOf(await accept("anna", "password"))).toEqual([400, "web.weak_password"]);
    await f.clock.advance(hours(24));
    expect(codeOf(await accept("anna"))).toEqual([403, "web.bad_invitation"]);
  });

  it.each([
    ["operator", ["/api/v1/slots"], ["/users", "/tokens"]],
    ["viewer", ["/api/v1/slots"], ["/users", "/tokens"]],
  ])("lets an %s see the box and not its people or tokens", async (role, open, closed) => {
    const { headers } = await joined("anna", role);
    for (const path of open) expect((await f.call("GET", path, { headers })).status).toBe(200);
    for (const path of closed) {
      expect(codeOf(await f.call("GET", `/api/v1${path}`, { headers }))).toEqual([403, "web.scope"]);
      expect(codeOf(await post(path, headers, { name: "eve", role: "owner", scopes: ["manage"] }))).toEqual([
        403,
        "web.scope",
      ]);
    }
  });

  it("applies another role and a disabled account to sessions that are open", async () => {
    const { id, headers } = await joined("anna", "viewer");
    const change = (body: Json) => f.call("PATCH", `/api/v1/users/${id}`, { headers: owner, body });
    expect((await change({ role: "owner" })).json).toMatchObject({ role: "owner" });
    expect((await users(headers)).length).toBe(2);
    await change({ disabled: true });
    expect((await f.call("GET", "/api/v1/slots", { headers })).status).toBe(401);
    expect(codeOf(await post("/session", MARKER, { name: "anna", password: ANNAS }))).toEqual([
      401,
      "web.wrong_password",
    ]);
    await change({ disabled: false });
    expect((await post("/session", MARKER, { name: "anna", password: ANNAS })).status).toBe(201);
    expect((await f.call("GET", "/api/v1/slots", { headers })).status).toBe(401);
  });

  it("resets a user: his password and sessions end, and he is invited anew", async () => {
    const { id, headers } = await joined("anna", "operator");
    const answer = await post(`/users/${id}/reset`, owner, {});
    expect(answer.status).toBe(201);
    expect((await f.call("GET", "/api/v1/slots", { headers })).status).toBe(401);
    expect((await post("/session", MARKER, { name: "anna", password: ANNAS })).status).toBe(401);
    const { code } = answer.json as { code: string };
    expect((await post("/invitation", MARKER, { name: "anna", code, password: "five brave walruses" })).status).toBe(
      201,
    );
  });

  it("removes a user with his sessions", async () => {
    const { id, headers } = await joined("anna", "operator");
    expect((await f.call("DELETE", `/api/v1/users/${id}`, { headers: owner })).status).toBe(204);
    expect((await f.call("GET", "/api/v1/slots", { headers })).status).toBe(401);
    expect(await users()).toHaveLength(1);
    expect(codeOf(await f.call("DELETE", `/api/v1/users/${id}`, { headers: owner }))).toEqual([
      404,
      "web.unknown_user",
    ]);
  });

  it("never loses its last owner who can sign in", async () => {
    await invited("bob", "owner");
    const [first] = await users();
    const path = `/api/v1/users/${first?.id}`;
    const refused = [409, "web.last_owner"];
    expect(codeOf(await f.call("PATCH", path, { headers: owner, body: { role: "viewer" } }))).toEqual(refused);
    expect(codeOf(await f.call("PATCH", path, { headers: owner, body: { disabled: true } }))).toEqual(refused);
    expect(codeOf(await f.call("DELETE", path, { headers: owner }))).toEqual(refused);
    expect(codeOf(await post(`/users/${first?.id}/reset`, owner, {}))).toEqual(refused);
    const { headers } = await joined("anna", "owner");
    expect((await f.call("DELETE", path, { headers })).status).toBe(204);
    expect((await f.call("GET", "/api/v1/slots", { headers: owner })).status).toBe(401);
  });

  it.each([
    ["Anna", 400, "web.bad_user_name"],
    ["a b", 400, "web.bad_user_name"],
    ["token:x", 400, "web.bad_user_name"],
    ["owner", 409, "web.user_exists"],
    ["", 400, "web.bad_request"],
  ])("refuses the name %j", async (name, status, code) => {
    expect(codeOf(await post("/users", owner, { name, role: "viewer" }))).toEqual([status, code]);
  });

  it("keeps at most 32 users", async () => {
    for (let i = 0; i < 31; i++) await invited(`user-${i}`, "viewer");
    expect(codeOf(await post("/users", owner, { name: "one-more", role: "viewer" }))).toEqual([
      409,
      "web.too_many_users",
    ]);
  });

  it("lets no API token make anybody who may more than it", async () => {
    const headers = await f.token("read", "manage");
    expect(codeOf(await post("/users", headers, { name: "eve", role: "owner" }))).toEqual([403, "web.scope"]);
    const [first] = await users();
    expect(codeOf(await post(`/users/${first?.id}/reset`, headers, {}))).toEqual([403, "web.scope"]);
    expect((await post("/users", headers, { name: "vera", role: "viewer" })).status).toBe(201);
  });

  it("takes up the password of a box of before there were users, with the session that it opened", async () => {
    const record = await hashPassword(f.random, "nine loud herons");
    f.settings.values.delete("web.users");
    await f.settings.setSetting("web.password", JSON.stringify(record));
    const signIn = await post("/session", MARKER, { password: "nine loud herons" });
    const headers = cookieOf(signIn);
    const { id } = await joinedBy(headers, "anna");
    expect(await users(headers)).toMatchObject([{ name: "owner", role: "owner" }, { id }]);
    expect((await post("/session", MARKER, { password: "nine loud herons" })).status).toBe(201);
  });
});

async function joinedBy(headers: Record<string, string>, name: string): Promise<{ id: string }> {
  const answer = await post("/users", headers, { name, role: "viewer" });
  return (answer.json as { user: { id: string } }).user;
}

describe("a user's own password", () => {
  const change = (headers: Record<string, string>, password: string, next: string) =>
    post("/account/password", headers, { password, new_password: next });

  it("is changed by whoever knows it; the other sessions end, and this one goes on under a new cookie", async () => {
    const other = await f.signIn();
    const changed = await change(owner, PASSWORD, "nine loud herons");
    expect(changed.status).toBe(204);
    const fresh = cookieOf(changed);
    for (const headers of [owner, other]) expect((await f.call("GET", "/api/v1/slots", { headers })).status).toBe(401);
    expect((await f.call("GET", "/api/v1/slots", { headers: fresh })).status).toBe(200);
    expect((await post("/session", MARKER, { password: PASSWORD })).status).toBe(401);
    expect((await post("/session", MARKER, { password: "nine loud herons" })).status).toBe(201);
  });

  it("stays when the old one is wrong, the new one weak or the same, and for programs", async () => {
    expect(codeOf(await change(owner, "wrong password", "nine loud herons"))).toEqual([401, "web.wrong_password"]);
    expect(codeOf(await change(owner, PASSWORD, "short"))).toEqual([400, "web.weak_password"]);
    expect(codeOf(await change(owner, PASSWORD, PASSWORD))).toEqual([400, "web.same_password"]);
    const token = await f.token("read", "operate", "manage", "content");
    expect(codeOf(await change(token, PASSWORD, "nine loud herons"))).toEqual([403, "web.session_needed"]);
    expect((await f.call("GET", "/api/v1/slots", { headers: owner })).status).toBe(200);
  });

  it("is guessed no faster from inside than from outside", async () => {
    for (let i = 0; i < 5; i++) await change(owner, "wrong password", "nine loud herons");
    expect(codeOf(await change(owner, PASSWORD, "nine loud herons"))).toEqual([429, "web.too_many_attempts"]);
  });

  it("is set by whoever holds the box's data, which takes a disabled user in again", async () => {
    const { id } = await joined("anna", "viewer");
    await f.call("PATCH", `/api/v1/users/${id}`, { headers: owner, body: { disabled: true } });
    const { settings, random } = f;
    await setPassword({ settings, random, password: "five brave walruses", user: "anna" });
    expect((await post("/session", MARKER, { name: "anna", password: "five brave walruses" })).status).toBe(201);
    await expect(setPassword({ settings, random, password: ANNAS, user: "eve" })).rejects.toMatchObject({
      code: "web.unknown_user",
    });
  });
});

describe("sign-in by name", () => {
  it("answers an unknown name as a wrong password, and hashes as much for it", async () => {
    const wrong = await post("/session", MARKER, { name: "owner", password: "wrong password" });
    const unknown = await post("/session", MARKER, { name: "nobody", password: PASSWORD });
    expect(unknown.json).toEqual(wrong.json);
    expect([wrong.status, unknown.status]).toEqual([401, 401]);
  });
});

describe("sessions", () => {
  const list = async (headers: Record<string, string>, query = "") =>
    (await f.call("GET", `/api/v1/sessions${query}`, { headers })).json?.sessions as Json[];

  it("are listed with device and address, and ended one by one or all but this one", async () => {
    const phone = cookieOf(
      await post(
        "/session",
        { ...MARKER, "user-agent": "Mozilla/5.0 (Android 15; Mobile; rv:144.0) Gecko/144.0 Firefox/144.0" },
        { password: PASSWORD },
      ),
    );
    const third = await f.signIn();
    const sessions = await list(owner);
    expect(sessions).toHaveLength(3);
    expect(sessions.filter((each) => each.current)).toHaveLength(1);
    const [named] = sessions.filter((each) => each.device === "Firefox, Android");
    expect(named).toMatchObject({ user: "owner", address: "127.0.0.1", current: false });
    expect((await f.call("DELETE", `/api/v1/sessions/${named?.id}`, { headers: owner })).status).toBe(204);
    expect((await f.call("GET", "/api/v1/slots", { headers: phone })).status).toBe(401);
    expect((await post("/sessions/end-others", owner)).json).toEqual({ ended: 1 });
    expect((await f.call("GET", "/api/v1/slots", { headers: third })).status).toBe(401);
    expect((await f.call("GET", "/api/v1/slots", { headers: owner })).status).toBe(200);
  });

  it("show nobody but an owner the others', and let nobody else end them", async () => {
    const { headers } = await joined("anna", "operator");
    expect(await list(headers, "?all=true")).toMatchObject([{ user: "anna" }]);
    const [own] = await list(owner);
    const ended = await f.call("DELETE", `/api/v1/sessions/${own?.id}`, { headers });
    expect(codeOf(ended)).toEqual([404, "web.unknown_session"]);
    expect((await list(owner, "?all=true")).map((each) => each.user).toSorted()).toEqual(["anna", "owner"]);
    expect(await list(owner)).toMatchObject([{ user: "owner" }]);
  });

  it("tell nothing that opens them", async () => {
    const answer = await f.call("GET", "/api/v1/sessions", { headers: owner });
    const cookie = owner.cookie?.split("=")[1] ?? "";
    expect(answer.text).not.toContain(cookie);
    const [own] = await list(owner);
    const forged = { cookie: `numberbox_session=${own?.id}`, ...MARKER };
    expect((await f.call("GET", "/api/v1/slots", { headers: forged })).status).toBe(401);
  });
});
