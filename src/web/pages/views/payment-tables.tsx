// Tickets, wins and orders, newest first, page by page.

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { z } from "zod";
import { type LineView, type OrderView, ordersReply, type TicketView, ticketsReply } from "../../../protocol/index.ts";
import { useBox, useWords } from "../app-context.ts";
import { describeProblem } from "../describe.ts";
import type { Translator } from "../i18n.ts";
import { emcText } from "../parts/emc.tsx";
import { Fault } from "../parts/fault.tsx";
import { useResource } from "../parts/use-resource.ts";

const EVERY = 10_000;
const PAGE = 25;
const SHORT = 8;
const NO_LINES: readonly LineView[] = [];

export const LISTS = ["tickets", "wins", "orders"] as const;
export type List = (typeof LISTS)[number];

/** A column: its name, and what a row has in it. */
interface Column<T> {
  readonly name: string;
  readonly cell: (row: T) => ComponentChildren;
  readonly figure?: boolean;
}

interface TableProps<T> {
  readonly columns: readonly Column<T>[];
  readonly rows: readonly T[];
  readonly idOf: (row: T) => string;
}

function Table<T>({ columns, rows, idOf }: TableProps<T>) {
  const [first, ...others] = columns;
  return (
    <table class="wide-table pay-table">
      <thead>
        <tr>
          {columns.map(({ name, figure }) => (
            <th key={name} scope="col" class={figure === true ? "figure" : undefined}>
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={idOf(row)}>
            <th scope="row">{first?.cell(row)}</th>
            {others.map(({ name, cell, figure }) => (
              <td key={name} data-label={name} class={figure === true ? "figure" : undefined}>
                {cell(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Ids are long: their beginning tells them apart, the whole stands in the title. */
const Short = ({ id }: { readonly id: string }) => <code title={id}>{id.slice(0, SHORT)}</code>;

function stateOf(words: Translator, { problem, state }: TicketView): ComponentChildren {
  const text = words.t(`pay.ticket.${state}`);
  const tone = state === "settled" || state === "won" ? "good" : state === "displaced" ? "bad" : "plain";
  return (
    <span class={`pay-state pay-${tone}`} title={problem === null ? undefined : describeProblem(words, problem).what}>
      {text}
    </span>
  );
}

function ticketColumns(words: Translator, wins: boolean): readonly Column<TicketView>[] {
  const last: Column<TicketView> = wins
    ? {
        name: words.t("pay.txid"),
        cell: ({ win_txid: txid }) => (txid === null ? "–" : <Short id={txid} />),
      }
    : { name: words.t("pay.order"), cell: ({ order_id: id }) => <Short id={id} /> };
  return [
    { name: words.t("pay.at"), cell: ({ received_at: at }) => words.date(at) },
    { name: words.t("pay.state"), cell: (ticket) => stateOf(words, ticket) },
    { name: words.t("pay.amount"), cell: ({ amount }) => emcText(words, amount), figure: true },
    { name: words.t("pay.odds"), cell: ({ risk }) => words.t("pay.odds.one", { n: risk }), figure: true },
    { name: words.t("pay.value"), cell: ({ value }) => emcText(words, value), figure: true },
    last,
  ];
}

function orderColumns(words: Translator, lines: readonly LineView[]): readonly Column<OrderView>[] {
  const numberOf = (line: string): string => lines.find(({ id }) => id === line)?.number ?? line;
  return [
    { name: words.t("pay.at"), cell: ({ created_at: at }) => words.date(at) },
    { name: words.t("pay.line"), cell: ({ line }) => numberOf(line) },
    {
      name: words.t("pay.kind"),
      cell: ({ kind, days }) =>
        kind === "rental"
          ? `${words.t("pay.kind.rental")}, ${words.count("pay.days", days)}`
          : `${words.t(`pay.kind.${kind}`)}${days === 0 ? "" : `, ${words.count("pay.days", days)}`}`,
    },
    { name: words.t("pay.method"), cell: ({ method }) => method.toUpperCase() },
    { name: words.t("pay.state"), cell: ({ state }) => words.t(`pay.order.${state}`) },
    { name: words.t("pay.due"), cell: ({ due }) => emcText(words, due), figure: true },
    { name: words.t("pay.got"), cell: ({ received }) => emcText(words, received), figure: true },
  ];
}

interface PagedProps<T> {
  readonly schema: z.ZodType<T>;
  readonly path: string;
  readonly empty: string;
  readonly rowsOf: (reply: T) => ComponentChildren | null;
}

/** One page at a time: older ones are behind the last, and the way back is to the newest. */
function Paged<T extends { readonly next: string | null }>(props: PagedProps<T>) {
  const { schema, path, empty, rowsOf } = props;
  const words = useWords();
  const [after, setAfter] = useState<string | null>(null);
  useEffect(() => setAfter(null), [path]);
  const asked = after === null ? path : `${path}&after=${encodeURIComponent(after)}`;
  const { value, fault } = useResource(schema, asked, EVERY);
  const next = value?.next ?? null;
  return (
    <>
      <Fault fault={fault} />
      {value !== null && (rowsOf(value) ?? <p class="soft">{empty}</p>)}
      <div class="event-pages">
        {after !== null && (
          <button type="button" class="small" onClick={() => setAfter(null)}>
            {words.t("pay.newest")}
          </button>
        )}
        {next !== null && (
          <button type="button" class="small" onClick={() => setAfter(next)}>
            {words.t("pay.older")}
          </button>
        )}
      </div>
    </>
  );
}

export function PaymentList({ list, from }: { readonly list: List; readonly from: number }) {
  const words = useWords();
  const lines = useBox((box) => box.lines, NO_LINES);
  const empty = words.t(`pay.empty.${list}`);
  if (list === "orders") {
    const columns = orderColumns(words, lines);
    return (
      <Paged
        schema={ordersReply}
        path={`/api/v1/payments/orders?order=newest&limit=${PAGE}`}
        empty={empty}
        rowsOf={({ orders }) =>
          orders.length === 0 ? null : <Table columns={columns} rows={orders} idOf={({ id }) => id} />
        }
      />
    );
  }
  const wins = list === "wins";
  const only = wins ? "&only=wins" : "";
  return (
    <Paged
      key={list}
      schema={ticketsReply}
      path={`/api/v1/payments/tickets?order=newest&limit=${PAGE}&from=${from}${only}`}
      empty={empty}
      rowsOf={({ tickets }) =>
        tickets.length === 0 ? null : (
          <Table columns={ticketColumns(words, wins)} rows={tickets} idOf={({ id }) => id} />
        )
      }
    />
  );
}
