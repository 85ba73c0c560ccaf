// A plain payment: the code for another device's wallet, the link for this one's, and the values to copy for the rest.

import { paymentUri } from "../payment-uri.ts";
import type { Words } from "../words.ts";
import { CopyValue } from "./copy-value.tsx";
import { QrCode } from "./qr-code.tsx";

export interface PayAddressProps {
  readonly words: Words;
  readonly address: string;
  /** EMC as a decimal. */
  readonly amount: string;
}

export function PayAddress({ words, address, amount }: PayAddressProps) {
  const uri = paymentUri({ address, amount });
  return (
    <div class="pay-ways">
      <QrCode text={uri} label={words.t("order.address.qr")} />
      <div class="pay-values">
        <div class="actions">
          <a class="button" href={uri}>
            {words.t("order.wallet")}
          </a>
        </div>
        <CopyValue name={words.t("order.address")} value={address} />
        <CopyValue name={words.t("order.amount")} value={amount} />
      </div>
    </div>
  );
}
