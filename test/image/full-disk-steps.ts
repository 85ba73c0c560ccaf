// An appliance whose data partition is full: a bundle is refused with a reason, SMS wait where they are safe, and all goes on once there is room.

import { pause } from "./machine.ts";
import type { Figures } from "./steps.ts";
import { until } from "./usb-disk.ts";
import type { World } from "./world.ts";

const FILLER = "/data/filler";
const TOKEN = "/var/lib/numberbox/local-access.json";

/** One piece of a bundle, as the console hands it in; resolves with status and answer. Zeros: no room comes before what it is. */
async function handIn({ running }: World, offset: number): Promise<string> {
  const found = (name: string) => `$(sed -n 's/.*"${name}" *: *"\\([^"]*\\)".*/\\1/p' ${TOKEN})`;
  return await running.run(
    [
      `head -c 8388608 /dev/zero >/run/piece; curl -sk -m 100 -w ' %{http_code}' -H "Authorization: Bearer ${found("token")}"`,
      `-H Content-Type:application/octet-stream --data-binary @/run/piece "${found("url")}/api/v1/update/upload?offset=${offset}"; rm /run/piece`,
    ].join(" "),
    120,
  );
}

/** Hands in pieces until one is refused; throws unless it is for want of room. */
async function refusedPieces(world: World): Promise<number> {
  for (let piece = 0; piece < 20; piece++) {
    const answer = await handIn(world, piece * 8_388_608);
    if (answer.includes(" 200")) continue;
    if (!answer.includes("update.no_space") || !answer.includes(" 507")) throw new Error(`a full disk: ${answer}`);
    return piece;
  }
  throw new Error("a bundle larger than what is free was taken");
}

/** Fills the data partition up to `left` MiB, as far as the box may write. */
async function fill({ running }: World, left: number): Promise<void> {
  const free = "$(df --output=avail -BM /data | tail -1 | tr -dc 0-9)";
  await running.run(`free=${free}; fallocate -l "$((free - ${left}))M" ${FILLER}; sync`, 300);
}

/** Writes until nothing goes in any more, for root too. */
async function fillWhole({ running }: World): Promise<void> {
  await running.run(`dd if=/dev/zero of=${FILLER}.more bs=64k 2>/dev/null; sync; df /data | tail -1`, 300);
}

export async function fullDisk(world: World): Promise<Figures> {
  await world.setUp();
  await fill(world, 100);
  const pieces = await refusedPieces(world);
  if ((await world.running.get("/health")).status !== 200) throw new Error("the box is out of service");
  await fillWhole(world);
  const sent = world.send();
  await pause(60_000);
  // SMS wait at the modems; everything else goes on.
  if ((await world.running.get("/health")).status !== 200) throw new Error("the full box is out of service");
  const failed = await world.failedUnits();
  if (failed !== "") throw new Error(`units failed: ${failed}`);
  await world.running.run(`rm ${FILLER} ${FILLER}.more; sync`);
  const seconds = await world.read(sent);
  await until("the box in service", async () => ((await world.running.get("/health")).status === 200 ? true : null));
  return { "pieces before no room": pieces, "seconds to the renter once there is": seconds };
}
