// What systemd tells of its units.

import { seconds } from "../base/index.ts";
import type { UnitFacts } from "../core/index.ts";
import type { ProgramRunner } from "./run-program.ts";

const PROPERTIES = "Id,LoadState,ActiveState,UnitFileState,NRestarts";
const LIMIT = seconds(5);
/** The runner keeps 4000 characters: more units than this are asked in turns. */
const AT_ONCE = 12;

const STATES: Readonly<Record<string, UnitFacts["state"]>> = {
  active: "active",
  failed: "failed",
  inactive: "inactive",
};

/** Those of `names` that are installed. Errors: those of `ProgramRunner`. */
export async function systemUnits(names: readonly string[], run: ProgramRunner): Promise<readonly UnitFacts[]> {
  const found: UnitFacts[] = [];
  for (let at = 0; at < names.length; at += AT_ONCE) {
    const args = ["show", `--property=${PROPERTIES}`, "--", ...names.slice(at, at + AT_ONCE)];
    const answer = await run(
      { program: "systemctl", args, timeout: LIMIT, package: "systemd" },
      new AbortController().signal,
    );
    found.push(...parseUnits(answer));
  }
  return found;
}

/** `Name=value` lines, with an empty one between units (systemctl(1), `show`). */
export function parseUnits(text: string): readonly UnitFacts[] {
  return text.split(/\n\s*\n/).flatMap((block): UnitFacts[] => {
    const facts = new Map(
      block.split("\n").map((line): [string, string] => {
        const at = line.indexOf("=");
        return [line.slice(0, Math.max(0, at)).trim(), line.slice(at + 1).trim()];
      }),
    );
    const name = facts.get("Id") ?? "";
    if (name === "" || facts.get("LoadState") !== "loaded") return [];
    const state = STATES[facts.get("ActiveState") ?? ""] ?? "changing";
    const file = facts.get("UnitFileState") ?? "";
    const wanted = /^(?:enabled|enabled-runtime|generated|linked)$/.test(file) || state === "active";
    const restarts = Number(facts.get("NRestarts") ?? 0);
    return [{ name, wanted, state, restarts: Number.isInteger(restarts) ? restarts : 0 }];
  });
}
