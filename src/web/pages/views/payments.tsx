// What comes in: what was to be expected and what came, what is in motion, and every ticket, win and order.

import { useState } from "preact/hooks";
import type { z } from "zod";
import { Empty, Icon } from "../../../page-parts/index.ts";
import { chainView, paymentsView, type StatementView, statementView } from "../../../protocol/index.ts";
import { useSelect, useWords } from "../app-context.ts";
import { describeProblem } from "../describe.ts";
import type { Translator } from "../i18n.ts";
import { emcText } from "../parts/emc.tsx";
import { Fault } from "../parts/fault.tsx";
import { useResource } from "../parts/use-resource.ts";
import { LISTS, type List, PaymentList } from "./payment-tables.tsx";

const EVERY = 10_000;
const DAY = 86_400_000;
const SPANS = [1, 7, 30, 365] as const;
/** The beginning of what is shown moves on in steps, so that a page of a list stays one. */
const STEP = 3_600_000;

type Figure = readonly [name: string, value: string, note?: string];

function Figures({ title, figures }: { readonly title: string; readonly figures: readonly Figure[] }) {
  return (
    <section class="panel" aria-label={title}>
      <h2>{title}</h2>
      <dl class="figures pay-figures">
        {figures.map(([name, value, note]) => (
          <div key={name} class="figure">
            <dt>{name}</dt>
            <dd>
              {value}
              {note !== undefined && <span class="soft pay-note"> {note}</span>}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function statementFigures(words: Translator, of: StatementView): readonly Figure[] {
  const emc = (amount: string): string => emcText(words, amount);
  const expected = words.number(Math.round(of.expected_wins * 10) / 10);
  const lost = Number(of.displaced) === 0 ? [] : [[words.t("pay.displaced"), emc(of.displaced)] as const];
  return [
    [words.t("pay.expected"), emc(of.expected), words.t("pay.deviation", { amount: emc(of.deviation) })],
    [words.t("pay.received"), emc(of.received)],
    [words.t("pay.attempts"), words.number(of.attempts)],
    [words.t("pay.wins"), words.t("pay.wins.of", { wins: of.wins, expected })],
    [words.t("pay.emc"), emc(of.emc)],
    [words.t("pay.earned"), emc(of.earned)],
    [words.t("pay.fees"), emc(of.fees)],
    [words.t("pay.swept"), emc(of.swept)],
    ...lost,
  ];
}

type Payments = z.infer<typeof paymentsView>;

function nowFigures(words: Translator, of: Payments): readonly Figure[] {
  // What the box owes to renters stands on the other side of its book.
  const { rentals = "0" } = of.balances;
  const credit = rentals.startsWith("-") ? rentals.slice(1) : "0";
  return [
    [words.t("pay.open_orders"), words.number(of.open_orders)],
    [words.t("pay.undecided"), words.number(of.undecided)],
    [words.t("pay.unsettled"), words.number(of.unsettled_wins)],
    [words.t("pay.unswept"), emcText(words, of.unswept)],
    [words.t("pay.credit"), emcText(words, credit)],
  ];
}

function Doubts({ doubts }: { readonly doubts: Payments["doubts"] }) {
  const words = useWords();
  return (
    <ul class="warnings">
      {doubts.map((doubt) => {
        const { what, hint } = describeProblem(words, doubt);
        return (
          <li key={doubt.code} class="warning">
            <Icon name="down" />
            <span>
              <strong>{what}</strong> {hint !== null && <span class="slot-hint">{hint}</span>}
            </span>
          </li>
        );
      })}
    </ul>
  );
}

interface ChipsProps<T extends string | number> {
  readonly title: string;
  readonly all: readonly T[];
  readonly chosen: T;
  readonly say: (choice: T) => string;
  readonly onChoose: (choice: T) => void;
}

function Chips<T extends string | number>({ title, all, chosen, say, onChoose }: ChipsProps<T>) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms
    <div class="chips" role="group" aria-label={title}>
      {all.map((each) => (
        <button key={each} type="button" class="chip" aria-pressed={chosen === each} onClick={() => onChoose(each)}>
          {say(each)}
        </button>
      ))}
    </div>
  );
}

function Money() {
  const words = useWords();
  const [days, setDays] = useState<(typeof SPANS)[number]>(30);
  const [list, setList] = useState<List>("tickets");
  const from = useSelect((state) => Math.max(0, Math.floor((state.now - days * DAY) / STEP) * STEP));
  const now = useResource(paymentsView, "/api/v1/payments", EVERY);
  const statement = useResource(statementView, `/api/v1/payments/statement?from=${from}`, EVERY);
  return (
    <>
      <Chips
        title={words.t("pay.span")}
        {...{ all: SPANS, chosen: days, onChoose: setDays }}
        say={(each) => words.count("pay.days", each)}
      />
      <Fault fault={now.fault ?? statement.fault} />
      {now.value !== null && now.value.doubts.length > 0 && <Doubts doubts={now.value.doubts} />}
      <div class="pay-panels">
        {statement.value !== null && (
          <Figures title={words.t("pay.figures")} figures={statementFigures(words, statement.value)} />
        )}
        {now.value !== null && <Figures title={words.t("pay.now")} figures={nowFigures(words, now.value)} />}
      </div>
      <Chips
        title={words.t("pay.lists")}
        {...{ all: LISTS, chosen: list, onChoose: setList }}
        say={(each) => words.t(`pay.list.${each}`)}
      />
      <PaymentList list={list} from={from} />
    </>
  );
}

export function PaymentsPage() {
  const words = useWords();
  const { value, fault } = useResource(chainView, "/api/v1/chain");
  return (
    <div class="payments">
      <header class="view-head">
        <h1>{words.t("pay.title")}</h1>
      </header>
      <Fault fault={fault} />
      {value === null && fault === null && (
        <p class="loading" role="status">
          {words.t("app.loading")}
        </p>
      )}
      {value?.configured === false && (
        <Empty icon="chain" title={words.t("pay.none.title")} text={words.t("pay.none.text")} />
      )}
      {value?.configured === true && <Money />}
    </div>
  );
}
