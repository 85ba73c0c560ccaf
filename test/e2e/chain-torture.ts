// `npm run torture:chain [-- --kills N --seed TEXT]`.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { SeededRandom } from "../sim/seeded-random.ts";
import { killEscrows, killPublishing, killTickets } from "./chain-kill.ts";
import { ChainWorld } from "./chain-kill-world.ts";

const { values } = parseArgs({ options: { kills: { type: "string", default: "100" }, seed: { type: "string" } } });
const seed = values.seed ?? String(process.pid);
const random = new SeededRandom(seed);
// Two in five each for publishing and tickets; an escrow takes four.
const escrows = Math.max(1, Math.round(Number(values.kills) / 20));
const rounds = Math.max(1, Math.ceil((Number(values.kills) - 4 * escrows) / 2));

const folder = mkdtempSync(join(tmpdir(), "numberbox-chain-torture-"));
const world = await ChainWorld.start(folder, 1);
const faults: string[] = [];
try {
  for (const [what, count, run] of [
    ["publications", rounds, killPublishing],
    ["tickets", rounds, killTickets],
    ["escrows", escrows, killEscrows],
  ] as const) {
    console.log(`torture: ${count} ${what}, seed ${seed}`);
    faults.push(...(await run(world, count, random)));
  }
} finally {
  await world.stop();
  rmSync(folder, { recursive: true, force: true });
}
for (const fault of faults) console.log(`torture: ${fault}`);
console.log(
  faults.length === 0
    ? `torture: ${world.kills} kills, ${world.unanswered} of them before an answer; nothing lost, nothing paid twice`
    : "torture: FAILED",
);
process.exitCode = faults.length === 0 ? 0 : 1;
