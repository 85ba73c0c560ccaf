// The machine: how it is, and what its owner may do to it.

import { useState } from "preact/hooks";
import { type HostActionReply, type HostView, hostView } from "../../../protocol/index.ts";
import { hostApi } from "../api-host.ts";
import { useApp, useWords } from "../app-context.ts";
import { ConfirmDialog } from "../parts/confirm-dialog.tsx";
import { Fact } from "../parts/fact.tsx";
import { Fault } from "../parts/fault.tsx";
import { isTyped, TypedName } from "../parts/typed-name.tsx";
import { useResource } from "../parts/use-resource.ts";
import { useTask } from "../parts/use-task.ts";
import { Network } from "./network.tsx";
import { Ssh } from "./ssh.tsx";
import { Storage } from "./storage.tsx";

type Action = Exclude<HostActionReply["asked"], "move_data">;

const ASK_EVERY_MS = 10_000;
const ACTIONS: readonly Action[] = ["reboot", "power_off", "factory_reset"];

function useUptime(): (seconds: number) => string {
  const words = useWords();
  return (seconds) => {
    const [days, hours, minutes] = [
      Math.floor(seconds / 86_400),
      Math.floor(seconds / 3600) % 24,
      Math.floor(seconds / 60) % 60,
    ];
    if (days > 0) return words.t("machine.days", { days, hours });
    return words.t("machine.hours", { hours, minutes });
  };
}

function Facts({ view }: { readonly view: HostView }) {
  const words = useWords();
  const uptime = useUptime();
  const size = (mb: number | null): string | null =>
    mb === null
      ? null
      : mb < 10_000
        ? words.t("machine.mb", { n: mb })
        : words.t("machine.gb", { n: Math.round(mb / 1024) });
  const { uptime_s: up, temperature_c: heat, fan, clock_kept: kept } = view;
  return (
    <section class="panel" aria-labelledby="machine-now">
      <h2 id="machine-now">{view.name}</h2>
      <dl class="machine-facts">
        <Fact name={words.t("machine.up")}>{up === null ? null : uptime(up)}</Fact>
        <Fact name={words.t("machine.heat")}>{heat === null ? null : `${Math.round(heat)} °C`}</Fact>
        {fan !== null && (
          <Fact name={words.t("machine.fan")}>{words.t(fan ? "machine.fan.on" : "machine.fan.off")}</Fact>
        )}
        <Fact name={words.t("machine.memory")}>{size(view.memory_free_mb)}</Fact>
        <Fact name={words.t("machine.disk")}>{size(view.disk_free_mb)}</Fact>
        <Fact name={words.t("machine.clock")}>
          {kept === null ? null : words.t(kept ? "machine.clock.kept" : "machine.clock.free")}
        </Fact>
      </dl>
      <ul class="machine-addresses" aria-label={words.t("machine.addresses")}>
        {view.addresses.map((address) => (
          <li key={address}>{address}</li>
        ))}
      </ul>
    </section>
  );
}

interface AskProps {
  readonly action: Action;
  readonly name: string;
  readonly onAsked: (action: Action) => void;
  readonly onClose: () => void;
}

function Ask({ action, name, onAsked, onClose }: AskProps) {
  const words = useWords();
  const [typed, setTyped] = useState("");
  const { busy, problem, run } = useTask();
  const isReset = action === "factory_reset";
  const confirm = (): void =>
    void run(async () => {
      await (isReset ? hostApi.factory_reset(typed) : hostApi[action]());
      onAsked(action);
    });
  return (
    <ConfirmDialog
      title={words.t(`machine.${action}`)}
      subject={name}
      submit={words.t(`machine.${action}`)}
      busy={busy || (isReset && !isTyped(typed, name))}
      problem={problem}
      onConfirm={confirm}
      onClose={onClose}
    >
      <p>{words.t(`machine.${action}.text`)}</p>
      {isReset && <TypedName id="machine-confirm" name={name} value={typed} onValue={setTyped} />}
    </ConfirmDialog>
  );
}

function Doing({ view }: { readonly view: HostView }) {
  const { words } = useApp();
  const [asking, setAsking] = useState<Action | null>(null);
  const [asked, setAsked] = useState<Action | null>(null);
  return (
    <section class="panel" aria-labelledby="machine-do">
      <h2 id="machine-do">{words.t("machine.do")}</h2>
      {asked !== null ? (
        <p role="status">{words.t(`machine.${asked}.asked`)}</p>
      ) : (
        <ul class="machine-actions">
          {ACTIONS.map((action) => (
            <li key={action}>
              <span>{words.t(`machine.${action}.what`)}</span>
              <button
                type="button"
                class={action === "factory_reset" ? "small danger" : "small"}
                onClick={() => setAsking(action)}
              >
                {words.t(`machine.${action}`)}
              </button>
            </li>
          ))}
        </ul>
      )}
      {asking !== null && (
        <Ask
          action={asking}
          name={view.name}
          onAsked={(action) => {
            setAsking(null);
            setAsked(action);
          }}
          onClose={() => setAsking(null)}
        />
      )}
    </section>
  );
}

export function Machine() {
  const { words } = useApp();
  const { value: view, fault, reload } = useResource(hostView, "/api/v1/host", ASK_EVERY_MS);
  return (
    <div class="rentals">
      <header class="view-head">
        <h1>{words.t("nav.machine")}</h1>
      </header>
      {view === null ? (
        <Fault fault={fault} />
      ) : (
        <>
          <Facts view={view} />
          <Network />
          {view.ssh !== null && <Ssh ssh={view.ssh} onChange={reload} />}
          {view.appliance && <Storage name={view.name} />}
          {view.appliance ? <Doing view={view} /> : <p class="soft">{words.t("machine.foreign")}</p>}
        </>
      )}
    </div>
  );
}
