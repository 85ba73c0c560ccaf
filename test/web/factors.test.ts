import { TOTP } from "otpauth";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { minutes, seconds } from "../../src/base/index.ts";
import { SoftwareAuthenticator } from "../sim/software-authenticator.ts";
import { testSecretBox } from "../sim/test-secret-box.ts";
import { type Answer, PASSWORD, startFixture, type WebFixture } from "./web-fixture.ts";

const MARKER = { "x-numberbox": "1" };

let f: WebFixture;
let owner: Record<string, string>;
beforeEach(async () => {
  f = await startFixture({ secretBox: testSecretBox });
  owner = await f.signIn();
});
afterEach(() => f.stop());

const post = (path: string, headers: Record<string, string>, body: unknown = undefined) =>
  f.call("POST", `/api/v1${path}`, { headers, ...(body === undefined ? {} : { body }) });
const codeOf = ({ status, json }: Answer) => [status, json?.code];

function cookieOf(answer: Answer): Record<string, string> {
  const cookie = answer.headers["set-cookie"]?.[0]?.split(";")[0];
  if (cookie === undefined) throw new Error(`no cookie: ${answer.status} ${answer.text}`);
  return { cookie, ...MARKER };
}

/** Switches the owner's second factor on; returns his app and his recovery codes. */
async function enrolled(): Promise<{ app: TOTP; recovery: string[]; secret: string }> {
  const begun = await post("/account/second-factor", owner, { password: PASSWORD });
  const secret = String(begun.json?.secret);
  const app = new TOTP({ secret });
  const confirmed = await post("/account/second-factor/confirm", owner, { code: codeNow(app) });
  return { app, recovery: confirmed.json?.recovery_codes as string[], secret };
}

const codeNow = (app: TOTP): string => app.generate({ timestamp: f.clock.now() });

async function ticket(): Promise<string> {
  const answer = await post("/session", MARKER, { password: PASSWORD });
  expect(answer.headers["set-cookie"]).toBeUndefined();
  expect(answer.json).toMatchObject({ state: "second_step" });
  return String(answer.json?.ticket);
}

