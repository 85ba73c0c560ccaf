// `npm test`: every check in order. Prints what was skipped and why, and ends with `N passed, N failed`.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { z } from "zod";

const root = fileURLToPath(new URL("../../", import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), "numberbox-check-"));

interface Tally {
  passed: number;
  failed: number;
  skipped: string[];
  /** Names of what failed, told again at the end: the log above is long. */
  broken: string[];
  /** What failed once and passed when its file was run again. */
  unsteady: string[];
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

const tally: Tally = { passed: 0, failed: 0, skipped: [], broken: [], unsteady: [], files: [] };
const SLOWEST = 16;
/** Files of a project that are run again at most. */
const RUN_AGAIN = 3;

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

/** What was wrong, what a page was waited for, and the line of the test: of a failure elsewhere this list is often all that is kept. */
function told(text: string): string {
  const lines = stripVTControlCharacters(text).split("\n");
  const waited = lines.find((line) => /^\s*- waiting for /.test(line))?.replace(/^\s*- /, "");
  const place = lines.flatMap((line) => /\b(test\/[\w./-]+:\d+):\d+\)?$/.exec(line)?.[1] ?? [])[0];
  return [lines[0]?.slice(0, 300), waited?.slice(0, 200), place].filter((part) => part !== undefined).join(" · ");
}

/** Runs a project, or some of its files. Null when the runner ended without a report. */
async function runTests(project: string, files: readonly string[] = []) {
  const file = join(scratch, `${project}.json`);
  rmSync(file, { force: true });
  const config = ["--config", "test/tooling/vitest.config.ts", "--project", project];
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
  const ended = await run("vitest", ["run", ...config, ...reporters, ...files]);
  try {
    return { ended, ...report.parse(JSON.parse(readFileSync(file, "utf8"))) };
  } catch {
    return null;
  }
}

type FileResult = z.infer<typeof report>["testResults"][number];

/** What failed in a file. One that cannot be loaded has no failed test, yet it failed. */
function failuresOf(project: string, { name, status, message = "", assertionResults }: FileResult): readonly string[] {
  const failed = assertionResults.filter((test) => test.status === "failed");
  if (status === "failed" && failed.length === 0) return [`${project}: ${relative(root, name)}: ${told(message)}`];
  return failed.map(({ fullName, failureMessages }) => `${project}: ${fullName}: ${told(failureMessages?.[0] ?? "")}`);
}

/**
 * What failed, and still fails when its file is run once more with the machine to itself. Real programs on a machine that others use
 * now and then miss a step; what passes then is named all the same. Many files at once are no such thing, and fail at once.
 */
async function stillFailing(project: string, files: readonly FileResult[]): Promise<readonly string[]> {
  const failed = files.filter((file) => failuresOf(project, file).length > 0);
  const first = failed.flatMap((file) => failuresOf(project, file));
  if (failed.length === 0 || failed.length > RUN_AGAIN) return first;
  console.log(`\nOnce more, alone: ${failed.map(({ name }) => relative(root, name)).join(", ")}`);
  const again = await runTests(
    project,
    failed.map(({ name }) => relative(root, name)),
  );
  // A runner that complains when all files passed met an error outside of them.
  const second = again?.testResults ?? [];
  const isSound = again?.ended === true || second.some(({ status }) => status === "failed");
  const passed = (name: string): boolean =>
    isSound && second.some((file) => file.name === name && file.status === "passed");
  for (const file of failed) if (passed(file.name)) tally.unsteady.push(...failuresOf(project, file));
  return failed.filter((file) => !passed(file.name)).flatMap((file) => failuresOf(project, file));
}

async function runProject(project: string): Promise<void> {
  const result = await runTests(project);
  if (result === null) return step(`${project}: the test runner ended without a report`, false);
  const { testResults } = result;
  for (const { name, startTime, endTime } of testResults)
    tally.files.push({ name: relative(root, name), seconds: Math.round((endTime - startTime) / 1000) });
  const failures = testResults.flatMap((file) => failuresOf(project, file)).length;
  if (!result.ended && failures === 0) step(`${project}: the test runner failed outside of any test`, false);
  const failing = await stillFailing(project, testResults);
  tally.passed += result.numPassedTests + failures - failing.length;
  tally.failed += failing.length;
  tally.broken.push(...failing);
  const left = new Set(["pending", "skipped", "todo"]);
  const skipped = testResults.flatMap((file) => file.assertionResults.filter((test) => left.has(test.status)));
  tally.skipped.push(...skipped.map((test) => `${project}: ${test.fullName}`));
}

