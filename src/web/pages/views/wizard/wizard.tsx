// The first run, step by step. Every step stores its own result, so that the wizard can be left anywhere and taken up again.

import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Icon, Mark } from "../../../../page-parts/index.ts";
import {
  networkView,
  type WizardStep,
  type WizardStepState,
  type WizardView,
  wizardStep,
  wizardView,
} from "../../../../protocol/index.ts";
import { NETWORK_PATH } from "../../api-network.ts";
import { wizardApi } from "../../api-wizard.ts";
import { useApp } from "../../app-context.ts";
import { Fault } from "../../parts/fault.tsx";
import { useResource } from "../../parts/use-resource.ts";
import { useTask } from "../../parts/use-task.ts";
import type { StepProps } from "./step.tsx";
import { IdentityStep } from "./step-identity.tsx";
import { LocaleStep } from "./step-locale.tsx";
import { NetworkStep } from "./step-network.tsx";
import { NodeStep } from "./step-node.tsx";
import { PricesStep } from "./step-prices.tsx";
import { PublishStep } from "./step-publish.tsx";
import { RelayStep } from "./step-relay.tsx";
import { SimsStep } from "./step-sims.tsx";

const STEPS: Readonly<Record<WizardStep, ComponentType<StepProps>>> = {
  locale: LocaleStep,
  network: NetworkStep,
  sims: SimsStep,
  identity: IdentityStep,
  node: NodeStep,
  relay: RelayStep,
  prices: PricesStep,
  publish: PublishStep,
};

const ORDER = wizardStep.options;

/** Where to go on: the first step that nobody looked at, else the last. In the box's own access point nothing else works before its network. */
function firstOpen(view: WizardView, isInOwnNetwork: boolean): WizardStep {
  if (isInOwnNetwork && view.steps.some(({ id, state }) => id === "network" && state === "todo")) return "network";
  return view.steps.find(({ state }) => state === "todo")?.id ?? "publish";
}

interface RailProps {
  readonly view: WizardView;
  readonly current: WizardStep;
  readonly onGo: (step: WizardStep) => void;
}

function Rail({ view, current, onGo }: RailProps) {
  const { words } = useApp();
  const at = ORDER.indexOf(current) + 1;
  return (
    <nav class="wizard-rail" aria-label={words.t("wizard.steps")}>
      <p class="wizard-count">{words.t("wizard.count", { n: at, of: ORDER.length })}</p>
      <ol>
        {view.steps.map(({ id, state }) => (
          <li key={id} class={`rail-${state}`}>
            <button
              type="button"
              class="quiet"
              aria-current={id === current ? "step" : undefined}
              onClick={() => onGo(id)}
            >
              <Icon name={state === "done" ? "ready" : "arrow"} />
              <span>{words.t(`wizard.step.${id}`)}</span>
            </button>
          </li>
        ))}
      </ol>
    </nav>
  );
}

interface PageProps {
  readonly view: WizardView;
  /** Whether this browser has reached the box over the box's own access point. */
  readonly isInOwnNetwork: boolean;
  readonly onView: () => void;
}

function WizardPage({ view, isInOwnNetwork, onView }: PageProps) {
  const { controller } = useApp();
  const [current, setCurrent] = useState<WizardStep>(() => firstOpen(view, isInOwnNetwork));
  const { problem, run } = useTask();
  const leave = async (state: WizardStepState): Promise<void> => {
    await run(async () => {
      await wizardApi.mark({ step: current, state });
      if (current === "publish") await wizardApi.mark({ finished: true });
    });
    onView();
    const next = ORDER[ORDER.indexOf(current) + 1];
    if (next === undefined) controller.go("overview");
    else setCurrent(next);
  };
  useEffect(() => scrollTo(0, 0), [current]);
  const Step = STEPS[current];
  return (
    <>
      <Rail view={view} current={current} onGo={setCurrent} />
      <main class="wizard-main" id="content">
        <Step key={current} onDone={() => leave("done")} onSkip={() => leave("skipped")} />
        <Fault fault={problem} />
      </main>
    </>
  );
}

export function Wizard() {
  const { controller, words } = useApp();
  const { value, fault, reload } = useResource(wizardView, "/api/v1/wizard");
  const { value: network, fault: unknown } = useResource(networkView, NETWORK_PATH);
  const isKnown = network !== null || unknown !== null;
  return (
    <div class="wizard">
      <header class="wizard-head">
        <Mark />
        <span>{words.t("app.name")}</span>
        <button type="button" class="quiet" onClick={() => controller.go("overview")}>
          {words.t("wizard.later")}
        </button>
      </header>
      {value === null || !isKnown ? (
        <Fault fault={fault} />
      ) : (
        <WizardPage
          view={value}
          isInOwnNetwork={network !== null && network.access_point.address === location.hostname}
          onView={reload}
        />
      )}
    </div>
  );
}
