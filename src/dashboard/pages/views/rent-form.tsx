// The form to rent a number of an offer, or to go on with one.

import { useState } from "preact/hooks";
import type { MicroEmc } from "../../../base/index.ts";
import type { RentPayment } from "../../../protocol/index.ts";
import {
  DURATIONS,
  type EscrowOffer,
  type RentalDuration,
  type Tier,
  type TierTerms,
} from "../../../registry/index.ts";
import { type AccountRental, type ListingOfferView, priceOf } from "../../../renter/index.ts";
import { useApp, useTask, useWords } from "../app-context.ts";
import { MethodRadios, type PayMethod, Radios } from "../parts/choices.tsx";
import { emcText } from "../parts/emc.tsx";
import { Fault } from "../parts/frame.tsx";
import {
  EscrowTerms,
  type EscrowWish,
  escrowOption,
  escrowPaymentOf,
  isEnoughForEscrow,
  noEscrowWish,
} from "./rent-escrow.tsx";

interface Offered {
  readonly terms: TierTerms;
  readonly duration: RentalDuration;
  readonly price: MicroEmc;
}

/** Each tier and duration that has a price. */
function offeredBy({ tiers }: ListingOfferView): readonly Offered[] {
  return tiers.flatMap((terms) =>
    DURATIONS.flatMap((duration) => {
      const price = terms.rental[duration];
      return price === null ? [] : [{ terms, duration, price }];
    }),
  );
}

function SmsField({
  perSms,
  count,
  onCount,
}: {
  readonly perSms: MicroEmc;
  readonly count: number;
  readonly onCount: (count: number) => void;
}) {
  const words = useWords();
  return (
    <div class="field">
      <label for="sms-count">{words.t("rent.sms")}</label>
      <input
        id="sms-count"
        type="text"
        inputMode="numeric"
        aria-describedby="sms-count-note"
        value={String(count)}
        onInput={(event) => onCount(Math.min(100_000, Number(event.currentTarget.value.replace(/\D/g, "")) || 0))}
      />
      <p class="field-note" id="sms-count-note">
        {words.t("rent.sms.help", { price: emcText(words, perSms) })}
      </p>
    </div>
  );
}

interface TierRadiosProps {
  readonly offered: readonly Offered[];
  readonly tier: Tier;
  readonly onTier: (tier: Tier) => void;
}

/** Where there is a choice. */
function TierRadios({ offered, tier, onTier }: TierRadiosProps) {
  const words = useWords();
  const tiers = [...new Set(offered.map(({ terms }) => terms.tier))];
  if (tiers.length < 2) return null;
  const options = tiers.map((value) => ({ value, title: words.t(`tier.${value}`), text: "" }));
  return <Radios name="tier" legend={words.t("rent.tier")} value={tier} onValue={onTier} options={options} />;
}

interface DurationProps {
  readonly offered: readonly Offered[];
  readonly duration: RentalDuration;
  readonly onDuration: (duration: RentalDuration) => void;
}

function DurationRadios({ offered, duration, onDuration }: DurationProps) {
  const words = useWords();
  const options = offered.map((each) => ({
    value: each.duration,
    title: words.t(`duration.${each.duration}`),
    text: emcText(words, each.price),
  }));
  const legend = words.t("rent.duration");
  return <Radios name="duration" legend={legend} value={duration} onValue={onDuration} options={options} />;
}

const plainly = (method: PayMethod): RentPayment => ({ method: method === "randpay" ? "randpay" : "emc" });

interface PaymentProps {
  readonly due: MicroEmc;
  readonly method: PayMethod;
  /** Null where escrow is no way to pay. */
  readonly arbiters: EscrowOffer | null;
  readonly escrow: EscrowWish;
  readonly onMethod: (method: PayMethod) => void;
  readonly onEscrow: (wish: EscrowWish) => void;
}

function Payment({ due, method, arbiters, escrow, onMethod, onEscrow }: PaymentProps) {
  const words = useWords();
  const others = arbiters === null ? [] : [escrowOption(words)];
  return (
    <>
      <MethodRadios<PayMethod> {...{ due, method, others, onMethod }} />
      {method === "escrow" && arbiters !== null && (
        <EscrowTerms offer={arbiters} due={due} wish={escrow} onWish={onEscrow} />
      )}
    </>
  );
}

const TEXTS = {
  rent: { title: "rent.title", submit: "rent.submit", key: "rent.key" },
  renew: { title: "renew.title", submit: "renew.submit", key: "renew.key" },
} as const;

export interface RentFormProps {
  readonly offer: ListingOfferView;
  /** The rental that goes on; without it a new one is made. */
  readonly renews?: AccountRental;
}

export function RentForm({ offer, renews }: RentFormProps) {
  const { controller, words } = useApp();
  const offered = offeredBy(offer);
  const [tier, setTier] = useState<Tier>(renews === undefined ? (offered[0]?.terms.tier ?? "sms_only") : renews.tier);
  const [wanted, setDuration] = useState<RentalDuration>("daily");
  const [sms, setSms] = useState(20);
  const [wish, setMethod] = useState<PayMethod>("emc");
  const [escrow, setEscrow] = useState<EscrowWish>(noEscrowWish);
  const task = useTask();
  const ofTier = offered.filter(({ terms }) => terms.tier === tier);
  const chosen = ofTier.find(({ duration }) => duration === wanted) ?? ofTier[0];
  if (chosen === undefined) return null;
  const { terms, duration, price } = chosen;
  const paidSms = terms.perSms === 0 ? 0 : sms;
  const due = priceOf({ rental: price, perSms: terms.perSms }, paidSms);
  const texts = TEXTS[renews === undefined ? "rent" : "renew"];
  const arbiters = renews === undefined && isEnoughForEscrow(due) ? offer.escrow : null;
  const method = arbiters === null && wish === "escrow" ? "emc" : wish;
  const submit = () =>
    void task.run(async () => {
      const payment = method === "escrow" && arbiters !== null ? escrowPaymentOf(arbiters, escrow) : plainly(method);
      await controller.rent({ offer, tier, duration, sms: paidSms, payment, renews: renewed });
    });
  const renewed = renews === undefined ? null : { rentalId: renews.grant.rental_id, key: renews.key };
  return (
    <form
      class="panel rent-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <h2>{words.t(texts.title)}</h2>
      {renews === undefined && <TierRadios offered={offered} tier={tier} onTier={setTier} />}
      <DurationRadios offered={ofTier} duration={duration} onDuration={setDuration} />
      {terms.perSms > 0 && <SmsField perSms={terms.perSms} count={sms} onCount={setSms} />}
      {due > 0 && <Payment {...{ due, method, arbiters, escrow }} onMethod={setMethod} onEscrow={setEscrow} />}
      <p class="rent-total">
        <span>{words.t("rent.total")}</span> <b>{emcText(words, due)}</b>
      </p>
      <Fault fault={task.problem} />
      <button type="submit" class="primary wide" disabled={task.busy}>
        {words.t(texts.submit)}
      </button>
      <p class="soft small">
        {renews === undefined && `${words.t("rent.policy")} `}
        {words.t(texts.key)}
        {renews !== undefined && ` ${words.t("renew.manual")}`}
      </p>
    </form>
  );
}
