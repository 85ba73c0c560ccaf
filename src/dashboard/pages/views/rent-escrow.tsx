// Escrow as a way to pay: who decides, what it costs, and what the renter's wallet gives for it.

import type { MicroEmc } from "../../../base/index.ts";
import { LEAST_ESCROW } from "../../../core/index.ts";
import type { RentPayment } from "../../../protocol/index.ts";
import type { EscrowOffer } from "../../../registry/index.ts";
import { visibleLine } from "../../../renter/index.ts";
import { useWords } from "../app-context.ts";
import { Radios } from "../parts/choices.tsx";
import { emcText } from "../parts/emc.tsx";
import { WalletFields } from "../parts/wallet-fields.tsx";
import type { Words } from "../words.ts";
import { percentOfBps } from "./escrow-state.tsx";

export interface EscrowWish {
  /** Verify key; null for the first that is offered. */
  readonly arbiter: string | null;
  readonly key: string;
  readonly address: string;
}

export const noEscrowWish: EscrowWish = { arbiter: null, key: "", address: "" };

/** Below it the network could not carry the shares. */
export const isEnoughForEscrow = (due: MicroEmc): boolean => due >= LEAST_ESCROW;

function arbiterOf({ arbiters }: EscrowOffer, { arbiter }: EscrowWish): string {
  return arbiters.find(({ verify }) => verify === arbiter)?.verify ?? arbiters[0]?.verify ?? "";
}

/** As an order says it. What is wrong with key or address is said when the order is made. */
export function escrowPaymentOf(offer: EscrowOffer, wish: EscrowWish): RentPayment {
  const { key, address } = wish;
  return {
    ...{ method: "escrow", arbiter: arbiterOf(offer, wish), fees_bps: offer.feesBps },
    ...{ key: key.trim(), address: address.trim() },
  };
}

export const escrowOption = (words: Words) =>
  ({ value: "escrow", title: words.t("rent.method.escrow"), text: words.t("rent.method.escrow.text") }) as const;

interface TermsProps {
  readonly offer: EscrowOffer;
  readonly due: MicroEmc;
  readonly wish: EscrowWish;
  readonly onWish: (wish: EscrowWish) => void;
}

function Arbiter({ offer, wish, onWish }: Omit<TermsProps, "due">) {
  const words = useWords();
  const { arbiters } = offer;
  const [only, ...others] = arbiters;
  if (only === undefined) return null;
  if (others.length === 0) {
    return (
      <p>
        {words.t("rent.escrow.arbiter")}: <b>{visibleLine(only.name)}</b> <code>{only.verify}</code>
      </p>
    );
  }
  return (
    <Radios
      name="arbiter"
      inRows
      legend={words.t("rent.escrow.arbiter")}
      value={arbiterOf(offer, wish)}
      onValue={(arbiter) => onWish({ ...wish, arbiter })}
      options={arbiters.map(({ name, verify }) => ({ value: verify, title: visibleLine(name), text: verify }))}
    />
  );
}

export function EscrowTerms({ offer, due, wish, onWish }: TermsProps) {
  const words = useWords();
  const percent = percentOfBps(words, offer.feesBps);
  const { key, address } = wish;
  return (
    <section class="rent-escrow">
      <Arbiter {...{ offer, wish, onWish }} />
      <p class="soft small">{words.t("rent.escrow.trust")}</p>
      <ul class="small">
        <li>{words.t("rent.escrow.cost", { amount: emcText(words, due) })}</li>
        <li>{words.t("rent.escrow.fee", { percent })}</li>
        <li>{words.count("rent.escrow.back", offer.refundDays)}</li>
        <li>{words.t("rent.escrow.line")}</li>
      </ul>
      <WalletFields
        {...{ name: "rent", value: { key, address } }}
        onValue={(wallet) => onWish({ ...wish, ...wallet })}
      />
    </section>
  );
}
