import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { RelayRig, verdictOf } from "./relay-rig.ts";

const folder = mkdtempSync(join(tmpdir(), "numberbox-dashboard-"));
mkdirSync(join(folder, "assets"));
writeFileSync(join(folder, "index.html"), "<!doctype html><title>pages</title>");
writeFileSync(join(folder, "sw.js"), "1");
writeFileSync(join(folder, "assets", "index-abc.js"), "console".repeat(200));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let rig: RelayRig;
afterEach(() => rig.stop());

const get = (path: string, init: RequestInit = {}) => fetch(`${rig.url}${path}`, { redirect: "manual", ...init });

describe("the relay's dashboard", () => {
  it("shows one document for every view, never from a cache, with nothing of another host allowed in it", async () => {
    rig = await RelayRig.start({ dashboard: folder });
    for (const path of ["/dashboard/", "/dashboard/browse", "/dashboard/listing/a1b2c3d4e5f64a7b"]) {
      const answer = await get(path);
      expect(answer.status).toBe(200);
      expect(await answer.text()).toContain("pages");
      expect(answer.headers.get("cache-control")).toBe("no-cache");
      expect(answer.headers.get("content-type")).toBe("text/html; charset=utf-8");
      const policy = answer.headers.get("content-security-policy") ?? "";
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toMatch(/unsafe-inline|unsafe-eval'(?<!wasm-unsafe-eval')|https?:|\*/);
      expect(answer.headers.get("access-control-allow-origin")).toBeNull();
    }
  });

  it("lets the pages talk to the relay's other addresses, and to nobody else", async () => {
    rig = await RelayRig.start({
      dashboard: folder,
      publicUrls: ["https://a.example", "https://b.example:8443/below"],
    });
    const policy = (await get("/dashboard/")).headers.get("content-security-policy") ?? "";
    const origins = "https://a.example wss://a.example https://b.example:8443 wss://b.example:8443";
    expect(policy.split("; ")).toContain(`connect-src 'self' ${origins}`);
    expect(policy.match(/https?:/g)).toHaveLength(2);
  });

  it("leads to the folder that the service worker is in charge of", async () => {
    rig = await RelayRig.start({ dashboard: folder });
    const answer = await get("/dashboard");
    expect([answer.status, answer.headers.get("location")]).toEqual([308, "/dashboard/"]);
  });

  it("keeps what is named after its content for ever, and answers what is unchanged without it", async () => {
    rig = await RelayRig.start({ dashboard: folder });
    const asset = await get("/dashboard/assets/index-abc.js");
    expect(asset.headers.get("cache-control")).toContain("immutable");
    expect(asset.headers.get("content-encoding")).toBe("gzip");
    expect(await asset.text()).toHaveLength(1400);
    const etag = (await get("/dashboard/sw.js")).headers.get("etag") ?? "";
    expect((await get("/dashboard/sw.js", { headers: { "if-none-match": etag } })).status).toBe(304);
    expect((await get("/dashboard/sw.js", { method: "HEAD" })).status).toBe(200);
  });

  it.each([
    "/dashboard/assets/../index.html/x",
    "/dashboard/assets/none.js",
    "/dashboard/%2e%2e/relay.sqlite",
    "/dashboard/listing/NOT-HEX",
    "/dashboardx",
  ])("has no %s", async (path) => {
    rig = await RelayRig.start({ dashboard: folder });
    expect((await get(path)).status).toBe(404);
  });

  it("takes nothing in, and is not there where it was not built", async () => {
    rig = await RelayRig.start({ dashboard: folder });
    expect(verdictOf(await rig.call("POST", "/dashboard/", { body: {} }))).toBe("404 relay.unknown_route");
    await rig.stop();
    rig = await RelayRig.start({ dashboard: join(folder, "nowhere") });
    expect((await get("/dashboard/")).status).toBe(404);
    expect((await get("/info")).status).toBe(200);
  });
});
