// `numberbox doctor`: looks at the box from all sides and says what to do. Works with a box that runs, and with one that does not.

import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { examineStoppedBox } from "../../app/index.ts";
import { hasCode, minutes } from "../../base/index.ts";
import { createSystemCrypto } from "../../base/system-crypto.ts";
import { parseBoxConfig } from "../../config/index.ts";
import { DOCTOR_AREAS, type DoctorArea, type DoctorView, doctorView } from "../../protocol/index.ts";
import type { CliIo, ExitCode } from "../cli-io.ts";
import { openBoxApi } from "./box-api.ts";
import { DEFAULT_CONFIG, dataFolder, readConfigText } from "./data-option.ts";

interface Options {
  readonly data?: string;
  readonly config?: string;
  readonly json?: boolean;
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

async function running(io: CliIo, folder: string): Promise<DoctorView | null> {
  try {
    const api = await openBoxApi(io, folder);
    return await api.call({ method: "GET", path: "doctor", reply: doctorView, timeout: TIMEOUT });
  } catch (error) {
    // Of a box that was killed the access file is still there.
    if (hasCode(error, "app.not_running") || hasCode(error, "app.unreachable")) return null;
    throw error;
  }
}

function stopped(io: CliIo, folder: string, file: string | undefined): Promise<DoctorView> {
  const named = file ?? join(folder, DEFAULT_CONFIG);
  const isThere = file !== undefined || existsSync(named);
  const config = isThere ? async () => parseBoxConfig(await readConfigText(named), named) : null;
  const { clock, random, log, env } = io;
  const credentials = env.CREDENTIALS_DIRECTORY;
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

export function registerDoctor(program: Command, io: CliIo, setExit: (code: ExitCode) => void): void {
  program
    .command("doctor")
    .description("look at box, modems, machine, relay, services and Emercoin; say of each fault what to do")
    .option("--data <folder>", "data folder of the box or demo (default: NUMBERBOX_DATA)")
    .option("--config <file>", "configuration, for a box that does not run")
    .option("--json", "print JSON")
    .action(async (options: Options) => {
      const folder = dataFolder(io, options.data);
      const view = (await running(io, folder)) ?? (await stopped(io, folder, options.config));
      if (options.json) io.out(`${JSON.stringify(view)}\n`);
      else tell(io, view);
      setExit(view.verdict === "fail" ? 1 : 0);
    });
}
