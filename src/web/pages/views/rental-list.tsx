// The rentals, as a table where there is room and as cards where there is not.

import type { ComponentChildren } from "preact";
import type { RentalView } from "../../../protocol/index.ts";
import { useSelect, useWords } from "../app-context.ts";
import { keyFingerprint } from "../renter-keys.ts";

interface ListProps {
  readonly rentals: readonly RentalView[];
  /** Whether these rentals are over. */
  readonly past: boolean;
  readonly onEnd: (rental: RentalView) => void;
}

interface RentalProps {
  readonly rental: RentalView;
}

/** Time left, with a bar of how much of the rental has passed; when it is over, since when. */
function TimeLeft({ rental }: RentalProps) {
  const words = useWords();
  const left = useSelect((state) => words.left(rental.expires_at - state.now));
  const share = useSelect((state) => {
    const passed = (state.now - rental.starts_at) / (rental.expires_at - rental.starts_at);
    return Math.round(Math.min(1, Math.max(0, passed)) * 100) / 100;
  });
  if (rental.state !== "active") {
    return <span class="left-over">{words.date(rental.ended_at ?? rental.expires_at)}</span>;
  }
  return (
    <span
      class={`left${rental.expires_at - rental.starts_at > 0 && share > 0.9 ? " left-soon" : ""}`}
      title={words.t("rentals.until", { date: words.date(rental.expires_at) })}
    >
      <b>{left}</b>
      <span class="left-bar" aria-hidden="true" style={{ "--share": String(share) }} />
    </span>
  );
}

function Waiting({ rental }: RentalProps) {
  const words = useWords();
  return <span class={rental.waiting > 0 ? "waiting" : "nothing"}>{words.number(rental.waiting)}</span>;
}

function Credit({ rental }: RentalProps) {
  const words = useWords();
  if (rental.credit === null) return <span class="nothing">{words.t("rentals.credit.none")}</span>;
  return <span>{`${words.number(rental.messages)} / ${words.number(rental.credit)}`}</span>;
}

function EndButton({ rental, onEnd }: RentalProps & { readonly onEnd: ListProps["onEnd"] }) {
  const words = useWords();
  const isBroken = useSelect((state) => state.link === "broken");
  if (rental.state !== "active")
    return <span class={`over over-${rental.state}`}>{words.t(`rentals.state.${rental.state}`)}</span>;
  return (
    <button
      type="button"
      class="small"
      disabled={isBroken}
      aria-label={words.t("rentals.end.of", { number: rental.number })}
      onClick={() => onEnd(rental)}
    >
      {words.t("rentals.end")}
    </button>
  );
}

interface Column {
  readonly title:
    | "rentals.left"
    | "rentals.over"
    | "rentals.messages"
    | "rentals.waiting"
    | "rentals.acknowledged"
    | "rentals.credit"
    | "rentals.envelope"
    | "rentals.renter";
  readonly isNumber: boolean;
  readonly cell: (rental: RentalView) => ComponentChildren;
}

/** What the table shows behind the line, and the cards below it. */
function useColumns(past: ListProps["past"]): readonly Column[] {
  const words = useWords();
  return [
    { title: past ? "rentals.over" : "rentals.left", isNumber: false, cell: (rental) => <TimeLeft rental={rental} /> },
    { title: "rentals.messages", isNumber: true, cell: (rental) => words.number(rental.messages) },
    { title: "rentals.waiting", isNumber: true, cell: (rental) => <Waiting rental={rental} /> },
    { title: "rentals.acknowledged", isNumber: true, cell: (rental) => words.number(rental.acknowledged) },
    { title: "rentals.credit", isNumber: true, cell: (rental) => <Credit rental={rental} /> },
    {
      title: "rentals.envelope",
      isNumber: false,
      cell: (rental) => words.t("rentals.envelope.v", { n: rental.envelope_version }),
    },
    {
      title: "rentals.renter",
      isNumber: false,
      cell: (rental) => <code title={rental.renter.verify}>{keyFingerprint(rental.renter.verify)}</code>,
    },
  ];
}

export function RentalTable({ rentals, past, onEnd }: ListProps) {
  const words = useWords();
  const columns = useColumns(past);
  return (
    <div class="table-place">
      <table class="rental-table">
        <thead>
          <tr>
            <th scope="col">{words.t("rentals.line")}</th>
            {columns.map((column) => (
              <th key={column.title} scope="col" class={column.isNumber ? "number" : ""}>
                {words.t(column.title)}
              </th>
            ))}
            <th scope="col">
              <span class="hidden">{words.t("rentals.actions")}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {rentals.map((rental) => (
            <tr key={rental.id} data-rental={rental.id}>
              <th scope="row">
                {rental.number} <span class="line-id">{rental.line}</span>
              </th>
              {columns.map((column) => (
                <td key={column.title} class={column.isNumber ? "number" : ""}>
                  {column.cell(rental)}
                </td>
              ))}
              <td class="row-action">
                <EndButton rental={rental} onEnd={onEnd} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function RentalCards({ rentals, past, onEnd }: ListProps) {
  const words = useWords();
  const columns = useColumns(past);
  return (
    <ul class="rental-cards">
      {rentals.map((rental) => (
        <li key={rental.id} data-rental={rental.id}>
          <header>
            <h2>
              {rental.number} <span class="line-id">{rental.line}</span>
            </h2>
            <EndButton rental={rental} onEnd={onEnd} />
          </header>
          <dl>
            {columns.map((column) => (
              <div key={column.title}>
                <dt>{words.t(column.title)}</dt>
                <dd>{column.cell(rental)}</dd>
              </div>
            ))}
          </dl>
        </li>
      ))}
    </ul>
  );
}
