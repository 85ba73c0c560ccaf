// How a slot is: its state and problem in words with what to do, its warnings, and the ladder by which the box brings it back.

import { useState } from "preact/hooks";
import { Icon } from "../../../page-parts/index.ts";
import type { ProblemBody, SlotView } from "../../../protocol/index.ts";
import { useSelect, useWords } from "../app-context.ts";
import { capital, describeProblem, describeStep } from "../describe.ts";
import { simLockOf } from "../pin-form.ts";
import { Ladder } from "./ladder.tsx";
import { useNextTry } from "./ladder-mark.tsx";
import { PinDialog, TriesLeft } from "./pin-dialog.tsx";
import { LastSms, State } from "./slot-bits.tsx";

interface SlotProps {
  readonly slot: SlotView;
}

function What({ slot }: SlotProps) {
  const words = useWords();
  const again = useNextTry(slot.recovery);
  if (slot.state === "ready") return <LastSms slot={slot} />;
  const problem = slot.problem === null ? null : describeProblem(words, slot.problem);
  // What the hint says elsewhere can be done right here.
  const hint = simLockOf(slot).kind === "none" ? (problem?.hint ?? null) : null;
  return (
    <div class="health-what">
      <strong>{problem?.what ?? capital(describeStep(words, slot.step))}</strong>
      {hint !== null && <span>{hint}</span>}
      {again !== null && slot.recovery.rung === null && (
        <span class="slot-hint">{words.t("health.again", { when: again })}</span>
      )}
    </div>
  );
}

/** A PUK is said, and never asked for. */
function SimLock({ slot }: SlotProps) {
  const words = useWords();
  const [entering, setEntering] = useState(false);
  const isBroken = useSelect((state) => state.link === "broken");
  const lock = simLockOf(slot);
  if (lock.kind === "none") return null;
  if (lock.kind === "puk") return <p class="health-lock">{words.t("pin.puk")}</p>;
  return (
    <div class="health-lock">
      <TriesLeft left={lock.left} />
      <button type="button" class="primary" disabled={isBroken} onClick={() => setEntering(true)}>
        <Icon name="key" />
        {words.t("pin.enter")}
      </button>
      {entering && <PinDialog slot={slot.id} left={lock.left} onClose={() => setEntering(false)} />}
    </div>
  );
}

function Warning({ warning }: { readonly warning: ProblemBody }) {
  const words = useWords();
  const { what, hint } = describeProblem(words, warning);
  return (
    <li class="warning">
      <Icon name="down" />
      <span>
        <span class="hidden">{words.t("events.level.warn")}: </span>
        <strong>{what}</strong>
        {hint !== null && <span class="slot-hint">{hint}</span>}
      </span>
    </li>
  );
}

export function SlotHealth({ slot }: SlotProps) {
  const words = useWords();
  return (
    <section class={`health health-${slot.state}`} aria-labelledby="health-title">
      <h2 id="health-title" class="hidden">
        {words.t("health.title")}
      </h2>
      <div class="health-now" role="status">
        <State slot={slot} />
        <What slot={slot} />
        <SimLock slot={slot} />
      </div>
      {slot.warnings.length > 0 && (
        <ul class="warnings">
          {slot.warnings.map((warning) => (
            <Warning key={warning.code} warning={warning} />
          ))}
        </ul>
      )}
      {slot.recovery.rungs.length > 0 && <Ladder slot={slot} />}
    </section>
  );
}
