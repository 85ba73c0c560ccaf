// The code that a message is about, for a button that copies it; pure. A wrong code costs its reader a try at his bank, so what is no code
// (amounts, cards, phone numbers, dates, orders, links) is taken out first, and what is left counts only beside a word that speaks of one.

/** Beyond these a message is about something else. */
const MOST_CHARS = 1000;
const MOST_CANDIDATES = 30;
/** Characters between a code and its word; no other sentence begins between them. */
const REACH = 80;
/** A number that may be a year has to stand this close to its word. */
const YEAR_REACH = 8;
/** What has letters in it, too: many words look like that. */
const LETTERS_REACH = 40;

/** Zeros of the digits that SMS of other alphabets are written in: Arabic, Persian, Devanagari, Bengali, Thai, full-width. */
const ZEROS = [0x660, 0x6f0, 0x966, 0x9e6, 0xe50, 0xff10];

const CURRENCY =
  "(?:[$€£¥₽₹₴₺₩₫₱₦₸]|(?:USD|EUR|GBP|RUB|RUR|UAH|KZT|INR|CHF|PLN|CZK|SEK|NOK|DKK|MXN|BRL|TRY|CNY|AED|EMC|BTC|Rs\\.?|TL|zł|kr|Kč|р\\.?|руб\\p{L}*|грн|тг|dollars?|euros?|rupees?|pesos?|रु\\.?)(?!\\p{L})|[元円원])";
const MONTH =
  "(?:jan|feb|mar|apr|may|mai|jun|jul|aug|sep|oct|okt|nov|dec|dez|ene|abr|ago|dic|янв|фев|мар|апр|мая|июн|июл|авг|сен|окт|ноя|дек)\\p{L}*\\.?";
/** Words whose number is the name of something. */
const NAMED =
  "(?:order|invoice|ticket|parcel|package|booking|flight|ref(?:erence)?|customer|bestell|rechnung|paket|kunden|sendung|auftrag|vorgang|pedido|factura|paquete|reserva|cliente|заказ|сч[её]т|посылк|договор|отправлени)\\p{L}*";
const ACCOUNT =
  "(?:card|account|acct|a\\/c|karte|konto|tarjeta|cuenta|carte|карт\\p{L}*|сч[её]т\\p{L}*|ending(?: in| with)?|ends(?: in| with)|endet auf|endziffern?|terminad[ao] en|finalizada en|оканчива\\p{L}* на)";
const CALL =
  "(?:call(?: us)?(?: at| on)?|dial|tel\\.?|phone|stop(?: all)? to|help|hotline|anrufen?|llam[ae](?: al)?|звоните|позвоните|тел\\.?)";
const UNIT = "(?:min|sec|sek|seg|s|h|hour|hr|std|stunde|мин|сек|час|ч|минут|分钟?|秒)";

/** In this order: what is found by one is no longer seen by the next. */
const NO_CODES = [
  /https?:\/\/\S+|\bwww\.\S+|\p{L}[\p{L}\p{N}-]*\.\p{L}{2,}\/\S*/giu,
  new RegExp(
    `${CURRENCY}\\s?\\d[\\d.,']*|(?<!\\d)\\d[\\d.,']*(?: \\d{3})*(?:[.,]\\d+)?\\s?${CURRENCY}(?!\\s?\\d)`,
    "giu",
  ),
  /(?<!\d)\d{1,4}([./-])\d{1,2}\1\d{1,4}(?!\d)|(?<!\d)\d{1,2}:\d{2}(?::\d{2})?(?!\d)/gu,
  new RegExp(`(?<!\\d)\\d{1,2}\\.? (?:de )?${MONTH}(?:,? (?:de )?\\d{4})?|${MONTH} \\d{1,2},? \\d{4}`, "giu"),
  new RegExp(`(?<!\\d)\\d{1,3}\\s?${UNIT}(?![\\p{Script=Latin}\\p{Script=Cyrillic}])`, "giu"),
  /\+\d[\d ()-]{6,}|\(\d{2,5}\) ?\d[\d -]{4,}/gu,
  /(?:[*•·]+|(?<!\p{L})[xX]{2,}|\.{2,}) ?\d{3,4}(?![\d*])/gu,
  new RegExp(`(?<!\\p{L})${ACCOUNT} (?:no\\.? ?|nr\\.? ?|№ ?)?\\d{3,4}(?!\\d)`, "giu"),
  new RegExp(
    `(?<!\\p{L})${CALL}:? ?\\d{3,}|(?<!\\p{L})${NAMED}(?: no\\.?| nr\\.?| nummer| number)? ?[:#№]? ?\\d{3,}`,
    "giu",
  ),
  /(?<!\p{L})(?:zip|post(?:al)?|promo|discount|coupon|voucher|gift|error|area|country|qr|dress)[ -]?codes?(?!\p{L})|(?:gutschein|rabatt|aktions|promo)-?code|промокод\p{L}*|código (?:postal|promocional)/giu,
];
/** Groups of digits in a row: those that are too many for a code are a phone, a card or an account. */
const GROUPS = /(?<!\d)\d+(?:[ -]\d+)+/gu;
const MOST_DIGITS = 8;

/** Words that speak of a code. */
const ABOUT =
  /code|(?<!\p{L})(?:pin|otp|m?tan|kod\p{L}{0,4}|c[oó]d|mã|sign in|log in)(?!\p{L})|passw|passphrase|verif|vérif|confirm|authenti|security|einmal|kennwort|bestätig|lautet|código|codice|clave|contraseña|kód|şifre|парол|код|подтвержд|رمز|كود|کد|קוד|ओटीपी|验证码|驗證碼|校验码|動態密碼|认证|認証|確認|인증|확인/giu;
