// The days of receipts: how many, the root of their tree, and whether it stands in the chain.

import { useState } from "preact/hooks";
import { anchoring, type ProofDay } from "../api-chain.ts";
import { useWords } from "../app-context.ts";
import { describeProblem } from "../describe.ts";
import { type Asked, PublishDialog } from "./publish-dialog.tsx";

/** Newest days that are shown. */
const SHOWN = 14;

function Day({ day, onAsk }: { readonly day: ProofDay; readonly onAsk: (asked: Asked) => void }) {
  const words = useWords();
  const { date, count, root, state, problem, height } = day;
  const text =
    problem === null ? words.t(`days.${state}`, { height: height ?? 0 }) : describeProblem(words, problem).what;
  const subject = words.t("days.anchor.of", { date });
  return (
    <tr>
      <th scope="row">{date}</th>
      <td class="number">{words.number(count)}</td>
      <td>
        {text}
        {root !== null && (
          <code class="soft day-root" title={root}>
            {root.slice(0, 16)}…
          </code>
        )}
      </td>
      <td class="chain-actions">
        {(state === "built" || state === "failed") && (
          <button type="button" aria-label={subject} onClick={() => onAsk({ write: anchoring(date), subject })}>
            {words.t("days.anchor")}
          </button>
        )}
      </td>
    </tr>
  );
}

export function DaysPart({ days, onDone }: { readonly days: readonly ProofDay[]; readonly onDone: () => void }) {
  const words = useWords();
  const [asked, setAsked] = useState<Asked | null>(null);
  const newest = days.slice(-SHOWN).toReversed();
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
              <Day key={day.date} day={day} onAsk={setAsked} />
            ))}
          </tbody>
        </table>
      )}
      {asked !== null && <PublishDialog {...asked} onDone={onDone} onClose={() => setAsked(null)} />}
    </section>
  );
}
