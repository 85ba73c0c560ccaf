// What asks for a prepaid balance, by the operator of the SIM: public codes, of which any may change. Source: the public-domain
// database mobile-broadband-provider-info, and the operators' own help pages for India, Ukraine and T-Mobile US.

export interface BalanceOperator {
  readonly name: string;
  readonly code: string;
  /** ISO 4217; where the answer names no currency. */
  readonly currency: string;
  /** Country and network codes (ITU-T E.212) that the IMSI begins with. */
  readonly networks: readonly string[];
}

const row = (name: string, code: string, currency: string, networks: string): BalanceOperator => ({
  name,
  code,
  currency,
  networks: networks.split(" "),
});

export const BALANCE_OPERATORS: readonly BalanceOperator[] = [
  row("Telekom DE", "*100#", "EUR", "26201 26206"),
  row("Vodafone DE", "*100#", "EUR", "26202 26204 26209"),
  row("E-Plus DE", "*100#", "EUR", "26203 26205 26277"),
  row("O2 DE", "*101#", "EUR", "26207 26208 26211"),
  row("Lycamobile DE", "*131#", "EUR", "26243"),
  row("HoT AT", "*101#", "EUR", "23207"),
  row("Swisscom CH", "*130#", "CHF", "22801"),
  row("Salt CH", "#121#", "CHF", "22803"),
  row("O2 UK", "*#10#", "GBP", "23402 23410 23411"),
  row("Vodafone UK", "*#1345#", "GBP", "23415"),
  row("Lycamobile UK", "*131#", "GBP", "23426"),
  row("O2 IE", "*#100#", "EUR", "27202"),
  row("Orange FR", "#123#", "EUR", "20800 20801"),
  row("Lycamobile FR", "*131#", "EUR", "20825"),
  row("Orange ES", "*111#", "EUR", "21403 21409"),
  row("Yoigo ES", "*111#", "EUR", "21404"),
  row("Lycamobile ES", "*221#", "EUR", "21425"),
  row("Lycamobile IT", "*131#", "EUR", "22235"),
  row("Lycamobile NL", "*101#", "EUR", "20409"),
  row("Orange BE", "#123#", "EUR", "20610"),
  row("MEO PT", "*#123#", "EUR", "26806"),
  row("Vodafone PT", "*#123#", "EUR", "26801"),
  row("NOS PT", "*111#", "EUR", "26803"),
  row("Plus PL", "*100#", "PLN", "26001"),
  row("T-Mobile PL", "*101#", "PLN", "26002"),
  row("Orange PL", "*124*#", "PLN", "26003"),
  row("Play PL", "*101#", "PLN", "26006"),
  row("T-Mobile CZ", "*101*#", "CZK", "23001"),
  row("O2 CZ", "*104*#", "CZK", "23002"),
  row("Vodafone CZ", "*22#", "CZK", "23003"),
  row("TDC DK", "*101#", "DKK", "23801"),
  row("Telenor DK", "*101#", "DKK", "23802 23877"),
  row("Telia DK", "*101#", "DKK", "23830"),
  row("Telia SE", "*120#", "SEK", "24001"),
  row("Telenor SE", "*222#", "SEK", "24004 24006 24008"),
  row("Tele2 SE", "*111#", "SEK", "24007"),
  row("Telia NO", "*150#", "NOK", "24202"),
  row("MTS RU", "*100#", "RUB", "25001"),
  row("MegaFon RU", "*100#", "RUB", "25002"),
  row("Beeline RU", "*102#", "RUB", "25028 25099"),
  row("Vodafone UA", "*101#", "UAH", "25501"),
  row("Kyivstar UA", "*111#", "UAH", "25503"),
  row("lifecell UA", "*111#", "UAH", "25506"),
  row("A1 BY", "*100#", "BYN", "25701"),
  row("MTS BY", "*100#", "BYN", "25702"),
  row("A1 BG", "*101#", "BGN", "28401"),
  row("Vivacom BG", "*102#", "BGN", "28403"),
  row("Yettel BG", "*125#", "BGN", "28405"),
  row(
    "Airtel IN",
    "*121#",
    "INR",
    "40402 40403 40410 40440 40445 40449 40490 40492 40493 40494 40495 40496 40497 40498",
  ),
  row(
    "T-Mobile US",
    "#225#",
    "USD",
    "310260 310026 310160 310200 310210 310220 310230 310240 310250 310270 310310 310490",
  ),
  row("Lycamobile US", "*611#", "USD", "311960"),
  row("Telstra AU", "*100#", "AUD", "50501"),
  row("Vodacom ZA", "*100#", "ZAR", "65501"),
  row("Cell C ZA", "*101#", "ZAR", "65507"),
  row("MTN ZA", "*141#", "ZAR", "65510"),
  row("MTN NG", "*556#", "NGN", "62130"),
  row("Airtel NG", "*123#", "NGN", "62120"),
  row("Safaricom KE", "*144#", "KES", "63902"),
  row("MTN GH", "*124#", "GHS", "62001"),
];

/** The operator that issued a SIM: the longest network code that its IMSI begins with (5 or 6 digits, by country). */
export function balanceOperator(imsi: string): BalanceOperator | null {
  for (const length of [6, 5])
    for (const operator of BALANCE_OPERATORS) if (operator.networks.includes(imsi.slice(0, length))) return operator;
  return null;
}