describe("the second factor", () => {
  it("is switched on with the app's first code, and asked for at the next sign-in", async () => {
    const { app } = await enrolled();
    await f.clock.advance(seconds(30));
    const first = await ticket();
    const opened = await post("/session/second-step", MARKER, { ticket: first, code: codeNow(app) });
    expect(opened.status).toBe(201);
    expect((await f.call("GET", "/api/v1/slots", { headers: cookieOf(opened) })).status).toBe(200);
    expect((await f.call("GET", "/api/v1/account", { headers: owner })).json).toMatchObject({
      second_factor: true,
      recovery_left: 10,
    });
  });

  it("is not on before a right code of the app was typed", async () => {
    await post("/account/second-factor", owner, { password: PASSWORD });
    const wrong = await post("/account/second-factor/confirm", owner, { code: "000000" });
    expect(codeOf(wrong)).toEqual([401, "web.wrong_code"]);
    expect((await post("/session", MARKER, { password: PASSWORD })).json).toMatchObject({ state: "signed_in" });
  });

  it("takes no code twice, not even in the half minute that it is right", async () => {
    const { app } = await enrolled();
    await f.clock.advance(seconds(30));
    const code = codeNow(app);
    const [one, two] = [await ticket(), await ticket()];
    expect((await post("/session/second-step", MARKER, { ticket: one, code })).status).toBe(201);
    const again = await post("/session/second-step", MARKER, { ticket: two, code });
    expect(codeOf(again)).toEqual([401, "web.wrong_code"]);
  });

  it("takes each recovery code once, however it is typed", async () => {
    const { recovery } = await enrolled();
    expect(recovery).toHaveLength(10);
    const [code = ""] = recovery;
    expect(code).toMatch(/^[a-z0-9]{4}(?:-[a-z0-9]{4}){5}$/);
    const typed = code.toUpperCase().replaceAll("-", " ");
    expect((await post("/session/second-step", MARKER, { ticket: await ticket(), code: typed })).status).toBe(201);
    const again = await post("/session/second-step", MARKER, { ticket: await ticket(), code });
    expect(codeOf(again)).toEqual([401, "web.wrong_code"]);
    expect((await f.call("GET", "/api/v1/account", { headers: owner })).json).toMatchObject({ recovery_left: 9 });
  });

  it("keeps its secret sealed and its recovery codes as hashes", async () => {
    const { secret, recovery } = await enrolled();
    const stored = [...f.settings.values.values()].join();
    for (const each of [secret, ...recovery, ...recovery.map((code) => code.replaceAll("-", ""))]) {
      expect(stored).not.toContain(each);
    }
  });

  it("waits five minutes and five tries for the code, and then for the password again", async () => {
    const { app } = await enrolled();
    const late = await ticket();
    await f.clock.advance(minutes(5));
    const expired = await post("/session/second-step", MARKER, { ticket: late, code: codeNow(app) });
    expect(codeOf(expired)).toEqual([401, "web.sign_in_expired"]);
    const forged = await post("/session/second-step", MARKER, { ticket: "x".repeat(32), code: codeNow(app) });
    expect(codeOf(forged)).toEqual([401, "web.sign_in_expired"]);
  });

  it("is guessed no faster than passwords", async () => {
    const { app } = await enrolled();
    const open = await ticket();
    const codes: unknown[] = [];
    for (let i = 0; i < 6; i++)
      codes.push((await post("/session/second-step", MARKER, { ticket: open, code: "000000" })).json?.code);
    expect(codes.slice(0, 4)).toEqual(new Array(4).fill("web.wrong_code"));
    expect(codes[5]).not.toBe("web.wrong_code");
    const right = await post("/session/second-step", MARKER, { ticket: open, code: codeNow(app) });
    expect(right.status).toBe(401);
  });

  it("is switched off, renewed and replaced only with the password", async () => {
    await enrolled();
    for (const path of ["/account/second-factor", "/account/recovery-codes", "/account/second-factor/remove"]) {
      expect(codeOf(await post(path, owner, { password: "wrong password" }))).toEqual([401, "web.wrong_password"]);
    }
    const renewed = await post("/account/recovery-codes", owner, { password: PASSWORD });
    expect(renewed.json?.recovery_codes).toHaveLength(10);
    expect((await post("/account/second-factor/remove", owner, { password: PASSWORD })).status).toBe(204);
    expect((await post("/session", MARKER, { password: PASSWORD })).json).toMatchObject({ state: "signed_in" });
  });

  it("is nobody's business but its user's: a program has none, and a box without a keystore offers none", async () => {
    const token = await f.token("read", "operate", "manage", "content");
    expect(codeOf(await f.call("GET", "/api/v1/account", { headers: token }))).toEqual([403, "web.session_needed"]);
    await f.stop();
    f = await startFixture();
    owner = await f.signIn();
    expect((await f.call("GET", "/api/v1/account", { headers: owner })).json).toMatchObject({
      second_factor_offered: false,
    });
    expect(codeOf(await post("/account/second-factor", owner, { password: PASSWORD }))).toEqual([
      409,
      "web.no_second_factor_here",
    ]);
  });

  it("goes with its user, and when an owner resets it", async () => {
    const invited = (await post("/users", owner, { name: "anna", role: "owner" })).json as { code: string };
    const anna = cookieOf(
      await post("/invitation", MARKER, { name: "anna", code: invited.code, password: "three patient badgers" }),
    );
    await enrolled();
    const users = (await f.call("GET", "/api/v1/users", { headers: anna })).json?.users as {
      id: string;
      name: string;
    }[];
    const id = users.find((user) => user.name === "owner")?.id;
    const reset = await post(`/users/${id}/reset`, anna, { second_factor: true });
    const { code } = reset.json as { code: string };
    const accepted = await post("/invitation", MARKER, { name: "owner", code, password: "nine loud herons" });
    expect(accepted.json).toMatchObject({ state: "signed_in" });
    expect((await post("/session", MARKER, { password: "nine loud herons" })).json).toMatchObject({
      state: "signed_in",
    });
  });
});

