// Starts the box with what was chosen, and puts identity and listings into the chain. What it costs is shown before.

import { useEffect, useState } from "preact/hooks";
import { Icon } from "../../../../page-parts/index.ts";
import { type ChainFacts, publishing } from "../../api-chain.ts";
import { restartBox, settingsState } from "../../api-settings.ts";
import { useApp, useBox, useSelect } from "../../app-context.ts";
import { useResource } from "../../parts/use-resource.ts";
import { useTask } from "../../parts/use-task.ts";
import { type Asked, PublishDialog } from "../publish-dialog.tsx";
import { UnlockDialog } from "../unlock-dialog.tsx";
import { useChain } from "../use-chain.ts";
import { StepFrame, type StepProps } from "./step.tsx";

/** The box answers again, and is another run than the one that was asked to restart. */
function useRestart(): { readonly isRestarting: boolean; readonly begin: () => Promise<void> } {
  const [before, setBefore] = useState<number | null>(null);
  const startedAt = useBox((box) => box.overview.started_at, 0);
  const isLive = useSelect((state) => state.link === "live");
  const isRestarting = before !== null && (startedAt === before || !isLive);
  return {
    isRestarting,
    begin: async () => {
      await restartBox();
      setBefore(startedAt);
    },
  };
}

interface RowProps {
  readonly done: boolean;
  readonly what: string;
  /** Absent: nothing to do. */
  readonly action?: { readonly label: string; readonly run: () => void } | undefined;
}

function Row({ done, what, action }: RowProps) {
  return (
    <li class={`sim${done ? " sim-ready" : ""}`}>
      <Icon name={done ? "ready" : "starting"} />
      <span class="sim-what">{what}</span>
      {action !== undefined && (
        <button type="button" class="small" onClick={action.run}>
          {action.label}
        </button>
      )}
    </li>
  );
}

interface RowsProps {
  readonly facts: ChainFacts;
  readonly onAsk: (asked: Asked) => void;
  readonly onUnlock: () => void;
}

function IdentityRow({ facts, onAsk }: RowsProps) {
  const { words } = useApp();
  if (facts.identity === null || !("value" in facts.identity)) return null;
  const { name, state, publication } = facts.identity.value;
  const isOut = state === "current" || publication !== null;
  const subject = words.t("wizard.publish.identity", { name: name.slice(name.lastIndexOf(":") + 1) });
  const run = (): void => onAsk({ subject, write: publishing("identity/publish") });
  return <Row done={isOut} what={subject} action={isOut ? undefined : { label: words.t("wizard.publish.do"), run }} />;
}

function ListingRows({ facts, onAsk }: RowsProps) {
  const { words } = useApp();
  if (facts.listings === null || !("value" in facts.listings)) return null;
  return (
    <>
      {facts.listings.value.map(({ line, current, pending }) => {
        const isOut = current !== null || pending !== null;
        const subject = words.t("wizard.publish.listing", { line });
        const run = (): void => onAsk({ subject, write: publishing(`listings/${line}/publish`) });
        const action = isOut ? undefined : { label: words.t("wizard.publish.do"), run };
        return <Row key={line} done={isOut} what={subject} action={action} />;
      })}
    </>
  );
}

function ChainRows(props: RowsProps) {
  const { words } = useApp();
  const { wallet, ready } = props.facts.chain;
  const isLocked = wallet !== null && !ready;
  return (
    <ul class="sims">
      {isLocked && (
        <Row
          done={false}
          what={words.t("wizard.publish.locked")}
          action={{ label: words.t("chain.unlock"), run: props.onUnlock }}
        />
      )}
      <IdentityRow {...props} />
      <ListingRows {...props} />
    </ul>
  );
}

export function PublishStep({ onDone }: StepProps) {
  const { words } = useApp();
  const { facts, refresh } = useChain();
  const { value: settings, reload } = useResource(settingsState, "/api/v1/settings");
  const [asked, setAsked] = useState<Asked | null>(null);
  const [isUnlocking, setUnlocking] = useState(false);
  const { busy, problem, run } = useTask();
  const restart = useRestart();
  const isPending = (settings?.pending.length ?? 0) > 0 && !restart.isRestarting;
  // What was known before is of the box that is gone.
  useEffect(() => {
    if (restart.isRestarting) return;
    reload();
    refresh();
  }, [restart.isRestarting]);
  const start = (): void => void run(restart.begin);
  return (
    <>
      <StepFrame
        title={words.t("wizard.publish.title")}
        text={words.t("wizard.publish.text")}
        {...{ problem, busy, ready: !isPending && !restart.isRestarting }}
        submit={words.t("wizard.finish")}
        onSubmit={() => void onDone()}
        onSkip={null}
      >
        {restart.isRestarting && <p role="status">{words.t("wizard.restarting")}</p>}
        {isPending && (
          <div class="step-part">
            <p>{words.t("wizard.publish.restart")}</p>
            <button type="button" class="primary" disabled={busy} onClick={start}>
              {words.t("wizard.publish.start")}
            </button>
          </div>
        )}
        {!isPending && !restart.isRestarting && facts?.chain.configured === true && (
          <ChainRows facts={facts} onAsk={setAsked} onUnlock={() => setUnlocking(true)} />
        )}
        {!isPending && facts?.chain.configured === false && (
          <p class="step-note">{words.t("wizard.publish.no_node")}</p>
        )}
      </StepFrame>
      {asked !== null && <PublishDialog {...asked} onDone={refresh} onClose={() => setAsked(null)} />}
      {isUnlocking && <UnlockDialog onDone={refresh} onClose={() => setUnlocking(false)} />}
    </>
  );
}
