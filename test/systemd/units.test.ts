// The units of the image: systemd itself reads them, and counts what each may do beyond its work.

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import { afterAll, describe, expect, it } from "vitest";
import { Secret } from "../../src/base/index.ts";
import { buildProgram } from "../../src/bin/numberbox.ts";
import { parseBoxConfig } from "../../src/config/index.ts";
import { asteriskFiles } from "../../src/voice/index.ts";
import { testIo } from "../bin/run-rig.ts";
import { findAsterisk } from "../tooling/asterisk-cache.mjs";
import {
  has,
  manifest,
  read,
  SYSTEMD,
  services,
  settingsOf,
  UNITS,
  unitsForThisMachine,
  valuesOf,
} from "./unit-files.ts";

const folder = mkdtempSync(join(tmpdir(), "numberbox-units-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const hasAnalyze = has("systemd-analyze");
/** Of ten: `systemd-analyze security` calls up to 2.0 OK (the option counts tenths). */
const MOST_EXPOSURE = 20;

describe.skipIf(!hasAnalyze)("systemd (systemd-analyze is not installed)", () => {
  const paths = unitsForThisMachine(join(folder, "units"));

  it("takes every unit without a complaint of its own", { timeout: 60_000 }, () => {
    const { status, stderr } = spawnSync("systemd-analyze", ["verify", "--recursive-errors=no", ...paths], {
      encoding: "utf8",
    });
    const about = stderr.split("\n").filter((line) => line.includes("numberbox"));
    expect(about).toEqual([]);
    expect(status).toBe(0);
  });

  it.each(services)("finds %s exposed no more than 2.0", (name) => {
    const args = ["security", "--offline=true", `--threshold=${MOST_EXPOSURE}`, join(UNITS, name)];
    const { status, stdout } = spawnSync("systemd-analyze", args, { encoding: "utf8" });
    const said = stdout.split("\n").filter((line) => line.includes("✗") || line.includes("Overall"));
    expect(status, said.join("\n")).toBe(0);
    expect(stdout).toContain(`Overall exposure level for ${name}`);
  });
});

describe("each unit", () => {
  it.each(services)("%s runs as a user of its own, or says why as root", (name) => {
    const own = valuesOf(name, "User").length + valuesOf(name, "DynamicUser").length;
    const text = read(`units/${name}`);
    if (own === 0) expect(text).toMatch(/^# Root, because /m);
    else expect(text).not.toMatch(/^# Root/m);
    expect(valuesOf(name, "User")).not.toContain("root");
  });

  it.each(services)("%s says what it keeps that it could do without elsewhere", (name) => {
    const text = read(`units/${name}`);
    const open = /MemoryDenyWriteExecute/.test(text) && !/^MemoryDenyWriteExecute=yes$/m.test(text);
    if (open) expect(text).toMatch(/^# {3}MemoryDenyWriteExecute {2,}\S/m);
    for (const value of valuesOf(name, "CapabilityBoundingSet").filter((each) => each !== "")) {
      for (const capability of value.split(" ")) expect(text).toMatch(new RegExp(`^#.*${capability}`, "m"));
    }
  });

  it.each(services.filter((name) => valuesOf(name, "Restart").length > 0))(
    "%s is restarted for ever, slower and slower",
    (name) => {
      expect(valuesOf(name, "Restart")).toEqual(["always"]);
      expect(valuesOf(name, "StartLimitIntervalSec")).toEqual(["0"]);
      expect(valuesOf(name, "RestartSteps")).toHaveLength(1);
      expect(valuesOf(name, "RestartMaxDelaySec")).toHaveLength(1);
    },
  );

  it("has a user that exists", () => {
    const users = [...read("sysusers/numberbox.conf").matchAll(/^u (\S+)/gm)].map(([, name]) => name);
    const named = services.flatMap((name) => valuesOf(name, "User"));
    expect(named.filter((name) => !users.includes(name))).toEqual([]);
  });
});

/** Commands that a role would run in; here they are only to be understood. */
function parsed(argv: readonly string[]): Promise<{ readonly name: string; readonly options: unknown }> {
  return new Promise((resolve, reject) => {
    const listen = (command: Command): void => {
      command.exitOverride().configureOutput({ writeErr: () => {} });
      for (const each of command.commands) listen(each);
      // A command may have others below it and do something itself.
      if (command.parent !== null) {
        command.action(() => resolve({ name: command.name(), options: command.opts() }));
      }
    };
    buildProgram(
      argv[0] ?? "",
      testIo(
        {},
        () => {},
        () => {},
      ),
      () => {},
    )
      .then((program) => {
        listen(program);
        return program.parseAsync([...argv], { from: "user" });
      })
      .catch(reject);
  });
}

describe("the program", () => {
  const lines = services
    .flatMap((name) => valuesOf(name, "ExecStart"))
    .flatMap((line) => (line.startsWith("/usr/bin/numberbox ") ? [line.split(" ").slice(1)] : []));

  it.each(lines.map((argv) => [argv.join(" "), argv] as const))("understands `numberbox %s`", async (_line, argv) => {
    const { name } = await parsed(argv);
    expect(argv).toContain(name);
  });

  it("is what this looks at: an option that it does not have is refused", async () => {
    expect(lines.length).toBeGreaterThan(3);
    await expect(parsed(["start", "--supervised"])).rejects.toThrow(/unknown option/);
  });
});

describe("the unit of Asterisk", () => {
  it("hands over each file that the box writes, and no other", () => {
    const files = asteriskFiles({
      folders: { configuration: "/c", modules: "/m", data: "/d", state: "/s", run: "/r", log: "/l" },
      ari: { port: 8088, user: "numberbox", password: new Secret("0123456789abcdef") },
      media: { address: null, ports: { first: 20_000, last: 20_199 } },
      edge: { kind: "drachtio", port: 5070, edgePort: 5071 },
    }).map(({ name }) => name);
    const etc = "/var/lib/numberbox/voice/asterisk/etc/";
    const handed = valuesOf("numberbox-asterisk.service", "LoadCredential").filter((value) => value.includes(etc));
    expect(handed).toEqual(files.map((name) => `${name}:${etc}${name}`));
  });
});

describe("the manifest for the image", () => {
  const { files, enable } = manifest();

  it("names files that are there, each place once", () => {
    expect(files.filter(({ source }) => !existsSync(join(SYSTEMD, source)))).toEqual([]);
    const targets = files.map(({ target }) => target);
    expect(new Set(targets).size).toBe(targets.length);
    expect(targets.filter((target) => !target.startsWith("/usr/") && !target.startsWith("/etc/"))).toEqual([]);
  });

  it("names every file of this folder, what is for other machines apart", () => {
    const others = ["container/", "debian/", "install/", "nginx/", "prometheus/", "relay-cluster/"];
    const all = readdirSync(SYSTEMD, { recursive: true, encoding: "utf8" }).filter(
      (name) => statSync(join(SYSTEMD, name)).isFile() && !others.some((folder) => name.startsWith(folder)),
    );
    const named = new Set([...files.map(({ source }) => source), "manifest.json", "README.md"]);
    expect(all.filter((name) => !named.has(name))).toEqual([]);
  });

  it("makes programs of those that are run", () => {
    const modeOf = new Map(files.map(({ target, mode }) => [target, mode]));
    const run = services.flatMap((name) => valuesOf(name, "ExecStart")).map((line) => line.split(" ")[0] ?? "");
    const ours = run.filter((path) => path.startsWith("/usr/lib/numberbox-host/"));
    expect(ours.length).toBeGreaterThan(2);
    expect(ours.map((path) => modeOf.get(path))).toEqual(ours.map(() => "0755"));
  });

  it("turns on what wants to be turned on, and only that", () => {
    const wanting = services.filter((name) =>
      settingsOf(read(`units/${name}`)).some(({ section, key }) => section === "Install" && key === "WantedBy"),
    );
    expect(enable.filter((name) => name.startsWith("numberbox")).sort()).toEqual([...wanting].sort());
  });
});

const scripts = readdirSync(join(SYSTEMD, "libexec")).sort();

describe.skipIf(!has("shellcheck"))("shellcheck (not installed)", () => {
  it.each(scripts)("finds nothing in %s", (name) => {
    const { status, stdout } = spawnSync("shellcheck", [join(SYSTEMD, "libexec", name)], { encoding: "utf8" });
    expect(stdout).toBe("");
    expect(status).toBe(0);
  });
});

describe.skipIf(!has("nft"))("nft (not installed)", () => {
  it("takes the rules that hold until the box has read its settings", () => {
    const { status, stderr } = spawnSync("nft", ["-c", "-f", join(SYSTEMD, "nftables/base.nft")], { encoding: "utf8" });
    // Without CAP_NET_ADMIN it cannot look at what is loaded, which is no fault of the rules.
    if (/Operation not permitted/.test(stderr)) return;
    expect(stderr).toBe("");
    expect(status).toBe(0);
  });
});

const tree = findAsterisk();

describe.skipIf(tree === null)("chronyd (not unpacked)", () => {
  it("takes its configuration", () => {
    const { loader = "", libraries = "", chronyd = "" } = tree ?? {};
    const args = ["--library-path", libraries, chronyd, "-p", "-f", join(SYSTEMD, "chrony/numberbox.conf")];
    const { status, stderr } = spawnSync(loader, args, { encoding: "utf8" });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  });
});

describe("the box's chrony", () => {
  const text = read("chrony/numberbox.conf");

  it("takes the time servers that the LAN's DHCP names, though it be a single one", () => {
    // The folder of Debian's 20-chrony-dhcp for NetworkManager, which the image has with chrony.
    expect(text).toMatch(/^sourcedir \/run\/chrony-dhcp$/m);
    expect(text).toMatch(/^minsources 1$/m);
  });

  it.skipIf(tree === null)("names the folder that the dispatcher of its own package writes to (not unpacked)", () => {
    const { loader = "" } = tree ?? {};
    const hook = join(loader, "../../../lib/NetworkManager/dispatcher.d/20-chrony-dhcp");
    expect(readFileSync(hook, "utf8")).toMatch(/^server_dir=\/run\/chrony-dhcp$/m);
  });
});

describe("the configuration that a box leaves the factory with", () => {
  it("is one that a box takes", () => {
    const { web, node_red: flows } = parseBoxConfig(read("conf/box.yaml"), "box.yaml");
    expect(web).toMatchObject({ listen: { host: "0.0.0.0", port: 80 }, tls: { mode: "box", listen: { port: 443 } } });
    expect(flows.run).toBe("service");
  });
});
