// What a wallet understands of a payment, in the form of BIP 21: for its QR scanner, and for a tap on the phone that has the wallet.

/** `amount`: EMC as a decimal. */
export function paymentUri({ address, amount }: { readonly address: string; readonly amount: string }): string {
  return `emercoin:${encodeURIComponent(address)}?amount=${encodeURIComponent(amount)}`;
}
