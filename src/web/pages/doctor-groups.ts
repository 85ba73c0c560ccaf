// What the doctor found, in the order in which a person should read it: the worst part of the box first, and in it the worst finding.

import type { DoctorArea, DoctorVerdict, DoctorView } from "../../protocol/index.ts";

export type Finding = DoctorView["findings"][number];

export interface DoctorGroup {
  readonly area: DoctorArea;
  readonly verdict: DoctorVerdict;
  /** What needs somebody, the worst first. */
  readonly faults: readonly Finding[];
  /** What is in order. */
  readonly fine: readonly Finding[];
}

const RANK: Readonly<Record<DoctorVerdict, number>> = { fail: 0, warn: 1, ok: 2 };

/** Parts of which nothing was found are left out. */
export function doctorGroups(findings: readonly Finding[]): readonly DoctorGroup[] {
  const areas = [...new Set(findings.map(({ area }) => area))];
  const groups = areas.map((area): DoctorGroup => {
    const own = findings.filter((finding) => finding.area === area);
    const faults = own.filter(({ verdict }) => verdict !== "ok").toSorted((a, b) => RANK[a.verdict] - RANK[b.verdict]);
    return { area, verdict: faults[0]?.verdict ?? "ok", faults, fine: own.filter(({ verdict }) => verdict === "ok") };
  });
  return groups.toSorted((a, b) => RANK[a.verdict] - RANK[b.verdict]);
}

/** A sentence with the commands in it, which stand in backticks. */
export function sentenceParts(text: string): readonly { readonly text: string; readonly isCode: boolean }[] {
  return text
    .split("`")
    .map((part, at) => ({ text: part, isCode: at % 2 === 1 }))
    .filter((part) => part.text !== "");
}

const MARKS: Readonly<Record<DoctorVerdict, string>> = { ok: "ok  ", warn: "warn", fail: "FAIL" };

/** For a message to whoever helps: as `numberbox doctor` prints it. */
export function doctorText(findings: readonly Finding[]): string {
  const lines = doctorGroups(findings).flatMap(({ faults, fine }) => [...faults, ...fine]);
  return lines
    .map(({ verdict, check, message, code, hint }) => {
      const isFine = verdict === "ok";
      const remedy = isFine || hint === undefined ? "" : `      ${hint}\n`;
      return `${MARKS[verdict]}  ${check}: ${message}${isFine ? "" : ` (${code})`}\n${remedy}`;
    })
    .join("");
}
