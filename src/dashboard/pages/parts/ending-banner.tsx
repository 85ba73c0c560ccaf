// The reminder before a rental's end: above every view, and as a count beside the rentals.

import { Icon } from "../../../page-parts/index.ts";
import { visibleLine } from "../../../renter/index.ts";
import { useApp, useSelect, useWords } from "../app-context.ts";
import { endingRentals } from "../ending.ts";

/** More would hide what the page is for. */
const MOST = 3;

function Ending({ id }: { readonly id: string }) {
  const { controller, words } = useApp();
  const rental = useSelect((state) => state.rentals.find(({ grant }) => grant.rental_id === id) ?? null);
  if (rental === null) return null;
  const number = visibleLine(rental.number ?? words.t("rentals.unreadable"));
  return (
    <div class="banner banner-calm">
      <Icon name="info" />
      <span>{words.t("ending.banner", { number, date: words.date(rental.grant.expires_at * 1000) })}</span>
      <button type="button" onClick={() => controller.go({ name: "renew", id })}>
        {words.t("rentals.renew")}
        <span class="hidden"> {number}</span>
      </button>
    </div>
  );
}

export function EndingBanners() {
  // A text, so that nothing is drawn anew while nothing changes.
  const ids = useSelect(({ rentals, now, view }) => {
    if (view.name === "renew" || view.name === "order") return "";
    const ending = endingRentals(rentals, now).map(({ grant }) => grant.rental_id);
    return ending.slice(0, MOST).join(" ");
  });
  return (
    <>
      {ids.split(" ").map((id) => (
        <Ending key={id} id={id} />
      ))}
    </>
  );
}

export function EndingCount() {
  const words = useWords();
  const count = useSelect(({ rentals, now }) => endingRentals(rentals, now).length);
  return count === 0 ? null : (
    <span class="nav-count">
      <span aria-hidden="true">{words.number(count)}</span>
      <span class="hidden">{words.t("nav.ending", { n: count })}</span>
    </span>
  );
}
