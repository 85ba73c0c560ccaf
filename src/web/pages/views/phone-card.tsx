// One phone: alive or not, its battery and network, and what its SIMs serve.

import { Icon, type IconName } from "../../../page-parts/index.ts";
import type { PhoneSimView, PhoneView, ProblemBody } from "../../../protocol/index.ts";
import { useSelect, useWords } from "../app-context.ts";
import { describeProblem, describeTechnology } from "../describe.ts";
import { Battery } from "../parts/battery.tsx";

interface PhoneProps {
  readonly phone: PhoneView;
}

const ICONS: Readonly<Record<PhoneView["state"], IconName>> = { waiting: "starting", ready: "ready", down: "down" };

function State({ phone }: PhoneProps) {
  const words = useWords();
  const since = useSelect((state) => (phone.state === "ready" ? null : words.span(state.now - phone.since)));
  return (
    <span class="slot-state">
      <Icon name={ICONS[phone.state]} />
      {words.t(`phone.${phone.state}`)}
      {since !== null && <span class="slot-since">{words.t("flow.since", { span: since })}</span>}
    </span>
  );
}

function Sim({ sim }: { readonly sim: PhoneSimView }) {
  const words = useWords();
  const about = [sim.operator, sim.number].filter((part) => part !== null).join(" · ");
  return (
    <li class={sim.slot === null ? "phone-sim phone-sim-idle" : "phone-sim"}>
      <span class="phone-sim-name">{words.t("phone.sim", { n: sim.sim })}</span>
      <span class="phone-sim-about">{about}</span>
      <span class={sim.slot === null ? "phone-sim-none" : "tag tag-rented"}>
        {sim.slot === null ? words.t("phone.sim.unused") : words.t("slot.name", { id: sim.slot })}
      </span>
    </li>
  );
}

function Trouble({ problem, tone }: { readonly problem: ProblemBody; readonly tone: "bad" | "warn" }) {
  const words = useWords();
  const { what, hint } = describeProblem(words, problem);
  return (
    <p class={`phone-trouble phone-trouble-${tone}`}>
      <span>{what}</span>
      {hint !== null && <span class="slot-hint">{hint}</span>}
    </p>
  );
}

function Connection({ phone }: PhoneProps) {
  const words = useWords();
  const { transport, technology, app_version } = phone;
  const network =
    transport === null
      ? null
      : transport === "cellular"
        ? (describeTechnology(words, technology) ?? words.t("phone.transport.cellular"))
        : words.t(`phone.transport.${transport}`);
  const parts = [network, app_version === null ? null : words.t("phone.version", { version: app_version })];
  return (
    <div class="phone-net">
      {phone.battery !== null && <Battery battery={phone.battery} />}
      <span>{parts.filter((part) => part !== null).join(" · ")}</span>
    </div>
  );
}

function Foot({ phone, onRemove }: PhoneProps & { readonly onRemove: () => void }) {
  const words = useWords();
  const seen = useSelect((state) =>
    phone.last_seen === null
      ? words.t("phone.seen.never")
      : words.t("phone.seen", { ago: words.ago(state.now - phone.last_seen) }),
  );
  return (
    <footer class="phone-foot">
      <span>
        {words.count("phone.sms", phone.received)} · {seen}
      </span>
      <button
        type="button"
        class="small"
        aria-label={words.t("phones.remove.of", { name: phone.name })}
        onClick={onRemove}
      >
        {words.t("phones.remove")}
      </button>
    </footer>
  );
}

export function PhoneCard({ phone, onRemove }: PhoneProps & { readonly onRemove: () => void }) {
  const slotTone = phone.state === "waiting" ? "starting" : phone.state;
  return (
    <li class={`phone slot-${slotTone}`} data-phone={phone.name}>
      <div class="phone-head">
        <span>{phone.model ?? ""}</span>
        <State phone={phone} />
      </div>
      <h2 class="phone-name">{phone.name}</h2>
      <Connection phone={phone} />
      {phone.problem !== null && <Trouble problem={phone.problem} tone="bad" />}
      {phone.warnings.map((warning) => (
        <Trouble key={warning.code} problem={warning} tone="warn" />
      ))}
      {phone.sims.length > 0 && (
        <ul class="phone-sims">
          {phone.sims.map((sim) => (
            <Sim key={sim.sim} sim={sim} />
          ))}
        </ul>
      )}
      <Foot phone={phone} onRemove={onRemove} />
    </li>
  );
}
