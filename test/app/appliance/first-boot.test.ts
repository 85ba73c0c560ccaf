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
  const machine = { passwd: join(top, "passwd"), zones: join(top, "zoneinfo") };
  const start = (runner = run) =>
    firstBoot({
      ...{ boot, state, userdb, machine, clock: new VirtualClock() },
      ...{ signal: new AbortController().signal, run: runner },
    });
  const leave = (name: string, text: string): void => writeFileSync(join(boot, name), text);
  return { boot, state, userdb, machine, ran, start, leave };
}

describe("the first start", () => {
  it("takes over what Imager left, and takes it off the card, as it holds secrets", async () => {
    const { boot, state, userdb, ran, start, leave } = rig();
    leave("user-data", CHOSEN);
    leave("network-config", "network: { wifis: { wlan0: { access-points: { home: { password: 'long enough' } } } } }");
    leave("meta-data", "instance-id: x\n");
    leave("autoboot.txt", "stays");
    expect(await start()).toEqual({ taken: ["user-data", "network-config"], problems: [] });
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
    expect(await start()).toEqual({ taken: [], problems: [] });
    expect(existsSync(join(userdb, "1000.user"))).toBe(true);
    expect(ran).toEqual(["hostname attic", "hostname attic"]);
  });

  it("does nothing where nothing was chosen", async () => {
    const { state, ran, start } = rig();
    expect(await start()).toEqual({ taken: [], problems: [] });
    expect([readdirSync(state), ran]).toEqual([[], []]);
  });

  it("takes what is good, tells what is not and what to do about it, and looks at it once", async () => {
    const { boot, state, start, leave } = rig();
    leave("user-data", `hostname: Mein_Pi\nusers: [{ name: Max, ssh_authorized_keys: ["${KEY}", "nonsense"] }]\n`);
    leave("network-config", "network: { wifis: { wlan0: { access-points: { home: { password: 'long enough' } } } } }");
    const { taken, problems } = await start();
    expect(taken).toEqual(["user-data", "network-config"]);
    expect(problems.map(({ code }) => code)).toEqual(Array.from({ length: 3 }, () => "firstboot.bad_value"));
    expect(readdirSync(boot)).toEqual(["NUMBERBOX-ERROR.txt"]);
    const note = readFileSync(join(boot, "NUMBERBOX-ERROR.txt"), "utf8");
    expect(note).toContain("* host name (user-data, hostname): this should be a host name");
    expect(note).toContain("* user (user-data, user: name): this should be a user's name");
    expect(note).toContain("* SSH key (user-data, user: ssh_authorized_keys): number 2 of them");
    expect(note).toContain('    hostname = "my-box"\r\n');
    expect(note.replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
    expect(existsSync(join(state, "connections/imager.nmconnection"))).toBe(true);
    expect(readFileSync(join(state, "ssh/pi"), "utf8")).toBe(`${KEY}\n`);
    expect(existsSync(join(state, "hostname"))).toBe(false);
    // Not again, and the note stays for who comes later.
    expect(await start()).toEqual({ taken: [], problems: [] });
    expect(readdirSync(boot)).toEqual(["NUMBERBOX-ERROR.txt"]);
  });

  it("gives nobody the name of a system's user, who could never sign in, nor a time zone that is not there", async () => {
    const { boot, state, machine, start, leave } = rig();
    writeFileSync(machine.passwd, "root:x:0:0:root:/root:/bin/bash\nanna:x:34:34:anna:/:/usr/sbin/nologin\n");
    mkdirSync(join(machine.zones, "America"), { recursive: true });
    leave("user-data", CHOSEN);
    expect((await start()).problems).toHaveLength(2);
    expect(readdirSync(join(state, "ssh"))).toEqual(["pi"]);
    expect(existsSync(join(state, "timezone"))).toBe(false);
    expect(readFileSync(join(boot, "NUMBERBOX-ERROR.txt"), "utf8")).toContain("Keys for SSH belong to the user pi");
    writeFileSync(join(machine.zones, "America/Lima"), "TZif2");
    leave("custom.toml", '[user]\nname = "ben"\n[locale]\ntimezone = "America/Lima"\n');
    expect((await start()).problems).toEqual([]);
    expect(readFileSync(join(state, "timezone"), "utf8")).toBe("America/Lima\n");
  });

  it("takes a correction under the name that Windows gives it", async () => {
    const { boot, state, start, leave } = rig();
    leave("custom.toml.txt", '\ufeff[system]\r\nhostname = "a-name"\r\n');
    expect((await start()).taken).toEqual(["custom.toml.txt"]);
    expect(readdirSync(boot)).toEqual([]);
    expect(readFileSync(join(state, "hostname"), "utf8")).toBe("a-name\n");
  });

  it("puts a script aside that is not Imager's, and says so", async () => {
    const { boot, start, leave } = rig();
    leave("firstrun.sh", "#!/bin/sh\napt-get install -y something\n");
    await start();
    expect(readdirSync(boot).sort()).toEqual(["NUMBERBOX-ERROR.txt", "firstrun.sh.faulty"]);
  });

  it("takes a correction that says no more than what was wrong", async () => {
    const { boot, state, start, leave } = rig();
    leave("user-data", CHOSEN.replace("Attic", "Mein_Pi").replace(KEY, "nonsense"));
    await start();
    leave("custom.toml", `[system]\nhostname = "a-name"\n[ssh]\nauthorized_keys = ["${KEY}"]\n`);
    expect((await start()).taken).toEqual(["custom.toml"]);
    expect(readdirSync(boot)).toEqual([]);
    expect(readFileSync(join(state, "hostname"), "utf8")).toBe("a-name\n");
    expect(readdirSync(join(state, "ssh"))).toEqual(["anna"]);
  });

  it("puts a file aside that it cannot read, takes the other one, and does not try it again", async () => {
    const { boot, state, start, leave } = rig();
    leave("user-data", "hostname: [");
    leave("network-config", "network: { wifis: { wlan0: { access-points: { home: { password: 'long enough' } } } } }");
    const { problems } = await start();
    expect(problems.map(({ code }) => code)).toEqual(["firstboot.bad_file"]);
    expect(readdirSync(boot).sort()).toEqual(["NUMBERBOX-ERROR.txt", "user-data.faulty"]);
    expect(readFileSync(join(boot, "NUMBERBOX-ERROR.txt"), "utf8")).toContain("with .faulty at the end of its name");
    expect(existsSync(join(state, "connections/imager.nmconnection"))).toBe(true);
    expect(await start()).toEqual({ taken: [], problems: [] });
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
    expect((await start()).problems.map(({ code }) => code)).toEqual(["firstboot.bad_file"]);
  });

  it("starts the machine although the state cannot be written", async () => {
    const { boot, state, start, leave } = rig();
    leave("user-data", CHOSEN);
    rmSync(state, { recursive: true });
    writeFileSync(state, "a file where the folder should be");
    chmodSync(state, 0o600);
    expect((await start()).problems.map(({ code }) => code)).toEqual(["firstboot.failed"]);
    expect(existsSync(join(boot, "user-data"))).toBe(true);
  });
});
