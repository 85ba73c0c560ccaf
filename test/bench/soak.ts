// `npm run soak -- --minutes 60`: a real box with 32 simulated modems, 10 SMS a second and a real relay. One slot fails all the time,
// in another way each minute. Ends with 1 when memory grows by 1 MB an hour or more, when the other slots' delays grow, or when one
// of their messages is left.

import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { providerKeyOf } from "../e2e/provider-key.ts";
import type { FaultInput } from "../sim/modem/faults.ts";
import { startBoxProcess } from "./box-process.ts";
import { boxConfig, newRenter } from "./box-rig.ts";
import type { BoxOperations } from "./box-worker.ts";
import { type Figure, pause, quantile, spread } from "./measure.ts";
import type { ModemOperations } from "./modem-worker.ts";
import { usageOf } from "./proc-usage.ts";
import type { RelayOperations } from "./relay-worker.ts";
import { tableOf } from "./table.ts";
import { minima, slope } from "./trend.ts";
import { type Worker, withWorkers } from "./worker.ts";

const SLOTS = 32;
/** Counted from 1. */
const FAILING = SLOTS;
const PER_SECOND = 10;
const SAMPLE_MS = 10_000;
const SAMPLES_A_MINUTE = 60_000 / SAMPLE_MS;
const DRAIN_MS = 60_000;
const LIMIT_MB_PER_HOUR = 1;
/** The last third's delays may exceed the first third's by this factor and these milliseconds. */
const MAY_GROW = { factor: 2, p50: 20, p99: 250 };
const MORE_FILES = 16;

const FAULTS: readonly FaultInput[] = [
  { kind: "stall", match: "+CMGL" },
  { kind: "error", match: "+CPMS" },
  { kind: "unplug", match: "+CMGL", ms: 2_000 },
  { kind: "reset", match: "+CMGD" },
  { kind: "half-pdu" },
  { kind: "stall" },
  { kind: "overlong", bytes: 1_000_000 },
  { kind: "garbage", where: "inside" },
  { kind: "error", match: "+CMGD" },
  { kind: "late", match: "+CMGL", ms: 40_000 },
];

interface Sample {
  readonly rssMb: number;
  readonly pssMb: number;
  readonly cpuMs: number;
  readonly at: number;
  readonly files: number;
  /** Of the slots that do not fail, since the sample before. */
  readonly delays: readonly number[];
}

interface Soak {
  readonly samples: readonly Sample[];
  /** Messages of the slots that do not fail which were left. */
  readonly left: number;
}

function readMinutes(): { readonly minutes: number; readonly json: string | undefined } {
  try {
    const { values } = parseArgs({ options: { minutes: { type: "string", default: "60" }, json: { type: "string" } } });
    const minutes = Number(values.minutes);
    if (minutes > 0) return { minutes, json: values.json };
  } catch {
    // Said below.
  }
  process.stderr.write("Usage: npm run soak -- [--minutes N] [--json FILE]\n");
  process.exit(2);
}

/** A box that has run before, its lines rented, and the relay that knows it; returns the box's configuration. */
async function prepare(
  hire: <O extends object>(file: string) => Worker<O>,
  folder: string,
  ports: readonly string[],
): Promise<string> {
  const box = hire<BoxOperations>("box-worker.ts");
  await box.call("start", { folder, config: boxConfig(ports) });
  await box.call("rent", newRenter());
  await box.call("stop");
  const relay = hire<RelayOperations>("relay-worker.ts");
  const verify = await providerKeyOf(folder);
  const port = await relay.call("start", { folder: mkdtempSync(join(folder, "relay-")), verify });
  const config = boxConfig(ports, `http://127.0.0.1:${port}`);
  await (await startBoxProcess(folder, config)).stop();
  return config;
}

async function take(pid: number, modems: Worker<ModemOperations>): Promise<Sample> {
  const { rssMb, pssMb, cpuMs, at } = usageOf([pid]);
  const slots = await modems.call("delays");
  const delays = slots.filter((_, i) => i + 1 !== FAILING).flatMap(({ ms }) => ms);
  return { rssMb, pssMb, cpuMs, at, files: readdirSync(`/proc/${pid}/fd`).length, delays };
}

/** Messages of healthy slots that are still there after a while. */
async function leftOver(modems: Worker<ModemOperations>): Promise<number> {
  for (const end = performance.now() + DRAIN_MS; ; await pause(200)) {
    const slots = await modems.call("delays");
    const left = slots.filter((_, i) => i + 1 !== FAILING).reduce((sum, { waiting }) => sum + waiting, 0);
    if (left === 0 || performance.now() > end) return left;
  }
}

