// `npm run torture [-- --kills N --seed TEXT --slots N]`.

import { parseArgs } from "node:util";
import { torture } from "./torture-run.ts";

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "500" },
    seed: { type: "string" },
    slots: { type: "string", default: "4" },
  },
});
const seed = values.seed ?? String(process.pid);
const result = await torture({
  kills: Number(values.kills),
  seed,
  slots: Number(values.slots),
  say: (text) => console.log(`torture: ${text}`),
});
console.log(JSON.stringify(result, null, 2));
const good =
  [result.lost, result.doubled, result.disordered, result.other].every((list) => list.length === 0) && result.sent > 0;
console.log(good ? `torture: ${result.sent} SMS, each read exactly once, in order` : "torture: FAILED");
process.exitCode = good ? 0 : 1;
