// Whether the box is on a network, finds names, and knows the time.

import { useEffect, useState } from "preact/hooks";
import type { FindingsReply } from "../../../../protocol/index.ts";
import { wizardApi } from "../../api-wizard.ts";
import { useWords } from "../../app-context.ts";
import { useTask } from "../../parts/use-task.ts";
import { Network } from "../network.tsx";
import { Findings } from "./findings.tsx";
import { StepFrame, type StepProps } from "./step.tsx";

export function NetworkStep({ onDone, onSkip }: StepProps) {
  const words = useWords();
  const [found, setFound] = useState<FindingsReply | null>(null);
  const { busy, problem, run } = useTask();
  const look = (): void => void run(async () => setFound(await wizardApi.network()));
  useEffect(look, []);
  return (
    <>
      <StepFrame
        title={words.t("wizard.network.title")}
        text={words.t("wizard.network.text")}
        {...{ problem, busy, ready: found !== null }}
        onSubmit={() => void onDone()}
        onSkip={() => void onSkip()}
      >
        {found === null ? <p role="status">{words.t("wizard.looking")}</p> : <Findings findings={found.findings} />}
        <button type="button" class="small step-again" disabled={busy} onClick={look}>
          {words.t("wizard.again")}
        </button>
      </StepFrame>
      {/* Has dialogs of its own, which are forms. */}
      <Network />
    </>
  );
}
