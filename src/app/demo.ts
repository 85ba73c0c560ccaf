// The demo: a simulated eight-slot board, a relay, a box and a renter, wired as in the field and kept in one data folder.

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import {
  type Clock,
  type CryptoSuite,
  type Logger,
  minutes,
  type Random,
  seconds,
  toBase64url,
} from "../base/index.ts";
import { editYaml, parseRelayConfig } from "../config/index.ts";
import { Wizard } from "../core/index.ts";
import { createIdentity, type Identity, parseKeyfile, publicKeysToText, serialiseG2 } from "../envelope/index.ts";
import { createApiToken, setPassword } from "../web/index.ts";
import type { BoxHandle } from "./box.ts";
import { BoxRunner } from "./box-runner.ts";
import { openDataFolder, readIfThere, replaceFile } from "./data-folder.ts";
import type { DemoBoard, StartDemoBoard } from "./demo-board.ts";
import { brokerSection, type DemoBroker, type StartDemoBroker } from "./demo-broker.ts";
import { type DemoFacts, readDemoFacts, writeDemoFacts } from "./demo-facts.ts";
import type { DemoNode, StartDemoNode } from "./demo-node.ts";
import { choosePorts, type DemoPorts } from "./demo-ports.ts";
import { publishDemo } from "./demo-publication.ts";
import { currentIdentity, openOrCreateKeystore } from "./keystore-file.ts";
import { Parts } from "./parts.ts";
import { startRelayRole } from "./relay-role.ts";

export interface DemoDeps {
  readonly dataFolder: string;
  readonly version: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly suite: CryptoSuite;
  readonly log: Logger;
  readonly pages: string;
  /** Folder with the built pages for renters. */
  readonly dashboard?: string | undefined;
  readonly startBoard: StartDemoBoard;
  readonly startNode: StartDemoNode;
  /** Without it the demo has no MQTT. */
  readonly startBroker?: StartDemoBroker;
  /** Of its first start, 0 for any; the usual ones when left out. */
  readonly ports?: DemoPorts;
}

export interface DemoHandle {
  readonly facts: DemoFacts;
  stop(): Promise<void>;
}

const SLOTS = 8;
const PART_STOP = seconds(3);
const RENTER = "demo-renter";
const slotIds = Array.from({ length: SLOTS }, (_, i) => String(i + 1));
/** Its line has a listing, and nobody rents it: a visitor can. */
const FREE_SLOT = String(SLOTS + 1);
const allSlots = [...slotIds, FREE_SLOT];

/** +1 202 555 0101 and on: numbers that the North American plan keeps for fiction. */
const numberOf = (slot: string): string => `+1202555010${slot}`;

const SCOPES = ["read", "operate", "manage", "content"] as const;
const NODE_PASSWORD = "emercoin.password";

/** How the demo's box and relay ask the node; a block comes every two seconds. */
function emercoinSection({ url, user }: DemoNode, folder: string): object {
  const password_file = join(folder, NODE_PASSWORD);
  return { url, user, password_file, wallet: "", confirmations: 2, poll_every: "1s" };
}

/** Where the other parts of the demo are this time. */
interface DemoPlaces {
  readonly ports: DemoPorts;
  readonly emercoin: object;
  readonly broker: DemoBroker | null;
}

function boxSettings({ ports, emercoin, broker }: DemoPlaces): object {
  return {
    slots: allSlots.map((id) => ({ id, port: `sim://slot/${id}` })),
    lines: allSlots.map((id) => ({
      id: `line-${id}`,
      number: numberOf(id),
      slot: id,
      ...(id === FREE_SLOT ? {} : { listing: false }),
    })),
    relay: { url: `http://127.0.0.1:${ports.relay}` },
    // In the demo a number may change hands at once; a real box lets it rest.
    rental: { rest_after_day: "0s", rest_after_longer: "0s" },
    web: { listen: `127.0.0.1:${ports.console}` },
    emercoin,
    ...(broker === null ? {} : { mqtt: brokerSection(broker) }),
    identity: { name: "demo" },
    proofs: { username: "demo" },
    listing: {
      tiers: { sms_only: { pricing: { per_sms: "0", daily: "0.05", weekly: "0.2", monthly: "0.5" } } },
      features: ["non-voip", "instant"],
    },
  };
}

const HEADER = "# The demo's box. Change what you like; where its parts listen is written anew at each start.\n";

/** A visitor's changes stay; the other parts of the demo may be elsewhere than the last time. */
async function writeBoxConfig(file: string, places: DemoPlaces, before: DemoFacts | null): Promise<void> {
  const known = await readIfThere(file);
  const settings = Object.entries(boxSettings(places));
  const moved = ["relay", "web", "emercoin", ...(places.broker?.url === before?.mqtt_url ? [] : ["mqtt"])];
  const changes = settings
    .filter(([key]) => known === null || moved.includes(key))
    .map(([key, value]) => ({ path: [key], value: value as unknown }));
  await replaceFile(file, editYaml(known ?? HEADER, changes));
}

async function renterIdentity(deps: DemoDeps, file: string): Promise<Identity> {
  const text = await readIfThere(file);
  if (text !== null) return parseKeyfile({ suite: deps.suite, text }).current;
  const made = createIdentity(deps.random, deps.suite, RENTER);
  await replaceFile(file, serialiseG2([made], RENTER));
  return made;
}

