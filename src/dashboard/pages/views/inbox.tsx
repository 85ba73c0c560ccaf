// All messages of all numbers, newest first, by day.

import { useMemo, useState } from "preact/hooks";
import { Empty } from "../../../page-parts/index.ts";
import { type AccountRental, visibleLine } from "../../../renter/index.ts";
import { useApp, useSelect, useWords } from "../app-context.ts";
import { dayName, longDay } from "../dates.ts";
import { inDays, matching } from "../inbox-list.ts";
import { Dialog, ViewTitle } from "../parts/frame.tsx";
import { Message } from "../parts/message.tsx";
import { problemOf } from "../words.ts";

const DAY_MS = 86_400_000;
/** Messages drawn at once; the rest by a button. */
const PAGE = 100;

function DayTitle({ at }: { readonly at: number }) {
  const words = useWords();
  const now = useSelect((state) => Math.floor(state.now / 60_000) * 60_000);
  const day = dayName(at);
  if (day === dayName(now)) return <h2 class="day">{words.t("inbox.today")}</h2>;
  if (day === dayName(now - DAY_MS)) return <h2 class="day">{words.t("inbox.yesterday")}</h2>;
  return <h2 class="day">{longDay(words.locale, at)}</h2>;
}

function Refused() {
  const words = useWords();
  const refused = useSelect((state) => state.refused);
  const [isOpen, setOpen] = useState(false);
  if (refused.length === 0) return null;
  const reasons = [...new Map(refused.map((error) => [error.code, problemOf(words, error)])).values()];
  return (
    <p class="fault refused">
      <span>{words.count("inbox.refused", refused.length)}</span>
      <button type="button" class="text-button" onClick={() => setOpen(true)}>
        {words.t("inbox.refused.show")}
      </button>
      {isOpen && (
        <Dialog title={words.count("inbox.refused", refused.length)} onClose={() => setOpen(false)}>
          <div class="dialog-body">
            {reasons.map(({ what, hint }) => (
              <p key={what}>
                {what} {hint !== null && <span class="soft">{hint}</span>}
              </p>
            ))}
          </div>
        </Dialog>
      )}
    </p>
  );
}

interface ToolsProps {
  readonly rentals: readonly AccountRental[];
  readonly rental: string | null;
  readonly onRental: (rental: string | null) => void;
  readonly search: string;
  readonly onSearch: (search: string) => void;
}

function Tools({ rentals, rental, onRental, search, onSearch }: ToolsProps) {
  const words = useWords();
  return (
    <div class="inbox-tools">
      <input
        type="search"
        aria-label={words.t("inbox.search")}
        placeholder={words.t("inbox.search")}
        autocomplete="off"
        spellcheck={false}
        value={search}
        onInput={(event) => onSearch(event.currentTarget.value)}
      />
      {rentals.length > 1 && (
        <fieldset class="chips" aria-label={words.t("inbox.numbers")}>
          <button type="button" class="chip" aria-pressed={rental === null} onClick={() => onRental(null)}>
            {words.t("inbox.all")}
          </button>
          {rentals.map(({ grant: { rental_id: id }, number }) => (
            <button key={id} type="button" class="chip" aria-pressed={rental === id} onClick={() => onRental(id)}>
              {visibleLine(number ?? words.t("rentals.unreadable"))}
            </button>
          ))}
        </fieldset>
      )}
    </div>
  );
}

function Nothing({ isFiltered, hasNumbers }: { readonly isFiltered: boolean; readonly hasNumbers: boolean }) {
  const { controller, words } = useApp();
  if (isFiltered) return <Empty icon="list" title={words.t("inbox.nothing")} text={words.t("inbox.nothing.text")} />;
  return (
    <Empty
      icon="received"
      title={words.t("inbox.none")}
      text={words.t(hasNumbers ? "inbox.none.text" : "inbox.none.rent")}
    >
      {!hasNumbers && (
        <button type="button" class="primary" onClick={() => controller.go({ name: "browse" })}>
          {words.t("inbox.rent")}
        </button>
      )}
    </Empty>
  );
}

export function Inbox() {
  const words = useWords();
  const entries = useSelect((state) => state.entries);
  const rentals = useSelect((state) => state.rentals);
  const [rental, setRental] = useState<string | null>(null);
  const [search, setSearch] = useState("");
  const [limit, setLimit] = useState(PAGE);
  const found = useMemo(() => matching(entries, { rental, search }), [entries, rental, search]);
  const days = useMemo(() => inDays(found.slice(0, limit), dayName), [found, limit]);
  const numberOf = new Map(rentals.map(({ grant, number }) => [grant.rental_id, number]));
  return (
    <>
      <div class="view-head">
        <ViewTitle>{words.t("inbox.title")}</ViewTitle>
        {entries.length > 0 && (
          <Tools rentals={rentals} rental={rental} onRental={setRental} search={search} onSearch={setSearch} />
        )}
      </div>
      <Refused />
      {found.length === 0 && <Nothing isFiltered={entries.length > 0} hasNumbers={rentals.length > 0} />}
      <div class="messages" aria-live="polite" aria-relevant="additions">
        {days.map(({ at, entries: ofDay }) => (
          <section key={dayName(at)}>
            <DayTitle at={at} />
            <ul>
              {ofDay.map((each) => (
                <Message
                  key={each.entry.key}
                  entry={each}
                  number={rentals.length > 1 ? (numberOf.get(each.entry.message.rental_id) ?? null) : null}
                />
              ))}
            </ul>
          </section>
        ))}
      </div>
      {found.length > limit && (
        <button type="button" class="wide" onClick={() => setLimit(limit + PAGE)}>
          {words.t("inbox.older")}
        </button>
      )}
    </>
  );
}
