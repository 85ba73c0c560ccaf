// `npm test`: every check in order. Prints what was skipped and why, and ends with `N passed, N failed`.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";

const root = fileURLToPath(new URL("../../", import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), "numberbox-check-"));

interface Tally {
  passed: number;
  failed: number;
  skipped: string[];
  /** Names of what failed, told again at the end: the log above is long. */
  broken: string[];
  files: { readonly name: string; readonly seconds: number }[];
}

const report = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numFailedTestSuites: z.number(),
  success: z.boolean(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      startTime: z.number(),
      endTime: z.number(),
      message: z.string().optional(),
      assertionResults: z.array(
        z.object({ fullName: z.string(), status: z.string(), failureMessages: z.array(z.string()).nullish() }),
      ),
    }),
  ),
});

const tally: Tally = { passed: 0, failed: 0, skipped: [], broken: [], files: [] };
const SLOWEST = 16;

/** Whether it ended well. */
async function run(command: string, args: readonly string[]): Promise<boolean> {
  const program = join(root, "node_modules", ".bin", command);
  const child = spawn(program, args, { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
  const [code] = await once(child, "close");
  return code === 0;
}

function step(name: string, passed: boolean): void {
  console.log(`${passed ? "ok" : "FAILED"}: ${name}`);
  if (passed) tally.passed++;
  else {
    tally.failed++;
    tally.broken.push(name);
  }
}

const firstLine = (text: string): string => text.split("\n")[0]?.slice(0, 300) ?? "";

async function runProject(project: string): Promise<void> {
  const file = join(scratch, `${project}.json`);
  const args = [
    "run",
    "--config",
    "test/tooling/vitest.config.ts",
    "--project",
    project,
    "--reporter=default",
    "--reporter=json",
  ];
  const ended = await run("vitest", [...args, `--outputFile.json=${file}`]);
  let result: z.infer<typeof report>;
  try {
    result = report.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    step(`${project}: the test runner ended without a report`, false);
    return;
  }
  tally.passed += result.numPassedTests;
  // A file that cannot be loaded has no failed test, yet it failed.
  const broken = result.testResults.filter(
    (suite) => suite.status === "failed" && suite.assertionResults.every((test) => test.status !== "failed"),
  );
  tally.failed += result.numFailedTests + broken.length;
  tally.broken.push(...broken.map(({ name, message = "" }) => `${project}: ${name}: ${firstLine(message)}`));
  for (const { name, startTime, endTime, assertionResults } of result.testResults) {
    tally.files.push({ name: relative(root, name), seconds: Math.round((endTime - startTime) / 1000) });
    for (const { fullName, status, failureMessages } of assertionResults)
      if (status === "failed") tally.broken.push(`${project}: ${fullName}: ${firstLine(failureMessages?.[0] ?? "")}`);
  }
  if (!ended && result.numFailedTests + broken.length === 0)
    step(`${project}: the test runner failed outside of any test`, false);
  const skipped = result.testResults.flatMap((suite) =>
    suite.assertionResults.filter(
      (test) => test.status === "pending" || test.status === "skipped" || test.status === "todo",
    ),
  );
  tally.skipped.push(...skipped.map((test) => `${project}: ${test.fullName}`));
}

console.log("numberbox: types, lint, then unit, property and end-to-end tests");
// Side by side: each uses one core most of its time.
const types = run("tsc", ["--noEmit"]);
const lint = run("biome", ["check", "--error-on-warnings", "--max-diagnostics=50"]);
step("types (tsc)", await types);
step("lint and format (biome)", await lint);
for (const project of ["unit", "property", "e2e"]) await runProject(project);
rmSync(scratch, { recursive: true, force: true });

const slowest = tally.files.toSorted((a, b) => b.seconds - a.seconds).slice(0, SLOWEST);
if (tally.skipped.length > 0) console.log(`\nSkipped, with the reason in the name:\n  ${tally.skipped.join("\n  ")}`);
console.log(`\nSlowest files: ${slowest.map(({ name, seconds }) => `${name} ${seconds} s`).join(", ")}`);
if (tally.broken.length > 0) console.log(`\nFailed:\n  ${tally.broken.join("\n  ")}`);
console.log(
  `\n${tally.passed} passed, ${tally.failed} failed${tally.skipped.length > 0 ? `, ${tally.skipped.length} skipped` : ""}`,
);
process.exitCode = tally.failed === 0 ? 0 : 1;
