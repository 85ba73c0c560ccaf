// A box that nobody has set up yet, as it comes out of the image, with what a provider has around it: SIMs, a relay, an Emercoin node.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BoxRunner } from "../../src/app/box-runner.ts";
import { startRelayRole } from "../../src/app/index.ts";
import { silentLogger, toBase64url } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { systemCrypto } from "../../src/base/system-crypto.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import { parseRelayConfig } from "../../src/config/index.ts";
import { startSimEmercoin } from "../sim/emercoin/index.ts";
import { SimBoard, SimCard, simLinkOpener } from "../sim/modem/index.ts";

export const PIN = "4711";

const ports = { clock: systemClock, random: systemRandom, suite: systemCrypto, log: silentLogger, version: "test" };

export interface WizardWorld {
  readonly url: string;
  readonly runner: BoxRunner;
  readonly relayUrl: string;
  readonly node: { readonly url: string; readonly user: string; readonly password: string };
  stop(): Promise<void>;
}

/** A port that is free now: the box keeps its own across a restart. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

export async function wizardWorld(pages: string): Promise<WizardWorld> {
  const folder = mkdtempSync(join(tmpdir(), "numberbox-wizard-"));
  const board = new SimBoard({ slots: 2, seed: "wizard", clock: systemClock, log: silentLogger });
  board.modem(2).insertCard(new SimCard({ number: "+15550100002", pin: PIN }));
  const data = join(folder, "box");
  mkdirSync(data, { mode: 0o700 });
  const configFile = join(data, "box.yaml");
  const slots = ["1", "2"].map((id) => ({ id, port: `sim://slot/${id}` }));
  writeFileSync(configFile, JSON.stringify({ slots, web: { listen: `127.0.0.1:${await freePort()}` } }));
  const runner = new BoxRunner({ ...ports, pages, dataFolder: data, configFile, openSimLink: simLinkOpener(board) });
  const box = await runner.start();
  const node = await startSimEmercoin({ ...ports, port: 0, blockTime: 2 });
  const providers = [{ name: "box", verify: toBase64url(box.identity.verify) }];
  const config = parseRelayConfig(JSON.stringify({ listen: "127.0.0.1:0", providers }), "the test's relay");
  const relay = await startRelayRole({ ...ports, config, dataFolder: join(folder, "relay") });
  return {
    ...{ url: box.consoleUrl, runner, relayUrl: relay.url, node },
    stop: async () => {
      await runner.stop();
      await relay.stop();
      await node.stop();
      board.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
