import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readSourceMap } from "./source-map.ts";
import { readTree, root, type SourceFile } from "./source-tree.ts";

const src = readTree("src");
const tests = readTree("test");
const rules = readSourceMap();

const isSystem = (path: string): boolean => /^src\/base\/system-[a-z-]+\.ts$/.test(path);
const isPage = (path: string): boolean => /^src\/(web|dashboard)\/pages\//.test(path);

/** Folders above the pure ranks whose code runs in browsers as well. */
const inBrowsers: ReadonlySet<string> = new Set(["renter"]);

/** Files longer than the hard limit, each with its reason. Only tables of data belong here. */
const LONG_FILES: ReadonlyMap<string, string> = new Map([]);

function violations(files: readonly SourceFile[], check: (file: SourceFile) => readonly string[]): string[] {
  return files.flatMap((file) => check(file).map((what) => `${file.path}${what}`));
}

describe("the source map", () => {
  it("names every folder of src, and only those", () => {
    const folders = readdirSync(`${root}/src`, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect([...rules.keys()].sort()).toEqual(folders.map((entry) => entry.name).sort());
  });

  it("lets a folder import lower ranks only", () => {
    for (const rule of rules.values()) {
      for (const other of rule.mayImport)
        expect(rules.get(other)?.rank, `${rule.folder} may import ${other}`).toBeLessThan(rule.rank);
    }
  });

  it("is kept by every import between folders", () => {
    const found = violations(src, (file) =>
      file.imports.flatMap(({ line, target }) => {
        if (target === null || !target.startsWith("src/")) return [];
        const other = target.split("/")[1] ?? "";
        if (other === file.folder) return [];
        return rules.get(file.folder)?.mayImport.has(other) ? [] : [`:${line} imports ${other}`];
      }),
    );
    expect(found).toEqual([]);
  });

  it("lets outsiders import a folder's index only, and system files only app, bin", () => {
    const found = violations(src, (file) =>
      file.imports.flatMap(({ line, target }) => {
        if (target === null || !target.startsWith("src/")) return [];
        const [, other = "", ...rest] = target.split("/");
        if (other === file.folder)
          return isSystem(target) && !isSystem(file.path) ? [`:${line} imports ${target}`] : [];
        if (isSystem(target))
          return file.folder === "app" || file.folder === "bin" ? [] : [`:${line} imports ${target}`];
        return rest.join("/") === "index.ts" ? [] : [`:${line} imports ${target}`];
      }),
    );
    expect(found).toEqual([]);
  });

  it("keeps src from importing test, but for the simulators that commands load on demand", () => {
    const found = violations(src, (file) =>
      file.imports.flatMap(({ line, target }) =>
        target?.startsWith("test/") &&
        !(file.path === "src/bin/commands/simulator.ts" && target.startsWith("test/sim/"))
          ? [`:${line} imports ${target}`]
          : [],
      ),
    );
    expect(found).toEqual([]);
  });

  it("has no import cycle between files, type imports included", () => {
    const edges = new Map(src.map((file) => [file.path, file.imports.flatMap(({ target }) => target ?? [])]));
    const state = new Map<string, "open" | "done">();
    const cycles: string[] = [];
    const visit = (path: string, trail: readonly string[]): void => {
      if (state.get(path) === "done" || !edges.has(path)) return;
      if (state.get(path) === "open") {
        cycles.push([...trail.slice(trail.indexOf(path)), path].join(" → "));
        return;
      }
      state.set(path, "open");
      for (const next of edges.get(path) ?? []) visit(next, [...trail, path]);
      state.set(path, "done");
    };
    for (const path of edges.keys()) visit(path, []);
    expect(cycles).toEqual([]);
  });
});

describe("packages", () => {
  /** Packages that only one folder may use. */
  const OWNED: readonly (readonly [RegExp, readonly string[]])[] = [
    [/^(@noble|@hpke)\/|^(canonicalize|hash-wasm)$/, ["envelope"]],
    [/^(ssh2-sftp-client|webdav)$/, ["backup"]],
    [/^@nats-io\//, ["jetstream"]],
    [/^serialport$/, ["modem"]],
    [/^sqlite3$/, ["sqlite"]],
    [/^pino$/, ["base"]],
    [/^express$/, ["web", "relay"]],
    [/^ws$/, ["web", "relay", "renter-node", "node-red", "voice"]],
    [/^node-red$/, ["node-red"]],
    [/^systemd-notify$/, ["host"]],
    [/^httpxy$/, ["web"]],
    [/^yaml$/, ["config"]],
    [/^commander$/, ["bin"]],
    [/^mqtt$/, ["telemetry"]],
    [/^prom-client$/, ["telemetry", "relay"]],
    [/^drachtio-srf$/, ["voice"]],
    [/^(nodemailer|grammy)$/, ["notify"]],
    [/^uqr$/, ["web", "dashboard", "app", "bin"]],
    [/^(@peculiar\/x509|reflect-metadata)$/, ["tls"]],
    [/^(@simplewebauthn\/(server|browser)|otpauth)$/, ["web"]],
    [/^rate-limiter-flexible$/, ["web", "relay"]],
    [/^preact(\/|$)/, ["web", "page-parts", "dashboard"]],
    [/^uplot$/, ["web"]],
  ];

  it("are used by their owners only", () => {
    const found = violations(src, (file) =>
      file.imports.flatMap(({ line, specifier, target }) => {
        if (target !== null || specifier.startsWith("node:") || specifier === "zod") return [];
        const owner = OWNED.find(([pattern]) => pattern.test(specifier));
        if (isPage(file.path) && /vite/.test(specifier)) return [];
        return owner?.[1].includes(file.folder) ? [] : [`:${line} imports ${specifier}`];
      }),
    );
    expect(found).toEqual([]);
  });

  it("of Node stay out of the pure ranks, and out of what runs in browsers too", () => {
    const found = violations(src, (file) => {
      const rank = rules.get(file.folder)?.rank ?? 0;
      // These have the rank of `core` but touch the machine.
      const isPure = (rank <= 3 && !["net", "sqlite"].includes(file.folder)) || inBrowsers.has(file.folder);
      if (!isPure || isSystem(file.path)) return [];
      return file.imports.flatMap(({ line, specifier }) =>
        specifier.startsWith("node:") ? [`:${line} imports ${specifier}`] : [],
      );
    });
    expect(found).toEqual([]);
  });
});

describe("the renter's SDK", () => {
  it("reaches nothing of Node, whatever it imports", () => {
    const files = new Map(src.map((file) => [file.path, file]));
    const reached = new Set<string>();
    const queue = ["src/renter/index.ts"];
    for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
      if (reached.has(path)) continue;
      reached.add(path);
      queue.push(...(files.get(path)?.imports ?? []).flatMap(({ target }) => target ?? []));
    }
    const found = [...reached].flatMap((path) =>
      (files.get(path)?.imports ?? []).flatMap(({ line, specifier }) =>
        /^(node:|ws$|pino$|sqlite3$|express$)/.test(specifier) ? [`${path}:${line} imports ${specifier}`] : [],
      ),
    );
    expect(found).toEqual([]);
    expect(reached.size).toBeGreaterThan(30);
  });
});

describe("the house rules", () => {
  const EVERYWHERE = ["any", "non-null !", "@ts-ignore", "enum", "bare Error", "default export"];
  const AMBIENT = [
    "Date.now",
    "new Date()",
    "setTimeout()",
    "setInterval()",
    "Math.random",
    "process.env",
    "console",
    "performance.now",
  ];

  it("ban any, !, @ts-ignore, enums, bare errors and default exports in src", () => {
    const found = violations(src, (file) =>
      file.findings.flatMap(({ line, what }) =>
        EVERYWHERE.includes(what) && !(what === "default export" && file.path.endsWith("vite.config.ts"))
          ? [`:${line} ${what}`]
          : [],
      ),
    );
    expect(found).toEqual([]);
  });

  it("let only system files, config, bin and the browser's entry touch clock, timers, randomness and environment", () => {
    const allowed = (path: string): boolean =>
      isSystem(path) ||
      /^src\/(config|bin)\//.test(path) ||
      /^src\/(web\/pages|dashboard\/pages|page-parts)\/(main|browser)[a-z-]*\.tsx?$/.test(path);
    const found = violations(src, (file) =>
      allowed(file.path)
        ? []
        : file.findings.flatMap(({ line, what }) => (AMBIENT.includes(what) ? [`:${line} ${what}`] : [])),
    );
    expect(found).toEqual([]);
  });

  it("keep files within 400 lines and functions within 60, in src and test", () => {
    const found = violations([...src, ...tests], (file) => [
      ...(file.lines > (file.path.startsWith("src/") ? 400 : 600) && !LONG_FILES.has(file.path)
        ? [` has ${file.lines} lines`]
        : []),
      ...file.functions.flatMap(({ line, lines }) =>
        lines > 60 && file.path.startsWith("src/") ? [`:${line} has a function of ${lines} lines`] : [],
      ),
    ]);
    expect(found).toEqual([]);
  });

  it("open every source file with a comment on its role", () => {
    const silent = src.filter((file) => !file.text.startsWith("// "));
    expect(silent.map((file) => file.path)).toEqual([]);
  });

  it("name files in kebab-case, one concept each", () => {
    const names = src.map((file) => file.path.split("/").at(-1) ?? "");
    expect(
      names.filter(
        (name) => !/^[a-z0-9]+(-[a-z0-9]+)*(\.config|\.d)?\.tsx?$/.test(name) || /^(utils?|helpers?|misc)\./.test(name),
      ),
    ).toEqual([]);
  });

  it("keep real sleeps and module mocks out of the tests", () => {
    const found = violations(tests, (file) =>
      file.text
        .split("\n")
        .flatMap((text, at) => (/\bvi\.(mock|doMock)\(/.test(text) ? [`:${at + 1} mocks a module`] : [])),
    );
    expect(found).toEqual([]);
  });

  it("leave the top level as agreed", () => {
    const visible = readdirSync(root).filter(
      (name) => !name.startsWith(".") && name !== "node_modules" && name !== "coverage",
    );
    const agreed = [
      "package.json",
      "package-lock.json",
      "tsconfig.json",
      "src",
      "flows",
      "os-image",
      "systemd",
      "hardware",
      "test",
      "README.md",
      "LICENSE",
      "CHANGELOG.md",
    ];
    expect(visible.filter((name) => !agreed.includes(name))).toEqual([]);
  });
});
