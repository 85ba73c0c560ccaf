// Makes calls of some minutes, one after another, until it is killed. Prints `ID MINUTES` once a write of a call is durable.
// Usage: node call-kill-child.ts FILE RUN

import { writeSync } from "node:fs";
import { minutes, silentLogger } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { openBoxStore } from "../../src/store/index.ts";
import { SeededRandom } from "../sim/seeded-random.ts";
import { VirtualClock } from "../sim/virtual-clock.ts";
import { startCallLife } from "./call-life.ts";

const [file = "", run = ""] = process.argv.slice(2);
const clock = new VirtualClock();
const life = await startCallLife({
  store: await openBoxStore({ file, clock: systemClock, log: silentLogger }),
  ...{ clock, random: new SeededRandom(`run ${run}`) },
  onDurable: (id, count) => void writeSync(1, `${id} ${count}\n`),
});
for (let n = 0; ; n++) {
  const end = life.call(`${run.padStart(16, "0")}${n.toString(16).padStart(16, "0")}`);
  for (let minute = 0; minute < 1 + (n % 4); minute++) await clock.advance(minutes(1));
  end();
}
