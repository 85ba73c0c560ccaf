// What an escrow's document says: where it stands, the parties, the coins, and their words.

import { capital, Icon } from "../../../page-parts/index.ts";
import { type AccountRental, type EscrowState, visibleLine } from "../../../renter/index.ts";
import { useApp, useWords } from "../app-context.ts";
import { emcText } from "../parts/emc.tsx";
import type { Words } from "../words.ts";

const PERCENT_BPS = 100;

/** Hundredths of a percent as a percentage. */
export const percentOfBps = (words: Words, bps: number): string => words.decimal(String(bps / PERCENT_BPS));

export function EscrowPhaseName({ rental }: { readonly rental: Pick<AccountRental, "escrow"> }) {
  const { controller, words } = useApp();
  const state = controller.escrows.state(rental);
  return state === null ? null : <span>{words.t(`escrow.phase.${state.phase}`)}</span>;
}

function rolesIn(words: Words, roles: EscrowState["missing"]): string {
  return roles.map((role) => words.t(`escrow.role.${role}`)).join(", ");
}

/** The stations of an escrow, each with whether it is behind. */
function Stations({ state: { file, missing, signed, payout } }: { readonly state: EscrowState }) {
  const words = useWords();
  const { funding, settlement } = file;
  const stations = [
    {
      isDone: missing.length === 0,
      text:
        missing.length === 0
          ? words.t("escrow.agreed")
          : words.t("escrow.agreed.missing", { roles: rolesIn(words, missing) }),
    },
    { isDone: funding !== null, text: words.t(funding === null ? "escrow.funded.not" : "escrow.funded") },
    {
      isDone: settlement !== null,
      text:
        settlement === null
          ? words.t("escrow.divided.not")
          : words.t(`escrow.divided.${settlement.kind}`, { earned: emcText(words, settlement.earned) }),
    },
    {
      isDone: payout !== null,
      text:
        signed.length === 0
          ? words.t("escrow.signed.not")
          : words.t("escrow.signed", { roles: rolesIn(words, signed) }),
    },
  ];
  return (
    <ol class="verdicts">
      {stations.map(({ isDone, text }) => (
        <li key={text} class={`verdict ${isDone ? "verdict-ok" : "station-open"}`}>
          <Icon name={isDone ? "ready" : "clock"} label={words.t(isDone ? "escrow.done" : "escrow.waiting")} />
          <span class={isDone ? "" : "soft"}>{text}</span>
        </li>
      ))}
    </ol>
  );
}

function Facts({ state: { file } }: { readonly state: EscrowState }) {
  const words = useWords();
  const { amount, address, roles, feesBps, disputeS, refundAfter } = file.policy;
  const facts = [
    [words.t("order.amount"), emcText(words, amount)],
    [words.t("escrow.fee"), words.t("escrow.fee.of", { percent: percentOfBps(words, feesBps) })],
    [words.t("escrow.answer"), words.left(disputeS * 1000)],
    [words.t("escrow.refund"), words.date(refundAfter * 1000)],
  ] as const;
  const codes = [
    [words.t("escrow.address"), address],
    [words.t("escrow.share"), roles.renter.address],
    [words.t("escrow.key"), roles.renter.key],
    [words.t("escrow.arbiter"), roles.arbiter.verify],
  ] as const;
  return (
    <dl class="plain-facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
      {codes.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            <code>{value}</code>
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** What was said in a dispute: texts of other people. */
function Said({ state: { file } }: { readonly state: EscrowState }) {
  const words = useWords();
  const said = [
    ...file.evidence.map(({ role, statement, at }) => ({ role, text: statement, at })),
    ...(file.decision === null ? [] : [{ role: "arbiter" as const, text: file.decision.reason, at: file.decision.at }]),
  ];
  if (said.length === 0) return null;
  return (
    <>
      <h3>{words.t("escrow.said")}</h3>
      <dl class="plain-facts">
        {said.map(({ role, text, at }) => (
          <div key={`${role} ${at}`}>
            <dt>{capital(words.t(`escrow.role.${role}`))}</dt>
            <dd>{visibleLine(text)}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}

export function EscrowStatePanel({ state }: { readonly state: EscrowState }) {
  const words = useWords();
  return (
    <section class="panel">
      <div role="status">
        <h2>{words.t(`escrow.phase.${state.phase}`)}</h2>
      </div>
      <Stations state={state} />
      <p class="soft small">{words.t("escrow.by_document")}</p>
      {state.network !== "main" && <p class="bad">{words.t("escrow.test")}</p>}
      <Said state={state} />
      <details open={state.phase === "proposed"}>
        <summary>{words.t("escrow.terms")}</summary>
        <Facts state={state} />
      </details>
    </section>
  );
}
