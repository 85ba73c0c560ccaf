// A kernel that hangs, as a card or a driver makes it hang: only a watchdog chip gets out of that.

import { pause } from "./machine.ts";
import type { Figures } from "./steps.ts";
import type { World } from "./world.ts";

/** The kernel stops for good, with no restart of its own. */
const HANG = "echo 0 >/proc/sys/kernel/panic; (sleep 1; echo c >/proc/sysrq-trigger) >/dev/null 2>&1 &";
/** For the chip (i6300esb counts twice the time that systemd asks for, in two stages), on a slow machine that has done nothing else yet. */
const BITES_WITHIN_MS = 300_000;

/** The world's box hangs and comes back by itself, with what it had. */
export async function watchdogBites(world: World): Promise<Figures> {
  await world.cut();
  const machine = await world.switchOn({ watchdog: true });
  await machine.ready();
  await world.setUp();
  const held = await machine.run("cat /sys/class/watchdog/watchdog0/identity /sys/class/watchdog/watchdog0/state");
  if (!/i6300ESB.*\n.*\bactive/.test(held)) throw new Error(`the watchdog is not armed: ${held}`);
  await world.read(world.send());
  const boot = await machine.run("cat /proc/sys/kernel/random/boot_id");
  const before = (await machine.console()).length;
  await machine.run(HANG);
  const begun = performance.now();
  const seconds = (): number => Math.round((performance.now() - begun) / 1000);
  while (!/Kernel panic/.test((await machine.console()).slice(before))) {
    if (performance.now() - begun > BITES_WITHIN_MS) throw new Error("the kernel did not stop");
    await pause(500);
  }
  // What comes while it hangs waits in the modems.
  const sent = world.send();
  const stopped = (await machine.console()).length;
  while ((await machine.console()).length < stopped + 2000) {
    if (performance.now() - begun > BITES_WITHIN_MS) throw new Error("the watchdog did not reset the machine");
    await pause(500);
  }
  const bitten = seconds();
  await machine.ready();
  if ((await machine.run("cat /proc/sys/kernel/random/boot_id")) === boot) throw new Error("this is no new start");
  await world.read(sent);
  return { "seconds until it was reset": bitten, "seconds until it was in service": seconds() };
}
