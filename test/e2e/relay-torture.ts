// `npm run torture:relay [-- --kills N --rate N --lines N --seed TEXT]`.

import { parseArgs } from "node:util";
import { SeededRandom } from "../sim/seeded-random.ts";
import { tortureRelays } from "./relay-kill.ts";
import { RelayWorld } from "./relay-world.ts";

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "12" },
    rate: { type: "string", default: "300" },
    lines: { type: "string", default: "30" },
    seed: { type: "string" },
  },
});
const seed = values.seed ?? String(process.pid);
const say = (text: string): void => console.log(`torture of relays: ${text}`);

say(`${values.kills} kills at ${values.rate} messages a second, seed ${seed}`);
const world = await RelayWorld.start(Number(values.lines));
const faults: string[] = [];
try {
  const report = await tortureRelays(world, {
    kills: Number(values.kills),
    perSecond: Number(values.rate),
    random: new SeededRandom(seed),
    between: 4000,
    away: 2000,
    say,
  });
  faults.push(...report.faults);
  say(JSON.stringify(report));
} catch (error) {
  faults.push(String(error));
} finally {
  faults.push(...(await world.stop()));
}
for (const fault of faults) say(fault);
say(faults.length === 0 ? "nothing lost, nothing twice, nothing readable" : "FAILED");
process.exitCode = faults.length === 0 ? 0 : 1;
