// The doctor: looks at one part of the box after another, changes nothing, and says of each what is wrong and what to do.

import { AppError, type Clock, isAppError, type Millis, minutes, withDeadline } from "../base/index.ts";
import type { DoctorArea, DoctorVerdict, DoctorView, ProblemBody } from "../protocol/index.ts";

export interface DoctorFinding extends ProblemBody {
  readonly verdict: DoctorVerdict;
}

export interface DoctorCheck {
  /** Two or three words: what is looked at. */
  readonly name: string;
  /** Of which part of the box it is; `box` when left out. */
  readonly area?: DoctorArea;
  /** An error that it rejects with is a finding too, with verdict `fail`. */
  run(): Promise<readonly DoctorFinding[]>;
}

export interface DoctorConsole {
  /** Never rejects. */
  examine(): Promise<DoctorView>;
}

export interface DoctorDeps {
  readonly clock: Clock;
  /** In the order in which they are run; later ones may rest on what earlier ones opened. */
  readonly checks: readonly DoctorCheck[];
}

/** The full check of a large database takes minutes. */
const LONGEST: Millis = minutes(10);
const GRADES: readonly DoctorVerdict[] = ["ok", "warn", "fail"];

export const good = (code: string, message: string): DoctorFinding => ({ verdict: "ok", code, message });

/** A finding of a problem. */
export const bad = (verdict: "warn" | "fail", problem: ProblemBody): DoctorFinding => ({ ...problem, verdict });

function failure(error: unknown): DoctorFinding {
  if (isAppError(error))
    return bad("fail", { hint: "Look at the box's log, and run the doctor again.", ...error.toJSON() });
  // Third-party text may hold anything; only the log sees it.
  const unexpected = new AppError("doctor.check_failed", "the check itself failed", {
    hint: "This is a fault of the program; please report it.",
  });
  return bad("fail", unexpected.toJSON());
}

export function createDoctor({ clock, checks }: DoctorDeps): DoctorConsole {
  const runOne = async ({ name, area = "box", run }: DoctorCheck): Promise<DoctorView["findings"]> => {
    const found = await withDeadline(run(), { clock, timeout: LONGEST, what: `the check of ${name}` }).catch(
      (error: unknown) => [failure(error)],
    );
    return found.map((finding) => ({ area, check: name, ...finding }));
  };
  return {
    examine: async () => {
      const findings: DoctorView["findings"] = [];
      for (const check of checks) findings.push(...(await runOne(check)));
      const worst = Math.max(0, ...findings.map(({ verdict }) => GRADES.indexOf(verdict)));
      return { verdict: GRADES[worst] ?? "ok", findings };
    },
  };
}
