// The files of the container image, held to what they name; `npm run container:test` builds and runs it.

import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { parseRelayConfig, parseYaml } from "../../src/config/index.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const containerfile = read("systemd/container/Containerfile");
const seen = read(".dockerignore")
  .split("\n")
  .flatMap((line) => (line.startsWith("!") ? [line.slice(1)] : []));
const isSeen = (path: string): boolean => seen.some((each) => path === each || path.startsWith(`${each}/`));

describe("the build of the container image", () => {
  it("sees what the set-up and the program are made of, and nothing that lies about", () => {
    expect(seen.filter((path) => !existsSync(join(root, path)))).toEqual([]);
    const needed = [
      "package-lock.json",
      "test/tooling/setup.mjs",
      "src/bin/launch.mjs",
      "systemd/install/main.ts",
      "os-image/lib/app-tree.ts",
    ];
    expect(needed.filter((path) => !isSeen(path))).toEqual([]);
    expect(["node_modules", ".git", "os-image/out", "test/e2e"].filter(isSeen)).toEqual([]);
  });

  it("copies files that are there", () => {
    const copied = [...containerfile.matchAll(/^COPY (?:--\S+ )*(systemd\/\S+)/gm)].flatMap(([, path]) => path ?? []);
    expect(copied).toEqual(["systemd/container/health", "systemd/debian/box.yaml"]);
    expect(copied.filter((path) => !existsSync(join(root, path)) || !isSeen(path))).toEqual([]);
  });

  it("ends as a user without rights, whose number volumes can rely on", () => {
    expect(containerfile).toMatch(/useradd --uid 10001/);
    expect(containerfile.lastIndexOf("\nUSER numberbox\n")).toBeGreaterThan(containerfile.lastIndexOf("\nRUN "));
  });

  it("has a health check that can be run", () => {
    expect(statSync(join(root, "systemd/container/health")).mode & 0o111).toBe(0o111);
    expect(containerfile).toContain('CMD ["/usr/bin/numberbox-health"]');
  });
});

describe("the example with a proxy", () => {
  it("has settings that a relay takes", () => {
    const { listen, trust_local_proxy: trusts } = parseRelayConfig(read("systemd/container/relay.yaml"), "relay.yaml");
    expect({ listen, trusts }).toMatchObject({ listen: { host: "127.0.0.1", port: 8090 }, trusts: true });
  });

  it("has Caddy in the relay's network, with the settings that are tested for a cluster", () => {
    const { services } = parseYaml(read("systemd/container/compose.yaml"), "compose.yaml") as {
      services: Record<string, { network_mode?: string; volumes: string[] }>;
    };
    expect(services.caddy?.network_mode).toBe("service:relay");
    const named = Object.values(services).flatMap(({ volumes }) =>
      volumes.flatMap((each) => /^\.\/([^:]+):/.exec(each)?.[1] ?? []),
    );
    expect(named.filter((name) => !existsSync(join(root, "systemd/container", name)))).toEqual([]);
    const site = (text: string): string => text.slice(text.indexOf("relay.example.org {"));
    expect(site(read("systemd/container/Caddyfile"))).toBe(site(read("systemd/relay-cluster/Caddyfile")));
  });
});
