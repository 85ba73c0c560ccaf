// `npm run torture:calls [-- --edge asterisk|drachtio --phase ringing|talking|ending --rounds N --calls N]`: every part killed in every order at every phase of a call,
// then calls in a row. drachtio needs NUMBERBOX_TEST_DRACHTIO_SERVER.

import { parseArgs } from "node:util";
import { callsInARow, type Direction, type KillCase, killAmid, nameOf, ordersOf, PHASES } from "./call-kills.ts";
import { CallWorld, drachtioProgram, type Part } from "./call-world.ts";

const { values } = parseArgs({
  options: {
    edge: { type: "string", default: drachtioProgram === "" ? "asterisk" : "drachtio" },
    rounds: { type: "string", default: "1" },
    calls: { type: "string", default: "100" },
    phase: { type: "string" },
  },
});
const edge = values.edge === "drachtio" ? "drachtio" : "asterisk";
const say = (text: string): void => console.log(`torture of calls: ${text}`);
const parts: readonly Part[] = edge === "drachtio" ? ["box", "asterisk", "drachtio"] : ["box", "asterisk"];
const cases: readonly KillCase[] = (["in", "out"] as const satisfies readonly Direction[]).flatMap((direction) =>
  PHASES.filter((phase) => (values.phase ?? phase) === phase).flatMap((phase) =>
    ordersOf(parts).map((order) => ({ direction, phase, order })),
  ),
);

const faults: string[] = [];
let world = await CallWorld.start(edge, 24_200);
// Nothing of it may outlive whoever asked for it.
process.once("SIGINT", () => void world.stop().finally(() => process.exit(130)));
process.once("SIGTERM", () => void world.stop().finally(() => process.exit(143)));
for (let round = 1; round <= Number(values.rounds); round++) {
  for (const [at, given] of cases.entries()) {
    try {
      await killAmid(world, given);
    } catch (error) {
      faults.push(`${nameOf(given)}: ${error instanceof Error ? error.message.slice(0, 300) : String(error)}`);
      say(`FAILED ${faults.at(-1)}`);
      await world.stop();
      world = await CallWorld.start(edge, 24_200);
    }
    if ((at + 1) % 5 === 0) say(`round ${round}, ${at + 1} of ${cases.length} cases`);
  }
}
const row = await callsInARow(world, Number(values.calls)).catch((error: unknown) => {
  faults.push(`calls in a row: ${String(error)}`);
  return null;
});
await world.stop();
if (row !== null && row.filesAfter > row.filesBefore)
  faults.push(`open files: ${row.filesBefore} before, ${row.filesAfter} after`);
say(JSON.stringify({ edge, cases: cases.length * Number(values.rounds), row, faults }, null, 2));
process.exitCode = faults.length === 0 ? 0 : 1;
