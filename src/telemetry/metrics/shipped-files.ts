// The dashboard for Grafana and the alert rules for Prometheus that the box ships.

import { readFile } from "node:fs/promises";
import type { MetricsFile } from "../../core/index.ts";

const FILES = {
  dashboard: { fileName: "numberbox-dashboard.json", type: "application/json" },
  rules: { fileName: "numberbox-rules.yml", type: "application/yaml" },
} as const satisfies Readonly<Record<string, Omit<MetricsFile, "content">>>;
export type ShippedFile = keyof typeof FILES;

export async function shippedFile(name: ShippedFile): Promise<MetricsFile> {
  const { fileName, type } = FILES[name];
  return { fileName, type, content: await readFile(new URL(`../dashboards/${fileName}`, import.meta.url)) };
}
