// `numberbox doctor`: looks at the box from all sides and says what to do. Works with a box that runs, and with one that does not.

import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import type { z } from "zod";
import { examineStoppedBox, stoppedSupport } from "../../app/index.ts";
import { hasCode, minutes } from "../../base/index.ts";
import { createSystemCrypto } from "../../base/system-crypto.ts";
import { type BoxConfig, parseBoxConfig } from "../../config/index.ts";
import {
  DOCTOR_AREAS,
  type DoctorArea,
  type DoctorView,
  doctorView,
  type SupportView,
  supportView,
} from "../../protocol/index.ts";
import type { CliIo, ExitCode } from "../cli-io.ts";
import { version } from "../version.ts";
import { openBoxApi } from "./box-api.ts";
import { DEFAULT_CONFIG, dataFolder, readConfigText } from "./data-option.ts";
import { writeNewFile } from "./renter-new-file.ts";

interface Options {
  readonly data?: string;
  readonly config?: string;
  readonly json?: boolean;
  readonly bundle?: string;
}

const MARKS = { ok: "ok  ", warn: "warn", fail: "FAIL" } as const;
/** The full check of a large database takes minutes. */
const TIMEOUT = minutes(12);

function tellOne(io: CliIo, { check, verdict, code, message, hint }: DoctorView["findings"][number]): void {
  io.out(`${MARKS[verdict]}  ${check}: ${message}${verdict === "ok" ? "" : ` (${code})`}\n`);
  if (verdict !== "ok" && hint !== undefined) io.out(`      ${hint}\n`);
}

const GRADES = ["fail", "warn", "ok"] as const;
const AREAS: Readonly<Record<DoctorArea, string>> = {
  box: "Box",
  modems: "Modems",
  machine: "Machine",
  services: "Relay and services",
  chain: "Emercoin",
};

function tell(io: CliIo, { findings, verdict }: DoctorView): void {
  for (const area of DOCTOR_AREAS) {
    const own = findings.filter((finding) => finding.area === area);
    if (own.length > 0) io.out(`${AREAS[area]}\n`);
    for (const grade of GRADES) for (const finding of own) if (finding.verdict === grade) tellOne(io, finding);
  }
  const summary = { ok: "Nothing is wrong.", warn: "It works; see the warnings.", fail: "Something is wrong." };
  io.out(`${summary[verdict]}\n`);
}

/** What the box that runs answers; null where none does. */
async function asked<T>(io: CliIo, folder: string, path: string, reply: z.ZodType<T>): Promise<T | null> {
  try {
    const api = await openBoxApi(io, folder);
    return await api.call({ method: "GET", path, reply, timeout: TIMEOUT });
  } catch (error) {
    // Of a box that was killed the access file is still there.
    if (hasCode(error, "app.not_running") || hasCode(error, "app.unreachable")) return null;
    throw error;
  }
}

/** How the configuration of a box that does not run is read; null where there is none. */
function configOf(folder: string, file: string | undefined): (() => Promise<BoxConfig>) | null {
  const named = file ?? join(folder, DEFAULT_CONFIG);
  const isThere = file !== undefined || existsSync(named);
  return isThere ? async () => parseBoxConfig(await readConfigText(named), named) : null;
}

function stopped(io: CliIo, folder: string, file: string | undefined): Promise<DoctorView> {
  const { clock, random, log, env } = io;
  const credentials = env.CREDENTIALS_DIRECTORY;
  const config = configOf(folder, file);
  return examineStoppedBox({
    clock,
    random,
    log,
    suite: createSystemCrypto(),
    dataFolder: folder,
    credentials,
    config,
  });
}

async function examine(io: CliIo, folder: string, file: string | undefined): Promise<DoctorView> {
  return (await asked(io, folder, "doctor", doctorView)) ?? (await stopped(io, folder, file));
}

/** Everything for whoever helps, with what would tell who somebody is covered. */
async function bundleOf(io: CliIo, folder: string, file: string | undefined): Promise<SupportView> {
  const told = await asked(io, folder, "support", supportView);
  if (told !== null) return told;
  const doctor = await stopped(io, folder, file);
  return await stoppedSupport({ version: version(), doctor, config: configOf(folder, file), now: io.clock.now() });
}

async function writeBundle(io: CliIo, folder: string, { bundle = "", config, json }: Options): Promise<ExitCode> {
  const view = await bundleOf(io, folder, config);
  await writeNewFile(bundle, `${JSON.stringify(view, null, 2)}\n`, "doctor.cannot_write");
  const parts = view.parts.map(({ id }) => id);
  const found = doctorView.safeParse(view.parts.find(({ id }) => id === "doctor")?.content);
  if (json) io.out(`${JSON.stringify({ file: bundle, parts, verdict: found.data?.verdict ?? null })}\n`);
  else {
    io.out(`${bundle}: ${parts.join(", ")}\n`);
    io.out("Numbers, keys, passwords and texts are covered. Read it before you give it away.\n");
  }
  return found.data?.verdict === "fail" ? 1 : 0;
}

export function registerDoctor(program: Command, io: CliIo, setExit: (code: ExitCode) => void): void {
  program
    .command("doctor")
    .description("look at box, modems, machine, relay, services and Emercoin; say of each fault what to do")
    .option("--data <folder>", "data folder of the box or demo (default: NUMBERBOX_DATA)")
    .option("--config <file>", "configuration, for a box that does not run")
    .option("--bundle <file>", "write all that support asks for into a new file, with what is secret covered")
    .option("--json", "print JSON")
    .action(async (options: Options) => {
      const folder = dataFolder(io, options.data);
      if (options.bundle !== undefined) {
        setExit(await writeBundle(io, folder, options));
        return;
      }
      const view = await examine(io, folder, options.config);
      if (options.json) io.out(`${JSON.stringify(view)}\n`);
      else tell(io, view);
      setExit(view.verdict === "fail" ? 1 : 0);
    });
}
