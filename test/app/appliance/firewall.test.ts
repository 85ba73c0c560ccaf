import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadRuleset, refreshFirewall, rulesetOf, rulesetOfFiles } from "../../../src/app/appliance/firewall.ts";
import { accessPointPlan, firewallPlan } from "../../../src/app/appliance/firewall-plan.ts";
import { sshView } from "../../../src/app/appliance/ssh-access.ts";
import { AppError, silentLogger } from "../../../src/base/index.ts";
import { parseBoxConfig } from "../../../src/config/index.ts";
import type { SystemAction } from "../../../src/core/index.ts";
import { VirtualClock } from "../../sim/virtual-clock.ts";

const openOf = (yaml: string, hasSshKey = false): readonly string[] =>
  firewallPlan(parseBoxConfig(yaml, "test"), hasSshKey).map(
    ({ protocol, ports: [first, last], from }) =>
      `${protocol} ${first === last ? first : `${first}-${last}`}${from === null ? "" : ` from ${from.join(" ")}`}`,
  );

describe("what the settings open", () => {
  it("is nothing but the name in the network while the console is for this machine alone", () => {
    expect(openOf("")).toEqual(["udp 5353"]);
    expect(openOf("host: { firewall: { mdns: false } }")).toEqual([]);
  });

  it("is the console where it is for the network", () => {
    const web = 'web: { listen: "0.0.0.0:80", tls: { mode: box, listen: "0.0.0.0:443" } }';
    expect(openOf(web)).toEqual(["tcp 80", "tcp 443", "udp 5353"]);
    expect(openOf('web: { listen: "0.0.0.0:80", tls: { mode: box, listen: "127.0.0.1:443" } }')[1]).toBe("udp 5353");
  });

  it("is SIP and the sound of calls where there are calls", () => {
    const voice = (more: string) => openOf(`voice: { host: sip.example, asterisk: { password_file: x }${more} }`);
    expect(voice("")).toEqual(["udp 5353", "tcp 5061", "udp 20000-20199"]);
    expect(voice(", transports: { tls: false, udp: 5060, tcp: 5062 }")).toEqual([
      ...["udp 5353", "tcp 5062", "udp 5060", "udp 20000-20199"],
    ]);
    expect(voice(', listen: "127.0.0.1"')).toEqual(["udp 5353"]);
  });

  it("limits what one address may send to SIP, and nothing else", () => {
    const plan = firewallPlan(parseBoxConfig("voice: { host: sip.example, asterisk: { password_file: x } }", "test"));
    expect(plan.filter(({ limit }) => limit !== undefined).map(({ what }) => what)).toEqual(["SIP over TLS"]);
  });

  it("is only the sound where phones are at a relay", () => {
    const voice =
      "voice: { host: sip.example, sip_edge: relay, asterisk: { password_file: x } }\nrelay: { url: https://r.example }";
    expect(openOf(voice)).toEqual(["udp 5353", "udp 20000-20199"]);
  });

  it("is addresses, names and the console in the box's own access point", () => {
    const web =
      'web: { listen: "0.0.0.0:80", tls: { mode: box, listen: "0.0.0.0:443" } }\nhost: { firewall: { ssh: true } }';
    const plan = accessPointPlan(parseBoxConfig(web, "test"));
    expect(plan.map(({ protocol, ports: [first] }) => `${protocol} ${first}`)).toEqual([
      ...["udp 67", "udp 53", "tcp 53", "tcp 80", "tcp 443"],
    ]);
  });

  it("is what else the owner names", () => {
    const more =
      'host: { firewall: { ssh: true, relay: 8090, mqtt: true, open: [{ port: 9100, from: ["192.0.2.0/24"] }] } }';
    expect(openOf(more)).toEqual(["udp 5353", "tcp 22", "tcp 8090", "tcp 8883", "tcp 9100 from 192.0.2.0/24"]);
  });
});

