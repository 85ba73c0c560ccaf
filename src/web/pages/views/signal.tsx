// The signal of all slots at a glance: one small chart each, all on one scale, so that the one that fails stands out among 32.

import { useState } from "preact/hooks";
import { Empty } from "../../../page-parts/index.ts";
import { type SignalSeries, type SlotView, signalReply } from "../../../protocol/index.ts";
import { useBox, useWords } from "../app-context.ts";
import { Fault } from "../parts/fault.tsx";
import { Signal } from "../parts/signal.tsx";
import { useResource } from "../parts/use-resource.ts";
import { ViewLink } from "../parts/view-link.tsx";
import { slotPage } from "../routes.ts";
import { figuresOf, pathOf, SCALE } from "../signal-facts.ts";
import { saySignal } from "./slot-signal.tsx";

const EVERY = 60_000;
/** One for each quarter of an hour of a day. */
const POINTS = 96;
const WIDTH = 288;
const HEIGHT = 44;
const NO_SLOTS: readonly SlotView[] = [];
const ORDERS = ["slot", "worst"] as const;
type Order = (typeof ORDERS)[number];

/** Nothing heard is worse than anything heard. */
const medianOf = ({ dbm, every_ms: every }: SignalSeries): number =>
  figuresOf(dbm, every).heard?.median ?? SCALE.lowest;

function Row({ slot, series }: { readonly slot: SlotView; readonly series: SignalSeries }) {
  const words = useWords();
  return (
    <li class={`signal-row slot-${slot.state}`} data-slot={slot.id}>
      <span class="signal-name">
        <ViewLink view={slotPage(slot.id)}>{words.t("slot.name", { id: slot.id })}</ViewLink>
        <span class="soft">{slot.line?.number ?? ""}</span>
      </span>
      <svg class="signal-small" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
        <path d={`M0 ${HEIGHT / 2}h${WIDTH}`} class="signal-middle" />
        <path d={pathOf(series.dbm, POINTS, WIDTH, HEIGHT)} />
      </svg>
      <Signal dbm={slot.signal_dbm} />
      <span class="soft signal-said">{saySignal(words, figuresOf(series.dbm, series.every_ms))}</span>
    </li>
  );
}

function Orders({ order, onOrder }: { readonly order: Order; readonly onOrder: (order: Order) => void }) {
  const words = useWords();
  return (
    <fieldset class="chips">
      <legend class="hidden">{words.t("signal.order")}</legend>
      {ORDERS.map((each) => (
        <button key={each} type="button" class="chip" aria-pressed={order === each} onClick={() => onOrder(each)}>
          {words.t(`signal.order.${each}`)}
        </button>
      ))}
    </fieldset>
  );
}

export function SignalPage() {
  const words = useWords();
  const [order, setOrder] = useState<Order>("slot");
  const slots = useBox((box) => box.slots, NO_SLOTS).filter(({ kind }) => kind === "modem");
  const { value, fault } = useResource(signalReply, `/api/v1/signal?points=${POINTS}`, EVERY);
  const rows = slots.flatMap((slot) => {
    const series = value?.slots.find((each) => each.slot === slot.id);
    return series === undefined ? [] : [{ slot, series }];
  });
  const shown = order === "slot" ? rows : rows.toSorted((a, b) => medianOf(a.series) - medianOf(b.series));
  return (
    <div class="signals">
      <header class="view-head">
        <h1>{words.t("signal.title")}</h1>
        <Orders order={order} onOrder={setOrder} />
      </header>
      <Fault fault={fault} />
      {value === null && fault === null && (
        <p class="loading" role="status">
          {words.t("app.loading")}
        </p>
      )}
      {value !== null && rows.length === 0 && (
        <Empty icon="modem" title={words.t("signal.none")} text={words.t("signal.none.text")} />
      )}
      {rows.length > 0 && (
        <>
          <p class="soft">{words.t("signal.all.text")}</p>
          <ul class="signal-rows">
            {shown.map(({ slot, series }) => (
              <Row key={slot.id} slot={slot} series={series} />
            ))}
          </ul>
        </>
      )}
    </div>
  );
}
