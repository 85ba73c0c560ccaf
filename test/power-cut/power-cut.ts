// `npm run torture:power [-- --sms N --cuts N --restarts N --slots N --seed TEXT]`.

import { parseArgs } from "node:util";
import { whyNoLayer } from "./layer.ts";
import { powerCuts } from "./power-cut-run.ts";

const { values } = parseArgs({
  options: {
    sms: { type: "string", default: "10000" },
    cuts: { type: "string", default: "500" },
    restarts: { type: "string", default: "20" },
    slots: { type: "string", default: "8" },
    idle: { type: "string", default: "30" },
    seed: { type: "string" },
  },
});
const reason = whyNoLayer();
if (reason !== null) throw new Error(reason);
const result = await powerCuts({
  sms: Number(values.sms),
  cuts: Number(values.cuts),
  restarts: Number(values.restarts),
  slots: Number(values.slots),
  idle: 1000 * Number(values.idle),
  seed: values.seed ?? String(process.pid),
  say: (text) => console.log(`power: ${text}`),
});
const { sms, use, idle, lost, doubled, broken, early, renter } = result;
console.log(JSON.stringify(result, null, 2));
console.log(`power: ${Math.round(use.bytes / sms)} bytes and ${(use.syncs / sms).toFixed(2)} fsyncs per SMS`);
console.log(
  `power: ${(idle.syncs / idle.seconds).toFixed(2)} fsyncs and ${Math.round(idle.bytes / idle.seconds)} bytes per second while idle`,
);
const good = [lost, doubled, broken, early, renter].every((list) => list.length === 0) && sms > 0;
console.log(good ? `power: ${result.deletions} deletions, none before its message was safe` : "power: FAILED");
process.exitCode = good ? 0 : 1;
