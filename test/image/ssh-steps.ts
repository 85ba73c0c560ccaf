// A key for SSH that Raspberry Pi Imager leaves: whoever has it gets in, over the network, as the user that was chosen, and nobody else does.

import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { command } from "../../os-image/lib/command.ts";
import { sshPortOf } from "./machine.ts";
import type { Figures } from "./steps.ts";
import { until } from "./usb-disk.ts";
import type { World } from "./world.ts";

const USER = "anna";
/** As Imager writes it. */
const scriptOf = (key: string): string =>
  `/usr/lib/raspberrypi-sys-mods/imager_custom enable_ssh -k '${key}'\n/usr/lib/userconf-pi/userconf '${USER}' ''\n`;

async function keyPair(file: string): Promise<string> {
  for (const each of [file, `${file}.pub`]) rmSync(each, { force: true });
  await command("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "me@desk", "-f", file]);
  return readFileSync(`${file}.pub`, "utf8").trim();
}

/** Resolves with what the machine says to `line`. */
async function signIn(world: World, key: string, line: string): Promise<string> {
  const options = ["StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "BatchMode=yes", "IdentitiesOnly=yes"];
  const args = ["-F", "none", "-i", key, "-p", String(sshPortOf(world.httpsPort))];
  return (
    await command("ssh", [...args, ...options.flatMap((each) => ["-o", each]), `${USER}@127.0.0.1`, line], {
      minutes: 2,
    })
  )
    .toString()
    .trim();
}

/** Resolves with what it took. The world's machine keeps the user. */
export async function keyOpensSsh(world: World, scratch: string): Promise<Figures> {
  const [mine, others] = [join(scratch, "mine"), join(scratch, "others")];
  const script = Buffer.from(scriptOf(await keyPair(mine))).toString("base64");
  await keyPair(others);
  const begun = performance.now();
  // What the first start does, by its own unit; then what follows it at a start.
  await world.running.run(
    `echo ${script} | base64 -d >/bootconfig/firstrun.sh && systemctl restart numberbox-first-boot numberbox-firewall && ` +
      "systemctl start ssh && [ ! -e /bootconfig/firstrun.sh ] && [ ! -e /bootconfig/NUMBERBOX-ERROR.txt ]",
  );
  const said = await until("the key opens SSH", async () => await signIn(world, mine, "id -un"));
  if (said !== USER) throw new Error(`signed in as ${said}`);
  const took = Math.round((performance.now() - begun) / 1000);
  const stranger = await signIn(world, others, "id -un").catch(() => null);
  if (stranger !== null) throw new Error(`a key that nobody gave signs in as ${stranger}`);
  const open = await world.running.run("stat -c '%a %u %n' / /etc /var /var/lib /usr | grep -v '^755 0 ' || true");
  if (open.trim() !== "") throw new Error(`folders that others may write: ${open}`);
  return { "seconds to sign in": took };
}
