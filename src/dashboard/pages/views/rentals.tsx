// Rented numbers: the time that is left, what came, what is missing; and orders that are not over.

import { useState } from "preact/hooks";
import { Empty, Icon } from "../../../page-parts/index.ts";
import { type AccountRental, hasMore, isSoonOver, visibleLine } from "../../../renter/index.ts";
import { useApp, useSelect, useWords } from "../app-context.ts";
import { CopyButton, ViewLink, ViewTitle } from "../parts/frame.tsx";
import { orderedIn, policyIn } from "../words.ts";
import { CancelDialog } from "./cancel-dialog.tsx";
import { EscrowPhaseName } from "./escrow-state.tsx";
import { PhoneDialog } from "./phone-dialog.tsx";

function Gaps({ gaps }: Pick<AccountRental, "gaps">) {
  const words = useWords();
  if (gaps.length === 0) return <>{words.t("rentals.gaps.none")}</>;
  const list = gaps.map(({ from, to }) => (from === to ? String(from) : `${from}–${to}`)).join(", ");
  return <span class="bad">{words.t("rentals.gaps", { list })}</span>;
}

function Details({ rental }: { readonly rental: AccountRental }) {
  const { controller, words } = useApp();
  const [isEnding, setEnding] = useState(false);
  const { grant, gaps } = rental;
  const facts = [
    [words.t("rentals.begun"), words.date(grant.starts_at * 1000)],
    [words.t("rentals.until"), words.date(grant.expires_at * 1000)],
    [words.t("rentals.credit"), grant.credit === null ? words.t("rentals.credit.none") : words.number(grant.credit)],
  ] as const;
  const codes = [
    [words.t("rentals.listing"), grant.listing_id],
    [words.t("rentals.id"), grant.rental_id],
    [words.t("rentals.provider"), grant.provider],
  ] as const;
  return (
    <details class="rental-details">
      <summary>{words.t("rentals.details")}</summary>
      <dl class="plain-facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
        {codes.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <code>{value}</code>
            </dd>
          </div>
        ))}
      </dl>
      <p class="soft small">
        <Gaps gaps={gaps} />
      </p>
      <div class="actions">
        {rental.escrow === null && (
          <button type="button" class="small" onClick={() => controller.go({ name: "escrow", id: grant.rental_id })}>
            {words.t("escrow.open")}
          </button>
        )}
        <button type="button" class="danger small" onClick={() => setEnding(true)}>
          {words.t("rentals.cancel")}
        </button>
      </div>
      {isEnding && <CancelDialog rental={rental} onClose={() => setEnding(false)} />}
    </details>
  );
}

function Left({ rental: { grant } }: { readonly rental: AccountRental }) {
  const words = useWords();
  const now = useSelect((state) => state.now);
  const [start, end] = [grant.starts_at * 1000, grant.expires_at * 1000];
  const left = Math.max(0, end - now);
  const isSoon = isSoonOver(grant, now);
  return (
    <p class={`rental-left${isSoon ? " rental-soon" : ""}`}>
      {left < 3_600_000
        ? words.t("rentals.left", { span: words.clock(left) })
        : words.t("rentals.left", { span: words.left(left) })}
      {isSoon && <span class="tag">{words.t("rentals.soon")}</span>}
      <progress max={end - start} value={end - start - left} aria-hidden="true" />
    </p>
  );
}

