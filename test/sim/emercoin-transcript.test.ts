import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { missing, transcript } from "../emercoin/transcript.ts";
import { startSimEmercoin } from "./emercoin/index.ts";
import { type Recorded, Replay, type Step } from "./emercoin-replay/replay.ts";
import { chainScenario } from "./emercoin-replay/scenario-chain.ts";
import { randpayScenario } from "./emercoin-replay/scenario-randpay.ts";
import { signingScenario } from "./emercoin-replay/scenario-signing.ts";
import { SeededRandom } from "./seeded-random.ts";
import { VirtualClock } from "./virtual-clock.ts";

/** What is not replayed, and why. */
const NOT_REPLAYED: readonly (readonly [reason: string, which: (recorded: Recorded, index: number) => boolean])[] = [
  ["describes the recording", ({ method }) => method === "(meta)"],
  ["DNS over UDP is not part of the simulated node", ({ method }) => method === "(dns query, udp emcdns)"],
  [
    "figures of many rounds, or crashes of the real node",
    ({ method }) => /^\((randpay statistics|observed node failures|batch)/.test(method),
  ],
  ["5 runs whose lists were recorded as their size only", (_, index) => index >= 539 && index <= 543],
  [
    "mining by submitblock and getauxblock: the simulator has its own control for blocks",
    (_, index) => index === 296 || index === 568,
  ],
  ["a payee's node with -acceptnonstdtxn, which mainnet does not allow", (_, index) => index === 567],
];

const STEPS: ReadonlyMap<number, Step> = new Map([...chainScenario, ...randpayScenario, ...signingScenario]);
const recordedAll = transcript as readonly Recorded[];

const reasonFor = (recorded: Recorded, index: number): string | undefined =>
  NOT_REPLAYED.find(([, which]) => which(recorded, index))?.[0];

describe.skipIf(missing)("the simulated node answers as the recorded one did", () => {
  const clock = new VirtualClock();
  let replay: Replay;
  beforeAll(async () => {
    const random = new SeededRandom("transcript");
    const sim = await startSimEmercoin({ clock, random, peers: 2, funded: false });
    sim.network.partitioned = true;
    replay = new Replay(sim, clock);
  });
  afterAll(() => replay?.sim.stop());

  it("all but a few exchanges are replayed", () => {
    const left = recordedAll.filter((recorded, index) => reasonFor(recorded, index) !== undefined);
    expect(recordedAll.length - left.length).toBe(545);
  });

  for (const [index, recorded] of recordedAll.entries()) {
    if (reasonFor(recorded, index) !== undefined) continue;
    it(`${index} ${recorded.method}`, async () => {
      const differences = await replay.exchange(recorded, STEPS.get(index));
      expect(differences, differences.join("\n")).toEqual([]);
    });
  }
});
