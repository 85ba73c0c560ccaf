// An installation carried out in a folder that stands for the machine: what lies where afterwards, what is asked of its programs, and what
// is left after it was taken back.

import {
  chmodSync,
  existsSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AppError } from "../../src/base/index.ts";
import { type InstallDeps, install, missingPackages, readRecord } from "../../systemd/install/install.ts";
import { takeOver } from "../../systemd/install/ownership.ts";
import { parseManifest, planInstall, type Role } from "../../systemd/install/plan.ts";
import { uninstall } from "../../systemd/install/uninstall.ts";

const source = fileURLToPath(new URL("../../", import.meta.url));
const json = (path: string): unknown => JSON.parse(readFileSync(join(source, path), "utf8"));
const manifest = parseManifest(json("systemd/debian/manifest.json"));

let root = "";
let ran: string[] = [];
let said: string[] = [];
/** Beginnings of commands that fail. */
let broken: string[] = [];

const deps = (): InstallDeps => ({
  source,
  root,
  run: async (program, args) => {
    const line = [program, ...args].join(" ");
    ran.push(line);
    if (broken.some((start) => line.startsWith(start))) throw new AppError("install.command", `${line} ended with 1`);
    return program === "journalctl" ? "web.listen: the console cannot listen on 0.0.0.0 port 8080\n" : "";
  },
  say: (text) => said.push(text),
  stage: async (_source, folder) => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "program"), String(ran.length));
  },
});

const planFor = async (role: Role) =>
  planInstall({
    ...{ manifest, image: json("systemd/manifest.json"), role, has: () => false },
    record: await readRecord(root),
  });

async function put(role: Role = "box", missing: readonly string[] = []): Promise<void> {
  await install(await planFor(role), { version: "0.6.0", architecture: "arm64", missing }, deps());
}

const filesBelow = (): readonly string[] =>
  readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((name) => statSync(join(root, name)).isFile())
    .sort();

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "numberbox-install-"));
  [ran, said, broken] = [[], [], []];
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe("an installation", () => {
  it("puts program, files with their modes and the record there, then makes users, then starts", async () => {
    await put();
    expect(filesBelow()).toContain("usr/lib/numberbox/program");
    expect(filesBelow()).toHaveLength(manifest.box.shared.length + manifest.box.files.length + 2);
    expect(statSync(join(root, "usr/bin/numberbox")).mode & 0o777).toBe(0o755);
    expect(ran).toEqual([
      "systemd-sysusers /usr/lib/sysusers.d/numberbox.conf /usr/lib/sysusers.d/numberbox-serial.conf",
      "systemd-tmpfiles --create /usr/lib/tmpfiles.d/numberbox-box.conf",
      "udevadm control --reload",
      "udevadm trigger --subsystem-match=usb --subsystem-match=tty",
      "systemctl daemon-reload",
      "systemctl enable --quiet numberbox.service",
      "systemctl restart numberbox.service",
    ]);
  });

  it("done again leaves the same, with the new program", async () => {
    await put();
    const before = filesBelow();
    await put();
    expect(filesBelow()).toEqual(before);
    expect(readFileSync(join(root, "usr/lib/numberbox/program"), "utf8")).toBe("7");
  });

  it("takes away what the version before had and this one has not", async () => {
    await put();
    const file = join(root, "usr/share/numberbox/installed.json");
    const record = JSON.parse(readFileSync(file, "utf8"));
    const gone = "/usr/lib/udev/rules.d/70-gone.rules";
    writeFileSync(file, JSON.stringify({ ...record, files: [...record.files, gone] }));
    writeFileSync(join(root, gone), "");
    await put();
    expect(existsSync(join(root, gone))).toBe(false);
    expect((await readRecord(root))?.files).not.toContain(gone);
  });

  it("gives the box the GPIO lines where the system keeps them to a group", async () => {
    mkdirSync(join(root, "etc"));
    writeFileSync(join(root, "etc/group"), "root:x:0:\ngpio:x:986:pi\n");
    await put();
    expect(ran).toContain("gpasswd -a numberbox gpio");
  });

  it("asks for newer lists when Debian's packages cannot be had, and gives up with the command to type", async () => {
    broken = ["apt-get -q install"];
    await expect(put("box", ["uhubctl", "gpiod"])).rejects.toMatchObject({
      code: "install.packages",
      hint: "sudo apt-get install uhubctl gpiod",
    });
    expect(ran.map((line) => line.split(" ")[2])).toEqual(["install", "update", "install"]);
    expect(filesBelow()).toEqual([]);
  });

  it("goes on without udev, and says so", async () => {
    broken = ["udevadm"];
    await put();
    expect(said.join("\n")).toContain("udev does not run here");
    expect(ran.at(-1)).toBe("systemctl restart numberbox.service");
  });

  it("says what the service said when it does not start, and can be taken back then", async () => {
    broken = ["systemctl restart"];
    await expect(put("relay")).rejects.toMatchObject({
      code: "install.not_started",
      cause: { message: "web.listen: the console cannot listen on 0.0.0.0 port 8080" },
      hint: "sudo journalctl -u numberbox-relay.service -n 50",
    });
    await uninstall(manifest, false, deps());
    expect(filesBelow()).toEqual([]);
  });

  it("that was stopped amid its files can be taken back as well", async () => {
    const whole = deps();
    const plan = await planFor("box");
    const files = [...plan.files.slice(0, 3), { source: "no/such/file", target: "/usr/bin/numberbox", mode: "0755" }];
    const options = { version: "0.6.0", architecture: "arm64", missing: [] } as const;
    await expect(install({ ...plan, files }, options, whole)).rejects.toThrow();
    await uninstall(manifest, false, whole);
    expect(filesBelow()).toEqual([]);
  });
});

