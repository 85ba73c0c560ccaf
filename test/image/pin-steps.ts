// Pins of the machine, simulated by the kernel (gpio-sim) in a running appliance: the box's own user gets at them through udev's links and its
// unit, and libgpiod's real programs do what the box asks of them. What gpio-sim cannot show is a level before the box came: asking for a bias sets it.

import type { Figures } from "./steps.ts";
import { until } from "./usb-disk.ts";
import type { World } from "./world.ts";

const CONFIG = "/sys/kernel/config/gpio-sim/box";
const CHIP = "gpio-sim.0";
const DATA = "/var/lib/numberbox";
const LINES = { light: 0, button: 1, battery: 2, fan: 3 } as const;

async function makePins({ running }: World): Promise<string> {
  await running.run(
    `modprobe gpio-sim && { mountpoint -q /sys/kernel/config || mount -t configfs none /sys/kernel/config; } && ` +
      `mkdir -p ${CONFIG}/bank0 && echo 8 >${CONFIG}/bank0/num_lines && echo 1 >${CONFIG}/live && udevadm settle`,
  );
  const device = (await running.run(`cat ${CONFIG}/dev_name`)).trim();
  if (device !== CHIP) throw new Error(`the simulated chip is ${device}`);
  const chip = (await running.run(`cat ${CONFIG}/bank0/chip_name`)).trim();
  const rights = (await running.run(`stat -Lc '%G %a' /dev/numberbox/gpio/${CHIP}`)).trim();
  if (rights !== "numberbox 660") throw new Error(`the link leads to a chip of ${rights}`);
  return `/sys/devices/platform/${CHIP}/${chip}`;
}

async function useThem({ running }: World): Promise<void> {
  const line = (name: keyof typeof LINES) => ({ chip: CHIP, line: String(LINES[name]) });
  const pins = { light: line("light"), button: line("button"), fan: line("fan") };
  const host = JSON.stringify({ ...pins, battery: { ...line("battery"), power_off_after: "1h" } });
  await running.run(
    `node -e 'const fs = require("fs"), yaml = require("/usr/lib/numberbox/node_modules/yaml"), file = "${DATA}/box.yaml"; ` +
      `const now = yaml.parse(fs.readFileSync(file, "utf8")); ` +
      `fs.writeFileSync(file, JSON.stringify({ ...now, host: { ...now.host, ...${host} } }))' && systemctl restart numberbox`,
  );
}

/** Resolves with what it took. The world's box goes on with these pins until the machine is started anew. */
export async function pinsWork(world: World): Promise<Figures> {
  const folder = await makePins(world);
  await useThem(world);
  const begun = performance.now();
  const { running } = world;
  await until("the box holds its pins", async () => {
    const held = (await running.run(`gpioinfo --chip /dev/numberbox/gpio/${CHIP}`))
      .split("\n")
      .filter((each) => /consumer="?numberbox/.test(each));
    return held.length === Object.keys(LINES).length ? held : null;
  });
  const took = (performance.now() - begun) / 1000;
  // There is no sensor in this machine.
  const fan = (await running.run(`cat ${folder}/sim_gpio${LINES.fan}/value`)).trim();
  if (fan !== "1") throw new Error(`the fan's pin is at ${fan}`);
  const seen = async (code: string): Promise<true | null> =>
    (await world.api("GET", "/events?limit=200")).includes(`"${code}"`) ? true : null;
  await running.run(`echo pull-up >${folder}/sim_gpio${LINES.battery}/pull`);
  await until("the mains are away", async () => await seen("host.on_battery"));
  await running.run(`echo pull-down >${folder}/sim_gpio${LINES.battery}/pull`);
  await until("the mains are back", async () => await seen("host.on_mains"));
  const failed = await world.failedUnits();
  if (failed !== "") throw new Error(`units failed: ${failed}`);
  return { "seconds until its pins are held": Math.round(took) };
}
