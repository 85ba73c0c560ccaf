// The order of test files: those known to take long first, so that no worker idles while the other runs the last long one.

import { BaseSequencer, type TestSpecification } from "vitest/node";

const LONG: readonly string[] = [
  ...["torture", "console-views", "console", "console-access", "dashboard", "faults", "console-slots", "console-calls"],
  ...[
    "flows",
    "chain-kill",
    "market",
    "power-cut",
    "refusals",
    "console-chain",
    "phone",
    "rental-edges",
    "wizard",
    "asterisk-edge",
    "openapi",
    "core",
  ],
];

const rank = ({ moduleId }: TestSpecification): number => {
  const at = LONG.indexOf(/([^/]+)\.test\.ts$/.exec(moduleId)?.[1] ?? "");
  return at < 0 ? LONG.length : at;
};

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const usual = await super.sort(files);
    return usual.toSorted((a, b) => rank(a) - rank(b));
  }
}
