// The first start on folders that stand for partitions.

import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { firstBoot } from "../../../src/app/appliance/imager/first-boot.ts";
import type { ProgramRunner } from "../../../src/host/index.ts";
import { VirtualClock } from "../../sim/virtual-clock.ts";

const tops: string[] = [];
afterEach(() => {
  for (const top of tops.splice(0)) rmSync(top, { recursive: true, force: true });
});
const KEY = `ssh-ed25519 ${"A".repeat(68)} me@desk`;
const CHOSEN = `hostname: Attic\ntimezone: Europe/Berlin\nusers: [{ name: anna, ssh_authorized_keys: ["${KEY}"] }]\n`;

function rig() {
  const top = mkdtempSync(join(tmpdir(), "numberbox-first-"));
  tops.push(top);
  const [boot, state, userdb] = [join(top, "boot"), join(top, "state"), join(top, "run/userdb")];
  mkdirSync(boot);
  mkdirSync(state);
  const ran: string[] = [];
  const run: ProgramRunner = ({ program, args }) => {
    ran.push([program, ...args].join(" "));
    return Promise.resolve("");
  };
  const start = (runner = run) =>
    firstBoot({ boot, state, userdb, clock: new VirtualClock(), signal: new AbortController().signal, run: runner });
  const leave = (name: string, text: string): void => writeFileSync(join(boot, name), text);
  return { boot, state, userdb, ran, start, leave };
}

describe("the first start", () => {
  it("takes over what Imager left, and takes it off the card, as it holds secrets", async () => {
    const { boot, state, userdb, ran, start, leave } = rig();
    leave("user-data", CHOSEN);
    leave("network-config", "network: { wifis: { wlan0: { access-points: { home: { password: 'long enough' } } } } }");
    leave("meta-data", "instance-id: x\n");
    leave("autoboot.txt", "stays");
    expect(await start()).toEqual({ taken: ["user-data", "network-config"], problem: null });
    expect(readdirSync(boot)).toEqual(["autoboot.txt"]);
    expect(readFileSync(join(state, "hostname"), "utf8")).toBe("attic\n");
    expect(readFileSync(join(state, "ssh/anna"), "utf8")).toBe(`${KEY}\n`);
    expect(statSync(join(state, "connections/imager.nmconnection")).mode & 0o777).toBe(0o600);
    expect(readlinkSync(join(state, "localtime"))).toBe("/usr/share/zoneinfo/Europe/Berlin");
    expect(JSON.parse(readFileSync(join(userdb, "anna.user"), "utf8"))).toMatchObject({ userName: "anna", uid: 1000 });
    expect(ran).toEqual(["hostname attic"]);
  });

  it("gives name and user again at every start after it", async () => {
    const { userdb, ran, start, leave } = rig();
    leave("user-data", CHOSEN);
    await start();
    rmSync(userdb, { recursive: true });
    expect(await start()).toEqual({ taken: [], problem: null });
    expect(existsSync(join(userdb, "1000.user"))).toBe(true);
    expect(ran).toEqual(["hostname attic", "hostname attic"]);
  });

  it("does nothing where nothing was chosen", async () => {
    const { state, ran, start } = rig();
    expect(await start()).toEqual({ taken: [], problem: null });
    expect([readdirSync(state), ran]).toEqual([[], []]);
  });

  it("says beside a faulty file what is wrong, leaves it, changes nothing, and goes on once it is corrected", async () => {
    const { boot, state, start, leave } = rig();
    leave("custom.toml", '[system]\nhostname = "not a name"\n');
    const { taken, problem } = await start();
    expect([taken, problem?.code]).toEqual([[], "firstboot.bad_value"]);
    expect(readFileSync(join(boot, "NUMBERBOX-ERROR.txt"), "utf8")).toContain(
      "firstboot.bad_value: hostname: a host name",
    );
    expect([existsSync(join(boot, "custom.toml")), readdirSync(state)]).toEqual([true, []]);
    leave("custom.toml", '[system]\nhostname = "a-name"\n');
    expect((await start()).taken).toEqual(["custom.toml"]);
    expect(readdirSync(boot)).toEqual([]);
  });

  it("believes the newest of the forms alone", async () => {
    const { state, start, leave } = rig();
    leave("firstrun.sh", "/usr/lib/raspberrypi-sys-mods/imager_custom set_hostname old");
    leave("custom.toml", '[system]\nhostname = "newer"\n');
    expect((await start()).taken).toEqual(["custom.toml"]);
    expect(readFileSync(join(state, "hostname"), "utf8")).toBe("newer\n");
  });

  it("is done again after a power cut at any of its writes, with the same end", async () => {
    const { boot, state, start, leave } = rig();
    leave("user-data", CHOSEN);
    // What a cut may leave: some files written, one half.
    mkdirSync(join(state, "ssh"));
    writeFileSync(join(state, "hostname"), "attic\n");
    writeFileSync(join(state, "ssh/anna.new"), "ssh-ed");
    expect((await start()).taken).toEqual(["user-data"]);
    expect(readFileSync(join(state, "ssh/anna"), "utf8")).toBe(`${KEY}\n`);
    expect(readdirSync(boot)).toEqual([]);
  });

  it("refuses a file that is far too long", async () => {
    const { start, leave } = rig();
    leave("firstrun.sh", "x".repeat(70_000));
    expect((await start()).problem?.code).toBe("firstboot.bad_file");
  });

  it("starts the machine although the state cannot be written", async () => {
    const { state, start, leave } = rig();
    leave("user-data", CHOSEN);
    rmSync(state, { recursive: true });
    writeFileSync(state, "a file where the folder should be");
    chmodSync(state, 0o600);
    expect((await start()).problem?.code).toBe("firstboot.failed");
  });
});
