// A rental that goes on: the same number, the same key, more time.

import { Empty, Icon } from "../../../page-parts/index.ts";
import { type AccountRental, visibleLine } from "../../../renter/index.ts";
import { useSelect, useWords } from "../app-context.ts";
import { Fault, ViewLink, ViewTitle } from "../parts/frame.tsx";
import { NoOffer, useOffer } from "./listing.tsx";
import { RentForm } from "./rent-form.tsx";

function Form({ rental }: { readonly rental: AccountRental }) {
  const words = useWords();
  const looked = useOffer(rental.grant.listing_id);
  if (looked.kind !== "found") return <NoOffer looked={looked} />;
  if (looked.offer.judgement.rentable) return <RentForm offer={looked.offer} renews={rental} />;
  return <Fault fault={{ what: words.t("problem.market.not_rentable"), hint: words.t("renew.not_offered") }} />;
}

export function Renew({ id }: { readonly id: string }) {
  const words = useWords();
  const rental = useSelect((state) => state.rentals.find(({ grant }) => grant.rental_id === id) ?? null);
  if (rental === null) {
    return <Empty icon="number" title={words.t("renew.unknown")} text={words.t("order.unknown.text")} />;
  }
  return (
    <>
      <p class="crumb">
        <ViewLink view={{ name: "rentals" }}>
          <Icon name="back" />
          {words.t("nav.rentals")}
        </ViewLink>
      </p>
      <div class="view-head">
        <div>
          <ViewTitle>{visibleLine(rental.number ?? words.t("rentals.unreadable"))}</ViewTitle>
          <p class="soft">{words.t("order.until", { date: words.date(rental.grant.expires_at * 1000) })}</p>
        </div>
      </div>
      <div class="narrow">
        <Form rental={rental} />
      </div>
    </>
  );
}