async function startDemoRelay(
  deps: DemoDeps,
  ports: DemoPorts,
  provider: Identity,
  emercoin: object,
): Promise<{ url: string; stop: () => Promise<void> }> {
  const config = parseRelayConfig(
    JSON.stringify({
      listen: `127.0.0.1:${ports.relay}`,
      providers: [{ name: "demo", verify: toBase64url(provider.verify) }],
      limits: { auth_per_minute: 600, read_per_minute: 6000 },
      emercoin,
    }),
    "the demo's relay configuration",
  );
  return await startRelayRole({ ...deps, config, dataFolder: join(deps.dataFolder, "relay") });
}

/** On the first start every line is rented to the demo's renter; later starts leave rentals as the visitor made them. */
async function rentAll(box: BoxHandle, renter: Identity): Promise<void> {
  if ((await box.console.rentals()).length > 0) return;
  for (const id of slotIds) {
    await box.console.grant({
      line: `line-${id}`,
      renter: publicKeysToText(renter),
      days: 30,
      envelope_version: 1,
      credit: null,
    });
  }
}

async function slotsReady(deps: DemoDeps, box: BoxHandle): Promise<void> {
  const deadline = deps.clock.monotonic() + minutes(0.5);
  while (box.slots().some((slot) => slot.state !== "ready") && deps.clock.monotonic() < deadline) {
    await deps.clock.sleep(seconds(0.05), "demo slots");
  }
}

/** SMS that are on the SIMs when the demo ends would be gone with the simulator: the box gets a moment to read them. */
async function drain(deps: DemoDeps, board: DemoBoard): Promise<void> {
  const deadline = deps.clock.monotonic() + seconds(1.5);
  while (board.pending() > 0 && deps.clock.monotonic() < deadline) await deps.clock.sleep(seconds(0.05), "demo drain");
}

/** Starts the demo. Errors: those of its parts; what was started is stopped again. */
export async function startDemo(deps: DemoDeps): Promise<DemoHandle> {
  const parts = new Parts(deps.clock, deps.log);
  try {
    const facts = await composeDemo(deps, parts);
    return { facts, stop: () => parts.stop(PART_STOP) };
  } catch (error) {
    await parts.stop(PART_STOP);
    throw error;
  }
}

async function startBroker(deps: DemoDeps, { mqtt: port }: DemoPorts, parts: Parts): Promise<DemoBroker | null> {
  const broker = (await deps.startBroker?.({ port })) ?? null;
  parts.started("broker", async () => broker?.stop());
  return broker;
}

async function composeDemo(deps: DemoDeps, parts: Parts): Promise<DemoFacts> {
  const { dataFolder, suite, random, clock, log } = deps;
  const folder = await openDataFolder(dataFolder);
  parts.started("demo folder", () => folder.release());
  const boxFolder = join(dataFolder, "box");
  await mkdir(boxFolder, { recursive: true, mode: 0o700 });
  const before = await readDemoFacts(dataFolder);
  const ports = await choosePorts(before, deps.ports);
  const unlock = { key_file: "unlock.key" };
  const keys = await openOrCreateKeystore(
    { folder: boxFolder, unlock, credentials: undefined, suite, random },
    "provider",
  );
  const node = await deps.startNode({ port: ports.node, clock, random, log });
  parts.started("node", () => node.stop());
  await replaceFile(join(dataFolder, NODE_PASSWORD), `${node.password}\n`);
  const emercoin = emercoinSection(node, dataFolder);
  const relay = await startDemoRelay(deps, ports, currentIdentity(keys), emercoin);
  parts.started("relay", () => relay.stop());
  const numbers = allSlots.map(numberOf);
  const board = await deps.startBoard({ slots: allSlots.length, numbers, controlPort: ports.simulator, clock, log });
  parts.started("board", () => board.stop());
  const configFile = join(boxFolder, "box.yaml");
  const broker = await startBroker(deps, ports, parts);
  await writeBoxConfig(configFile, { ports, emercoin, broker }, before);
  const runner = new BoxRunner({
    ...{ ...deps, configFile, dataFolder: boxFolder, accessFolder: dataFolder, openSimLink: board.openLink },
  });
  const box = await runner.start();
  parts.started("box", () => runner.stop());
  parts.started("drain", () => drain(deps, board));
  const publication = publishDemo({ ...deps, box, line: `line-${FREE_SLOT}` });
  parts.started("publication", () => publication.stop());
  const renterKeyfile = join(dataFolder, "renter.key.json");
  await rentAll(box, await renterIdentity(deps, renterKeyfile));
  const settings = box.store;
  const password = before?.admin_password ?? toBase64url(random.bytes(12));
  if (before === null) {
    await setPassword({ settings, random, password });
    // It is set up already; who wants to see them finds the first steps in the menu.
    await new Wizard(settings).mark({ finished: true });
  }
  await slotsReady(deps, box);
  const facts: DemoFacts = {
    console_url: box.consoleUrl,
    admin_password: password,
    api_token: await createApiToken({ settings, random, name: "demo", scopes: SCOPES }),
    relay_url: relay.url,
    ...(broker === null ? {} : { mqtt_url: broker.url }),
    simulator_url: board.controlUrl,
    renter_keyfile: renterKeyfile,
    provider_verify: toBase64url(box.identity.verify),
    node_url: `${node.url.replace("://", `://${node.user}@`)}/wallet/${node.renterWallet}`,
    node_password_file: join(dataFolder, NODE_PASSWORD),
    free: { slot: FREE_SLOT, listing_id: publication.listingId },
    slots: slotIds.map((id) => ({ id, line: numberOf(id), line_id: `line-${id}` })),
  };
  await writeDemoFacts(dataFolder, facts);
  return facts;
}