async function soak(folder: string, minutes: number): Promise<Soak> {
  return await withWorkers(async (hire) => {
    const modems = hire<ModemOperations>("modem-worker.ts");
    const config = await prepare(hire, folder, await modems.call("open", SLOTS));
    const box = await startBoxProcess(folder, config);
    try {
      await modems.call("stream", PER_SECOND);
      const samples: Sample[] = [];
      const count = Math.ceil(minutes * SAMPLES_A_MINUTE);
      for (let i = 0; i < count; i++) {
        if (i % SAMPLES_A_MINUTE === 0) {
          const fault = FAULTS[(i / SAMPLES_A_MINUTE) % FAULTS.length];
          await modems.call("fault", { slot: FAILING, faults: fault === undefined ? [] : [fault] });
        }
        await pause(SAMPLE_MS);
        if (!box.alive) throw new Error(`the box has ended:\n${box.err.slice(-2000)}`);
        samples.push(await take(box.pid, modems));
        const { rssMb, files } = samples.at(-1) ?? { rssMb: 0, files: 0 };
        process.stderr.write(`\r${i + 1}/${count}: RSS ${rssMb.toFixed(1)} MB, ${files} files `);
      }
      process.stderr.write("\n");
      await modems.call("stopStream");
      return { samples, left: await leftOver(modems) };
    } finally {
      await box.stop();
    }
  });
}

interface Verdict {
  readonly figures: readonly Figure[];
  readonly facts: Readonly<Record<string, number | string>>;
  readonly complaints: readonly string[];
}

function judge({ samples, left }: Soak): Verdict {
  // A sixth to warm up: code is compiled, caches fill.
  const warm = samples.slice(Math.floor(samples.length / 6));
  const size = warm.length >= 3 * SAMPLES_A_MINUTE ? SAMPLES_A_MINUTE : 1;
  // Garbage comes and goes: the least of each minute is what is held.
  const held = minima(
    warm.map(({ rssMb }) => rssMb),
    size,
  );
  const hours = held.map((_, at) => (at * size * SAMPLE_MS) / 3_600_000);
  const growth = slope(hours, held);
  const third = Math.floor(warm.length / 3);
  const delaysOf = (some: readonly Sample[]): readonly number[] => some.flatMap(({ delays }) => delays);
  const [begin, end] = [delaysOf(warm.slice(0, third)), delaysOf(warm.slice(-third))];
  const files = warm.map((sample) => sample.files);
  const grew = (share: number, slack: number): boolean =>
    quantile(end, share) > MAY_GROW.factor * quantile(begin, share) + slack;
  const complaints = [
    ...(growth < LIMIT_MB_PER_HOUR ? [] : [`memory grows by ${growth.toFixed(2)} MB an hour`]),
    ...(grew(0.5, MAY_GROW.p50) || grew(0.99, MAY_GROW.p99) ? ["the delays grow"] : []),
    ...((files.at(-1) ?? 0) > (files[0] ?? 0) + MORE_FILES ? ["open files grow"] : []),
    ...(left === 0 ? [] : [`${left} messages of healthy slots were left`]),
  ];
  const all = warm.map(({ delays }) => delays).filter((delays) => delays.length > 0);
  const cpu = warm
    .slice(1)
    .map((sample, i) => (100 * (sample.cpuMs - (warm[i]?.cpuMs ?? 0))) / (sample.at - (warm[i]?.at ?? 0)));
  const figures: Figure[] = [
    { what: "memory growth", unit: "MB/h", value: spread([growth]), target: `< ${LIMIT_MB_PER_HOUR} MB/h` },
    { what: "memory (RSS), least of each minute", unit: "MB", value: spread(held) },
    { what: "memory (PSS)", unit: "MB", value: spread(warm.map(({ pssMb }) => pssMb)) },
    { what: "processor", unit: "% of a core", value: spread(cpu) },
    { what: "network to deletion p50, healthy slots", unit: "ms", value: spread(all.map((ms) => quantile(ms, 0.5))) },
    { what: "network to deletion p99, healthy slots", unit: "ms", value: spread(all.map((ms) => quantile(ms, 0.99))) },
    { what: "open files", unit: "", value: spread(files) },
  ];
  const facts = {
    messages: delaysOf(samples).length,
    minutes: (samples.length * SAMPLE_MS) / 60_000,
    first_third_p50_p99_ms: `${quantile(begin, 0.5).toFixed(1)} ${quantile(begin, 0.99).toFixed(1)}`,
    last_third_p50_p99_ms: `${quantile(end, 0.5).toFixed(1)} ${quantile(end, 0.99).toFixed(1)}`,
  };
  return { figures, facts, complaints };
}

const { minutes, json } = readMinutes();
const folder = mkdtempSync(join(tmpdir(), "numberbox-soak-"));
try {
  const { figures, facts, complaints } = judge(await soak(folder, minutes));
  const row = { name: `soak, ${SLOTS} slots, 1 failing, ${PER_SECOND} SMS/s`, figures, facts };
  const report = JSON.stringify({ row, complaints }, null, 2);
  process.stdout.write(`${tableOf([row])}\n\n${report}\n`);
  if (json !== undefined) writeFileSync(json, `${report}\n`);
  for (const complaint of complaints) process.stderr.write(`${complaint}\n`);
  process.exitCode = complaints.length === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