describe("taking it back", () => {
  const data = [
    "var/lib/numberbox/box.db",
    "var/lib/numberbox-asterisk/x",
    "var/lib/numberbox-relay/relay.key",
    "etc/hosts",
  ];
  const putData = (): void => {
    for (const path of data) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), "");
    }
  };

  it("leaves data and users, and says where", async () => {
    putData();
    await put();
    await uninstall(manifest, false, deps());
    expect(filesBelow()).toEqual([...data].sort());
    expect(ran).toContain("systemctl disable --now --quiet numberbox.service");
    expect(ran.filter((line) => line.startsWith("userdel"))).toEqual([]);
    expect(said.at(-1)).toBe("data stays in /var/lib/numberbox, /var/lib/numberbox-asterisk");
  });

  it("with `purge` deletes the data of what was installed, and no other's", async () => {
    putData();
    await put();
    await uninstall(manifest, true, deps());
    expect(filesBelow()).toEqual(["etc/hosts", "var/lib/numberbox-relay/relay.key"]);
    // The relay's user stays: its data does.
    expect(ran.filter((line) => line.startsWith("userdel"))).toEqual(
      ["numberbox", "numberbox-node-red", "numberbox-voice", "numberbox-sip", "numberbox-log"].map(
        (name) => `userdel ${name}`,
      ),
    );
  });

  it("is refused where nothing was installed, and where the record is broken", async () => {
    await expect(uninstall(manifest, true, deps())).rejects.toMatchObject({ code: "install.not_installed" });
    mkdirSync(join(root, "usr/share/numberbox"), { recursive: true });
    writeFileSync(join(root, "usr/share/numberbox/installed.json"), "{");
    await expect(uninstall(manifest, true, deps())).rejects.toMatchObject({ code: "install.manifest" });
  });
});

describe("what was copied from an operator's folder", () => {
  it("can be changed by nobody else than who installs it, and run by all where it could be run", async () => {
    const [folder, text, program, link] = ["app", "app/text", "app/program", "app/link"].map((name) =>
      join(root, name),
    );
    mkdirSync(folder ?? "", { mode: 0o777 });
    writeFileSync(text ?? "", "");
    writeFileSync(program ?? "", "");
    chmodSync(text ?? "", 0o666);
    chmodSync(program ?? "", 0o770);
    symlinkSync("text", link ?? "");
    const isRoot = process.getuid?.() === 0;
    if (isRoot) for (const path of [folder, text, program, link]) lchownSync(path ?? "", 12_345, 12_345);
    await takeOver(folder ?? "");
    expect([folder, text, program].map((path) => statSync(path ?? "").mode & 0o7777)).toEqual([0o755, 0o644, 0o755]);
    const owners = [folder, text, program, link].map((path) => lstatSync(path ?? "").uid);
    expect(new Set(owners)).toEqual(new Set([process.getuid?.()]));
  });
});

describe("packages that are missing", () => {
  it("are those that dpkg does not call installed", async () => {
    const states: Readonly<Record<string, string>> = {
      gpiod: "Package: gpiod\nStatus: install ok installed\n",
      uhubctl: "Package: uhubctl\nStatus: deinstall ok config-files\n",
    };
    const run: InstallDeps["run"] = async (_program, args) => {
      const state = states[args.at(-1) ?? ""];
      if (state === undefined) throw new AppError("install.command", "not known");
      return state;
    };
    expect(await missingPackages(["gpiod", "uhubctl", "usb-modeswitch"], run)).toEqual(["uhubctl", "usb-modeswitch"]);
  });
});
