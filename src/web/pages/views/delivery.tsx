// The way of messages out of the box: what waits, for whom, and what renters have acknowledged.

import { Empty } from "../../../page-parts/index.ts";
import type { RentalView } from "../../../protocol/index.ts";
import { useBox, useWords } from "../app-context.ts";
import { Flow } from "./flow.tsx";

const NO_RENTALS: readonly RentalView[] = [];

/** Those that something waits for first, then the busiest. */
function inOrder(rentals: readonly RentalView[]): readonly RentalView[] {
  return rentals
    .filter(({ messages }) => messages > 0)
    .toSorted((a, b) => b.waiting - a.waiting || b.messages - a.messages);
}

function Row({ rental }: { readonly rental: RentalView }) {
  const words = useWords();
  const { messages, waiting, acknowledged } = rental;
  const figures = [
    ["delivery.messages", messages],
    ["delivery.waiting", waiting],
    ["delivery.relay", Math.max(0, messages - waiting - acknowledged)],
    ["delivery.acknowledged", acknowledged],
  ] as const;
  return (
    <tr>
      <th scope="row" class="line-number">
        {rental.number} <span class="soft">{words.t(`rentals.state.${rental.state}`)}</span>
      </th>
      {figures.map(([key, value]) => (
        <td
          key={key}
          data-label={words.t(key)}
          class={`figure${key === "delivery.waiting" && value > 0 ? " waits" : ""}`}
        >
          {words.number(value)}
        </td>
      ))}
    </tr>
  );
}

export function Delivery() {
  const words = useWords();
  const rentals = inOrder(useBox((box) => box.rentals, NO_RENTALS));
  return (
    <div class="rentals">
      <header class="view-head">
        <h1>{words.t("nav.delivery")}</h1>
      </header>
      <Flow />
      {rentals.length === 0 ? (
        <Empty icon="outbox" title={words.t("delivery.none")} text={words.t("delivery.none.text")} />
      ) : (
        <table class="wide-table">
          <thead>
            <tr>
              <th scope="col">{words.t("lines.number")}</th>
              {(["messages", "waiting", "relay", "acknowledged"] as const).map((key) => (
                <th key={key} scope="col" class="figure">
                  {words.t(`delivery.${key}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rentals.map((rental) => (
              <Row key={rental.id} rental={rental} />
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}
