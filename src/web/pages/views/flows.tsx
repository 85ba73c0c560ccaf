// Node-RED beside the box: how it is, the way to its editor, and its restart.

import { Empty, Icon, type IconName } from "../../../page-parts/index.ts";
import { type FlowsView, flowsView } from "../../../protocol/index.ts";
import { useSelect, useWords } from "../app-context.ts";
import { call } from "../call.ts";
import { Fact } from "../parts/fact.tsx";
import { Fault } from "../parts/fault.tsx";
import { useResource } from "../parts/use-resource.ts";
import { useTask } from "../parts/use-task.ts";

const EVERY = 3000;
const EXAMPLE = `node_red:
  enabled: true`;

const ICONS: Readonly<Record<FlowsView["state"], IconName>> = {
  ...{
    stopped: "stopped",
    starting: "starting",
    running: "ready",
    ending: "starting",
    waiting: "down",
    silent: "down",
  },
};

function Facts({ view }: { readonly view: FlowsView }) {
  const words = useWords();
  const { state, since, safe, failures, run } = view;
  return (
    <dl class="flows-facts">
      <Fact name={words.t("flows.state")}>
        <span class={`flows-state flows-${safe ? "waiting" : state}`}>
          <Icon name={safe ? "down" : ICONS[state]} />
          {safe && state === "running" ? words.t("flows.safe") : words.t(`flows.state.${state}`)},{" "}
          {words.t("flows.since", { time: words.date(since) })}
        </span>
      </Fact>
      <Fact name={words.t("flows.failures")}>{words.number(failures)}</Fact>
      <Fact name={words.t("flows.run")}>{words.t(`flows.run.${run}`)}</Fact>
    </dl>
  );
}

function Editor({ view, onDone }: { readonly view: FlowsView; readonly onDone: () => void }) {
  const words = useWords();
  const task = useTask();
  const mayManage = useSelect((state) => state.user?.scopes.includes("manage") ?? false);
  if (!mayManage) return null;
  const restart = (safe: boolean) =>
    task.run(async () => {
      await call(flowsView, "POST", "/api/v1/flows/restart", { body: { safe } });
      onDone();
    });
  return (
    <>
      <p class="flows-actions">
        {view.state === "running" && (
          <a class="flows-open" href={view.editor} target="_blank" rel="noopener">
            {words.t("flows.open")}
          </a>
        )}
        {view.run === "child" && (
          <>
            <button type="button" disabled={task.busy} onClick={() => void restart(false)}>
              {words.t("flows.restart")}
            </button>
            <button type="button" disabled={task.busy} onClick={() => void restart(true)}>
              {words.t("flows.restart_safe")}
            </button>
          </>
        )}
      </p>
      <Fault fault={task.problem} />
      <p class="soft">{words.t("flows.open.note")}</p>
      {view.run === "child" && <p class="soft">{words.t("flows.restart_safe.note")}</p>}
    </>
  );
}

export function Flows() {
  const words = useWords();
  const { value, fault, reload } = useResource(flowsView, "/api/v1/flows", EVERY);
  const isOff = value !== null && value.run === "off";
  return (
    <div class="flows">
      <header class="view-head">
        <h1>{words.t("flows.title")}</h1>
      </header>
      {isOff ? (
        <Empty icon="flows" title={words.t("flows.none.title")} text={words.t("flows.none.text")}>
          <pre class="publish-value">{EXAMPLE}</pre>
        </Empty>
      ) : (
        <section class="panel">
          <p>{words.t("flows.text")}</p>
          <Fault fault={fault} />
          {value !== null && (
            <>
              <Facts view={value} />
              <Editor view={value} onDone={reload} />
            </>
          )}
        </section>
      )}
    </div>
  );
}
