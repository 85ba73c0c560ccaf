// The recovery ladder drawn as steps: what the box tries by itself, where it is, and a button for each step that a person may ask for.

import { useState } from "preact/hooks";
import type { SlotView } from "../../../protocol/index.ts";
import { useApp, useSelect, useWords } from "../app-context.ts";
import { type AskedRung, ladderOf, needsConfirmation, type RungStep } from "../ladder.ts";
import { Fault } from "../parts/fault.tsx";
import { useTask } from "../parts/use-task.ts";
import { useNextTry } from "./ladder-mark.tsx";
import { ResetDialog } from "./reset-dialog.tsx";

interface StepProps {
  readonly step: RungStep;
  readonly slot: SlotView;
  readonly disabled: boolean;
  readonly onAsk: (rung: AskedRung) => void;
}

function Where({ slot }: { readonly slot: SlotView }) {
  const words = useWords();
  const next = useNextTry(slot.recovery);
  const tries = slot.recovery.attempts;
  return (
    <span class="rung-where">
      {tries > 0 && words.t("ladder.try", { n: tries })}
      {tries > 0 && next !== null && " · "}
      {next}
    </span>
  );
}

function Step({ step: { rung, look, ask }, slot, disabled, onAsk }: StepProps) {
  const words = useWords();
  return (
    <li class={`rung rung-${look}`} aria-current={look === "current" ? "step" : undefined}>
      <span class="rung-dot" aria-hidden="true" />
      <span class="rung-name">{words.t(`rung.${rung}`)}</span>
      {look === "current" && <Where slot={slot} />}
      <span class="rung-help">{words.t(look === "absent" ? "ladder.absent" : `rung_help.${rung}`)}</span>
      {ask !== null && (
        <button
          type="button"
          class="small"
          disabled={disabled}
          aria-label={words.t("ladder.do.of", { rung: words.t(`rung.${rung}`) })}
          onClick={() => onAsk(ask)}
        >
          {words.t("ladder.do")}
        </button>
      )}
    </li>
  );
}

/** Where nobody climbs, the ladder is one quiet line until somebody opens it. */
export function Ladder({ slot }: { readonly slot: SlotView }) {
  const { controller, words } = useApp();
  const isBroken = useSelect((state) => state.link === "broken");
  const [asked, setAsked] = useState<AskedRung | null>(null);
  const task = useTask();
  const recover = async (rung: AskedRung): Promise<void> => {
    const text = words.t("ladder.asked", { rung: words.t(`rung.${rung}`) });
    if (await task.run(() => controller.slots.recover(slot.id, rung))) controller.tell({ kind: "done", text });
  };
  const onAsk = (rung: AskedRung): void => {
    if (needsConfirmation(rung)) setAsked(rung);
    else void recover(rung);
  };
  const { resets_today: resets, rung } = slot.recovery;
  return (
    <details class={`ladder${rung === null ? " ladder-idle" : ""}`} open={rung !== null}>
      <summary class="ladder-head">
        <h3>{words.t("ladder.title")}</h3>
        <span>{words.count("ladder.resets", resets)}</span>
      </summary>
      <ol class="rungs">
        {ladderOf(slot.recovery).map((step) => (
          <Step key={step.rung} step={step} slot={slot} disabled={isBroken || task.busy} onAsk={onAsk} />
        ))}
      </ol>
      <Fault fault={task.problem} />
      {asked !== null && (
        <ResetDialog
          slot={slot}
          rung={asked}
          onClose={() => setAsked(null)}
          onConfirm={() => {
            setAsked(null);
            void recover(asked);
          }}
        />
      )}
    </details>
  );
}
