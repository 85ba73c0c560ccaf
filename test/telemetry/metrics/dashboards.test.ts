import { describe, expect, it } from "vitest";
import { z } from "zod";
import { parseYaml } from "../../../src/config/index.ts";
import { shippedFile } from "../../../src/telemetry/index.ts";
import { METRICS } from "../../../src/telemetry/metrics/metric-table.ts";

const textOf = async (name: "dashboard" | "rules"): Promise<string> =>
  new TextDecoder().decode((await shippedFile(name)).content);

const rulesFile = z.strictObject({
  groups: z.array(
    z.strictObject({
      name: z.string(),
      rules: z.array(
        z.strictObject({
          alert: z.string().regex(/^Numberbox[A-Z]\w+$/),
          expr: z.string(),
          for: z.string().regex(/^\d+[smhd]$/),
          labels: z.strictObject({ severity: z.enum(["info", "warning", "critical"]) }),
          annotations: z.strictObject({ summary: z.string().min(10), description: z.string().min(10) }),
        }),
      ),
    }),
  ),
});

const target = z.object({ expr: z.string(), refId: z.string() });
const panel = z.object({
  id: z.int(),
  type: z.string(),
  title: z.string(),
  gridPos: z.object({ x: z.int(), y: z.int(), w: z.int(), h: z.int() }),
  targets: z.array(target).default([]),
});
const dashboardFile = z.object({ title: z.literal("Numberbox"), uid: z.string(), panels: z.array(panel) });

/** Every name in a query that looks like a metric, and the labels that are asked of it. */
function metricsIn(query: string): readonly string[] {
  return [...query.matchAll(/\b(?:numberbox|process|nodejs)_[a-z0-9_]+/g)].map(([name]) => name);
}

function labelsIn(query: string): readonly (readonly [string, string])[] {
  return [...query.matchAll(/\b([a-z]+_[a-z0-9_]+)\{([^}]*)\}/g)].flatMap(([, name = "", inside = ""]) =>
    [...inside.matchAll(/([a-z]+)\s*(?:=~?|!=|!~)/g)].map(([, label = ""]) => [name, label] as const),
  );
}

function faultsOf(queries: readonly string[]): readonly string[] {
  const known = new Map<string, { readonly labels?: readonly string[] }>(Object.entries(METRICS));
  const unknown = queries.flatMap(metricsIn).filter((name) => !known.has(name));
  const labels = queries
    .flatMap(labelsIn)
    .filter(([name, label]) => label !== "instance" && known.get(name)?.labels?.includes(label) !== true)
    .map(([name, label]) => `${name}{${label}}`);
  const unbalanced = queries.filter((query) =>
    ["()", "{}", "[]"].some(([open = "", close = ""]) => query.split(open).length !== query.split(close).length),
  );
  return [...unknown, ...labels, ...unbalanced];
}

describe("what is shipped for Prometheus and Grafana", () => {
  it("has rules whose metrics and labels there are, for everything that the box should be woken for", async () => {
    const { groups } = rulesFile.parse(parseYaml(await textOf("rules"), "rules"));
    const rules = groups.flatMap((group) => group.rules);
    expect(faultsOf(rules.map(({ expr }) => expr))).toEqual([]);
    for (const { expr } of rules) expect(metricsIn(expr), expr).not.toEqual([]);
    const names = rules.map(({ alert }) => alert.slice("Numberbox".length));
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(
      expect.arrayContaining(
        "SimLost SmsStorageFull OutboxOld RelayDown ChainLag CertificateExpiring DiskLow Hot ClockUnsynchronised MemoryLow".split(
          " ",
        ),
      ),
    );
  });

  it("has a dashboard whose queries there are, and whose panels lie beside each other", async () => {
    const { panels } = dashboardFile.parse(JSON.parse(await textOf("dashboard")));
    const queries = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
    expect(queries.length).toBeGreaterThan(20);
    expect(faultsOf(queries)).toEqual([]);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const taken = new Set<string>();
    for (const { gridPos, title, type, targets } of panels) {
      expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
      if (type !== "row") expect(targets, title).not.toEqual([]);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++)
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(taken.has(`${x} ${y}`), `${title} lies on another`).toBe(false);
          taken.add(`${x} ${y}`);
        }
    }
  });
});