function RentalCard({ rental }: { readonly rental: AccountRental }) {
  const { controller, words } = useApp();
  const [isPhone, setPhone] = useState(false);
  const { grant, number, sip, tier, policy, received } = rental;
  return (
    <li class="panel rental">
      <div class="rental-head">
        <span class="big-number">{visibleLine(number ?? words.t("rentals.unreadable"))}</span>
        {number !== null && (
          <CopyButton class="quiet square" value={number} said={words.t("rentals.number_copied")}>
            <span class="hidden">{words.t("rentals.copy")}</span>
          </CopyButton>
        )}
      </div>
      <Left rental={rental} />
      <p class="soft">{words.count("rentals.messages", received)}</p>
      {rental.escrow !== null && (
        <p class="soft small">
          <ViewLink view={{ name: "escrow", id: grant.rental_id }}>{words.t("escrow.title")}</ViewLink>:{" "}
          <EscrowPhaseName rental={rental} />
        </p>
      )}
      {policy !== null && <p class="soft small">{policyIn(words, policy)}</p>}
      <div class="actions">
        <button type="button" onClick={() => controller.go({ name: "renew", id: grant.rental_id })}>
          {words.t("rentals.renew")}
        </button>
        {hasMore(tier) && (
          <button type="button" onClick={() => controller.go({ name: "upgrade", id: grant.rental_id })}>
            {words.t("upgrade.open")}
          </button>
        )}
        {sip !== null && number !== null && (
          <button type="button" onClick={() => setPhone(true)}>
            <Icon name="handset" />
            {words.t("rentals.phone")}
          </button>
        )}
      </div>
      <Details rental={rental} />
      {isPhone && sip !== null && number !== null && (
        <PhoneDialog
          {...{ rental, profile: { sip, number, expiresAt: grant.expires_at } }}
          onClose={() => setPhone(false)}
        />
      )}
    </li>
  );
}

function OpenOrders() {
  const words = useWords();
  const orders = useSelect((state) => state.orders);
  const rentals = useSelect((state) => state.rentals);
  const known = new Set(rentals.map(({ grant }) => grant.rental_id));
  const open = orders.filter(
    ({ ended, answer, request: { change } }) =>
      ended === null && change?.kind !== "cancel" && !known.has(answer?.rental_id ?? ""),
  );
  if (open.length === 0) return null;
  return (
    <section class="open-orders">
      <h2>{words.t("rentals.orders")}</h2>
      <ul>
        {open.map(({ request, made_at }) => (
          <li key={request.order_id}>
            <span>
              {orderedIn(words, request)} <span class="soft">{words.date(made_at)}</span>
            </span>
            <ViewLink view={{ name: "order", id: request.order_id }}>
              {words.t("rentals.order.open")}
              <span class="hidden"> {words.date(made_at)}</span>
            </ViewLink>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Past({ rentals }: { readonly rentals: readonly AccountRental[] }) {
  const words = useWords();
  if (rentals.length === 0) return null;
  return (
    <section class="past">
      <h2>{words.t("rentals.past")}</h2>
      <ul>
        {rentals.map(({ grant, number, received, cancelledAt }) => (
          <li key={grant.rental_id}>
            <b>{visibleLine(number ?? words.t("rentals.unreadable"))}</b>
            <span class="soft">
              {words.t("rentals.ended", { date: words.date(cancelledAt ?? grant.expires_at * 1000) })} ·{" "}
              {words.count("rentals.messages", received)}
            </span>
            <ViewLink view={{ name: "listing", id: grant.listing_id }}>{words.t("rentals.again")}</ViewLink>
          </li>
        ))}
      </ul>
    </section>
  );
}

export function Rentals() {
  const { controller, words } = useApp();
  const rentals = useSelect((state) => state.rentals);
  const minute = useSelect((state) => Math.floor(state.now / 10_000) * 10_000);
  const isOver = ({ grant, cancelledAt }: AccountRental): boolean =>
    cancelledAt !== null || grant.expires_at * 1000 <= minute;
  const running = rentals.filter((rental) => !isOver(rental));
  return (
    <>
      <div class="view-head">
        <ViewTitle>{words.t("rentals.title")}</ViewTitle>
      </div>
      <OpenOrders />
      {running.length === 0 && (
        <Empty icon="number" title={words.t("rentals.none")} text={words.t("rentals.none.text")}>
          <button type="button" class="primary" onClick={() => controller.go({ name: "browse" })}>
            {words.t("inbox.rent")}
          </button>
        </Empty>
      )}
      <ul class="rentals">
        {running.map((rental) => (
          <RentalCard key={rental.grant.rental_id} rental={rental} />
        ))}
      </ul>
      <Past rentals={rentals.filter(isOver)} />
    </>
  );
}
