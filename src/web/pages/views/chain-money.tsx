// What came in by tickets, in figures and in the box's own words.

import type { MoneyStatement } from "../api-chain.ts";
import { useWords } from "../app-context.ts";
import { emcText } from "../parts/emc.tsx";

export function MoneyPart({ statement }: { readonly statement: MoneyStatement }) {
  const words = useWords();
  const figures = [
    [words.t("money.attempts"), words.number(statement.attempts)],
    [words.t("money.wins"), words.number(statement.wins)],
    [words.t("money.expected"), emcText(words, statement.expected)],
    [words.t("money.received"), emcText(words, statement.received)],
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