describe("SSH", () => {
  it("is open in the local network where somebody's key is, and shut without one", () => {
    expect(openOf("host: { firewall: { mdns: false } }", true)).toEqual([
      "tcp 22 from 10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 169.254.0.0/16 fc00::/7 fe80::/10",
    ]);
    expect(openOf("host: { firewall: { mdns: false } }")).toEqual([]);
  });

  it("is as the settings say where they say something", () => {
    expect(openOf("host: { firewall: { mdns: false, ssh: false } }", true)).toEqual([]);
    expect(openOf("host: { firewall: { mdns: false, ssh: true } }", true)).toEqual(["tcp 22"]);
  });

  it("is told to the console with whose keys open it", async () => {
    const folder = mkdtempSync(join(tmpdir(), "numberbox-ssh-"));
    try {
      writeFileSync(
        join(folder, "anna"),
        `ssh-ed25519 ${"A".repeat(68)} me at desk\n# old\n\nssh-rsa ${"B".repeat(80)}\n`,
      );
      writeFileSync(join(folder, "anna.new"), "ssh-rsa half");
      const keys = [
        { user: "anna", type: "ssh-ed25519", comment: "me at desk" },
        { user: "anna", type: "ssh-rsa", comment: "" },
      ];
      expect(await sshView(parseBoxConfig("", ""), folder)).toEqual({ open: "local", keys });
      const shut = parseBoxConfig("host: { firewall: { ssh: false } }", "");
      expect(await sshView(shut, folder)).toEqual({ open: "shut", keys });
      expect(await sshView(parseBoxConfig("", ""), join(folder, "none"))).toEqual({ open: "shut", keys: [] });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe("the firewall's rules", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "numberbox-firewall-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const open = 'web: { listen: "0.0.0.0:80" }';

  it("are made of the settings' file", async () => {
    expect(await rulesetOfFiles(folder, file("box.yaml", open))).toEqual({
      text: rulesetOf(parseBoxConfig(open, "")),
      problem: null,
    });
  });

  it("open SSH for a key that Imager was given", async () => {
    const keys = join(folder, "ssh");
    const rules = async () => (await rulesetOfFiles(folder, join(folder, "none.yaml"), { sshKeys: keys })).text;
    expect(await rules()).not.toContain("dport 22 ");
    mkdirSync(keys);
    file("ssh/anna", `ssh-ed25519 ${"A".repeat(68)} me\n`);
    expect(await rules()).toContain('ip saddr 192.168.0.0/16 tcp dport 22 accept comment "SSH"');
  });

  it("are those of the settings that worked last while the file is faulty, so that the console stays reachable", async () => {
    file("last-good.yaml", open);
    const { text, problem } = await rulesetOfFiles(folder, file("box.yaml", "web: { lissten: x }"));
    expect(text).toContain("tcp dport 80 accept");
    expect(problem).not.toBeNull();
  });

  it("are the defaults' where there is nothing", async () => {
    const { text, problem } = await rulesetOfFiles(folder, join(folder, "box.yaml"));
    expect([text, problem]).toEqual([rulesetOf(parseBoxConfig("", "")), null]);
  });

  it("are told to the box only when the kernel has taken them", async () => {
    const clock = new VirtualClock();
    const { signal } = new AbortController();
    const ran: string[] = [];
    const good = async () => ran.push("nft").toString();
    await loadRuleset("first", { folder, clock, signal, run: good });
    const failing = () => Promise.reject(new AppError("host.program_failed", "no"));
    await loadRuleset("second", { folder, clock, signal, run: failing }).catch(() => {});
    expect(readFileSync(join(folder, "loaded.nft"), "utf8")).toBe("first");
    expect(ran).toHaveLength(1);
  });

  it("are asked for when the settings want others, and only then", async () => {
    const asked: SystemAction[] = [];
    const deps = {
      ...{ folder, sshKeys: join(folder, "ssh") },
      log: silentLogger,
      actions: { perform: async (action: SystemAction) => void asked.push(action) },
      servingOn: (): string | null => null,
    };
    const config = parseBoxConfig(open, "");
    await refreshFirewall(config, deps);
    expect(asked).toEqual(["apply_firewall"]);
    file("loaded.nft", rulesetOf(config));
    await refreshFirewall(config, deps);
    expect(asked).toHaveLength(1);
    await refreshFirewall(config, { ...deps, servingOn: () => "wlan0" });
    expect(asked).toHaveLength(2);
    file("loaded.nft", rulesetOf(config, { servingOn: "wlan0", hasSshKey: false }));
    await refreshFirewall(config, { ...deps, servingOn: () => "wlan0" });
    expect(asked).toHaveLength(2);
    await refreshFirewall(config, deps);
    expect(asked).toHaveLength(3);
    file("loaded.nft", rulesetOf(config));
    mkdirSync(join(folder, "ssh"));
    file("ssh/anna", `ssh-ed25519 ${"A".repeat(68)}\n`);
    await refreshFirewall(config, deps);
    expect(asked).toHaveLength(4);
    const failing = { perform: () => Promise.reject(new AppError("host.not_allowed", "no")) };
    await refreshFirewall(parseBoxConfig("", ""), { ...deps, actions: failing });
  });
});
