// Who rents which number, how long still, and what waits for them; granting and ending.

import { useState } from "preact/hooks";
import { Empty, Icon } from "../../../page-parts/index.ts";
import type { RentalView } from "../../../protocol/index.ts";
import { useBox, useSelect, useWords } from "../app-context.ts";
import { EndDialog } from "./end-dialog.tsx";
import { GrantDialog } from "./grant-dialog.tsx";
import { LineSummary } from "./line-summary.tsx";
import { RentalCards, RentalTable } from "./rental-list.tsx";
import { useWide } from "./use-wide.ts";

type Tab = "active" | "past";

const NO_RENTALS: readonly RentalView[] = [];

/** Active ones by the end that comes first, past ones by the end that came last. */
function ofTab(rentals: readonly RentalView[], tab: Tab): readonly RentalView[] {
  if (tab === "active") {
    return rentals.filter((rental) => rental.state === "active").toSorted((a, b) => a.expires_at - b.expires_at);
  }
  const endOf = (rental: RentalView): number => rental.ended_at ?? rental.expires_at;
  return rentals.filter((rental) => rental.state !== "active").toSorted((a, b) => endOf(b) - endOf(a));
}

function Tabs({ tab, onTab }: { readonly tab: Tab; readonly onTab: (tab: Tab) => void }) {
  const words = useWords();
  const active = useBox((box) => box.rentals.filter((rental) => rental.state === "active").length, 0);
  const past = useBox((box) => box.rentals.length, 0) - active;
  const choice = (name: Tab, count: number) => (
    <button type="button" class="chip" aria-pressed={tab === name} onClick={() => onTab(name)}>
      {words.t(`rentals.${name}`)} <b>{words.number(count)}</b>
    </button>
  );
  return (
    <fieldset class="chips">
      <legend class="hidden">{words.t("rentals.tabs")}</legend>
      {choice("active", active)}
      {choice("past", past)}
    </fieldset>
  );
}

interface ListProps {
  readonly tab: Tab;
  readonly onGrant: () => void;
  readonly onEnd: (rental: RentalView) => void;
}

function List({ tab, onGrant, onEnd }: ListProps) {
  const words = useWords();
  const rentals = ofTab(
    useBox((box) => box.rentals, NO_RENTALS),
    tab,
  );
  const isWide = useWide();
  if (rentals.length > 0) {
    const ListOf = isWide ? RentalTable : RentalCards;
    return <ListOf rentals={rentals} past={tab === "past"} onEnd={onEnd} />;
  }
  if (tab === "past") {
    return <Empty icon="rentals" title={words.t("rentals.none_past.title")} text={words.t("rentals.none_past.text")} />;
  }
  return (
    <Empty icon="key" title={words.t("rentals.none.title")} text={words.t("rentals.none.text")}>
      <button type="button" class="primary" onClick={onGrant}>
        {words.t("rentals.grant")}
      </button>
    </Empty>
  );
}

export function Rentals() {
  const words = useWords();
  const [tab, setTab] = useState<Tab>("active");
  const [granting, setGranting] = useState(false);
  const [ending, setEnding] = useState<RentalView | null>(null);
  // What is not the live state may not be acted on.
  const isBroken = useSelect((state) => state.link === "broken");
  return (
    <div class="rentals">
      <header class="view-head">
        <h1>{words.t("rentals.title")}</h1>
        <button type="button" class="primary" disabled={isBroken} onClick={() => setGranting(true)}>
          <Icon name="plus" />
          {words.t("rentals.grant")}
        </button>
      </header>
      <LineSummary />
      <Tabs tab={tab} onTab={setTab} />
      <List tab={tab} onGrant={() => setGranting(true)} onEnd={setEnding} />
      {granting && <GrantDialog onClose={() => setGranting(false)} />}
      {ending !== null && <EndDialog rental={ending} onClose={() => setEnding(null)} />}
    </div>
  );
}
