// The page in the box's own Wi-Fi, over real HTTP: the loopback address stands in for the access point's.

import { afterEach, describe, expect, it } from "vitest";
import { CAPTIVE_WORDS, languageOf } from "../../src/web/server/captive-words.ts";
import { startFixture, type WebFixture } from "./web-fixture.ts";

let fixture: WebFixture | null = null;
afterEach(async () => {
  await fixture?.stop();
  fixture = null;
});

const certificate = {
  current: () => ({ certificate: CERTIFICATE, key: KEY }),
  facts: () => ({ fingerprint: "", hosts: [], notAfter: 0 }),
  authority: () => null,
  onChange: () => () => {},
};
const { certificate: CERTIFICATE, key: KEY } = await (async () => {
  const { makeServerCertificate } = await import("../../src/tls/index.ts");
  const { SeededRandom } = await import("../sim/seeded-random.ts");
  const { unixMs } = await import("../../src/base/index.ts");
  return makeServerCertificate({
    random: new SeededRandom("tls"),
    now: unixMs(Date.UTC(2026, 0, 1)),
    hosts: ["box.local"],
  });
})();

async function open(address: string | null = "127.0.0.1"): Promise<WebFixture> {
  fixture = await startFixture({
    accessPoint: () => address,
    tls: { listen: { host: "127.0.0.1", port: 0 }, source: certificate },
  });
  return fixture;
}

const PROBES = [
  ["connectivitycheck.gstatic.com", "/generate_204"],
  ["captive.apple.com", "/hotspot-detect.html"],
  ["www.msftconnecttest.com", "/connecttest.txt"],
  ["www.msftncsi.com", "/ncsi.txt"],
  ["detectportal.firefox.com", "/success.txt"],
  ["detectportal.firefox.com", "/canonical.html"],
  ["example.org", "/anything?x=1"],
] as const;

describe("the page in the box's own Wi-Fi", () => {
  it.each(PROBES)("is where %s%s is sent", async (host, path) => {
    const { call } = await open();
    const { status, headers, text } = await call("GET", path, { headers: { host } });
    expect([status, headers.location, text]).toEqual([302, "http://127.0.0.1/", ""]);
    expect(headers["cache-control"]).toBe("no-store");
  });

  it.each(Object.entries(CAPTIVE_WORDS))("says in %s what comes, and where the console is", async (language, words) => {
    const { call, web } = await open();
    const headers = { host: "127.0.0.1", "accept-language": `fr;q=0.9, ${language}-XX;q=0.8, en;q=0.1` };
    const answer = await call("GET", "/", { headers });
    expect(answer.status).toBe(200);
    expect(answer.text).toContain(`<html lang="${language}">`);
    expect(answer.text).toContain(words.title);
    expect(answer.text).toContain(`<a href="https://127.0.0.1:${web.httpsPort}/">`);
    expect(answer.text).toContain("CLAIM-CODE.txt");
  });

  it("has a strict policy, no script, no cookie, and nothing of what was asked", async () => {
    const { call } = await open();
    const { headers, text } = await call("GET", "/?<script>", { headers: { host: "127.0.0.1" } });
    expect(headers["content-security-policy"]).toMatch(/^default-src 'none'; style-src 'sha256-[\w+/]+=*'; /);
    expect(headers["x-content-type-options"]).toBe("nosniff");
    expect(headers["set-cookie"]).toBeUndefined();
    expect(text).not.toMatch(/<script|<form|<img/);
  });

  it("is all that plain http serves there: no API, no pages, no writes", async () => {
    const { call } = await open();
    for (const path of ["/api/v1/session", "/ca.crt", "/trust", "/health", "//evil.example/"]) {
      const { status, headers } = await call("GET", path, { headers: { host: "127.0.0.1" } });
      expect([status, headers.location]).toEqual([302, "http://127.0.0.1/"]);
    }
    const { status, headers } = await call("POST", "/api/v1/session", { headers: { host: "127.0.0.1" }, body: {} });
    expect([status, headers.allow]).toEqual([405, "GET, HEAD"]);
    expect(await call("HEAD", "/", { headers: { host: "127.0.0.1" } })).toMatchObject({ status: 200, text: "" });
  });

  it.each([null, "10.42.0.1"])(
    "is not there for who comes by another address (access point at %s)",
    async (address) => {
      const { call } = await open(address);
      expect((await call("GET", "/health", { headers: { host: "127.0.0.1" } })).status).toBe(200);
    },
  );
});

describe("the language of the page", () => {
  it.each([
    [undefined, "en"],
    ["", "en"],
    ["fr, it", "en"],
    ["de", "de"],
    ["es-MX,es;q=0.9,en;q=0.8", "es"],
    ["en;q=0.2, ru;q=0.7, de;q=0.3", "ru"],
    ["de;q=0, ru;q=nonsense, es;q=0.1", "es"],
    ["constructor, __proto__", "en"],
  ])("for %j is %s", (header, language) => expect(languageOf(header)).toBe(language));
});
