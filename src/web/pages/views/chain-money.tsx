// What came in by tickets, in figures and in the box's own words; and the days of receipts with their proofs.

import { anchorDay, type MoneyStatement, type ProofDay } from "../api-chain.ts";
import { useApp, useWords } from "../app-context.ts";
import { describeProblem } from "../describe.ts";
import { Fault } from "../parts/fault.tsx";
import { useTask } from "../parts/use-task.ts";
import { shortAmount } from "./publish-dialog.tsx";

/** Newest days that are shown. */
const DAYS = 14;

export function MoneyPart({ statement }: { readonly statement: MoneyStatement }) {
  const words = useWords();
  const emc = (text: string): string => words.t("chain.emc", { amount: shortAmount(text) });
  const figures = [
    [words.t("money.attempts"), String(statement.attempts)],
    [words.t("money.wins"), String(statement.wins)],
    [words.t("money.expected"), emc(statement.expected)],
    [words.t("money.received"), emc(statement.received)],
  ] as const;
  return (
    <section class="panel" aria-labelledby="money-title">
      <h2 id="money-title">{words.t("money.title")}</h2>
      <dl class="figures">
        {figures.map(([name, value]) => (
          <div key={name} class="figure">
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {statement.words.map((line) => (
        <p key={line} class="soft">
          {line}
        </p>
      ))}
    </section>
  );
}

function Day({
  day,
  onAnchor,
  busy,
}: {
  readonly day: ProofDay;
  readonly onAnchor: () => void;
  readonly busy: boolean;
}) {
  const words = useWords();
  const state =
    day.problem === null
      ? words.t(`days.${day.state}`, { height: day.height ?? 0 })
      : describeProblem(words, day.problem).what;
  const mayAnchor = day.state === "built" || day.state === "failed";
  return (
    <tr>
      <th scope="row">{day.date}</th>
      <td class="number">{day.count}</td>
      <td>{state}</td>
      <td class="chain-actions">
        {mayAnchor && (
          <button
            type="button"
            disabled={busy}
            aria-label={words.t("days.anchor.of", { date: day.date })}
            onClick={onAnchor}
          >
            {words.t("days.anchor")}
          </button>
        )}
      </td>
    </tr>
  );
}

export function DaysPart({ days, onDone }: { readonly days: readonly ProofDay[]; readonly onDone: () => void }) {
  const { controller, words } = useApp();
  const { busy, problem, run } = useTask();
  const anchor = async (date: string): Promise<void> => {
    if (!(await run(async () => void (await anchorDay(date))))) return;
    controller.tell({ kind: "done", text: words.t("days.anchoring", { date }) });
    onDone();
  };
  const newest = days.slice(-DAYS).toReversed();
  return (
    <section class="panel" aria-labelledby="days-title">
      <h2 id="days-title">{words.t("days.title")}</h2>
      {newest.length === 0 ? (
        <p class="soft">{words.t("days.none")}</p>
      ) : (
        <table class="chain-table">
          <thead>
            <tr>
              <th scope="col">{words.t("days.day")}</th>
              <th scope="col" class="number">
                {words.t("days.receipts")}
              </th>
              <th scope="col">{words.t("days.state")}</th>
              <th scope="col">
                <span class="hidden">{words.t("listings.action")}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {newest.map((day) => (
              <Day key={day.date} day={day} busy={busy} onAnchor={() => void anchor(day.date)} />
            ))}
          </tbody>
        </table>
      )}
      <Fault fault={problem} />
    </section>
  );
}
