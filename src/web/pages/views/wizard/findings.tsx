// What the box found when it was asked to look: each with its verdict and, where something is wrong, what to do.

import { Icon, type IconName } from "../../../../page-parts/index.ts";
import type { FindingsReply } from "../../../../protocol/index.ts";
import { useWords } from "../../app-context.ts";
import { capital, describeProblem } from "../../describe.ts";

type Finding = FindingsReply["findings"][number];

const ICONS: Readonly<Record<Finding["verdict"], IconName>> = { ok: "ready", warn: "info", fail: "down" };

function Row({ finding }: { readonly finding: Finding }) {
  const words = useWords();
  const { verdict, message } = finding;
  const said = verdict === "ok" ? { what: capital(message), hint: null } : describeProblem(words, finding);
  return (
    <li class={`finding finding-${verdict}`}>
      <Icon name={ICONS[verdict]} />
      <span>
        <span class="hidden">{words.t(`wizard.verdict.${verdict}`)}: </span>
        {said.what}
        {said.hint !== null && <span class="finding-hint">{said.hint}</span>}
      </span>
    </li>
  );
}

export function Findings({ findings }: { readonly findings: readonly Finding[] }) {
  return (
    <div role="status">
      <ul class="findings">
        {findings.map((finding, at) => (
          <Row key={at} finding={finding} />
        ))}
      </ul>
    </div>
  );
}
