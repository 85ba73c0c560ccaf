import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { needsCode, newCode, openClaim } from "../../../src/app/appliance/claim.ts";
import { AppError, silentLogger } from "../../../src/base/index.ts";
import { parseBoxConfig } from "../../../src/config/index.ts";
import type { SystemAction } from "../../../src/core/index.ts";
import { readUsers, setPassword } from "../../../src/web/index.ts";
import { createApiToken, findToken } from "../../../src/web/server/api-tokens.ts";
import { MemorySettings } from "../../sim/memory-settings.ts";
import { SeededRandom } from "../../sim/seeded-random.ts";

const webOf = (yaml: string) => parseBoxConfig(yaml === "" ? "" : `web: { ${yaml} }`, "test").web;
const NETWORK = 'listen: "0.0.0.0:8080"';

describe("the need of a claim code", () => {
  it.each([
    ["", false],
    [NETWORK, true],
    ['listen: "192.0.2.1:80"', true],
    ["tls: { mode: box }", true],
    ['tls: { mode: box, listen: "127.0.0.1:8443" }', false],
    ["behind_proxy: true", true],
    ["claim: code", true],
    [`${NETWORK}, claim: open`, false],
  ])("with `%s` is %s", (yaml, needed) => expect(needsCode(webOf(yaml))).toBe(needed));
});

describe("a claim code", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "numberbox-claim-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const rig = (yaml = NETWORK, seed = "claim") => {
    const asked: SystemAction[] = [];
    const settings = new MemorySettings();
    const random = new SeededRandom(seed);
    const recorded: string[] = [];
    const deps = {
      ...{ web: webOf(yaml), dataFolder: folder, runtimeFolder: folder, settings, random, log: silentLogger },
      actions: { perform: async (action: SystemAction) => void asked.push(action) },
      addresses: () => ["https://numberbox.local", "https://192.0.2.7"],
      events: { record: ({ code }: { readonly code: string }) => void recorded.push(code) },
    };
    const become = () => setPassword({ settings, random, password: "correct horse battery" });
    return { deps, asked, become, recorded };
  };
  const kept = () => join(folder, "claim-code");

  it("has eight letters and digits that are not mistaken for others, all of them used", () => {
    const random = new SeededRandom("letters");
    const codes = Array.from({ length: 400 }, () => newCode(random));
    for (const code of codes) expect(code).toMatch(/^[A-HJKMNP-Z2-9]{4}-[A-HJKMNP-Z2-9]{4}$/);
    expect(new Set(codes.join("").replaceAll("-", "")).size).toBe(31);
    expect(new Set(codes).size).toBe(400);
  });

  it("stays the same over restarts until somebody owns the box", async () => {
    const { code } = await openClaim(rig().deps);
    expect(code).not.toBeNull();
    expect((await openClaim(rig(NETWORK, "another").deps)).code).toBe(code);
    expect(statSync(kept()).mode & 0o777).toBe(0o600);
  });

  it("is shown with the console's addresses", async () => {
    const { deps, asked } = rig();
    const runtimeFolder = mkdtempSync(join(folder, "run-"));
    const claim = await openClaim({ ...deps, runtimeFolder });
    await claim.show();
    expect(readFileSync(join(runtimeFolder, "claim-code"), "utf8")).toBe(
      `${claim.code}\nhttps://numberbox.local\nhttps://192.0.2.7\n`,
    );
    expect(asked).toEqual(["show_claim"]);
  });

  it("goes away with the claim, everywhere", async () => {
    const { deps, asked } = rig();
    const runtimeFolder = mkdtempSync(join(folder, "run-"));
    const claim = await openClaim({ ...deps, runtimeFolder });
    await claim.show();
    claim.claimed();
    await expect.poll(() => asked).toEqual(["show_claim", "show_claim"]);
    expect([existsSync(kept()), existsSync(join(runtimeFolder, "claim-code"))]).toEqual([false, false]);
  });

  it("is none for a box with an owner, and what a start before left is taken away", async () => {
    const { deps, become } = rig();
    await openClaim(deps);
    await become();
    const claim = await openClaim(deps);
    expect(claim.code).toBeNull();
    await claim.show();
    expect(existsSync(kept())).toBe(false);
  });

  it("is a new one for a box whose owner was forgotten by the image's recovery, with everybody else", async () => {
    const { deps, become, recorded } = rig();
    await become();
    const tokens = { settings: deps.settings, random: deps.random, scopes: ["manage"] } as const;
    await createApiToken({ ...tokens, name: "home-assistant" });
    const own = await createApiToken({ ...tokens, name: "flows", internal: true });
    expect((await openClaim(deps)).code).toBeNull();
    writeFileSync(join(folder, "owner-lost"), "");
    const claim = await openClaim(deps);
    expect([claim.code === null, claim.owned, await readUsers(deps.settings)]).toEqual([false, false, []]);
    expect(recorded).toEqual(["host.owner_lost"]);
    expect(await deps.settings.getSetting("web.tokens")).not.toContain("home-assistant");
    expect((await findToken(deps.settings, own))?.name).toBe("flows");
    await become();
    expect((await openClaim(deps)).code).toBeNull();
  });

  it("that cannot be shown does not keep the box from starting", async () => {
    const { deps } = rig();
    const actions = { perform: () => Promise.reject(new AppError("host.not_allowed", "no")) };
    const claim = await openClaim({ ...deps, actions });
    await expect(claim.show()).resolves.toBeUndefined();
  });
});
