// A day's receipts on a real Emercoin node: published by the box's publisher, verified by our own reader and by one that shares no code.

import { describe, expect, it, onTestFinished } from "vitest";
import { type MicroEmc, millis, silentLogger, toHex, utf8 } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { systemCrypto } from "../../src/base/system-crypto.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import type { EmercoinNode } from "../../src/chain/index.ts";
import {
  checkAnchor,
  checkReceipts,
  createNamePublisher,
  type NamePublisher,
  type NameWish,
  type RunningPublisher,
} from "../../src/core/index.ts";
import { nameFee } from "../../src/emercoin/index.ts";
import { nobleCoin } from "../../src/envelope/index.ts";
import { lintPublication, proofsName } from "../../src/registry/index.ts";
import { MemoryPublicationStore } from "../sim/memory-publications.ts";
import { DATE, ProofBox, provider, verifyOf, worm } from "../sim/proof-box.ts";
import { mine, noRealNode, realNode, realNodeUrl } from "../sim/real-node.ts";
import { exported, faults, noPython, python } from "./independent-proof.ts";

const CONFIRMATIONS = 3;
const missing = noRealNode || noPython;

/** What never may become public is searched for in what is published here too. */
function lint({ purpose, name, value }: NameWish): void {
  lintPublication({ crypto: nobleCoin, purpose, name, value, secrets: [provider.seed.reveal()] });
}

function feeOf({ operation, days, name, value }: NameWish, lastPowReward: MicroEmc): MicroEmc {
  return nameFee({ operation, days, nameBytes: name.length, valueBytes: value.length, lastPowReward });
}

async function startPublisher(node: EmercoinNode): Promise<RunningPublisher> {
  const publisher = createNamePublisher({
    ...{ node, clock: systemClock, random: systemRandom, log: silentLogger, store: new MemoryPublicationStore() },
    ...{ lint, nameFee: feeOf, now: () => systemClock.now(), pollEvery: millis(200) },
    gate: { ready: true, remember: async () => {}, forget: () => {}, unlocked: (_what, work) => work() },
    rules: { confirmations: CONFIRMATIONS, margin: 20 },
  });
  await publisher.load();
  publisher.start();
  onTestFinished(() => publisher.stop());
  return publisher;
}

/** Mines until a publication is deep enough. */
async function settle(publisher: NamePublisher, id: string): Promise<void> {
  const { signal } = new AbortController();
  let settled = false;
  const done = publisher.settled(id, signal).then(() => {
    settled = true;
  });
  for (let round = 0; round < 20 && !settled; round++) {
    await mine(1);
    await systemClock.sleep(millis(500), "a look at the chain");
  }
  await done;
}

describe.skipIf(missing !== "")(`a day's proof on a real node${missing}`, () => {
  it("is published under the gateway's name, owned as its identity, found again after a crash, and verified by both readers", async () => {
    const node = realNode();
    const publisher = await startPublisher(node);
    const username = `proofs-${toHex(systemRandom.bytes(6))}`;
    const address = await node.newAddress("");
    const identity = { purpose: "worm", operation: "new", name: `worm:user:ness:${username}` } as const;
    await settle(publisher, (await publisher.submit({ ...identity, value: utf8(worm), days: 10, address })).id);

    const box = await ProofBox.open({ chain: { publisher, node }, suffix: "always", username });
    await box.forward(1, 40);
    await box.acknowledge(3);
    await box.endDay();
    const built = await box.reader.day(DATE);
    expect(await box.service.plan(DATE)).toMatchObject({
      name: proofsName({ day: DATE, gateway: username }),
      problem: null,
    });
    const submitted = await box.service.anchor(DATE);
    expect(submitted).toMatchObject({ state: "submitted", problem: null });
    await settle(publisher, submitted.publication ?? "");
    // The box has forgotten that it submitted, and a publisher that knows of nothing: the chain is what counts.
    await box.store.proofs.trees.saveDay(built);
    const restarted = await ProofBox.open({
      chain: { publisher: await startPublisher(node), node },
      suffix: "always",
      username,
    });
    await restarted.forward(1, 40);
    await restarted.acknowledge(3);
    await restarted.endDay();
    const anchored = await restarted.service.anchor(DATE);
    expect(anchored).toMatchObject({
      state: "anchored",
      root: built.root,
      name: proofsName({ day: DATE, gateway: username }),
    });
    expect(anchored.height).toBeGreaterThan(0);

    const { file, bundle } = await exported(restarted);
    expect(checkReceipts(systemCrypto, bundle).filter(({ fault }) => fault !== null)).toEqual([]);
    const [tree] = bundle.trees;
    if (tree === undefined) throw new Error("there is no tree");
    const reader = { node, confirmations: CONFIRMATIONS, keyOfWorm: () => verifyOf(provider) };
    expect(await checkAnchor(reader, tree, bundle.issuer)).toMatchObject({ fault: null });
    expect(await checkAnchor(reader, { ...tree, count: 1 }, bundle.issuer)).toMatchObject({
      fault: "proofs.other_root",
    });
    const run = await python(file, "--node", realNodeUrl ?? "", "--confirmations", String(CONFIRMATIONS));
    expect(faults(run)).toEqual([]);
    expect(run.lines.at(-1)).toMatchObject({ type: "anchor", ok: true });
    expect(run.exit).toBe(0);
  });
});
