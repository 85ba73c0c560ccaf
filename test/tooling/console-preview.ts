// Serves the built console over a fake box that lives: for work on the pages, and for screenshots.
// `node test/tooling/console-preview.ts [--slots 1-32] [--port N] [--fresh] [--first-run]`; the password is printed.

import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { systemClock } from "../../src/base/system-clock.ts";
import { systemLogger } from "../../src/base/system-log.ts";
import { systemRandom } from "../../src/base/system-random.ts";
import { setPassword, startWeb } from "../../src/web/index.ts";
import { FakeBoxConsole } from "../sim/fake-box-console.ts";
import { FakeFleet } from "../sim/fake-fleet.ts";
import { FakePhones } from "../sim/fake-phones.ts";
import { MemorySettings } from "../sim/memory-settings.ts";

const PASSWORD = "seven quiet otters";

const { values } = parseArgs({
  options: {
    slots: { type: "string", default: "32" },
    port: { type: "string", default: "8470" },
    fresh: { type: "boolean", default: false },
    "first-run": { type: "boolean", default: false },
  },
});

const box = new FakeBoxConsole({ clock: systemClock, slots: Number(values.slots), fresh: values.fresh });
const fleet = new FakeFleet({ clock: systemClock, box });
const settings = new MemorySettings();
if (!values["first-run"]) await setPassword({ settings, random: systemRandom, password: PASSWORD });
const web = await startWeb({
  listen: { host: "127.0.0.1", port: Number(values.port) },
  box,
  fleet,
  ussd: fleet,
  phones: new FakePhones({ clock: systemClock, fresh: values.fresh }),
  settings,
  pages: fileURLToPath(new URL("../../src/web/dist", import.meta.url)),
  clock: systemClock,
  random: systemRandom,
  log: systemLogger({ level: "info" }),
});
if (!values.fresh) box.start();
console.log(`${web.url}  password: ${values["first-run"] ? "(set it in the page)" : PASSWORD}`);
process.once("SIGINT", () => {
  box.stop();
  void web.stop();
});
