// The pool of numbers: what each is doing, where its SIM is, and how long a resting one still rests.

import { Empty } from "../../../page-parts/index.ts";
import type { LineView, RentalView } from "../../../protocol/index.ts";
import { useBox, useSelect, useWords } from "../app-context.ts";
import { ViewLink } from "../parts/view-link.tsx";
import { slotPage } from "../routes.ts";
import { activeRental } from "../slot-lines.ts";
import { LineSummary } from "./line-summary.tsx";

const NO_LINES: readonly LineView[] = [];
const NO_RENTALS: readonly RentalView[] = [];

function State({ line, rental }: { readonly line: LineView; readonly rental: RentalView | null }) {
  const words = useWords();
  const until = line.state === "resting" ? line.rests_until : (rental?.expires_at ?? null);
  const left = useSelect((state) => (until === null ? null : words.left(Math.max(0, until - state.now))));
  return (
    <span class={`line-state line-state-${line.state}`}>
      {words.t(`lines.state.${line.state}`)}
      {left !== null && <span class="soft"> {words.t("lines.left", { span: left })}</span>}
    </span>
  );
}

function Row({ line }: { readonly line: LineView }) {
  const words = useWords();
  const rental = activeRental(
    useBox((box) => box.rentals, NO_RENTALS),
    line.id,
  );
  return (
    <tr>
      <th scope="row" class="line-number">
        {line.number} <span class="soft">{line.id}</span>
      </th>
      <td data-label={words.t("lines.state")}>
        <State line={line} rental={rental} />
      </td>
      <td data-label={words.t("lines.slot")}>
        {line.slot === null ? (
          <span class="soft">{words.t("lines.no_slot")}</span>
        ) : (
          <ViewLink view={slotPage(line.slot)}>{words.t("slot.name", { id: line.slot })}</ViewLink>
        )}
      </td>
      <td data-label={words.t("lines.listing")}>
        <code>{line.listing_id}</code>
      </td>
      <td data-label={words.t("lines.denied")} class="figure">
        {words.number(line.denied)}
      </td>
    </tr>
  );
}

export function Lines() {
  const words = useWords();
  const lines = useBox((box) => box.lines, NO_LINES);
  return (
    <div class="rentals">
      <header class="view-head">
        <h1>{words.t("nav.lines")}</h1>
      </header>
      {lines.length === 0 ? (
        <Empty icon="key" title={words.t("lines.none")} text={words.t("lines.none.text")} />
      ) : (
        <>
          <LineSummary />
          <table class="wide-table">
            <thead>
              <tr>
                <th scope="col">{words.t("lines.number")}</th>
                <th scope="col">{words.t("lines.state")}</th>
                <th scope="col">{words.t("lines.slot")}</th>
                <th scope="col">{words.t("lines.listing")}</th>
                <th scope="col" class="figure">
                  {words.t("lines.denied")}
                </th>
              </tr>
            </thead>
            <tbody>
              {lines.map((line) => (
                <Row key={line.id} line={line} />
              ))}
            </tbody>
          </table>
        </>
      )}
    </div>
  );
}
