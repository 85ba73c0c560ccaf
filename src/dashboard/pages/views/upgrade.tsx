// Another tier for a rental that runs: what it brings, what it costs for the time that is left, and the order.

import { useState } from "preact/hooks";
import { unixMs } from "../../../base/index.ts";
import { Empty, Icon } from "../../../page-parts/index.ts";
import {
  type AccountRental,
  type ListingOfferView,
  roughly,
  type Upgrade,
  upgradesOf,
  visibleLine,
} from "../../../renter/index.ts";
import { useApp, useSelect, useTask, useWords } from "../app-context.ts";
import { MethodRadios, type PlainPayMethod } from "../parts/choices.tsx";
import { emcText, roughEmcText } from "../parts/emc.tsx";
import { Fault, ViewLink, ViewTitle } from "../parts/frame.tsx";
import { NoOffer, useOffer } from "./listing.tsx";

function Change({ rental, upgrade }: { readonly rental: AccountRental; readonly upgrade: Upgrade }) {
  const words = useWords();
  const { tier, perMinute } = upgrade;
  const facts = [
    [words.t("upgrade.now"), words.t(`tier.${rental.tier}`)],
    [words.t("upgrade.next"), words.t(`tier.${tier}`)],
    [words.t("rentals.until"), words.date(rental.grant.expires_at * 1000)],
    ...(perMinute === null ? [] : [[words.t("upgrade.minute"), emcText(words, perMinute)]]),
  ] as const;
  return (
    <>
      <dl class="plain-facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <p>{words.t(`upgrade.gain.${tier}`)}</p>
    </>
  );
}

interface ChosenProps {
  readonly offer: ListingOfferView;
  readonly rental: AccountRental;
  readonly upgrade: Upgrade;
}

function UpgradeForm({ offer, rental, upgrade }: ChosenProps) {
  const { controller, words } = useApp();
  const [method, setMethod] = useState<PlainPayMethod>("emc");
  const task = useTask();
  const { most, expected } = upgrade;
  const price = expected === null ? emcText(words, most.rental) : roughEmcText(words, expected);
  return (
    <form
      class="panel rent-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void task.run(() => controller.upgrade({ offer, rental, upgrade, payment: { method } }));
      }}
    >
      <h2>{words.t("upgrade.title")}</h2>
      <Change rental={rental} upgrade={upgrade} />
      {most.rental > 0 && (
        <MethodRadios<never>
          due={expected === null ? most.rental : roughly(expected)}
          method={method}
          others={[]}
          onMethod={setMethod}
        />
      )}
      <p class="rent-total">
        <span>{words.t("upgrade.total")}</span>{" "}
        <b>{most.rental === 0 ? price : words.t(expected === null ? "upgrade.most" : "upgrade.about", { price })}</b>
      </p>
      <Fault fault={task.problem} />
      <button type="submit" class="primary wide" disabled={task.busy}>
        {words.t("upgrade.submit")}
      </button>
      <p class="soft small">
        {most.rental > 0 && `${words.t("upgrade.price", { price: emcText(words, most.rental) })} `}
        {words.t("upgrade.same")}
      </p>
    </form>
  );
}

/** An order for it that is not over: whoever only asks again must not pay twice. */
function useOpenOrder(rental: string): string | null {
  return useSelect(
    ({ orders }) =>
      orders.find(
        ({ ended, answer, request: { change } }) =>
          ended === null && answer === null && change?.kind === "upgrade" && change.rental_id === rental,
      )?.request.order_id ?? null,
  );
}

function Body({ rental }: { readonly rental: AccountRental }) {
  const { controller, words } = useApp();
  const open = useOpenOrder(rental.grant.rental_id);
  const minute = useSelect((state) => Math.floor(state.now / 10_000) * 10_000);
  const looked = useOffer(rental.grant.listing_id);
  if (open !== null) {
    return (
      <section class="panel">
        <h2>{words.t("upgrade.open_order")}</h2>
        <div class="actions">
          <button type="button" class="primary" onClick={() => controller.go({ name: "order", id: open })}>
            {words.t("rentals.order.open")}
          </button>
        </div>
      </section>
    );
  }
  if (looked.kind !== "found") return <NoOffer looked={looked} />;
  const { offer } = looked;
  const [upgrade] = offer.judgement.rentable ? upgradesOf(offer, rental, unixMs(minute)) : [];
  if (upgrade !== undefined) return <UpgradeForm offer={offer} rental={rental} upgrade={upgrade} />;
  return <Empty icon="number" title={words.t("upgrade.none")} text={words.t("upgrade.none.text")} />;
}

export function UpgradeView({ id }: { readonly id: string }) {
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
        <Body rental={rental} />
      </div>
    </>
  );
}