/** Words that ask to type one, in a message that is about one. */
const TYPE =
  /(?<!\p{L})(?:use|enter|type|verwenden sie|geben sie|nutze|usa|use el|ingres[ae]|introduzca|utili[cz]\p{L}*|введите)(?!\p{L})/giu;

const BEFORE = String.raw`(?<![\p{Script=Latin}\p{Script=Cyrillic}\d/=@+_]|\d[.,:-])`;
const AFTER = String.raw`(?![\p{Script=Latin}\p{Script=Cyrillic}\d/_]|[.,:-]\d)`;
const CODE = new RegExp(
  `${BEFORE}(?:[A-Z]{1,3}-)?(\\d{3}[ -]\\d{3}|\\d{4}[ -]\\d{4}|\\d{2}[ -]\\d{2}[ -]\\d{2}|\\d{4,8})${AFTER}`,
  "gu",
);
/** As Steam's and some banks': capitals and digits. */
const WITH_LETTERS = new RegExp(`${BEFORE}(?=[A-Z]*\\d)(?=\\d*[A-Z])([A-Z\\d]{5,8})${AFTER}`, "gu");
/** The last line of an origin-bound code, which browsers and phones read too: `@example.com #123456`. */
const BOUND = /^@[a-z\d.-]+ #([a-z\d]{4,10})(?:\s|$)/imu;
const SENTENCE_END = /[.!?]\s+\p{Lu}|[。！？]/u;

interface Span {
  readonly start: number;
  readonly end: number;
}

interface Candidate extends Span {
  readonly value: string;
}

function withPlainDigits(text: string): string {
  return text.replace(/\p{Nd}/gu, (digit) => {
    const code = digit.codePointAt(0) ?? 0;
    const zero = ZEROS.find((each) => code >= each && code < each + 10);
    return zero === undefined ? digit : String(code - zero);
  });
}

const blank = (text: string): string => "\u0000".repeat(text.length);

function withoutOtherNumbers(text: string): string {
  const rest = NO_CODES.reduce((left, pattern) => left.replace(pattern, blank), text);
  return rest.replace(GROUPS, (group) => (group.replace(/\D/g, "").length > MOST_DIGITS ? blank(group) : group));
}

function candidatesOf(text: string, pattern: RegExp): readonly Candidate[] {
  return [...text.matchAll(pattern)].slice(0, MOST_CANDIDATES).map(({ 0: whole, 1: code = "", index }) => ({
    ...{ start: index, end: index + whole.length },
    value: code.replace(/[ -]/g, ""),
  }));
}

function spansOf(text: string, pattern: RegExp): readonly Span[] {
  return [...text.matchAll(pattern)].map(({ 0: word, index }) => ({ start: index, end: index + word.length }));
}

/** Characters between two that stand in one sentence with no other such number between them; else Infinity. */
function gapOf(text: string, first: Span, second: Span): number {
  const gap = second.start - first.end;
  if (gap < 0 || gap > REACH) return Number.POSITIVE_INFINITY;
  const between = text.slice(first.end, second.start);
  return /\d{4}/.test(between) || SENTENCE_END.test(between) ? Number.POSITIVE_INFINITY : gap;
}

/** The candidate that stands closest to its word, within `most`; the first of equals. */
function closest(text: string, candidates: readonly Candidate[], most: number): string | null {
  const about = spansOf(text, ABOUT);
  const type = about.length === 0 ? [] : spansOf(text, TYPE);
  const near = candidates.map((each) => ({
    value: each.value,
    gap: Math.min(
      ...about.flatMap((word) => [gapOf(text, word, each), gapOf(text, each, word)]),
      ...type.map((word) => gapOf(text, word, each)),
      Number.POSITIVE_INFINITY,
    ),
  }));
  const [best] = near
    .filter(({ value, gap }) => gap <= (/^(?:19|20)\d\d$/.test(value) ? YEAR_REACH : most))
    .toSorted((one, other) => one.gap - other.gap);
  return best?.value ?? null;
}

/** A sentence or line of its own in a message that is about a code, or all that there is beside one word. */
function standingAlone(text: string, candidates: readonly Candidate[]): string | null {
  const isAbout = text.search(ABOUT) >= 0;
  const found = candidates.find(({ start, end, value }) => {
    const [before, after] = [text.slice(0, start), text.slice(end)];
    if (!/^\s*(?:$|[\n.!?。])/.test(after)) return false;
    if (isAbout) return /(?:^|[\n.!?:。])[^\S\n]*$/.test(before);
    return after.trim().length <= 1 && (value.length === 6 ? /^\s*(?:\p{L}+:? )?$/u : /^\s*$/).test(before);
  });
  return found?.value ?? null;
}

/** Without spaces and hyphens inside, in plain digits; null where no number looks like one. */
export function codeIn(text: string): string | null {
  const plain = withPlainDigits(text.slice(0, MOST_CHARS));
  const [, bound] = BOUND.exec(plain) ?? [];
  if (bound !== undefined) return bound;
  const rest = withoutOtherNumbers(plain);
  const numbers = candidatesOf(rest, CODE);
  return (
    closest(rest, numbers, REACH) ??
    closest(rest, candidatesOf(rest, WITH_LETTERS), LETTERS_REACH) ??
    standingAlone(rest, numbers)
  );
}
