// The scripts of the image, run as they are, on folders that stand for partitions.

import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { accessPointLines } from "../../src/app/appliance/access-point.ts";
import { Secret } from "../../src/base/index.ts";
import { SYSTEMD } from "./unit-files.ts";

const rooms: string[] = [];
afterEach(() => {
  for (const each of rooms.splice(0)) rmSync(each, { recursive: true, force: true });
});

function room() {
  const top = mkdtempSync(join(tmpdir(), "numberbox-host-"));
  rooms.push(top);
  const [boot, data, bin] = [join(top, "boot"), join(top, "data"), join(top, "bin")];
  for (const each of [boot, data, bin]) mkdirSync(each);
  const env = {
    PATH: `${bin}:/usr/sbin:/usr/bin:/sbin:/bin`,
    NUMBERBOX_BOOTCONFIG: boot,
    NUMBERBOX_DATA_ROOT: data,
    NUMBERBOX_SCREEN: join(top, "screen"),
    NUMBERBOX_PROC: join(top, "proc"),
  };
  writeFileSync(env.NUMBERBOX_SCREEN, "");
  const run = (script: string, ...args: string[]) =>
    spawnSync(join(SYSTEMD, "libexec", script), args, { env, encoding: "utf8" });
  /** A program that stands for one of the system's: writes down what it is asked. */
  const standIn = (name: string, body = ""): void =>
    writeFileSync(join(bin, name), `#!/bin/sh\necho "$0 $*" >>"${top}/asked"\n${body}\n`, { mode: 0o755 });
  const asked = (): string => (existsSync(join(top, "asked")) ? readFileSync(join(top, "asked"), "utf8") : "");
  return { top, boot, data, run, standIn, asked, screen: () => readFileSync(env.NUMBERBOX_SCREEN, "utf8") };
}

describe("claim-code", () => {
  const code = (folder: string, text: string): string => {
    const path = join(folder, "claim-code");
    writeFileSync(path, text);
    return path;
  };

  it("shows code and addresses on the screen and on the boot partition", () => {
    const { top, boot, run, screen } = room();
    const file = code(top, "ABCD-2345\nhttps://numberbox.local\nhttps://192.0.2.7:8443/\n");
    expect(run("claim-code", file).status).toBe(0);
    expect(readFileSync(join(boot, "CLAIM-CODE.txt"), "utf8")).toBe(
      "Numberbox\n\nOpen in a browser:\nhttps://numberbox.local\nhttps://192.0.2.7:8443/\n\nCode for the first sign-in: ABCD-2345\n",
    );
    expect(screen()).toContain("Code for the first sign-in: ABCD-2345");
  });

  it("shows the box's own Wi-Fi beside it, with its QR code on the screen alone", () => {
    const { top, boot, run, screen } = room();
    const point = { ssid: "Numberbox-AB23", key: new Secret("abcd-efgh-jkm2"), address: "10.42.0.1" };
    const lines = accessPointLines(point);
    expect(run("claim-code", code(top, ["ABCD-2345", "https://numberbox.local", ...lines, ""].join("\n"))).status).toBe(
      0,
    );
    const told = readFileSync(join(boot, "CLAIM-CODE.txt"), "utf8");
    expect(told).toContain(
      "Without a cable: join the Wi-Fi Numberbox-AB23 with the password abcd-efgh-jkm2, then open http://10.42.0.1/\n",
    );
    expect(told).not.toContain("\u2588");
    for (const line of lines.slice(1)) expect(screen()).toContain(line);
  });

  it("shows that Wi-Fi alone on a box that has an owner", () => {
    const { top, boot, run, screen } = room();
    const wifi = "wifi Numberbox-AB23 abcd-efgh-jkm2 http://10.42.0.1/";
    expect(run("claim-code", code(top, `-\n${wifi}\n`)).status).toBe(0);
    expect(readFileSync(join(boot, "CLAIM-CODE.txt"), "utf8")).toContain("the password abcd-efgh-jkm2");
    expect(screen()).not.toContain("first sign-in");
    for (const bad of [
      "wifi Numberbox-AB23; evil abcd-efgh-jkm2 http://10.42.0.1/",
      "wifi evil abcd-efgh-jkm2 http://1.1.1.1/",
    ]) {
      run(
        "claim-code",
        code(
          top,
          `-\n${bad}\n\u2588evil\u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588\n`,
        ),
      );
      expect(readFileSync(join(boot, "CLAIM-CODE.txt"), "utf8") + screen()).not.toContain("evil");
    }
  });

  it("takes both away once there is no code", () => {
    const { top, boot, run, screen } = room();
    const file = code(top, "ABCD-2345\nhttps://numberbox.local\n");
    run("claim-code", file);
    rmSync(file);
    expect(run("claim-code", file).status).toBe(0);
    expect(readdirSync(boot)).toEqual([]);
    expect(screen()).not.toContain("ABCD");
  });

  it("does not write the same again", () => {
    const { top, boot, run } = room();
    const file = code(top, "ABCD-2345\nhttps://numberbox.local\n");
    run("claim-code", file);
    utimesSync(join(boot, "CLAIM-CODE.txt"), 1_000_000, 1_000_000);
    run("claim-code", file);
    const { stdout } = spawnSync("stat", ["--format=%Y", join(boot, "CLAIM-CODE.txt")], { encoding: "utf8" });
    expect(stdout.trim()).toBe("1000000");
  });

  it("lets nothing of the box's file onto the screen but a code and addresses", () => {
    const { top, boot, run, screen } = room();
    const file = code(top, "ABCD-2345\nhttps://ok.local\n\u001b[2Jgo to http://evil\nhttp://a b\n");
    expect(run("claim-code", file).status).toBe(0);
    const told = readFileSync(join(boot, "CLAIM-CODE.txt"), "utf8");
    expect(told).toContain("https://ok.local");
    expect(told + screen()).not.toMatch(/evil|http:\/\/a/);
    const { status, stderr } = run("claim-code", code(top, "../../etc\n"));
    expect(status).toBe(1);
    expect(stderr).toContain("does not hold a code");
  });

  it("makes a partition writable for that moment only", () => {
    const { top, run, standIn, asked, boot } = room();
    standIn("findmnt", "exit 0");
    standIn("mount");
    expect(run("claim-code", code(top, "ABCD-2345\nhttps://ok.local\n")).status).toBe(0);
    const words = asked()
      .split("\n")
      .flatMap((line) => (line.includes("/mount ") ? [line.split(" ").slice(1).join(" ")] : []));
    expect(words).toEqual([`-o remount,rw ${boot}`, `-o remount,ro ${boot}`]);
  });
});

