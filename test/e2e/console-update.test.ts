// An update in Chromium: offered by a signed channel, fetched, written beside the running system, and started on trial. RAUC's place is
// taken by a program that speaks as it does: two halves of a card are there only in `npm run image:test`.

import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { BoxRunner } from "../../src/app/box-runner.ts";
import { concatBytes, silentLogger, toBase64url, utf8 } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { systemCrypto } from "../../src/base/system-crypto.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import { CHANNEL_DOMAIN } from "../../src/core/index.ts";
import type { UpdateChannel } from "../../src/protocol/index.ts";
import { setPassword } from "../../src/web/index.ts";
import { hasChromium, launchChromium, letIn, openPage } from "./browser.ts";
import { pageFaults } from "./page-faults.ts";

const PASSWORD = "seven quiet otters";
const SEED = new Uint8Array(32).fill(9);
const BUNDLE = Buffer.alloc(400_000, 7);
const SIZES = [
  { width: 390, height: 844 },
  { width: 1440, height: 900 },
];
const pages = inject("pages");

function signedChannel(): string {
  const channel: UpdateChannel = {
    ...{ format: "numberbox-channel-1", serial: 1, issued_at: Date.now(), expires_at: Date.now() + 86_400_000 },
    releases: [
      {
        ...{ version: "1.1.0", compatible: "numberbox-amd64", published_at: Date.now(), url: "box.raucb" },
        ...{ size: BUNDLE.length, sha256: createHash("sha256").update(BUNDLE).digest("hex"), rollout: 1000 },
        notes: { en: "Calls start faster.\n<b>No markup is read.</b>" },
      },
    ],
  };
  const payload = utf8(JSON.stringify(channel));
  const signature = systemCrypto.ed25519Sign(SEED, concatBytes(utf8(CHANNEL_DOMAIN), payload));
  return JSON.stringify({ payload: toBase64url(payload), signature: toBase64url(signature) });
}

const RAUC = `#!/bin/sh
case $1 in
info) echo '{"compatible":"numberbox-amd64","version":"1.1.0"}' ;;
install)
  for step in 0 20 40; do echo " $step% Copying image to rootfs.1"; done
  # Waits for the test to have seen it write, however slow the machine is.
  tries=0
  while [ ! -e "$(dirname "$0")/go-on" ] && [ "$tries" -lt 600 ]; do sleep 0.2; tries=$((tries + 1)); done
  cmp "$3" "$(dirname "$0")/sent.raucb" && echo "100% Installing done." ;;
*) exit 1 ;;
esac
`;

describe.skipIf(!hasChromium)(`updates in the console${hasChromium ? "" : " (skipped: no /usr/bin/chromium)"}`, () => {
  const path = process.env.PATH ?? "";
  let folder = "";
  let browser: Browser;
  let runner: BoxRunner;
  let server: Server;
  let url = "";

  function program(name: string, text: string): void {
    const file = join(folder, "bin", name);
    writeFileSync(file, text);
    chmodSync(file, 0o755);
  }

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "numberbox-update-"));
    for (const name of ["bin", "run/numberbox-image", "box"])
      mkdirSync(join(folder, name), { recursive: true, mode: 0o700 });
    writeFileSync(
      join(folder, "run/numberbox-image/boot.json"),
      JSON.stringify({ slot: "A", trying: false, compatible: "numberbox-amd64" }),
    );
    writeFileSync(join(folder, "bin", "sent.raucb"), BUNDLE);
    program("rauc", RAUC);
    program("systemctl", `#!/bin/sh\necho "$@" >>"${folder}/systemctl.args"\n`);
    process.env.PATH = `${join(folder, "bin")}${delimiter}${path}`;
    server = createServer(
      (request, response) => void response.end(request.url === "/box.raucb" ? BUNDLE : signedChannel()),
    );
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const configFile = join(folder, "box", "box.yaml");
    writeFileSync(
      configFile,
      JSON.stringify({
        web: { listen: "127.0.0.1:0" },
        updates: {
          channel: `http://127.0.0.1:${(server.address() as AddressInfo).port}/channel.json`,
          keys: [toBase64url(systemCrypto.ed25519Public(SEED))],
        },
      }),
    );
    browser = await launchChromium();
    runner = new BoxRunner({
      ...{ clock: systemClock, random: systemRandom, suite: systemCrypto, log: silentLogger, version: "1.0.0" },
      ...{ pages, dataFolder: join(folder, "box"), configFile },
      machine: { sys: "/sys", dev: "/dev", runtime: join(folder, "run") },
    });
    const box = await runner.start();
    await setPassword({ settings: box.store, random: systemRandom, password: PASSWORD });
    url = box.consoleUrl;
  });
  afterAll(async () => {
    process.env.PATH = path;
    await browser?.close();
    await runner?.stop();
    server?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function owner(page: Page): Promise<void> {
    await letIn(page, url, PASSWORD, "/update");
    await page.getByRole("heading", { name: "Update", level: 1 }).waitFor();
  }

  it("are offered, fetched, written while the box serves, and started on trial", async () => {
    const { page } = await openPage(browser, { viewport: { width: 1440, height: 900 }, reducedMotion: "reduce" });
    await owner(page);
    await page.getByText("Not asked yet.").waitFor();
    await page.getByRole("button", { name: "Ask now" }).click();
    await page.getByText("Version 1.1.0").waitFor();
    // What a channel says is text.
    await page.getByText("<b>No markup is read.</b>").waitFor();
    expect(await pageFaults(page)).toEqual([]);
    await page.getByRole("button", { name: "Install", exact: true }).click();
    await page.getByText("Writing 1.1.0").waitFor();
    writeFileSync(join(folder, "bin", "go-on"), "");
    await page.getByText("1.1.0 is ready to start").waitFor({ timeout: 60_000 });
    await page.getByRole("button", { name: "Start the new system" }).click();
    await page.getByText("Restarting into 1.1.0").waitFor();
    expect(readFileSync(join(folder, "systemctl.args"), "utf8")).toContain("start numberbox-try-update.service");
    await page.context().close();
  });

  it.each(SIZES)("are readable and reachable at $width px, light and dark", async (viewport) => {
    for (const colorScheme of ["light", "dark"] as const) {
      const { page } = await openPage(browser, { viewport, colorScheme, reducedMotion: "reduce" });
      await owner(page);
      await page.getByText("Version 1.1.0").waitFor();
      expect(await pageFaults(page)).toEqual([]);
      const shot = process.env.NUMBERBOX_SHOTS;
      if (shot !== undefined)
        await page.screenshot({ path: `${shot}/update-${viewport.width}-${colorScheme}.png`, fullPage: true });
      await page.context().close();
    }
  });
});
