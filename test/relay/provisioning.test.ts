// Addresses that set up a phone: good once, for ten minutes, and nothing behind them.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { minutes, seconds } from "../../src/base/index.ts";
import { linphoneXml, provisioningReply, type RelayVoice, type SipTerms } from "../../src/protocol/index.ts";
import { SeededRandom } from "../sim/seeded-random.ts";
import { renter } from "./fixtures.ts";
import { RelayRig, verdictOf } from "./relay-rig.ts";

const PIN = "0".repeat(64);
const VOICE: RelayVoice = {
  ...{
    host: "calls.example",
    realm: "calls.example",
    port: 5061,
    transport: "tls",
    cert_sha256: null,
    media: "direct",
  },
  trunk: { host: "calls.example", port: 5071, cert_sha256: PIN },
};
const ACCOUNT = { user: "a".repeat(26), password: "p".repeat(26), encryption: "sdes" } as const;
const TERMS: SipTerms = {
  ...{ v: 1, uri: `sip:${ACCOUNT.user}@calls.example`, ...ACCOUNT, realm: "calls.example", host: "calls.example" },
  ...{ port: 5061, transport: "tls", cert_sha256: null, via_relay: true },
};

let rig: RelayRig;
let voice: RelayVoice | null;
beforeEach(async () => {
  voice = VOICE;
  rig = await RelayRig.start({ voice: () => voice });
});
afterEach(() => rig.stop());

const ask = async (body: unknown = ACCOUNT) =>
  await rig.call("POST", "/provisioning", { token: await rig.login(renter), body });
/** As a phone does: what comes is no JSON. */
async function load(path: string, url = rig.url) {
  const answer = await fetch(`${url}${path}`);
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
}
const address = async () => provisioningReply.parse((await ask()).body);

describe("an address that sets up a phone", () => {
  it("gives the account as Linphone reads it, once", async () => {
    const { path, expires_at } = await address();
    expect(expires_at * 1000 - rig.clock.now()).toBe(minutes(10));
    const loaded = await load(path);
    expect(loaded.status).toBe(200);
    expect(loaded.headers.get("content-type")).toBe("application/xml; charset=utf-8");
    expect(loaded.headers.get("cache-control")).toBe("no-store");
    expect(loaded.text).toBe(linphoneXml({ sip: TERMS }));
    expect(verdictOf(await rig.call("GET", path))).toBe("404 relay.provisioning_over");
    expect(path).not.toContain(ACCOUNT.password);
  });

  it("is not good again after the relay was started anew", async () => {
    const [used, fresh] = [await address(), await address()];
    expect((await load(used.path)).status).toBe(200);
    await rig.halt();
    await rig.open();
    expect(verdictOf(await rig.call("GET", used.path))).toBe("404 relay.provisioning_over");
    expect((await load(fresh.path)).status).toBe(200);
  });

  it("ends after ten minutes", async () => {
    const { path } = await address();
    await rig.clock.advance(minutes(10));
    expect(verdictOf(await rig.call("GET", path))).toBe("404 relay.provisioning_over");
  });

  it("is good after a restart, and at no other relay", async () => {
    const { path } = await address();
    const other = await RelayRig.start({ voice: () => voice, random: new SeededRandom("another relay") });
    await rig.halt();
    await rig.open();
    expect((await load(path)).status).toBe(200);
    expect(verdictOf(await other.call("GET", path))).toBe("404 relay.provisioning_over");
    await other.stop();
  });

  it("that was changed by a letter is none", async () => {
    const { path } = await address();
    const at = path.length - 30;
    const changed = `${path.slice(0, at)}${path[at] === "A" ? "B" : "A"}${path.slice(at + 1)}`;
    expect(verdictOf(await rig.call("GET", changed))).toBe("404 relay.provisioning_over");
    expect(verdictOf(await rig.call("GET", "/provisioning/short"))).toBe("400 relay.bad_query");
    expect((await load(path)).status).toBe(200);
  });

  it("is for who has a token, for accounts that can be, and of a relay that takes calls", async () => {
    expect(verdictOf(await rig.call("POST", "/provisioning", { body: ACCOUNT }))).toBe("401 relay.unauthorized");
    expect(verdictOf(await ask({ ...ACCOUNT, password: "short" }))).toBe("400 relay.bad_body");
    expect(verdictOf(await ask({ ...ACCOUNT, host: "evil.example" }))).toBe("400 relay.bad_body");
    voice = null;
    expect(verdictOf(await ask())).toBe("404 relay.no_calls");
  });

  it("leaves nothing on the relay's disk", async () => {
    const { path } = await address();
    await load(path);
    await rig.clock.advance(seconds(5));
    await rig.halt();
    for (const name of readdirSync(rig.folder)) {
      const bytes = readFileSync(join(rig.folder, name), "latin1");
      for (const secret of [ACCOUNT.user, ACCOUNT.password, path.slice(14, 60)]) expect(bytes).not.toContain(secret);
    }
  });
});