describe("passkeys", () => {
  /** The fixture listens on an address: a browser that came by the name sends that as its host. */
  const named = (headers: Record<string, string>) => ({ ...headers, host: `localhost:${new URL(f.web.url).port}` });
  const origin = () => `http://localhost:${new URL(f.web.url).port}`;

  async function made(key = new SoftwareAuthenticator(), verified = true): Promise<Answer> {
    const headers = named(owner);
    const options = (await post("/account/passkeys/options", headers, { password: PASSWORD })).json as {
      challenge: string;
      user: { id: string };
    };
    const { challenge, user } = options;
    const response = key.register({ challenge, origin: origin(), rpId: "localhost", verified }, user.id);
    return post("/account/passkeys", headers, { name: "Laptop", response });
  }

  async function signedIn(
    key: SoftwareAuthenticator,
    how: { origin?: string; verified?: boolean } = {},
  ): Promise<Answer> {
    const options = (await post("/session/passkey-options", named(MARKER))).json as { challenge: string };
    const response = key.answer({ challenge: options.challenge, rpId: "localhost", origin: origin(), ...how });
    return post("/session/passkey", named(MARKER), { response });
  }

  it("are made with the password, listed, and sign in without one", async () => {
    const key = new SoftwareAuthenticator();
    expect((await made(key)).status).toBe(204);
    const account = await f.call("GET", "/api/v1/account", { headers: named(owner) });
    expect(account.json).toMatchObject({ passkeys_here: true, passkeys: [{ name: "Laptop", rp_id: "localhost" }] });
    expect(account.text).not.toContain("public_key");
    const opened = await signedIn(key);
    expect(opened.json).toMatchObject({ state: "signed_in", user: { name: "owner" } });
    expect((await f.call("GET", "/api/v1/slots", { headers: cookieOf(opened) })).status).toBe(200);
  });

  it("stand in for password and code where a second factor is on", async () => {
    const key = new SoftwareAuthenticator();
    await made(key);
    await enrolled();
    expect((await signedIn(key)).json).toMatchObject({ state: "signed_in" });
  });

  it.each([
    ["another site's page", { origin: "http://evil.example" }],
    ["a key whose user did not show himself", { verified: false }],
  ])("refuse the answer of %s", async (_what, how) => {
    const key = new SoftwareAuthenticator();
    await made(key);
    expect(codeOf(await signedIn(key, how))).toEqual([401, "web.bad_passkey"]);
  });

  it("refuse a replayed answer, an unknown key, one that was copied, and one that was removed", async () => {
    const key = new SoftwareAuthenticator();
    await made(key);
    const { challenge } = (await post("/session/passkey-options", named(MARKER))).json as { challenge: string };
    const response = key.answer({ challenge, rpId: "localhost", origin: origin() });
    expect((await post("/session/passkey", named(MARKER), { response })).status).toBe(201);
    expect(codeOf(await post("/session/passkey", named(MARKER), { response }))).toEqual([401, "web.bad_passkey"]);
    expect(codeOf(await signedIn(new SoftwareAuthenticator()))).toEqual([401, "web.bad_passkey"]);
    key.counter = 0;
    expect(codeOf(await signedIn(key))).toEqual([401, "web.bad_passkey"]);
    key.counter = 50;
    expect((await signedIn(key)).status).toBe(201);
    expect((await f.call("DELETE", `/api/v1/account/passkeys/${key.id}`, { headers: owner })).status).toBe(204);
    expect(codeOf(await signedIn(key))).toEqual([401, "web.bad_passkey"]);
  });

  it("are not made by a key whose user did not show himself, nor with a challenge that was for a sign-in", async () => {
    expect(codeOf(await made(new SoftwareAuthenticator(), false))).toEqual([401, "web.bad_passkey"]);
    const { challenge } = (await post("/session/passkey-options", named(MARKER))).json as { challenge: string };
    const response = new SoftwareAuthenticator().register(
      { challenge, origin: origin(), rpId: "localhost" },
      "b3duZXI",
    );
    const refused = await post("/account/passkeys", named(owner), { name: "Laptop", response });
    expect(codeOf(refused)).toEqual([401, "web.bad_passkey"]);
  });

  it("are not offered at an address, where browsers refuse them", async () => {
    expect((await f.call("GET", "/api/v1/account", { headers: owner })).json).toMatchObject({ passkeys_here: false });
    const refused = await post("/account/passkeys/options", owner, { password: PASSWORD });
    expect(codeOf(refused)).toEqual([409, "web.no_passkeys_here"]);
    expect(codeOf(await post("/session/passkey-options", MARKER))).toEqual([409, "web.no_passkeys_here"]);
  });

  it("sign nobody in who is disabled", async () => {
    const key = new SoftwareAuthenticator();
    await made(key);
    const invited = (await post("/users", owner, { name: "anna", role: "owner" })).json as { code: string };
    const anna = cookieOf(
      await post("/invitation", MARKER, { name: "anna", code: invited.code, password: "three patient badgers" }),
    );
    const users = (await f.call("GET", "/api/v1/users", { headers: anna })).json?.users as {
      id: string;
      name: string;
    }[];
    const id = users.find((user) => user.name === "owner")?.id;
    await f.call("PATCH", `/api/v1/users/${id}`, { headers: anna, body: { disabled: true } });
    expect(codeOf(await signedIn(key))).toEqual([401, "web.bad_passkey"]);
  });

  it("are at most five of one user", async () => {
    for (let i = 0; i < 5; i++) expect((await made()).status).toBe(204);
    const full = await post("/account/passkeys/options", named(owner), { password: PASSWORD });
    expect(codeOf(full)).toEqual([409, "web.too_many_passkeys"]);
  });
});
