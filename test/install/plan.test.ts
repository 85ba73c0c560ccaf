// What an installation on Debian puts where, and on which machines it refuses to begin.

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { hasCode } from "../../src/base/index.ts";
import { parseBoxConfig, parseRelayConfig } from "../../src/config/index.ts";
import { checkMachine, type MachineFacts, NEEDED_BYTES } from "../../systemd/install/machine.ts";
import {
  type InstallRecord,
  parseManifest,
  parseRecord,
  planInstall,
  productionPackages,
  type Role,
  recordOf,
} from "../../systemd/install/plan.ts";
import { boxText, consoleAddresses, planText, relayText } from "../../systemd/install/report.ts";
import { readSettings } from "../../systemd/install/settings.ts";
import { has } from "../systemd/unit-files.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const image: unknown = JSON.parse(read("systemd/manifest.json"));
const manifest = parseManifest(JSON.parse(read("systemd/debian/manifest.json")));

const plan = (role: Role, record: InstallRecord | null = null, has: (path: string) => boolean = () => false) =>
  planInstall({ ...{ manifest, image, role, record }, has });

const codeOf = (task: () => unknown): string => {
  try {
    task();
  } catch (error) {
    for (const code of [
      "usage",
      "manifest",
      "not_root",
      "no_systemd",
      "distribution",
      "old_debian",
      "architecture",
      "no_space",
    ])
      if (hasCode(error, `install.${code}`)) return code;
    throw error;
  }
  return "none";
};

describe("the plan for a box", () => {
  it("has its units, users, rules and settings, each from a file that is there", () => {
    const { files, enable } = plan("box");
    expect(files.map(({ target }) => target).sort()).toEqual([
      "/usr/bin/numberbox",
      "/usr/lib/systemd/system/numberbox-asterisk.service",
      "/usr/lib/systemd/system/numberbox-drachtio.service",
      "/usr/lib/systemd/system/numberbox.service",
      "/usr/lib/sysusers.d/numberbox-serial.conf",
      "/usr/lib/sysusers.d/numberbox.conf",
      "/usr/lib/tmpfiles.d/numberbox-box.conf",
      "/usr/lib/udev/rules.d/71-numberbox-modems.rules",
      "/usr/lib/udev/rules.d/99-numberbox-brltty.rules",
      "/usr/share/numberbox/box.yaml",
    ]);
    expect(files.filter(({ source }) => !existsSync(join(root, "systemd", source)))).toEqual([]);
    expect(enable).toEqual(["numberbox.service"]);
  });

  it("takes nothing of the machine that is its owner's: network, firewall, clock, journal, SSH", () => {
    const targets = plan("box").files.map(({ target }) => target);
    expect(
      targets.filter((path) => /etc|firewall|chrony|NetworkManager|journald|ssh|polkit|boot|reset/.test(path)),
    ).toEqual([]);
  });

  it("turns the servers of calls on where their programs are", () => {
    expect(plan("box", null, (path) => path === "/usr/sbin/asterisk").enable).toEqual([
      "numberbox.service",
      "numberbox-asterisk.service",
    ]);
  });

  it("begins with settings that a box takes, open to the network by https and for whoever has the code", () => {
    const { web, host } = parseBoxConfig(read("systemd/debian/box.yaml"), "box.yaml");
    expect(web).toMatchObject({ claim: "code", tls: { mode: "box", listen: { host: "0.0.0.0", port: 8443 } } });
    expect(host.appliance).toBe(false);
  });
});

describe("the plan for a relay", () => {
  it("has no modem, no box and its own example of settings", () => {
    const { files, enable, packages } = plan("relay");
    expect(files.map(({ target }) => target).sort()).toEqual([
      "/usr/bin/numberbox",
      "/usr/lib/systemd/system/numberbox-relay.service",
      "/usr/lib/sysusers.d/numberbox.conf",
      "/usr/lib/tmpfiles.d/numberbox-relay.conf",
      "/usr/share/numberbox/relay.yaml",
    ]);
    expect({ enable, packages }).toEqual({ enable: ["numberbox-relay.service"], packages: ["ca-certificates"] });
    expect(parseRelayConfig(read("systemd/debian/relay.yaml"), "relay.yaml").trust_local_proxy).toBe(true);
  });
});

describe("the set-up with Debian's own npm (9 and 10)", () => {
  // They else call the lock incomplete: `npm ci` of both failed on it, that of npm 11 never.
  it("does not ask for packages that others would merely go along with", () => {
    expect(read(".npmrc")).toMatch(/^legacy-peer-deps=true$/m);
  });
});

describe("a plan on a machine that has something", () => {
  it("keeps the other role and brings it up to date as well", () => {
    const record = recordOf(plan("relay"), "0.6.0");
    expect(record.units).toEqual(["numberbox-relay.service"]);
    const both = plan("box", parseRecord(JSON.parse(JSON.stringify(record))));
    expect(both.roles).toEqual(["box", "relay"]);
    expect(both.enable).toEqual(["numberbox.service", "numberbox-relay.service"]);
    expect(both.files.filter(({ target }) => target === "/usr/bin/numberbox")).toHaveLength(1);
    expect(both.stale).toEqual([]);
  });

  it("names what the version before had and this one has not", () => {
    const { files, ...rest } = recordOf(plan("box"), "0.5.0");
    const old = { ...rest, files: [...files, "/usr/lib/udev/rules.d/70-gone.rules"] };
    expect(plan("box", old).stale).toEqual(["/usr/lib/udev/rules.d/70-gone.rules"]);
  });

  it("is none from a record or a manifest that names places elsewhere", () => {
    const record = { version: "1", roles: ["box"], units: [], files: ["/usr/../etc/shadow"] };
    expect(codeOf(() => parseRecord(record))).toBe("manifest");
    expect(codeOf(() => parseRecord({ ...record, files: ["/home/pi/x"] }))).toBe("manifest");
    expect(
      codeOf(() => planInstall({ ...{ manifest, role: "box", record: null, image: { files: [] } }, has: () => true })),
    ).toBe("manifest");
  });
});

