import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Secret } from "../../../src/base/index.ts";
import type { AsteriskSetup } from "../../../src/voice/asterisk/asterisk-setup.ts";
import { asteriskFiles } from "../../../src/voice/asterisk/configuration.ts";
import { writeConfiguration } from "../../../src/voice/asterisk/write-configuration.ts";

const PASSWORD = "0123456789abcdefghij";

function setup(change: Partial<AsteriskSetup> = {}): AsteriskSetup {
  return {
    folders: {
      configuration: "/etc/a",
      modules: "/usr/lib/m",
      data: "/usr/share/a",
      state: "/var/lib/a",
      run: "/run/a",
      log: "/var/log/a",
    },
    ari: { port: 8088, user: "numberbox", password: new Secret(PASSWORD) },
    media: { address: "192.0.2.7", ports: { first: 20_000, last: 20_199 } },
    edge: {
      kind: "asterisk",
      realm: "box.example",
      digests: ["MD5"],
      udp: { address: "0.0.0.0", port: 5060 },
      tcp: null,
      tls: { address: "::", port: 5061, certificateFile: "/etc/a/edge.crt", keyFile: "/etc/a/edge.key" },
      external: { address: "198.51.100.4", localNets: ["192.0.2.0/24"] },
    },
    ...change,
  };
}

function text(of: AsteriskSetup, name: string): string {
  return asteriskFiles(of).find((file) => file.name === name)?.text ?? "";
}

describe("Asterisk's configuration", () => {
  it("is the same for the same setup, in the order of names, and its one secret is in a secret file only", () => {
    const files = asteriskFiles(setup());
    expect(asteriskFiles(setup())).toEqual(files);
    expect(files.map(({ name }) => name)).toEqual(files.map(({ name }) => name).sort());
    expect(files.filter((file) => file.text.includes(PASSWORD)).map(({ name }) => name)).toEqual(["ari.conf"]);
    expect(files.filter(({ secret }) => secret).map(({ name }) => name)).toEqual(["ari.conf"]);
  });

  it("listens for ARI on the loopback only, loads nothing by itself and logs no numbers", () => {
    expect(text(setup(), "http.conf")).toContain("bindaddr=127.0.0.1");
    expect(text(setup(), "modules.conf")).toContain("autoload=no");
    expect(text(setup(), "logger.conf")).not.toMatch(/notice|verbose|debug/);
    expect(text(setup(), "asterisk.conf")).toContain("live_dangerously = no");
  });

  it("has transports and no account in a file where Asterisk is the edge", () => {
    const pjsip = text(setup(), "pjsip.conf");
    expect([...pjsip.matchAll(/^\[(.+)\]$/gm)].map(([, name]) => name)).toEqual(["global", "edge-udp", "edge-tls"]);
    expect(pjsip).toContain("bind=[::]:5061");
    expect(pjsip).toContain("external_media_address=198.51.100.4");
    expect(pjsip).toContain("default_auth_algorithms_uas=MD5");
    expect(text(setup(), "sorcery.conf")).toContain("auth=memory");
  });

  it("has a trusted leg on the loopback for each encryption behind drachtio, and the address of the sound", () => {
    const behind = setup({ edge: { kind: "drachtio", port: 5070, edgePort: 5060 } });
    const pjsip = text(behind, "pjsip.conf");
    for (const kind of ["none", "sdes", "dtls"]) {
      expect(pjsip).toContain(`[edge-${kind}]`);
      expect(pjsip).toContain(`match_header=X-Media: ${kind}`);
    }
    expect(pjsip.match(/^bind=.*$/gm)).toEqual(["bind=127.0.0.1:5070"]);
    expect(pjsip).toContain("media_address=192.0.2.7");
    expect(text(behind, "modules.conf")).not.toContain("registrar");
  });

  it.each([
    ["a path", { folders: { ...setup().folders, run: "/run/a\n[evil]" } }],
    ["a password", { ari: { port: 1, user: "numberbox", password: new Secret("0123456789abcdef;ghi") } }],
    ["a short password", { ari: { port: 1, user: "numberbox", password: new Secret("short") } }],
    ["an address", { media: { address: "192.0.2.7]", ports: { first: 1, last: 2 } } }],
  ])("refuses %s that would break out of its line", (_name, change) => {
    expect(() => asteriskFiles(setup(change))).toThrow(expect.objectContaining({ code: "voice.bad_setup" }));
  });
});

describe("writing it", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "numberbox-asterisk-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("says which files changed, keeps secrets to their owner, and leaves the others alone", async () => {
    const files = asteriskFiles(setup());
    expect(await writeConfiguration(folder, files)).toEqual(files.map(({ name }) => name));
    expect(readdirSync(folder).sort()).toEqual(files.map(({ name }) => name));
    expect(statSync(join(folder, "ari.conf")).mode & 0o777).toBe(0o600);
    expect(await writeConfiguration(folder, files)).toEqual([]);
    writeFileSync(join(folder, "rtp.conf"), "edited by hand");
    expect(await writeConfiguration(folder, files)).toEqual(["rtp.conf"]);
    expect(readFileSync(join(folder, "rtp.conf"), "utf8")).toContain("rtpstart=20000");
  });

  it("says where it could not write", async () => {
    writeFileSync(join(folder, "file"), "");
    await expect(writeConfiguration(join(folder, "file", "below"), asteriskFiles(setup()))).rejects.toMatchObject({
      code: "voice.cannot_write",
    });
  });
});
