// A USB stick that is plugged into a running appliance: an update on it is found, a backup goes to it, and it may be pulled out.

import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { command } from "../../os-image/lib/command.ts";
import { backupView, updateView } from "../../src/protocol/index.ts";
import { pause } from "./machine.ts";
import type { Figures } from "./steps.ts";
import { plugIn, pullOut, until } from "./usb-disk.ts";
import type { World } from "./world.ts";

const LABEL = "MY STICK";
const DATA = "/var/lib/numberbox";
const BUNDLE = "numberbox-from-a-friend.raucb";

/** A FAT file system on the whole of it, as sticks are sold, with a bundle that is none. */
async function makeStick(file: string): Promise<void> {
  rmSync(file, { force: true });
  await command("mkfs.vfat", ["-C", "-n", LABEL, file, String(64 * 1024)]);
  const bundle = `${file}.raucb`;
  writeFileSync(bundle, "not a bundle\n");
  await command("mcopy", ["-i", file, bundle, `::${BUNDLE}`]);
}

async function wantBackups({ running }: World): Promise<void> {
  const section = JSON.stringify({ destinations: [{ id: "stick", kind: "usb", label: LABEL }] });
  await running.run(
    `echo "a passphrase for backups" >${DATA}/backup.pass && chown numberbox: ${DATA}/backup.pass && ` +
      `node -e 'const fs = require("fs"), yaml = require("/usr/lib/numberbox/node_modules/yaml"), file = "${DATA}/box.yaml"; ` +
      `fs.writeFileSync(file, JSON.stringify({ ...yaml.parse(fs.readFileSync(file, "utf8")), backup: ${section} }))' && ` +
      "systemctl restart numberbox",
  );
}

const mounted = z.string().regex(/^\/run\/media\/sd[a-z]\d* .*nosuid,nodev,noexec/);

/** Resolves with what it took. The world's machine goes on without the stick. */
export async function stickInAndOut(world: World, scratch: string): Promise<Figures> {
  const file = join(scratch, "stick.img");
  await makeStick(file);
  await wantBackups(world);
  const plugged = performance.now();
  await plugIn(world.running, { id: "stick", file, removable: true });
  const found = await until("the bundle on the stick", async () => {
    const { sticks } = updateView.parse(JSON.parse(await world.api("GET", "/update")));
    return sticks.find(({ name }) => name === BUNDLE) ?? null;
  });
  if (found.stick !== LABEL) throw new Error(`the stick's label is told as ${found.stick}`);
  const seen = (performance.now() - plugged) / 1000;
  mounted.parse(await world.running.run("findmnt -rno TARGET,OPTIONS /dev/disk/by-label/MY\\\\x20STICK"));
  const asked = performance.now();
  await world.api("POST", "/backup/run");
  const done = await until("a backup on the stick", async () => {
    const { running, destinations } = backupView.parse(JSON.parse(await world.api("GET", "/backup")));
    const [place] = destinations;
    if (!running && place?.problem !== undefined && place.problem !== null) throw new Error(place.problem);
    return !running && typeof place?.last_name === "string" ? place.last_name : null;
  });
  const took = (performance.now() - asked) / 1000;
  // What was written goes to it without a word to the box.
  await pause(10_000);
  await pullOut(world.running, "stick");
  await until("the stick is let go", async () =>
    (await world.running.run("ls -A /run/media; findmnt -rno TARGET | grep /run/media || true")) === "" ? true : null,
  );
  const failed = await world.failedUnits();
  if (failed !== "") throw new Error(`units failed: ${failed}`);
  const listed = (await command("mdir", ["-b", "-i", file, "::numberbox"])).toString();
  if (!listed.includes(done)) throw new Error(`the stick has no ${done}: ${listed}`);
  return { "seconds to see it": Math.round(seen), "seconds to a backup on it": Math.round(took) };
}
