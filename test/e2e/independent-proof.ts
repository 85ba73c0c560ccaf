// Runs the independent reader of proofs, and exports for it.

import { execFile, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type ProofBundle, proofBundle } from "../../src/protocol/index.ts";
import { DATE, type ProofBox } from "../sim/proof-box.ts";
import { tempFolder } from "../sqlite/temp-folder.ts";

const SCRIPT = fileURLToPath(new URL("./independent-proof.py", import.meta.url));
const probe = spawnSync("python3", ["-c", "import cryptography"], { stdio: "ignore" });
/** Empty where the reader can run. */
export const noPython = probe.status === 0 ? "" : " (skipped: needs python3 with the package cryptography)";

export interface PythonRun {
  readonly exit: number;
  readonly lines: readonly { readonly type: string; readonly ok: boolean; readonly [member: string]: unknown }[];
}

export function python(...argv: readonly string[]): Promise<PythonRun> {
  return new Promise((resolve, reject) => {
    execFile("python3", [SCRIPT, ...argv], { timeout: 60_000 }, (error, stdout, stderr) => {
      if (stderr !== "") return reject(new Error(stderr));
      const lines = stdout.split("\n").filter((line) => line !== "");
      return resolve({ exit: error === null ? 0 : 1, lines: lines.map((line) => JSON.parse(line)) });
    });
  });
}

/** All of the sample day as a file. */
export async function exported(box: ProofBox): Promise<{ readonly file: string; readonly bundle: ProofBundle }> {
  const receipts: ProofBundle["receipts"] = [];
  let last: ProofBundle | null = null;
  for (let after: string | null = null, more = true; more; ) {
    const page = await box.reader.page({ after, date: DATE, rentalId: null });
    receipts.push(...page.receipts);
    last = page;
    after = page.next;
    more = after !== null;
  }
  const bundle = proofBundle.parse({ ...last, receipts });
  const file = join(tempFolder(), "bundle.json");
  writeFileSync(file, JSON.stringify(bundle));
  return { file, bundle };
}

export const faults = (run: PythonRun): readonly unknown[] => run.lines.flatMap(({ ok, fault }) => (ok ? [] : [fault]));
