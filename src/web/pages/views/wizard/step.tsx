// What every step of the wizard has: a heading, what it is for, its body, and the ways on.

import type { ComponentChildren } from "preact";
import { useWords } from "../../app-context.ts";
import type { ProblemText } from "../../describe.ts";
import { Fault } from "../../parts/fault.tsx";

export interface StepProps {
  /** The step's result is stored: on to the next one. */
  readonly onDone: () => Promise<void>;
  readonly onSkip: () => Promise<void>;
}

export interface StepFrameProps {
  readonly title: string;
  readonly text: string;
  readonly problem?: ProblemText | null;
  readonly busy?: boolean;
  /** False while something that is needed is missing. */
  readonly ready?: boolean;
  /** What going on does, where it is more than going on. */
  readonly submit?: string;
  readonly onSubmit: () => void;
  /** Null where the step cannot be left out. */
  readonly onSkip: (() => void) | null;
  readonly children: ComponentChildren;
}

export function StepFrame(props: StepFrameProps) {
  const words = useWords();
  const { title, text, problem = null, busy = false, ready = true, submit, onSubmit, onSkip, children } = props;
  return (
    <form
      class="step"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (ready && !busy) onSubmit();
      }}
    >
      <header>
        <h1>{title}</h1>
        <p class="step-text">{text}</p>
      </header>
      <div class="step-body">{children}</div>
      <Fault fault={problem} />
      <footer class="step-foot">
        {onSkip !== null && (
          <button type="button" class="quiet" disabled={busy} onClick={onSkip}>
            {words.t("wizard.skip")}
          </button>
        )}
        <button type="submit" class="primary" disabled={busy || !ready}>
          {submit ?? words.t("wizard.next")}
        </button>
      </footer>
    </form>
  );
}
