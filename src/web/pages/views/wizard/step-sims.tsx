// The SIMs that were found: unlocked where they need it, each with its number.

import { useState } from "preact/hooks";
import { Empty, Icon } from "../../../../page-parts/index.ts";
import type { LineView, SlotView } from "../../../../protocol/index.ts";
import { useBox, useWords } from "../../app-context.ts";
import { describeProblem } from "../../describe.ts";
import { simLockOf } from "../../pin-form.ts";
import { AddHardware } from "../add-hardware.tsx";
import { NameNumberDialog } from "../name-number-dialog.tsx";
import { PinDialog } from "../pin-dialog.tsx";
import { StepFrame, type StepProps } from "./step.tsx";

const NO_SLOTS: readonly SlotView[] = [];
const NO_LINES: readonly LineView[] = [];

type Asked = { readonly kind: "pin" | "number"; readonly slot: SlotView };

function Action({ slot, onAsk }: { readonly slot: SlotView; readonly onAsk: (asked: Asked) => void }) {
  const words = useWords();
  const lock = simLockOf(slot);
  if (lock.kind === "puk") return <span class="sim-note sim-bad">{words.t("wizard.sims.puk")}</span>;
  if (lock.kind === "pin") {
    return (
      <button type="button" class="small primary" onClick={() => onAsk({ kind: "pin", slot })}>
        {lock.left === null ? words.t("wizard.sims.pin") : words.t("wizard.sims.pin.left", { n: lock.left })}
      </button>
    );
  }
  if (slot.line !== null) return <span class="sim-number">{slot.line.number}</span>;
  if (slot.iccid === null) return null;
  return (
    <button type="button" class="small" onClick={() => onAsk({ kind: "number", slot })}>
      {words.t("number.name")}
    </button>
  );
}

function Sim({ slot, onAsk }: { readonly slot: SlotView; readonly onAsk: (asked: Asked) => void }) {
  const words = useWords();
  const said = slot.problem === null ? null : describeProblem(words, slot.problem);
  return (
    <li class={`sim sim-${slot.state}`}>
      <Icon name={slot.state === "ready" ? "ready" : slot.state === "down" ? "down" : "starting"} />
      <span class="sim-what">
        <strong>{words.t("slot.name", { id: slot.id })}</strong>
        <span class="sim-note">
          {said?.what ?? [slot.operator, slot.model].filter((part) => part !== null).join(" · ")}
        </span>
      </span>
      <Action slot={slot} onAsk={onAsk} />
    </li>
  );
}

export function SimsStep({ onDone, onSkip }: StepProps) {
  const words = useWords();
  const slots = useBox((box) => box.slots, NO_SLOTS);
  const lines = useBox((box) => box.lines, NO_LINES);
  const [asked, setAsked] = useState<Asked | null>(null);
  const close = (): void => setAsked(null);
  const lock = asked === null ? null : simLockOf(asked.slot);
  return (
    <>
      <StepFrame
        title={words.t("wizard.sims.title")}
        text={words.t("wizard.sims.text")}
        ready={lines.length > 0}
        onSubmit={() => void onDone()}
        onSkip={() => void onSkip()}
      >
        {slots.length === 0 ? (
          <Empty icon="modem" title={words.t("wizard.sims.none")} text={words.t("wizard.sims.none.text")} />
        ) : (
          <ul class="sims">
            {slots.map((slot) => (
              <Sim key={slot.id} slot={slot} onAsk={setAsked} />
            ))}
          </ul>
        )}
        <AddHardware />
      </StepFrame>
      {asked?.kind === "pin" && lock?.kind === "pin" && (
        <PinDialog slot={asked.slot.id} left={lock.left} onClose={close} />
      )}
      {asked?.kind === "number" && <NameNumberDialog slot={asked.slot} lines={lines} onClose={close} />}
    </>
  );
}