describe("the npm packages of the program", () => {
  it("are those of the lock without what only develops", () => {
    const packages = productionPackages(JSON.parse(read("package-lock.json")));
    expect(packages).toEqual(
      expect.arrayContaining(["node_modules/sqlite3", "node_modules/zod", "node_modules/node-red"]),
    );
    expect(packages.filter((path) => /\/(vite|vitest|typescript|playwright-core|@biomejs)/.test(path))).toEqual([]);
  });
});

const DEBIAN_13 = 'PRETTY_NAME="Debian GNU/Linux 13 (trixie)"\nID=debian\nVERSION_ID="13"\n';
const good: MachineFacts = {
  root: true,
  systemd: true,
  osRelease: DEBIAN_13,
  processor: "arm64",
  freeBytes: NEEDED_BYTES,
};

describe("a machine", () => {
  it.each([
    ["Debian 13", {}, "none"],
    ["Raspberry Pi OS of the same age", { osRelease: "ID=raspbian\nVERSION_ID=13\n" }, "none"],
    ["Debian testing, which has no number", { osRelease: "ID=debian\nVERSION_CODENAME=forky\n" }, "none"],
    ["one where somebody else than root asks", { root: false }, "not_root"],
    ["Debian 12", { osRelease: 'ID=debian\nVERSION_ID="12"\n' }, "old_debian"],
    ["Ubuntu", { osRelease: 'ID=ubuntu\nID_LIKE=debian\nVERSION_ID="26.04"\n' }, "distribution"],
    ["one that does not say what it is", { osRelease: "" }, "distribution"],
    ["one without systemd", { systemd: false }, "no_systemd"],
    ["a 32-bit Raspberry Pi OS", { processor: "arm" }, "architecture"],
    ["one with a byte too little", { freeBytes: NEEDED_BYTES - 1 }, "no_space"],
  ] as const)("%s is taken or refused with its reason", (_name, facts, code) => {
    expect(codeOf(() => checkMachine({ ...good, ...facts }))).toBe(code);
  });
});

describe("the command line", () => {
  it.each([
    [[], { action: "install", role: "box", yes: false }],
    [["--relay", "--yes"], { action: "install", role: "relay", yes: true }],
    [["--uninstall", "--purge"], { action: "uninstall", purge: true }],
    [["--stage", "/out"], { action: "stage", folder: "/out" }],
    [["--help"], null],
  ] as const)("%j is understood", (argv, settings) => {
    const found = readSettings(argv);
    if (settings === null) expect(found).toBeNull();
    else expect(found).toMatchObject(settings);
  });

  it.each([
    ["--purge"],
    ["--relay", "--uninstall"],
    ["--stage", "/out", "--relay"],
    ["--stage", ""],
    ["--nonsense"],
    ["box"],
  ])("%s %s is refused", (...argv) =>
    expect(codeOf(() => readSettings(argv.filter((each) => each !== undefined)))).toBe("usage"),
  );
});

describe("what the operator hears", () => {
  const web = (text: string) => parseBoxConfig(text, "box.yaml");

  it("is the console's address as the settings have it", () => {
    const own = ["192.0.2.7"];
    expect(consoleAddresses(web(read("systemd/debian/box.yaml")), own)).toEqual(["https://192.0.2.7:8443/"]);
    expect(consoleAddresses(web("web: { listen: '0.0.0.0:80' }"), own)).toEqual(["http://192.0.2.7/"]);
    expect(consoleAddresses(web("web: { listen: '127.0.0.1:8080' }"), own)).toEqual(["http://127.0.0.1:8080/"]);
  });

  it("is the code, and where it lies, until the box has an owner", () => {
    expect(boxText(["https://192.0.2.7:8443/"], "ABCD-2345")).toContain(
      "ABCD-2345 (also: sudo cat /var/lib/numberbox/claim-code)",
    );
    expect(boxText(["https://192.0.2.7:8443/"], null)).toContain("has an owner already");
  });

  it("is what a relay still waits for", () => {
    expect(relayText(false)).toContain("/usr/share/numberbox/relay.yaml /var/lib/numberbox-relay/relay.yaml");
    expect(relayText(true)).toBe("The relay runs.\n");
  });

  it("is all that will be done, before it is", () => {
    const text = planText(plan("box"), ["uhubctl"], "0.6.0");
    expect(text).toContain("packages of Debian  uhubctl\n");
    expect(text).toContain("numberbox.service");
    expect(text).toContain("/var/lib/numberbox");
  });
});

describe("the scripts", () => {
  it.each(["systemd/debian/numberbox", "systemd/install/install.sh"])("%s can be run", (path) => {
    expect(statSync(join(root, path)).mode & 0o111).toBe(0o111);
  });

  it.skipIf(!has("shellcheck"))("have nothing that shellcheck finds (skipped where it is not installed)", () => {
    const paths = ["systemd/debian/numberbox", "systemd/install/install.sh"].map((path) => join(root, path));
    const { status, stdout } = spawnSync("shellcheck", paths, { encoding: "utf8" });
    expect({ status, stdout }).toEqual({ status: 0, stdout: "" });
  });
});
