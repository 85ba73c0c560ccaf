// `npm run torture:calls [-- --edge asterisk|drachtio --direction in|out --phase ringing|talking|ending --order drachtio,asterisk
// --rounds N --calls N --keep FOLDER]`: every part killed in every order at every phase of a call, then calls in a row. drachtio needs
// NUMBERBOX_TEST_DRACHTIO_SERVER. With --keep, what all parts said is in that folder, under the number of the case.

import { mkdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { callsInARow, type Direction, type KillCase, killAmid, nameOf, ordersOf, PHASES } from "./call-kills.ts";
import { CallWorld, drachtioProgram, type Part } from "./call-world.ts";

const { values } = parseArgs({
  options: {
    edge: { type: "string", default: drachtioProgram === "" ? "asterisk" : "drachtio" },
    rounds: { type: "string", default: "1" },
    calls: { type: "string", default: "100" },
    direction: { type: "string" },
    phase: { type: "string" },
    order: { type: "string" },
    keep: { type: "string" },
  },
});
const edge = values.edge === "drachtio" ? "drachtio" : "asterisk";
const say = (text: string): void => console.log(`torture of calls: ${text}`);
const parts: readonly Part[] = edge === "drachtio" ? ["box", "asterisk", "drachtio"] : ["box", "asterisk"];
const isWanted = ({ direction, phase, order }: KillCase): boolean =>
  (values.direction ?? direction) === direction &&
  (values.phase ?? phase) === phase &&
  (values.order ?? order.join()) === order.join();
const cases: readonly KillCase[] = (["in", "out"] as const satisfies readonly Direction[])
  .flatMap((direction) => PHASES.flatMap((phase) => ordersOf(parts).map((order) => ({ direction, phase, order }))))
  .filter(isWanted);

const faults: string[] = [];
let worlds = 0;
/** The logs of a world without a fault are of no use. */
let logs: string | null = null;
function newWorld(): Promise<CallWorld> {
  logs = values.keep === undefined ? null : resolve(join(values.keep, String(++worlds)));
  if (logs !== null) mkdirSync(logs, { recursive: true });
  return CallWorld.start(edge, 24_200, logs);
}
let world = await newWorld();
// Nothing of it may outlive whoever asked for it.
process.once("SIGINT", () => void world.stop().finally(() => process.exit(130)));
process.once("SIGTERM", () => void world.stop().finally(() => process.exit(143)));
for (let round = 1; round <= Number(values.rounds); round++) {
  for (const [at, given] of cases.entries()) {
    try {
      await killAmid(world, given);
    } catch (error) {
      faults.push(`${nameOf(given)}: ${error instanceof Error ? error.message.slice(0, 300) : String(error)}`);
      say(`FAILED ${faults.at(-1)}${logs === null ? "" : ` (${logs})`}`);
      world.note(`FAILED ${faults.at(-1)}`);
      await world.stop();
      world = await newWorld();
    }
    if ((at + 1) % 5 === 0) say(`round ${round}, ${at + 1} of ${cases.length} cases`);
  }
}
const faultsBefore = faults.length;
const row = await callsInARow(world, Number(values.calls)).catch((error: unknown) => {
  faults.push(`calls in a row: ${String(error)}`);
  return null;
});
await world.stop();
if (row !== null && row.filesAfter > row.filesBefore)
  faults.push(`open files: ${row.filesBefore} before, ${row.filesAfter} after`);
if (logs !== null && faults.length === faultsBefore) rmSync(logs, { recursive: true, force: true });
say(JSON.stringify({ edge, cases: cases.length * Number(values.rounds), row, faults }, null, 2));
process.exitCode = faults.length === 0 ? 0 : 1;
