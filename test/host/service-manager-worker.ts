// A process as systemd starts it: tells what its arguments say, in their order.

import { seconds, silentLogger } from "../../src/base/index.ts";
import { systemClock } from "../../src/base/system-clock.ts";
import { programRunner, serviceManager } from "../../src/host/index.ts";

const manager = serviceManager({
  env: { ...process.env, LISTEN_PID: String(process.pid), WATCHDOG_PID: String(process.pid) },
  pid: process.pid,
  clock: systemClock,
  log: silentLogger,
  run: programRunner(systemClock),
});
process.stdout.write(`${JSON.stringify({ watchdog: manager?.watchdog ?? null })}\n`);
for (const word of process.argv.slice(2)) {
  if (word === "ready") await manager?.ready("two\nlines");
  if (word === "status") await manager?.status("on\u0000e  line");
  if (word === "alive") await manager?.alive();
  if (word === "extend") await manager?.extend(seconds(90));
  if (word === "stopping") await manager?.stopping();
}