/** The part of `npm run image:test` that is over in minutes. */
const IMAGE_STEPS = "disk,sms,refuse,end";
const imageReport = z.object({
  steps: z.array(z.object({ name: z.string(), passed: z.boolean(), took: z.number(), reason: z.string().optional() })),
});
/** What keeps a machine from building or starting the image, with no fault of the image. */
const NO_IMAGE = /image\.(?:no_tool|no_emulation|package_gone|mirror): .*/;

const imageFolder = join(scratch, "image");

/** Builds the image for virtual machines unless `built` names it, and starts it in qemu at the time that the other checks leave. Resolves with what it said. */
async function startImage(built: readonly string[] = []): Promise<string> {
  const args = ["test/image/run.ts", "--output", imageFolder, "--only", IMAGE_STEPS, ...built];
  const child = spawn("chrt", ["--idle", "0", process.execPath, ...args], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
  await once(child, "close");
  return said;
}

function imageStep({ name, reason }: z.infer<typeof imageReport>["steps"][number]): string {
  return reason === undefined ? `image: ${name}` : `image: ${name}: ${reason.slice(0, 300)}`;
}

/** Null where the run ended without a report. */
function imageSteps() {
  try {
    return imageReport.parse(JSON.parse(readFileSync(join(imageFolder, "image-test.json"), "utf8"))).steps;
  } catch {
    return null;
  }
}

/** What to start again: null where there is no image, or nothing failed. */
function builtImage(): readonly string[] | null {
  const bundle = existsSync(imageFolder) && readdirSync(imageFolder).find((name) => name.endsWith(".raucb"));
  const isBroken = imageSteps()?.every(({ passed }) => passed) !== true;
  if (!bundle || !isBroken) return null;
  return ["--image", join(imageFolder, "appliance.img"), "--bundle", join(imageFolder, bundle)];
}

async function imageDone(said: string): Promise<void> {
  const reason = NO_IMAGE.exec(said)?.[0];
  if (reason !== undefined) {
    tally.skipped.push(`image: built and started in qemu (${reason.slice(0, 300)})`);
    return;
  }
  console.log(said);
  const built = builtImage();
  if (built !== null) {
    const failed = imageSteps()?.filter(({ passed }) => !passed);
    const told = failed?.map(imageStep) ?? ["image: the run ended without a report"];
    console.log("The image once more, with the machine to itself");
    rmSync(join(imageFolder, "image-test.json"), { force: true });
    console.log(await startImage(built));
    if (imageSteps()?.every(({ passed }) => passed) === true) tally.unsteady.push(...told);
  }
  const steps = imageSteps();
  if (steps === null) return step("image: the run ended without a report", false);
  for (const each of steps) step(imageStep(each), each.passed);
}

console.log("numberbox: types, lint, then unit, property and end-to-end tests, and the image in qemu beside them");
// Side by side: each uses one core most of its time.
const image = startImage().catch((error: unknown) => String(error));
const types = run("tsc", ["--noEmit"]);
const lint = run("biome", ["check", "--error-on-warnings", "--max-diagnostics=50"]);
step("types (tsc)", await types);
step("lint and format (biome)", await lint);
for (const project of ["unit", "property", "e2e"]) await runProject(project);
console.log("waiting for the image");
await imageDone(await image);
rmSync(scratch, { recursive: true, force: true });

const slowest = tally.files.toSorted((a, b) => b.seconds - a.seconds).slice(0, SLOWEST);
if (tally.skipped.length > 0) console.log(`\nSkipped, with the reason in the name:\n  ${tally.skipped.join("\n  ")}`);
console.log(`\nSlowest files: ${slowest.map(({ name, seconds }) => `${name} ${seconds} s`).join(", ")}`);
if (tally.unsteady.length > 0)
  console.log(`\nUnsteady, failed once and passed when run again:\n  ${tally.unsteady.join("\n  ")}`);
if (tally.broken.length > 0) console.log(`\nFailed:\n  ${tally.broken.join("\n  ")}`);
console.log(
  `\n${tally.passed} passed, ${tally.failed} failed${tally.skipped.length > 0 ? `, ${tally.skipped.length} skipped` : ""}`,
);
process.exitCode = tally.failed === 0 ? 0 : 1;
