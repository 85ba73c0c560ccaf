// Calls: whether any can be taken, those that are on, the phones of renters, and the calls that are over.

import { useEffect, useRef, useState } from "preact/hooks";
import { Empty, Icon } from "../../../page-parts/index.ts";
import {
  type CallsReply,
  type CallView,
  callsReply,
  type LineView,
  type SipAccountView,
} from "../../../protocol/index.ts";
import { useBox, useSelect, useWords } from "../app-context.ts";
import { describeProblem } from "../describe.ts";
import type { Translator } from "../i18n.ts";
import { Fault } from "../parts/fault.tsx";
import { useResource } from "../parts/use-resource.ts";
import { ViewLink } from "../parts/view-link.tsx";
import { CallAccounts, useAccounts } from "./call-accounts.tsx";
import { CallCheck } from "./call-check.tsx";
import { EndCall, RenewCredential } from "./call-dialogs.tsx";
import { CallHistory } from "./call-history.tsx";
import { LiveCalls } from "./call-live.tsx";

/** How its sound fares changes without a word of the box, while a call is on; otherwise phones come and go. */
const EVERY = { busy: 2000, idle: 10_000 } as const;
const NO_LINES: readonly LineView[] = [];
const EDGES: Readonly<Record<NonNullable<CallsReply["edge"]>, string>> = {
  drachtio: "drachtio",
  asterisk: "Asterisk",
  relay: "–",
};

function edgeText(words: Translator, { edge, relay }: CallsReply): string {
  if (relay !== undefined && relay.host !== null) return words.t("calls.edge.relay", { host: relay.host });
  return edge === null ? "–" : EDGES[edge];
}

/** What is encrypted, and what a relay in between can see. */
function Scope({ relay }: Pick<CallsReply, "relay">) {
  const words = useWords();
  if (relay === undefined) return <p class="soft">{words.t("calls.scope")}</p>;
  return (
    <p class="soft">
      {words.t("calls.scope.relay", { host: relay.host ?? "–" })}{" "}
      {words.t(relay.caller === "shown" ? "calls.scope.caller_shown" : "calls.scope.caller_hidden")}
    </p>
  );
}

/** What is asked for on top of the page. */
type Open =
  | { readonly kind: "end"; readonly call: CallView }
  | { readonly kind: "renew"; readonly account: SipAccountView };

/** A box without the setting `voice`. */
function NoCalls() {
  const words = useWords();
  const mayManage = useSelect((state) => state.user?.scopes.includes("manage") ?? false);
  return (
    <Empty icon="handset" title={words.t("calls.off.title")} text={words.t("calls.off.text")}>
      {mayManage && <ViewLink view="settings">{words.t("calls.off.settings")}</ViewLink>}
    </Empty>
  );
}

function Problem({ problem }: { readonly problem: NonNullable<CallsReply["problem"]> }) {
  const words = useWords();
  const { what, hint } = describeProblem(words, problem);
  return (
    <p class="call-trouble">
      <Icon name="down" />
      <span>
        <strong>{what}</strong> {hint !== null && <span class="soft">{hint}</span>}
      </span>
    </p>
  );
}

function State({ state }: { readonly state: CallsReply }) {
  const words = useWords();
  const { problem, accounts, phones, voice_slots: slots } = state;
  const figures = [
    [words.t("calls.edge"), edgeText(words, state)],
    [words.t("calls.accounts.count"), words.number(accounts)],
    [words.t("calls.phones"), words.number(phones)],
    [words.t("calls.slots"), words.number(slots)],
  ] as const;
  return (
    <section class="panel" aria-labelledby="calls-state">
      <div class="panel-head">
        <h2 id="calls-state">{words.t("calls.state")}</h2>
        <span class={`call-ready call-ready-${problem === null ? "yes" : "no"}`}>
          <Icon name={problem === null ? "ready" : "down"} />
          {words.t(problem === null ? "calls.ready" : "calls.not_ready")}
        </span>
      </div>
      {problem !== null && <Problem problem={problem} />}
      <dl class="figures">
        {figures.map(([name, value]) => (
          <div key={name} class="figure">
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {slots === 0 && <p class="soft">{words.t("calls.slots.none")}</p>}
      {state.relay?.media === "direct" && <p class="soft">{words.t("calls.media.direct")}</p>}
    </section>
  );
}

interface WorkingProps {
  readonly state: CallsReply;
  readonly onDone: () => void;
}

function Working({ state, onDone }: WorkingProps) {
  const words = useWords();
  const [open, setOpen] = useState<Open | null>(null);
  const [renewed, setRenewed] = useState<string | null>(null);
  const accounts = useAccounts();
  const lines = useBox((box) => box.lines, NO_LINES);
  const mayOperate = useSelect((current) => current.user?.scopes.includes("operate") ?? false);
  const nameOf = (line: string): string => lines.find(({ id }) => id === line)?.number ?? line;
  const onClose = () => setOpen(null);
  const onRenewed = ({ line }: SipAccountView): void => {
    onClose();
    setRenewed(words.t("calls.renewed", { number: nameOf(line) }));
    accounts.reload();
  };
  return (
    <>
      <State state={state} />
      <LiveCalls
        calls={state.calls}
        nameOf={nameOf}
        onEnd={mayOperate ? (call) => setOpen({ kind: "end", call }) : null}
      />
      <CallAccounts
        {...{ accounts, nameOf, said: renewed ?? "" }}
        onRenew={mayOperate ? (account) => setOpen({ kind: "renew", account }) : null}
      />
      <CallCheck />
      <CallHistory nameOf={nameOf} />
      {open?.kind === "end" && (
        <EndCall
          {...{ call: open.call, nameOf, onClose }}
          onDone={() => {
            onClose();
            onDone();
          }}
        />
      )}
      {open?.kind === "renew" && <RenewCredential {...{ account: open.account, nameOf, onClose, onRenewed }} />}
    </>
  );
}

export function Calls() {
  const words = useWords();
  const [asks, setAsks] = useState(true);
  const [busy, setBusy] = useState(false);
  const { value, fault, reload } = useResource(
    callsReply,
    asks ? "/api/v1/calls" : null,
    EVERY[busy ? "busy" : "idle"],
  );
  const isBusy = (value?.calls.length ?? 0) > 0;
  const told = useSelect((state) => state.callsTold);
  const isOff = !asks || value?.configured === false;
  useEffect(() => setBusy(isBusy), [isBusy]);
  const answered = useRef(told);
  useEffect(() => {
    if (answered.current === told) return;
    answered.current = told;
    reload();
  }, [told]);
  // Nothing turns calls on but a restart of the box.
  useEffect(() => {
    if (value?.configured === false) setAsks(false);
  }, [value]);
  return (
    <div class="calls">
      <header class="view-head">
        <h1>{words.t("calls.title")}</h1>
      </header>
      {isOff ? (
        <NoCalls />
      ) : (
        <>
          <Scope relay={value?.relay} />
          <Fault fault={fault} />
          {value === null && fault === null && (
            <p class="loading" role="status">
              {words.t("app.loading")}
            </p>
          )}
          {value?.configured === true && <Working state={value} onDone={reload} />}
        </>
      )}
    </div>
  );
}