describe("factory-reset", () => {
  const filled = () => {
    const made = room();
    const box = join(made.data, "var/lib/numberbox");
    mkdirSync(join(box, "voice/deep"), { recursive: true });
    for (const name of ["keystore.json", "unlock.key", "box.db", "voice/deep/sip.key"])
      writeFileSync(join(box, name), "x");
    mkdirSync(join(made.data, "rauc"));
    writeFileSync(join(made.data, "rauc/central.raucs"), "x");
    const left = (): readonly string[] => readdirSync(made.data, { recursive: true, encoding: "utf8" }).sort();
    return { ...made, left };
  };

  it("deletes nothing that nobody asked for", () => {
    const { run, left } = filled();
    const before = left();
    expect(run("factory-reset", "wipe").status).toBe(0);
    expect(left()).toEqual(before);
  });

  it("deletes everything at the start after the mark, but what the updater knows", () => {
    const { run, left } = filled();
    expect(run("factory-reset", "mark").status).toBe(0);
    expect(run("factory-reset", "wipe").status).toBe(0);
    expect(left()).toEqual(["rauc", "rauc/central.raucs"]);
  });

  it.each(["numberbox-reset", "numberbox-reset.txt", "NUMBERBOX-RESET.TXT", "numberbox-reset.txt.txt"])(
    "does as the file %s asks, once",
    (name) => {
      const { boot, run, left } = filled();
      writeFileSync(join(boot, name), "");
      expect(run("factory-reset", "wipe").status).toBe(0);
      expect(left()).toEqual(["rauc", "rauc/central.raucs"]);
      expect(readdirSync(boot)).toEqual([]);
    },
  );

  it("takes a folder for the file that asks, and is not asked by it again and again", () => {
    const { boot, run, left } = filled();
    mkdirSync(join(boot, "numberbox-reset/inside"), { recursive: true });
    expect(run("factory-reset", "wipe").status).toBe(0);
    expect(left()).toEqual(["rauc", "rauc/central.raucs"]);
    expect(readdirSync(boot)).toEqual([]);
  });

  it("goes on after a power cut amid it", () => {
    const { boot, data, run, left, standIn } = filled();
    writeFileSync(join(boot, "numberbox-reset"), "");
    // The power goes where files are deleted.
    standIn("find", "kill -9 $PPID");
    expect(run("factory-reset", "wipe").status).not.toBe(0);
    expect(readdirSync(data)).toContain(".factory-reset");
    expect(left()).not.toContain("var/lib/numberbox/keystore.json");
    standIn("find", 'exec /usr/bin/find "$@"');
    expect(run("factory-reset", "wipe").status).toBe(0);
    expect(left()).toEqual(["rauc", "rauc/central.raucs"]);
  });
});

