// What the doctor finds: one panel for each part of the box, the worst first, each fault with what to do about it.

import { useEffect, useState } from "preact/hooks";
import { copyText, Icon, type IconName } from "../../../page-parts/index.ts";
import type { DoctorVerdict } from "../../../protocol/index.ts";
import { examineBox } from "../api-doctor.ts";
import { useApp, useSelect, useWords } from "../app-context.ts";
import { capital } from "../describe.ts";
import { type DoctorGroup, doctorGroups, doctorText, type Finding, sentenceParts } from "../doctor-groups.ts";
import { Fault } from "../parts/fault.tsx";
import { useTask } from "../parts/use-task.ts";

const ICONS: Readonly<Record<DoctorVerdict, IconName>> = { ok: "ready", warn: "info", fail: "down" };

function Sentence({ text }: { readonly text: string }) {
  return (
    <>
      {sentenceParts(text).map((part) =>
        part.isCode ? <code key={part.text}>{part.text}</code> : <span key={part.text}>{part.text}</span>,
      )}
    </>
  );
}

interface FindingProps {
  readonly finding: Finding;
  /** Whether the row above is of the same check: its name once is enough for eyes. */
  readonly isRepeated: boolean;
}

function FindingRow({ finding, isRepeated }: FindingProps) {
  const words = useWords();
  const { verdict, check, code, message, hint, context } = finding;
  const values = Object.fromEntries(Object.entries(context ?? {}).map(([name, value]) => [name, value ?? ""]));
  // What a translation does not know yet is said in the box's own words.
  const what = words.find(`finding.${code}`, values) ?? capital(message);
  const remedy = words.find(`remedy.${code}`, values) ?? hint ?? null;
  return (
    <li class={`finding finding-${verdict}`}>
      <Icon name={ICONS[verdict]} />
      <span class="finding-check">
        <span class={isRepeated ? "hidden" : undefined}>{capital(check)}</span>
      </span>
      <span class="finding-text">
        <span class="hidden">{words.t(`doctor.level.${verdict}`)}: </span>
        {what}
        {verdict !== "ok" && remedy !== null && (
          <span class="finding-remedy">
            <Sentence text={remedy} />
          </span>
        )}
      </span>
    </li>
  );
}

function Rows({ findings }: { readonly findings: readonly Finding[] }) {
  return (
    <ul class="findings">
      {findings.map((finding, at) => (
        <FindingRow
          key={`${finding.check} ${finding.code} ${at}`}
          finding={finding}
          isRepeated={findings[at - 1]?.check === finding.check}
        />
      ))}
    </ul>
  );
}

function GroupPanel({ group }: { readonly group: DoctorGroup }) {
  const words = useWords();
  const { area, faults, fine, verdict } = group;
  const title = `doctor-${area}`;
  return (
    <section class={`panel doctor-panel doctor-panel-${verdict}`} aria-labelledby={title}>
      <div class="panel-head">
        <h2 id={title}>{words.t(`doctor.area.${area}`)}</h2>
        {fine.length > 0 && <span class="soft">{words.count("doctor.fine", fine.length)}</span>}
      </div>
      {faults.length > 0 && <Rows findings={faults} />}
      {fine.length > 0 && <Rows findings={fine} />}
    </section>
  );
}

interface Examined {
  readonly at: number;
  readonly verdict: DoctorVerdict;
  readonly findings: readonly Finding[];
}

function Verdict({ seen, isBusy }: { readonly seen: Examined | null; readonly isBusy: boolean }) {
  const words = useWords();
  if (seen === null || isBusy) {
    return (
      <p class="doctor-verdict" role="status">
        <Icon name="starting" />
        <span>
          <b>{words.t("doctor.running")}</b> <span class="soft">{words.t("doctor.running.text")}</span>
        </span>
      </p>
    );
  }
  const faults = seen.findings.filter(({ verdict }) => verdict !== "ok").length;
  return (
    <p class={`doctor-verdict doctor-verdict-${seen.verdict}`} role="status">
      <Icon name={ICONS[seen.verdict]} />
      <span>
        <b>{words.t(`doctor.verdict.${seen.verdict}`)}</b>{" "}
        <span class="soft">
          {faults > 0 && `${words.count("doctor.faults", faults)}, `}
          {words.t("doctor.at", { time: words.date(seen.at) })}
        </span>
      </span>
    </p>
  );
}

export function Doctor() {
  const { controller, words } = useApp();
  const now = useSelect((state) => state.now);
  const task = useTask();
  const [seen, setSeen] = useState<Examined | null>(null);
  const examine = () => task.run(async () => setSeen({ ...(await examineBox()), at: now }));
  useEffect(() => void examine(), []);
  const copy = async (findings: readonly Finding[]): Promise<void> => {
    const isCopied = await copyText(doctorText(findings));
    const text = words.t(isCopied ? "doctor.copied" : "doctor.not_copied");
    controller.tell({ kind: isCopied ? "done" : "failed", text });
  };
  const groups = doctorGroups(seen?.findings ?? []);
  return (
    <div class="doctor">
      <header class="view-head">
        <h1>{words.t("doctor.title")}</h1>
        <div class="doctor-actions">
          {seen !== null && (
            <button type="button" onClick={() => void copy(seen.findings)}>
              <Icon name="copy" />
              {words.t("doctor.copy")}
            </button>
          )}
          <button type="button" class="primary" disabled={task.busy} onClick={() => void examine()}>
            {words.t("doctor.run")}
          </button>
        </div>
      </header>
      <div>
        {task.problem === null && <Verdict seen={seen} isBusy={task.busy} />}
        <Fault fault={task.problem} />
      </div>
      <div class="doctor-groups" aria-busy={task.busy}>
        {groups.map((group) => (
          <GroupPanel key={group.area} group={group} />
        ))}
      </div>
    </div>
  );
}