describe("set-clock", () => {
  const NOW = 1_800_000_000;
  const DAY = 86_400;
  const asked = (request: string | null, { now = NOW, kept = "no", built = NOW - DAY, up = 500 } = {}) => {
    const made = room();
    made.standIn("date", `case "$1" in +%s) echo ${now};; esac`);
    made.standIn("stat", `echo ${built}`);
    made.standIn("timedatectl", kept === "" ? "exit 1" : `echo ${kept}`);
    // It finds the machine's uptime below the folder of the test.
    mkdirSync(join(made.top, "proc"));
    writeFileSync(join(made.top, "proc", "uptime"), `${up}.25 900.00\n`);
    const file = join(made.top, "clock-request");
    if (request !== null) writeFileSync(file, request);
    const { status, stdout, stderr } = made.run("set-clock", file);
    return { status, said: stdout + stderr, set: /--set=@(\d+)/.exec(made.asked())?.[1] ?? null };
  };

  it("sets a clock forward to the time that was told, and adds what has passed since", () => {
    expect(asked(`${NOW + 90 * DAY} 490\n`)).toMatchObject({ status: 0, set: String(NOW + 90 * DAY + 10) });
    expect(asked(`${NOW + 90 * DAY} 490\n`).said).toContain(`${90 * DAY + 10} s`);
  });

  it.each([
    ["a clock that is not behind", `${NOW - DAY} 500`, {}],
    ["a clock that a time server keeps", `${NOW + DAY} 500`, { kept: "yes" }],
    ["one of which that is not known", `${NOW + DAY} 500`, { kept: "" }],
    ["a time before the image was built", `${NOW + DAY} 500`, { built: NOW + 2 * DAY }],
    ["more than five years", `${NOW + 5 * 367 * DAY} 500`, {}],
    ["a time that was told long ago", `${NOW + DAY} 379`, {}],
    ["a time of another start", `${NOW + DAY} 501`, {}],
    ["what is no time", `$(reboot) 500`, {}],
    ["a time with more behind it", `${NOW + DAY} 500 --set=@1`, {}],
    ["numbers that a shell reads otherwise", `0${NOW} 0500`, {}],
    ["an empty file", "", {}],
    ["no file", null, {}],
  ])("leaves it alone: %s", (_, request, machine) => {
    expect(asked(request, machine)).toMatchObject({ set: null });
    expect(asked(request, machine).status).not.toBe(0);
  });
});

describe("last-time", () => {
  const clock = (newest: number, now = 1_700_000_000) => {
    const made = room();
    writeFileSync(join(made.data, "box.db-wal"), "");
    utimesSync(join(made.data, "box.db-wal"), newest, newest);
    made.standIn("date", `case "$1" in +%s) echo ${now};; esac`);
    // What the image brings along is of this machine, and says nothing here.
    made.standIn(
      "stat",
      'for each; do shift; case "$each" in /usr/lib/*) ;; *) set -- "$@" "$each";; esac; done; exec /usr/bin/stat "$@"',
    );
    const { status, stdout } = made.run("last-time", made.data);
    return { status, stdout, set: /--set=@(\d+)/.exec(made.asked())?.[1] ?? null };
  };

  it("sets a clock forward that stands behind what the box has written", () => {
    expect(clock(1_700_086_400)).toMatchObject({ status: 0, set: "1700086400" });
    expect(clock(1_700_086_400).stdout).toContain("86400 s");
  });

  it("never sets a clock back", () => {
    expect(clock(1_600_000_000)).toEqual({ status: 0, stdout: "", set: null });
  });

  it("does not believe a file from the far future", () => {
    expect(clock(4_200_000_000)).toMatchObject({ status: 0, set: null });
  });
});
